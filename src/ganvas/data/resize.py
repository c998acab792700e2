"""Pictures made larger or smaller, smoothly and without ringing."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

_AT_ONCE = 2048  # pictures a pass: the arithmetic is in float32, four times the memory


def resize(images: Tensor, height: int, width: int) -> Tensor:
    """`images` uint8 (N, C, H, W) -> uint8 (N, C, height, width), bicubic with antialiasing.

    A bicubic curve overshoots beside an edge, which shows as a halo around strokes. So a pixel of
    an enlarged picture is held between the darkest and the lightest of the 3 x 3 source pixels
    around it.
    """
    if images.shape[2:] == (height, width):
        return images
    starts = range(0, len(images), _AT_ONCE)
    return torch.cat([_resized(images[at : at + _AT_ONCE], (height, width)) for at in starts])


def square(images: Tensor, size: int) -> Tensor:
    """The middle square of `images` uint8 (N, C, H, W), resized to (N, C, size, size)."""
    height, width = images.shape[2:]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return resize(images[:, :, top : top + side, left : left + side], size, size)


def _resized(images: Tensor, shape: tuple[int, int]) -> Tensor:
    x = images.to(torch.float32)
    out = F.interpolate(x, shape, mode="bicubic", antialias=True)
    if shape[0] >= x.shape[2] and shape[1] >= x.shape[3]:
        lightest = F.interpolate(_around(x, torch.maximum), shape, mode="nearest-exact")
        darkest = F.interpolate(_around(x, torch.minimum), shape, mode="nearest-exact")
        out = out.clamp(darkest, lightest)
    return out.round_().clamp_(0, 255).to(torch.uint8)


def _around(x: Tensor, extreme: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    """The `extreme` of the 3 x 3 pixels around each one, (N, C, H, W)."""
    x = F.pad(x, (1, 1, 1, 1), mode="replicate")
    x = extreme(extreme(x[:, :, :-2], x[:, :, 1:-1]), x[:, :, 2:])
    return extreme(extreme(x[..., :-2], x[..., 1:-1]), x[..., 2:])
