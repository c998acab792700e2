"""Pictures by class: each row of the grid is what was asked for."""

from __future__ import annotations

from ganvas.families.cgan import CGAN
from ganvas.optim import Optim
from ganvas.options import Schedule
from ganvas.recipe import Recipe, Settings
from ganvas.recipes.images import GAME


def recipe() -> Recipe:
    """Give `--data mnist`, `fashion-mnist`, or a folder whose sub-folders are classes.

    DCGAN's networks with batch norm in G alone, R1 at every fourth step, D told the class by
    projection, and a rate that falls at the end.

    Evidence: docs/families/cgan.md; measured by `python benchmarks/conditional.py`.
    """
    rate = Optim(lr=Schedule.parse("2e-3:2e-4:250-512"), beta1=0.0, beta2=Schedule.parse(0.99))
    game = CGAN(**GAME, condition="projection", G=rate, D=rate)
    settings = Settings(data="mnist", steps=8000, minutes=15, batch=64)
    return Recipe(game=game, family="cgan", settings=settings)
