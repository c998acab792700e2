"""The PatchGAN discriminator: a verdict on each patch of a picture, not on the whole.

Source: Isola et al., Image-to-Image Translation with Conditional Adversarial Networks, 2017,
section 3.2.2 and appendix 6.1.2; weights start as N(0, 0.02).
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from ganvas.errors import UsageError
from ganvas.networks.dcgan import start


def judge(
    shape: tuple[int, ...], *, width: int = 64, layers: int = 3, affine: bool = False
) -> nn.Module:
    """Pictures (N, C, S, S) to logits (N, 1, s, s), of which each sees a patch.

    The patches are 16, 34, 70, 142, 286 pixels wide with 1 to 5 `layers`. `affine`: whether the
    normalisation of each picture has a gain and an offset to learn.

    Raises:
        UsageError: a picture so small that nothing of it is left to judge.
    """
    side = shape[1] >> layers
    if side < 3:
        raise UsageError(
            f"layers = {layers} leaves nothing of {shape[1]} pixels to judge; --layers "
            f"{max(1, (shape[1] // 3).bit_length() - 1)} does, or a larger --size."
        )
    channels = [width * min(2**i, 8) for i in range(layers + 1)]
    body: list[nn.Module] = [nn.Conv2d(shape[0], width, 4, 2, 1), nn.LeakyReLU(0.2)]
    for i in range(1, layers + 1):
        stride = 2 if i < layers else 1
        body += [
            nn.Conv2d(channels[i - 1], channels[i], 4, stride, 1, bias=False),
            nn.InstanceNorm2d(channels[i], affine=affine),
            nn.LeakyReLU(0.2),
        ]
    return start(nn.Sequential(*body, nn.Conv2d(channels[-1], 1, 4, 1, 1)))


class Beside:
    """D as it judges pictures beside what they were made from: a function of the pictures alone."""

    def __init__(self, D: nn.Module, x: Tensor) -> None:
        self.D, self.x = D, x

    def __call__(self, made: Tensor) -> Tensor:
        """Logits of `made`, (k N, C, S, S): the sources are repeated."""
        x = self.x.repeat(len(made) // len(self.x), 1, 1, 1)
        output: Tensor = self.D(torch.cat([x.to(made.dtype), made], 1))
        return output

    def modules(self) -> Iterator[nn.Module]:
        """D's parts."""
        return self.D.modules()
