"""DCGAN's networks: strided and transposed convolutions, no dense hidden layers.

Source: Radford et al., Unsupervised Representation Learning with Deep Convolutional GANs, 2016,
section 3; weights start as N(0, 0.02). The paper has 64 pixels, halved four times to 4 x 4; here
any side is halved until 4 or less is left. Kernels are 4 x 4, where the authors' code has 5 x 5,
and 3 x 3 where a side is odd: 28, 14, 7, 4. Where nothing normalises, that start would fade from
layer to layer; all weights but the logit's then start as He et al., Delving Deep into Rectifiers,
2015, do.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

from torch import nn

from ganvas.networks.sides import halvings, widths

Norm = Literal["batch", "none"]
Down = Literal["stride", "pool"]


def generator(
    z: int, shape: tuple[int, ...], *, width: int = 64, norm: Norm = "batch"
) -> nn.Module:
    """(N, z) to pictures (N, C, S, S) before the last activation; `width` channels next to them."""
    least, *sides = halvings(shape)[::-1]
    channels = [shape[0], *widths(len(sides), width)][::-1]
    first = nn.Linear(z, channels[0] * least * least, bias=norm == "none")
    layers: list[nn.Module] = [first, nn.Unflatten(1, (channels[0], least, least))]
    for (before, after), side in zip(pairwise(channels), sides, strict=True):
        plain = norm == "none" or side == shape[1]
        layers += [*_after(before, norm), nn.ReLU()]
        layers.append(nn.ConvTranspose2d(before, after, _kernel(side), 2, 1, bias=plain))
    return start(nn.Sequential(*layers), norm)


def trunk(
    shape: tuple[int, ...], *, width: int = 64, norm: Norm = "batch", down: Down = "stride"
) -> tuple[nn.Module, int]:
    """Pictures (N, C, S, S) to features (N, F), and F.

    `down`: strided convolutions as in the paper, or a convolution and pooling, as textbooks have.
    """
    *sides, least = halvings(shape)
    channels = [shape[0], *widths(len(sides), width)]
    layers: list[nn.Module] = []
    for (before, after), side in zip(pairwise(channels), sides, strict=True):
        plain = norm == "none" or side == shape[1]
        if down == "stride":
            layers.append(nn.Conv2d(before, after, _kernel(side), 2, 1, bias=plain))
        else:
            layers.append(nn.Conv2d(before, after, 3, 1, 1, bias=plain))
            layers.append(nn.AvgPool2d(2, ceil_mode=True))
        layers += [*([] if plain else _after(after, norm)), nn.LeakyReLU(0.2)]
    return start(nn.Sequential(*layers, nn.Flatten()), norm), channels[-1] * least * least


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


def _kernel(side: int) -> int:
    """The kernel of a layer between `side` pixels and half of it, rounded up."""
    return 3 if side % 2 else 4


def _he(layer: nn.Conv2d | nn.ConvTranspose2d | nn.Linear) -> float:
    """The deviation that keeps the size of what passes: its square is 2 over an output's inputs."""
    if isinstance(layer, nn.ConvTranspose2d):  # a quarter of a kernel at stride 2
        return float((2 / (layer.weight[:, 0].numel() / 4)) ** 0.5)
    return float((2 / layer.weight[0].numel()) ** 0.5)


def _after(channels: int, norm: Norm) -> list[nn.Module]:
    return [nn.BatchNorm2d(channels)] if norm == "batch" else []
