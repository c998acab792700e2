"""Pictures of one's own, 64 x 64, on the processor of a laptop."""

from __future__ import annotations

from ganvas.families.gan import GAN
from ganvas.optim import Optim
from ganvas.options import Schedule
from ganvas.recipe import Recipe, Settings
from ganvas.recipes.images import GAME


def recipe() -> Recipe:
    """What `ganvas train FOLDER` trains.

    DCGAN's networks with batch norm in G alone, and R1 at every fourth step. Of the rate of
    `images`, which these networks, deeper and wider, do not bear, a quarter, falling to a tenth by
    200,000 images; and ten times its gamma, as slopes are per pixel. Below 10,000 pictures D sees
    them through DiffAugment by itself.

    Evidence: docs/images.md; measured by `ganvas measure RUN FOLDER`.
    """
    rate = Optim(lr=Schedule.parse("5e-4:5e-5:200"), beta1=0.0, beta2=Schedule.parse(0.99))
    options = GAME | {"gamma": Schedule.parse(1.0), "ema": Schedule.parse("5:20:200")}
    settings = Settings(data="", minutes=30, batch=64)
    return Recipe(game=GAN(**options, G=rate, D=rate), family="gan", settings=settings)
