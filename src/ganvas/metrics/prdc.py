"""Precision, recall, density and coverage: is what is made real, and is all that is real made?

A ball around each row, as wide as the distance to its k-th neighbour in its own set, stands for
where the distribution is. A point is in a ball when it is nearer than the radius: by strictly
less, as in the authors' code.

Sources: Kynkäänniemi et al., Improved Precision and Recall Metric for Assessing Generative Models,
2019; Naeem et al., Reliable Fidelity and Diversity Metrics for Generative Models, 2020, Eqs. 3-6.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ganvas.errors import UsageError
from ganvas.metrics.neighbours import Balls, nearest, squared
from ganvas.metrics.rows import Rows, pair

BLOCK = 2**21
"""Distances in memory at a time: 16 MB."""


class PRDC(NamedTuple):
    """The four shares; 1 is best, or about what real data have."""

    precision: float
    """Of the fakes, those inside any real ball."""
    recall: float
    """Of the reals, those inside any ball of a fake."""
    density: float
    """In how many real balls a fake lies on average, over k: also above 1."""
    coverage: float
    """Of the real balls, those with a fake inside: 1 - 2^-k for fresh real data."""


def prdc(real: ArrayLike, fake: ArrayLike, k: int = 5) -> PRDC:
    """Precision, recall, density and coverage of features `fake` (M, d) against `real` (N, d).

    Args:
        real: features of real images.
        fake: features of generated images.
        k: the neighbour whose distance is a ball's radius. Published: 3 for precision and recall
            in 2019, 5 for all four in 2020.

    Raises:
        UsageError: k or fewer rows in either set, different widths, not finite, k less than 1.
    """
    if k < 1:
        raise UsageError(f"k={k}: the nearest neighbour is number 1.")
    x, y = pair(real, fake, ("real", "fake"), least=k + 1)
    middle = x.mean(0)  # products cancel least around it
    balls = Balls.around(x, _radii(x, k) ** 2, middle)
    others = Balls.around(y, _radii(y, k) ** 2, middle)
    covered, recalled, precise = (np.zeros(n, bool) for n in (len(x), len(x), len(y)))
    hits, step = 0, max(1, BLOCK // len(y))
    for i in range(0, len(x), step):
        some = balls[i : i + step]
        apart = squared(some, others)
        inside = apart < some.reach[:, None]
        hits += int(inside.sum())
        precise |= inside.any(0)
        covered[i : i + step] = inside.any(1)
        recalled[i : i + step] = (apart < others.reach).any(1)
    density = hits / (k * len(y))
    return PRDC(float(precise.mean()), float(recalled.mean()), density, float(covered.mean()))


def _radii(x: Rows, k: int) -> Rows:
    """The distance of each row to its k-th neighbour; its nearest, at 0, is the row itself."""
    radii: Rows = nearest(x, x, k + 1)[0][:, k]
    return radii
