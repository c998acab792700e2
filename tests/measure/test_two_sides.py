"""Who is compared with whom."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ganvas.errors import UsageError
from ganvas.measure import prepare
from ganvas.measure.sides import reals
from ganvas.measure.sources import pair


def rows(dataset):
    return {row.tobytes() for row in dataset.x.numpy()}


def numbers(n, start=0):
    """Pictures that are all different: their number, written in two pixels."""
    at = np.arange(start, start + n)
    x = np.zeros((n, 1, 8, 8), np.uint8)
    x[:, 0, 0, 0], x[:, 0, 0, 1] = at // 256, at % 256
    return x


def test_a_lone_reference_is_cut_into_halves_of_one_size(place):
    np.savez("a.npz", samples=numbers(500))
    np.savez("b.npz", samples=numbers(301, 1000))
    sides = prepare("a.npz", "b.npz")
    assert [len(d) for d in (sides.fake, sides.real, sides.spare)] == [150, 150, 150]
    assert not rows(sides.real) & rows(sides.spare)
    assert rows(sides.real) | rows(sides.spare) < {r.tobytes() for r in numbers(301, 1000)}
    assert sides.floor.startswith("150 samples of the half that is not the reference")
    assert sides.train is sides.real
    assert sides.held_out is sides.spare


def test_fewer_samples_than_reals_have_a_floor_of_as_few(place):
    np.savez("a.npz", samples=numbers(40))
    np.savez("b.npz", samples=numbers(300, 1000))
    sides = prepare("a.npz", "b.npz")
    assert [len(d) for d in (sides.fake, sides.real, sides.spare)] == [40, 150, 40]


def test_n_and_seed(place):
    one, again, other = (prepare("some.npz", "digits", n=100, seed=seed) for seed in (0, 0, 1))
    assert [len(d) for d in (one.fake, one.real, one.spare)] == [100] * 3
    for name in ("fake", "real", "spare"):
        assert torch.equal(getattr(one, name).x, getattr(again, name).x)
        assert not torch.equal(getattr(one, name).x, getattr(other, name).x)
    with pytest.raises(UsageError, match="n is 2 or more"):
        prepare("some.npz", "digits", n=1)
    with pytest.raises(UsageError, match="seed 0 or more, got 5 and -1"):
        prepare("some.npz", "digits", n=5, seed=-1)


def test_fresh_points_are_the_floor_of_a_toy_set():
    sides = prepare("toy:grid25", "toy:ring8", n=1000)
    assert [len(d) for d in (sides.fake, sides.real, sides.spare)] == [1000] * 3
    assert not rows(sides.real) & rows(sides.spare)
    assert sides.spare.x.norm(dim=1).sub(1).abs().max() < 0.1  # on the circle too
    assert sides.floor == "1,000 fresh points against the reference"
    every, _ = pair("toy:ring8", "toy:ring8", size=None, family=None)
    real, spare, _ = reals(every, 100_000, 0)
    assert len(rows(real) & rows(spare)) < 100


def test_copies_are_counted(place):
    np.savez("a.npz", samples=np.concatenate([numbers(30, 1000), numbers(70)]))
    np.savez("b.npz", samples=numbers(200, 1000))
    sides = prepare("a.npz", "b.npz")
    expected = len(rows(sides.fake) & rows(sides.real))
    assert 0 < sides.copies == expected <= 30


def test_features_are_chosen_for_the_side_with_a_name(place):
    for a, b in (("some.npz", "digits"), ("digits", "some.npz")):
        assert prepare(a, b).data == "digits"
    assert prepare("some.npz", "some").data == "some"


def test_a_reference_too_small_to_be_cut(place):
    np.savez("b.npz", samples=numbers(3))
    with pytest.raises(UsageError, match="holds 3 samples; a reference needs 4 or more"):
        prepare("digits", "b.npz")
