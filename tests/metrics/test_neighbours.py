"""Nearest neighbours, exact to the bit, and copies found among what was generated."""

import importlib

import numpy as np
import pytest

from ganvas.errors import UsageError
from ganvas.metrics import memorised, nearest


def draw(seed, n, d, shift=0.0):
    return shift + np.random.RandomState(seed).randn(n, d)


@pytest.mark.parametrize("k", [1, 4, 30])
def test_spelt_out(k):
    real, queries = draw(0, 30, 5), draw(1, 20, 5)
    apart = np.sqrt(((queries[:, None] - real) ** 2).sum(-1))
    found, where = nearest(real, queries, k)
    assert found.shape == where.shape == (20, k)
    np.testing.assert_array_equal(where, np.argsort(apart, axis=1)[:, :k])
    np.testing.assert_allclose(found, np.sort(apart, axis=1)[:, :k], rtol=1e-12)


@pytest.mark.parametrize("offset", [0.0, 1e8])
def test_a_copy_is_at_zero(offset):
    real = draw(0, 800, 20, shift=offset)
    found, where = nearest(real, real[::2], 2)
    assert (found[:, 0] == 0).all()
    assert (found[:, 1] > 1).all()
    np.testing.assert_array_equal(where[:, 0], np.arange(0, 800, 2))


def test_of_equal_ones_the_earlier():
    real = np.array([[2.0], [0.0], [2.0], [9.0]])
    assert nearest(real, [[1.0]], 3)[1].tolist() == [[0, 1, 2]]


def test_pieces_change_nothing(monkeypatch):
    real, queries = draw(0, 100, 5), draw(1, 70, 5)
    given = nearest(real, queries, 3)
    for block in (1, 33):
        monkeypatch.setattr(importlib.import_module("ganvas.metrics.neighbours"), "BLOCK", block)
        np.testing.assert_array_equal(nearest(real, queries, 3), given)


@pytest.mark.parametrize("k", [0, 11])
def test_no_such_neighbour(k):
    with pytest.raises(UsageError, match=rf"k={k}: with 10 real rows, between 1 and 10"):
        nearest(draw(0, 10, 2), draw(1, 4, 2), k)


def test_memorised():
    train, held_out, fresh = (draw(seed, 1500, 6) for seed in range(3))
    assert memorised(train, held_out, train) == 1.0
    assert memorised(train, held_out, train + 1e-3) == 1.0
    assert memorised(train, held_out, held_out) == pytest.approx(0.01, abs=1e-9)
    assert memorised(train, held_out, fresh) < 0.025
    assert memorised(train, held_out, fresh, level=0.1) == pytest.approx(0.1, abs=0.03)
    half = np.concatenate([train[:750], fresh[:750]])
    assert memorised(train, held_out, half) == pytest.approx(0.505, abs=0.01)
    assert memorised(train, held_out, fresh + 10) == 0.0


def test_copies_count_even_where_held_out_data_have_some():
    train, held_out = draw(0, 400, 6), draw(1, 400, 6)
    held_out[:20] = train[:20]
    assert memorised(train, held_out, train) == 1.0


@pytest.mark.parametrize("level", [0.0, 1.0, 0.001])
def test_levels(level):
    x = draw(0, 400, 2)
    with pytest.raises(UsageError, match=f"level = {level:g} of 400 held-out rows"):
        memorised(x, x, x, level=level)
    with pytest.raises(UsageError, match="fake 3"):
        memorised(x, x, draw(0, 400, 3))
