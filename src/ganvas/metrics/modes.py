"""Modes of a known mixture: how many are found, how evenly, and how well each is filled.

Sources: Lin et al., PacGAN, 2018, section 4.1 and its code, for the protocol: 2,500 samples, high
quality within three standard deviations, a mode counts from one such sample on; Metz et al.,
Unrolled Generative Adversarial Networks, 2017, for stacked MNIST.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammainc

from ganvas.errors import UsageError
from ganvas.metrics.neighbours import nearest
from ganvas.metrics.rows import pair

DIGITS = 10


class Modes(NamedTuple):
    """How samples lie in the K modes of a mixture; perfect ones score as said."""

    captured: int
    """Modes with a high-quality sample: K."""
    high_quality: float
    """The share of samples near a mode: 98.89 % within three sigma in two dimensions."""
    reverse_kl: float | None
    """KL(their modes || uniform), in nats: (K - 1) / 2N. None without a high-quality sample."""
    smallest_share: float
    """K times the share of the rarest mode: a little under 1; 0 when a mode is missing."""
    spread: float | None
    """Width within the modes over what it should be: 1; below, each mode is too narrow."""


class Stacked(NamedTuple):
    """How triples of digits cover their thousand kinds."""

    modes: int
    """Kinds that occur, of 1,000."""
    kl: float
    """KL(kinds || uniform), in nats: 0.0238 for real triples at N = 26,000, not 0."""


def mixtures(samples: ArrayLike, modes: ArrayLike, sigma: float, within: float = 3.0) -> Modes:
    """Where `samples` (N, d) lie among equally likely bells.

    Args:
        samples: generated points.
        modes: the centres (K, d).
        sigma: the standard deviation of each bell along each axis.
        within: a sample is of high quality when it is nearer to a centre than this many sigma.

    Raises:
        UsageError: no rows, different widths, not finite, a `sigma` or `within` not above 0.
    """
    if not (0 < sigma < math.inf and 0 < within < math.inf):
        raise UsageError(f"sigma={sigma}, within={within}: both are numbers above 0.")
    x, centres = pair(samples, modes, ("samples", "modes"), least=1)
    found, where = nearest(centres, x)
    away, mode = found[:, 0] / sigma, where[:, 0]
    good = away < within
    counts = np.bincount(mode[good], minlength=len(centres))
    total = int(good.sum())
    d = x.shape[1]
    # The variance along each axis of a bell of width 1 that is cut off at `within`.
    cut = gammainc(d / 2 + 1, within**2 / 2) / gammainc(d / 2, within**2 / 2)
    return Modes(
        captured=int((counts > 0).sum()),
        high_quality=total / len(x),
        reverse_kl=_from_uniform(counts) if total else None,
        smallest_share=len(centres) * int(counts.min()) / total if total else 0.0,
        spread=math.sqrt((away[good] ** 2).mean() / (d * cut)) if total else None,
    )


def stacked(digits: ArrayLike) -> Stacked:
    """How the digits (N, 3) that a classifier sees in the channels cover the 1,000 triples.

    Compare at one N only, 26,000 being the custom: real triples score 0.055 at 10,000.

    Raises:
        UsageError: not (N, 3), empty, or not whole numbers from 0 to 9.

    >>> stacked([[0, 1, 2], [0, 1, 2]]).modes
    1
    """
    triples = np.asarray(digits)
    if triples.ndim != 2 or triples.shape[1] != 3 or len(triples) == 0:
        raise UsageError(f"digits have the shape {triples.shape}; (N, 3) is needed.")
    if triples.dtype.kind not in "iu" or triples.min() < 0 or triples.max() >= DIGITS:
        raise UsageError("digits are whole numbers from 0 to 9.")
    kinds = triples.astype(np.int64) @ [DIGITS**2, DIGITS, 1]
    counts = np.bincount(kinds, minlength=DIGITS**3)
    return Stacked(int((counts > 0).sum()), _from_uniform(counts))


def _from_uniform(counts: NDArray[np.int64]) -> float:
    """KL(shares || uniform) = log K - entropy, in nats."""
    shares = counts[counts > 0] / counts.sum()
    return float(math.log(len(counts)) + (shares * np.log(shares)).sum())
