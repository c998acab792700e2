"""MS-SSIM between pairs: do the samples look more alike than real ones do?

Sources: Wang, Simoncelli and Bovik, Multiscale Structural Similarity for Image Quality Assessment,
2003; Odena et al., Conditional Image Synthesis with Auxiliary Classifier GANs, 2017, section 4.2,
for the mean over pairs as a measure of collapse.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import correlate1d

from ganvas.errors import UsageError
from ganvas.metrics.estimate import Estimate
from ganvas.metrics.rows import settled

WINDOW, SIGMA = 11, 1.5
WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""Of the scales, the finest first, as Wang et al. measured them on people."""
BLUR, CONTRAST = 0.01**2, 0.03**2
"""C_1 and C_2, for pixels from 0 to 1."""
BLOCK = 2**22
"""Pixels that are compared at a time."""

Pictures = NDArray[Any]


def scales(side: int) -> int:
    """How many scales a picture of `side` pixels has: the 11-pixel window has to fit into each.

    >>> [scales(side) for side in (8, 22, 28, 44, 64, 176)]
    [1, 2, 2, 3, 3, 5]
    """
    return max(1, min(len(WEIGHTS), 1 + int(np.log2(max(1.0, side / WINDOW)))))


def ms_ssim(x: ArrayLike, y: ArrayLike) -> NDArray[np.float64]:
    """The similarity of each picture of `x` to the one of `y` at its place, (N,), at most 1.

    Args:
        x: pictures (N, C, H, W), uint8 or from 0 to 1.
        y: as many of the same size.

    Five scales are the published ones and need 176 pixels; a smaller picture has as many as
    the window fits into (28 pixels: 2, of 28 and 14), their weights made to add up to 1, so
    numbers compare at one size only. Below 11 pixels the window is as wide as the picture.
    Negative correlations count as 0.

    Raises:
        UsageError: not pictures, of different shapes, not numbers from 0 to 1.
    """
    one, other = _pictures(x, "x"), _pictures(y, "y")
    if one.shape != other.shape:
        raise UsageError(f"x is {one.shape} and y {other.shape}; the shapes have to be equal.")
    step = max(1, BLOCK // one[0].size)
    parts = [_similar(one[i : i + step], other[i : i + step]) for i in range(0, len(one), step)]
    return np.concatenate(parts)


def pair_similarity(pictures: ArrayLike, *, seed: int = 0) -> Estimate:
    """The mean MS-SSIM of disjoint random pairs of `pictures` (N, C, H, W), N / 2 of them.

    Well above that of real data where samples are much alike; below it for noise. What lacks
    between classes is hardly seen: Odena et al. took it within each class.

    Returns:
        The mean with its 95 % interval.

    Raises:
        UsageError: fewer than four pictures, and as `ms_ssim`.
    """
    given = _pictures(pictures, "pictures")
    if len(given) < 4:
        raise UsageError(f"{len(given)} pictures make no two pairs; 4 or more are needed.")
    order = np.random.default_rng(seed).permutation(len(given))
    mixed = settled(given.reshape(len(given), -1))[order].reshape(given.shape)
    half = len(given) // 2
    found = ms_ssim(mixed[:half], mixed[half : 2 * half])
    error = 1.96 * float(found.std(ddof=1)) / np.sqrt(half)
    return Estimate(float(found.mean()), float(found.mean() - error), float(found.mean() + error))


def _similar(x: Pictures, y: Pictures) -> NDArray[np.float64]:
    one, other = (
        side.astype(np.float64) / (255 if side.dtype == np.uint8 else 1) for side in (x, y)
    )
    count = scales(min(x.shape[2:]))
    weights = np.array(WEIGHTS[:count]) / sum(WEIGHTS[:count])
    product = np.ones(x.shape[:2])
    for at, weight in enumerate(weights):
        whole, structure = _ssim(one, other)
        last = at == count - 1
        product *= np.maximum(whole if last else structure, 0) ** weight
        if not last:
            one, other = _halved(one), _halved(other)
    mean: NDArray[np.float64] = product.mean(1)
    return mean


def _ssim(x: Pictures, y: Pictures) -> tuple[Pictures, Pictures]:
    """The similarity, and its part of contrast and structure alone: the means of each, (N, C)."""
    width = min(WINDOW, *x.shape[2:])
    at = np.arange(width) - (width - 1) / 2
    window = np.exp(-((at / (SIGMA * width / WINDOW)) ** 2) / 2)
    window /= window.sum()

    def mean(z: Pictures) -> Pictures:
        for axis in (2, 3):
            z = correlate1d(z, window, axis, mode="constant", origin=0)
            first = width // 2
            keep = slice(first, z.shape[axis] - (width - 1 - first))
            z = z[(slice(None),) * axis + (keep,)]
        return z

    mean_x, mean_y = mean(x), mean(y)
    spread = mean(x * x) - mean_x**2 + mean(y * y) - mean_y**2
    shared = mean(x * y) - mean_x * mean_y
    structure = (2 * shared + CONTRAST) / (spread + CONTRAST)
    light = (2 * mean_x * mean_y + BLUR) / (mean_x**2 + mean_y**2 + BLUR)
    return (light * structure).mean((2, 3)), structure.mean((2, 3))


def _halved(x: Pictures) -> Pictures:
    """Each 2 x 2 pixels made one; an odd last row or column is left out."""
    height, width = (side // 2 * 2 for side in x.shape[2:])
    even = x[:, :, :height, :width]
    quarters: Pictures = even.reshape(*x.shape[:2], height // 2, 2, width // 2, 2).mean((3, 5))
    return quarters


def _pictures(given: ArrayLike, name: str) -> Pictures:
    array = np.asarray(given)
    if array.ndim != 4 or not array.size or array.dtype.kind not in "fiub":
        raise UsageError(
            f"{name} is {array.dtype} {array.shape}; pictures (N, C, H, W) are needed, uint8 or "
            "from 0 to 1."
        )
    if array.dtype != np.uint8 and not (array.min() >= 0 and array.max() <= 1):
        raise UsageError(
            f"{name} goes from {array.min()} to {array.max()}; from 0 to 1 is needed, or uint8."
        )
    return array
