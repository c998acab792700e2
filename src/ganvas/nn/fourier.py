"""Sines and cosines of the input, so that an MLP sees what is fine as well as what is large.

Source: Tancik et al., Fourier Features Let Networks Learn High Frequency Functions, 2020, with
wavelengths spread evenly in the logarithm instead of frequencies from a normal distribution, as the
scale of points is not known beforehand.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from ganvas.losses.adversarial import wide


class Fourier(nn.Module):
    """Points (N, d) joined with sin and cos of `waves` random directions: (N, d + 2 waves)."""

    directions: Tensor

    def __init__(self, d: int, waves: int, shortest: float = 0.2, longest: float = 20.0) -> None:
        super().__init__()
        lengths = torch.logspace(math.log10(shortest), math.log10(longest), waves)
        unit = nn.functional.normalize(torch.randn(d, waves), dim=0)
        self.register_buffer("directions", 2 * math.pi * unit / lengths)

    def forward(self, x: Tensor) -> Tensor:
        """The points and their waves."""
        phase = (wide(x)[:, :, None] * self.directions).sum(1)  # a product would be cast to bf16
        return torch.cat([x, phase.sin(), phase.cos()], 1)
