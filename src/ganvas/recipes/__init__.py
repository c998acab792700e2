"""Runs known to work: each file holds functions that return a `Recipe`, evidence beside them."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING

from ganvas import families
from ganvas.errors import UsageError, unknown

if TYPE_CHECKING:
    from ganvas.recipe import Recipe

HERE = Path(__file__).parent
DEFAULT = "digits"
"""What `ganvas train` trains."""
PICTURES = "photos"
"""What `ganvas train FOLDER` trains."""


def names() -> dict[str, str]:
    """The recipes' names and first sentences; no torch."""
    return families.names(HERE)


def find(name: str) -> Recipe:
    """The recipe called `name`; UsageError where there is none."""
    if name not in names():
        raise unknown("recipe", name, names())
    module = importlib.import_module(f"ganvas.recipes.{name.replace('-', '_')}")
    recipe: Recipe = module.recipe()
    return recipe


def resolve(what: str | None, family: str | None = None) -> Recipe:
    """What `ganvas train WHAT` means: `file.py:Class`, a .toml, a recipe, a family, a folder."""
    from ganvas.model import recipe_of
    from ganvas.recipe import Recipe, Settings, read

    budget = Settings(minutes=5)
    if what is None:
        return find(DEFAULT)
    if ".py:" in what:
        kind, source = families.own(what)
        recipe = Recipe(game=kind(), family=kind.__name__, source=source, settings=budget)
        return recipe.merged(kind.usual)
    if what.endswith(".py"):
        raise UsageError(f"A family of one's own is file.py:Class, as in {what}:MyGAN.")
    if what.endswith(".toml"):
        return recipe_of(read(Path(what)), family)
    if what in names():
        return find(what)
    if what in families.names():
        kind = families.find(what)
        return Recipe(game=kind(), family=what, settings=budget).merged(kind.usual)
    if Path(what).is_dir():
        return find(PICTURES).merged({"data": what})
    if len(Path(what).parts) > 1:
        raise UsageError(f"There is no folder {what!r}.")
    raise unknown("family, recipe or folder", what, [*names(), *families.names()])
