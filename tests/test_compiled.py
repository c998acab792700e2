"""What is compiled gives the gradients it gave before, or is left as it was and told of."""

from __future__ import annotations

import pytest
import torch

from ganvas import GAN, Recipe, Trainer, data, families
from ganvas.compiled import compile_players
from ganvas.events import Warned
from small import WIDTHS, trainer

LEARNT = "a first step gave the gradients of the plain networks."


def compiled(part: Trainer) -> list[str]:
    children = part.engine.nets.named_children()
    return [name for name, network in children if network._compiled_call_impl is not None]


def test_what_computes_the_same_is_compiled_and_trains_the_same():
    plain, other = trainer(seed=3), trainer(seed=3)
    clock = other.clock
    before = {k: v.clone() for k, v in other.state()[0].items()}
    assert list(compile_players(other.engine, "aot_eager")) == [f"Compiled: G, D; {LEARNT}"]
    assert compiled(other) == ["G", "D"]
    assert other.clock is clock
    after = other.state()[0]
    assert all(torch.equal(value, after[name]) for name, value in before.items())
    for _ in range(5):
        plain.step()
        other.step()
    for name, value in plain.state()[0].items():
        torch.testing.assert_close(other.state()[0][name], value, rtol=1e-4, atol=1e-6)


def test_a_penalty_that_differentiates_twice_leaves_its_network_as_it_was():
    part = trainer(game=GAN(**WIDTHS, penalty="r1r2"))
    told = list(compile_players(part.engine, "aot_eager"))
    assert compiled(part) == ["G"]
    assert told[0].startswith("D is not compiled: ")
    assert told[1] == f"Compiled: G; {LEARNT}"
    for _ in range(3):
        part.step()


def forgetful(module, inputs):
    """A compiler whose networks compute something else."""
    return lambda *args: [out * 1.01 for out in module(*args)]


def test_other_gradients_are_not_believed():
    part = trainer()
    told = list(compile_players(part.engine, forgetful))
    assert len(told) == 2, told
    assert all("is not compiled: its gradients would differ by " in text for text in told)
    assert compiled(part) == []


def refusing(module, inputs):
    raise RuntimeError("no compiler here\nat all")


def test_a_compiler_that_is_not_there_is_told_of():
    part = trainer()
    told = list(compile_players(part.engine, refusing))
    assert [text.partition(":")[0] for text in told] == ["G is not compiled", "D is not compiled"]
    assert "no compiler here" in told[0]
    assert compiled(part) == []


def test_the_option_is_told_as_the_run_begins(monkeypatch):
    monkeypatch.setattr("ganvas.trainer.compile_players", lambda engine: iter(["so and so"]))
    part = trainer(compile=True)
    assert Warned(0, "so and so") in part._pending
    assert not any(isinstance(e, Warned) and e.message == "so and so" for e in trainer()._pending)


@pytest.mark.parametrize("name", ["dcgan", "sngan"])
def test_batch_norm_and_spectral_norm(name):
    kind = families.find(name)
    game = Recipe(game=kind()).merged({"game": kind.quick | {"augment": ["none"]}}).game
    part = Trainer(game, data.load("digits", size=8), batch=8, threads=1)
    *_, last = compile_players(part.engine, "aot_eager")
    assert last == f"Compiled: G, D; {LEARNT}"
    part.step()
