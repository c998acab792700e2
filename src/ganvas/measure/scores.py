"""Which metrics there are, for which data, and from how many samples on their numbers are honest.

Every metric is a function of two sides, so that its floor is the same function of two real ones;
those that look for copies have a third side, real samples that are not in the training set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple

from ganvas.data import Dataset, toy
from ganvas.errors import UsageError, unknown
from ganvas.measure import numbers
from ganvas.measure.numbers import BINS, Found, View
from ganvas.measure.sides import Sides
from ganvas.metrics import Estimate
from ganvas.metrics.features import Features

MIXTURES = (*(f"toy:{name}" for name in toy.MIXTURES), *numbers.STACKED)
"""References whose modes are known."""


class Metric(NamedTuple):
    """What `--metrics` can ask for."""

    better: dict[str, str]
    """Its numbers -> which ones are better."""
    least: Callable[[Features, Dataset], int]
    """Samples of each side from which on they are honest."""
    below: str
    """What they do with fewer."""
    effort: float
    """About how long it takes beside taking the features of one side."""
    of: Callable[[View, View], Found] | None = None
    """Its numbers, of the fakes and the reference."""
    copies: Callable[[View, View, View], Found] | None = None
    """Or of the fakes, their training set and held-out samples."""
    seen: Literal["features", "pixels", "pictures"] = "features"
    """What it looks at: features, pixels of pictures made small, or pictures of any size."""
    doubt: str = ""
    """Why its numbers are never to be trusted, if so."""


METRICS = {
    "frechet": Metric(
        of=numbers.frechet,
        better={"frechet": "lower", "FID": "lower"},
        least=lambda features, _: 10 * features.width,
        below="it reads high",
        effort=0.1,
    ),
    "kid": Metric(
        of=numbers.kid,
        better={"kid": "lower"},
        least=lambda *_: 500,
        below="the interval is wide",
        effort=2,
    ),
    "prdc": Metric(
        of=numbers.prdc,
        better=dict.fromkeys(("precision", "recall", "density", "coverage"), "higher"),
        least=lambda *_: 500,
        below="the balls around samples are wide",
        effort=4,
    ),
    "sliced-wasserstein": Metric(
        of=numbers.sliced,
        better={"sliced-wasserstein": "lower"},
        least=lambda *_: 500,
        below="it reads high",
        effort=2,
        seen="pixels",
    ),
    "neighbours": Metric(
        copies=numbers.memorised,
        better={"memorised": "lower"},
        least=lambda *_: 500,
        below="few samples set the threshold",
        effort=1,
    ),
    "modes": Metric(
        of=numbers.modes,
        better=dict.fromkeys(("captured", "high-quality", "smallest-share"), "higher")
        | {"reverse-kl": "lower", "spread": "near 1"},
        least=numbers.enough_for_modes,
        below="rare modes are missed by chance",
        effort=0.2,
        seen="pixels",
    ),
    "labels": Metric(
        of=numbers.labels,
        better=dict.fromkeys(("gan-train", "gan-test", "class-accuracy"), "higher"),
        least=lambda _, real: 100 * len(real.classes),
        below="a class has too few samples",
        effort=5,
    ),
    "mind": Metric(
        of=numbers.mind,
        better={"mind": "lower"},
        least=lambda *_: 1_000,
        below="it reads high",
        effort=1,
    ),
    "ms-ssim": Metric(
        of=numbers.ms_ssim,
        better={"ms-ssim": "near the floor"},
        least=lambda *_: 1_000,
        below="few pairs are looked at",
        effort=1,
        seen="pictures",
    ),
    "ndb": Metric(
        of=numbers.ndb,
        better={"ndb": "lower", "ndb-js": "lower"},
        least=lambda *_: 50 * BINS,
        below="bins hold too few samples to differ",
        effort=3,
        seen="pixels",
    ),
    "c2st": Metric(
        of=numbers.c2st,
        better={"c2st": "near 0.5"},
        least=lambda *_: 1_000,
        below="the classifier learns from few",
        effort=2,
    ),
    "birthday": Metric(
        of=numbers.birthday,
        better={"duplicates": "lower", "support": "higher"},
        least=lambda *_: 1_000,
        below="few samples set the distance",
        effort=1,
    ),
    "authpct": Metric(
        copies=numbers.authpct,
        better={"authpct": "near the floor"},
        least=lambda *_: 1_000,
        below="training samples are far apart",
        effort=1,
    ),
    "c-t": Metric(
        copies=numbers.c_t,
        better={"c-t": "near 0"},
        least=lambda *_: 1_000,
        below="cells hold few samples",
        effort=1,
    ),
    "parzen": Metric(
        of=numbers.parzen,
        better={"parzen": "higher"},
        least=lambda *_: 10_000,
        below="it reads low",
        effort=10,
        seen="pixels",
        doubt="it is there to replicate the table of 2014 and not recommended, as it prefers "
        "averages of pictures to pictures",
    ),
}
"""Name -> metric."""


def plain(value: float | Estimate) -> float:
    """The number alone, without an interval that it may have."""
    return value.value if isinstance(value, Estimate) else float(value)


def fitting(sides: Sides) -> list[str]:
    """The metrics that are told of such data when none are asked for."""
    known = ["modes"] * (sides.b in MIXTURES)
    if sides.real.spec.is_images:
        usual = ["frechet", "kid", "prdc", "sliced-wasserstein", "neighbours"]
        return known + usual + ["labels"] * sides.conditional
    return [*known, "frechet", "prdc", "sliced-wasserstein"]


def check(asked: Iterable[str], sides: Sides) -> list[str]:
    """The metrics `asked` for; UsageError for one that is unknown or does not fit the data."""
    names = list(dict.fromkeys(asked))
    for name in names:
        if name not in METRICS:
            raise unknown("metric", name, METRICS)
        if name == "modes" and sides.b not in MIXTURES:
            raise UsageError(
                f"The modes of {sides.b!r} are not known; those of {', '.join(MIXTURES)} are."
            )
        if name in ("ms-ssim", "parzen") and not sides.real.spec.is_images:
            raise UsageError(f"{name!r} looks at pictures; {sides.b!r} is points.")
        if name == "labels" and (sides.fake.y is None or sides.real.y is None):
            missing = sides.a if sides.fake.y is None else sides.b
            raise UsageError(f"'labels' needs the classes of both sides; {missing!r} has none.")
    return names


def effort(sides: Sides, names: list[str]) -> dict[str, float]:
    """The share of the time that each part of scoring `names` takes, about, by its name."""
    n = len(sides.fake)
    counts = {"A": n, "B": len(sides.real), "the floor": n}
    if any(METRICS[name].copies for name in names):
        counts["the training set"] = 0 if sides.train is sides.real else len(sides.train)
    found = {f"features of {name}": float(count) for name, count in counts.items()}
    found |= {name: METRICS[name].effort * n for name in names}
    return {part: share / sum(found.values()) for part, share in found.items()}
