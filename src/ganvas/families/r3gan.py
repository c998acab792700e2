"""R3GAN: pairs of real and fake compared, R1 and R2 at every step, no normalisation at all.

Paper: Huang et al., The GAN is dead; long live the GAN! A Modern Baseline GAN, 2024 (arXiv
2501.05441).
Reference: brownvc/R3GAN, its configuration for CIFAR-10.
Differs: no classes, which that configuration tells both players; narrower networks by default;
schedules over 1,000 thousand images in place of 20,000, and a half-life of the average that grows
to 50 in place of 5,000; resampling as `networks/r3.py` says; G steps on the fakes that D has just
seen, beside the same real images, where the code draws both anew; no augmentation unless images are
few, with R1 and R2 after it instead of before.
"""

from __future__ import annotations

from ganvas.families.gan import GAN
from ganvas.optim import Optim
from ganvas.options import Schedule, defaults

RATE = Optim(lr=Schedule.parse("2e-4:5e-5:1000"), beta1=0.0, beta2=Schedule.parse("0.9:0.99:1000"))


@defaults(
    network="r3",
    loss="relativistic",
    penalty="r1r2",
    output="linear",
    gamma=Schedule.parse("0.05:0.005:1000"),
    ema=Schedule.parse("1:50:1000"),
    G=RATE,
    D=RATE,
)
class R3GAN(GAN):
    """Relativistic pairing with scheduled gamma, rate, beta2 and average."""
