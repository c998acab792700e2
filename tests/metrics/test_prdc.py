"""Precision, recall, density and coverage against their published definitions."""

import importlib
from fractions import Fraction

import numpy as np
import pytest

from ganvas.metrics import PRDC, prdc


def draw(seed, n, d, shift=0.0):
    return shift + np.random.RandomState(seed).randn(n, d)


def spelt_out(real, fake, k):
    """Naeem et al., Eqs. 3 to 6, with whole matrices of distances that were not multiplied out."""

    def apart(a, b):
        return np.sqrt(((a[:, None] - b) ** 2).sum(-1))

    def radii(x):
        return np.sort(apart(x, x), axis=1)[:, k]

    between = apart(real, fake)
    inside = between < radii(real)[:, None]
    return PRDC(
        precision=inside.any(0).mean(),
        recall=(between < radii(fake)).any(1).mean(),
        density=inside.sum() / (k * len(fake)),
        coverage=(between.min(1) < radii(real)).mean(),
    )


@pytest.mark.parametrize("k", [1, 3, 5])
@pytest.mark.parametrize(("n", "m", "d"), [(60, 60, 2), (80, 45, 10), (30, 90, 1)])
def test_published_definition(n, m, d, k):
    real, fake = draw(0, n, d), draw(1, m, d, shift=0.7)
    np.testing.assert_allclose(prdc(real, fake, k), spelt_out(real, fake, k), rtol=1e-12)
    np.testing.assert_allclose(prdc(fake, real, k), spelt_out(fake, real, k), rtol=1e-12)


@pytest.mark.parametrize("offset", [0.0, 0.1])
def test_ties(offset):
    """Whole numbers: many rows lie exactly at a radius, and many twice at the same place."""
    rng = np.random.RandomState(0)
    real, fake = rng.randint(0, 4, (90, 3)) + offset, rng.randint(0, 5, (70, 3)) + offset
    for k in (1, 3, 5):
        np.testing.assert_allclose(prdc(real, fake, k), spelt_out(real, fake, k), rtol=1e-12)


@pytest.mark.parametrize("k", [1, 5])
def test_a_set_against_itself(k):
    """Each ball holds its centre and the k - 1 nearest; the k-th is at the radius, not within."""
    a = draw(0, 400, 20)
    assert prdc(a, a, k) == PRDC(1.0, 1.0, 1.0, 1.0)
    assert prdc(a + 1e4, a + 1e4, k) == PRDC(1.0, 1.0, 1.0, 1.0)


@pytest.mark.parametrize(("k", "tolerance"), [(3, 0.02), (5, 0.015)])
@pytest.mark.parametrize("d", [2, 16])
def test_fresh_samples_cover_all_but_2_to_the_minus_k(k, d, tolerance):
    given = prdc(draw(0, 2000, d), draw(1, 2000, d), k)
    assert abs(given.coverage - (1 - 2.0**-k)) < tolerance
    assert abs(given.density - 1) < 0.06
    assert abs(given.precision - given.recall) < 0.03


def test_a_half_that_is_never_made():
    real = np.concatenate([draw(0, 300, 4), draw(1, 300, 4, shift=20.0)])
    given = prdc(real, draw(2, 600, 4))
    assert given.precision > 0.95
    assert abs(given.recall - 0.5) < 0.03
    assert abs(given.coverage - 0.5) < 0.03


def test_a_half_that_is_not_real():
    fake = np.concatenate([draw(0, 300, 4), draw(1, 300, 4, shift=20.0)])
    given = prdc(draw(2, 600, 4), fake)
    assert abs(given.precision - 0.5) < 0.03
    assert given.recall > 0.95
    assert given.coverage > 0.8


def test_density_goes_above_one_where_all_are_typical():
    real = draw(0, 500, 8)
    assert prdc(real, 0.3 * draw(1, 500, 8)).density > 2


def test_nothing_in_common():
    assert prdc(draw(0, 50, 3), draw(1, 50, 3, shift=1000.0)) == PRDC(0.0, 0.0, 0.0, 0.0)


def test_all_the_same():
    """Balls of radius 0 hold nothing, not even their centre."""
    real, same = draw(0, 60, 3), np.zeros((60, 3))
    assert prdc(same, same) == PRDC(0.0, 0.0, 0.0, 0.0)
    assert prdc(real, same).recall == 0.0
    assert prdc(real, same).coverage < 0.2


def test_order_and_block_change_nothing(monkeypatch):
    a, b = draw(0, 310, 8), draw(1, 270, 8, shift=0.1)
    b[:50] = a[:50]
    given = prdc(a, b)
    rng = np.random.RandomState(2)
    assert prdc(rng.permutation(a), rng.permutation(b)) == given
    module = importlib.import_module("ganvas.metrics.prdc")
    for block in (1, 270 * 7, 270 * 100, 10**9):
        monkeypatch.setattr(module, "BLOCK", block)
        assert prdc(a, b) == given
    assert Fraction(given.density).limit_denominator(5 * 270) == Fraction(
        round(given.density * 5 * 270), 5 * 270
    )
