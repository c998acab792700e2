"""The k-means bins into which a distribution is cut to compare it part by part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.cluster import KMeans

from ganvas.errors import UsageError
from ganvas.metrics.neighbours import nearest
from ganvas.metrics.rows import Rows, rows, settled

ROUNDS = 100
"""Rounds of k-means at most."""


@dataclass(frozen=True, eq=False)
class Bins:
    """Where the rows of a set lie, cut into cells around means."""

    centres: Rows
    """(K, d)"""
    counts: NDArray[np.int64]
    """Rows of the set itself in each, (K,)."""

    def of(self, given: ArrayLike) -> NDArray[np.int64]:
        """The bin of each row of `given` (M, d), the one whose centre is nearest: (M,)."""
        return nearest(self.centres, given)[1][:, 0]


def binned(train: ArrayLike, bins: int = 100, seed: int = 0) -> Bins:
    """The k-means `bins` of the rows of `train` (N, d); `seed` picks the first centres.

    Raises:
        UsageError: fewer rows than bins, no bins, not finite.
    """
    if bins < 2:
        raise UsageError(f"bins={bins}: at least 2 are needed.")
    x = settled(rows(train, "train", least=bins))
    if len(np.unique(x, axis=0)) < bins:
        raise UsageError(f"train has fewer than {bins} different rows; k-means needs one a bin.")
    found = KMeans(bins, n_init=1, max_iter=ROUNDS, random_state=seed).fit(x)
    centres = found.cluster_centers_.astype(np.float64)
    where = nearest(centres, x)[1][:, 0]
    return Bins(centres, np.bincount(where, minlength=bins))
