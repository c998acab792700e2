"""A score card: each number with all that it takes to read it, and to refuse a false comparison."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from ganvas.errors import UsageError

TRAINING = ("n_train", "train_sha256", "n_held_out", "held_out_sha256")
"""What a score that looks for copies depends on besides."""
ALIKE = (
    *("metric", "n_real", "n_fake", "reference", "reference_sha256", "features"),
    *("features_sha256", "resizer", *TRAINING),
)
"""What two scores must have in common to be compared."""

SAME = "Measure both in the same way."
OTHERS = "Copies are looked for in one training set; measure both by other --metrics."
"""What to do about unlike cards."""
STRICT = {"extra": "forbid", "allow_inf_nan": False}
"""How a card is read back."""


@dataclass(frozen=True, kw_only=True)
class Score:
    """One number."""

    metric: str
    value: float
    low: float | None = None
    """Lower end of the 95 % interval, where there is one."""
    high: float | None = None
    floor: float | None = None
    """The same metric of other real samples: what perfection scores."""
    n_real: int
    n_fake: int
    """Also the number of samples behind the floor; where copies are looked for, that is of half of
    the held-out samples."""
    reference: str
    reference_sha256: str
    """Of the very samples that were compared with."""
    n_train: int | None = None
    """Samples that copies are looked for among; None where they are not looked for."""
    train_sha256: str = ""
    """Of those samples."""
    n_held_out: int | None = None
    """Real samples that tell how near is too near."""
    held_out_sha256: str = ""
    """Of those samples."""
    features: str
    features_sha256: str
    """Empty for pixels and points."""
    resizer: str
    seed: int
    """Decides the noise of a run and which samples of a larger set are taken."""
    flag: str = ""
    """Why the number is not to be trusted, if so."""

    __pydantic_config__: ClassVar = STRICT


@dataclass(frozen=True, kw_only=True)
class Card:
    """The scores of one measurement."""

    a: str
    """What was measured."""
    b: str
    """What it was measured against."""
    shape: tuple[int, ...]
    """Of a sample: (C, H, W) or (d,)."""
    floor: str
    """Which samples the floors are of."""
    scores: tuple[Score, ...]
    notes: tuple[str, ...] = ()
    version: str = ""
    """Of ganvas."""

    __pydantic_config__: ClassVar = STRICT

    def to_json(self) -> str:
        """The card as JSON; `read` gives an equal one back."""
        return json.dumps(dataclasses.asdict(self), indent=1, allow_nan=False) + "\n"

    def values(self) -> dict[str, float]:
        """Metric -> value."""
        return {score.metric: score.value for score in self.scores}


def read(path: Path) -> Card:
    """The card in a file that `Card.to_json` filled; UsageError where it is none."""
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(Card).validate_json(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"]) or "it"
        raise UsageError(f"{path} is no score card; {where}: {fault['msg'].lower()}.") from None


def compare(one: Card, other: Card) -> list[tuple[Score, Score]]:
    """The scores of both cards side by side, metric by metric.

    Raises:
        UsageError: no metric in common, or cards that are unlike; it names what differs.
    """
    others = {score.metric: score for score in other.scores}
    pairs = [(s, others[s.metric]) for s in one.scores if s.metric in others]
    if not pairs:
        raise UsageError("The cards have no metric in common.")
    if one.shape != other.shape:
        raise UsageError(_unlike("shape", one.shape, other.shape))
    for mine, theirs in pairs:
        for name in ALIKE:
            values = getattr(mine, name), getattr(theirs, name)
            if values[0] != values[1]:
                do = OTHERS if name in TRAINING else SAME
                raise UsageError(f"{mine.metric}: {_unlike(name, *values, do)}")
    return pairs


def _unlike(name: str, mine: object, theirs: object, do: str = SAME) -> str:
    return f"the cards cannot be compared, as {name} differs: {mine!r} and {theirs!r}. {do}"
