"""What a run will take is measured, said, and nothing is written."""

from __future__ import annotations

import tomllib

import pytest
import torch

from ganvas import GAN, memory
from ganvas import forecast as module
from ganvas.cli import main
from ganvas.forecast import Forecast, duration, forecast
from ganvas.recipe import Settings
from small import TRAIN, WIDTHS, give_back_memory, trainer, tree

FOUND = Forecast(step=0.5, batch=100, measured=3, peak=0, weights=0, optimizer=0)


def test_bytes_are_those_of_the_tensors():
    found = forecast(trainer(), seconds=1e-9)
    numbers = 4 * 8 + 8 + 8 * 64 + 64 + 64 * 8 + 8 + 8 + 1  # of G 4-8-64 and D 64-8-1
    assert found.weights == 4 * numbers
    assert found.optimizer == 2 * 4 * numbers + 8 * 4  # two moments, and a count for each tensor
    assert (found.measured, found.batch) == (3, 64)
    assert found.peak > 50_000_000  # the interpreter and torch are counted


@pytest.mark.parametrize(("one", "steps"), [(0.1, 20), (5.0, 3), (1e-6, 200)])
def test_so_many_steps_are_measured_as_take_two_seconds(monkeypatch, one, steps):
    monkeypatch.setattr(module, "_timed", lambda trainer, n: one * (1 if n == 1 else 1.5 * n))
    found = forecast(trainer())
    assert found.measured == steps
    assert found.step == pytest.approx(1.5 * one)


@pytest.mark.parametrize("seconds", [1, 40, 10**6])
@pytest.mark.parametrize("every", [2, 5, 16])
def test_a_penalty_now_and_then_weighs_as_it_will(monkeypatch, every, seconds):
    """A step takes a second, and ten with the penalty."""
    part = trainer(game=GAN(**WIDTHS, penalty="r1", every=every))
    part.step = lambda: setattr(part.clock, "step", part.clock.step + 1)

    def timed(trainer, steps):
        began = part.clock.step
        for _ in range(steps):
            part.step()
        return sum(1 if n % every else 10 for n in range(began, part.clock.step))

    monkeypatch.setattr(module, "_timed", timed)
    found = forecast(part, seconds)
    assert found.step == (every + 9) / every
    assert 3 <= found.measured <= 200


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"steps": 40}, ("40 steps", 20.0)),
        ({"epochs": 1.5}, ("1.5 epochs", 15 * 0.5)),  # 1,500 of 1,000 samples are 15 steps
        ({"minutes": 2}, ("2 minutes", 120.0)),
        ({"minutes": 2, "steps": 40}, ("40 steps", 20.0)),
        ({}, ("", float("inf"))),
    ],
)
def test_the_budget_that_ends_first_decides(settings, expected):
    assert FOUND.until(Settings(**settings), 1000) == expected


def test_the_speed_is_for_a_thousand_images():
    assert FOUND.per_kimg == 5.0


def test_a_dry_run_tells_and_writes_nothing(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, "MOST", 3)
    assert main([*TRAIN, "--steps", "7", "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert (tomllib.loads(said)["steps"], tomllib.loads(said)["device"]) == (7, "cpu")
    measured, held, speed, budget = [line for line in said.splitlines() if line.startswith("#")]
    assert measured == "# measured by 3 steps of 32 images on cpu, 1 thread, float32"
    assert held.startswith("# memory   ")
    assert "at the peak of training, of which weights 4.58 kB, optimizer 9.19 kB; " in held
    assert " s for 1,000 images, " in speed
    assert budget.startswith("# budget   7 steps: ")
    assert budget.endswith(", about 7 steps, 0 kimg")
    assert not tree(tmp_path)


def test_a_dry_run_tells_its_doubts_too(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, "MOST", 3)
    assert main([*TRAIN, "--loss", "wasserstein", "--steps", "7", "--dry-run"]) == 0
    told = capsys.readouterr()
    assert told.err.startswith("warning: loss = wasserstein runs away where nothing bounds D")
    assert tomllib.loads(told.out)["game"]["loss"] == "wasserstein"


def test_of_a_run_that_is_resumed_the_rest_is_told(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(module, "MOST", 3)
    monkeypatch.setattr("ganvas.report.write", lambda run: run / "report.html")
    assert main([*TRAIN, "--steps", "20", "--outdir", str(tmp_path)]) == 0
    resume = ["train", "--resume", str(tmp_path / "0000-gan-digits"), "--dry-run"]
    before = tree(tmp_path)
    capsys.readouterr()
    for more, left in ((["--steps", "50"], 30), ([], 0), (["--epochs", "2"], 93)):
        assert main([*resume, *more]) == 0
        budget = capsys.readouterr().out.splitlines()[-1]
        assert ", 20 steps done: " in budget
        assert f", about {left} steps, " in budget, budget
    assert tree(tmp_path) == before


def test_without_a_budget_it_says_so():
    part = trainer()
    *_, last = module.lines(FOUND, part)
    assert last == "budget   none: it trains until it is stopped"


def test_spans_of_time_for_people():
    spans = {2.5: "2.5 s", 75: "1 min 15 s", 3599.6: "1 h 0 min", 3 * 3600: "3 h 0 min"}
    for seconds, text in (spans | {200 * 3600: "8 d 8 h"}).items():
        assert duration(seconds) == text


def test_sizes_for_people():
    assert [memory.said(n) for n in (12, 3_400_000, 5e9, 2e12)] == [
        "12 B", "3.4 MB", "5 GB", "2e+03 GB",
    ]  # fmt: skip


def test_the_peak_begins_anew():
    cpu = torch.device("cpu")
    block = torch.ones(2**24)  # 64 MiB
    assert memory.peak(cpu) >= block.nbytes
    del block
    give_back_memory()
    memory.begin(cpu)
    before = memory.peak(cpu)
    held = torch.ones(2**24)
    assert 0.9 * held.nbytes < memory.peak(cpu) - before < 1.5 * held.nbytes
    assert memory.now(cpu) <= memory.peak(cpu)


def test_a_container_may_have_less_than_the_machine(monkeypatch, tmp_path):
    cpu = torch.device("cpu")
    machine = memory.free(cpu)
    assert machine is not None
    for name, value in {"limit": "3000000", "used": "1000000"}.items():
        (tmp_path / name).write_text(value)
    pair = (str(tmp_path / "limit"), str(tmp_path / "used"))
    monkeypatch.setattr(memory, "CONTAINER", [pair])
    assert memory.free(cpu) == 2_000_000
    (tmp_path / "limit").write_text("max\n")
    assert memory.free(cpu) > 2_000_000
