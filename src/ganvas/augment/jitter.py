"""Random jitter: training pictures a little enlarged and cut at a random place.

Source: Isola et al., Image-to-Image Translation with Conditional Adversarial Networks, 2017,
section 6.2, where 256 pixels are enlarged to 286.
"""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample


def jitter(x: Tensor, u: Tensor, share: float) -> Tensor:
    """Pictures (N, C, S, S) made larger by `share` and cut to the same size, bilinear.

    `u`: uniform numbers (N, 2), how far to the right and down.
    """
    if not share:
        return x
    theta = x.new_zeros(len(x), 2, 3)
    theta[:, 0, 0] = theta[:, 1, 1] = 1 / (1 + share)
    theta[:, :, 2] = share / (1 + share) * (2 * u - 1)
    places = affine_grid(theta, list(x.shape), align_corners=False)
    return grid_sample(x, places, padding_mode="border", align_corners=False)
