"""Sliced Wasserstein against closed forms, at equal and at unequal sizes."""

import importlib
import math

import numpy as np
import pytest

from ganvas.errors import UsageError
from ganvas.metrics import sliced_wasserstein


def draw(seed, n, d, shift=0.0):
    return shift + np.random.RandomState(seed).randn(n, d)


def test_one_dimension_is_sorting():
    a, b = draw(0, 50, 1), draw(1, 50, 1, shift=1.0)
    expected = np.sqrt(((np.sort(a, 0) - np.sort(b, 0)) ** 2).mean())
    assert sliced_wasserstein(a, b) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("n", "m"), [(2, 3), (40, 50), (30, 90), (7, 64)])
def test_unequal_sizes_are_equal_ones_repeated(n, m):
    a, b = draw(0, n, 3), draw(1, m, 3, shift=1.0)
    repeated = sliced_wasserstein(np.repeat(a, m, 0), np.repeat(b, n, 0), directions=40)
    assert sliced_wasserstein(a, b, directions=40) == pytest.approx(repeated, rel=1e-12)


@pytest.mark.parametrize("d", [2, 5, 64])
def test_a_shift_by_v_is_its_length_over_the_root_of_d(d):
    """Each direction sees (v . direction)^2, whose mean over all directions is |v|^2 / d."""
    a, v = draw(0, 30, d), draw(1, 1, d)
    given = sliced_wasserstein(a, a + v, directions=10_000)
    assert given == pytest.approx(np.linalg.norm(v) / math.sqrt(d), rel=0.03)


def test_bells_of_different_widths():
    """Each direction sees N(0, 1) and N(0, 3^2): 2 apart."""
    given = sliced_wasserstein(draw(0, 20_000, 4), 3 * draw(1, 20_000, 4), directions=50)
    assert given == pytest.approx(2, rel=0.02)


def test_nothing_between_a_set_and_itself_in_any_order():
    a, b = draw(0, 101, 6), draw(1, 77, 6)
    rng = np.random.RandomState(0)
    assert sliced_wasserstein(a, rng.permutation(a)) < 1e-14
    given = sliced_wasserstein(a, b)
    shuffled = sliced_wasserstein(rng.permutation(a), rng.permutation(b))
    assert shuffled == pytest.approx(given, rel=1e-12)
    assert sliced_wasserstein(b, a) == pytest.approx(given, rel=1e-12)
    assert sliced_wasserstein(5 * a, 5 * b) == pytest.approx(5 * given, rel=1e-12)


def test_pieces_change_nothing(monkeypatch):
    a, b = draw(0, 101, 6), draw(1, 77, 6)
    given = sliced_wasserstein(a, b, directions=300)
    module = importlib.import_module("ganvas.metrics.sliced")
    for block, group in ((1, 1), (60, 7), (10**9, 10**9)):
        monkeypatch.setattr(module, "BLOCK", block)
        monkeypatch.setattr(module, "GROUP", group)
        assert sliced_wasserstein(a, b, directions=300) == pytest.approx(given, rel=1e-12)


def test_directions_are_the_seeds():
    a, b = draw(0, 50, 6), draw(1, 50, 6, shift=0.5)
    given = [sliced_wasserstein(a, b, directions=20, seed=seed) for seed in (0, 0, 1)]
    assert given[0] == given[1] != given[2]
    many = [sliced_wasserstein(a, b, seed=seed) for seed in range(5)]
    assert np.std(many) / np.mean(many) < 0.05
    with pytest.raises(UsageError, match="directions=0"):
        sliced_wasserstein(a, b, directions=0)


def test_single_precision_is_as_good():
    a, b = draw(0, 50, 6).astype(np.float32), draw(1, 60, 6).astype(np.float32)
    double = sliced_wasserstein(a.astype(np.float64), b.astype(np.float64))
    assert sliced_wasserstein(a, b) == pytest.approx(double, rel=1e-12)
