"""A game with a small data set that it plays with, and engines to try it on."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from torch import Tensor

from ganvas import drawing, state
from ganvas.data import edges, load, shapes
from ganvas.data.dataset import Dataset
from ganvas.data.domains import TwoDomains
from ganvas.data.stream import Stream
from ganvas.data.two import Data
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
    data: Data

    def engine(self, *, seed: int = 0, batch: int = BATCH, **options: Any) -> Engine:
        """A fresh engine over the game."""
        game = again(self.game)
        nets = options.pop("nets", None) or state.build(game, self.data.spec, seed)
        stream = Stream(self.data, batch, seed, game.range)
        return Engine(game=game, nets=nets, source=stream, seed=seed, **options)

    def digest(self, steps: int = 2, batch: int = 8) -> str:
        """What a short training leaves, the whole state and samples, as a checksum."""
        engine = self.engine(batch=batch)
        for _ in range(steps):
            engine.step()
        checksum = hashlib.sha256()
        for value in (*state.collect(engine).values(), drawn(engine, self.data)):
            checksum.update(repr(value.shape).encode() + value.numpy().tobytes())
        return checksum.hexdigest()


@cache
def small_sets() -> tuple[tuple[Data, ...], ...]:
    """Kinds of points and of images to try games on, one domain and two, 1,024 samples of each."""
    moons, digits, red = (_head(load(name)) for name in ("toy:moons", "digits", "red"))
    y = (moons.x[:, 1] > 0).long()
    told = dataclasses.replace(moons, name="moons", y=y, classes=("low", "high"))
    a, b = (_head(shapes.domain(name, 16)) for name in ("a", "b"))
    rings = TwoDomains("rings", _head(load("toy:ring5")), _head(load("toy:ring10")))
    return (moons, told), (digits, red), (rings,), (TwoDomains("shapes", a, b), edges.paired(b))


def _head(data: Dataset) -> Dataset:
    y = None if data.y is None else data.y[:1024]
    return dataclasses.replace(data, x=data.x[:1024], y=y)


def first_taken(game: Game, sets: Iterable[Data]) -> Data:
    """The first of the sets that the game takes; UsageError where it takes none."""
    for data in sets:
        try:
            game.accept(data.spec)
        except UsageError:
            continue
        return data
    raise UsageError(f"{type(game).__name__} accepts none of the sets that checks are made on.")


def again(game: Game) -> Game:
    """An equal game that remembers nothing."""
    return Recipe(game=type(game)()).merged({"game": plain(game)}).game


def drawn(engine: Engine, data: Data, n: int = 8) -> Tensor:
    """What the networks that draw, averaged or live, make of one fixed noise, or of fixed data."""
    nets = engine.ema.nets(engine.nets).eval()
    batch = Stream(data, n, 1, engine.game.range)(0)
    return drawing.made(engine.game, nets, batch, Moment(seed=0, step="check"))
