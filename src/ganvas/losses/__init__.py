"""Losses as pure functions of logits, and penalties on D's gradient."""

from ganvas.losses.adversarial import LOSSES, Loss

__all__ = ["LOSSES", "Loss"]
