"""Every mode of ring-8 and of grid-25, evenly and cleanly, in three minutes on a laptop."""

from __future__ import annotations

from ganvas.families.gan import GAN
from ganvas.optim import Optim
from ganvas.options import Schedule
from ganvas.recipe import Recipe, Settings


def recipe() -> Recipe:
    """Points from modes that lie apart: give `--data toy:ring8` or `--data toy:grid25`.

    Relativistic pairs with R1 and R2 find all modes; sines and cosines of the points let a small D
    see what is a hundredth of the whole; a rate that falls a hundredfold and a gamma that falls
    tenfold make the modes clean. Nothing is chosen for one of the two.

    Evidence: docs/mixtures.md; measured by `python benchmarks/mixtures_recipe.py`.
    """
    rate = Optim(lr=Schedule.parse("2e-3:2e-5:1150-3800"), beta1=0.0, beta2=Schedule.parse(0.99))
    game = GAN(
        z=2,
        g_hidden=(64, 64, 64),
        d_hidden=(64, 64, 64),
        activation="leaky",
        waves=32,
        loss="relativistic",
        penalty="r1r2",
        gamma=Schedule.parse("0.4:0.04:3800"),
        ema=Schedule.parse(5.0),
        G=rate,
        D=rate,
    )
    settings = Settings(data="toy:ring8", steps=15_000, batch=256, log_every=100)
    return Recipe(game=game, family="gan", settings=settings)
