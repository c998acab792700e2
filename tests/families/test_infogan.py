"""InfoGAN: the code in the noise, and what reading it wrongly costs, recomputed in NumPy."""

import numpy as np
import pytest
import torch

from ganvas import Moment, Trainer
from ganvas.check import check
from ganvas.data import Dataset
from ganvas.data.batches import DataSpec, Images
from ganvas.families.infogan import InfoGAN
from ganvas.optim import Optim
from ganvas.options import constant
from ganvas.state import build

SPEC = DataSpec(name="pictures", shape=(1, 8, 8), count=100)
SMALL = {"z": 4, "categories": 3, "g_hidden": (8,), "d_hidden": (8,), "width": 2}
BATCH = Images(torch.rand(6, 1, 8, 8, generator=torch.Generator().manual_seed(0)))


def test_the_latent_is_noise_category_and_codes():
    game = InfoGAN(**SMALL)
    z = game.latent(3000, Moment(seed=0))
    assert z.shape == (3000, 4 + 3 + 2)
    assert float(z[:, :4].std()) == pytest.approx(1, abs=0.03)
    category, codes = z[:, 4:7], z[:, 7:]
    assert set(category.unique().tolist()) == {0.0, 1.0}
    assert (category.sum(1) == 1).all()
    assert category.mean(0).tolist() == pytest.approx([1 / 3] * 3, abs=0.03)
    assert -1 <= float(codes.min()) < -0.99
    assert 0.99 < float(codes.max()) <= 1
    assert abs(float(torch.corrcoef(codes.T)[0, 1])) < 0.06


def test_the_category_is_as_large_as_asked_for():
    z, plain = (
        InfoGAN(**SMALL, category_size=size).latent(50, Moment(seed=0)) for size in (3.0, 1.0)
    )
    torch.testing.assert_close(z[:, 4:7], 3 * plain[:, 4:7])
    torch.testing.assert_close(z[:, [0, 1, 2, 3, 7, 8]], plain[:, [0, 1, 2, 3, 7, 8]])


@pytest.mark.parametrize("codes", [2, 0])
def test_reading_costs_minus_log_q(codes):
    game = InfoGAN(codes=codes, category_weight=0.5, code_weight=3.0, **SMALL)
    z = game.latent(6, Moment(seed=0))
    said = torch.randn(6, 3, dtype=torch.float64)
    guess = torch.randn(6, codes, dtype=torch.float64)
    read = game.read(z, z[:, 4:7].argmax(1), said, *([guess] if codes else []), weight=0.5)
    terms = {k: float(v) for k, v in read.items()}
    a, right = said.numpy(), z[:, 4:7].numpy().argmax(1)
    log = a - np.log(np.exp(a).sum(1, keepdims=True))
    expected = {"category": -0.5 * log[np.arange(6), right].mean()}
    if codes:
        expected["codes"] = 3.0 * ((guess.numpy() - z[:, 7:].numpy()) ** 2).sum(1).mean() / 2
    assert terms == pytest.approx(expected, rel=1e-5)


def test_without_continuous_codes_there_is_no_head_for_them():
    game = InfoGAN(codes=0, **SMALL)
    nets = build(game, SPEC, 0)
    assert [head.out_features for head in nets.D.others] == [3]
    assert game.idle()["code_weight"] == "codes = 0"
    assert "code_weight" not in InfoGAN(**SMALL).idle()
    turns = dict(game.turns(nets, lambda: BATCH, Moment(seed=0)))
    assert set(turns["G"]) == {"fake", "category"}


def test_both_turns_want_the_code_to_be_read():
    game = InfoGAN(**SMALL)
    nets = build(game, SPEC, 0)
    t = Moment(seed=0, watching=True)
    turns = dict(game.turns(nets, lambda: BATCH, t))
    z = game.latent(BATCH, Moment(seed=0))
    _, *read = nets.D(nets.G(z))
    for player, names in (("D", {"real", "fake"}), ("G", {"fake"})):
        assert set(turns[player]) == names | {"category", "codes"}
        for name, value in game.read(z, game.category(nets, z), *read, weight=1.0).items():
            torch.testing.assert_close(turns[player][name], value)
    assert {"D(x)", "D(G(z))", "category read"} <= set(t.watched)
    right = (read[0].argmax(1) == z[:, 4:7].argmax(1)).float().mean()
    torch.testing.assert_close(t.watched["category read"], right)
    (slope,) = torch.autograd.grad(turns["G"]["codes"], nets.G[0].weight)
    assert slope[:, 7:].abs().sum() > 0


def test_nobody_is_paid_at_weight_0_but_q_learns():
    game = InfoGAN(category_weight=0.0, codes=0, **SMALL)
    nets = build(game, SPEC, 0)
    turns = dict(game.turns(nets, lambda: BATCH, Moment(seed=0)))
    turns["D"]["category"].backward()
    (q,) = nets.D.others
    assert q.weight.grad.abs().sum() > 0
    assert all(parameter.grad is None for parameter in nets.D.trunk.parameters())
    assert set(turns["G"]) == {"fake"}


def test_a_learned_prior_is_what_q_finds_in_the_real_samples():
    game, t = InfoGAN(prior="learned", **SMALL), Moment(seed=0, watching=True)
    nets = build(game, SPEC, 0)
    turns = dict(game.turns(nets, lambda: BATCH, t))
    found = nets.D(BATCH.x)[1].softmax(1)
    assert turns["G"]["prior"].item() == pytest.approx(np.log(3), rel=1e-6)  # shares are equal
    assert t.watched["kinds"].item() == pytest.approx(3, rel=1e-6)
    (slope,) = torch.autograd.grad(turns["G"]["prior"], nets.G.logits)
    torch.testing.assert_close(slope, 1 / 3 - found.mean(0).detach())
    assert "prior" not in turns["D"]


def test_a_learned_prior_draws_categories_by_their_shares():
    game = InfoGAN(prior="learned", **SMALL)
    nets = build(game, SPEC, 0)
    with torch.no_grad():
        nets.G.logits.copy_(torch.tensor([0.6, 0.1, 0.3]).log())
    z = game.latent(20_000, Moment(seed=0))
    assert z.shape == (20_000, 9)
    assert torch.isfinite(z).all()
    shares = torch.bincount(game.category(nets, z), minlength=3) / 20_000
    assert shares.tolist() == pytest.approx([0.6, 0.1, 0.3], abs=0.015)  # four standard errors


def test_the_grid_shows_the_most_frequent_categories_in_their_order():
    game = InfoGAN(prior="learned", **SMALL | {"categories": 12})
    nets = build(game, SPEC, 0)
    with torch.no_grad():
        nets.G.logits += torch.arange(12) % 6
    assert game.frequent(nets).tolist() == [1, 2, 3, 4, 5, 7, 8, 9, 10, 11]
    seen = []
    nets.G.network.register_forward_hook(lambda _, args, __: seen.append(args[0]))
    game.by_category(nets, game.latent(2, Moment(seed=0)))
    rows = seen[0][:, 4:16].view(10, 2, 12).argmax(2)
    assert rows[:, 0].tolist() == rows[:, 1].tolist() == game.frequent(nets).tolist()


def test_the_contract_holds_for_a_learned_prior_that_nobody_is_paid_for():
    results = check(InfoGAN(prior="learned", category_weight=0.0, codes=0))
    assert not [result for result in results if result.broken]


@pytest.mark.parametrize(("categories", "weight"), [(2, 1.0), (6, 0.0)])
def test_the_shares_of_two_clouds_are_found(categories, weight):
    random = torch.Generator().manual_seed(1)
    side = torch.where(torch.rand(4000, 1, generator=random) < 0.75, -1.0, 1.0)
    clouds = Dataset("clouds", side + 0.1 * torch.randn(4000, 1, generator=random))
    rate = Optim(lr=constant(2e-3), beta1=0.0, beta2=constant(0.99))
    options = {"z": 2, "categories": categories, "category_size": 3.0, "category_weight": weight}
    options |= {"codes": 0, "g_hidden": (16,), "d_hidden": (32, 32), "prior": "learned"}
    game = InfoGAN(**options, penalty="r1", gamma=constant(0.1), G=rate, D=rate)
    trainer = Trainer(game, clouds, batch=64, threads=1, steps=600, seed=1)
    for _ in trainer:
        pass
    nets = trainer.engine.nets
    left = (game.by_category(nets, game.latent(1000, Moment(seed=5))) < 0).double().mean((1, 2))
    assert ((left < 0.1) | (left > 0.9)).all()  # a category lies in one cloud
    shares = nets.G.shares[left > 0.5].sum().item()
    assert shares == pytest.approx(0.758, abs=0.03)  # 0.67 where they stay equal


def test_every_network_has_the_heads():
    for network in ("mlp", "dcgan"):
        nets = build(InfoGAN(network=network, **SMALL), SPEC, 0)
        logit, category, codes = nets.D(nets.G(torch.randn(5, 9)))
        assert (logit.shape, category.shape, codes.shape) == ((5,), (5, 3), (5, 2))


@pytest.mark.parametrize("prior", ["uniform", "learned"])
def test_the_way_between_changes_the_category_once(prior):
    game = InfoGAN(**SMALL, prior=prior)
    z = game.latent(2, Moment(seed=1))
    a, b = z[:1], z[1:]
    for w in (0.0, 0.25, 0.75, 1.0):
        way = game.between(a, b, w)
        assert torch.equal(way[:, 4:7], (a if w < 0.5 else b)[:, 4:7])
        torch.testing.assert_close(way[:, 7:], (1 - w) * a[:, 7:] + w * b[:, 7:])


def test_the_grid_of_codes():
    game = InfoGAN(**SMALL, category_size=2.0)
    nets = build(game, SPEC, 0)
    seen = []
    nets.G.register_forward_hook(lambda _, args, __: seen.append(args[0]))
    views = game.views(nets, BATCH, Moment(seed=0))
    assert views["categories"].shape == views["codes"].shape == (3, 10, 1, 8, 8)
    many, z = (z.view(3, 10, 9) for z in seen if len(z) == 30)
    assert len(many[0, :, :4].unique(dim=0)) == 10
    assert torch.equal(many[0, :, :4], many[2, :, :4])  # the same ten in each row
    assert torch.equal(many[..., 4:7], 2 * torch.eye(3)[:, None].expand(3, 10, 3))
    assert (z[..., :4] == z[0, 0, :4]).all()
    assert torch.equal(z[:, 0, 4:7], 2 * torch.eye(3))
    torch.testing.assert_close(z[1, :, 7], torch.linspace(-2, 2, 10))
    assert (z[..., 8] == 0).all()
