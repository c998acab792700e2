"""DCGAN's networks: strided and transposed convolutions, no dense hidden layers.

Source: Radford et al., Unsupervised Representation Learning with Deep Convolutional GANs, 2016,
section 3; weights start as N(0, 0.02). Any side that is 4 to 7 times a power of two; the paper has
64 pixels, which the first layer projects z to 4 x 4 for. Where nothing normalises, that start would
fade from layer to layer; weights then start as He et al., Delving Deep into Rectifiers, 2015, do.
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
    return start(nn.Sequential(*layers), norm)


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
    return start(nn.Sequential(*layers, nn.Flatten()), norm), channels[-1] * side * side


def start(network: nn.Module, norm: Norm = "batch") -> nn.Module:
    """Weights from N(0, 0.02), gains of batch norm from N(1, 0.02), biases 0; He's without norm."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            std = 0.02 if norm == "batch" else _he(module)
            nn.init.normal_(module.weight, 0.0, std)
        elif isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.weight, 1.0, 0.02)
        else:
            continue
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    return network


def _he(layer: nn.Conv2d | nn.ConvTranspose2d | nn.Linear) -> float:
    """The deviation that keeps the size of what passes: its square is 2 over an output's inputs."""
    if isinstance(layer, nn.ConvTranspose2d):  # a quarter of a 4 x 4 kernel at stride 2
        return float((2 / (layer.weight[:, 0].numel() / 4)) ** 0.5)
    return float((2 / layer.weight[0].numel()) ** 0.5)


def _after(channels: int, norm: Norm) -> list[nn.Module]:
    return [nn.BatchNorm2d(channels)] if norm == "batch" else []
