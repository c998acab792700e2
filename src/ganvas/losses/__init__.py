"""Losses as pure functions of logits, and penalties on D's gradient."""

from ganvas.losses.adversarial import LOSSES, Loss
from ganvas.losses.penalties import r1

__all__ = ["LOSSES", "Loss", "r1"]
