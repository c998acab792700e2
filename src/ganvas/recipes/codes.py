"""Kinds of pictures found without labels: each row of the code grid is a category."""

from __future__ import annotations

from ganvas.families.infogan import InfoGAN
from ganvas.optim import Optim
from ganvas.options import Schedule
from ganvas.recipe import Recipe, Settings
from ganvas.recipes.images import PAIRS


def recipe() -> Recipe:
    """Give `--data mnist`: most of ten categories become a digit each.

    The recipe for pictures as an InfoGAN: Q reads which of ten kinds the noise was of, so that each
    stands for one, and as real and fake are compared in pairs no two stand for the same.

    Evidence: docs/families/infogan.md; measured by `python benchmarks/codes.py`.
    """
    rate = Optim(lr=Schedule.parse("2e-3:2e-4:450-768"), beta1=0.0, beta2=Schedule.parse(0.99))
    options = PAIRS | {"width": 16, "ema": Schedule.parse(5.0)}
    game = InfoGAN(**options, category_weight=3.0, category_size=3.0, G=rate, D=rate)
    settings = Settings(data="mnist", steps=12_000, minutes=40, batch=64)
    return Recipe(game=game, family="infogan", settings=settings)
