"""Recipes resolve by name and by what is trained on, and play."""

import importlib
import inspect
import re
from pathlib import Path

import pytest
from PIL import Image

from ganvas import Trainer, recipes
from ganvas.data import load
from ganvas.errors import UsageError

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("digits", "digits"),
        ("mixtures", "toy:ring8"),
        ("mixtures", "toy:grid25"),
        ("images", "digits"),
        ("photos", "digits"),
        ("classes", "digits"),
        ("codes", "digits"),
    ],
)
def test_a_recipe_plays_with_its_data(name, data):
    recipe = recipes.resolve(name).merged({"data": data, "steps": 1, "batch": 8})
    trainer = Trainer(recipe.game, recipe.settings.data, settings=recipe.settings)
    assert len(list(trainer)) > 1
    assert trainer.clock.step == 1


def test_a_folder_is_trained_by_the_recipe_for_pictures(tmp_path):
    for i in range(3):
        Image.new("RGB", (70, 90), (80 * i, 40, 200)).save(tmp_path / f"{i}.png")
    recipe = recipes.resolve(str(tmp_path))
    assert recipe.game == recipes.find("photos").game
    assert recipe.settings.data == str(tmp_path)
    trainer = Trainer(recipe.game, load(tmp_path), settings=recipe.settings)
    trainer.step()
    assert trainer.data.spec.shape == (3, 64, 64)
    assert trainer.game.augment == ("colour", "translation", "cutout")
    assert trainer.drawing_nets().G is not trainer.engine.nets.G  # the average


@pytest.mark.parametrize("name", recipes.names())
def test_what_a_recipe_refers_to_is_there(name):
    """Its evidence is a page, and made by a command that exists."""
    module = importlib.import_module(f"ganvas.recipes.{name}")
    told = inspect.getdoc(module.recipe)
    for path in re.findall(r"(?:docs|benchmarks)/[\w/-]+\.(?:md|py)", told):
        assert (ROOT / path).is_file(), path
    assert "Evidence:" in told


def test_nothing_named_is_the_digits():
    assert recipes.resolve(None).settings.data == "digits"


def test_an_unknown_name_is_refused_with_the_nearest():
    with pytest.raises(UsageError, match="did you mean 'mixtures'"):
        recipes.resolve("mixture")
