"""Kinds of pictures found without labels: each row of the code grid is a category."""

from __future__ import annotations

from ganvas.families.infogan import InfoGAN
from ganvas.optim import Optim
from ganvas.options import Schedule
from ganvas.recipe import Recipe, Settings
from ganvas.recipes.images import GAME


def recipe() -> Recipe:
    """Give `--data mnist`: most of ten categories become a digit each.

    The recipe for pictures, narrow, as an InfoGAN of little noise, so that the category moves G
    enough, and with a category that weighs three times its part.

    Evidence: docs/families/infogan.md; measured by `python benchmarks/codes.py`.
    """
    rate = Optim(lr=Schedule.parse("2e-3:2e-4:900-1280"), beta1=0.0, beta2=Schedule.parse(0.99))
    options = GAME | {"width": 16, "ema": Schedule.parse(5.0), "z": 16, "category_weight": 3.0}
    game = InfoGAN(**options, G=rate, D=rate)
    settings = Settings(data="mnist", steps=20_000, minutes=40, batch=64)
    return Recipe(game=game, family="infogan", settings=settings)
