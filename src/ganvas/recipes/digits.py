"""Readable handwritten digits in about a minute on a laptop's processor."""

from __future__ import annotations

from ganvas.families.gan import GAN
from ganvas.recipe import Recipe, Settings


def recipe() -> Recipe:
    """A placeholder until measured."""
    return Recipe(game=GAN(), family="gan", settings=Settings(data="digits", size=16, minutes=1))
