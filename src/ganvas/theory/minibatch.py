"""Minibatches against single samples, by the library's own training on a small set.

The data have mean 4 and standard deviation 1.25 and G is z -> v z + b, so that how far G is from
the data needs no estimate. D has 16 hidden units; both players move at a rate of 0.05.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from ganvas.data import load, toy
from ganvas.events import Turned
from ganvas.families.gan import GAN
from ganvas.optim import Optim
from ganvas.options import Schedule
from ganvas.theory.row import Row
from ganvas.trainer import Trainer

DATA = "toy:gaussian"
BATCH = 64
LOOKS = 400
"""Minibatches whose gradients are compared."""
STEPS = 400


def rows(seed: int) -> list[Row]:
    """The section `minibatch`."""
    ratio = noise(1, seed) / noise(BATCH, seed)
    farther = error(1, seed) / error(BATCH, seed)
    return [
        Row("minibatch.noise", math.sqrt(BATCH), ratio, math.sqrt(BATCH) / 4),
        Row("minibatch.training", 1.0, farther, 0.0, ">"),
    ]


def noise(batch: int, seed: int) -> float:
    """How far the gradient of one minibatch is from their mean; D's, before any step is made."""
    trainer = _trainer(batch, seed)
    seen: list[Tensor] = []

    def look(turned: Turned) -> None:
        if turned.player == "D":
            gradients = [p.grad for p in trainer.engine.nets.D.parameters() if p.grad is not None]
            seen.append(nn.utils.parameters_to_vector(gradients))

    trainer.engine.observe = look
    for _ in range(LOOKS):
        trainer.step(move=())
    return torch.stack(seen).var(0).sum().sqrt().item()


def error(batch: int, seed: int, steps: int = STEPS) -> float:
    """How far G is from the data by its mean and deviation, over the last half of `steps`."""
    trainer = _trainer(batch, seed)
    mean, deviation = toy.modes(DATA).item(), toy.sigma(DATA)
    v, b = trainer.engine.nets.G.parameters()
    distances = []
    for step in range(steps):
        trainer.step()
        if step >= steps // 2:
            distances.append(math.hypot(b.item() - mean, abs(v.item()) - deviation))
    return sum(distances) / len(distances)


def _trainer(batch: int, seed: int) -> Trainer:
    optim = Optim(lr=Schedule(0.05, 0.05))
    game = GAN(z=1, g_hidden=(), d_hidden=(16,), activation="tanh", G=optim, D=optim)
    return Trainer(game, load(DATA), batch=batch, seed=seed, device="cpu", threads=1)
