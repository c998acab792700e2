"""C_T against the Mann-Whitney test, spelt out, with copies far below 0 and the blurred above."""

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from ganvas.errors import UsageError
from ganvas.metrics import binned, c_t


def draw(seed, n, d=4, shift=0.0):
    return shift + np.random.RandomState(seed).randn(n, d)


def nearest(x, q):
    return np.linalg.norm(q[:, None] - x, axis=-1).min(1)


def test_spelt_out():
    train, held_out, fake = draw(0, 500), draw(1, 300), 1.2 * draw(2, 400)
    bins = binned(train, 4, seed=3)
    scores, weights = [], []
    for cell in range(4):
        t, p, q = (x[bins.of(x) == cell] for x in (train, held_out, fake))
        n, m = len(p), len(q)
        u = mannwhitneyu(nearest(t, q), nearest(t, p)).statistic
        scores.append((u - n * m / 2) / np.sqrt(n * m * (n + m + 1) / 12))
        weights.append(n)
    expected = np.average(scores, weights=weights)
    assert c_t(train, held_out, fake, cells=4, seed=3) == pytest.approx(expected, rel=1e-9)


def test_copies_real_data_and_far_ones():
    train, held_out, fresh = draw(0, 2000), draw(1, 1000), draw(2, 1000)
    assert abs(c_t(train, held_out, fresh)) < 2
    assert c_t(train, held_out, train[:1000]) < -10
    assert c_t(train, held_out, train[:1000] + 0.02 * fresh) < -10
    assert c_t(train, held_out, 1.5 * fresh) > 3
    half = c_t(train, held_out, np.concatenate([train[:500], fresh[:500]]))
    assert -10 < half < -3


def test_zero_on_average_for_real_data():
    values = [c_t(draw(s, 400), draw(s + 30, 300), draw(s + 60, 300), cells=3) for s in range(20)]
    assert abs(np.mean(values)) < 0.4
    assert 0.2 < np.std(values) < 1.0


def test_cells_without_enough_are_left_out():
    """Copies on one side only are not diluted by the few samples of the other side."""
    train, held_out = (np.concatenate([draw(s, 200), draw(s + 9, 200, shift=50)]) for s in (0, 1))
    copies, far = train[:100], draw(4, 20, shift=50)
    alone = c_t(train, held_out, copies, cells=2)
    assert alone < -7
    assert c_t(train, held_out, np.concatenate([copies, far[:19]]), cells=2) == alone
    diluted = c_t(train, held_out, np.concatenate([copies, far]), cells=2)
    assert diluted == pytest.approx(alone / 2, abs=1.5)
    with pytest.raises(UsageError, match="No cell holds 20 held-out rows and 20 fakes"):
        c_t(train, held_out, copies[:19], cells=2)


def test_order_decides_nothing():
    train, held_out, fake = draw(0, 300), draw(1, 200), draw(2, 200)
    rng = np.random.RandomState(0)
    shuffled = [rng.permutation(x) for x in (train, held_out, fake)]
    assert c_t(*shuffled, cells=3) == pytest.approx(c_t(train, held_out, fake, cells=3), rel=1e-9)
