"""What is not finite never reaches a weight, and the error says where it came from."""

from __future__ import annotations

import math

import pytest
import torch

import games
from ganvas import Trainer, data
from ganvas.cli import main
from ganvas.engine import LAG, Engine
from ganvas.errors import TrainingError
from ganvas.finite import Finite
from ganvas.recipe import Settings
from small import TRAIN, saved, trainer

BAD = pytest.mark.parametrize("bad", [math.nan, math.inf])


def plant(part: Trainer, player: str, bad: float) -> None:
    """Makes one weight of `player`'s last layer `bad`."""
    *_, weight, _ = part.engine.parameters((player,))
    weight.data.flatten()[0] = bad


def finite(part: Trainer) -> dict[str, torch.Tensor]:
    return {k: v.clone() for k, v in part.state()[0].items()}


@BAD
@pytest.mark.parametrize("player", ["D", "G"])
def test_a_bad_weight_stops_the_step_it_is_used_in(tmp_path, player, bad):
    part = trainer(tmp_path, steps=50, save_every=5)
    for _ in range(7):
        part.step()
    path = part.save().path
    part.step()
    plant(part, player, bad)
    before = finite(part)
    with pytest.raises(TrainingError, match=r"Step 8: the .* of D|Step 8: the term D/") as caught:
        part.step()
    assert "Try a new run with smaller learning rates, first of all D.lr." in str(caught.value)
    assert f"The last good checkpoint is {path}." in str(caught.value)
    for name, value in finite(part).items():
        assert torch.equal(value, before[name]) or not torch.isfinite(before[name]).all(), name


def test_a_run_that_fails_before_its_first_checkpoint_says_so(tmp_path):
    part = trainer(tmp_path)
    plant(part, "D", math.nan)
    with pytest.raises(TrainingError, match=r"Step 0: .* There is no good checkpoint yet\."):
        part.step()


@BAD
def test_bad_data_stop_the_step_they_are_used_in(bad):
    x = torch.randn(64, 2)
    x[5, 1] = bad
    part = Trainer(
        trainer().game, data.Dataset("points", x), settings=Settings(batch=64, threads=1)
    )
    before = finite(part)
    with pytest.raises(TrainingError, match=r"Step 0: the term D/real .* No checkpoints are kept"):
        part.step()
    assert all(torch.equal(value, before[name]) for name, value in finite(part).items())


@BAD
@pytest.mark.parametrize("player", ["D", "G"])
def test_a_bad_gradient_never_moves_its_player(player, bad):
    part = trainer()
    part.step()
    weight = part.engine.parameters((player,))[0]
    hook = weight.register_hook(lambda gradient: gradient * bad)
    with pytest.raises(TrainingError, match=f"Step 1: the gradient of {player} is not finite"):
        part.step()
    assert all(torch.isfinite(value).all() for value in finite(part).values())
    hook.remove()
    part.step()


@BAD
@pytest.mark.parametrize("immediate", [True, False])
def test_a_bad_update_after_the_last_turn_never_moves_its_state(bad, immediate):
    class Late(games.Stateful):
        def turns(self, nets, draw, t):
            yield from super().turns(nets, draw, t)
            t.update(nets.mean, nets.D(draw().x).mean() * (bad if t.step == 2 else 1.0))

    game = Late()
    part = Engine(game=game, nets=game.build(games.SPEC), source=games.source)
    part._finite = Finite(immediate=immediate)
    for _ in range(2):
        part.step()
    with pytest.raises(TrainingError, match=r"Step 2: what t.update was given is not finite"):
        [part.step() for _ in range(LAG + 2)]
    assert torch.isfinite(part.nets.mean.value)


def test_clean_steps_raise_no_alarm():
    part = trainer()
    for _ in range(200):
        part.step()
    assert all(torch.isfinite(value).all() for value in finite(part).values())


@pytest.mark.parametrize("player", ["D", "G"])
def test_the_command_ends_with_4_and_the_disk_stays_clean(tmp_path, monkeypatch, capsys, player):
    step = Engine.step

    def spoilt(engine, *args, **options):
        if engine.clock.step == 12:
            engine.parameters((player,))[0].data.flatten()[0] = math.nan
        return step(engine, *args, **options)

    monkeypatch.setattr(Engine, "step", spoilt)
    assert main([*TRAIN, "--steps", "50", "--save-every", "5", "--outdir", str(tmp_path)]) == 4
    said = capsys.readouterr().err.splitlines()[-1]
    run = tmp_path / "0000-gan-digits"
    assert said.startswith("ganvas: Step 12: the term D/")
    assert str(run / "checkpoints" / "step-00000010") in said
    assert saved(run).step == 10
    assert all(torch.isfinite(value).all() for value in saved(run).tensors().values())
    monkeypatch.undo()
    assert main(["train", "--resume", str(run)]) == 0
    assert saved(run).step == 50
