"""A network whose weights are clipped after each step, as WGAN's critic is.

Source: Arjovsky et al., Wasserstein GAN, 2017, Algorithm 1, line 7.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Clipped(nn.Module):
    """`network` with every parameter kept within [-bound, bound]."""

    def __init__(self, network: nn.Module, bound: float) -> None:
        super().__init__()
        self.network, self.bound = network, bound
        self.stepped()

    def forward(self, *inputs: Tensor) -> Tensor:
        """What the network says."""
        output: Tensor = self.network(*inputs)
        return output

    @torch.no_grad()
    def stepped(self) -> None:
        """Clips; the engine calls it after the player has moved."""
        for parameter in self.network.parameters():
            parameter.clamp_(-self.bound, self.bound)
