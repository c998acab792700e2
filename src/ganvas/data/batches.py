"""What a game plays with: batches, and the facts about a data set that shape the networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

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


Batch = Points | Images | Labelled


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

    @property
    def is_images(self) -> bool:
        """Whether a sample is a picture (C, H, W) rather than a vector (d,)."""
        return len(self.shape) == 3

    @property
    def gives(self) -> type[Points] | type[Images] | type[Labelled]:
        """The batch type that the data set yields."""
        if self.classes:
            return Labelled
        return Images if self.is_images else Points
