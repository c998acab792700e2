"""Photographs to edge maps, which makes any folder of pictures a paired task.

Source: Canny, A Computational Approach to Edge Detection, 1986: smooth, take the gradient, keep
what is largest across the edge, and of that what is strong or connected with what is strong.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import conv2d, max_pool2d, pad

from ganvas.data.dataset import Dataset
from ganvas.data.domains import TwoDomains

STRONG, WEAK = 0.09, 0.035
"""Slopes that start an edge and that go on with one, as shares of black to white in a pixel."""
REACH = 12
"""Pixels that a weak edge goes on from a strong one."""
_AT_ONCE = 256
_AROUND = ((0, 1), (1, 1), (1, 0), (1, -1))
"""The neighbour across an edge whose slope lies along 0, 45, 90 and 135 degrees: (down, right)."""


def paired(data: Dataset) -> TwoDomains:
    """The edges of the pictures of `data`, black on white, as domain a; the pictures as b."""
    drawn = Dataset(f"edges of {data.name}", edges(data.x))
    name = f"edges-{data.name}"
    return TwoDomains(name, drawn, Dataset(data.name, data.x), paired=True)


def edges(images: Tensor) -> Tensor:
    """Pictures, uint8 (N, C, H, W), to their edges, uint8 (N, 1, H, W): 0 on 255."""
    return torch.cat([_edges(part) for part in torch.split(images, _AT_ONCE)])


def _edges(images: Tensor) -> Tensor:
    grey = images.float().mean(1, keepdim=True) / 255
    line = torch.tensor([1.0, 4.0, 6.0, 4.0, 1.0]) / 16
    smooth = conv2d(pad(grey, (2, 2, 2, 2), "replicate"), (line[:, None] * line)[None, None])
    sobel = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]) / 8
    both = conv2d(pad(smooth, (1, 1, 1, 1), "replicate"), torch.stack([sobel, sobel.T])[:, None])
    across, down = both[:, :1], both[:, 1:]
    slope = torch.hypot(across, down)
    direction = (torch.atan2(down, across) * (4 / torch.pi)).round().long() % 4
    ridge = torch.zeros_like(slope, dtype=torch.bool)
    framed, (height, width) = pad(slope, (1, 1, 1, 1)), slope.shape[2:]

    def beside(dy: int, dx: int) -> Tensor:
        return framed[:, :, 1 - dy : 1 - dy + height, 1 - dx : 1 - dx + width]

    for i, (dy, dx) in enumerate(_AROUND):
        before, after = beside(dy, dx), beside(-dy, -dx)
        ridge |= (direction == i) & (slope >= before) & (slope > after)
    found, might = ridge & (slope > STRONG), ridge & (slope > WEAK)
    for _ in range(REACH):
        found = might & (max_pool2d(found.float(), 3, 1, 1) > 0)
    return torch.where(found, 0, 255).to(torch.uint8)
