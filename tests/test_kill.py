"""kill -9 while it trains and saves: nothing is lost but a few steps, and --resume just works."""

from __future__ import annotations

import itertools
import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ganvas.checkpoint import latest, load
from ganvas.cli import main
from small import TRAIN, child, code, equal_runs, rows, saved
from test_crash import kill_at_random

EVERY = 5
LONG = ["--steps", "1000000", "--save-every", str(EVERY), "--log-every", "1"]


@pytest.fixture(autouse=True)
def no_report(monkeypatch):
    monkeypatch.setattr("ganvas.report.write", lambda run: run / "report.html")


def until(happens: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not happens():
        assert time.monotonic() < end
        time.sleep(0.002)


def logged(run: Path) -> int:
    metrics = run / "metrics.jsonl"
    return metrics.stat().st_mtime_ns if metrics.exists() else 0


def start_on(run: Path, hasty: set[int]) -> Callable[[], object]:
    """Starts or resumes `run`; returns when it has begun to log, save for the `hasty` starts."""
    count = itertools.count()

    def start():
        before = logged(run)
        begun = (run / "config.toml").exists()
        command = ["train", "--resume", str(run)] if begun else [*TRAIN, *LONG]
        process = child(*command, *([] if begun else ["--outdir", str(run.parent)]))
        if next(count) not in hasty:
            until(lambda: logged(run) > before or not process.is_alive())
            assert process.is_alive(), "it did not go on"
        return process

    return start


@pytest.mark.parametrize("kills", [10, pytest.param(50, marks=pytest.mark.long)])
@pytest.mark.timeout(600)
def test_kill_at_random_moments(tmp_path, kills):
    run = tmp_path / "runs" / "0000-gan-digits"
    draw = random.Random(kills)
    reached = [0]

    def check():
        names = list(run.glob("checkpoints/step-????????"))
        if not names:
            assert reached == [0]
            return
        for path in names:
            load(path)
        step = latest(run / "checkpoints").step  # a warning would be an error
        assert step >= reached[-1]
        reached.append(step)
        lines = (run / "metrics.jsonl").read_bytes().split(b"\n")
        assert len(lines) - 1 - step <= EVERY + 1  # what is lost is one interval, or one save

    hasty = set(draw.sample(range(1, kills), kills // 5))
    kill_at_random(start_on(run, hasty), [draw.uniform(0, 0.15) for _ in range(kills)], check)
    assert len(set(reached)) > kills // 3

    steps = str(reached[-1] + 3)
    assert main(["train", "--resume", str(run), "--steps", steps]) == 0
    assert not [path for path in run.rglob("*") if ".tmp-" in path.name or path.suffix == ".new"]
    hidden = {path.name for path in run.rglob(".*")}
    assert hidden == {".lock", ".holder"}
    assert [row["step"] for row in rows(run)] == list(range(1, int(steps) + 1))
    whole = [*TRAIN, *LONG, "--steps", steps, "--outdir", str(tmp_path / "whole")]
    assert main(whole) == 0
    assert equal_runs(tmp_path / "whole" / run.name, run)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_signals_at_random_moments(tmp_path):
    run = tmp_path / "runs" / "0000-gan-digits"
    start, draw = start_on(run, set()), random.Random(0)
    for _ in range(20):
        process = start()
        time.sleep(draw.uniform(0, 0.3))
        number = draw.choice([signal.SIGINT, signal.SIGTERM])
        os.kill(process.pid, number)
        assert code(process) == 128 + number
        assert saved(run).step == rows(run)[-1]["step"]
    steps = str(saved(run).step + 1)
    assert main(["train", "--resume", str(run), "--steps", steps]) == 0
    assert main([*TRAIN, *LONG, "--steps", steps, "--outdir", str(tmp_path / "whole")]) == 0
    assert equal_runs(tmp_path / "whole" / run.name, run)
