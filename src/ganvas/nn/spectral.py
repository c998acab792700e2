"""Spectral normalisation whose forward pass is pure: it iterates after its player's step.

Source: Miyato et al., Spectral Normalization for Generative Adversarial Networks, 2018, Algorithm
1. PyTorch's own iterates in every forward pass in training mode, so that two passes in one step
would play with two networks, and a resumed run with a third.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize
from torch.nn.utils import parametrize

START = 15
"""Power iterations on the first weights."""


class Spectral(nn.Module):
    """Divides a weight (out, …) by an estimate of its largest singular value.

    `u`, (out,), and `v`, of the rest, follow the weight by one power iteration a step.
    """

    u: Tensor
    v: Tensor

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        matrix = weight.detach().flatten(1)
        self.register_buffer("u", normalize(torch.randn(len(matrix)), dim=0))
        self.register_buffer("v", normalize(torch.randn(matrix.shape[1]), dim=0))
        self._weight = [weight]  # in a list, so that it is not a parameter of this module too
        for _ in range(START):
            self.stepped()

    def forward(self, weight: Tensor) -> Tensor:
        """The weight over u W v."""
        self._weight = [weight]
        return weight / (self.u[:, None] * weight.flatten(1) * self.v).sum()  # float32 always

    @torch.no_grad()
    def stepped(self) -> None:
        """One power iteration; the engine calls it after the player has moved."""
        matrix = self._weight[0].detach().flatten(1)
        self.v.copy_(normalize(self.u @ matrix, dim=0))
        self.u.copy_(normalize(matrix @ self.v, dim=0))


def spectral(network: nn.Module) -> nn.Module:
    """The network with its convolutions, linear layers and embeddings normalised."""
    for module in list(network.modules()):
        if isinstance(module, nn.Conv2d | nn.Linear | nn.Embedding):
            parametrize.register_parametrization(module, "weight", Spectral(module.weight))
    return network
