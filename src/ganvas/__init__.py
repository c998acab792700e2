"""ganvas: generative adversarial networks, from the pencil example to your own pictures.

    import ganvas

    run = ganvas.train("digits-demo", minutes=1)   # or train(GAN(d_steps=2), "mnist", epochs=3)
    images = run.sample(16, seed=0)                # uint8 (16, 1, 16, 16)

Importing this package does not import torch; the first use of a name does.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ganvas import data as data
    from ganvas.api import train as train
    from ganvas.data.batches import DataSpec as DataSpec
    from ganvas.errors import GanvasError as GanvasError
    from ganvas.families.gan import GAN as GAN
    from ganvas.game import Game as Game
    from ganvas.game import Moment as Moment
    from ganvas.game import Nets as Nets
    from ganvas.game import both as both
    from ganvas.game import still as still
    from ganvas.model import Model as Model
    from ganvas.model import load as load
    from ganvas.optim import Optim as Optim
    from ganvas.options import Schedule as Schedule
    from ganvas.options import fixed as fixed
    from ganvas.recipe import Recipe as Recipe
    from ganvas.recipe import Settings as Settings
    from ganvas.trainer import Trainer as Trainer

__version__ = "0.1.0"

_HOMES = {
    "data": "",
    "DataSpec": "data.batches",
    "GAN": "families.gan",
    "GanvasError": "errors",
    "Game": "game",
    "Model": "model",
    "Moment": "game",
    "Nets": "game",
    "Optim": "optim",
    "Recipe": "recipe",
    "Schedule": "options",
    "Settings": "recipe",
    "Trainer": "trainer",
    "both": "game",
    "fixed": "options",
    "load": "model",
    "still": "game",
    "train": "api",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'ganvas' has no attribute {name!r}")
    if name == "data":
        return importlib.import_module("ganvas.data")
    value = getattr(importlib.import_module(f"ganvas.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return list(__all__)
