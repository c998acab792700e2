"""Losses as pure functions of logits, and penalties on D's gradient."""

from ganvas.losses.adversarial import LOSSES, Loss, least_squares
from ganvas.losses.penalties import dragan, gp, r1

__all__ = ["LOSSES", "Loss", "dragan", "gp", "least_squares", "r1"]
