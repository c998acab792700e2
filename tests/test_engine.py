"""What the engine guarantees, on games that bend it."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace

import pytest
import torch
from torch import nn
from torch.nn.functional import softplus

from games import BENDING, SPEC, Small, Stateful, source
from ganvas import Nets, Optim, Schedule, still
from ganvas import state as tree
from ganvas.engine import Engine
from ganvas.errors import GameError, TrainingError, UsageError


def engine(game=None, *, nets=None, seed=0, **options) -> Engine:
    game = game or Small()
    nets = nets or tree.build(game, SPEC, seed)
    return Engine(game=game, nets=nets, source=source, seed=seed, **options)


def steps(e: Engine, n: int) -> None:
    for _ in range(n):
        e.step()


def weights(e: Engine) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in e.nets.state_dict().items()}


def moved(before, after) -> set[str]:
    return {name.split(".")[0] for name in before if not torch.equal(before[name], after[name])}


@pytest.mark.parametrize("kind", BENDING)
def test_micro_batches_and_resume_equal_the_whole(kind):
    nets = tree.build(kind(), SPEC, 0)
    whole, parts = engine(kind(), nets=copy.deepcopy(nets)), engine(kind(), nets=nets, micro=4)
    for _ in range(5):
        whole.step()
        parts.step()
    for name, value in tree.collect(whole).items():
        torch.testing.assert_close(tree.collect(parts)[name], value, rtol=1e-4, atol=1e-6)
    assert parts.clock == whole.clock

    resumed = engine(kind(), seed=0)
    tree.restore(resumed, {k: v.clone() for k, v in tree.collect(whole).items()})
    resumed.clock = copy.copy(whole.clock)
    whole.step()
    resumed.step()
    for name, value in tree.collect(whole).items():
        assert torch.equal(tree.collect(resumed)[name], value), name


def test_a_step_is_the_step_written_by_hand():
    game, e = Small(), engine()
    hand = copy.deepcopy(e.nets)
    e.step()

    def normal(draw):
        from ganvas.seeds import generator

        return torch.randn(8, 2, generator=generator(0, 0, draw))

    x = source(0, 0, 1).x
    fake = hand.G(normal(1)).detach()
    loss = softplus(-hand.D(x)).mean() + softplus(hand.D(fake)).mean()
    for p, g in zip(hand.D.parameters(), torch.autograd.grad(loss, hand.D.parameters())):
        p.data -= 0.1 * g
    loss = softplus(-hand.D(hand.G(normal(2)))).mean()
    for p, g in zip(hand.G.parameters(), torch.autograd.grad(loss, hand.G.parameters())):
        p.data -= 0.1 * g
    for name, value in hand.state_dict().items():
        torch.testing.assert_close(e.nets.state_dict()[name], value)
    assert game.players.keys() == {"G", "D"}


def test_a_step_trains_what_was_looked_at_in_eval_mode():
    e = engine()
    Nets(**dict(e.nets.named_children())).eval()  # as where no average is kept
    e.step()
    assert all(module.training for module in e.nets.modules())


def test_two_pairs_move_on_different_steps():
    e = engine(BENDING[1]())
    seen = []
    for _ in range(6):
        before = weights(e)
        turned = e.step()
        seen.append(moved(before, weights(e)))
        assert {t.player for t in turned} == seen[-1]
    assert seen == [{"D"}, {"G"}, {"G"}, {"D"}, {"G"}, {"G"}]


def test_a_lazy_penalty_is_a_turn_of_its_own():
    e = engine(BENDING[2]())
    players = [[t.player for t in e.step()] for _ in range(4)]
    assert players == [["D", "D", "G"], ["D", "G"]] * 2


def test_each_d_step_draws_a_fresh_batch():
    e = engine(BENDING[3]())
    numbers = []
    inner = e.source
    e.source = lambda number, part, parts: (numbers.append(number), inner(number, part, parts))[1]
    e.step()
    e.step()
    assert numbers == [0, 1, 2, 3, 4, 5]
    assert (e.clock.step, e.clock.draws, e.clock.images) == (2, 6, 48)


def test_a_pretraining_phase_ends_by_images():
    e = engine(BENDING[4]())
    assert [[t.player for t in e.step()] for _ in range(3)] == [["G"], ["G"], ["D", "G"]]


def test_simultaneous_gradients_are_taken_at_the_same_point():
    e = engine(BENDING[5]())
    hand = copy.deepcopy(e.nets)
    e.step()
    after_d_first = engine(nets=hand)  # the alternating game from the same weights
    after_d_first.step()
    assert torch.equal(e.nets.D[0].weight, after_d_first.nets.D[0].weight)
    assert not torch.equal(e.nets.G[0].weight, after_d_first.nets.G[0].weight)


def test_gradient_reversal_moves_the_parts_against_each_other():
    e = engine(BENDING[6]())
    x = source(0, 0, 1).x

    @torch.no_grad()
    def loss() -> float:
        return float(softplus(e.nets.G["domain"](e.nets.G["feature"](x))).mean())

    before = weights(e)
    start = loss()
    e.step()
    domain = {k: v for k, v in before.items() if "domain" in k}
    stepped = weights(e)
    e.nets.load_state_dict(before | {k: stepped[k] for k in domain})
    assert loss() < start
    e.nets.load_state_dict(stepped | domain)
    assert loss() > start


def test_a_shared_trunk_moves_once_with_the_union():
    e = engine(BENDING[7]())
    union = e.parameters(("D", "Q"))
    assert len(union) == len({id(p) for p in union}) == 6
    before = weights(e)
    turned = e.step()
    assert [t.player for t in turned] == ["D", "G+Q"]
    assert moved(before, weights(e)) == {"G", "D", "Q"}


@pytest.mark.parametrize("micro", [1, 4])
def test_state_moves_once_a_turn_by_the_mean(micro):
    e = engine(Stateful(), micro=micro)
    expected = e.nets.D(source(0, 0, 1).x).mean().detach() / 2
    e.step()
    assert e.nets.mean.calls == 1
    torch.testing.assert_close(e.nets.mean.value, expected)


def test_move_evaluates_the_other_turns_without_making_them():
    e = engine()
    before = weights(e)
    turned = e.step(move={"D"})
    assert [(t.player, t.moved) for t in turned] == [("D", True), ("G", False)]
    assert moved(before, weights(e)) == {"D"}


def test_an_observer_sees_gradients_before_anything_moves():
    e = engine()
    seen = []

    def observe(turned):
        (player,) = turned.player
        gradient = e.nets.get_submodule(player)[0].weight.grad.clone()
        seen.append((player, e.nets.get_submodule(player)[0].weight.detach().clone(), gradient))

    e.observe = observe
    e.step()
    for player, before, gradient in seen:
        after = e.nets.get_submodule(player)[0].weight
        torch.testing.assert_close(after, before - 0.1 * gradient)


def test_watched_values_are_means_and_cost_nothing_unwatched():
    @dataclass(frozen=True, kw_only=True)
    class Watching(Small):
        def turns(self, nets, draw, t):
            batch = draw()
            t.watch("x", lambda: batch.x)
            yield "D", self.d_terms(nets, batch, t)

    e = engine(Watching(), micro=2)
    e.step(watch=True)
    assert e.watched["x"] == pytest.approx(float(source(0, 0, 1).x.mean()))
    e.step(watch=False)
    assert e.watched == {}


def test_clip_bounds_the_step():
    clipped = replace(Optim(), method="sgd", lr=Schedule.parse(1.0), max_norm=1e-3)
    e = engine(Small(D=clipped))
    before = e.nets.D[0].weight.detach().clone()
    turned = e.step()
    assert float(turned[0].gradient) > 1e-3  # the norm shown is the one before clipping
    change = (e.nets.D[0].weight.detach() - before).norm()
    assert 0 < float(change) <= 1e-3 * 1.0001


def test_schedules_set_the_rate_of_the_moment():
    e = engine(Small(D=replace(Optim(), method="sgd", lr=Schedule.parse("1:0:0.016:linear"))))
    rates = []
    for _ in range(4):
        e.step()
        rates.append(e.optimizers["D"].param_groups[0]["lr"])
    assert rates == [1.0, 0.5, 0.0, 0.0]


def faulty(**bodies):
    """A game whose turns are `body`."""

    @dataclass(frozen=True, kw_only=True)
    class Faulty(Small):
        def turns(self, nets, draw, t):
            return bodies["turns"](self, nets, draw, t)

    return Faulty()


def test_an_unknown_player_is_named():
    def turns(game, nets, draw, t):
        yield "E", game.d_terms(nets, draw(), t)

    with pytest.raises(GameError, match=r"Faulty moves 'E', but its players are G, D"):
        engine(faulty(turns=turns)).step()


def test_a_term_that_is_no_number_is_named():
    def turns(game, nets, draw, t):
        yield "D", {"real": softplus(-nets.D(draw().x))}

    with pytest.raises(GameError, match=r"D/real must be one number .* got \(8, 1\)"):
        engine(faulty(turns=turns)).step()


def test_a_loss_that_misses_its_player_is_named():
    def turns(game, nets, draw, t):
        yield "D", {"fake": nets.G(draw().x).mean()}

    with pytest.raises(GameError, match="does not depend on D"):
        engine(faulty(turns=turns)).step()


def test_a_stale_graph_raises():
    def turns(game, nets, draw, t):
        batch = draw()
        verdict = nets.D(nets.G(game.latent(batch, t))).mean()
        yield "D", game.d_terms(nets, batch, t)
        yield "G", {"fake": -verdict}

    with pytest.raises(GameError, match="graph from before another player's step"):
        engine(faulty(turns=turns)).step()


def test_a_flow_that_depends_on_data_is_refused_under_micro_batches():
    def turns(game, nets, draw, t):
        batch = draw()
        if batch.x[0, 0] > 0:
            yield "D", game.d_terms(nets, batch, t)
        yield "G", game.g_terms(nets, batch, t)

    e = engine(faulty(turns=turns), micro=2)
    with pytest.raises(GameError, match="must depend on t and options"):
        steps(e, 8)


@pytest.mark.parametrize("where", ["term", "gradient"])
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_not_finite_never_reaches_a_weight(where, value):
    def turns(game, nets, draw, t):
        batch = draw()
        yield "D", game.d_terms(nets, batch, t)
        terms = game.g_terms(nets, batch, t)
        if t.step == 2:
            if where == "term":
                terms["fake"] = terms["fake"] * value
            else:  # finite forward, infinite backward
                fake = nets.G(game.latent(batch, t))
                fake.register_hook(lambda gradient: gradient * value)
                terms["fake"] = nets.D(fake).mean()
        yield "G", terms

    e = engine(faulty(turns=turns))
    e.step()
    e.step()
    before = e.nets.G[0].weight.detach().clone()
    what = "the term G/fake" if where == "term" else "the gradient of G"
    with pytest.raises(TrainingError, match=f"Step 2: {what} is not finite"):
        e.step()
    assert torch.equal(e.nets.G[0].weight, before)
    assert all(torch.isfinite(v).all() for v in tree.collect(e).values())


def test_the_mask_of_an_accelerator_keeps_weights_and_tells_later(monkeypatch):
    """The path without a host sync: the step is masked, the error comes within LAG steps."""

    def turns(game, nets, draw, t):
        terms = game.d_terms(nets, draw(), t)
        if t.step == 1:
            terms["real"] = terms["real"] * float("nan")
        yield "D", terms

    e = engine(faulty(turns=turns))
    monkeypatch.setattr(e._finite, "immediate", False)
    e.step()
    before = e.nets.D[0].weight.detach().clone()
    e.step()
    assert torch.equal(e.nets.D[0].weight, before)
    with pytest.raises(TrainingError, match="Step 1: the term D/real is not finite"):
        steps(e, 8)
    assert e.clock.step <= 6
    assert not torch.equal(e.nets.D[0].weight, before)  # later steps went on
    assert torch.isfinite(e.nets.D[0].weight).all()


def test_a_state_that_is_not_finite_never_reaches_its_buffer():
    @dataclass(frozen=True, kw_only=True)
    class Spoilt(Stateful):
        def turns(self, nets, draw, t):
            batch = draw()
            t.update(nets.mean, torch.tensor(float("nan")))
            yield "D", self.d_terms(nets, batch, t)

    e = engine(Spoilt())
    with pytest.raises(TrainingError, match=r"Step 0: what t.update was given is not finite"):
        e.step()
    assert e.nets.mean.value == 0


def test_a_simultaneous_turn_is_made_whole_or_not_at_all():
    def turns(game, nets, draw, t):
        batch = draw()
        spoilt = {"fake": game.g_terms(nets, batch, t)["fake"] * float("nan")}
        yield {"D": game.d_terms(nets, batch, t), "G": spoilt}

    e = engine(faulty(turns=turns))
    before = weights(e)
    with pytest.raises(TrainingError, match="the term G/fake is not finite"):
        e.step()
    assert moved(before, weights(e)) == set()


def test_players_of_one_turn_share_no_parameters():
    shared = BENDING[7]

    class Twice(shared):
        def turns(self, nets, draw, t):
            batch = draw()
            yield ("D", "Q"), {"sum": nets.D(batch.x).mean() + nets.Q(batch.x).mean()}

    with pytest.raises(GameError, match="D and Q share parameters and move in one turn"):
        engine(Twice()).step()


def test_move_is_exact_within_a_union_and_refuses_strangers():
    e = engine(BENDING[7]())
    before = weights(e)
    e.step(move={"G"})
    assert moved(before, weights(e)) == {"G"}
    with pytest.raises(UsageError, match="Unknown player 'X'"):
        e.step(move={"X"})


def test_a_turn_that_is_not_made_needs_no_mask(monkeypatch):
    e = engine()
    monkeypatch.setattr(e._finite, "immediate", False)
    before = weights(e)
    e.step(move={"D"})
    e.step(move=())
    assert moved(before, weights(e)) == {"D"}


def test_states_of_turns_that_are_not_made_stay():
    e = engine(Stateful())
    e.step(move={"G"})
    assert e.nets.mean.calls == 0


def test_a_module_is_told_when_its_player_has_stepped():
    class Counting(nn.Linear):
        steps = 0

        def stepped(self):
            self.steps += 1

    class Told(Small):
        def build(self, data):
            return Nets(G=Counting(2, 2), D=Counting(2, 1))

        def turns(self, nets, draw, t):
            for _ in range(3):
                yield "D", self.d_terms(nets, draw(), t)
            yield "G", self.g_terms(nets, draw(), t)

    e = engine(Told(), micro=2)
    e.step()
    assert (e.nets.D.steps, e.nets.G.steps) == (3, 1)


@pytest.mark.parametrize("turn", [None, "D", {}, ("D", {}), ("D", 3)])
def test_a_yield_that_is_no_turn_is_named(turn):
    def turns(game, nets, draw, t):
        yield turn

    with pytest.raises(GameError, match="A turn"):
        engine(faulty(turns=turns)).step()


def test_still_leaves_no_graph():
    nets = Nets(G=nn.Linear(2, 2), D=nn.Linear(2, 1))
    assert not still(nets.G, torch.zeros(3, 2)).requires_grad


def test_bf16_losses_leave_float32_weights():
    e = engine(autocast=torch.bfloat16)
    turned = e.step()
    assert {v.dtype for v in tree.collect(e).values()} == {torch.float32}
    assert all(v.dtype == torch.float32 for t in turned for v in t.terms.values())
    plain = engine()
    plain.step()
    other = zip(tree.collect(e).values(), tree.collect(plain).values())
    assert not all(torch.equal(a, b) for a, b in other)  # the losses were made in bf16
