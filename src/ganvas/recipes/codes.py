"""Kinds of pictures found without labels: each row of the code grid is a category."""

from __future__ import annotations

from ganvas.families.infogan import InfoGAN
from ganvas.optim import Optim
from ganvas.options import Schedule
from ganvas.recipe import Recipe, Settings
from ganvas.recipes.images import GAME


def recipe() -> Recipe:
    """Give `--data mnist`: nine of ten categories become a digit each, or nearly so.

    The recipe for pictures as an InfoGAN of little noise, so that the category moves G enough, and
    of a category that weighs three times its part.

    Evidence: docs/families/infogan.md; measured by `python benchmarks/codes.py`.
    """
    rate = Optim(lr=Schedule.parse("2e-3:2e-4:250-512"), beta1=0.0, beta2=Schedule.parse(0.99))
    game = InfoGAN(**GAME, z=16, category_weight=3.0, G=rate, D=rate)
    settings = Settings(data="mnist", steps=8000, minutes=15, batch=64)
    return Recipe(game=game, family="infogan", settings=settings)
