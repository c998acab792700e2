"""NDB against the z-test and the divergence, spelt out, and against what is known to be missing."""

import numpy as np
import pytest
from scipy.stats import norm

from ganvas.errors import UsageError
from ganvas.metrics import Bins, binned, ndb, ndb_of


def draw(seed, n, d=8):
    return np.random.RandomState(seed).randn(n, d)


def line(counts):
    """As many points at 0, 1, 2, … as `counts` says."""
    return np.repeat(np.arange(len(counts), dtype=float), counts)[:, None]


def test_spelt_out():
    real, made = np.array([100, 200, 300, 400]), np.array([6, 20, 35, 39])
    bins = Bins(np.arange(4.0)[:, None], real)
    p, q = real / real.sum(), made / made.sum()
    pooled = (real + made) / (real.sum() + made.sum())
    z = (p - q) / np.sqrt(pooled * (1 - pooled) * (1 / real.sum() + 1 / made.sum()))
    middle = (p + q) / 2
    js = 0.5 * (p * np.log(p / middle)).sum() + 0.5 * (q * np.log(q / middle)).sum()
    for errors in (0.1, 0.3, 0.6, 5):
        found = ndb_of(bins, line(made), errors=errors)
        assert found.different == (abs(z) > errors).sum()
        assert found.js == pytest.approx(js, rel=1e-12)
    assert {int((abs(z) > errors).sum()) for errors in (0.1, 0.3, 0.6, 5)} == {0, 2, 3}


def test_the_level_is_five_in_a_hundred():
    """Twenty bins near the edge: the default is a two-sided p below .05."""
    n, m, rows = 1000, 400, []
    for made in range(40, 121):
        p, q = 200 / n, made / m
        pooled = (200 + made) / (n + m)
        z = (p - q) / np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
        expected = 2 * (2 * norm.cdf(-abs(z)) < 0.05)  # two bins, of opposite differences
        found = ndb_of(Bins(np.array([[0.0], [1.0]]), np.array([200, 800])), line([made, m - made]))
        rows.append((found.different, expected))
    assert all(a == b for a, b in rows)
    assert {a for a, _ in rows} == {0, 2}


def test_real_data_have_as_many_as_chance():
    values = [ndb(draw(s, 5000), draw(s + 50, 2000), bins=50).different for s in range(8)]
    assert 0.5 <= np.mean(values) <= 5  # 2.5 of 50
    values = [ndb(draw(s, 5000), draw(s + 50, 2000), bins=50, errors=4).different for s in range(4)]
    assert max(values) == 0


def test_what_is_missing_and_what_is_too_common():
    real = line([100] * 10)
    bins = binned(real, 10)
    assert ndb_of(bins, line([50] * 10)) == (0, 0.0)
    missing = ndb_of(bins, line([50] * 8 + [0] * 2), errors=3)
    assert missing.different == 2
    one = ndb_of(bins, line([400] + [1] * 9))
    assert one.different == 10
    assert 0 < missing.js < one.js < np.log(2)
    disjoint = Bins(np.array([[0.0], [1.0]]), np.array([5, 0]))
    assert ndb_of(disjoint, [[1.0], [1.0]]).js == pytest.approx(np.log(2))


def test_an_empty_bin_on_both_sides_is_no_difference():
    bins = Bins(np.arange(3.0)[:, None], np.array([10, 10, 0]))
    assert ndb_of(bins, line([10, 10])) == (0, 0.0)


def test_order_and_bad_options():
    real, made = draw(0, 600), draw(1, 300) * 1.3
    shuffled = np.random.RandomState(2).permutation
    assert ndb(real, made, bins=20) == ndb(shuffled(real), shuffled(made), bins=20)
    with pytest.raises(UsageError, match="errors=0"):
        ndb(real, made, bins=20, errors=0)
