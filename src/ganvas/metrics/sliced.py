"""Sliced Wasserstein: the distance between the shadows that two sets cast on random directions.

Sources: Rabin et al., Wasserstein Barycenter and its Application to Texture Mixing, 2011;
Bonneel et al., Sliced and Radon Wasserstein Barycenters of Measures, 2015, Definition 2.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ganvas.errors import UsageError
from ganvas.metrics.rows import Rows, numbers, same_width

BLOCK = 2**23
"""Numbers that are projected at a time: 64 MB."""
GROUP = 128
"""Directions that are looked along at a time."""


def sliced_wasserstein(
    a: ArrayLike, b: ArrayLike, *, directions: int = 1_000, seed: int = 0
) -> float:
    """The sliced 2-Wasserstein distance between `a` (N, d) and `b` (M, d).

    The root of the mean, over directions, of the squared Wasserstein distance between the
    projections, which sorting gives exactly. A shift by v is |v| / sqrt(d) away, so pixels in
    [0, 1] score from 0 to 1. Greater than 0 also between two samples of one distribution; the
    directions depend on `seed` and d alone.

    Raises:
        UsageError: fewer than two rows, different widths, not finite, no directions.

    >>> sliced_wasserstein([[0.0], [1.0]], [[3.0], [4.0]])
    3.0
    """
    if directions < 1:
        raise UsageError(f"directions={directions}: at least 1 is needed.")
    x, y = numbers(a, "a"), numbers(b, "b")
    same_width(x, y, ("a", "b"))
    ways = np.random.default_rng(seed).standard_normal((directions, x.shape[1]))
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    squared = [
        _squared(_shadows(x, ways[i : i + GROUP]), _shadows(y, ways[i : i + GROUP]))
        for i in range(0, directions, GROUP)
    ]
    return math.sqrt(np.concatenate(squared).mean())


def _shadows(x: NDArray[Any], ways: Rows) -> Rows:
    """The sorted projections, (directions, N)."""
    cast = np.empty((len(ways), len(x)))
    step = max(1, BLOCK // x.shape[1])
    for i in range(0, len(x), step):
        cast[:, i : i + step] = ways @ x[i : i + step].astype(np.float64, copy=False).T
    cast.sort(axis=1)
    return cast


def _squared(x: Rows, y: Rows) -> Rows:
    """The squared Wasserstein distance in each direction, between sorted projections.

    Quantile functions are steps, at i / N and at j / M; N * M makes whole numbers of the ends.
    """
    n, m = x.shape[1], y.shape[1]
    if n == m:
        mean: Rows = ((x - y) ** 2).mean(1)
        return mean
    ends = np.union1d(np.arange(1, n + 1) * m, np.arange(1, m + 1) * n)
    widths = np.diff(ends, prepend=0) / (n * m)
    squared: Rows = ((x[:, (ends - 1) // m] - y[:, (ends - 1) // n]) ** 2) @ widths
    return squared
