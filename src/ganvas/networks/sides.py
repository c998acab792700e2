"""How convolutional networks go between a small square and a picture: by doublings or halvings."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor
from torch.nn.functional import pad

from ganvas.errors import UsageError

LARGEST = 7
"""The largest square that a network doubles."""
SMALLEST = 4
"""The side that halvings lead to, or below."""


def doublings(shape: tuple[int, ...]) -> tuple[int, int]:
    """The side a picture (C, S, S) starts from, 4 to 7, and how often it doubles up to S.

    >>> doublings((1, 28, 28))
    (7, 2)

    Raises:
        UsageError: the picture is not square, or its side is not such a number times 2, 4, 8, ….
    """
    side, times = _square(shape), 0
    while side > LARGEST and side % 2 == 0:
        side, times = side // 2, times + 1
    if not 4 <= side <= LARGEST or not times:
        near = [s * 2**k for s in (4, 5, 6, 7) for k in range(1, 9)]
        near = sorted(near, key=lambda s: (abs(s - shape[1]), s))[:2]
        raise UsageError(
            f"A convolutional network doubles a side of 4 to 7 pixels, so it cannot make "
            f"{shape[1]}; --size {near[0]} or {near[1]} can."
        )
    return side, times


def halvings(shape: tuple[int, ...]) -> list[int]:
    """The sides of a picture (C, S, S) halved, and rounded up, until 4 or less is left.

    >>> halvings((1, 28, 28))
    [28, 14, 7, 4]

    Raises:
        UsageError: the picture is not square, or is as small as that already.
    """
    sides = [_square(shape)]
    if sides[0] <= SMALLEST:
        raise UsageError(
            f"A convolutional network halves its pictures, and {sides[0]} pixels are too few; "
            f"--size {2 * SMALLEST} is enough."
        )
    while sides[-1] > SMALLEST:
        sides.append(-(-sides[-1] // 2))
    return sides


def _square(shape: tuple[int, ...]) -> int:
    if len(shape) != 3 or shape[1] != shape[2]:
        raise UsageError(f"Convolutional networks take square pictures, got {shape}.")
    return shape[1]


def widths(times: int, width: int, most: int = 8) -> list[int]:
    """Channels from the picture inwards, doubled at each halving up to `most` times `width`."""
    return [width * min(2**i, most) for i in range(times)]


def at_any_size(
    network: Callable[[Tensor], Tensor], x: Tensor, multiple: int, smallest: int = 1
) -> Tensor:
    """`network(x)` of pictures (N, C, H, W) of any sides; it takes multiples of `multiple`.

    They are continued to the right and below, at least to the multiple `smallest`, mirrored where
    they are large enough, and what was added is cut off again.
    """
    height, width = x.shape[2:]
    below, right = (max(-side % multiple, smallest - side) for side in (height, width))
    if below or right:
        mirrored = below < height and right < width
        x = pad(x, (0, right, 0, below), "reflect" if mirrored else "replicate")
    return network(x)[:, :, :height, :width]
