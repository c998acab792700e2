"""The words follow the numbers."""

from __future__ import annotations

import dataclasses

import pytest
from fabricate import CONFIG, ROWS, run

from ganvas.report import text
from ganvas.report.record import read


@pytest.fixture
def record(tmp_path):
    return read(run(tmp_path / "0003-gan-mnist"))


def test_the_first_sentence(record):
    assert text.beginning(record, "GAN") == (
        "GAN trained on mnist for 3 epochs (1,407 steps of 128 images) in 35 seconds on the "
        "processor with 2 threads."
    )


def test_a_translation_has_images_of_each_domain(record):
    two = dataclasses.replace(record, config=record.config | {"data": "shapes"})
    assert "(1,407 steps of 128 images of each domain)" in text.beginning(two, "DiscoGAN")


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


def test_terms_of_a_domain():
    assert "start a → b → a ends" in text.term("G/cycle a")
    assert "start b → a → b ends" in text.term("G/cycle b")
    assert "which of the two" in text.term("D/real b, D/fake b")
    assert text.term("G/l1 a") == text.term("G/l1") != ""


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (1, "1 epoch"),
        (1.002, "1 epoch"),
        (3.0016, "3 epochs"),
        (2.56, "2.56 epochs"),
        (0.04, "0.04 epochs"),
        (0.004, "0.004 epochs"),
        (0, "0 epochs"),
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
