"""What samples are made from: numbers, a category beside them, and the ways between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import torch
from annotated_types import Ge, Gt
from torch import Tensor
from torch.nn.functional import one_hot

from ganvas.data.batches import Batch
from ganvas.game import Game, Moment
from ganvas.options import fixed

Width = Annotated[int, Ge(1)]
SHOWN = 10
"""Categories that a grid shows, and samples of each."""


@dataclass(frozen=True, kw_only=True)
class Noise(Game):
    """A game whose G makes samples of noise."""

    z: Width = fixed(64)
    """Numbers of noise that a sample is made from."""
    noise: Literal["normal", "uniform"] = "normal"
    """Their distribution: standard normal, or uniform in [-1, 1]."""
    categories: Annotated[int, Ge(0)] = fixed(0)
    """Values of a category beside the noise, one-hot to G; 0 has none."""
    category_size: Annotated[float, Gt(0)] = fixed(1.0)
    """What G reads where the category is; the larger, the less the noise decides."""

    @property
    def inputs(self) -> int:
        """Numbers in a row of `latent`, all of which G reads."""
        return self.z + self.categories

    def idle(self) -> dict[str, str]:
        """Also the size of a category, where there is none."""
        unread = {} if self.categories else {"category_size": "categories = 0"}
        return super().idle() | unread

    def latent(self, rows: int | Batch, t: Moment) -> Tensor:
        """Noise, and one of equally likely categories, one-hot times its size.

        float32 (rows, z + categories).
        """
        normal = self.noise == "normal"
        noise = t.normal(rows, self.z) if normal else 2 * t.uniform(rows, self.z) - 1
        if not self.categories:
            return noise
        category = (t.uniform(rows) * self.categories).long()
        return torch.cat([noise, self.category_size * one_hot(category, self.categories)], 1)

    def decode(self, nets: Any, z: Tensor, y: Tensor | None = None) -> Tensor:
        """G(z), in the game's range."""
        return nets.G(z)  # type: ignore[no-any-return]

    def between(self, a: Tensor, b: Tensor, w: float) -> Tensor:
        """Normal noise along the sphere, uniform straight; the category changes half-way."""
        way = super().between if self.noise == "normal" else torch.lerp
        if not self.categories:
            return way(a, b, w)
        category = (a if w < 0.5 else b)[:, self._category]
        return torch.cat([way(a[:, : self.z], b[:, : self.z], w), category], 1)

    def ways(self, nets: Any, t: Moment, y: Tensor | None = None) -> dict[str, Tensor]:
        """Also categories, a row each, in ten samples whose noise is the same in every row."""
        ways = super().ways(nets, t, y)
        if self.categories and y is None:
            ways["categories"] = self.by_category(nets, self.latent(SHOWN, t))
        return ways

    def by_category(self, nets: Any, z: Tensor) -> Tensor:
        """Samples (K, N, …) of latent rows `z` (N, inputs), each as of each of K categories.

        K is 10, or all categories where they are fewer.
        """
        codes = torch.eye(self.categories, device=z.device)[self.frequent(nets)]
        rows = z.repeat(len(codes), 1, 1)
        rows[..., self._category] = self.category_size * codes[:, None]
        samples = self.decode(nets, rows.flatten(0, 1))
        return samples.view(*rows.shape[:2], *samples.shape[1:])

    def frequent(self, nets: Any) -> Tensor:
        """Ten of the categories, or all where they are fewer: int64 (K,)."""
        return torch.arange(min(self.categories, SHOWN))

    @property
    def _category(self) -> slice:
        """Where the category is in a row of `latent`."""
        return slice(self.z, self.z + self.categories)
