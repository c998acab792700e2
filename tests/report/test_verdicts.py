"""What the page says of D's verdicts, under each loss."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from fabricate import CONFIG, run

from ganvas.losses import LOSSES
from ganvas.report.record import read
from ganvas.report.verdicts import at_the_end, scale

NAMES = {"D(x)": "D(x)", "D(G(z))": "D(G(z))"}


@pytest.fixture
def record(tmp_path):
    return read(run(tmp_path / "0003-gan-mnist"))


def playing(record, real, fake, **game):
    columns = {"D(x)": np.full(3, real), "D(G(z))": np.full(3, fake)}
    config = record.config | {"game": game}
    return dataclasses.replace(record, columns=columns, config=config)


def found(record):
    return scale(record, [record.columns[name] for name in NAMES])


def said(record, **place):
    return at_the_end(record, NAMES, found(record), **place)


@pytest.mark.parametrize(
    ("real", "fake", "words"),
    [
        (0.99, 0.01, "far ahead of G"),
        (0.97, 0.98, "teaches G nothing"),
        (0.02, 0.03, "teaches G nothing"),
        (0.52, 0.48, "hardly tell them apart"),
        (0.6, 0.4, "a balanced game"),
        (0.8, 0.2, "still tells them apart"),
        (0.3, 0.6, "has just fooled it"),
    ],
)
def test_the_verdict(record, real, fake, words):
    for game in ({"loss": "nonsaturating"}, {}):
        text = said(playing(record, real, fake, **game))
        assert words in text
        assert f"D(x) is {real:.2f} and D(G(z)) is {fake:.2f}: " in text


def test_the_verdict_of_one_of_two_games(record):
    text = said(playing(record, 0.5, 0.49), place="with biases")
    assert text.startswith("With biases, over the last tenth of this run D(x) is 0.50 and D(G(z))")
    assert at_the_end(record, {"D(x)": "D(x)"}, found(record)) == ""


def test_least_squares_have_targets(record):
    targets = {"loss": "leastsquares", "real_target": 1.0, "fake_target": -1.0}
    game = playing(record, 0.98, -0.97, **targets)
    assert "pull to 1 for the data and to −1 for the samples" in found(game).words
    assert [(mark.y, mark.label) for mark in found(game).marks()] == [(0, "0")]
    axis = found(game).axis([np.array([0.2, 0.3])])
    assert axis.low < -1
    assert axis.high > 1
    assert "D(x) is 0.98 and D(G(z)) is −0.97: D is nearly always right" in said(game)
    usual = playing(record, 0.5, 0.5, **targets | {"fake_target": 0.0})
    assert [(mark.y, mark.label) for mark in found(usual).marks()] == [(0.5, "½")]
    assert "half-way, at ½" in found(usual).words


@pytest.mark.parametrize("game", [{"loss": "wasserstein"}, {"loss": "hinge"}, {}])
def test_a_critics_output_is_no_probability(record, game):
    critic = playing(record, 0.002, -12.25, **game)
    assert "for real" not in found(critic).words
    assert "½" not in found(critic).words
    assert found(critic).marks() == []
    assert found(critic).axis([np.array([0.002, -12.25])]) is None
    assert said(critic).endswith("D(x) is 0.002 and D(G(z)) is −12.2.")


def test_a_d_that_compares_is_read_by_the_distance(record):
    pairs = playing(record, 0.97, 0.96, loss="relativistic")
    assert "distance between the curves" in found(pairs).words
    assert found(pairs).marks() == []
    assert said(pairs).endswith("D(x) is 0.97 and D(G(z)) is 0.96.")


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_has_its_words(record, loss):
    game = CONFIG["game"] | {"loss": loss, "real_target": 1.0, "fake_target": 0.0}
    assert "D(G(z))" in found(playing(record, 0.6, 0.4, **game)).words
