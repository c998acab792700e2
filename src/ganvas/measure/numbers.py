"""What each metric computes, of two sides, or of samples, their training set and held-out ones.

The floor of a number is the same function of real samples in place of the measured ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ganvas import metrics
from ganvas.data import Dataset, toy
from ganvas.errors import UsageError
from ganvas.metrics import Bins, Estimate, binned
from ganvas.metrics.features import Features, find

Found = dict[str, float | Estimate | None]
Rows = NDArray[np.float64]
LEVEL = 0.01
"""The share of real samples that the thresholds for copies and for duplicates let through."""
BINS = 100
"""Cells that a reference is cut into."""
STACKED = ("stacked-mnist", "stacked-mnist:test")
"""Pictures of 1,000 known kinds."""
ENOUGH_STACKED = 26_000
"""As many as the custom is to count those kinds in."""
EVERY = 10
"""One in so many reference samples chooses the width of Parzen's window."""


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
    def bins(self) -> Bins:
        """The k-means cells of the pixels."""
        return binned(self.pixels, BINS)

    @cached_property
    def y(self) -> NDArray[np.int64]:
        """The classes; UsageError where there are none."""
        if self.dataset.y is None:
            raise UsageError(f"{self.dataset.name!r} has no classes.")
        return self.dataset.y.numpy()


def frechet(fake: View, real: View) -> Found:
    """The Frechet distance of the features."""
    name = "FID" if fake.features.name == "inception" else "frechet"
    return {name: metrics.frechet(fake.rows, real.rows)}


def kid(fake: View, real: View) -> Found:
    """The kernel distance of the features."""
    return {"kid": metrics.kid(fake.rows, real.rows)}


def prdc(fake: View, real: View) -> Found:
    """Precision, recall, density and coverage of the features."""
    return dict(metrics.prdc(real.rows, fake.rows)._asdict())


def sliced(fake: View, real: View) -> Found:
    """Sliced Wasserstein of the pixels."""
    return {"sliced-wasserstein": metrics.sliced_wasserstein(fake.pixels, real.pixels)}


def modes(fake: View, real: View) -> Found:
    """Where points lie among the modes of a mixture, or which triples of digits pictures show."""
    name = real.dataset.name
    if name in STACKED:
        x = fake.dataset.x
        seen = find("mnist", shape=(1, *x.shape[2:])).classes(x.flatten(0, 1)[:, None])
        kinds = metrics.stacked(seen.reshape(-1, 3))
        return {"captured": kinds.modes, "reverse-kl": kinds.kl}
    found = metrics.mixtures(fake.dataset.x.numpy(), toy.modes(name).numpy(), toy.sigma(name))
    return {key.replace("_", "-"): value for key, value in found._asdict().items()}


def enough_for_modes(_: Features, real: Dataset) -> int:
    """Samples in which rare modes are not missed by chance."""
    return ENOUGH_STACKED if real.name in STACKED else 100 * len(toy.modes(real.name))


def labels(fake: View, real: View) -> Found:
    """What classifiers learn from either side, and see in the fakes."""
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


def mind(fake: View, real: View) -> Found:
    """Sliced Wasserstein of the features, squared and scaled."""
    return {"mind": metrics.mind(fake.rows, real.rows)}


def ms_ssim(fake: View, _real: View) -> Found:
    """How much the fakes look alike, pair by pair; the real side says so by its own number."""
    return {"ms-ssim": metrics.pair_similarity(fake.dataset.x)}


def ndb(fake: View, real: View) -> Found:
    """Cells of the real pixels in which the shares differ."""
    different, js = metrics.ndb_of(real.bins, fake.pixels)
    return {"ndb": different, "ndb-js": js}


def c2st(fake: View, real: View) -> Found:
    """How often a classifier of the features is right."""
    return {"c2st": metrics.c2st(fake.rows, real.rows)}


def birthday(fake: View, real: View) -> Found:
    """Fakes that are the same in the features, and the support that they tell of."""
    return dict(metrics.birthday(real.rows, fake.rows, level=LEVEL)._asdict())


def parzen(fake: View, real: View) -> Found:
    """The log-likelihood of real pixels under a window of the fakes."""
    chooses = np.arange(len(real.pixels)) % EVERY == 0
    found = metrics.parzen(fake.pixels, real.pixels[chooses], real.pixels[~chooses])
    error = 1.96 * found.error
    return {"parzen": Estimate(found.value, found.value - error, found.value + error)}


def memorised(fake: View, train: View, held_out: View) -> Found:
    """The share nearer to the training set than hardly any held-out sample is."""
    share = metrics.memorised(train.rows, held_out.rows, fake.rows, level=LEVEL)
    return {"memorised": share}


def authpct(fake: View, train: View, _held_out: View) -> Found:
    """The share that is further from its nearest training sample than another one is."""
    return {"authpct": metrics.authpct(train.rows, fake.rows)}


def c_t(fake: View, train: View, held_out: View) -> Found:
    """How distances to the training set rank among those of held-out samples."""
    return {"c-t": metrics.c_t(train.rows, held_out.rows, fake.rows)}
