"""CycleGAN's generator: a small picture of the picture, changed by residual blocks, and back.

Source: Johnson et al., Perceptual Losses for Real-Time Style Transfer, 2016, with instance
normalisation, as in Zhu et al., Unpaired Image-to-Image Translation, 2017, appendix 7.2; weights
start as N(0, 0.02).
"""

from __future__ import annotations

from torch import Tensor, nn

from ganvas.networks.dcgan import start


class Residual(nn.Module):
    """x + f(x) of two 3 x 3 convolutions, mirrored at the border: (N, C, S, S) to the same."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.f = nn.Sequential(
            nn.ReflectionPad2d(1),
            nn.Conv2d(channels, channels, 3, bias=False),
            nn.InstanceNorm2d(channels),
            nn.ReLU(),
            nn.ReflectionPad2d(1),
            nn.Conv2d(channels, channels, 3, bias=False),
            nn.InstanceNorm2d(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        """x + f(x)."""
        return x + self.f(x)  # type: ignore[no-any-return]


class Generator(nn.Module):
    """Pictures (N, C, S, S) of one domain to those of another, in (-1, 1); S a multiple of 4."""

    halvings = 2
    """How often the side is halved."""
    smallest = 8
    """The smallest side whose quarter can be mirrored at its border."""

    def __init__(self, before: int, after: int, *, width: int = 64, blocks: int = 9) -> None:
        super().__init__()
        layers: list[nn.Module] = [
            nn.ReflectionPad2d(3),
            nn.Conv2d(before, width, 7, bias=False),
            nn.InstanceNorm2d(width),
            nn.ReLU(),
        ]
        for channels in (width, 2 * width):
            layers += [
                nn.Conv2d(channels, 2 * channels, 3, 2, 1, bias=False),
                nn.InstanceNorm2d(2 * channels),
                nn.ReLU(),
            ]
        layers += [Residual(4 * width) for _ in range(blocks)]
        for channels in (4 * width, 2 * width):
            layers += [
                nn.ConvTranspose2d(channels, channels // 2, 3, 2, 1, 1, bias=False),
                nn.InstanceNorm2d(channels // 2),
                nn.ReLU(),
            ]
        layers += [nn.ReflectionPad2d(3), nn.Conv2d(width, after, 7), nn.Tanh()]
        self.layers = start(nn.Sequential(*layers))

    def forward(self, x: Tensor) -> Tensor:
        """The translation."""
        return self.layers(x)  # type: ignore[no-any-return]
