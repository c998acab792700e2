"""MIND against the authors' formula, spelt out, and against what a shift does."""

import numpy as np
import pytest

from ganvas.metrics import frechet, mind


def draw(seed, n, d, shift=0.0):
    return shift + np.random.RandomState(seed).randn(n, d)


def test_spelt_out():
    """(3 d / (n M)) sum over directions u_i and ranks j of |sort(X u_i)_j - sort(Y u_i)_j|^2."""
    a, b = draw(0, 40, 5), 2 * draw(1, 40, 5, shift=0.5)
    ways = np.random.default_rng(7).standard_normal((30, 5))
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    apart = [(np.sort(a @ u) - np.sort(b @ u)) ** 2 for u in ways]
    expected = 3 * 5 * np.mean(apart)
    assert mind(a, b, directions=30, seed=7) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("d", [2, 16])
def test_a_shift_is_three_times_what_frechet_says(d):
    a, v = draw(0, 50, d), draw(1, 1, d)
    assert mind(a, a + v, directions=10_000) == pytest.approx(3 * frechet(a, a + v), rel=0.05)


def test_it_sees_what_two_moments_do_not():
    """Equal mean and covariance, other tails: Frechet is blind, MIND is not."""
    bells = draw(0, 20_000, 1)
    signs = np.sign(draw(1, 20_000, 1))
    bells = (bells - bells.mean()) / bells.std(ddof=1)
    signs = (signs - signs.mean()) / signs.std(ddof=1)
    assert frechet(bells, signs) < 1e-9
    assert mind(bells, signs) > 0.5
