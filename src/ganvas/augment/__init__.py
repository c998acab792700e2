"""Augmentation on the batch, differentiable, so that G learns through it."""

from ganvas.augment.diff import Augment

__all__ = ["Augment"]
