"""The three families between two domains: their losses by hand, their moves, their memory."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import softplus

from ganvas import Moment
from ganvas.data import Dataset, Paired, Stream, TwoDomains, Unpaired, find
from ganvas.engine import Engine
from ganvas.errors import UsageError
from ganvas.families.cyclegan import CycleGAN
from ganvas.families.discogan import DiscoGAN
from ganvas.families.pix2pix import Pix2Pix
from ganvas.optim import Optim
from ganvas.state import build, collect

MLP = {"network": "mlp", "width": 2}
SMALL = {"width": 4, "blocks": 1, "layers": 1, "pool": 5}


def points():
    t = torch.Generator().manual_seed(0)
    a, b = (torch.randn(24, 2, generator=t) for _ in range(2))
    return TwoDomains("points", Dataset("a", a), Dataset("b", b + 3))


def images(paired=False, side=16):
    t = torch.Generator().manual_seed(0)
    x, y = (torch.randint(0, 255, (12, 3, side, side), generator=t).byte() for _ in range(2))
    return TwoDomains("images", Dataset("a", x), Dataset("b", y), paired)


def engine(game, data, batch=6, **options):
    nets = build(game, data.spec, 0)
    return Engine(game=game, nets=nets, source=Stream(data, batch, 0, game.range), **options)


def terms(turned):
    return {k: float(v) for turn in turned for k, v in turn.terms.items()}


def first_g_terms(game, data):
    """G's terms at the first weights, with the networks and the batch they are of."""
    made = engine(game, data)
    nets, batch = made.nets.eval(), made.source(0, 0, 1)
    player, found = next(iter(game.turns(nets, lambda: batch, Moment(seed=0, step=1))))
    assert player == "G"
    return nets, batch, {k: float(v.detach()) for k, v in found.items()}


def fake_loss(logits):
    return softplus(-logits).mean().item()


def square(x, y):
    return float(np.square((x - y).detach().numpy()).mean())


def test_discogans_loss_is_the_papers_sum():
    nets, (a, b), found = first_g_terms(DiscoGAN(**MLP), points())
    ab, ba = nets.G["b"](a), nets.G["a"](b)
    assert found == pytest.approx(
        {
            "fake b": fake_loss(nets.D["b"](ab)[0]),
            "cycle a": square(nets.G["a"](ab), a),
            "fake a": fake_loss(nets.D["a"](ba)[0]),
            "cycle b": square(nets.G["b"](ba), b),
        }
    )


def test_the_codes_variant_weighs_as_the_code_does():
    game = DiscoGAN(**MLP, variant="code", share=0.25)
    nets, (a, _), found = first_g_terms(game, points())
    ab = nets.G["b"](a)
    assert found["fake b"] == pytest.approx(0.75 * 0.1 * fake_loss(nets.D["b"](ab)[0]))
    assert found["cycle a"] == pytest.approx(0.25 * square(nets.G["a"](ab), a))
    real, fake = nets.D["b"](Stream(points(), 6, 0, (0, 1))(0).b)[1:], nets.D["b"](ab)[1:]
    apart = [square(r.mean(0), f.mean(0)) for r, f in zip(real, fake)]
    assert len(apart) == 4, "all layers but the first"
    assert found["features b"] == pytest.approx(0.75 * 0.9 * np.sum(apart))


def test_the_codes_share_steps_up_after_ten_thousand_steps_of_64():
    share = DiscoGAN().share
    at = [share(Moment(seed=0, images=64 * step)) for step in (0, 9_900, 10_000, 50_000)]
    assert at == pytest.approx([0.01, 0.01, 0.5, 0.5])


@pytest.mark.parametrize(
    ("variant", "moves"), [("paper", ["G", "D"] * 4), ("code", ["D", "G", "G", "D"])]
)
def test_who_moves_when(variant, moves):
    made = engine(DiscoGAN(**MLP, variant=variant), points())
    assert [turn.player for _ in range(4) for turn in made.step()] == moves


def test_where_d_moves_alone_g_keeps_no_graph():
    made = engine(DiscoGAN(**MLP, variant="code"), points())
    graphs = []
    made.nets.G["b"].register_forward_hook(lambda *rest: graphs.append(rest[-1].requires_grad))
    for moves, expected in (("D", {False}), ("G", {True}), ("G", {True}), ("D", {False})):
        graphs.clear()
        assert [turn.player for turn in made.step()] == [moves]
        assert set(graphs) == expected


def test_turns_come_again_after_a_period():
    assert DiscoGAN().period == CycleGAN().period == 1
    assert CycleGAN(penalty="r1", every=16).period == 16
    assert DiscoGAN(variant="code").period == 3
    assert DiscoGAN(variant="code", penalty="r1", every=4).period == 12


def reviewed(game, data):
    return list(game.review(build(game, data.spec, 0)))


def test_doubts_name_options_that_there_are():
    with pytest.raises(UsageError, match=r"batch norm in D has not; use penalty = none\."):
        reviewed(DiscoGAN(width=2, penalty="gp"), images())
    (doubt,) = reviewed(DiscoGAN(width=2, penalty="r1"), images())
    assert doubt == "penalty = r1 with batch norm in D is not the papers'."
    for game, data, use in (
        (CycleGAN(**SMALL, loss="wasserstein"), images(), "penalty = gp"),
        (DiscoGAN(**MLP, loss="wasserstein"), points(), "penalty = gp"),
        (DiscoGAN(width=2, loss="wasserstein"), images(), "another loss"),
    ):
        (doubt,) = reviewed(game, data)
        assert doubt.endswith(f"bounds D's slope; use {use}."), doubt


@pytest.mark.parametrize(("kind", "options"), [(DiscoGAN, {"width": 2}), (CycleGAN, SMALL)])
def test_a_sigmoid_at_the_end_of_one_d_of_two_is_refused(kind, options):
    class Own(kind):
        def build(self, data):
            nets = super().build(data)
            D = nets.D["a"]
            if kind is DiscoGAN:
                D.last = nn.Sequential(D.last, nn.Sigmoid())
            else:
                D.append(nn.Sigmoid())
            return nets

    with pytest.raises(UsageError, match="D ends in a sigmoid, but loss = wasserstein"):
        reviewed(Own(**options, loss="wasserstein"), images())
    assert reviewed(kind(**options), images()) == []


def test_the_modes_have_what_they_need_and_no_more():
    spec = points().spec
    for mode, g, d in (("gan", "b", "b"), ("recon", "ba", "b"), ("disco", "ba", "ba")):
        game = DiscoGAN(**MLP, mode=mode)
        nets = game.build(spec)
        assert ("".join(nets.G), "".join(nets.D)) == (g, d)
        assert game.into == (("b", "a") if mode == "disco" else ("b",))
        found = terms(engine(game, points()).step())
        assert [k for k in found if "cycle" in k] == [
            f"G/cycle {k}" for k in g.replace("b", "", 1) or []
        ] * (mode == "recon") + (["G/cycle a", "G/cycle b"] if mode == "disco" else [])


def test_weight_decay_is_the_codes():
    made = engine(DiscoGAN(**MLP), points())
    made.step()
    for optimizer in made.optimizers.values():
        assert optimizer.param_groups[0]["weight_decay"] == 1e-5


def test_cyclegans_weights_are_half_of_the_papers_beside_half_of_the_square():
    game = CycleGAN(**SMALL, shift=0.0)
    nets, (a, b), found = first_g_terms(game, images())

    def apart(x, y):
        return (x - y).abs().mean().item()

    ab, ba = nets.G["b"](a), nets.G["a"](b)
    assert found == pytest.approx(
        {
            "fake b": 0.5 * (nets.D["b"](ab) - 1).square().mean().item(),
            "cycle a": 0.5 * 10 * apart(nets.G["a"](ab), a),
            "identity b": 0.5 * 5 * apart(nets.G["b"](b), b),
            "fake a": 0.5 * (nets.D["a"](ba) - 1).square().mean().item(),
            "cycle b": 0.5 * 10 * apart(nets.G["b"](ba), b),
            "identity a": 0.5 * 5 * apart(nets.G["a"](a), a),
        },
        rel=1e-5,
    )


def test_the_pool_fills_and_is_a_matter_of_the_whole_batch():
    """Micro-batches leave the pool and the weights that the whole batch leaves.

    The steps are SGD's: Adam's have one length whatever the gradient's, and turn the rounding of
    a gradient near 0 into a step of full length.
    """
    sgd = Optim(method="sgd", lr=0.01)
    game = CycleGAN(**SMALL, G=sgd, D=sgd)
    whole, parts = engine(game, images(), batch=4), engine(game, images(), batch=4, micro=2)
    first = {name: value.clone() for name, value in collect(whole).items()}
    for step in range(3):
        whole.step(), parts.step()
        assert int(whole.nets.pool["b"].count) == 4 * (step + 1)
        one, other = collect(whole), collect(parts)
        for name in one:
            assert torch.allclose(one[name], other[name], atol=1e-5), (step, name)
    moved = [(one[name] - first[name]).abs().max() for name in one if ".weight" in name]
    assert min(moved) > 1e-3, "a hundred times what is let pass"
    assert one["nets/pool.b.kept"].abs().amax((1, 2, 3)).all()


def test_the_pool_shows_old_fakes_half_of_the_time():
    from ganvas.nn.pool import Pool

    pool = Pool(50, (1,))
    t = Moment(seed=0)
    fresh = -torch.ones(1000, 1)
    assert torch.equal(pool.shown(fresh, t.uniform(1000, 2)), fresh), "nothing is kept yet"
    pool.update(torch.arange(70.0).view(-1, 1))
    assert sorted(pool.kept.flatten().tolist()) == list(range(20, 70)), "the last fifty"
    shown = pool.shown(fresh, t.uniform(1000, 2)).flatten()
    old = shown[shown >= 0]
    assert 430 < len(old) < 570
    assert set(old.tolist()) == set(range(20, 70))
    pool.update(torch.arange(70.0, 75.0).view(-1, 1))
    assert sorted(pool.kept.flatten().tolist()) == list(range(25, 75))
    none = Pool(0, (1,))
    none.update(fresh)
    assert torch.equal(none.shown(fresh, t.uniform(1000, 2)), fresh)


def test_pix2pix_sees_the_question_beside_the_answer():
    game = Pix2Pix(width=4, layers=1, shift=0.0, dropout=False)
    nets, (a, b), found = first_g_terms(game, images(paired=True))
    fake = nets.G["b"](a)
    logits = nets.D(torch.cat([a, fake], 1))
    assert found == pytest.approx(
        {"fake b": fake_loss(logits), "l1 b": 100 * (fake - b).abs().mean().item()}
    )
    alone = Pix2Pix(width=4, layers=1, shift=0.0, dropout=False, sees="output", to="a")
    nets, (a, b), found = first_g_terms(alone, images(paired=True))
    assert found["fake a"] == pytest.approx(fake_loss(nets.D(nets.G["a"](b))))


def test_pix2pix_without_gan_is_l1_alone():
    made = engine(Pix2Pix(width=4, layers=1, gan_weight=0.0), images(True))
    before = {k: v.clone() for k, v in made.nets.state_dict().items()}
    turned = made.step()
    assert [turn.player for turn in turned] == ["G"]
    assert [*terms(turned)] == ["G/l1 b"]
    moved = {k[0] for k, v in made.nets.state_dict().items() if not torch.equal(v, before[k])}
    assert moved == {"G"}


def test_dropout_is_noise_of_training_and_is_addressed():
    game = Pix2Pix(width=4, layers=1)
    nets = build(game, images(True).spec, 0)
    G, x = nets.G["b"], torch.rand(2, 3, 16, 16)
    t = Moment(seed=0)
    u = t.uniform(2, G.drops)
    assert not torch.equal(G(x, u), G(x, t.uniform(2, G.drops)))
    assert torch.equal(G(x, u), G(x, u))
    assert torch.equal(game.translate(nets, x, "b"), game.translate(nets, x, "b"))
    assert torch.allclose(G(x, u)[:1], G(x[:1], u[:1]), atol=1e-6)


def test_shifts_are_whole_pixels_and_one_for_both_of_a_pair():
    from ganvas.augment.shift import shifted

    x = torch.rand(3, 2, 16, 16)
    u = torch.tensor([[0.0, 0.5], [0.5, 0.5], [0.999, 0.0]])
    down, same, up = shifted(x, u, 0.25)
    assert torch.equal(same, x[1])
    assert torch.equal(down[:, 4:], x[0, :, :-4])
    assert torch.equal(down[:, :4], x[0, :, 1:5].flip(1))
    assert torch.equal(up[:, :-4, 4:], x[2, :, 4:, :-4])
    pairs = images(paired=True)
    same = TwoDomains("same", pairs.a, Dataset("b", pairs.a.x.clone()), paired=True)
    seen = []
    game = Pix2Pix(width=4, layers=1, dropout=False)
    made = engine(game, same)
    made.nets.D.register_forward_pre_hook(lambda _, x: seen.append(x[0].detach()))
    made.step()
    real = next(x for x in seen[::-1] if len(x) >= 6)[:6]
    assert torch.equal(real[:, :3], real[:, 3:])


@pytest.mark.parametrize(
    ("game", "data", "size"),
    [
        (DiscoGAN(width=2), images(side=16), (17, 30)),
        (CycleGAN(width=2, blocks=1, layers=1), images(side=16), (5, 23)),
        (CycleGAN(width=2, blocks=1, layers=1), images(side=16), (1, 4)),
        (Pix2Pix(width=2, layers=1), images(True), (16, 21)),
        (Pix2Pix(width=2, layers=1), images(True), (1, 1)),
    ],
)
def test_any_size_is_kept(game, data, size):
    nets = build(game, data.spec, 0).eval()
    low, high = game.range
    x = torch.rand(2, 3, *size) * (high - low) + low
    for to in game.into:
        assert game.translate(nets, x, to).shape == x.shape
    exact = torch.rand(2, 3, 32, 32)
    inner = game.translate(nets, exact, "b")
    assert torch.equal(inner, nets.G["b"](exact))


@pytest.mark.parametrize(
    ("game", "data", "said"),
    [
        (DiscoGAN(), points(), "use network = mlp"),
        (DiscoGAN(), images(True), r"plays with Unpaired\(a, b\); 'images' gives Paired"),
        (DiscoGAN(), find("digits"), r"'digits' gives Labelled"),
        (CycleGAN(), points(), "CycleGAN takes images"),
        (CycleGAN(), images(side=18), "takes images of 16, 20, 24"),
        (Pix2Pix(), images(), r"plays with Paired\(a, b\); 'images' gives Unpaired"),
    ],
)
def test_what_they_do_not_take(game, data, said):
    with pytest.raises(UsageError, match=said):
        game.accept(data.spec)


def test_an_mlp_translates_one_size_alone():
    game, data = DiscoGAN(**MLP), images()
    nets = build(game, data.spec, 0)
    assert game.translate(nets, torch.rand(2, 3, 16, 16), "b").shape == (2, 3, 16, 16)
    with pytest.raises(UsageError, match=r"made for \(3, 16, 16\) cannot take \(3, 16, 20\)"):
        game.translate(nets, torch.rand(2, 3, 16, 20), "b")


def test_networks_too_deep_for_the_pictures():
    with pytest.raises(UsageError, match="--layers 3 does"):
        CycleGAN(layers=4).build(images(side=32).spec)
    with pytest.raises(UsageError, match="which 10 is not made for"):
        Pix2Pix(layers=1).build(images(True, side=10).spec)


def test_views_stand_side_by_side():
    game, data = CycleGAN(**SMALL), images()
    nets = build(game, data.spec, 0).eval()
    batch = Stream(data, 7, 0, game.range)(0)
    views = game.views(nets, batch, Moment(seed=0))
    assert {k: tuple(v.shape) for k, v in views.items()} == {
        "a-b-a": (3, 6, 3, 16, 16),
        "b-a-b": (3, 6, 3, 16, 16),
    }
    assert torch.equal(views["a-b-a"][0, 3], batch.a[1])
    assert isinstance(batch, Unpaired)
    grey = TwoDomains("grey", Dataset("a", data.a.x[:, :1]), data.b, paired=True)
    two = Pix2Pix(width=2, layers=1)
    shown = two.views(
        build(two, grey.spec, 0).eval(), Paired(batch.a[:, :1], batch.b), Moment(seed=0)
    )
    assert tuple(shown["a-b"].shape) == (3, 6, 3, 16, 16)
    assert torch.equal(shown["a-b"][0, 0, 0], shown["a-b"][0, 0, 2]), "grey in colour"
    assert torch.equal(shown["a-b"][0, 5], batch.b[1])
