"""The words follow the numbers."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from fabricate import CONFIG, ROWS, run

from ganvas.report import text
from ganvas.report.record import read


@pytest.fixture
def record(tmp_path):
    return read(run(tmp_path / "0003-gan-mnist"))


def ending_with(record, **columns):
    ends = {name.replace("_", "/"): np.full(3, value) for name, value in columns.items()}
    return dataclasses.replace(record, columns=record.columns | ends)


def with_game(record, **game):
    return dataclasses.replace(record, config=record.config | {"game": game})


def test_the_first_sentence(record):
    assert text.beginning(record, "GAN") == (
        "GAN trained on mnist for 3 epochs (1,407 steps of 128 images) in 35 seconds on the "
        "processor with 2 threads."
    )


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
    columns = {"D(x)": np.full(3, real), "D(G(z))": np.full(3, fake)}
    found = text.judgement(dataclasses.replace(record, columns=columns))
    assert words in found
    assert f"D(x) is {real:.2f} and D(G(z)) is {fake:.2f}" in found


def test_the_verdict_of_one_of_two_games(record):
    columns = {"with biases: D(x)": np.full(3, 0.5), "with biases: D(G(z))": np.full(3, 0.49)}
    found = text.judgement(dataclasses.replace(record, columns=columns), "with biases")
    assert found.startswith("With biases, over the last tenth of this run D(x) is 0.50 and D(G(z))")
    assert text.judgement(record, "without biases") == ""


def test_the_levels_at_one_half(record):
    assert text.even(record) == pytest.approx((2 * math.log(2), math.log(2)))
    assert "2 log 2 = 1.386 for d_loss, log 2 = 0.693 for g_loss" in text.losses(record)
    coin = with_game(record, loss="nonsaturating", feed="coin")
    assert text.even(coin) == pytest.approx((math.log(2), math.log(2)))
    minimax = with_game(record, loss="minimax", feed="both")
    assert text.even(minimax) == pytest.approx((2 * math.log(2), -math.log(2)))
    assert "−log 2 = −0.693 for g_loss" in text.losses(minimax)
    assert "log 2" not in text.losses(with_game(record, loss="least-squares"))


def test_the_divergence_that_the_loss_proves(record):
    apart = ending_with(record, D_real=0.5, D_fake=0.3)
    assert f"here {math.log(2) - 0.4:.2f} at the end" in text.losses(apart)
    coin = with_game(apart, loss="nonsaturating", feed="coin")
    assert "Shannon" not in text.losses(coin)  # 1.6 in full, above log 4: it proves nothing
    same = ending_with(record, D_real=0.7, D_fake=0.7)
    assert "Shannon" not in text.losses(same)


def test_a_run_that_ended_early_says_so(record):
    assert text.ending(record) == ""
    early = dataclasses.replace(record, stopped=(700, "by SIGINT"))
    assert text.ending(early) == (
        "This run was stopped early, at step 700 (by SIGINT), at 100 % of its budget."
    )
    assert "still training" in text.ending(dataclasses.replace(record, stopped=None))


def test_an_endless_run_has_no_share(tmp_path):
    config = {k: v for k, v in CONFIG.items() if k != "epochs"}
    folder = run(tmp_path / "run", config, ROWS[:5], pictures=None)
    (folder / "log.txt").write_text("now step 100: stopped: by SIGTERM\n")
    assert text.ending(read(folder)) == "This run was stopped early, at step 100 (by SIGTERM)."


def test_pixels_name_the_haze():
    assert "a haze" in text.pixels((0.8, 0.6), (0.1, 0.4), (0.1, 0.0))
    assert "too few tones" in text.pixels((0.4, 0.5), (0.4, 0.2), (0.2, 0.3))
    assert "Between" not in text.pixels((0.8, 0.8), (0.1, 0.1), (0.1, 0.1))


def test_terms_known_and_unknown():
    assert "R1" in text.term("D/r1")
    assert "which of the two" in text.term("D/real, D/fake")
    assert text.term("D/strange") == ""


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (1, "1 epoch"),
        (1.002, "1 epoch"),
        (3.0016, "3 epochs"),
        (2.56, "2.56 epochs"),
        (0.04, "0.04 epochs"),
        (14063, "14,063 epochs"),
    ],
)
def test_plurals(n, said):
    assert text.plural(n, "epoch") == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.2, "1 second"), (36.4, "36 seconds"), (300, "5 minutes"), (12_240, "3.4 hours")],
)
def test_durations(seconds, said):
    assert text.duration(seconds) == said
