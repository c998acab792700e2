"""How far one picture is from another, and how far the features of two batches are apart.

Sources: Isola et al., Image-to-Image Translation with Conditional Adversarial Networks, 2017, Eq.
3, and Zhu et al., Unpaired Image-to-Image Translation, 2017, Eq. 2 (L1); Kim et al., Learning to
Discover Cross-Domain Relations, 2017, Eq. 3 (L2); Salimans et al., Improved Techniques for Training
GANs, 2016, section 3.1 (feature matching).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ganvas.losses.adversarial import wide


def l1(x: Tensor, y: Tensor) -> Tensor:
    """The mean absolute difference of each sample, (N, …) twice to (N,), float32."""
    return (wide(x) - wide(y)).abs().flatten(1).mean(1)


def l2(x: Tensor, y: Tensor) -> Tensor:
    """The mean squared difference of each sample, (N, …) twice to (N,), float32."""
    return (wide(x) - wide(y)).square().flatten(1).mean(1)


def feature_matching(real: Sequence[Tensor], fake: Sequence[Tensor]) -> Tensor:
    """How far the batch means of D's features are apart: one number, from float32.

    `real`, `fake`: features of several layers, (N, …) each. The squared difference of the means
    over the batch, averaged over a layer's numbers and summed over the layers.
    """
    apart = [(wide(r).mean(0) - wide(f).mean(0)).square().mean() for r, f in zip(real, fake)]
    return torch.stack(apart).sum()
