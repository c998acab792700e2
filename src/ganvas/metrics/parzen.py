"""The Parzen window: the log-likelihood of the 2014 paper's table, to replicate it and no more.

It is not recommended. In many dimensions it needs more samples than there are, it prefers k-means
centres of real data to real data themselves (Theis et al., A note on the evaluation of generative
models, 2016, section 3.3), and hardly anything that is seen decides it.

Source: Goodfellow et al., Generative Adversarial Nets, 2014, section 5, and its code for sigma.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import logsumexp

from ganvas.errors import UsageError
from ganvas.metrics.neighbours import by_products
from ganvas.metrics.rows import Rows, pair, rows, same_width

SIGMAS = tuple(float(sigma) for sigma in np.logspace(-1, 0, 10))
"""Widths to choose from, for pixels from 0 to 1."""
BLOCK = 2**21
"""Distances in memory at a time: 16 MB."""


class Parzen(NamedTuple):
    """The log-likelihood of test rows under a mixture of equal bells at the samples."""

    value: float
    """Its mean over the test rows, in nats."""
    error: float
    """The standard error of that mean; the paper's +-."""
    sigma: float
    """The width of the bells, the one that is best on the validation rows."""


def parzen(
    samples: ArrayLike, validation: ArrayLike, test: ArrayLike, sigmas: tuple[float, ...] = SIGMAS
) -> Parzen:
    """The mean log-likelihood of `test` (L, d) under a Parzen window of `samples` (N, d).

    Args:
        samples: generated rows, 10,000 in the paper; pixels from 0 to 1.
        validation: real rows (K, d) that choose the width, 1,000 in the paper's code.
        test: real rows (L, d).
        sigmas: widths to choose from.

    Raises:
        UsageError: fewer than two rows, different widths, not finite, a sigma not above 0.
    """
    if not sigmas or not all(0 < sigma < math.inf for sigma in sigmas):
        raise UsageError(f"sigmas={sigmas}: one or more numbers above 0 are needed.")
    x, y = pair(samples, validation, ("samples", "validation"))
    z = rows(test, "test")
    same_width(x, z, ("samples", "test"))
    tried = _likelihoods(x, y, sigmas).mean(1)
    sigma = sigmas[int(tried.argmax())]
    found = _likelihoods(x, z, (sigma,))[0]
    return Parzen(float(found.mean()), float(found.std() / math.sqrt(len(found))), sigma)


def _likelihoods(x: Rows, y: Rows, sigmas: tuple[float, ...]) -> Rows:
    """The log-density at each row of `y` for each width, (sigmas, M)."""
    n, d = x.shape
    middle = x.mean(0)  # products cancel least around it
    found, step = np.empty((len(sigmas), len(y))), max(1, BLOCK // n)
    for i in range(0, len(y), step):
        apart, _ = by_products(y[i : i + step] - middle, x - middle)
        for at, sigma in enumerate(sigmas):
            bells = logsumexp(-apart / (2 * sigma**2), axis=1)
            found[at, i : i + step] = bells - math.log(n) - d / 2 * math.log(2 * math.pi * sigma**2)
    return found
