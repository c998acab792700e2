"""Fully connected networks between samples of any shape."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from torch import nn

Activation = Literal["relu", "leaky", "tanh"]
Output = Literal["linear", "sigmoid", "relu", "leaky", "tanh"]

_ACTIVATIONS: dict[str, type[nn.Module]] = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}


def mlp(
    before: tuple[int, ...],
    hidden: Sequence[int],
    after: tuple[int, ...],
    *,
    activation: Activation = "relu",
    output: Output = "linear",
    bias: bool = True,
) -> nn.Sequential:
    """A multi-layer perceptron from samples of shape `before` to samples of shape `after`.

    `hidden` gives the widths between; empty, the network is one layer. `after = ()` gives one
    number a sample, (N,).

    >>> mlp((2,), (), (), bias=False)
    Sequential(
      (0): Linear(in_features=2, out_features=1, bias=False)
      (1): Flatten(start_dim=0, end_dim=-1)
    )
    """
    layers: list[nn.Module] = [nn.Flatten()] if len(before) > 1 else []
    width = math.prod(before)
    for size in hidden:
        layers += [nn.Linear(width, size, bias=bias), _activation(activation)]
        width = size
    layers.append(nn.Linear(width, math.prod(after), bias=bias))
    if output != "linear":
        layers.append(_activation(output))
    if len(after) != 1:
        layers.append(nn.Unflatten(1, after) if after else nn.Flatten(0))
    return nn.Sequential(*layers)


def _activation(name: str) -> nn.Module:
    return nn.LeakyReLU(0.2) if name == "leaky" else _ACTIVATIONS[name]()
