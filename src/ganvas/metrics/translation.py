"""What a translation keeps: information about each factor, and one place for each place.

Without pairs nothing can say which colour a translation should give to red: only that red, green
and blue should not become one. So what is measured is how much the answer tells of the question.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ganvas.errors import UsageError


class OneToOne(NamedTuple):
    """How the modes of one domain go to those of the other."""

    coverage: float
    """Share of the second domain's modes that are reached, of as many as can be."""
    injectivity: float
    """Share of pairs of the first domain's modes that go to two modes."""
    purity: float
    """Share of samples that go where most of their mode go."""


def kept_information(before: ArrayLike, after: ArrayLike) -> float:
    """How much of a factor its translation tells: I(before; after) / H(before), 0 to 1.

    `before`, `after`: the factor's values as whole numbers, (N,). 1 where each value has become a
    value of its own, whichever; 0 where the translation tells nothing of it. Estimated from the
    counts, so a few parts in a thousand too high for a few values and a thousand samples.

    >>> kept_information([0, 0, 1, 1], [5, 5, 3, 3])
    1.0
    """
    joint = counts(before, after)
    joint = joint / joint.sum()
    rows, columns = joint.sum(1), joint.sum(0)
    entropy = -float(np.sum(rows[rows > 0] * np.log(rows[rows > 0])))
    there = joint > 0
    independent = np.outer(rows, columns)
    shared = float(np.sum(joint[there] * np.log(joint[there] / independent[there])))
    return min(max(shared / entropy, 0.0), 1.0) if entropy else 1.0


def one_to_one(before: ArrayLike, after: ArrayLike, modes: int, least: float = 0.5) -> OneToOne:
    """How modes go to modes.

    Args:
        before: the mode of each sample, whole numbers, (N,).
        after: the mode of its translation, whole numbers from 0 to `modes` - 1, (N,).
        modes: modes of the second domain.
        least: a mode is reached by so much of an even share of the samples.

    >>> one_to_one([0, 0, 1, 1], [2, 2, 2, 2], modes=3)
    OneToOne(coverage=0.5, injectivity=0.0, purity=1.0)
    """
    found = counts(before, after)
    reached = int((found.sum(0) >= least * found.sum() / modes).sum())
    goes = found.argmax(1)
    many = len(goes)
    apart = sum(goes[i] != goes[j] for i in range(many) for j in range(i))
    return OneToOne(
        coverage=min(reached / min(many, modes), 1.0),
        injectivity=float(apart / (many * (many - 1) / 2)) if many > 1 else 1.0,
        purity=float(found.max(1).sum() / found.sum()),
    )


def counts(before: ArrayLike, after: ArrayLike) -> NDArray[np.int64]:
    """How often each value of `before` (rows) became each of `after` (columns)."""
    x, y = np.asarray(before), np.asarray(after)
    if x.shape != y.shape or x.ndim != 1 or not len(x):
        raise UsageError(f"expected two lists of equal length, got {x.shape} and {y.shape}")
    names, rows = np.unique(x, return_inverse=True)
    values, columns = np.unique(y, return_inverse=True)
    found = np.zeros((len(names), len(values)), dtype=np.int64)
    np.add.at(found, (rows, columns), 1)
    return found
