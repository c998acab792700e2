"""The numbers of two sides: features are taken once, and each metric also gives its floor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganvas import metrics
from ganvas.data import Dataset
from ganvas.measure.cache import kept
from ganvas.measure.card import Score
from ganvas.measure.numbers import Rows, View
from ganvas.measure.scores import METRICS, Metric, plain
from ganvas.measure.sides import Sides
from ganvas.metrics import Estimate
from ganvas.metrics.features import Features, find

Told = Callable[[str, float], None]
"""Hears of a part of the work, and how much of it is done."""


class Scorer:
    """The numbers of two sides, features taken once."""

    def __init__(self, sides: Sides, features: Features, told: Told | None = None) -> None:
        self.sides = sides
        self.features = features
        self._told = told or (lambda _part, _share: None)
        self._views: dict[int, View] = {}
        self.fake = self._view("A", sides.fake)
        self.real = self._view("B", sides.real)

    def scores(self, name: str) -> list[Score]:
        """The numbers of the metric `name` that there are; some have none, such as a divergence
        from modes of which not one was met."""
        metric = METRICS[name]
        if metric.of is not None:
            spare = self._view("the floor", self.sides.spare)
            found = metric.of(self.fake, self.real)
            self._told(name, 0.5)
            floor = metric.of(spare, self.real)
        else:
            assert metric.copies is not None
            train = self._view("the training set", self.sides.train)
            held_out = self._view("the floor", self.sides.held_out)
            found = metric.copies(self.fake, train, held_out)
            self._told(name, 0.5)
            floor = metric.copies(_half(held_out, 0), train, _half(held_out, 1))
        self._told(name, 1.0)
        return [
            self._score(metric, key, value, floor[key])
            for key, value in found.items()
            if value is not None
        ]

    def _view(self, name: str, dataset: Dataset) -> View:
        """`dataset` with its features; those of real samples are kept on the disk."""
        if id(dataset) not in self._views:

            def told(done: int) -> None:
                self._told(f"features of {name}", done / len(dataset))

            keep = dataset is not self.sides.fake
            taken = kept(self.features, dataset.x, told) if keep else None
            rows = self.features(dataset.x, told=told) if taken is None else taken
            self._views[id(dataset)] = View(dataset, self.features, rows)
        return self._views[id(dataset)]

    def nearest(self, k: int) -> tuple[Rows, NDArray[np.int64]]:
        """Distances to the `k` nearest training samples of each of A, in features; and which."""
        train = self._view("the training set", self.sides.train)
        return metrics.nearest(train.rows, self.fake.rows, k)

    def _score(
        self, metric: Metric, name: str, value: float | Estimate, floor: float | Estimate | None
    ) -> Score:
        seen = self.features
        if metric.seen != "features":
            seen = find("pixels", shape=self.sides.real.spec.shape)
        low, high = (value.low, value.high) if isinstance(value, Estimate) else (None, None)
        least = metric.least(self.features, self.sides.real)
        n = min(map(len, (self.sides.fake, *_beside(metric, self.sides))))
        flags = [metric.doubt, f"n = {n:,} is below {least:,}: {metric.below}" if n < least else ""]
        return Score(
            metric=name,
            value=plain(value),
            low=low,
            high=high,
            floor=None if floor is None else plain(floor),
            n_real=len(self.sides.real),
            n_fake=len(self.sides.fake),
            reference=self.sides.b,
            reference_sha256=self.sides.real.fingerprint,
            features=seen.name,
            features_sha256=seen.hash,
            resizer="none" if metric.seen == "pictures" else seen.resizer,
            seed=self.sides.seed,
            flag="; ".join(filter(None, flags)),
            **_training(metric, self.sides),
        )


def _beside(metric: Metric, sides: Sides) -> tuple[Dataset, ...]:
    """The real samples that the number is of."""
    return (sides.real,) if metric.copies is None else (sides.train, sides.held_out)


def _training(metric: Metric, sides: Sides) -> dict[str, Any]:
    """What a score that looks for copies says of the samples it is of."""
    if metric.copies is None:
        return {}
    return {
        "n_train": len(sides.train),
        "train_sha256": sides.train.fingerprint,
        "n_held_out": len(sides.held_out),
        "held_out_sha256": sides.held_out.fingerprint,
    }


def _half(view: View, which: int) -> View:
    """Every other row: one half of real samples judged by the other."""
    whole = view.dataset
    y = None if whole.y is None else whole.y[which::2]
    half = Dataset(whole.name, whole.x[which::2], y, whole.classes)
    return View(half, view.features, view.rows[which::2])
