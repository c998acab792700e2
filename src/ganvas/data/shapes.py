"""Two domains of drawn shapes whose truth is known, so that a translation can be measured.

Domain a has filled shapes on dark ground, domain b outlines in other colours on light ground. Both
have the same shapes, sizes, positions and angles and as many colours. The two are drawn apart: no
picture of one has its counterpart in the other.
"""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor

from ganvas.data.dataset import Dataset
from ganvas.data.domains import TwoDomains
from ganvas.errors import UsageError
from ganvas.seeds import generator

COUNT = 5_000
"""Pictures of each domain."""
SIZE = 32
"""Pixels of a side where none are asked for."""
LARGEST = 128
"""The largest size: both domains are held in memory."""
Domain = Literal["a", "b"]

FACTORS = {
    "shape": ("triangle", "half disc", "corner"),
    "colour": ("first", "second", "third", "fourth"),
    "size": ("small", "large"),
    "position": ("top left", "top right", "bottom left", "bottom right"),
    "angle": ("0", "90", "180", "270"),
}
"""What a picture is drawn from, and the values of each; the order of the columns of its truth.

All but the colours look alike in both domains."""
PALETTES: dict[str, tuple[tuple[int, int, int], ...]] = {
    "a": ((230, 30, 30), (250, 235, 60), (60, 190, 80), (250, 150, 210)),
    "b": ((20, 40, 230), (0, 165, 175), (10, 10, 10), (190, 0, 200)),
}
GROUND = {"a": 25, "b": 235}
"""Grey behind the shapes."""
RADII = (0.3, 0.44)
"""Half the size of a shape, small and large, in halves of the picture's side."""
OFFSET = 0.42
"""How far from the middle its centre is, to each side."""
LINE = 0.13
"""Width of an outline."""
_AT_ONCE = 1000  # pictures a pass: the arithmetic is in float32, many times the memory


def load(size: int | None = None) -> TwoDomains:
    """Both domains, 5,000 pictures each, uint8 (N, 3, size, size); the same ones every time.

    Raises:
        UsageError: a size above 128.
    """
    return TwoDomains("shapes", domain("a", size), domain("b", size), source="shapes")


def domain(name: Domain, size: int | None = None) -> Dataset:
    """One of the two domains; `truth(name)` tells what its pictures show."""
    side = size or SIZE
    if side > LARGEST:
        raise UsageError(f"size={side}: the drawn shapes are at most {LARGEST} pixels wide.")
    return Dataset(f"shapes:{name}", draw(name, truth(name), seed=0, size=side))


def truth(name: Domain, n: int = COUNT, seed: int = 0) -> Tensor:
    """The values of all factors of `n` pictures of a domain, int64 (n, 5), in `FACTORS`' order."""
    t = generator(seed, "shapes", name)
    columns = [torch.randint(len(values), (n,), generator=t) for values in FACTORS.values()]
    return torch.stack(columns, 1)


def draw(name: Domain, factors: Tensor, seed: int, size: int = SIZE) -> Tensor:
    """Pictures of the factors, uint8 (n, 3, size, size).

    `seed` moves each a little: its place by up to a twentieth of the side, its angle by 10
    degrees, its size by a tenth.
    """
    u = torch.rand(len(factors), 4, generator=generator(seed, "shapes moved", name)) * 2 - 1
    parts = zip(torch.split(factors, _AT_ONCE), torch.split(u, _AT_ONCE), strict=True)
    # In float64, as the last bits of float32 differ between processors, and pixels are rounded.
    return torch.cat([_drawn(name, part, moved.double(), size) for part, moved in parts])


def _drawn(name: Domain, factors: Tensor, u: Tensor, size: int) -> Tensor:
    shape, colour, large, place, turn = factors.unbind(1)
    radius = torch.tensor(RADII, dtype=torch.float64)[large] * (1 + 0.1 * u[:, 0])
    sides = torch.stack([place % 2, place // 2], 1) * 2 - 1
    x, y = (OFFSET * sides + 0.1 * u[:, 1:3]).view(-1, 2, 1, 1).unbind(1)
    angle = (turn * (math.pi / 2) + math.radians(10) * u[:, 3]).view(-1, 1, 1)
    line = (torch.arange(size, dtype=torch.float64) + 0.5) * (2 / size) - 1
    x, y = line.view(1, 1, -1) - x, line.view(1, -1, 1) - y
    scale = radius.view(-1, 1, 1)
    along, across = x * angle.cos() + y * angle.sin(), y * angle.cos() - x * angle.sin()
    apart = _distance(along / scale, across / scale, shape) * scale
    if name == "b":
        apart = (apart + LINE / 2).abs() - LINE / 2
    ink = (0.5 - apart * (size / 2)).clamp(0, 1).unsqueeze(1)  # smooth over one pixel
    paint = torch.tensor(PALETTES[name], dtype=torch.float64)[colour].view(-1, 3, 1, 1)
    return (GROUND[name] + (paint - GROUND[name]) * ink).round().to(torch.uint8)


def _distance(x: Tensor, y: Tensor, shape: Tensor) -> Tensor:
    """How far a point (N, S, S) lies outside each shape of radius 1; inside it is negative."""
    slope = 1 / math.sqrt(5)  # of a triangle two high and two wide
    triangle = torch.maximum(y - 1, ((2 * x.abs() - y) - 1) * slope)
    half = torch.maximum((x.square() + y.square()).sqrt() - 1, -y)
    foot = torch.maximum(x.abs() - 1, (y - 0.6).abs() - 0.4)
    leg = torch.maximum((x + 0.6).abs() - 0.4, y.abs() - 1)
    which = shape.view(-1, 1, 1)
    return torch.where(
        which == 0, triangle, torch.where(which == 1, half, torch.minimum(foot, leg))
    )
