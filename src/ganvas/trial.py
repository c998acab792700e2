"""A family of one's own makes one step and draws, on trial, before a run begins."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from ganvas import drawing, state
from ganvas.data.batches import Batch, DataSpec
from ganvas.data.stream import Stream
from ganvas.engine import Engine
from ganvas.errors import GameError, GanvasError, out_of_memory
from ganvas.game import Game, Moment, Nets

ROWS = 8
"""Samples of the trial, or the batch where it has fewer."""


def tried(game: Game, stream: Stream, seed: int, autocast: torch.dtype | None) -> None:
    """Raises GameError where networks, turns or samples of one's own game fail.

    Args:
        game: nothing is done where it is a built-in one, which `ganvas check` has tried.
        stream: of the data, whatever its batch.
        seed: decides the networks.
        autocast: lower precision in which the losses are computed, if any.
    """
    if not is_own(game):
        return
    few = stream.resized(min(ROWS, stream.batch))
    device, data = torch.device(few.device), few.dataset.spec
    with in_words(game):
        nets = state.build(game, data, seed, device, autocast)
        if missing := [name for name in game.players if not hasattr(nets, name)]:
            raise GameError(
                f"{type(game).__name__}.build gives no network to {', '.join(missing)}; each "
                "player, a field that holds an Optim, is an attribute of Nets."
            )
        if not game.into:
            _draw(game, nets.eval(), few(0), Moment(seed=0, device=device), data)
        if not Engine(game=game, nets=nets, source=few, device=device, autocast=autocast).step():
            raise GameError(f"{type(game).__name__}.turns yields no turn, so nobody would learn.")


def _draw(game: Game, nets: Nets, batch: Batch, t: Moment, data: DataSpec) -> None:
    count, *shape = drawing.made(game, nets, batch, t).shape
    name = type(game).__name__
    if tuple(shape) != tuple(data.shape):
        raise GameError(
            f"{name} draws samples of {tuple(shape)}, those of {data.name!r} are of "
            f"{tuple(data.shape)}; nn.Unflatten(1, {tuple(data.shape)}) gives numbers that shape."
        )
    if count != len(batch[0]):
        raise GameError(f"{name} was asked for {len(batch[0])} samples and draws {count}.")


@contextmanager
def in_words(game: Game) -> Iterator[None]:
    """What the code of one's own game raises, as one sentence that names the line."""
    try:
        yield
    except (GanvasError, OSError):
        raise
    except Exception as error:  # whatever a family's code raises
        if out_of_memory(error) or not is_own(game):
            raise
        file, frames = file_of(game), traceback.extract_tb(error.__traceback__)
        own = [f" at line {frame.lineno} of {file}" for frame in frames if frame.filename == file]
        said = [type(error).__name__, *str(error).strip().rstrip(".").splitlines()[:1]]
        name, at = type(game).__name__, own[-1] if own else ""
        raise GameError(f"{name} fails{at}: {': '.join(said)}.") from error


def is_own(game: Game) -> bool:
    """Whether the family is one of the user's own."""
    return not type(game).__module__.startswith("ganvas.")


def file_of(game: Game) -> str | None:
    """The file of the family; None for a class that was typed into an interpreter."""
    try:
        return inspect.getsourcefile(type(game))
    except (TypeError, OSError):
        return None
