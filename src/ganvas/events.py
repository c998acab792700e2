"""What a trainer tells: the one stream that progress, logs, reports and every other reader use."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from torch import Tensor


@dataclass(frozen=True, slots=True)
class Turned:
    """A turn was evaluated: its terms and gradient are there; if `moved`, the step was made.

    An observer of the engine is given it before the step, to look and not to touch.
    """

    step: int
    player: str
    """`D`, or `G+Q` for one loss of two players."""
    terms: dict[str, Tensor]
    """0-d tensors, still on the device, named like `D/real`."""
    gradient: Tensor
    """Norm of the player's gradient, 0-d."""
    moved: bool


@dataclass(frozen=True, slots=True)
class Logged:
    """The numbers of one step, as a row of `metrics.jsonl`."""

    row: dict[str, float]


@dataclass(frozen=True, slots=True)
class Drew:
    """What a person should look at, in the game's range, drawn by the averaged networks."""

    step: int
    epoch: float
    views: dict[str, Tensor]


@dataclass(frozen=True, slots=True)
class Measured:
    """What samples of the averaged networks score against the data."""

    step: int
    scores: dict[str, float]


@dataclass(frozen=True, slots=True)
class Changed:
    """Options changed while the run goes on: name -> (old, new)."""

    step: int
    options: dict[str, tuple[object, object]]


@dataclass(frozen=True, slots=True)
class Saved:
    """A checkpoint stands on disk."""

    step: int
    path: Path


@dataclass(frozen=True, slots=True)
class Warned:
    """Something to tell the user that does not stop the run."""

    step: int
    message: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """The last event."""

    step: int
    reason: str


Event = Turned | Logged | Drew | Measured | Changed | Saved | Warned | Stopped
