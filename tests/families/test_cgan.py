"""The conditional GAN: the class reaches both players, whichever way D is told."""

import copy

import pytest
import torch

from ganvas import Moment
from ganvas.data.batches import DataSpec, Labelled
from ganvas.engine import Engine
from ganvas.families.cgan import CGAN
from ganvas.nn.spectral import Spectral
from ganvas.state import build
from moments import WideMoment

IMAGES = DataSpec(name="digits", shape=(1, 8, 8), count=100, classes=("0", "1", "2"))
VECTORS = DataSpec(name="toy", shape=(2,), count=100, classes=("a", "b", "c"))
SMALL = {"z": 4, "g_hidden": (8,), "d_hidden": (8,), "width": 2}
WAYS = pytest.mark.parametrize("condition", ["concat", "projection"])
SETS = pytest.mark.parametrize(
    ("spec", "network"), [(IMAGES, "mlp"), (IMAGES, "dcgan"), (VECTORS, "mlp")]
)


def batch(spec: DataSpec, n: int = 8, number: int = 0) -> Labelled:
    draw = torch.Generator().manual_seed(number)
    return Labelled(torch.rand(n, *spec.shape, generator=draw), torch.arange(n) % 3)


@WAYS
@SETS
def test_another_class_gives_another_sample_and_another_logit(condition, spec, network):
    game = CGAN(condition=condition, network=network, norm="none", **SMALL)
    nets = build(game, spec, 0)
    z, x = torch.randn(1, 4).expand(3, 4), torch.rand(1, *spec.shape).expand(3, *spec.shape)
    y = torch.arange(3)
    for told in (nets.G(z, y), nets.D(x, y)):
        assert len({tuple(row.flatten().tolist()) for row in told.detach()}) == 3


@WAYS
@SETS
def test_a_game_is_played_and_both_learn_from_the_class(condition, spec, network):
    game = CGAN(condition=condition, network=network, **SMALL)
    nets = build(game, spec, 0)
    seen = {}
    parts = {"G": nets.G, "D": nets.D}

    def keep(turned):
        slopes = [p.grad for p in parts[turned.player].parameters()]
        seen[turned.player] = all(bool(g.abs().sum() > 0) for g in slopes)

    Engine(game=game, nets=nets, source=lambda *_: batch(spec), observe=keep).step()
    assert seen == {"D": True, "G": True}


@WAYS
def test_fakes_are_told_and_judged_by_the_classes_of_the_batch(condition):
    game = CGAN(condition=condition, **SMALL)
    nets = build(game, IMAGES, 0)
    told = {"G": [], "D": []}
    for name in told:
        getattr(nets, name).register_forward_hook(
            lambda _, args, __, name=name: told[name].append(args[1])
        )
    rows = batch(IMAGES)
    for _ in game.turns(nets, lambda: rows, Moment(seed=0)):
        pass
    assert all(torch.equal(y, rows.y) for y in told["G"])
    (together, alone) = told["D"]
    assert torch.equal(together, rows.y.repeat(2))
    assert torch.equal(alone, rows.y)


@WAYS
@pytest.mark.parametrize("penalty", ["gp", "r1r2"])
def test_penalties_are_at_the_told_class(condition, penalty):
    """Each is the finite difference of D(., y); with the classes turned it is another."""
    game = CGAN(condition=condition, penalty=penalty, activation="tanh", **SMALL)
    nets = build(game, VECTORS, 0).double()
    rows, h = batch(VECTORS), 1e-6
    x, fake = rows.x.double(), rows.x.double() + 1
    share = WideMoment(seed=0).uniform(8)[:, None]
    places = {"r1": x, "r2": fake, "gp": share * x + (1 - share) * fake}
    found = []
    for y in (rows.y, rows.y.roll(1)):
        _, D = game.told(nets, rows._replace(y=y))
        *_, terms = game.said(D, x, fake, WideMoment(seed=0))
        expected = {}
        for name in terms:
            at = places[name]
            steps = h * torch.eye(2, dtype=torch.float64)
            slope = torch.stack([(D(at + e) - D(at - e)).detach() / (2 * h) for e in steps], 1)
            square = slope.square().sum(1)
            values = (square.sqrt() - 1).square() if name == "gp" else square / 2
            expected[name] = float(values.mean())
        found.append({name: float(value.detach()) for name, value in terms.items()})
        assert found[-1] == pytest.approx(expected, rel=1e-6)
    assert found[0] != found[1]


@WAYS
def test_micro_batches_add_up_to_the_whole(condition):
    game = CGAN(condition=condition, penalty="r1", loss="relativistic", **SMALL)
    nets = build(game, IMAGES, 0)
    slopes = []
    for micro in (1, 4):
        copied = copy.deepcopy(nets)

        def source(number, part, parts):
            whole = batch(IMAGES, number=number)
            return Labelled(whole.x.chunk(parts)[part], whole.y.chunk(parts)[part])

        kept = []
        engine = Engine(game=game, nets=copied, source=source, micro=micro)
        engine.observe = lambda turned, e=engine, kept=kept: kept.append(
            torch.cat([p.grad.flatten() for p in e.parameters((turned.player,))])
        )
        engine.step()
        slopes.append(kept)
    assert not game.mixes_samples
    for one, four in zip(*slopes, strict=True):
        torch.testing.assert_close(four, one, rtol=1e-3, atol=1e-6)


def test_samples_are_of_the_classes_asked_for():
    game = CGAN(**SMALL)
    nets = build(game, IMAGES, 0)
    asked = game.sample(nets, 4, torch.tensor([2, 2, 0, 1]), Moment(seed=0))
    z = game.latent(4, Moment(seed=0))
    assert torch.equal(asked, nets.G(z, torch.tensor([2, 2, 0, 1])))
    unasked = game.sample(nets, 4, None, Moment(seed=0))
    assert torch.equal(unasked, nets.G(z, torch.tensor([0, 1, 2, 0])))


def test_the_grid_has_a_class_a_row_and_one_noise_a_column():
    game = CGAN(**SMALL)
    nets = build(game, IMAGES, 0)
    views = game.views(nets, batch(IMAGES), Moment(seed=0))
    assert views["samples"].shape == (3, 10, 1, 8, 8)
    assert views["between"].shape == (8, 8, 1, 8, 8)
    z = game.latent(10, Moment(seed=0))
    torch.testing.assert_close(views["samples"][1, 4], nets.G(z[4:5], torch.tensor([1]))[0])


def test_spectral_reaches_the_projections_embedding():
    D = build(CGAN(condition="projection", spectral=True, **SMALL), IMAGES, 0).D
    assert any(isinstance(m, Spectral) for m in D.of_class.modules())
