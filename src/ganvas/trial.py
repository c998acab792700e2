"""A family of one's own makes one step and draws, on trial, before a run begins."""

from __future__ import annotations

import copy
import inspect
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ganvas import drawing, state
from ganvas.data.batches import Batch, DataSpec
from ganvas.engine import Engine
from ganvas.errors import GameError, GanvasError
from ganvas.game import Game, Moment, Nets
from ganvas.play import Play, losses_of


def built(game: Game, *options: Any) -> Nets:
    """`state.build`; GameError where the code of one's own game raises."""
    with told(game):
        return state.build(game, *options)


def tried(engine: Engine, data: DataSpec) -> None:
    """Raises GameError where the turns or the samples of one's own game fail; nothing moves.

    A built-in game is not tried: `ganvas check` has done so.
    """
    game = engine.game
    if type(game).__module__.startswith("ganvas."):
        return
    nets, parts = copy.deepcopy(engine.nets), engine.micro * engine.ranks.count
    t = Moment(seed=0, device=engine.device, parts=parts, held=engine.micro)
    with told(game), engine.precision():
        if not game.into:
            _draw(game, copy.deepcopy(nets).eval(), engine.source(0, 0, parts), t, data)
        for turn in Play(game, nets, engine.source, t, 0, 0, parts).turns:
            losses_of(turn)


def _draw(game: Game, nets: Nets, batch: Batch, t: Moment, data: DataSpec) -> None:
    shape = tuple(drawing.made(game, nets, batch, t).shape[1:])
    if shape != tuple(data.shape):
        raise GameError(
            f"{type(game).__name__} draws samples of {shape}, those of {data.name!r} are of "
            f"{tuple(data.shape)}; nn.Unflatten(1, {tuple(data.shape)}) gives numbers that shape."
        )


@contextmanager
def told(game: Game) -> Iterator[None]:
    """What the code of one's own game raises, as one sentence that names the line."""
    try:
        yield
    except GanvasError:
        raise
    except Exception as error:  # whatever a family's code raises
        file, frames = _file(type(game)), traceback.extract_tb(error.__traceback__)
        own = [f" at line {frame.lineno} of {file}" for frame in frames if frame.filename == file]
        said = [type(error).__name__, *str(error).strip().splitlines()[:1]]
        name, at = type(game).__name__, own[-1] if own else ""
        raise GameError(f"{name} fails on trial{at}: {': '.join(said)}.") from error


def _file(kind: type) -> str | None:
    try:
        return inspect.getsourcefile(kind)
    except TypeError:  # a class typed into an interpreter
        return None
