"""The last fakes, so that D does not forget what G used to do.

Source: Zhu et al., Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks,
2017, section 4, after Shrivastava et al., Learning from Simulated and Unsupervised Images, 2017.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Pool(nn.Module):
    """The `size` samples of shape (…) that were given last."""

    kept: Tensor
    count: Tensor

    def __init__(self, size: int, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.register_buffer("kept", torch.zeros(size, *shape))
        self.register_buffer("count", torch.zeros((), dtype=torch.int64))

    def shown(self, fake: Tensor, u: Tensor) -> Tensor:
        """Half of the fakes (N, …) exchanged for kept ones; none before the pool is full.

        `u`: uniform numbers (N, 2): whether, and which.
        """
        size = len(self.kept)
        if not size:
            return fake
        old = self.kept[(u[:, 1] * size).long()].to(fake.dtype)
        take = (u[:, 0] < 0.5) & (self.count >= size)
        return torch.where(take.view(-1, *[1] * (fake.dim() - 1)), old, fake)

    @torch.no_grad()
    def update(self, rows: Tensor) -> None:
        """Keeps the rows (N, …) in place of the oldest ones."""
        size = len(self.kept)
        if size:
            rows = rows[-size:]
            at = (self.count + torch.arange(len(rows), device=rows.device)) % size
            self.kept[at] = rows.to(self.kept.dtype)
            self.count += len(rows)
