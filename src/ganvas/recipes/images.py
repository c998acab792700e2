"""Small pictures, such as those of MNIST, on the processor of a laptop."""

from __future__ import annotations

from typing import Any

from ganvas.families.infogan import InfoGAN
from ganvas.optim import Optim
from ganvas.options import Schedule
from ganvas.recipe import Recipe, Settings

GAME: dict[str, Any] = {
    "network": "dcgan",
    "norm": "g",
    "width": 32,
    "penalty": "r1",
    "every": 4,
    "gamma": Schedule.parse(0.1),
    "ema": Schedule.parse("5:20:670"),
}
"""What serves with and without classes."""


def recipe() -> Recipe:
    """What drew the best pictures of 28 pixels at equal minutes: give `--data mnist`.

    DCGAN's networks with batch norm in G alone, R1 in its place in D, no momentum, and an average
    of G's weights; the rate falls to a tenth between 600,000 and 1,000,000 images. Little noise and
    a category beside it, which comes as often as it is found in real pictures: InfoGAN's, but
    nobody is paid for it. Larger pictures need the lower rates of `photos`.

    Evidence: docs/images.md; measured by `python benchmarks/images_recipe.py`.
    """
    rate = Optim(lr=Schedule.parse("2e-3:2e-4:600-1000"), beta1=0.0, beta2=Schedule.parse(0.99))
    options = GAME | {"width": 24, "z": 16, "codes": 0, "categories": 24, "category_size": 3.0}
    game = InfoGAN(**options, category_weight=0.0, prior="learned", G=rate, D=rate)
    settings = Settings(data="mnist", minutes=15, batch=64)
    return Recipe(game=game, family="infogan", settings=settings)
