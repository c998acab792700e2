"""Losses as pure functions of logits and of pictures, and penalties on D's gradient."""

from ganvas.losses.adversarial import LOSSES, Loss, least_squares
from ganvas.losses.penalties import dragan, gp, half_square, r1, slopes
from ganvas.losses.reconstruction import feature_matching, l1, l2

__all__ = [
    "LOSSES",
    "Loss",
    "dragan",
    "feature_matching",
    "gp",
    "half_square",
    "l1",
    "l2",
    "least_squares",
    "r1",
    "slopes",
]
