"""The worked example played on: the lecture's step, and what biases are for."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
import torch

from ganvas import Moment, Optim, Schedule
from ganvas.cli import main
from ganvas.data import Stream, load
from ganvas.data.batches import Images
from ganvas.engine import Engine
from ganvas.errors import UsageError
from ganvas.families.red import Red
from ganvas.recipes import find
from ganvas.state import build

DATA = load("red")


class AtHalf(Red):
    """The lecture's one z."""

    def latent(self, rows, t):
        return torch.full((len(rows[0]), 1), 0.5)


def engine(kind, lr: float, source=None) -> Engine:
    sgd = Optim(method="sgd", lr=Schedule.parse(lr))
    game = kind(G=sgd, D=sgd)
    stream = source or Stream(DATA, 32, 0, game.range)
    return Engine(game=game, nets=build(game, DATA.spec, 0), source=stream)


def colours(G, *z: float) -> torch.Tensor:
    with torch.no_grad():
        return G(torch.tensor(z)[:, None]).flatten(1)


@pytest.mark.parametrize("rows", [1, 4])
def test_the_first_step_is_the_lectures(rows):
    red = Images(torch.tensor([1.0, 0.0, 0.0]).view(1, 3, 1, 1).repeat(rows, 1, 1, 1))
    made = engine(AtHalf, 0.01, lambda *_: red)
    before = made.nets.G[0].weight.detach().clone()
    torch.testing.assert_close(
        colours(made.nets.G, 0.5), torch.tensor([[0.53743, 0.52498, 0.53743]]), atol=5e-6, rtol=0
    )
    made.step()
    assert made.watched["without biases: D(x)"] == pytest.approx(0.59869, abs=1e-5)
    assert made.watched["without biases: D(G(z))"] == pytest.approx(0.61773, abs=1e-5)
    w = torch.tensor([[0.40069, 0.29676, 0.19668]])
    for d in (made.nets.D, made.nets.D_bias):
        torch.testing.assert_close(d[1].weight.detach(), w, atol=5e-6, rtol=0)
    gradient = (before - made.nets.G[0].weight.detach()).T / 0.01
    expected = torch.tensor([[-0.01908, -0.01417, -0.00936]])
    torch.testing.assert_close(gradient, expected, atol=2e-5, rtol=0)


def test_the_first_step_of_the_biases():
    """∂L/∂c = -(1 - D(x)) + D(G(z)), and ∂L/∂b is ∂L/∂v without its z."""
    made = engine(AtHalf, 0.01)
    v = made.nets.G_bias[0].weight.detach().clone()
    made.step()
    assert made.nets.D_bias[1].bias.item() == pytest.approx(
        -0.01 * (-(1 - 0.59869) + 0.61773), abs=1e-6
    )
    moved = (made.nets.G_bias[0].weight.detach() - v)[:, 0]
    assert (moved > 0).all()
    torch.testing.assert_close(made.nets.G_bias[0].bias.detach(), moved / 0.5, rtol=1e-3, atol=0)


@pytest.fixture(scope="module")
def played():
    """As far as the recipe goes, in a tenth of its steps."""
    made = engine(Red, 1.0)
    for _ in range(300):
        made.step()
    return made


def test_without_biases_zero_is_grey_for_ever(played):
    zero, near, half, one = colours(played.nets.G, 0.0, 0.1, 0.5, 1.0)
    assert zero.tolist() == [0.5, 0.5, 0.5]
    assert 0.55 < near[0] < 0.7
    assert 0.15 < near[1] < 0.3
    assert half[0] > 0.9
    assert half[1:].max() < 0.01
    assert one[0] > 0.98


def test_with_biases_every_z_is_red(played):
    drawn = colours(played.nets.G_bias, *torch.linspace(0, 1, 11).tolist())
    assert drawn[:, 0].min() > 0.98
    assert drawn[:, 1:].max() < 0.02


def test_only_the_game_with_biases_ends_at_one_half(played):
    seen = played.watched
    assert seen["with biases: D(x)"] == pytest.approx(0.5, abs=0.02)
    assert seen["with biases: D(G(z))"] == pytest.approx(0.5, abs=0.02)
    assert seen["without biases: D(x)"] > 0.55
    assert seen["without biases: D(G(z))"] < 0.5
    assert [seen[f"G(0) without biases: {c}"] for c in ("red", "green", "blue")] == [0.5] * 3
    assert seen["G(0) with biases: red"] > 0.98
    assert seen["G(0.5) without biases: red"] == pytest.approx(
        colours(played.nets.G, 0.5)[0, 0].item(), abs=0.01
    )


def test_the_views_are_the_colours_of_every_z(played):
    with torch.no_grad():
        strips = played.game.views(played.nets, None, Moment(seed=0))
    assert list(strips) == ["without-biases", "with-biases"]
    for strip, G in zip(strips.values(), (played.nets.G, played.nets.G_bias), strict=True):
        assert strip.shape == (1, 3, 48, 480)
        ends = colours(G, 0.0, 1.0)
        torch.testing.assert_close(strip[0, :, 0, 0], ends[0])
        torch.testing.assert_close(strip[0, :, -1, -1], ends[1])


def test_it_plays_with_a_colour_and_nothing_else():
    Red().accept(DATA.spec)
    with pytest.raises(UsageError, match="3 x 1 x 1, a colour, as --data red; got 3 x 8 x 8"):
        Red().accept(replace(DATA.spec, shape=(3, 8, 8)))
    with pytest.raises(UsageError, match=r"Red plays with Images\(x\); 'red' gives Points"):
        Red().accept(replace(DATA.spec, shape=(3,)))


def test_the_recipe_is_the_example(tmp_path, capsys):
    recipe = find("red")
    assert (recipe.family, recipe.settings.data) == ("red", "red")
    assert (recipe.game.G.lr.start, recipe.game.D.lr.start) == (0.1, 0.1)
    small = ("--steps", "60", "--sample-every", "20", "--threads", "1")
    assert main(["train", "red", *small, "--outdir", str(tmp_path)]) == 0
    run = tmp_path / "0000-red-red"
    rows = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == [10, 20, 30, 40, 50, 60]
    assert math.isfinite(rows[-1]["G(0.5) with biases: blue"])
    page = (run / "report.html").read_text()
    for words in (
        "The colour over training",
        "G(0) = σ(v · 0) = σ(0) = ½",
        "without biases, after 60 steps",
        "With biases, over the last tenth",
    ):
        assert words in page
    assert "lectures&#x27; worked example" in page
