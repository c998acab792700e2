"""kill -9 while it trains and saves: nothing is lost but a few steps, and --resume just works."""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import time
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess
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


def last_row(run: Path) -> int:
    """The last step whose row is whole."""
    try:
        return int(json.loads((run / "metrics.jsonl").read_text().split("\n")[-2])["step"])
    except (FileNotFoundError, IndexError):
        return 0


def last_save(run: Path) -> int:
    return latest(run / "checkpoints").step if list(run.glob("checkpoints/step-????????")) else 0


def start_on(run: Path, draw: random.Random, hasty: set[int]) -> Callable[[], ForkServerProcess]:
    """Starts or resumes `run`; returns after a save or two, but the `hasty` starts at once."""
    count = itertools.count()

    def start() -> ForkServerProcess:
        begun = (run / "config.toml").exists()
        command = ["train", "--resume", str(run)] if begun else [*TRAIN, *LONG]
        goal = last_save(run) + draw.randint(EVERY + 2, 3 * EVERY)  # older rows end before it
        process = child(*command, *([] if begun else ["--outdir", str(run.parent)]))
        if next(count) not in hasty:
            until(lambda: last_row(run) >= goal or not process.is_alive())
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
        for path in run.glob("checkpoints/step-????????"):
            load(path)
        step = last_save(run)  # a warning would be an error
        assert step >= reached[-1]
        reached.append(step)
        assert last_row(run) - step <= EVERY  # no more is lost than one interval

    hasty = set(draw.sample(range(1, kills), kills // 5))
    moments = [draw.uniform(0, 0.05) for _ in range(kills)]
    kill_at_random(start_on(run, draw, hasty), moments, check)
    assert len(set(reached)) > kills - len(hasty)  # each start that was not hasty got further

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
    draw = random.Random(0)
    start = start_on(run, draw, set())
    for _ in range(20):
        process = start()
        time.sleep(draw.uniform(0, 0.05))
        number = draw.choice([signal.SIGINT, signal.SIGTERM])
        os.kill(process.pid, number)
        assert code(process) == 128 + number
        assert saved(run).step == rows(run)[-1]["step"]
    steps = str(saved(run).step + 1)
    assert main(["train", "--resume", str(run), "--steps", steps]) == 0
    assert main([*TRAIN, *LONG, "--steps", steps, "--outdir", str(tmp_path / "whole")]) == 0
    assert equal_runs(tmp_path / "whole" / run.name, run)
