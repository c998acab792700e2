"""The scores put samples into the order that people do, with the shipped networks."""

from __future__ import annotations

import os

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from ganvas import data, seeds
from ganvas.measure import measure

KEPT = 5
"""Classes that are left where classes are dropped."""


def blurred(x: Tensor, sigma: float) -> Tensor:
    """A Gaussian of `sigma` pixels along both axes."""
    at = torch.arange(-3, 4, dtype=torch.float32)
    bell = torch.exp(-(at**2) / (2 * sigma**2))
    bell /= bell.sum()
    across = F.conv2d(x.float(), bell.view(1, 1, 1, 7), padding=(0, 3))
    both = F.conv2d(across, bell.view(1, 1, 7, 1), padding=(3, 0))
    return both.round().clamp(0, 255).to(torch.uint8)


@pytest.fixture(scope="module")
def mnist(tmp_path_factory):
    """Pictures of MNIST's training part, 1,000 of each kind, as .npz by kind."""
    if not os.environ.get("GANVAS_DATA"):
        pytest.skip("GANVAS_DATA names no folder with mnist/ in it")
    train = data.load("mnist")
    order = torch.randperm(len(train), generator=seeds.generator("ranking"))
    x, y = train.x[order], train.y[order]
    numbers = seeds.generator("ranking", "noise")
    kinds = {
        "held out": x[:1000],
        "blurred": blurred(x[:1000], 0.5),
        "dropped": x[y < KEPT][:1000],
        "noise": torch.randint(0, 256, (1000, 1, 28, 28), generator=numbers, dtype=torch.uint8),
    }
    folder = tmp_path_factory.mktemp("kinds")
    for kind, pictures in kinds.items():
        np.savez(folder / f"{kind}.npz", samples=pictures.numpy())
    return {kind: str(folder / f"{kind}.npz") for kind in kinds}


def test_held_out_then_blurred_then_classes_dropped_then_noise(mnist):
    names = ["frechet", "kid", "sliced-wasserstein"]
    cards = [measure(path, "mnist:test", n=1000, metrics=names) for path in mnist.values()]
    found = [card.values() for card in cards]
    for name in names:
        values = [each[name] for each in found]
        assert values == sorted(values), name
        assert values[1] > 1.2 * abs(cards[0].scores[names.index(name)].floor), name
    floor = cards[0].scores[0].floor
    assert floor / 2 < found[0]["frechet"] < 2 * floor
