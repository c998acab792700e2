"""The Frechet distance against closed forms and the textbook formula."""

import numpy as np
import pytest
from scipy.linalg import sqrtm

from ganvas.errors import UsageError
from ganvas.metrics import Moments, frechet, frechet_of, moments


def draw(seed, n, d, shift=0.0, scale=1.0):
    return shift + scale * np.random.RandomState(seed).randn(n, d)


def test_one_dimension():
    """(mean_a - mean_b)^2 + (sigma_a - sigma_b)^2."""
    a, b = draw(0, 200, 1), draw(1, 300, 1, shift=2.0, scale=3.0)
    expected = (a.mean() - b.mean()) ** 2 + (a.std(ddof=1) - b.std(ddof=1)) ** 2
    assert frechet(a, b) == pytest.approx(expected, rel=1e-12)


def test_gaussians_of_the_same_axes():
    """|shift|^2 + sum (sigma_a - sigma_b)^2, in any rotation."""
    turn = np.linalg.qr(draw(0, 5, 5))[0]
    mean, sigma, other = np.arange(5.0), np.array([1, 2, 3, 0.1, 0]), np.array([2, 2, 1, 0, 0.5])
    a = Moments(np.zeros(5), turn @ np.diag(sigma**2) @ turn.T, 100)
    b = Moments(mean, turn @ np.diag(other**2) @ turn.T, 100)
    expected = (mean**2).sum() + ((sigma - other) ** 2).sum()
    assert frechet_of(a, b) == pytest.approx(expected, rel=1e-12)


def test_any_gaussians():
    mix, other = draw(0, 6, 6), draw(1, 6, 6)
    a, b = draw(2, 500, 6) @ mix, 1 + draw(3, 400, 6) @ other
    ca, cb = np.cov(a.T), np.cov(b.T)
    root = sqrtm(ca @ cb).real
    expected = ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(ca + cb - 2 * root)
    assert frechet(a, b) == pytest.approx(expected, rel=1e-9)


def test_moments():
    a = draw(0, 50, 4)
    given = moments(a)
    np.testing.assert_allclose(given.mean, a.mean(0))
    apart = a - a.mean(0)
    np.testing.assert_allclose(given.covariance, apart.T @ apart / 49)
    assert given.count == 50
    assert frechet_of(given, moments(a + 1)) == frechet(a, a + 1)


@pytest.mark.parametrize("d", [1, 16, 64, 192])
def test_nothing_between_a_set_and_itself(d):
    a = draw(0, 1000, d)
    assert 0 <= frechet(a, a) <= 1e-9
    assert 0 <= frechet(100 * a + 1000, 100 * a + 1000) <= 1e-5


def test_a_shift_is_its_squared_length():
    a, shift = draw(0, 1000, 64), draw(1, 64, 1)[:, 0]
    assert frechet(a, a + shift) == pytest.approx((shift**2).sum(), rel=1e-9)
    assert frechet(a + shift, a) == pytest.approx((shift**2).sum(), rel=1e-9)


@pytest.mark.parametrize("n", [500, 40])
def test_order_and_dead_units(n):
    """40 rows of 64 features, and units that are dead in one set: covariances without full rank.

    Rounding in an eigenvalue that is 0 would be seen through its root, as 1e-8 of the largest.
    """
    rng = np.random.RandomState(0)
    mix = rng.randn(64, 64)
    a, b = np.maximum(rng.randn(n, 64) @ mix, 0), np.maximum(rng.randn(n, 64) @ mix, 0)
    a[:, :10] = b[:, 5:15] = 0
    value = frechet(a, b)
    assert value > 0
    assert frechet(b, a) == pytest.approx(value, rel=1e-12)
    for _ in range(3):
        shuffled = frechet(a[rng.permutation(n)], b[rng.permutation(n)])
        assert shuffled == pytest.approx(value, rel=1e-11)


def test_too_few_rows_are_too_far_apart_but_a_number():
    few, many = (frechet(draw(0, n, 64), draw(1, n, 64)) for n in (40, 4000))
    assert 0 < many < 2 < few < 128


def test_moments_that_are_not():
    good = moments(draw(0, 10, 3))
    holed = good.covariance.copy()
    holed[0, 0] = np.nan
    for bad in (
        Moments(good.mean, holed, 10),
        Moments(good.mean * np.inf, good.covariance, 10),
        Moments(good.mean, good.covariance[:2], 10),
        Moments(good.mean[None], good.covariance, 10),
    ):
        for pair in ((bad, good), (good, bad)):
            with pytest.raises(UsageError, match="Moments are a finite mean"):
                frechet_of(*pair)
    with pytest.raises(UsageError, match="Moments of 3 and of 4 features"):
        frechet_of(good, moments(draw(0, 10, 4)))
