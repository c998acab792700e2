"""Score cards: runs, folders, arrays and data sets, measured against each other.

    card = measure("runs/0003-gan-mnist", "mnist:test", n=10_000)
    card.values()["frechet"]

A is measured against B, the reference. Beside every number stands its floor, which other real
samples score in its place.
"""

from __future__ import annotations

from collections.abc import Sequence

from ganvas import __version__
from ganvas.errors import UsageError
from ganvas.measure.card import Card, Score, compare, read
from ganvas.measure.judge import Judge
from ganvas.measure.scorer import Scorer, Told
from ganvas.measure.scores import METRICS, check, fitting
from ganvas.measure.sides import Sides, take
from ganvas.measure.sources import pair
from ganvas.metrics.features import find

__all__ = [
    "METRICS",
    "Card",
    "Judge",
    "Score",
    "Scorer",
    "Sides",
    "compare",
    "measure",
    "prepare",
    "read",
    "score",
    "scorer",
]

N = 10_000
"""Samples of each side, by default."""


def measure(
    a: str,
    b: str,
    *,
    n: int = N,
    metrics: Sequence[str] = (),
    features: str = "auto",
    seed: int = 0,
    size: int | None = None,
    family: str | None = None,
) -> Card:
    """The score card of `a`, measured against `b`.

    Args:
        a: a run's folder, a folder of pictures, an .npz with `samples`, or a data set's name.
        b: the reference, likewise.
        n: samples of each side, or as many as there are.
        metrics: names of `METRICS`; empty for those that fit the data.
        features: a name of `ganvas.metrics.features.NAMES`.
        seed: decides a run's noise, and which samples of a larger set are taken.
        size: what data sets and folders of pictures are read at.
        family: `file.py:Class` of runs of one's own family.

    Raises:
        UsageError: sides that cannot be compared, or metrics that do not fit them.
        DataError: data that cannot be had or read.
    """
    sides = prepare(a, b, n=n, seed=seed, size=size, family=family)
    return score(scorer(sides, features), metrics)


def prepare(
    a: str, b: str, *, n: int = N, seed: int = 0, size: int | None = None, family: str | None = None
) -> Sides:
    """The samples that `measure` compares; arguments and errors are the same."""
    if n < 2 or seed < 0:
        raise UsageError(f"n is 2 or more and seed 0 or more, got {n} and {seed}.")
    return take(*pair(a, b, size=size, family=family), n, seed)


def scorer(sides: Sides, features: str = "auto", told: Told | None = None) -> Scorer:
    """What takes the features of `sides` and scores them; `told` hears of each part's progress."""
    return Scorer(sides, find(features, data=sides.data, shape=sides.real.spec.shape), told)


def score(scorer: Scorer, metrics: Sequence[str] = ()) -> Card:
    """The card with the numbers of `metrics`.

    Of metrics that were not asked for by name, one that these samples are too few for is noted
    and left out.
    """
    sides, scores, notes = scorer.sides, list[Score](), list[str]()
    for name in check(metrics, sides) or fitting(sides):
        try:
            scores += scorer.scores(name)
        except UsageError as error:
            if metrics:
                raise
            notes.append(f"{name} is left out: {error}")
    if not scores:
        raise UsageError(" ".join(notes))
    if sides.copies:
        notes.append(
            f"{sides.copies:,} of the samples of {sides.a!r} are, to the bit, in what they are "
            "measured against or the run was trained on."
        )
    if scorer.features.name == "random":
        notes.append(
            f"No network was trained for {sides.data!r}: these features are of random weights, "
            "which order results but have no scale; sliced-wasserstein looks at pixels."
        )
    return Card(
        a=sides.a,
        b=sides.b,
        shape=sides.real.spec.shape,
        floor=_floor(sides, scores),
        scores=tuple(scores),
        notes=tuple(notes),
        version=__version__,
    )


def _floor(sides: Sides, scores: Sequence[Score]) -> str:
    """Which samples the floors of the scores are of."""
    copies = [score.metric for score in scores if score.n_train is not None]
    said = [sides.floor] if len(copies) < len(scores) else []
    if copies:
        halved = f"half of {len(sides.held_out):,} held-out samples beside the other half"
        said.append(f"of {', '.join(copies)}: {halved}")
    return "; ".join(said)
