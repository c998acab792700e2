"""Modes: a perfect sampler scores what theory says, and each way of failing shows."""

import math

import numpy as np
import pytest

from ganvas.data import toy
from ganvas.errors import UsageError
from ganvas.metrics import Modes, mixtures, stacked

MNIST = [6903, 7877, 6990, 7141, 6824, 6313, 6876, 7293, 6825, 6958]
"""How often each digit occurs among the 70,000."""


def measured(name, samples):
    return mixtures(samples, toy.modes(name), toy.sigma(name))


@pytest.mark.parametrize(("name", "count", "floor"), [("ring8", 8, 0.0014), ("grid25", 25, 0.0048)])
def test_a_perfect_sampler(name, count, floor):
    """98.89 % are within three sigma, and KL is (K - 1) / 2N at PacGAN's N = 2,500."""
    runs = [measured(name, toy.sample(name, 2_500, seed)) for seed in range(1, 101)]
    mean = {field: np.mean([getattr(run, field) for run in runs]) for field in Modes._fields}
    assert mean["captured"] == count
    assert mean["high_quality"] == pytest.approx(0.9889, abs=0.0006)
    assert mean["reverse_kl"] == pytest.approx(floor, rel=0.15)
    assert mean["spread"] == pytest.approx(1, abs=0.002)
    assert 0.7 < mean["smallest_share"] < 0.95


def test_the_protocol_spelt_out():
    rng = np.random.RandomState(0)
    modes, sigma = np.array([[0.0, 0], [1, 0], [0, 1], [9, 9]]), 0.1
    samples = modes[rng.choice(4, 500, p=[0.6, 0.3, 0.1, 0])] + 0.15 * rng.randn(500, 2)
    counts = np.zeros(4)
    for sample in samples:
        away = [math.dist(sample, mode) / sigma for mode in modes]
        if min(away) < 3:
            counts[np.argmin(away)] += 1
    given = mixtures(samples, modes, sigma)
    shares = counts[:3] / counts.sum()
    assert given.captured == 3
    assert given.high_quality == pytest.approx(counts.sum() / 500)
    assert 0.7 < given.high_quality < 0.97
    assert given.reverse_kl == pytest.approx((shares * np.log(shares / 0.25)).sum())
    assert given.smallest_share == 0


def test_one_mode_only():
    given = measured("ring8", toy.modes("ring8")[:1].repeat(100, 1))
    assert given == Modes(1, 1.0, pytest.approx(math.log(8)), 0.0, 0.0)


def test_one_sample_of_quality_captures_a_mode():
    samples = toy.modes("ring8")[[0, 0, 0, 3, 5]]
    samples[4, 0] += 4 * toy.sigma("ring8")
    given = measured("ring8", samples)
    assert (given.captured, given.high_quality) == (2, 0.8)


def test_modes_that_are_too_narrow_or_too_wide():
    perfect = toy.sample("ring8", 5_000, seed=1).double().numpy()
    modes = toy.modes("ring8").double().numpy()
    near = modes[np.argmin(((perfect[:, None] - modes) ** 2).sum(-1), axis=1)]
    narrow = measured("ring8", near + 0.5 * (perfect - near))
    assert narrow.high_quality == 1.0
    assert narrow.spread == pytest.approx(0.51, abs=0.02)
    wide = measured("ring8", near + 2 * (perfect - near))
    assert wide.high_quality == pytest.approx(1 - math.exp(-9 / 8), abs=0.02)
    assert wide.spread > 1.3


def test_an_uneven_sampler():
    even = toy.sample("grid25", 2_500, seed=1)
    rarest = toy.modes("grid25")[0]
    keep = (even - rarest).norm(dim=1) > 0.5
    keep[np.flatnonzero(~keep)[:10]] = True
    given = measured("grid25", even[keep])
    assert given.captured == 25
    assert given.smallest_share == pytest.approx(10 / 100, rel=0.1)


def test_one_dimension():
    given = mixtures(toy.sample("gaussian", 20_000, 1), toy.modes("gaussian"), 1.25, within=2)
    assert given.high_quality == pytest.approx(0.9545, abs=0.005)
    assert given.spread == pytest.approx(1, abs=0.02)
    assert given.reverse_kl == 0


def test_no_sample_near_a_mode():
    assert measured("ring8", np.full((10, 2), 50.0)) == Modes(0, 0.0, None, 0.0, None)


@pytest.mark.parametrize("sigma", [0.0, -1.0, math.nan, math.inf])
def test_widths(sigma):
    with pytest.raises(UsageError, match="above 0"):
        mixtures(np.zeros((5, 2)), np.eye(2), sigma)
    with pytest.raises(UsageError, match="above 0"):
        mixtures(np.zeros((5, 2)), np.eye(2), 1.0, within=sigma)


@pytest.mark.parametrize(
    ("n", "kl", "tolerance"),
    [(26_000, 0.0238, 0.001), (10_000, 0.055, 0.002), (50_000, 0.0143, 0.001)],
)
def test_stacked_floor(n, kl, tolerance):
    """Triples of real digits, whose classes are not equally common."""
    rng = np.random.RandomState(0)
    shares = np.array(MNIST) / sum(MNIST)
    runs = [stacked(rng.choice(10, (n, 3), p=shares)) for _ in range(10)]
    assert np.mean([run.kl for run in runs]) == pytest.approx(kl, abs=tolerance)
    assert min(run.modes for run in runs) >= 998


def test_stacked_kinds():
    every = np.stack(np.meshgrid(*[np.arange(10)] * 3), -1).reshape(-1, 3)
    assert stacked(every) == (1000, pytest.approx(0, abs=1e-12))
    assert stacked(every[every[:, 0] == 7]) == (100, pytest.approx(math.log(10)))
    assert stacked(np.zeros((5, 3), np.uint8)) == (1, pytest.approx(math.log(1000)))
    assert stacked([[0, 0, 1], [0, 1, 0], [1, 0, 0]]).modes == 3


@pytest.mark.parametrize(
    "bad", [[], [[1, 2]], [[1, 2, 10]], [[-1, 2, 3]], [[0.5, 1, 2]], [1, 2, 3], [["1", "2", "3"]]]
)
def test_stacked_bad(bad):
    with pytest.raises(UsageError, match="digits"):
        stacked(bad)
