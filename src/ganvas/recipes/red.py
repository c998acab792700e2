"""The lectures' worked example until the colour is red, with what biases are for, in seconds."""

from __future__ import annotations

from ganvas.families.red import Red
from ganvas.recipe import Recipe, Settings


def recipe() -> Recipe:
    """One real colour, pure red, and the smallest GAN twice: without biases and with them.

    In 3,000 steps of 32 z at the learning rate 0.1 the G with biases draws red from every z. The
    one without draws red from z above a half, brown below, and grey from z = 0 for ever.

    Evidence: docs/families/red.md.
    """
    settings = Settings(data="red", steps=3000, batch=32, sample_every=50, log_every=10)
    return Recipe(game=Red(), family="red", settings=settings)
