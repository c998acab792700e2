"""Labels: is each class made as asked, and can a classifier learn from what is made?

Sources: Shmelkov et al., How Good Is My GAN?, 2018, section 3; Odena et al., Conditional Image
Synthesis with Auxiliary Classifier GANs, 2017, for accuracy by class.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ganvas.errors import UsageError
from ganvas.metrics.rows import Rows, rows, same_width

Classes = NDArray[np.int64]


class Accuracy(NamedTuple):
    """The share that is classified right."""

    overall: float
    """Of all samples."""
    per_class: dict[int, float]
    """Of the samples of each class that there is."""


def per_class_accuracy(asked: ArrayLike, seen: ArrayLike) -> Accuracy:
    """How often a classifier `seen` (N,) what was `asked` for (N,), in all and by class.

    Raises:
        UsageError: empty, of different lengths, or not whole numbers of 0 and more.

    >>> per_class_accuracy([0, 0, 1, 1], [0, 1, 1, 1])
    Accuracy(overall=0.75, per_class={0: 0.5, 1: 1.0})
    """
    y, guess = _classes(asked, "asked"), _classes(seen, "seen")
    if len(y) != len(guess):
        raise UsageError(f"asked has {len(y)} labels and seen {len(guess)}; one each is needed.")
    right = y == guess
    each = {int(c): float(right[y == c].mean()) for c in np.unique(y)}
    return Accuracy(float(right.mean()), each)


def gan_train(fake: ArrayLike, fake_y: ArrayLike, test: ArrayLike, test_y: ArrayLike) -> Accuracy:
    """The accuracy on real test features (M, d) of a classifier that has seen only fakes (N, d).

    Low when fakes are bad or lack variety; a class that is never made scores 0. The classifier is
    logistic regression on standardised features; beside it belongs the same with real training
    features for `fake`.

    Raises:
        UsageError: rows without a label each, fewer than two classes to learn, different widths,
            not finite.
    """
    x, y = _labelled(fake, fake_y, "fake")
    q, truth = _labelled(test, test_y, "test")
    return _learnt(x, y, q, truth, ("fake", "test"))


def gan_test(real: ArrayLike, real_y: ArrayLike, fake: ArrayLike, fake_y: ArrayLike) -> Accuracy:
    """The accuracy on fakes (M, d) of a classifier that has seen only real features (N, d).

    Low when fakes do not look like the class they were asked for. A generator of one perfect image
    for each class scores 1: it is `gan_train` that misses the variety. Above the accuracy on real
    test features, fakes are easier than real images.

    Raises:
        UsageError: as `gan_train`.
    """
    x, y = _labelled(real, real_y, "real")
    q, truth = _labelled(fake, fake_y, "fake")
    return _learnt(x, y, q, truth, ("real", "fake"))


def _learnt(x: Rows, y: Classes, q: Rows, truth: Classes, names: tuple[str, str]) -> Accuracy:
    same_width(x, q, names)
    if len(np.unique(y)) < 2:
        raise UsageError(f"{names[0]} has one class only; telling classes apart takes two.")
    classifier = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1_000))
    return per_class_accuracy(truth, classifier.fit(x, y).predict(q))


def _labelled(x: ArrayLike, y: ArrayLike, name: str) -> tuple[Rows, Classes]:
    features, classes = rows(x, name), _classes(y, f"the labels of {name}")
    if len(features) != len(classes):
        raise UsageError(
            f"{name} has {len(features)} rows and {len(classes)} labels; one each is needed."
        )
    return features, classes


def _classes(given: ArrayLike, name: str) -> Classes:
    array = np.asarray(given)
    if array.ndim != 1 or len(array) == 0 or array.dtype.kind not in "iu" or array.min() < 0:
        raise UsageError(f"{name} are whole numbers of 0 and more, one a sample, at least one.")
    return array.astype(np.int64)
