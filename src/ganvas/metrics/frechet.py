"""The Frechet distance between the Gaussians that two sets of features would be samples of.

Sources: Dowson and Landau, The Frechet distance between multivariate normal distributions, 1982;
Heusel et al., GANs Trained by a Two Time-Scale Update Rule, 2017, Eq. 6. "FID" is said of the
features of the Inception network alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ganvas.errors import UsageError
from ganvas.metrics.rows import rows


@dataclass(frozen=True, eq=False)
class Moments:
    """All that the Frechet distance needs to know of a set of features."""

    mean: NDArray[np.float64]
    """(d,)"""
    covariance: NDArray[np.float64]
    """(d, d), with the divisor N - 1."""
    count: int
    """N: below about ten times d the distance says more about N than about the images."""


def moments(features: ArrayLike) -> Moments:
    """Mean and covariance of the rows of `features` (N, d).

    Raises:
        UsageError: fewer than two rows, not (N, d), not finite.
    """
    x = rows(features)
    return Moments(x.mean(0), np.atleast_2d(np.cov(x, rowvar=False)), len(x))


def frechet(a: ArrayLike, b: ArrayLike) -> float:
    """The squared Frechet distance between features `a` (N, d) and `b` (M, d).

    0 for equal moments, without an upper bound, in squared units of the features. Biased upwards
    when N is small; computable with N < d all the same, and no more than a sign of life there.

    Raises:
        UsageError: fewer than two rows, different widths, not finite.

    >>> frechet([[0.0], [2.0]], [[3.0], [5.0]])
    9.0
    """
    return frechet_of(moments(a), moments(b))


def frechet_of(a: Moments, b: Moments) -> float:
    """The squared Frechet distance between two Gaussians of known moments.

    |mean_a - mean_b|^2 + tr(C_a + C_b - 2 (C_a C_b)^(1/2)). The trace of the last root is the sum
    of the singular values of C_a^(1/2) C_b^(1/2): no root of a matrix that is not symmetric, hence
    no complex numbers, and no noise from directions in which a covariance is zero.

    Raises:
        UsageError: moments that are not finite, or of different widths.
    """
    for m in (a, b):
        d = m.mean.size
        finite = np.isfinite(m.mean).all() and np.isfinite(m.covariance).all()
        if m.mean.shape != (d,) or m.covariance.shape != (d, d) or d == 0 or not finite:
            raise UsageError("Moments are a finite mean (d,) and a finite covariance (d, d).")
    if len(a.mean) != len(b.mean):
        raise UsageError(
            f"Moments of {len(a.mean)} and of {len(b.mean)} features; both have to come from the "
            "same feature net."
        )
    shift = a.mean - b.mean
    shared = np.linalg.svd(_root(a.covariance) @ _root(b.covariance).T, compute_uv=False).sum()
    apart = shift @ shift + np.trace(a.covariance) + np.trace(b.covariance) - 2 * shared
    return max(0.0, float(apart))


def _root(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """A (r, d) with A^T A the covariance, r being its rank."""
    values, vectors = np.linalg.eigh(covariance)
    zero = values[-1] * len(values) * np.finfo(np.float64).eps
    kept = values > max(zero, 0.0)
    root: NDArray[np.float64] = np.sqrt(values[kept])[:, None] * vectors[:, kept].T
    return root
