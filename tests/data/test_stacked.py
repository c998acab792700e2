"""Stacked MNIST: every channel is a digit of its own, drawn at random, the same every time."""

import pytest
import torch

from ganvas import data
from ganvas.data import mnist, stacked
from ganvas.data.dataset import Dataset


@pytest.fixture(autouse=True)
def ten(monkeypatch):
    """MNIST of ten pictures, each in one grey of its own; and few triples."""

    def load(name, size):
        greys = torch.arange(10, dtype=torch.uint8) + (100 if name.endswith(":test") else 0)
        side = size or 28
        return Dataset(name, greys[:, None, None, None].expand(10, 1, side, side).contiguous())

    monkeypatch.setattr(mnist, "load", load)
    monkeypatch.setattr(stacked, "COUNTS", {"": 5000, ":test": 40})


def test_triples_of_digits_evenly_drawn():
    found = data.load("stacked-mnist")
    assert found.spec.shape == (3, 28, 28)
    assert found.spec.classes == ()
    assert len(found) == 5000
    assert (found.x == found.x[:, :, :1, :1]).all(), "a channel is one digit"
    kinds = found.x[:, :, 0, 0].long() @ torch.tensor([100, 10, 1])
    counts = torch.bincount(kinds, minlength=1000)
    assert (counts > 0).sum() > 980, "5 of each kind are expected, so 7 are missing"
    assert counts.max() < 20


def test_it_is_the_same_every_time_and_the_test_part_is_of_the_test_digits():
    assert torch.equal(data.load("stacked-mnist").x, data.load("stacked-mnist").x)
    held_out = data.load("stacked-mnist:test", size=14)
    assert held_out.x.shape == (40, 3, 14, 14)
    assert held_out.x.min() >= 100
