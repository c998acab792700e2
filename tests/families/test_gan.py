"""The 2014 GAN: its networks, its losses, its ways of being fed."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from ganvas import GAN, Moment, Optim, Schedule
from ganvas.data.batches import DataSpec, Images, Labelled, Points
from ganvas.engine import Engine
from ganvas.families.cgan import CGAN
from ganvas.losses import r1
from ganvas.state import build

MNIST = DataSpec(name="mnist", shape=(1, 28, 28), count=60_000, classes=tuple("0123456789"))
POINTS = DataSpec(name="toy", shape=(3,), count=10)


def layers(net: nn.Module) -> list[tuple[int, int]]:
    return [(m.in_features, m.out_features) for m in net.modules() if isinstance(m, nn.Linear)]


def test_the_defaults_are_the_lectures_networks():
    nets = GAN().build(MNIST)
    assert layers(nets.G) == [(64, 128), (128, 784)]
    assert layers(nets.D) == [(784, 128), (128, 1)]
    assert isinstance(nets.G[-2], nn.Sigmoid)
    x = nets.G(torch.randn(5, 64))
    assert x.shape == (5, 1, 28, 28)
    assert nets.D(x).shape == (5,)
    assert GAN().range == (0.0, 1.0)


def test_one_layer_without_bias_is_the_worked_example():
    game = GAN(z=1, g_hidden=(), d_hidden=(), bias=False, output="sigmoid")
    nets = game.build(POINTS)
    assert [p.shape for p in nets.parameters()] == [(3, 1), (1, 3)]
    with torch.no_grad():
        nets.G[0].weight[:] = torch.tensor([[0.3], [0.2], [0.3]])
        nets.D[1].weight[:] = torch.tensor([[0.4, 0.3, 0.2]])
    fake = game.decode(nets, torch.tensor([[0.5]]))
    torch.testing.assert_close(fake, torch.tensor([[0.53743, 0.52498, 0.53743]]), atol=1e-5, rtol=0)
    red = torch.tensor([[1.0, 0.0, 0.0]])
    assert nets.D(red).sigmoid().item() == pytest.approx(0.59869, abs=1e-5)
    assert nets.D(fake).sigmoid().item() == pytest.approx(0.61773, abs=1e-5)


def test_the_worked_examples_step_of_d_and_of_g():
    """Both inputs, D first, G through the updated D: the exact numbers of the lecture."""

    class AtHalf(GAN):
        def latent(self, rows, t):
            return torch.full((1, 1), 0.5)

    rate = Optim(method="sgd", lr=Schedule.parse(0.01))
    game = AtHalf(z=1, g_hidden=(), d_hidden=(), bias=False, output="sigmoid", G=rate, D=rate)
    nets = game.build(POINTS)
    with torch.no_grad():
        nets.G[0].weight[:] = torch.tensor([[0.3], [0.2], [0.3]])
        nets.D[1].weight[:] = torch.tensor([[0.4, 0.3, 0.2]])
    before = nets.G[0].weight.detach().clone()
    red = Points(torch.tensor([[1.0, 0.0, 0.0]]))
    Engine(game=game, nets=nets, source=lambda *_: red).step()
    expected = torch.tensor([[0.40069, 0.29676, 0.19668]])
    torch.testing.assert_close(nets.D[1].weight.detach(), expected, atol=5e-6, rtol=0)
    gradient = (before - nets.G[0].weight.detach()).T / 0.01
    expected = torch.tensor([[-0.01908, -0.01417, -0.00936]])
    torch.testing.assert_close(gradient, expected, atol=2e-5, rtol=0)


def terms(game: GAN, rows: int = 512, seed: int = 0):
    nets = build(game, POINTS, seed)
    x = torch.ones(rows, 3)
    turns = game.turns(nets, lambda: Points(x), Moment(seed=seed, watching=True))
    return dict(turns)


def test_a_coin_shows_d_one_input_a_row():
    seen = []

    class Recorder(GAN):
        def build(self, data):
            nets = super().build(data)
            D = nets.D
            D.register_forward_hook(lambda _, args, __: seen.append(args[0]))
            return nets

    terms(Recorder(feed="coin", output="sigmoid"))
    d_input, g_input = seen
    real = (d_input == 1).all(1)
    assert len(d_input) == len(g_input) == 512
    assert 200 < int(real.sum()) < 312
    terms(Recorder(feed="both"))
    assert len(seen[2]) == 1024


def test_minimax_and_non_saturating_are_the_papers():
    fresh = {loss: terms(GAN(loss=loss)) for loss in ("minimax", "nonsaturating")}
    assert torch.equal(fresh["minimax"]["D"]["real"], fresh["nonsaturating"]["D"]["real"])
    d = 0.5  # fresh networks say about one half
    assert float(fresh["minimax"]["G"]["fake"].detach()) == pytest.approx(math.log(1 - d), abs=0.2)
    assert float(fresh["nonsaturating"]["G"]["fake"].detach()) == pytest.approx(
        -math.log(d), abs=0.2
    )


def test_a_coin_pays_for_the_input_that_it_shows():
    game = GAN(feed="coin")
    nets = build(game, POINTS, 0)
    seen = []
    nets.D.register_forward_hook(lambda _, args, said: seen.append((args[0], said.detach())))
    turns = dict(game.turns(nets, lambda: Points(torch.ones(512, 3)), Moment(seed=0)))
    shown, logits = seen[0]
    real, logits = (shown == 1).all(1).numpy(), logits.double().numpy()
    assert 200 < real.sum() < 312
    expected = {
        "real": (np.log1p(np.exp(-logits)) * real).sum() / 512,
        "fake": (np.log1p(np.exp(logits)) * ~real).sum() / 512,
    }
    assert {k: float(v.detach()) for k, v in turns["D"].items()} == pytest.approx(expected)


@pytest.mark.parametrize("parts", [1, 2])
def test_g_steps_on_the_fakes_that_d_saw_last(parts):
    game = GAN(d_steps=2)
    nets = build(game, POINTS, 0)
    seen = []
    nets.D.register_forward_hook(lambda _, args, __: seen.append(args[0].detach()))
    batches = iter([torch.zeros(8, 3), torch.ones(8, 3)])
    list(game.turns(nets, lambda: Points(next(batches)), Moment(seed=0, parts=parts)))
    first, last, of_g = seen
    assert not first[:8].any()
    assert (last[:8] == 1).all()
    assert not torch.isclose(first[8:], last[8:]).any()  # the same G, other noise
    torch.testing.assert_close(of_g, last[8:])


def test_k_steps_of_d_for_one_of_g():
    nets = build(GAN(d_steps=3), POINTS, 0)
    turns = GAN(d_steps=3).turns(nets, lambda: Points(torch.randn(4, 3)), Moment(seed=0))
    assert [player for player, _ in turns] == ["D", "D", "D", "G"]


@pytest.mark.parametrize(
    ("penalty", "names"),
    [
        ("none", set()),
        ("r1", {"r1"}),
        ("r2", {"r2"}),
        ("r1r2", {"r1", "r2"}),
        ("gp", {"gp"}),
        ("dragan", {"dragan"}),
    ],
)
def test_the_penalty_weighs_gamma_and_moves_d_alone(penalty, names):
    once, twice = (
        terms(GAN(penalty=penalty, gamma=Schedule.parse(gamma)))["D"] for gamma in (1, 2)
    )
    assert set(once) == {"real", "fake"} | names
    for name in names:
        torch.testing.assert_close(twice[name], 2 * once[name])


def test_a_lazy_penalty_comes_every_so_often_and_weighs_as_much_more():
    game = GAN(penalty="r1", every=4)
    nets = build(game, POINTS, 0)
    x = torch.randn(8, 3)
    steps = [
        dict(game.turns(nets, lambda: Points(x), Moment(seed=0, step=step)))["D"]
        for step in range(8)
    ]
    assert [step for step, found in enumerate(steps) if "r1" in found] == [0, 4]
    torch.testing.assert_close(steps[0]["r1"], 4 * r1(nets.D, x).mean())


@pytest.mark.parametrize(("penalty", "looks"), [("none", 1), ("r1r2", 1), ("r1", 2), ("gp", 2)])
def test_d_looks_at_each_sample_once_for_loss_and_slope(penalty, looks):
    game = GAN(penalty=penalty)
    nets = build(game, POINTS, 0)
    seen = []
    nets.D.register_forward_hook(lambda _, args, __: seen.append(len(args[0])))
    next(iter(game.turns(nets, lambda: Points(torch.randn(8, 3)), Moment(seed=0))))
    assert (len(seen), sum(seen)) == (looks, 24 if penalty == "gp" else 16)


def test_r1_and_r2_of_the_one_pass_are_those_of_passes_of_their_own():
    nets = build(GAN(), POINTS, 0)
    x, fake = torch.randn(8, 3), torch.randn(8, 3)
    for penalty in ("r1", "r2", "r1r2"):
        real_logits, fake_logits, found = GAN(penalty=penalty).said(nets.D, x, fake, Moment(seed=0))
        torch.testing.assert_close(real_logits, nets.D(x))
        torch.testing.assert_close(fake_logits, nets.D(fake))
        alone = {"r1": r1(nets.D, x).mean(), "r2": r1(nets.D, fake).mean()}
        torch.testing.assert_close(found, {k: v for k, v in alone.items() if k in penalty})


def test_noise_and_the_way_between():
    t = Moment(seed=0)
    uniform = GAN(noise="uniform")
    z = uniform.latent(1000, t)
    assert -1 <= float(z.min()) < -0.99
    assert 0.99 < float(z.max()) <= 1
    torch.testing.assert_close(uniform.between(z, -z, 0.5), torch.zeros_like(z))
    assert float(GAN().latent(1000, t).std()) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("noise", ["normal", "uniform"])
def test_a_category_beside_the_noise(noise):
    game = GAN(z=4, noise=noise, categories=3, category_size=2.5)
    z = game.latent(3000, Moment(seed=0))
    assert z.shape == (3000, game.inputs)
    assert torch.equal(z[:, :4], GAN(z=4, noise=noise).latent(3000, Moment(seed=0)))
    category = z[:, 4:].argmax(1)
    assert torch.equal(z[:, 4:], 2.5 * torch.eye(3)[category])
    shares = torch.bincount(category, minlength=3) / 3000
    assert shares.tolist() == pytest.approx([1 / 3] * 3, abs=0.03)
    a, b = z[:5], z[5:10]
    for w in (0.0, 0.25, 0.75, 1.0):
        way = game.between(a, b, w)
        assert torch.equal(way[:, 4:], (a if w < 0.5 else b)[:, 4:])
        plain = GAN(z=4, noise=noise).between(a[:, :4], b[:, :4], w)
        assert torch.equal(way[:, :4], plain)


def test_g_reads_the_category_and_the_grid_shows_each():
    game = GAN(z=4, categories=12, category_size=3.0)
    nets = build(game, MNIST, 0)
    views = game.views(nets, Images(torch.rand(6, 1, 28, 28)), Moment(seed=0))
    assert views["categories"].shape == (10, 10, 1, 28, 28)
    z = game.latent(64, Moment(seed=0))
    here = game.by_category(nets, z[:2])
    for row in (0, 7):
        alone = z[:2].clone()
        alone[:, 4:] = 3 * torch.eye(12)[row]
        torch.testing.assert_close(here[row], game.decode(nets, alone))
    assert not torch.allclose(here[0], here[7])


def test_a_category_beside_classes():
    game = CGAN(z=4, categories=3)
    nets = build(game, MNIST, 0)
    assert game.sample(nets, 5, None, Moment(seed=0)).shape == (5, 1, 28, 28)
    z = game.latent(2, Moment(seed=0))
    assert torch.equal(game.between(z[:1], z[1:], 0.75)[:, 4:], z[1:, 4:])
    views = game.views(nets, Labelled(torch.rand(6, 1, 28, 28), torch.arange(6)), Moment(seed=0))
    assert views["samples"].shape == (10, 10, 1, 28, 28)
    assert "categories" not in views  # whose rows are its classes


def test_the_size_of_a_category_is_idle_where_there_is_none():
    assert GAN().idle()["category_size"] == "categories = 0"
    assert "category_size" not in GAN(categories=3).idle()


def test_tanh_plays_in_minus_one_to_one():
    game = GAN(output="tanh")
    assert game.range == (-1.0, 1.0)
    assert isinstance(game.build(MNIST).G[-2], nn.Tanh)
    assert Images in GAN.plays
