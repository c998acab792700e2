"""Scores while a run trains: the reals' features are taken once, and kept on the disk."""

from __future__ import annotations

from functools import cached_property

from torch import Tensor

from ganvas.data import Dataset
from ganvas.errors import UsageError
from ganvas.measure.cache import kept
from ganvas.measure.numbers import View
from ganvas.measure.scores import METRICS, plain
from ganvas.measure.sides import reals
from ganvas.measure.sources import Stored
from ganvas.metrics.features import Features, find


class Judge:
    """What samples score against `real`; call it as often as wanted.

    Args:
        real: the data that a run is trained on.
        features: the name of features, or the features themselves.
        n: real samples to compare with, or as many as there are.
        source: what `real` was loaded by, such as "mnist"; a built-in set has other real samples
            for the floor, any other data is cut into halves.
        metrics: names of `ganvas.measure.METRICS` that look at two sides.
        seed: picks the real samples.

    Raises:
        UsageError: features or metrics that do not fit the data.

    Example:
        >>> from ganvas.data import load
        >>> ring = load("toy:ring8")
        >>> judge = Judge(ring, source="toy:ring8", n=500, metrics=("frechet",))
        >>> judge(ring.x[:500])["frechet"] < 1 < judge(3 + ring.x[:500])["frechet"]
        True
    """

    def __init__(
        self,
        real: Dataset,
        features: str | Features = "auto",
        n: int = 5_000,
        *,
        source: str = "",
        metrics: tuple[str, ...] = ("frechet", "kid"),
        seed: int = 0,
    ) -> None:
        if unfit := [name for name in metrics if METRICS[name].copies or name == "labels"]:
            raise UsageError(f"{unfit[0]!r} needs more than samples; `ganvas measure` tells it.")
        if isinstance(features, str):
            features = find(features, data=real.name, shape=real.spec.shape)
        self.features = features
        self._metrics = [METRICS[name] for name in metrics]
        reference, self._spare, _ = reals(Stored(source, real), n, seed)
        self._real = View(reference, features, kept(features, reference.x))
        self.n = len(self._spare)
        """Samples to draw, so that the scores can be read beside the floor."""
        self.y = None if reference.y is None else reference.y[: self.n]
        """Their classes, where there are any: as common as among the real ones."""

    def __call__(self, samples: Tensor) -> dict[str, float]:
        """The scores of `samples`, uint8 (N, C, H, W) or points float32 (N, d), by name.

        Raises:
            UsageError: samples of another shape, too few, or points that are not finite.
        """
        if samples.shape[1:] != self._real.dataset.x.shape[1:]:
            raise UsageError(
                f"The samples are {tuple(samples.shape[1:])}, the reals "
                f"{tuple(self._real.dataset.x.shape[1:])}."
            )
        samples = samples.cpu()
        return self._scores(
            View(Dataset("samples", samples), self.features, self.features(samples))
        )

    @cached_property
    def floor(self) -> dict[str, float]:
        """The scores of other real samples: what perfection scores."""
        return self._scores(View(self._spare, self.features, kept(self.features, self._spare.x)))

    def _scores(self, fake: View) -> dict[str, float]:
        found = [metric.of(fake, self._real) for metric in self._metrics if metric.of]
        return {k: plain(v) for each in found for k, v in each.items() if v is not None}
