"""The nearest training rows of what was generated, and whether they are suspiciously near.

Distances are recomputed row by row, so that a copy is at exactly 0 and neither the order nor the
number of rows changes a digit.

Sources: Meehan et al., A Non-Parametric Test to Detect Data-Copying in Generative Models, 2020,
for the comparison with held-out data; the share below its quantile is the simplest form of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.neighbors import NearestNeighbors

from ganvas.errors import UsageError
from ganvas.metrics.rows import Rows, pair, rows, same_width

BLOCK = 512
"""Queries that are answered at a time."""
SPARE = 3
"""More neighbours than asked for, as the search may swap those whose distances all but tie."""


def distances(x: Rows, y: Rows) -> Rows:
    """The Euclidean distances |x - y| along the last axis: 0 for equal rows, not nearly 0."""
    apart = x - y
    apart *= apart
    root: Rows = np.sqrt(apart.sum(-1))
    return root


def nearest(real: ArrayLike, queries: ArrayLike, k: int = 1) -> tuple[Rows, NDArray[np.int64]]:
    """The `k` rows of `real` (N, d) that are nearest to each row of `queries` (M, d).

    Returns:
        Euclidean distances (M, k), ascending, and which rows of `real` they lead to (M, k); of
        equal distances the earlier row comes first.

    Raises:
        UsageError: no rows, different widths, not finite, k less than 1 or more than N.

    >>> nearest([[0.0], [5.0]], [[4.0]])
    (array([[1.]]), array([[1]]))
    """
    x, q = pair(real, queries, ("real", "queries"), least=1)
    if not 1 <= k <= len(x):
        raise UsageError(f"k={k}: with {len(x)} real rows, between 1 and {len(x)} is possible.")
    middle = x.mean(0)  # the search takes products, and they cancel least around it
    search = NearestNeighbors(n_neighbors=min(k + SPARE, len(x)), algorithm="brute")
    near = search.fit(x - middle).kneighbors(q - middle, return_distance=False)
    near.sort(axis=1)
    found, where = np.empty((len(q), k)), np.empty((len(q), k), np.int64)
    for i in range(0, len(q), BLOCK):
        rank = near[i : i + BLOCK]
        exact = distances(q[i : i + BLOCK, None], x[rank])
        best = np.argsort(exact, axis=1, kind="stable")[:, :k]
        found[i : i + BLOCK] = np.take_along_axis(exact, best, 1)
        where[i : i + BLOCK] = np.take_along_axis(rank, best, 1)
    return found, where


@dataclass(frozen=True, eq=False)
class Balls:
    """Balls around rows."""

    x: Rows
    """Their centres, (N, d)."""
    centred: Rows
    """The same less some middle of all: products cancel least around it."""
    reach: Rows
    """The squared radius of each, (N,)."""

    @classmethod
    def around(cls, x: Rows, reach: Rows, middle: Rows) -> Balls:
        """Balls around `x` (N, d) whose squared radii are `reach` (N,)."""
        return cls(x, x - middle, reach)

    def __getitem__(self, some: slice) -> Balls:
        return Balls(self.x[some], self.centred[some], self.reach[some])


def squared(a: Balls, b: Balls) -> Rows:
    """Squared distances (N, M) between the centres, right wherever a radius is at stake.

    What is too near a radius to tell by products, such as a copy of the very neighbour that it
    ends at, is measured directly.
    """
    apart, sizes = by_products(a.centred, b.centred)
    doubt = 8 * a.x.shape[1] * np.finfo(np.float64).eps * sizes
    near = np.abs(apart - a.reach[:, None]) <= doubt
    near |= np.abs(apart - b.reach) <= doubt
    for i in np.flatnonzero(near.any(1)):
        apart[i, near[i]] = distances(a.x[i], b.x[near[i]]) ** 2
    return apart


def by_products(x: Rows, y: Rows) -> tuple[Rows, float]:
    """Squared distances (N, M) by a matrix product, and the size that their rounding goes with.

    They are quick, and off by some rounding: also below 0, by as much.
    """
    sizes = [(side**2).sum(1) for side in (x, y)]
    apart: Rows = (-2 * x) @ y.T
    apart += sizes[0][:, None]
    apart += sizes[1]
    return apart, float(sizes[0].max() + sizes[1].max())


def memorised(
    train: ArrayLike, held_out: ArrayLike, fake: ArrayLike, *, level: float = 0.01
) -> float:
    """The share of `fake` (M, d) that lies as near to a training row as hardly any held-out row.

    The threshold is the distance to the nearest training row that only `level` of the held-out
    rows stay within, so real data score about `level` and copies score 1. Generators that make
    only what is common score above `level` too: read it beside the recall, and as a reason to look
    at the pairs.

    Raises:
        UsageError: fewer than two rows, different widths, not finite, a `level` outside (0, 1), or
            fewer than 1 / level held-out rows.
    """
    x, y = pair(train, held_out, ("train", "held_out"))
    z = rows(fake, "fake")
    same_width(x, z, ("train", "fake"))
    if not 0 < level < 1 or len(y) * level < 1:
        raise UsageError(
            f"level = {level:g} of {len(y)} held-out rows: a share between 0 and 1 that makes at "
            "least one row was expected."
        )
    reference = nearest(x, y)[0][:, 0]
    within = np.quantile(reference, level, method="inverted_cdf")
    return float((nearest(x, z)[0][:, 0] <= within).mean())
