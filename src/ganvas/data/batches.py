"""What a game plays with: batches, and the facts about a data set that shape the networks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from torch import Tensor


class Points(NamedTuple):
    """Vectors. `x`: float32 (N, d)."""

    x: Tensor


class Images(NamedTuple):
    """Pictures. `x`: float32 (N, C, H, W) in the range the game states."""

    x: Tensor


class Labelled(NamedTuple):
    """Pictures or vectors with classes. `x` as above; `y`: int64 (N,)."""

    x: Tensor
    y: Tensor


class Paired(NamedTuple):
    """Two domains, row by row the same thing. `a`, `b`: float32 (N, C, H, W) or (N, d)."""

    a: Tensor
    b: Tensor


class Unpaired(NamedTuple):
    """Two domains whose rows have nothing to do with each other. `a`, `b`: as in `Paired`."""

    a: Tensor
    b: Tensor


Batch = Points | Images | Labelled | Paired | Unpaired
GIVEN: dict[type, str] = {
    Points: "`--data toy:NAME`",
    Images: "a folder of pictures",
    Labelled: "a folder whose sub-folders are classes",
    Paired: "`--pairs A B`, or `--data edges:FOLDER`",
    Unpaired: "`--a FOLDER --b FOLDER`",
}
"""How data of each type are given on the command line."""


@dataclass(frozen=True, kw_only=True)
class DataSpec:
    """The facts about a data set that a game builds its networks from."""

    name: str
    """What the user called it: `digits`, `toy:ring8`, a folder's name."""
    shape: tuple[int, ...]
    """One sample: (d,) for points, (C, H, W) for images."""
    count: int
    """How many samples there are."""
    classes: tuple[str, ...] = ()
    """The names of the classes; empty when there are no labels."""
    b: DataSpec | None = None
    """The second of two domains; what stands above is then the first's."""
    paired: bool = False
    """Whether each sample of the first domain has its counterpart in the second."""

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> DataSpec:
        """The spec that `facts`, its fields as JSON has them, were taken from."""
        told: Any = {k: tuple(v) if isinstance(v, list) else v for k, v in facts.items()}
        return cls(**told | {"b": cls.of(facts["b"]) if facts.get("b") else None})

    @property
    def labels(self) -> str:
        """The classes by number, the first ten of them, as in `0 'cat', 1 'dog'`."""
        first = enumerate(self.classes[:10])
        names = [name if name == str(i) else f"{i} {name!r}" for i, name in first]
        return ", ".join(names) + (", …" if len(self.classes) > 10 else "")

    @property
    def is_images(self) -> bool:
        """Whether a sample is a picture (C, H, W) rather than a vector (d,)."""
        return len(self.shape) == 3

    @property
    def gives(self) -> type[Batch]:
        """The batch type that the data set yields."""
        if self.b is not None:
            return Paired if self.paired else Unpaired
        if self.classes:
            return Labelled
        return Images if self.is_images else Points
