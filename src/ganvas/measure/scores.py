"""Which metrics there are, for which data, and from how many samples on their numbers are honest.

Every metric is a function of two sides, so that its floor is the same function of two real ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ganvas import metrics
from ganvas.data import Dataset, toy
from ganvas.errors import UsageError, unknown
from ganvas.measure.sides import Sides
from ganvas.metrics import Estimate
from ganvas.metrics.features import Features, find

Found = dict[str, float | Estimate | None]
Rows = NDArray[np.float64]
MIXTURES = tuple(f"toy:{name}" for name in toy.MIXTURES)
"""References whose modes are known."""


@dataclass(frozen=True)
class View:
    """One side, as the metrics look at it."""

    dataset: Dataset
    features: Features
    rows: Rows
    """The features, (N, d)."""

    @cached_property
    def pixels(self) -> Rows:
        """Every pixel in [0, 1], of pictures larger than 28 x 28 made so small; points as is."""
        return find("pixels", shape=self.dataset.spec.shape)(self.dataset.x)

    @cached_property
    def y(self) -> NDArray[np.int64]:
        """The classes; UsageError where there are none."""
        if self.dataset.y is None:
            raise UsageError(f"{self.dataset.name!r} has no classes.")
        return self.dataset.y.numpy()


def _frechet(fake: View, real: View) -> Found:
    name = "FID" if fake.features.name == "inception" else "frechet"
    return {name: metrics.frechet(fake.rows, real.rows)}


def _kid(fake: View, real: View) -> Found:
    return {"kid": metrics.kid(fake.rows, real.rows)}


def _prdc(fake: View, real: View) -> Found:
    return dict(metrics.prdc(real.rows, fake.rows)._asdict())


def _sliced(fake: View, real: View) -> Found:
    return {"sliced-wasserstein": metrics.sliced_wasserstein(fake.pixels, real.pixels)}


def _modes(fake: View, real: View) -> Found:
    name = real.dataset.name
    found = metrics.mixtures(fake.dataset.x.numpy(), toy.modes(name).numpy(), toy.sigma(name))
    return {key.replace("_", "-"): value for key, value in found._asdict().items()}


def _labels(fake: View, real: View) -> Found:
    if fake.dataset.classes != real.dataset.classes:
        raise UsageError("The two sides have different classes.")
    found: Found = {
        "gan-train": metrics.gan_train(fake.rows, fake.y, real.rows, real.y).overall,
        "gan-test": metrics.gan_test(real.rows, real.y, fake.rows, fake.y).overall,
    }
    if fake.features.judge is not None:
        seen = fake.features.classes(fake.dataset.x)
        found["class-accuracy"] = metrics.per_class_accuracy(fake.y, seen).overall
    return found


class Metric(NamedTuple):
    """What `--metrics` can ask for."""

    of: Callable[[View, View], Found] | None
    """None for the one that looks at three sides."""
    better: dict[str, str]
    """Its numbers -> which ones are better."""
    least: Callable[[Features, Dataset], int]
    """Samples of each side from which on they are honest."""
    below: str
    """What they do with fewer."""
    effort: float
    """About how long it takes beside taking the features of one side."""
    pixels: bool = False
    """Whether it looks at pixels in place of features."""


METRICS = {
    "frechet": Metric(
        of=_frechet,
        better={"frechet": "lower", "FID": "lower"},
        least=lambda features, _: 10 * features.width,
        below="it reads high",
        effort=0.1,
    ),
    "kid": Metric(
        of=_kid,
        better={"kid": "lower"},
        least=lambda *_: 500,
        below="the interval is wide",
        effort=2,
    ),
    "prdc": Metric(
        of=_prdc,
        better=dict.fromkeys(("precision", "recall", "density", "coverage"), "higher"),
        least=lambda *_: 500,
        below="the balls around samples are wide",
        effort=4,
    ),
    "sliced-wasserstein": Metric(
        of=_sliced,
        better={"sliced-wasserstein": "lower"},
        least=lambda *_: 500,
        below="it reads high",
        effort=2,
        pixels=True,
    ),
    "neighbours": Metric(
        of=None,
        better={"memorised": "lower"},
        least=lambda *_: 500,
        below="few samples set the threshold",
        effort=1,
    ),
    "modes": Metric(
        of=_modes,
        better=dict.fromkeys(("captured", "high-quality", "smallest-share"), "higher")
        | {"reverse-kl": "lower", "spread": "near 1"},
        least=lambda _, real: 100 * len(toy.modes(real.name)),
        below="rare modes are missed by chance",
        effort=0.2,
        pixels=True,
    ),
    "labels": Metric(
        of=_labels,
        better=dict.fromkeys(("gan-train", "gan-test", "class-accuracy"), "higher"),
        least=lambda _, real: 100 * len(real.classes),
        below="a class has too few samples",
        effort=5,
    ),
}
"""Name -> metric."""


def plain(value: float | Estimate) -> float:
    """The number alone, without an interval that it may have."""
    return value.value if isinstance(value, Estimate) else float(value)


def fitting(sides: Sides) -> list[str]:
    """The metrics that are told of such data when none are asked for."""
    if sides.real.spec.is_images:
        usual = ["frechet", "kid", "prdc", "sliced-wasserstein", "neighbours"]
        return usual + ["labels"] * sides.conditional
    return ["modes"] * (sides.b in MIXTURES) + ["frechet", "prdc", "sliced-wasserstein"]


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
        if name == "labels" and (sides.fake.y is None or sides.real.y is None):
            missing = sides.a if sides.fake.y is None else sides.b
            raise UsageError(f"'labels' needs the classes of both sides; {missing!r} has none.")
    return names


def effort(sides: Sides, names: list[str]) -> dict[str, float]:
    """The share of the time that each part of scoring `names` takes, about, by its name."""
    n = len(sides.fake)
    counts = {"A": n, "B": len(sides.real), "the floor": n}
    if "neighbours" in names:
        counts["the training set"] = 0 if sides.train is sides.real else len(sides.train)
    found = {f"features of {name}": float(count) for name, count in counts.items()}
    found |= {name: METRICS[name].effort * n for name in names}
    return {part: share / sum(found.values()) for part, share in found.items()}
