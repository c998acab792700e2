"""NDB: in how many parts of the training set are there too many or too few samples?

The training set is cut into k-means bins; a bin is different where the shares that both sets have
in it differ by more than two proportions of one distribution do.

Source: Richardson and Weiss, On GANs and GMMs, 2018, section 3. Their code tests at the level .05
unless it is given a number of standard errors.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri, rel_entr

from ganvas.errors import UsageError
from ganvas.metrics.bins import Bins, binned
from ganvas.metrics.rows import Rows, rows, same_width

LEVEL = float(ndtri(0.975))
"""Standard errors between shares that chance exceeds in 5 bins of 100."""


class NDB(NamedTuple):
    """How the shares of the bins differ."""

    different: int
    """Bins in which they differ by more than chance: 5 of 100 for real data at the level .05."""
    js: float
    """The Jensen-Shannon divergence of the shares, in nats: 0 to log 2."""


def ndb(
    train: ArrayLike, samples: ArrayLike, *, bins: int = 100, errors: float = LEVEL, seed: int = 0
) -> NDB:
    """In how many k-means bins of `train` (N, d) the shares of `samples` (M, d) are different.

    Args:
        train: real rows; the authors took pixels, and about 500 of them a bin.
        samples: generated rows.
        bins: how many.
        errors: standard errors from which on two shares are different; 1.96 is the level .05.
        seed: picks the first centres. Other bins give another number: take the median of a few.

    Raises:
        UsageError: fewer rows in `train` than bins, one sample, different widths, not finite.
    """
    return ndb_of(binned(train, bins, seed), samples, errors=errors)


def ndb_of(bins: Bins, samples: ArrayLike, *, errors: float = LEVEL) -> NDB:
    """As `ndb`, with bins that were made before."""
    if not errors > 0:
        raise UsageError(f"errors={errors}: standard errors are more than 0.")
    y = rows(samples, "samples")
    same_width(bins.centres, y, ("train", "samples"))
    counts = np.bincount(bins.of(y), minlength=len(bins.centres))
    n, m = int(bins.counts.sum()), len(y)
    p, q = bins.counts / n, counts / m
    pooled = (bins.counts + counts) / (n + m)
    error = np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    return NDB(int((np.abs(p - q) > errors * error).sum()), _jensen_shannon(p, q))


def _jensen_shannon(p: Rows, q: Rows) -> float:
    middle = (p + q) / 2
    return float((rel_entr(p, middle) + rel_entr(q, middle)).sum() / 2)
