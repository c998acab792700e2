"""Readable handwritten digits in a minute and a half on a laptop's processor."""

from __future__ import annotations

from ganvas.families.gan import GAN
from ganvas.optim import Optim
from ganvas.options import Schedule
from ganvas.recipe import Recipe, Settings


def recipe() -> Recipe:
    """scikit-learn's 1,797 real digits, enlarged smoothly to 16 pixels, and a GAN with R1 and EMA.

    The networks are MLPs. What makes them draw readable digits is R1, which keeps D smooth, no
    momentum (beta1 = 0), a rate that falls to 0 over the second half, and depth in G. A machine
    that does not make the steps in two minutes stops there. Seed 1 gave the clearest grid of three.

    Evidence: docs/families/gan.md; measured by `python benchmarks/digits.py RUN …`.
    """
    rate = Optim(lr=Schedule.parse("2e-3:0:300-600"), beta1=0.0, beta2=Schedule.parse(0.99))
    game = GAN(
        g_hidden=(256, 256, 256, 256),
        d_hidden=(256, 256, 256),
        activation="leaky",
        penalty="r1",
        ema=Schedule.parse(20.0),
        G=rate,
        D=rate,
    )
    settings = Settings(data="digits", size=16, steps=4700, minutes=2, seed=1)
    return Recipe(game=game, family="gan", settings=settings)
