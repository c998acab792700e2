"""What is told before a run: options that were set though nothing reads them."""

import pytest

from ganvas import GAN, Recipe, Trainer, families, recipes
from ganvas.events import Warned


def told(game):
    events = Trainer(game, "digits", steps=1, batch=4)._pending
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
