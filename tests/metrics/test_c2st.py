"""The classifier two-sample test: right on average, on rows that it has not seen."""

import numpy as np
import pytest

from ganvas.metrics import c2st


def draw(seed, n, d, shift=0.0, scale=1.0):
    return shift + scale * np.random.RandomState(seed).randn(n, d)


def test_one_half_where_there_is_nothing_to_tell():
    values = [c2st(draw(s, 300, 5), draw(s + 50, 300, 5)) for s in range(12)]
    assert np.mean([v.value for v in values]) == pytest.approx(0.5, abs=0.03)
    assert sum(v.low < 0.5 < v.high for v in values) >= 10


def test_what_is_asked_was_not_learnt():
    """Fifty rows of fifty numbers are learnt by heart; others of the kind are guessed."""
    values = [c2st(draw(s, 100, 50), draw(s + 50, 100, 50)).value for s in range(4)]
    assert np.mean(values) < 0.65


def test_the_best_possible_for_a_shift():
    """N(0, 1) and N(2, 1) are told apart at 1 in 84.1 % of cases."""
    found = c2st(draw(0, 4000, 1), draw(1, 4000, 1, shift=2))
    assert found.low < 0.8413 < found.high
    assert found.value - found.low == pytest.approx(
        1.96 * np.sqrt(found.value * (1 - found.value) / 4000), rel=1e-9
    )
    assert c2st(draw(0, 100, 2), draw(1, 100, 2, shift=20)).value == 1.0


def test_a_difference_in_width_alone_is_seen():
    """A linear classifier would guess."""
    assert c2st(draw(0, 1000, 3), draw(1, 1000, 3, scale=3)).value > 0.8


def test_unequal_sizes_are_cut_to_the_smaller():
    found = c2st(draw(0, 300, 3), draw(1, 3000, 3))
    assert found.value == pytest.approx(0.5, abs=0.1)
    assert found.high - found.low == pytest.approx(2 * 1.96 * 0.5 / np.sqrt(300), rel=0.05)


def test_order_decides_nothing():
    a, b = draw(0, 300, 4), draw(1, 250, 4, shift=0.5)
    rng = np.random.RandomState(3)
    given = c2st(a, b)
    assert c2st(rng.permutation(a), rng.permutation(b)) == given
    assert c2st(a, b, seed=1) != given
