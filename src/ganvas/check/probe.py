"""A game with a small data set that it plays with, and engines to try it on."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ganvas import state
from ganvas.data import load
from ganvas.data.dataset import Dataset
from ganvas.data.stream import Stream
from ganvas.engine import Engine
from ganvas.errors import UsageError
from ganvas.game import Game, Moment
from ganvas.recipe import Recipe, plain

BATCH = 16


class Broken(Exception):  # noqa: N818 - it names a promise, not an error
    """A promise that the family does not keep, and how it was seen."""


@dataclass
class Probe:
    """A game with a small data set that it plays with, and engines to try it on."""

    game: Game
    data: Dataset

    def engine(
        self, game: Game | None = None, *, seed: int = 0, batch: int = BATCH, **options: Any
    ) -> Engine:
        """A fresh engine over `game`, or over the one that is checked."""
        game = again(game or self.game)
        nets = options.pop("nets", None) or state.build(game, self.data.spec, seed)
        stream = Stream(self.data, batch, seed, game.range)
        return Engine(game=game, nets=nets, source=stream, seed=seed, **options)

    def digest(self, game: Game, steps: int = 3) -> list[Tensor]:
        """What a short training leaves: the whole state, and samples."""
        engine = self.engine(game)
        for _ in range(steps):
            engine.step()
        return [*state.collect(engine).values(), samples(engine)]


def small_sets(game: Game) -> Iterator[Dataset]:
    """The data that a game can be tried on: as small as there are, 1,024 samples of each."""
    found = False
    for name in ("toy:moons", "digits", "red"):
        whole = load(name)
        try:
            game.accept(whole.spec)
        except UsageError:
            continue
        found = True
        y = None if whole.y is None else whole.y[:1024]
        yield dataclasses.replace(whole, x=whole.x[:1024], y=y)
    if not found:
        raise UsageError(f"{type(game).__name__} accepts none of the sets that checks are made on.")


def again(game: Game) -> Game:
    """An equal game that remembers nothing."""
    return Recipe(game=type(game)()).merged({"game": plain(game)}).game


def samples(engine: Engine, n: int = 8) -> Tensor:
    """What the networks that draw, averaged or live, draw for one fixed noise."""
    nets = engine.ema.nets(engine.nets).eval()
    with torch.no_grad():
        return engine.game.sample(nets, n, None, Moment(seed=0, step="check"))
