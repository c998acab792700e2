"""Losses as pure functions of logits, and penalties on D's gradient."""

from ganvas.losses.adversarial import LOSSES, Loss, least_squares
from ganvas.losses.penalties import dragan, gp, half_square, r1, slopes

__all__ = ["LOSSES", "Loss", "dragan", "gp", "half_square", "least_squares", "r1", "slopes"]
