"""The moving average of the weights that draw the samples.

The half-life is counted in images, so that it does not depend on the batch size, and is never
longer than a twentieth of the images shown, so that early averages are not the random start
(the ramp of StyleGAN2-ADA, Karras et al. 2020, whose published value is the same).
"""

from __future__ import annotations

import copy

import torch

from ganvas.game import Game, Nets

RAMP = 0.05


class Ema:
    """The averaged copies of a game's `averaged` players; empty where the game keeps none."""

    def __init__(self, game: Game, nets: Nets) -> None:
        self.shadow = Nets()
        players = game.averaged if game.averages else ()
        for name in players:
            self.shadow.add_module(name, copy.deepcopy(getattr(nets, name)).requires_grad_(False))
        self._mean = [p for name in players for p in getattr(self.shadow, name).parameters()]
        self._live = [p for name in players for p in getattr(nets, name).parameters()]
        self._mean_buffers = [b for name in players for b in getattr(self.shadow, name).buffers()]
        self._live_buffers = [b for name in players for b in getattr(nets, name).buffers()]

    def update(self, halflife_kimg: float, shown: int, images: int) -> None:
        """Moves the average by one step of `shown` images after `images` in all."""
        if not self._mean:
            return
        halflife = min(halflife_kimg * 1000, RAMP * images)
        keep = 0.5 ** (shown / halflife) if halflife > 0 else 0.0
        with torch.no_grad():
            torch._foreach_lerp_(self._mean, self._live, 1 - keep)
            if self._mean_buffers:
                torch._foreach_copy_(self._mean_buffers, self._live_buffers)

    def nets(self, nets: Nets) -> Nets:
        """The networks to draw with: the averages where they are kept, the live ones elsewhere."""
        return Nets(
            **{name: getattr(self.shadow, name, live) for name, live in nets.named_children()}
        )
