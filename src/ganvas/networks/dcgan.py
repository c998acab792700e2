"""DCGAN's networks: strided and transposed convolutions, no dense hidden layers.

Source: Radford et al., Unsupervised Representation Learning with Deep Convolutional GANs, 2016,
section 3; weights start as N(0, 0.02). Any side that is 4 to 7 times a power of two; the paper has
64 pixels, which the first layer projects z to 4 x 4 for.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

from torch import nn

from ganvas.networks.sides import doublings, widths

Norm = Literal["batch", "none"]
Down = Literal["stride", "pool"]


def generator(
    z: int, shape: tuple[int, ...], *, width: int = 64, norm: Norm = "batch"
) -> nn.Module:
    """(N, z) to pictures (N, C, S, S) before the last activation; `width` channels next to them."""
    side, times = doublings(shape)
    channels = widths(times, width)[::-1]
    first = nn.Linear(z, channels[0] * side * side, bias=norm == "none")
    layers: list[nn.Module] = [first, nn.Unflatten(1, (channels[0], side, side))]
    for before, after in pairwise(channels):
        layers += [*_after(before, norm), nn.ReLU()]
        layers.append(nn.ConvTranspose2d(before, after, 4, 2, 1, bias=norm == "none"))
    layers += [*_after(channels[-1], norm), nn.ReLU()]
    layers.append(nn.ConvTranspose2d(channels[-1], shape[0], 4, 2, 1))
    return start(nn.Sequential(*layers))


def trunk(
    shape: tuple[int, ...], *, width: int = 64, norm: Norm = "batch", down: Down = "stride"
) -> tuple[nn.Module, int]:
    """Pictures (N, C, S, S) to features (N, F), and F.

    `down`: strided convolutions as in the paper, or a convolution and pooling, as textbooks have.
    """
    side, times = doublings(shape)
    channels = [shape[0], *widths(times, width)]
    layers: list[nn.Module] = []
    for i, (before, after) in enumerate(pairwise(channels)):
        plain = i == 0 or norm == "none"
        if down == "stride":
            layers.append(nn.Conv2d(before, after, 4, 2, 1, bias=plain))
        else:
            layers += [nn.Conv2d(before, after, 3, 1, 1, bias=plain), nn.AvgPool2d(2)]
        layers += [*([] if plain else _after(after, norm)), nn.LeakyReLU(0.2)]
    return start(nn.Sequential(*layers, nn.Flatten())), channels[-1] * side * side


def start(network: nn.Module) -> nn.Module:
    """Weights from N(0, 0.02), gains of batch norm from N(1, 0.02), biases 0."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Linear | nn.BatchNorm2d):
            nn.init.normal_(module.weight, float(isinstance(module, nn.BatchNorm2d)), 0.02)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    return network


def _after(channels: int, norm: Norm) -> list[nn.Module]:
    return [nn.BatchNorm2d(channels)] if norm == "batch" else []
