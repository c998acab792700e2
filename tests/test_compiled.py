"""What is compiled gives the gradients it gave before, or is left as it was and told of."""

from __future__ import annotations

import pytest
import torch

import games
from ganvas import GAN, Recipe, Trainer, checkpoint, data, families
from ganvas.compiled import STEPS, compile_players
from ganvas.events import Warned
from small import WIDTHS, trainer

LEARNT = "trial steps gave the gradients of the plain networks."


POINTS = data.Dataset("points", torch.randn(64, 2, generator=torch.Generator().manual_seed(0)))


def compiled(part: Trainer) -> list[str]:
    modules = part.engine.nets.named_modules()
    return [name for name, network in modules if network._compiled_call_impl is not None]


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


@pytest.mark.parametrize(("share", "right"), [(0.01, True), (0.1, False)])
def test_in_bf16_its_rounding_is_allowed(monkeypatch, share, right):
    part = trainer(precision="bf16")
    monkeypatch.setattr("ganvas.compiled._apart", lambda *_: share)
    told = list(compile_players(part.engine, "aot_eager"))
    assert compiled(part) == (["G", "D"] if right else [])
    assert told[0].startswith("Compiled: G, D; " if right else "G is not compiled: its gradients")


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


def discogan(**options) -> Trainer:
    game = families.find("discogan")(network="mlp", width=2, **options)
    return Trainer(game, data.TwoDomains("points", POINTS, POINTS), batch=16, threads=1)


def pix2pix() -> Trainer:
    kind = families.find("pix2pix")
    game = Recipe(game=kind()).merged({"game": kind.quick}).game
    return Trainer(game, "edges:shapes:b", size=8, batch=2, threads=1)


@pytest.mark.parametrize(
    ("part", "networks"), [(discogan, ["G.b", "G.a", "D.b", "D.a"]), (pix2pix, ["G.b", "D"])]
)
def test_the_networks_of_a_player_are_compiled_one_by_one(part, networks):
    ran = []

    def counting(module, inputs):
        return lambda *args: (ran.append(len(args)), module(*args))[1]

    part = part()
    assert list(compile_players(part.engine, counting)) == [f"Compiled: G, D; {LEARNT}"]
    assert compiled(part) == networks
    ran.clear()
    part.step()
    assert len(ran) >= len(networks)


def test_the_gradients_of_players_that_move_at_other_steps_are_compared():
    part = discogan(variant="code")  # the first step is D's alone
    told = list(compile_players(part.engine, forgetful))
    assert [text.partition(":")[0] for text in told] == ["G is not compiled", "D is not compiled"]
    assert compiled(part) == []


def test_who_does_not_move_soon_is_left_as_it_was():
    class Late(games.Small):
        def turns(self, nets, draw, t):
            batch = draw()
            yield "D", self.d_terms(nets, batch, t)
            if t.images > 16 * (STEPS + 1):
                yield "G", self.g_terms(nets, batch, t)

    part = Trainer(Late(), POINTS, batch=16, threads=1)
    assert list(compile_players(part.engine, "aot_eager")) == [
        f"G is not compiled: it moves in none of {STEPS} steps, so that nothing can be compared.",
        f"Compiled: D; {LEARNT}",
    ]
    assert compiled(part) == ["D"]


def test_what_no_longer_proves_right_is_as_it_was():
    part = trainer()
    list(compile_players(part.engine, lambda module, inputs: module))
    assert compiled(part) == ["G", "D"]
    list(compile_players(part.engine, refusing))
    assert compiled(part) == []


@pytest.fixture
def tried(monkeypatch):
    """What was tried, instead of compiling it."""
    monkeypatch.setattr("ganvas.trainer.compile_players", lambda e: iter([f"{e.game.penalty}"]))


def test_other_options_are_tried_again(tried):
    part = trainer(compile=True)
    *_, changed = (part.change(penalty=name) for name in ("r1", "r1", "r2"))
    told = [event.message for event in part._pending if isinstance(event, Warned)]
    assert told == ["none", "r1", "r2"]
    assert part._pending[-2:] == [changed, Warned(0, "r2")]
    plain = trainer()
    plain.change(penalty="r1")
    assert not any(isinstance(event, Warned) for event in plain._pending)


def test_the_options_of_a_checkpoint_are_tried_too(tmp_path, tried):
    part = trainer(tmp_path)
    part.change(penalty="r1")
    part.step(), part.save()
    again = trainer(compile=True)
    again.restore(checkpoint.latest(tmp_path))
    assert again._pending == [Warned(0, "none"), Warned(1, "r1")]
    again = trainer(compile=True, game=part.game)
    again.restore(checkpoint.latest(tmp_path))
    assert again._pending == [Warned(0, "r1")]


@pytest.mark.parametrize("name", ["dcgan", "sngan"])
def test_batch_norm_and_spectral_norm(name):
    kind = families.find(name)
    game = Recipe(game=kind()).merged({"game": kind.quick | {"augment": ["none"]}}).game
    part = Trainer(game, data.load("digits", size=8), batch=8, threads=1)
    *_, last = compile_players(part.engine, "aot_eager")
    assert last == f"Compiled: G, D; {LEARNT}"
    part.step()
