"""Pictures shifted by whole pixels, each by its own numbers.

Isola et al., Image-to-Image Translation with Conditional Adversarial Networks, 2017, section 6.2,
enlarge 256 pixels to 286 and cut at a random place; that is a shift by up to 15 of 256, and a
softer picture. Of a drawing of 64 pixels that takes much of the sharpness that G is to learn; so
here the picture is shifted as it is.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import pad


def shifted(x: Tensor, u: Tensor, share: float) -> Tensor:
    """Pictures (N, C, S, S) shifted by up to `share` of their side; mirrored at their borders.

    `u`: uniform numbers in [0, 1), (N, 2): 0 shifts all the way down and right, a half not at all.
    """
    most = round(share * x.shape[-1])
    if not most:
        return x
    padded = pad(x, (most, most, most, most), mode="reflect")
    return cut(padded, (u * (2 * most + 1)).long(), x.shape[-1])


def cut(x: Tensor, corner: Tensor, side: int) -> Tensor:
    """The squares of `side` pixels whose upper left corners are `corner`, int64 (N, 2)."""
    line = torch.arange(side, device=x.device)
    rows = (line + corner[:, :1])[:, None, :, None]
    columns = (line + corner[:, 1:])[:, None, None, :]
    n = torch.arange(len(x), device=x.device).view(-1, 1, 1, 1)
    channels = torch.arange(x.shape[1], device=x.device).view(1, -1, 1, 1)
    return x[n, channels, rows, columns]
