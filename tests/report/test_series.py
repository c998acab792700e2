"""Smoothing, thinning and axes, on numbers one can check by hand."""

from __future__ import annotations

import numpy as np
import pytest

from ganvas.report.series import axis, contest, players, smooth, thin, together, total, watched


def test_players_and_what_they_minimise():
    names = ["step", "D/real", "D/fake", "D/r1", "D/gradient", "G+Q/info", "G+Q/gradient", "D(x)"]
    assert players(names) == {"D": ["real", "fake", "r1"], "G+Q": ["info"]}
    assert contest(["real", "fake", "r1"]) == {"": ["real", "fake"]}
    assert contest(["cycle", "class"]) == {"": ["cycle", "class"]}
    assert contest(["pair", "r1", "r2"]) == {"": ["pair"]}
    both = ["fake b", "cycle a", "fake a", "real b"]
    assert contest(both) == {"b": ["fake b", "real b"], "a": ["fake a"]}
    assert watched(names) == ["D(x)"]


def test_what_was_watched_is_gathered_by_plot():
    names = ["step", "D/real", "D(x)", "with: D(x)", "with: D(G(z))", "a: b: c"]
    assert together(names) == {
        "": {"D(x)": "D(x)"},
        "with": {"D(x)": "with: D(x)", "D(G(z))": "with: D(G(z))"},
        "a: b": {"c": "a: b: c"},
    }


def test_a_total_counts_a_missing_term_as_none():
    columns = {"D/real": np.array([1, np.nan, np.nan]), "D/r1": np.array([2, 3, np.nan])}
    np.testing.assert_equal(total(columns, "D", ["real", "r1"]), [3, 3, np.nan])


def test_smoothing_keeps_lines_and_levels_noise():
    y = np.random.default_rng(0).normal(size=1000)
    assert np.std(smooth(y)[50:-50]) < 0.25
    assert smooth(np.full(200, 3.0)) == pytest.approx(3.0)
    line = np.arange(500.0)
    assert smooth(line)[:-10] == pytest.approx(line[:-10])
    assert smooth(y)[0] == y[0]
    assert smooth(y)[-1] == pytest.approx(y[-21:].mean())


def test_thinning_keeps_the_peak():
    x, y = np.arange(5000.0), np.zeros(5000)
    y[1234] = 7
    at, kept = thin(x, y, 100)
    assert len(at) <= 100
    assert 7 in kept
    assert at[kept.argmax()] == 1234
    assert (np.diff(at) > 0).all()


def test_an_axis_holds_its_marks_and_cuts_only_rare_peaks():
    y = np.linspace(1, 2, 200)
    plain = axis([y], marks=[4])
    assert plain.low < 1
    assert plain.high > 4
    assert not plain.cuts([y])
    y[5] = 1e6
    assert axis([y], marks=[4]).high < 10
    assert axis([y], marks=[4]).cuts([y])
    assert not axis([y]).cuts([y])  # on a log axis there is room
    assert axis([y]).log
    assert not axis([-y]).log


@pytest.mark.parametrize("value", [0.0, 3.0, -1e-30])
def test_a_constant_has_an_axis(value):
    found = axis([np.full(5, value), np.array([np.nan])])
    assert found.low < value < found.high
