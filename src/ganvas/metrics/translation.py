"""What a translation keeps: information about each factor, and one place for each place.

Without pairs nothing can say which colour a translation should give to red: only that red, green
and blue should not become one. So what is measured is how much the answer tells of the question.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray


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


def one_to_one(before: ArrayLike, after: ArrayLike, modes: int, least: float = 0.2) -> OneToOne:
    """How modes go to modes.

    Args:
        before: the mode of each sample, whole numbers from 0, (N,).
        after: the mode of its translation, 0 to `modes` - 1; -1 where it is in none.
        modes: modes of the second domain.
        least: a mode is reached by so much of an even share of the samples.
    """
    whole = counts(before, after)
    hit = counts(before, after, drop=-1)
    many = len(whole)
    reached = int((hit.sum(0) >= least * hit.sum() / modes).sum()) if hit.size else 0
    goes = [int(row.argmax()) if row.sum() else -1 - i for i, row in enumerate(hit)]
    pairs = [goes[i] != goes[j] for i in range(many) for j in range(i)]
    best = sum(int(row.max()) for row in hit) if hit.size else 0
    return OneToOne(
        coverage=reached / min(many, modes),
        injectivity=sum(pairs) / len(pairs) if pairs else 1.0,
        purity=best / int(whole.sum()),
    )


def counts(before: ArrayLike, after: ArrayLike, drop: int | None = None) -> NDArray[np.int64]:
    """How often each value of `before` (rows) met each of `after` (columns); `drop` of `after`."""
    x, y = np.asarray(before), np.asarray(after)
    if x.shape != y.shape or x.ndim != 1 or not len(x):
        raise ValueError(f"expected two lists of equal length, got {x.shape} and {y.shape}")
    names, rows = np.unique(x, return_inverse=True)
    kept = np.ones(len(y), dtype=bool) if drop is None else y != drop
    values, columns = np.unique(y[kept], return_inverse=True)
    found = np.zeros((len(names), len(values)), dtype=np.int64)
    np.add.at(found, (rows[kept], columns), 1)
    return found
