"""C_T: are samples nearer to the training set than held-out samples are?

Source: Meehan, Chaudhuri and Dasgupta, A Non-Parametric Test to Detect Data-Copying in Generative
Models, 2020, section 3.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import rankdata

from ganvas.errors import UsageError
from ganvas.metrics.bins import binned
from ganvas.metrics.neighbours import nearest
from ganvas.metrics.rows import Rows, pair, rows, same_width

LEAST = 20
"""Samples that a cell needs of each side to be counted."""


def c_t(
    train: ArrayLike, held_out: ArrayLike, fake: ArrayLike, *, cells: int = 10, seed: int = 0
) -> float:
    """The data-copying statistic of `fake` (M, d): far below 0 where the training set is copied.

    In each k-means cell of `train` (N, d), the distances of fakes to the nearest training row
    are ranked among those of `held_out` rows (L, d), and the rank sum is told in its standard
    deviations; C_T is their mean, weighted by the held-out rows of each cell. About 0 for real
    data and at most a few units; below -3 is copying by more than chance, above 3 samples lie
    further from the training set than real ones do. It grows with the square root of the numbers
    of rows. Cells with fewer than 20 samples of either side are left out.

    Raises:
        UsageError: fewer rows than cells in `train`, fewer than two in another, different
            widths, not finite, or no cell with enough samples.
    """
    x, y = pair(train, held_out, ("train", "held_out"))
    z = rows(fake, "fake")
    same_width(x, z, ("train", "fake"))
    bins = binned(x, cells, seed)
    of_x, of_y, of_z = (bins.of(side) for side in (x, y, z))
    scores, weights = [], []
    for cell in range(cells):
        here, real, made = x[of_x == cell], y[of_y == cell], z[of_z == cell]
        if min(len(real), len(made)) >= LEAST and len(here):
            scores.append(_rank_sum(nearest(here, real)[0][:, 0], nearest(here, made)[0][:, 0]))
            weights.append(len(real))
    if not scores:
        raise UsageError(
            f"No cell holds {LEAST} held-out rows and {LEAST} fakes; give more of them, or ask "
            f"for fewer than {cells} cells."
        )
    return float(np.average(scores, weights=weights))


def _rank_sum(real: Rows, made: Rows) -> float:
    """Mann and Whitney's U of `made` over `real`, less its mean, in its standard deviations."""
    n, m = len(real), len(made)
    u = rankdata(np.concatenate([made, real]))[:m].sum() - m * (m + 1) / 2
    return float((u - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12))
