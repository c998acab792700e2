"""The named GANs have their papers' settings; what cannot work is refused in one sentence."""

import pytest
import torch
from torch import nn

from ganvas import families
from ganvas.data.batches import DataSpec
from ganvas.errors import UsageError
from ganvas.families.acgan import ACGAN
from ganvas.families.cgan import CGAN
from ganvas.families.dcgan import DCGAN
from ganvas.families.gan import GAN
from ganvas.families.infogan import InfoGAN
from ganvas.families.lsgan import LSGAN
from ganvas.families.r3gan import R3GAN
from ganvas.families.sngan import SNGAN
from ganvas.families.wgan import WGAN
from ganvas.families.wgan_gp import WGANGP
from ganvas.game import Moment
from ganvas.nn.clipped import Clipped
from ganvas.nn.spectral import Spectral
from ganvas.recipe import Recipe

FACES = DataSpec(name="faces", shape=(3, 16, 16), count=60_000)
DIGITS = DataSpec(name="digits", shape=(1, 8, 8), count=1_797, classes=tuple("0123456789"))
LETTERS = DataSpec(name="letters", shape=(1, 16, 16), count=1_000, classes=tuple("abc"))
POINTS = DataSpec(name="toy", shape=(2,), count=10)
NAMED = (GAN, DCGAN, LSGAN, WGAN, WGANGP, SNGAN, R3GAN, CGAN, ACGAN, InfoGAN)


def has(network: nn.Module, kind: type) -> bool:
    return any(isinstance(module, kind) for module in network.modules())


def rates(game: GAN, images: int = 0) -> set[tuple[float, float, float]]:
    t = Moment(seed=0, images=images)
    return {(round(p.lr(t), 9), p.beta1, round(p.beta2(t), 6)) for p in (game.G, game.D)}


def test_each_is_found_by_its_name():
    names = ["gan", "dcgan", "lsgan", "wgan", "wgan-gp", "sngan", "r3gan"]
    names += ["cgan", "acgan", "infogan"]
    assert [families.find(name) for name in names] == list(NAMED)


@pytest.mark.parametrize(
    ("kind", "expected", "rate"),
    [
        (GAN, {"network": "mlp", "loss": "nonsaturating", "d_steps": 1}, (2e-4, 0.5, 0.999)),
        (
            DCGAN,
            {"network": "dcgan", "z": 100, "noise": "uniform", "norm": "both", "d_steps": 1},
            (2e-4, 0.5, 0.999),
        ),
        (
            LSGAN,
            {"loss": "leastsquares", "real_target": 1, "fake_target": 0, "g_target": 1},
            (2e-4, 0.5, 0.999),
        ),
        (
            WGAN,
            {"loss": "wasserstein", "clip": 0.01, "d_steps": 5, "norm": "g", "noise": "normal"},
            (5e-5, 0.0, 0.99),
        ),
        (
            WGANGP,
            {"loss": "wasserstein", "penalty": "gp", "clip": 0, "d_steps": 5, "z": 128},
            (1e-4, 0.5, 0.9),
        ),
        (
            SNGAN,
            {"network": "resnet", "loss": "hinge", "spectral": True, "d_steps": 5, "z": 128},
            (2e-4, 0.0, 0.9),
        ),
        (
            R3GAN,
            {"network": "r3", "loss": "relativistic", "penalty": "r1r2", "every": 1, "d_steps": 1},
            (2e-4, 0.0, 0.9),
        ),
    ],
)
def test_the_papers_settings(kind, expected, rate):
    game = kind()
    assert {name: getattr(game, name) for name in expected} == expected
    assert rates(game) == {rate}


def test_r3gans_numbers_change_with_the_images_shown():
    game, start, end = R3GAN(), Moment(seed=0), Moment(seed=0, images=1_000_000)
    assert rates(game, 1_000_000) == {(5e-5, 0.0, 0.99)}
    assert [game.gamma(at) for at in (start, end)] == pytest.approx([0.05, 0.005])
    assert [game.ema(at) for at in (start, end)] == [1, 50]
    assert WGANGP().gamma(start) == WGANGP().gamma(end) == 10


def test_where_batch_norm_is():
    def norms(game: GAN) -> tuple[bool, bool]:
        nets = Recipe(game=game).merged({"game": game.quick}).game.build(FACES)
        return has(nets.G, nn.BatchNorm2d), has(nets.D, nn.BatchNorm2d)

    assert norms(DCGAN()) == norms(LSGAN()) == (True, True)
    assert norms(WGAN()) == norms(WGANGP()) == norms(SNGAN()) == (True, False)
    assert norms(R3GAN()) == norms(DCGAN(norm="none")) == (False, False)


def test_what_bounds_d():
    assert not any(has(GAN().build(POINTS).D, kind) for kind in (Spectral, Clipped))
    assert has(WGAN(width=2).build(FACES).D, Clipped)
    D = SNGAN(width=2).build(FACES).D
    layers = [m for m in D.modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    assert len(layers) == sum(isinstance(m, Spectral) for m in D.modules())


@pytest.mark.parametrize("kind", NAMED[1:7])
def test_convolutional_ones_play_in_tanhs_range_and_take_images_of_four_channels(kind):
    game = kind(width=4, group=4)
    assert game.range == (-1.0, 1.0)
    nets = game.build(DataSpec(name="rgba", shape=(4, 8, 8), count=10))
    x = nets.G(torch.randn(3, game.z) * 100)
    assert x.shape == (3, 4, 8, 8)
    assert kind is R3GAN or x.detach().abs().max() <= 1  # R3GAN's G ends in no tanh
    assert nets.D(x).shape == (3,)


def test_every_option_of_a_subclass_is_a_keyword_and_keeps_its_nature():
    assert DCGAN(z=7).z == 7
    assert WGANGP(gamma=3).gamma(Moment(seed=0)) == 3
    assert GAN().z == 64
    assert list(DCGAN.__dataclass_fields__) == list(GAN.__dataclass_fields__)
    assert all(
        kind.__dataclass_fields__[name].metadata == f.metadata
        for kind in NAMED[:7]
        for name, f in GAN.__dataclass_fields__.items()
    )


@pytest.mark.parametrize("kind", NAMED[1:7])
def test_points_are_refused_by_convolutions(kind):
    with pytest.raises(UsageError, match=r"is for images; 'toy' is points of \(2,\)\. Use network"):
        kind().accept(POINTS)


def test_spectral_cannot_divide_weights_that_begin_at_zero():
    with pytest.raises(UsageError, match="r3's blocks begin at 0"):
        R3GAN(spectral=True).accept(FACES)


@pytest.mark.parametrize("network", ["resnet", "r3"])
def test_a_side_that_no_doubling_makes_is_refused(network):
    spec = DataSpec(name="odd", shape=(1, 27, 27), count=10)
    with pytest.raises(UsageError, match=r"cannot make 27; --size 28 or 24 can\.$"):
        GAN(network=network).build(spec)


@pytest.mark.parametrize("loss", ["relativistic", "relativistic-average"])
def test_a_coin_cannot_compare(loss):
    with pytest.raises(UsageError, match="compares real with fake: use feed = both"):
        GAN(loss=loss, feed="coin")


@pytest.mark.parametrize("kind", [CGAN, ACGAN])
@pytest.mark.parametrize(("spec", "gives"), [(FACES, r"Images\(x\)"), (POINTS, r"Points\(x\)")])
def test_labels_asked_of_unlabelled_data(kind, spec, gives):
    with pytest.raises(UsageError, match=rf"plays with Labelled\(x, y\); .* gives {gives}"):
        kind().accept(spec)
    kind().accept(DIGITS)


def review(game: GAN, spec: DataSpec = LETTERS) -> list[str]:
    return list(game.review(game.build(spec)))


@pytest.mark.parametrize("penalty", ["gp", "dragan"])
def test_a_slope_at_each_sample_and_batch_norm_in_d_are_refused(penalty):
    with pytest.raises(UsageError, match=f"penalty = {penalty} .* use norm = g"):
        review(DCGAN(width=2, penalty=penalty))
    assert review(DCGAN(width=2, penalty=penalty, norm="g")) == []


@pytest.mark.parametrize("end", [[nn.Sigmoid()], [nn.Sigmoid(), nn.Flatten(0)]])
def test_a_sigmoid_at_the_end_of_d_is_refused(end):
    class Own(GAN):
        def build(self, data):
            nets = super().build(data)
            nets.D = self.bound(nn.Sequential(nn.Flatten(), nn.Linear(256, 1), *end))
            return nets

    for options in ({"loss": "wasserstein"}, {"loss": "hinge", "clip": 0.1}):
        with pytest.raises(UsageError, match="D ends in a sigmoid"):
            review(Own(**options))


@pytest.mark.parametrize("penalty", ["r1", "r2", "r1r2"])
def test_r1_beside_batch_norm_is_a_doubt(penalty):
    (doubt,) = review(DCGAN(width=2, penalty=penalty))
    assert "batch norm in D" in doubt
    assert review(DCGAN(width=2, penalty=penalty, norm="none")) == []


def test_wasserstein_without_a_bound_is_a_doubt():
    (doubt,) = review(GAN(loss="wasserstein"))
    assert doubt.endswith(
        "runs away where nothing bounds D's slope; use penalty = gp or clip or spectral."
    )
    for bound in ({"penalty": "gp"}, {"clip": 0.01}, {"spectral": True}):
        assert review(GAN(loss="wasserstein", **bound)) == []


@pytest.mark.parametrize("penalty", ["r1", "gp"])
def test_clipping_beside_a_penalty_is_doubted(penalty):
    (doubt,) = review(WGAN(penalty=penalty, network="mlp"))
    assert doubt == f"clip and penalty = {penalty} bound D's slope twice; one of them serves."


def test_a_sigmoid_inside_what_is_told_the_class_is_found():
    class Own(CGAN):
        def discriminator(self, shape):
            return nn.Sequential(super().discriminator(shape), nn.Sigmoid())

    with pytest.raises(UsageError, match="D ends in a sigmoid"):
        review(Own())


def test_a_gate_within_d_is_no_end():
    class Gated(nn.Module):
        def __init__(self):
            super().__init__()
            self.logit, self.gate = nn.Linear(256, 1), nn.Sigmoid()

        def forward(self, x):
            return self.logit(x.flatten(1)).squeeze(1)

    class Own(GAN):
        def build(self, data):
            nets = super().build(data)
            nets.D = Gated()
            return nets

    assert review(Own()) == []


def test_a_clip_leaves_the_heads_free():
    for game in (ACGAN(clip=0.01, d_hidden=(8,)), InfoGAN(clip=0.01, d_hidden=(8,))):
        D = game.build(LETTERS).D
        bound = max(
            float(p.detach().abs().max()) for p in [*D.trunk.parameters(), *D.logit.parameters()]
        )
        assert bound <= 0.01
        assert max(float(head.weight.detach().abs().max()) for head in D.others) > 0.01


@pytest.mark.parametrize("network", ["mlp", "dcgan", "resnet", "r3"])
def test_the_projection_starts_small(network):
    """At first a class speaks no louder than the rest of D; resnet's sums are for spectral's D."""
    torch.manual_seed(0)
    bound = {"spectral": True} if network == "resnet" else {}
    game = CGAN(condition="projection", network=network, width=32, group=16, blocks=1, **bound)
    spec = DataSpec(name="letters", shape=(1, 28, 28), count=1_000, classes=tuple("abc"))
    D, x = game.build(spec).D, torch.randn(64, 1, 28, 28)
    said = D(x, torch.arange(64) % 3).detach()
    assert said.std() < 5


def test_lazy_penalties_of_the_relativistic_game_are_a_doubt():
    (doubt,) = review(GAN(loss="relativistic", penalty="r1r2", every=4))
    assert "R3GAN paper" in doubt
    assert review(GAN(loss="relativistic", every=4)) == []


@pytest.mark.parametrize("kind", NAMED)
def test_defaults_raise_no_doubt(kind):
    game = Recipe(game=kind()).merged({"game": kind.quick}).game
    assert review(game) == []
