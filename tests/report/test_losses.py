"""What the page says of the losses: their formulas, their levels, and what the curves leave out."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from fabricate import TWO, TWO_ROWS, run

from ganvas.report.losses import even, words
from ganvas.report.record import read


@pytest.fixture
def record(tmp_path):
    return read(run(tmp_path / "0003-gan-mnist"))


@pytest.fixture
def two(tmp_path):
    return read(run(tmp_path / "0004-discogan-shapes", TWO, TWO_ROWS))


def ending_with(record, **columns):
    ends = {name.replace("_", "/"): np.full(3, value) for name, value in columns.items()}
    return dataclasses.replace(record, columns=record.columns | ends)


def with_game(record, **game):
    return dataclasses.replace(record, config=record.config | {"game": game})


def test_the_levels_at_one_half(record):
    assert even(record) == pytest.approx((2 * math.log(2), math.log(2)))
    assert "2 log 2 = 1.386 for d_loss, log 2 = 0.693 for g_loss" in words(record)
    coin = with_game(record, loss="nonsaturating", feed="coin")
    assert even(coin) == pytest.approx((math.log(2), math.log(2)))
    minimax = with_game(record, loss="minimax", feed="both")
    assert even(minimax) == pytest.approx((2 * math.log(2), -math.log(2)))
    assert "−log 2 = −0.693 for g_loss" in words(minimax)
    assert "log 2" not in words(with_game(record, loss="leastsquares"))


def test_the_divergence_that_the_loss_proves(record):
    apart = ending_with(record, D_real=0.5, D_fake=0.3)
    assert f"here {math.log(2) - 0.4:.2f} at the end" in words(apart)
    coin = with_game(apart, loss="nonsaturating", feed="coin")
    assert "Shannon" not in words(coin)  # 1.6 in full, above log 4: it proves nothing
    mixed = with_game(apart, loss="nonsaturating", network="dcgan", norm="both")
    assert "Shannon" not in words(mixed)  # a D that sees whole batches proves nothing of a sample
    alone = with_game(apart, loss="nonsaturating", network="dcgan", norm="g")
    assert "between data and samples is at least" in words(alone)
    told = with_game(apart, loss="nonsaturating", condition="concat")
    assert "between data and samples, each with its class, is at least" in words(told)
    same = ending_with(record, D_real=0.7, D_fake=0.7)
    assert "Shannon" not in words(same)


def test_between_domains_only_d_has_a_level(two):
    assert "The dashed line is where it stands when D can only guess: 2 log 2 = 1.386" in words(two)
    assert "g_loss = −log D(G(x)), times its weight" in words(two)
    assert "g_loss = log(1 − D(G(x)))" in words(with_game(two, loss="minimax"))
    squares = words(with_game(two, loss="leastsquares"))
    for word in ("log", "dashed", "guess"):
        assert word not in squares


def test_what_the_curves_leave_out_is_named(record, two):
    assert words(record).endswith("drawn below: D's r1.")
    assert words(two).endswith("drawn below: G's cycle.")
    plain = {name: column for name, column in record.columns.items() if name != "D/r1"}
    assert "below" not in words(dataclasses.replace(record, columns=plain))


def test_without_an_opponent_there_is_no_contest(two):
    alone = dataclasses.replace(two, columns={"G/l1 b": np.full(3, 9.0)})
    assert words(alone) == "G has no opponent here: its loss says how far it is from its aim."
