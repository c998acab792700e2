"""The birthday paradox: pairs counted one by one, and supports that are known."""

import importlib

import numpy as np
import pytest

from ganvas.errors import UsageError
from ganvas.metrics import birthday


def draw(seed, n, d=6):
    return np.random.RandomState(seed).randn(n, d)


def test_spelt_out():
    real, samples = draw(0, 300, 2), draw(1, 200, 2) / 3

    def apart(x):
        return np.sqrt(((x[:, None] - x) ** 2).sum(-1)) + np.where(np.eye(len(x)), np.inf, 0)

    within = np.sort(apart(real).min(1))[2]  # the nearest one in a hundred: the third of 300
    expected = int((apart(samples) <= within).sum()) // 2
    found = birthday(real, samples)
    assert found.duplicates == expected > 0
    assert found.support == 200 * 199 / 2 / expected


@pytest.mark.parametrize("kinds", [10, 50, 400])
def test_known_supports(kinds):
    """A generator of so many pictures, with a little noise: pairs tell how many."""
    pictures = draw(0, kinds, 12)
    which = np.random.RandomState(1).randint(0, kinds, 3000)
    samples = pictures[which] + 1e-6 * draw(2, 3000, 12)
    found = birthday(draw(3, 3000, 12), samples)
    assert found.support == pytest.approx(kinds, rel=0.1)


def test_real_data_are_their_own_measure():
    real, other, third = (draw(s, 4000) for s in range(3))
    floor, fresh = birthday(real, other), birthday(real, third)
    assert floor.duplicates == pytest.approx(20, abs=12)  # about level * N / 2
    assert fresh.support == pytest.approx(floor.support, rel=0.8)
    half = birthday(real, np.concatenate([other[:2000]] * 2))
    assert half.duplicates >= 2000
    assert half.support < floor.support / 50


def test_copies_are_told_from_what_is_almost_one():
    """Where real rows are repeated the threshold is 0, and nothing but a copy is one."""
    real = np.repeat(draw(0, 100), 2, axis=0)
    fresh = draw(1, 50)
    assert birthday(real, np.concatenate([fresh, fresh])).duplicates == 50
    assert birthday(real, np.concatenate([fresh, fresh + 1e-9])).duplicates == 0


def test_no_duplicates_tell_nothing():
    assert birthday(draw(0, 200), 1000 * draw(1, 100)) == (0, None)


def test_pieces_and_order_change_nothing(monkeypatch):
    real, samples = draw(0, 300, 2), draw(1, 200, 2)
    given = birthday(real, samples)
    rng = np.random.RandomState(0)
    assert birthday(rng.permutation(real), rng.permutation(samples)) == given
    monkeypatch.setattr(importlib.import_module("ganvas.metrics.birthday"), "BLOCK", 1)
    assert birthday(real, samples) == given


@pytest.mark.parametrize("level", [0.0, 1.0, 0.001])
def test_levels(level):
    with pytest.raises(UsageError, match=f"level = {level:g} of 200 real rows"):
        birthday(draw(0, 200), draw(1, 100), level=level)
