"""DiffAugment: what each change does, in what range, and where it is applied."""

import dataclasses

import numpy as np
import pytest
import torch

from ganvas import Moment
from ganvas.augment.diff import CHANGES, colour, cutout, translation
from ganvas.data.batches import DataSpec, Images
from ganvas.errors import UsageError
from ganvas.families.acgan import ACGAN
from ganvas.families.dcgan import DCGAN
from ganvas.families.gan import GAN
from ganvas.families.infogan import InfoGAN
from ganvas.state import build

TANH, SIGMOID = (-1.0, 1.0), (0.0, 1.0)
SHAPE = (3, 16, 16)


def images(n: int = 64, seed: int = 0) -> torch.Tensor:
    return torch.rand(n, *SHAPE, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def rows(*values: float) -> torch.Tensor:
    return torch.tensor([values])


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_changes_are_differentiable_and_differ_from_row_to_row(change):
    x = images(1).repeat(8, 1, 1, 1).requires_grad_()
    y = change(x, Moment(seed=0).uniform(8, 3), TANH)
    assert y.shape == x.shape
    assert len({tuple(row.flatten().tolist()) for row in y.detach()}) > 4
    (gradient,) = torch.autograd.grad(y.square().sum(), x)
    assert gradient.flatten(1).norm(dim=1).min() > 0


def test_colour_is_its_formula():
    x, u = images(4).double(), torch.rand(4, 3, dtype=torch.float64)
    a, (bright, rich, strong) = x.numpy(), u.numpy().T[:, :, None, None, None]
    a = a + (bright - 0.5)
    grey = a.mean(1, keepdims=True)
    a = grey + (a - grey) * 2 * rich
    mean = a.mean((1, 2, 3), keepdims=True)
    a = mean + (a - mean) * (strong + 0.5)
    np.testing.assert_allclose(colour(x, u, TANH).numpy(), a)


@pytest.mark.parametrize("span", [TANH, SIGMOID])
def test_brightness_moves_by_a_quarter_of_the_range_at_most(span):
    x, width = images(2), span[1] - span[0]
    for u, shift in ((0.0, -0.25), (0.5, 0.0), (1.0, 0.25)):
        y = colour(x, torch.tensor([[u, 0.5, 0.5]] * 2), span)
        torch.testing.assert_close(y, x + shift * width)


def test_saturation_takes_colour_away_or_doubles_it():
    x = images(1)
    grey = x.mean(1, keepdim=True)
    torch.testing.assert_close(colour(x, rows(0.5, 0, 0.5), TANH), grey.expand_as(x))
    torch.testing.assert_close(colour(x, rows(0.5, 1, 0.5), TANH), grey + 2 * (x - grey))
    transparent = torch.cat([x, x[:, :1]], 1)
    for u in ((0.5, 0, 0.5), (0.9, 0.5, 0.5), (0.5, 0.5, 0.1)):
        changed = colour(transparent, rows(*u), TANH)
        assert torch.equal(changed[:, 3:], x[:, :1])
        torch.testing.assert_close(changed[:, :3], colour(x, rows(*u), TANH))
    one = x[:, :1]
    torch.testing.assert_close(colour(one, rows(0.5, 0, 0.5), TANH), one)


def test_contrast_is_from_a_half_to_one_and_a_half_times():
    x = images(1)
    for u, times in ((0.0, 0.5), (1.0, 1.5)):
        y = colour(x, rows(0.5, 0.5, u), TANH)
        torch.testing.assert_close(y.std(), times * x.std())
        torch.testing.assert_close(y.mean(), x.mean())


def test_shifts_reach_an_eighth_of_the_side_and_let_grey_in():
    x = torch.zeros(4000, 1, 16, 16)
    x[:, :, 8, 8] = 1
    y = translation(x, Moment(seed=0).uniform(4000, 3), TANH)
    places = (y == 1).nonzero()[:, 2:] - 8
    assert len(places) == 4000
    for axis in (0, 1):
        shifts, counts = places[:, axis].unique(return_counts=True)
        assert shifts.tolist() == [-2, -1, 0, 1, 2]
        assert counts.min() > 700
    assert len(places.unique(dim=0)) == 25
    corner = translation(images(1), rows(0.999, 0.0, 0), TANH)  # up by two, right by two
    torch.testing.assert_close(corner[:, :, :-2, 2:], images(1)[:, :, 2:, :-2])
    assert (corner[:, :, -2:] == 0).all()
    assert (corner[:, :, :, :2] == 0).all()


@pytest.mark.parametrize(("span", "grey"), [(TANH, 0.0), (SIGMOID, 0.5)])
def test_the_hole_is_half_the_side_with_its_middle_anywhere(span, grey):
    x = torch.full((4000, 1, 16, 16), 9.0)
    y = cutout(x, Moment(seed=0).uniform(4000, 3), span)
    hole = y != 9
    assert (y[hole] == grey).all()
    tall, wide = (hole.any(axis).squeeze(1).sum(1) for axis in (3, 2))
    assert (hole.sum((1, 2, 3)) == tall * wide).all()  # one rectangle
    assert tall.max() == wide.max() == 8
    assert 4 <= tall.min() <= wide.max()  # at an edge half of it is outside
    assert hole.any(0).all()
    inside = (tall == 8) & (wide == 8)
    assert 0.2 < float(inside.float().mean()) < 0.4  # (9 / 17)²


def test_the_hole_is_filled_without_a_tensor_from_the_cpu(monkeypatch):
    def made_anew(*_, **__):
        raise AssertionError("on a card this waits for all the work before it")

    monkeypatch.setattr(torch.Tensor, "new_tensor", made_anew)
    for kind in (torch.float32, torch.bfloat16):
        y = cutout(images(4).to(kind), Moment(seed=0).uniform(4, 3), SIGMOID)
        assert y.dtype == kind
        assert (y == 0.5).any()


def test_whole_is_what_is_no_image_and_what_is_switched_off():
    x, points = images(2), torch.randn(4, 2)
    t = Moment(seed=0)
    assert DCGAN(augment=("none",)).augmented(x, t) is x
    assert DCGAN(augment=("cutout",)).augmented(points, t) is points
    assert not torch.equal(DCGAN(augment=("cutout",)).augmented(x, t), x)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (("none", "cutout"), "none stands alone"),
        (("cutout", "auto"), "auto stands alone"),
        (("cutout", "cutout"), "each change once"),
    ],
)
def test_contradictions_are_refused(changes, words):
    with pytest.raises(UsageError, match=words):
        DCGAN(augment=changes)


def test_it_switches_itself_on_where_images_are_few_and_networks_convolve():
    def spec(**changes):
        usual = DataSpec(name="few", shape=(3, 16, 16), count=9_999)
        return dataclasses.replace(usual, **changes)

    all_three = ("colour", "translation", "cutout")
    assert DCGAN().suited(spec()).augment == all_three
    x = images(2)
    for game, facts in ((DCGAN(), spec(count=10_000)), (GAN(), spec()), (GAN(), spec(shape=(2,)))):
        assert game.suited(facts).augmented(x, Moment(seed=0)) is x
    asked = DCGAN(augment=("cutout",))
    assert asked.suited(spec(count=10**6)) == asked


def test_the_same_moment_gives_the_same_changes_and_parts_see_theirs():
    game, x = DCGAN(augment=("colour", "translation", "cutout")), images(8)
    whole = game.augmented(x, Moment(seed=0, step=3))
    assert torch.equal(whole, game.augmented(x, Moment(seed=0, step=3)))
    assert not torch.equal(whole, game.augmented(x, Moment(seed=0, step=4)))
    parts = [
        game.augmented(part, Moment(seed=0, step=3, part=i, parts=2))
        for i, part in enumerate(x.chunk(2))
    ]
    torch.testing.assert_close(torch.cat(parts), whole)
    t = Moment(seed=0, step=3)
    assert not torch.equal(game.augmented(x, t), game.augmented(x, t))  # real and fake differ


@pytest.mark.parametrize("kind", [DCGAN, ACGAN, InfoGAN])
def test_d_sees_nothing_unchanged_in_either_turn(kind, monkeypatch):
    """Each cutout is marked, and D refuses what bears no mark."""
    monkeypatch.setitem(CHANGES, "cutout", lambda x, u, span: x + 10)
    seen = []
    spec = DataSpec(name="few", shape=(1, 8, 8), count=100, classes=("a", "b"))
    game = kind(augment=("cutout",), network="dcgan", width=2, loss="relativistic")
    nets = build(game, spec, 0)
    first = next(m for m in nets.D.modules() if isinstance(m, torch.nn.Conv2d))
    first.register_forward_hook(lambda _, args, __: seen.append(args[0]))

    class Batch(Images):
        y = torch.tensor([0, 1, 0, 1])

    batch = Batch(torch.rand(4, 1, 8, 8))
    for player, terms in game.turns(nets, lambda: batch, Moment(seed=0)):
        if player == "G":
            (slope,) = torch.autograd.grad(sum(terms.values()), next(nets.G.parameters()))
            assert slope.abs().sum() > 0
    assert sum(map(len, seen)) == 16  # real and fake, in both turns
    assert min(float(x.detach().min()) for x in seen) >= 8
