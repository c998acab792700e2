"""KID: its formula, that it is without bias, and that its interval covers the truth."""

import importlib

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


def test_the_interval_of_sets_apart_is_the_jackknifes():
    a, b = draw(0, 6, 3), draw(1, 8, 3, shift=1.0)
    without_a = [spelt_out(np.delete(a, i, 0), b) for i in range(6)]
    without_b = [spelt_out(a, np.delete(b, i, 0)) for i in range(8)]
    error = np.sqrt(5 * np.var(without_a) + 7 * np.var(without_b))
    value, low, high = kid(a, b)
    assert high - value == pytest.approx(1.96 * error, rel=1e-9)
    assert value - low == pytest.approx(1.96 * error, rel=1e-9)


D = 8


def shifted(rng, n, shift):
    return shift + rng.rand(n, D)


def true(shift):
    """The kernel (x.y / d + 1)^3 compares the tensors of the first three moments.

    Of independent uniform coordinates: (entries with these repetitions, their value).
    """

    def moments(low):
        one, two, three = (((low + 1) ** r - low**r) / r for r in (2, 3, 4))
        return [one, two, one**2, three, two * one, one**3]

    entries = [D, D, D * (D - 1), D, 3 * D * (D - 1), D * (D - 1) * (D - 2)]
    weights = [3 / D, 3 / D**2, 3 / D**2, 1 / D**3, 1 / D**3, 1 / D**3]
    apart = (np.array(moments(0.0)) - moments(shift)) ** 2
    return float((apart * entries * weights).sum())


@pytest.mark.parametrize("shift", [0.0, 0.3])
def test_no_bias_at_ten_rows(shift):
    rng = np.random.RandomState(0)
    values = [kid(shifted(rng, 10, 0), shifted(rng, 10, shift)).value for _ in range(1500)]
    error = np.std(values) / np.sqrt(len(values))
    assert abs(np.mean(values) - true(shift)) < 3 * error
    assert error < 0.015 * true(0.3)
    assert np.mean(np.array(values) < 0) > 0.4 or shift > 0


@pytest.mark.parametrize(("shift", "n"), [(0.0, 100), (0.05, 300), (0.3, 100)])
def test_the_interval_covers_the_truth(shift, n):
    rng = np.random.RandomState(1)
    drawn = [kid(shifted(rng, n, 0), shifted(rng, n, shift)) for _ in range(300)]
    covered = np.mean([low <= true(shift) <= high for _, low, high in drawn])
    spread, wide = np.std([d.value for d in drawn]), np.mean([d.high - d.value for d in drawn])
    assert covered > 0.92
    assert 0.9 < wide / (1.96 * spread) < (1.7 if shift == 0 else 1.15)


def test_the_interval_of_equals_is_their_spread_at_least():
    """In one dimension the jackknife is at times next to 0, and 0 is then outside its interval."""
    rng = np.random.RandomState(1)
    drawn = [kid(rng.rand(100, 1), rng.rand(150, 1)) for _ in range(400)]
    spread = np.std([d.value for d in drawn])
    assert 0.75 < min(d.high - d.value for d in drawn) / (1.96 * spread) < 1.1


def test_the_interval_narrows():
    few, many = (kid(draw(0, n, 8), draw(1, n, 8, shift=0.5)) for n in (200, 3200))
    narrowed = (few.high - few.low) / (many.high - many.low)
    assert 2.5 < narrowed < 6, "about the root of 16"


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (draw(0, 310, 8), draw(1, 270, 8, shift=0.5)),
        (np.linspace(0, 1, 310)[:, None], np.linspace(0, 1, 270)[:, None]),
    ],
    ids=["apart", "all but equal"],
)
def test_order_and_block_change_nothing(a, b, monkeypatch):
    given = kid(a, b)
    rng = np.random.RandomState(2)
    np.testing.assert_allclose(kid(rng.permutation(a), rng.permutation(b)), given, rtol=1e-9)
    value, low, high = kid(b, a)
    np.testing.assert_allclose((value, low, high), given, rtol=1e-9)
    module = importlib.import_module("ganvas.metrics.kid")
    for block in (1, 270 * 7, 310 * 100, 10**9):
        monkeypatch.setattr(module, "BLOCK", block)
        np.testing.assert_allclose(kid(a, b), given, rtol=1e-9)
