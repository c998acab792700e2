"""What is told before a run: options that were set though nothing reads them."""

import pytest
import torch

from ganvas import GAN, Recipe, Trainer, families, recipes
from ganvas.data import Dataset, TwoDomains
from ganvas.events import Warned
from ganvas.families.discogan import DiscoGAN
from ganvas.families.pix2pix import Pix2Pix
from ganvas.optim import Optim
from ganvas.options import Schedule


def told(game, data="digits", **settings):
    events = Trainer(game, data, **{"steps": 1, "batch": 4} | settings)._pending
    told = [event.message for event in events if isinstance(event, Warned)]
    return [text for text in told if "decided by the data" not in text]


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("gan", {"gamma": 5.0}, "gamma = 5.0 has no effect with penalty = none."),
        ("gan", {"every": 4}, "every = 4 has no effect with penalty = none."),
        (
            "lsgan",
            {"loss": "hinge", "g_target": 0.5},
            "g_target = 0.5 has no effect with loss = hinge.",
        ),
        ("gan", {"width": 128}, "width = 128 has no effect with network = mlp."),
        (
            "dcgan",
            {"g_hidden": [9], "width": 4},
            "g_hidden = [9] has no effect with network = dcgan.",
        ),
        ("gan", {"G": {"momentum": 0.5}}, "G.momentum = 0.5 has no effect with method = adam."),
        (
            "gan",
            {"D": {"method": "sgd", "beta1": 0.1}},
            "D.beta1 = 0.1 has no effect with method = sgd.",
        ),
    ],
)
def test_an_option_that_nothing_reads_is_told(name, options, said):
    assert told(Recipe(game=families.find(name)()).merged({"game": options}).game) == [said]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("gan", {"penalty": "r1", "gamma": 5.0, "every": 2}),
        ("gan", {"loss": "leastsquares", "g_target": 0.5}),
        ("gan", {"network": "dcgan", "width": 4, "norm": "none"}),
        ("gan", {"network": "r3", "width": 8, "group": 4, "blocks": 1}),
        ("gan", {"D": {"method": "sgd", "momentum": 0.5}, "d_hidden": [8]}),
    ],
)
def test_an_option_that_is_read_is_not(name, options):
    assert told(Recipe(game=families.find(name)()).merged({"game": options}).game) == []


def two_domains(paired):
    x = torch.zeros(8, 3, 16, 16, dtype=torch.uint8)
    return TwoDomains("two", Dataset("a", x), Dataset("b", x), paired=paired)


@pytest.mark.parametrize(
    ("game", "said"),
    [
        (DiscoGAN(width=2, matching=0.5), "matching = 0.5 has no effect with variant = paper."),
        (DiscoGAN(width=2, variant="code", matching=0.5), None),
        (Pix2Pix(width=2, layers=1, gan_weight=0.0), "layers = 1 has no effect with gan_weight"),
        (Pix2Pix(width=2, layers=1), None),
    ],
)
def test_an_option_that_no_translation_reads_is_told(game, said):
    found = told(game, two_domains(isinstance(game, Pix2Pix)))
    assert len(found) == (0 if said is None else 1)
    assert said is None or found[0].startswith(said)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"steps": 1001, "batch": 2}, "2,002"),
        ({"steps": 1000, "batch": 2}, None),
        ({"steps": None, "epochs": 2}, "3,594"),
        ({"steps": 1001, "epochs": 1, "batch": 2}, None),
        ({"steps": None, "minutes": 100.0}, None),
    ],
)
def test_a_rate_that_is_0_before_the_end_is_told(settings, said):
    found = told(GAN(G=Optim(lr=Schedule.parse("2e-4:0:2"))), **settings)
    assert found == (
        [f"G.lr is 0 from 2,000 images on, and the run shows {said}: G learns nothing after that."]
        if said
        else []
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            {"gamma": 0.0},
            ["gamma = 0: penalty = r1 weighs nothing and costs its time; use penalty = none."],
        ),
        ({"gamma": "0:1:5"}, []),
        ({"penalty": "none", "gamma": 0.0}, ["gamma = 0.0 has no effect with penalty = none."]),
        ({"every": 16}, []),
        (
            {"every": 1000},
            [
                "every = 1,000 makes the penalty weigh 1,000 times as much in one step; StyleGAN2, "
                "which began with such pauses, has 16."
            ],
        ),
    ],
)
def test_a_penalty_of_no_weight_or_too_seldom_is_told(options, said):
    game = Recipe(game=GAN(penalty="r1")).merged({"game": options}).game
    assert told(game) == said


def test_networks_of_ones_own_may_read_what_they_like():
    class Own(GAN):
        def build(self, data):
            return super().build(data)

    assert told(Own(width=128)) == []


def test_no_recipe_sets_what_nothing_reads():
    for name in recipes.names():
        recipe = recipes.find(name)
        usual = type(recipe.game)()
        idle = [k for k in recipe.game.idle() if getattr(recipe.game, k) != getattr(usual, k)]
        assert idle == []
