"""MIND: sliced Wasserstein between features, squared and scaled, a rival of the Frechet distance.

Source: Berthet et al., MIND: Monge Inception Distance for Generative Models Evaluation, 2026. The
name is the authors' for the features of the Inception network; here it is taken of any.
"""

from __future__ import annotations

from numpy.typing import ArrayLike

from ganvas.metrics.rows import numbers
from ganvas.metrics.sliced import sliced_wasserstein


def mind(a: ArrayLike, b: ArrayLike, *, directions: int = 1_000, seed: int = 0) -> float:
    """3 d times the squared sliced 2-Wasserstein distance of features `a` (N, d) and `b` (M, d).

    In squared units of the features, like the Frechet distance: sets that differ by a shift v are
    3 |v|^2 apart here and |v|^2 there. It sees more than mean and covariance, needs a tenth of the
    samples, and is greater than 0 also between two samples of one distribution. Sets of unlike
    sizes are compared whole; the authors' code draws as many rows from the larger one.

    Raises:
        UsageError: fewer than two rows, different widths, not finite, no directions.

    >>> mind([[0.0], [1.0]], [[3.0], [4.0]])
    27.0
    """
    width: int = numbers(a, "a").shape[1]
    distance = sliced_wasserstein(a, b, directions=directions, seed=seed)
    return 3 * width * distance * distance
