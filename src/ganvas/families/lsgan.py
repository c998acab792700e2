"""Least-squares GAN: D's logits are pulled to 1 and 0 instead of pushed apart.

Paper: Mao et al., Least Squares Generative Adversarial Networks, 2017 (arXiv 1611.04076).
Reference: Eq. 9 of the paper (a = 0, b = c = 1).
Differs: DCGAN's networks and Adam, where the paper has its own for scenes of 112 pixels; G steps on
the fakes that D has just seen; few images are augmented. Eq. 8 (a = -1, b = 1, c = 0), whose
optimum is a triangular divergence, is `--fake-target -1 --g-target 0`.
"""

from __future__ import annotations

from ganvas.families.dcgan import DCGAN
from ganvas.options import defaults


@defaults(loss="leastsquares")
class LSGAN(DCGAN):
    """DCGAN with half the squared distance from the targets for both players."""
