"""A resumed run is the unbroken run, to the bit; and a test that would see any piece missing."""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from pathlib import Path

import pytest
import torch

from ganvas import GAN, Optim, Schedule, Trainer, state
from ganvas.checkpoint import latest
from ganvas.engine import Clock
from small import WIDTHS, differing, play, trainer

SGD = Optim(method="sgd", momentum=0.5, lr=Schedule.parse("0.1:0.01:8"))
PAPER = GAN(G=SGD, D=SGD, ema=Schedule.parse(0.5), **WIDTHS)
AVERAGED = GAN(ema=Schedule.parse(0.5), penalty="r1", gamma=Schedule.parse("1:0.1:10"), **WIDTHS)
CASES = {
    "adam": {},
    "adam, average, penalty, schedule": {"game": AVERAGED},
    "sgd with momentum, average": {"game": PAPER},
    "mirrored": {"mirror": True},
    "two steps of D": {"game": GAN(d_steps=2, **WIDTHS)},
    "coin": {"game": GAN(feed="coin", noise="uniform", **WIDTHS)},
    "micro-batches": {"micro_batch": 16},
}
WIDE = GAN(z=64, g_hidden=(256,), d_hidden=(256,))


def pieces(folder: Path, *ends: int, **options) -> tuple[Trainer, list[dict[str, float]]]:
    """Trains to the first of `ends`, saves, and resumes in a fresh trainer to the next."""
    rows = []
    for start, end in pairwise((0, *ends)):
        part = trainer(folder, steps=end, **options)
        if start:
            part.restore(latest(folder))
            assert part.clock.step == start
        rows += play(part)
    return part, rows


@pytest.mark.parametrize("options", CASES.values(), ids=CASES)
def test_a_hundred_and_a_hundred_are_two_hundred(tmp_path, options):
    whole, rows = pieces(tmp_path / "whole", 200, **options)
    halves, broken = pieces(tmp_path / "halves", 100, 200, **options)
    assert not differing(whole.state()[0], halves.state()[0])
    assert halves.clock == whole.clock
    assert broken == rows
    assert len(rows) == 20


def test_with_two_threads(tmp_path):
    whole, rows = pieces(tmp_path / "whole", 10, game=WIDE, threads=2, log_every=1)
    halves, broken = pieces(tmp_path / "halves", 5, 10, game=WIDE, threads=2, log_every=1)
    assert torch.get_num_threads() == latest(tmp_path / "halves").made_with["threads"] == 2
    assert not differing(whole.state()[0], halves.state()[0])
    assert broken == rows


@pytest.mark.parametrize("ends", [(1, 60), (28, 60), (29, 60), (7, 31, 60)])  # 28.08 an epoch
def test_wherever_it_is_broken(tmp_path, ends):
    whole, rows = pieces(tmp_path / "whole", 60, game=PAPER)
    parts, broken = pieces(tmp_path / "parts", *ends, game=PAPER)
    assert not differing(whole.state()[0], parts.state()[0])
    assert (parts.clock, broken) == (whole.clock, rows)


def after_a_change(folder: Path) -> Trainer:
    """A run of 20 steps whose options have changed on the way, saved at its end."""
    part = trainer(folder, game=AVERAGED)
    for _ in range(20):
        part.step()
        if part.clock.step == 10:
            part.change(gamma=3.0, G={"lr": 1e-2})
    part.save()
    return part


def resumed(folder: Path) -> Trainer:
    part = trainer(folder, game=AVERAGED)
    part.restore(latest(folder))
    return part


def ten_steps(part: Trainer) -> dict:
    for _ in range(10):
        part.step()
    return part.state()[0]


def test_options_changed_on_the_way_are_resumed(tmp_path):
    part = after_a_change(tmp_path)
    assert resumed(tmp_path).game == part.game != AVERAGED
    assert not differing(ten_steps(part), ten_steps(resumed(tmp_path)))


@pytest.mark.parametrize("forgotten", ["nets/G", "nets/D", "ema/G", "optim/G", "optim/D"])
def test_a_tensor_not_restored_would_be_seen(tmp_path, monkeypatch, forgotten):
    expected = ten_steps(after_a_change(tmp_path))
    restore = state.restore

    def forgetful(engine, tensors):
        kept = {k: v for k, v in tensors.items() if not k.startswith(forgotten)}
        assert kept.keys() != tensors.keys()
        first = {k: v for k, v in state.collect(engine).items() if k.startswith(forgotten)}
        restore(engine, kept | {k: v.clone() for k, v in first.items()})

    monkeypatch.setattr(state, "restore", forgetful)
    assert differing(expected, ten_steps(resumed(tmp_path)))


@pytest.mark.parametrize("forgotten", ["ema/G", "optim/D"])
def test_a_tensor_not_saved_would_be_seen(tmp_path, monkeypatch, forgotten):
    collect = state.collect

    def forgetful(engine):
        return {k: v for k, v in collect(engine).items() if not k.startswith(forgotten)}

    monkeypatch.setattr(state, "collect", forgetful)
    part = after_a_change(tmp_path)
    monkeypatch.setattr(state, "collect", collect)
    expected = ten_steps(part)
    if forgotten == "ema/G":
        with pytest.raises(RuntimeError, match="Missing key"):
            resumed(tmp_path)
    else:
        assert differing(expected, ten_steps(resumed(tmp_path)))


@pytest.mark.parametrize("forgotten", ["step", "draws", "images"])
def test_a_clock_not_restored_would_be_seen(tmp_path, monkeypatch, forgotten):
    expected = ten_steps(after_a_change(tmp_path))
    monkeypatch.setattr("ganvas.trainer.Clock", lambda **saved: Clock(**saved | {forgotten: 0}))
    assert differing(expected, ten_steps(resumed(tmp_path)))


def test_the_time_trained_is_resumed(tmp_path):
    part = after_a_change(tmp_path)
    kept = resumed(tmp_path)
    assert kept.seconds == latest(tmp_path).info["seconds"] > 0
    part.settings = kept.settings = dataclasses.replace(kept.settings, steps=None, minutes=1e-9)
    assert kept.progress >= 1, "its minutes are spent"


@pytest.mark.parametrize("forgotten", ["gamma", "G"])
def test_an_option_not_restored_would_be_seen(tmp_path, forgotten):
    expected = ten_steps(after_a_change(tmp_path))
    saved = latest(tmp_path)
    del saved.info["game"][forgotten]
    part = trainer(tmp_path, game=AVERAGED)
    part.restore(saved)
    assert differing(expected, ten_steps(part))
