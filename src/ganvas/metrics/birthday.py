"""The birthday paradox: how many different samples can a generator make?

Of N equally likely kinds, two draws coincide once in N pairs. The share of pairs that do therefore
tells N, long before N samples are drawn: about sqrt(N) give the first pair.

Source: Arora, Risteski and Zhang, Do GANs Learn the Distribution? Some Theory and Empirics, 2018,
section 3. They draw batches until half of them hold a pair that a person calls the same, and put
the support at the square of the batch; here all pairs are counted, and a distance calls them so.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ganvas.errors import UsageError
from ganvas.metrics.neighbours import Balls, nearest, squared
from ganvas.metrics.rows import pair

BLOCK = 2**21
"""Distances in memory at a time: 16 MB."""


class Birthday(NamedTuple):
    """What coincides among samples."""

    duplicates: int
    """Pairs of samples that are as near as one real sample in a hundred is to any other."""
    support: float | None
    """Pairs of samples in all over duplicates: how many kinds, all alike in number, would have as
    many. None without duplicates, as there is no telling."""


def birthday(real: ArrayLike, samples: ArrayLike, *, level: float = 0.01) -> Birthday:
    """The pairs among `samples` (M, d) that are the same, and the size of support they tell of.

    Two samples are the same where they are no further apart than the nearest `level` of the rows
    of `real` (N, d) are from the nearest other one. So real data have some too, about
    `level` * N / 2, and a support to compare with: it grows with N and has no meaning alone. A
    support below that of real data says that samples repeat themselves; noise has no duplicates.

    Raises:
        UsageError: fewer than two rows, different widths, not finite, a `level` outside (0, 1), or
            fewer than 1 / level real rows.
    """
    x, y = pair(real, samples, ("real", "samples"))
    if not 0 < level < 1 or len(x) * level < 1:
        raise UsageError(
            f"level = {level:g} of {len(x)} real rows: a share between 0 and 1 that makes at least "
            "one row was expected."
        )
    apart = nearest(x, x, 2)[0][:, 1]
    within = float(np.quantile(apart, level, method="inverted_cdf"))
    balls = Balls.around(y, np.full(len(y), within**2), y.mean(0))
    inside, step = 0, max(1, BLOCK // len(y))
    for i in range(0, len(y), step):
        inside += int((squared(balls[i : i + step], balls) <= within**2).sum())
    duplicates = (inside - len(y)) // 2  # each is within reach of itself
    pairs = len(y) * (len(y) - 1) / 2
    return Birthday(duplicates, pairs / duplicates if duplicates else None)
