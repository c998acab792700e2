"""What is read from a run's folder, whole or damaged."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from fabricate import ROWS, STEPS, lines, png, points, run

from ganvas.report.record import read


def test_columns_are_the_rows(tmp_path):
    record = read(run(tmp_path / "run"))
    assert record.columns["step"].tolist() == [row["step"] for row in ROWS]
    assert record.columns["D/r1"].tolist() == [row["D/r1"] for row in ROWS]
    assert record.step == STEPS
    assert record.epoch == pytest.approx(STEPS / 469)


def test_a_crash_in_the_last_line_costs_that_line(tmp_path):
    folder = run(tmp_path / "run")
    with (folder / "metrics.jsonl").open("a") as file:
        file.write('{"step": 1400, "D/re')
    assert read(folder).columns["step"][-1] == ROWS[-1]["step"]


def test_steps_said_again_after_a_resume_count_once(tmp_path):
    again = [row | {"D/real": 9.0} for row in ROWS if row["step"] >= 1000]
    record = read(run(tmp_path / "run", rows=[*ROWS, *again]))
    steps, real = record.columns["step"], record.columns["D/real"]
    assert steps.tolist() == [row["step"] for row in ROWS]
    assert (real[steps >= 1000] == 9).all()
    assert (real[steps < 1000] < 1).all()


def test_what_is_not_a_number_is_a_gap(tmp_path):
    rows = [
        {"step": 1, "a": math.nan, "b": 1},
        {"step": 2, "a": math.inf, "b": "x", "c": None},
        {"step": 3, "a": 2.0, "b": True},
    ]
    record = read(run(tmp_path / "run", rows=rows))
    np.testing.assert_equal(record.columns["a"], [math.nan, math.nan, 2])
    np.testing.assert_equal(record.columns["b"], [1, math.nan, math.nan])
    assert "c" not in record.columns
    assert math.isnan(record.last("c"))
    assert math.isnan(record.end("c"))


def test_pictures_outside_the_folder_are_not_taken(tmp_path):
    folder = run(tmp_path / "run", pictures=(0,))
    png(tmp_path / "secret.png")
    row = {"step": 5, "epoch": 1, "view": "samples"}
    rows = [row | {"file": "../secret.png"}, row | {"file": str(tmp_path / "secret.png")}]
    with (folder / "samples.jsonl").open("a") as file:
        file.write(lines(rows))
    assert [p.step for p in read(folder).pictures] == [0]


def test_the_view_called_samples_comes_first(tmp_path):
    folder = run(tmp_path / "run")
    rows = [json.loads(line) for line in (folder / "samples.jsonl").read_text().splitlines()]
    other = [row | {"view": "cycle"} for row in rows]
    (folder / "samples.jsonl").write_text(lines([*other, *rows]))
    views = read(folder).views()
    assert list(views) == ["samples", "cycle"]
    assert [p.step for p in views["cycle"]] == [0, 469, 1407]


@pytest.mark.parametrize(
    "values",
    [
        [],
        {"real": {"kind": "pixels", "counts": [1, 2]}},
        {"real": {"kind": "pixels"}, "fake": {"kind": "pixels"}},
        {"real": {"kind": "pixels", "counts": [1]}, "fake": points(2)["fake"]},
        {"real": {"kind": "new"}, "fake": {"kind": "new"}},
        {name: {"kind": "points", "points": [[1], [1, 2]]} for name in ("real", "fake")},
        {name: {"kind": "points", "points": [1, 2]} for name in ("real", "fake")},
    ],
)
def test_values_of_no_known_form_are_left_out(tmp_path, values):
    assert read(run(tmp_path / "run", values=values)).values == {}


def test_the_end_is_the_logs_last_word(tmp_path):
    folder = run(tmp_path / "run")
    assert read(folder).stopped == (STEPS, "3 epochs done")
    (folder / "log.txt").write_text("then step 600: stopped: by SIGINT\n")
    assert read(folder).stopped is None  # it went on to step 1400 and has not ended since
