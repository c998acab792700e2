"""Kinds of pictures found without labels: each row of the code grid is a category."""

from __future__ import annotations

from ganvas.families.infogan import InfoGAN
from ganvas.optim import Optim
from ganvas.options import Schedule
from ganvas.recipe import Recipe, Settings
from ganvas.recipes.images import GAME


def recipe() -> Recipe:
    """Give `--data mnist`: most of ten categories become a digit each.

    The recipe for pictures, narrow, with ten equally likely categories and two numbers, and with
    G paid for each that can be read. A category is large beside little noise, so that each stands
    for one kind. Real and fake are compared in pairs, so that no two stand for the same; these
    need R1 at every step.

    Evidence: docs/families/infogan.md; measured by `python benchmarks/codes.py`.
    """
    rate = Optim(lr=Schedule.parse("2e-3:2e-4:450-768"), beta1=0.0, beta2=Schedule.parse(0.99))
    options = GAME | {"width": 16, "ema": Schedule.parse(5.0), "z": 16, "every": 1}
    game = InfoGAN(
        **options, loss="relativistic", category_weight=3.0, category_size=3.0, G=rate, D=rate
    )
    settings = Settings(data="mnist", steps=12_000, minutes=40, batch=64)
    return Recipe(game=game, family="infogan", settings=settings)
