"""A generator of several kinds of samples, whose shares are learned.

Sources: the shares from what a classifier finds, Saerens, Latinne & Decaestecker, Adjusting the
Outputs of a Classifier to New a Priori Probabilities, 2002; a category by a race, as in Maddison,
Tarlow & Minka, A* Sampling, 2014 (arXiv 1411.0030), section 2.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot


class Mixture(nn.Module):
    """`network`, whose categories come as often as `shares` says; they begin equal.

    It reads rows (N, d) with a number for each category in the columns `at`. The largest product of
    number and share wins: one-hot rows name a category, and rows of 1 / E, where E is exponential,
    draw one by its share. The network reads the winner there, one-hot times `size`.
    """

    def __init__(self, network: nn.Module, at: slice, size: float) -> None:
        super().__init__()
        self.network, self.at, self.size = network, at, size
        self.logits = nn.Parameter(torch.zeros(at.stop - at.start))

    @property
    def shares(self) -> Tensor:
        """How often each category comes, (K,), 1 in sum."""
        return self.logits.softmax(0)

    @property
    def kinds(self) -> Tensor:
        """How many equal shares say as little, the exponential of the entropy: 1 to K, 0-d."""
        return (-self.shares * self.logits.log_softmax(0)).sum().exp()

    def category(self, z: Tensor) -> Tensor:
        """The category of each row, int64 (N,)."""
        return (z[:, self.at] * self.shares.detach()).argmax(1)

    def surprise(self, found: Tensor) -> Tensor:
        """Cross-entropy of the shares with those in which categories are found, (N, K)."""
        return -(found * self.logits.log_softmax(0)).sum(1).mean()

    def forward(self, z: Tensor) -> Tensor:
        """What the network makes of rows `z` (N, d)."""
        chosen = self.size * one_hot(self.category(z), len(self.logits)).to(z.dtype)
        before, after = z[:, : self.at.start], z[:, self.at.stop :]
        output: Tensor = self.network(torch.cat([before, chosen, after], 1))
        return output
