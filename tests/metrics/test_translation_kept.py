"""What a translation keeps, on mappings whose answer is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ganvas.errors import UsageError
from ganvas.metrics.translation import kept_information, one_to_one

RNG = np.random.default_rng(0)
X = RNG.integers(0, 4, 4000)


def test_information_is_whole_whichever_value_becomes_which():
    assert kept_information(X, X) == pytest.approx(1)
    assert kept_information(X, (X + 3) % 4) == pytest.approx(1)
    assert kept_information(X, -7 * X) == pytest.approx(1)


def test_information_is_none_where_nothing_is_told():
    assert kept_information(X, np.zeros_like(X)) == 0
    assert kept_information(X, RNG.integers(0, 4, 4000)) < 0.005
    assert kept_information(np.zeros(5), np.arange(5)) == 1, "there was nothing to forget"


def test_information_by_hand():
    """Four even values of which two become one: log 4 - (log 2) / 2 of log 4 is kept."""
    x = np.repeat(np.arange(4), 1000)
    kept = (math.log(4) - math.log(2) / 2) / math.log(4)
    assert kept_information(x, np.minimum(x, 2)) == pytest.approx(kept)


def test_one_to_one_of_a_bijection_and_a_collapse():
    assert one_to_one(X, (X + 1) % 4, modes=4) == (1, 1, 1)
    assert one_to_one(X, np.zeros_like(X), modes=4) == (0.25, 0, 1)
    assert one_to_one(X, X + 6, modes=10) == (1, 1, 1), "four of ten are all that can be reached"


def test_one_to_one_by_hand():
    before = [0] * 10 + [1] * 10 + [2] * 10
    after = [0] * 9 + [3] + [0] * 6 + [1] * 4 + [2] * 10
    coverage, injectivity, purity = one_to_one(before, after, modes=4)
    assert injectivity == pytest.approx(2 / 3), "0 and 1 both go to 0"
    assert purity == pytest.approx(25 / 30)
    assert coverage == 1, "0, 1 and 2 are reached; one sample of thirty is not a mode reached"


def test_lists_of_two_lengths():
    with pytest.raises(UsageError, match="equal length"):
        kept_information([1, 2], [1])
