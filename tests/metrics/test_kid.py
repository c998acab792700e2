"""KID: its formula, that it is without bias, and that its interval covers the truth."""

import importlib
import math

import numpy as np
import pytest

from ganvas.metrics import kid


def draw(seed, n, d, shift=0.0):
    return shift + np.random.RandomState(seed).randn(n, d)


def spelt_out(a, b):
    """The unbiased estimate, pair by pair."""

    def k(x, y):
        return (x @ y / len(x) + 1) ** 3

    def within(x):
        return np.mean([k(p, q) for i, p in enumerate(x) for j, q in enumerate(x) if i != j])

    return within(a) + within(b) - 2 * np.mean([k(p, q) for p in a for q in b])


@pytest.mark.parametrize(("n", "m"), [(7, 7), (5, 9), (3, 3)])
def test_formula(n, m):
    a, b = draw(0, n, 4), draw(1, m, 4, shift=0.5)
    assert kid(a, b).value == pytest.approx(spelt_out(a, b), rel=1e-12)


def test_the_interval_is_the_jackknifes():
    a, b = draw(0, 6, 3), draw(1, 8, 3, shift=1.0)
    without_a = [spelt_out(np.delete(a, i, 0), b) for i in range(6)]
    without_b = [spelt_out(a, np.delete(b, i, 0)) for i in range(8)]
    error = np.sqrt(5 * np.var(without_a) + 7 * np.var(without_b))
    value, low, high = kid(a, b)
    assert high - value == pytest.approx(1.96 * error, rel=1e-9)
    assert value - low == pytest.approx(1.96 * error, rel=1e-9)


def shifted(rng, n, shift):
    return shift + rng.rand(n, 1)


def true(shift):
    """The kernel (x y + 1)^3 compares the first three moments, here of uniform distributions."""

    def moment(r, low):
        return ((low + 1) ** (r + 1) - low ** (r + 1)) / (r + 1)

    return sum(math.comb(3, r) * (moment(r, 0.0) - moment(r, shift)) ** 2 for r in (1, 2, 3))


@pytest.mark.parametrize("shift", [0.0, 0.3])
def test_no_bias_at_ten_rows(shift):
    rng = np.random.RandomState(0)
    values = [kid(shifted(rng, 10, 0), shifted(rng, 10, shift)).value for _ in range(4000)]
    error = np.std(values) / np.sqrt(len(values))
    assert abs(np.mean(values) - true(shift)) < 4 * error
    assert error < 0.03 * true(0.3)
    if shift == 0:
        assert 0.4 < np.mean(np.array(values) < 0) < 0.8, "as often below 0 as above, or more"


@pytest.mark.parametrize(("shift", "n"), [(0.0, 100), (0.3, 100), (0.05, 400)])
def test_the_interval_covers_the_truth(shift, n):
    rng = np.random.RandomState(1)
    drawn = [kid(shifted(rng, n, 0), shifted(rng, n, shift)) for _ in range(400)]
    covered = np.mean([low <= true(shift) <= high for _, low, high in drawn])
    assert 0.92 < covered <= 1
    if shift == 0.3:
        assert covered < 0.98, "and is no wider than it has to be"


def test_the_interval_narrows():
    few, many = (kid(draw(0, n, 8), draw(1, n, 8, shift=0.5)) for n in (200, 3200))
    narrowed = (few.high - few.low) / (many.high - many.low)
    assert 2.5 < narrowed < 6, "about the root of 16"


def test_order_and_block_change_nothing(monkeypatch):
    a, b = draw(0, 310, 8), draw(1, 270, 8, shift=0.1)
    given = kid(a, b)
    rng = np.random.RandomState(2)
    np.testing.assert_allclose(kid(rng.permutation(a), rng.permutation(b)), given, rtol=1e-9)
    value, low, high = kid(b, a)
    np.testing.assert_allclose((value, low, high), given, rtol=1e-9)
    module = importlib.import_module("ganvas.metrics.kid")
    for block in (1, 270 * 7, 310 * 100, 10**9):
        monkeypatch.setattr(module, "BLOCK", block)
        np.testing.assert_allclose(kid(a, b), given, rtol=1e-9)
