"""`ganvas train`: whole runs, resumed runs, signals, and families of one's own."""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
from PIL import Image

import ganvas
import small
from ganvas import api, device, load
from ganvas.checkpoint import latest
from ganvas.cli import main
from ganvas.engine import Engine
from small import TRAIN, child, code, equal_runs, rows, saved, tree

QUICK = """
import sys
import ganvas
from ganvas.cli import main

assert main(["--help"]) == main([]) == main(["--version"]) == main(["list"]) == 0
assert main(["lst"]) == 2
assert not {"torch", "numpy", "sklearn", "matplotlib"} & set(sys.modules)
"""


@pytest.fixture(autouse=True)
def no_report(monkeypatch):
    """The plots of a report take longer than these runs."""
    monkeypatch.setattr("ganvas.report.write", lambda run: run / "report.html")


def train(outdir: Path, *more: str) -> Path:
    """A run through the command line in this process; its folder."""
    assert main([*TRAIN, "--outdir", str(outdir), *more]) == 0
    return max(outdir.glob("[0-9]*"))


def test_what_needs_no_torch_does_not_import_it():
    done = subprocess.run([sys.executable, "-c", QUICK], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "usage: ganvas COMMAND" in done.stdout
    assert "Goodfellow" not in done.stdout
    assert "digits" in done.stdout
    assert done.stderr == "ganvas: Unknown command 'lst'; did you mean 'list'?\n"


def test_a_run_and_what_it_leaves(tmp_path, capsys, monkeypatch):
    monkeypatch.undo()
    run = train(tmp_path, "--steps", "20", "--save-every", "10")
    assert run.name == "0000-gan-digits"
    config = tomllib.loads((run / "config.toml").read_text())
    assert (config["steps"], config["threads"], config["device"]) == (20, 1, "cpu")
    assert [row["step"] for row in rows(run)] == [5, 10, 15, 20]
    assert sorted(path.name for path in run.iterdir() if path.name[0] != ".") == [
        "checkpoints", "config.toml", "env.json", "log.txt", "metrics.jsonl", "reals.png",
        "report.html", "samples", "samples.jsonl", "values.json",
    ]  # fmt: skip
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        f"run      {run}",
        "data     digits: 1,797 images of 1 x 8 x 8, 10 classes that GAN ignores",
        f"samples  {run / 'samples' / 'step-00000020-samples.png'}",
        f"report   {run / 'report.html'}",
    ]
    assert "20 steps done" in said.err


def test_too_short_to_be_logged(tmp_path, capsys):
    run = train(tmp_path, "--steps", "3")
    told = capsys.readouterr()
    assert "report   none: the log's first row comes after 5 steps; see --log-every" in told.out
    assert told.err.startswith("step 3  0 kimg  ")
    assert told.err.endswith(" img/s  3 steps done\n")
    assert saved(run).step == 3


def test_classes_that_can_be_asked_for_are_named(tmp_path, capsys):
    for name in ("a,b", "c\nd", "고양이"):
        folder = tmp_path / "odd names" / name
        folder.mkdir(parents=True)
        for i in range(3):
            Image.new("L", (8, 8), 20 * i).save(folder / f"{i}.png")
    words = ["--data", str(tmp_path / "odd names"), "--size", "8", "--batch", "9", "--steps", "1"]
    assert main(["train", "cgan", *TRAIN[2:], *words, "--outdir", str(tmp_path / "runs")]) == 0
    named = r"0 'a,b', 1 'c\nd', 2 '고양이'"
    assert f"odd names: 9 images of 1 x 8 x 8, classes {named}\n" in capsys.readouterr().out
    run = tmp_path / "runs" / "0000-cgan-odd-names"
    assert json.loads((run / "env.json").read_text())["classes"] == named
    assert json.loads((train(tmp_path, "--steps", "1") / "env.json").read_text())["classes"] == ""


def test_the_version_is_known_where_nothing_is_installed(tmp_path, monkeypatch):
    assert importlib.metadata.version("ganvas") == ganvas.__version__

    def unknown(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", unknown)
    monkeypatch.setattr(importlib.metadata, "distribution", unknown)
    run = train(tmp_path, "--steps", "5")
    assert json.loads((run / "env.json").read_text())["ganvas"] == ganvas.__version__
    assert saved(run).made_with["ganvas"] == ganvas.__version__


def test_points(tmp_path):
    run = train(tmp_path, "--steps", "5", "--data", "toy:ring8", "--threads", "0")
    assert run.name == "0000-gan-toy-ring8"
    assert tomllib.loads((run / "config.toml").read_text())["threads"] == device.cores()
    assert load(run).sample(3).shape == (3, 2)


def test_a_dry_run_writes_nothing(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main([*TRAIN, "--steps", "7", "--dry-run"]) == 0
    config = tomllib.loads(capsys.readouterr().out)
    assert config["steps"] == 7
    assert config["game"]["g_hidden"] == [8]
    assert not tree(tmp_path)


def test_its_config_repeats_a_run(tmp_path):
    first = train(tmp_path, "--steps", "20", "--mirror", "--seed", "3", "--ema", "0.5")
    assert main(["train", str(first / "config.toml"), "--outdir", str(tmp_path)]) == 0
    again = tmp_path / "0001-gan-digits"
    assert equal_runs(first, again)
    assert (first / "config.toml").read_text() == (again / "config.toml").read_text()
    for file in ("reals.png", "values.json", "samples.jsonl", "samples/step-00000020-samples.png"):
        assert (first / file).read_bytes() == (again / file).read_bytes(), file


def test_resumed_in_another_process_it_is_the_unbroken_run(tmp_path):
    more = ["--ema", "0.5", "--mirror"]
    whole = child(*TRAIN, *more, "--steps", "60", "--outdir", str(tmp_path / "whole"))
    half = child(*TRAIN, *more, "--steps", "30", "--outdir", str(tmp_path / "half"))
    assert code(whole) == code(half) == 0
    run = tmp_path / "half" / "0000-gan-digits"
    command = [sys.executable, "-m", "ganvas", "train", "--resume", str(run), "--steps", "60"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert equal_runs(tmp_path / "whole" / "0000-gan-digits", run)
    assert tomllib.loads((run / "config.toml").read_text())["steps"] == 60


def test_a_resumed_run_takes_new_budgets_and_intervals_and_remembers_them(tmp_path, capsys):
    run = train(tmp_path, "--steps", "10")
    resume = ["train", "--resume", str(run)]
    more = ["--log-every", "2", "--save-every", "7", "--sample-every", "9", "--keep", "3"]
    assert main([*resume, "--epochs", "0.5", *more]) == 0
    assert saved(run).step == 29  # 29 * 32 is the first above 1797 / 2
    assert [row["step"] for row in rows(run)] == [5, *range(10, 29, 2)]
    kept = sorted(path.name for path in (run / "checkpoints").iterdir())
    assert kept == ["step-00000021", "step-00000028", "step-00000029"]
    assert main(resume) == 0  # the budget is spent
    assert saved(run).step == 29
    before = (run / "config.toml").read_bytes()
    for way in ([], ["--dry-run"]):
        assert main([*resume, "--steps", "20", *way]) == 2
        assert "is at step 29 already" in capsys.readouterr().err
    assert (run / "config.toml").read_bytes() == before


def test_a_run_without_a_checkpoint_yet_is_resumed_from_its_beginning(tmp_path, capsys):
    whole = train(tmp_path / "whole", "--steps", "20")
    run = train(tmp_path, "--steps", "20")
    shutil.rmtree(run / "checkpoints")
    scratch = run / "checkpoints" / "step-00000005.tmp-1"
    scratch.mkdir(parents=True)
    assert main(["train", "--resume", str(run)]) == 0
    assert "holds no checkpoint, so it begins at step 0" in capsys.readouterr().err
    assert equal_runs(whole, run)
    assert not scratch.exists()
    assert (run / "samples.jsonl").read_text() == (whole / "samples.jsonl").read_text()


@pytest.mark.filterwarnings("always")
def test_a_damaged_checkpoint_is_passed_over_with_a_warning(tmp_path, capsys):
    whole = train(tmp_path / "whole", "--steps", "20")
    run = train(tmp_path, "--steps", "20", "--save-every", "5")
    state = run / "checkpoints" / "step-00000020" / "state.safetensors"
    content = bytearray(state.read_bytes())
    content[-3] ^= 1
    state.write_bytes(content)
    with pytest.warns(UserWarning, match="step-00000020.*damaged.*step-00000015 is used"):
        older = load(run)
    assert older.sample(2).shape == (2, 1, 8, 8)
    capsys.readouterr()
    assert main(["sample", str(run), "-n", "2"]) == 0
    said = capsys.readouterr().err
    assert said.startswith(f"ganvas: warning: {state} is damaged")
    assert len(said.splitlines()) == 1
    assert main(["train", "--resume", str(run)]) == 0
    assert "step-00000015 is used" in capsys.readouterr().err
    assert equal_runs(whole, run)


# Signals


def at_step(monkeypatch, number: int, *signals: int) -> None:
    """Sends the signals to this process in the middle of the `number`-th step."""
    advance = Engine._advance

    def advanced(engine, *rest):
        if engine.clock.step == number - 1:
            for each in signals:
                os.kill(os.getpid(), each)
        advance(engine, *rest)

    monkeypatch.setattr(Engine, "_advance", advanced)


@pytest.mark.parametrize(("number", "expected"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_saves_the_very_step_and_resumes_exactly(
    tmp_path, monkeypatch, capsys, number, expected
):
    whole = train(tmp_path / "whole", "--steps", "30")
    before = signal.getsignal(number)
    with monkeypatch.context() as patch:
        at_step(patch, 17, number)
        assert main([*TRAIN, "--steps", "30", "--outdir", str(tmp_path)]) == expected
    assert signal.getsignal(number) == before
    run = tmp_path / "0000-gan-digits"
    assert saved(run).step == 17
    assert f"ganvas train --resume {run}\n" in capsys.readouterr().err
    assert f"stopped: by {signal.Signals(number).name}" in (run / "log.txt").read_text()
    assert main(["train", "--resume", str(run)]) == 0
    assert equal_runs(whole, run)


def hit_twice(number: int, outdir: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        at_step(patch, 17, number, number)
        small.ganvas(*TRAIN, "--steps", "30", "--save-every", "5", "--outdir", outdir)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_ends_at_once(tmp_path, number):
    process = small.SERVER.Process(target=hit_twice, args=(number, str(tmp_path)))
    process.start()
    assert code(process) == -number
    run = tmp_path / "0000-gan-digits"
    assert saved(run).step == 15
    assert main(["train", "--resume", str(run)]) == 0
    assert equal_runs(train(tmp_path / "whole", "--steps", "30"), run)


def test_an_interrupt_before_training_ends_quietly(monkeypatch, capsys):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(api, "start", interrupted)
    assert main([*TRAIN, "--steps", "1"]) == 130
    assert capsys.readouterr() == ("", "")


# One process at a time


def test_a_second_process_is_refused_until_the_first_is_gone(tmp_path, capsys):
    first = child(*TRAIN, "--minutes", "5", "--save-every", "5", "--outdir", str(tmp_path))
    run = tmp_path / "0000-gan-digits"
    end = time.monotonic() + 60
    while not list(run.glob("checkpoints/step-????????")) and time.monotonic() < end:
        time.sleep(0.02)
    began = time.monotonic()
    assert main(["train", "--resume", str(run), "--steps", "5"]) == 5
    assert time.monotonic() - began < 5
    said = capsys.readouterr().err
    assert said.startswith(f"ganvas: {run} is in use by process {first.pid} on ")
    assert len(said.splitlines()) == 1
    assert load(run).sample(1).shape == (1, 1, 8, 8)  # readers need no lock
    first.kill()
    first.join()
    step = latest(run / "checkpoints").step
    assert main(["train", "--resume", str(run), "--steps", str(step + 3)]) == 0
    assert saved(run).step == step + 3


# A family of one's own

MINE = """
from dataclasses import dataclass
import ganvas

@dataclass(frozen=True, kw_only=True)
class Mine(ganvas.GAN):
    '''A GAN of one's own.'''
"""


def test_a_family_of_ones_own(tmp_path, capsys):
    file = tmp_path / "mine.py"
    file.write_text(MINE)
    own = f"{file}:Mine"
    outdir = tmp_path / "runs"
    assert main(["train", own, *TRAIN[2:], "--steps", "5", "--outdir", str(outdir)]) == 0
    run = outdir / "0000-Mine-digits"
    config = str(run / "config.toml")
    commands = [["sample", str(run)], ["train", "--resume", str(run)], ["train", config]]
    before = tree(outdir)
    capsys.readouterr()
    for command in commands:
        assert main(command) == 2
        assert "--family my_gan.py:Mine" in capsys.readouterr().err
    assert tree(outdir) == before
    assert main(["sample", str(run), "-n", "3", "--family", own]) == 0
    resume = ["train", "--resume", str(run), "--steps", "10", "--family", own]
    assert main(resume) == 0
    again = ["train", config, "--family", own, "--outdir", str(outdir)]
    assert main(again) == 0
    assert equal_runs(run, outdir / "0001-Mine-digits")
    file.write_text(MINE + "\n")
    before = tree(outdir)
    capsys.readouterr()
    for command in (resume, again):
        assert main(command) == 2
        assert "has changed since this run was made" in capsys.readouterr().err
    assert tree(outdir) == before
    with pytest.warns(UserWarning, match="has changed since this run was made"):
        assert ganvas.load(run, family=own).sample(3).shape == (3, 1, 8, 8)
