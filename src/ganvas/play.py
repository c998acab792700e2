"""One step of a game as the engine sees it: a clock, draws, and the losses of each turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor

from ganvas.data.batches import Batch
from ganvas.errors import GameError
from ganvas.game import Game, Moment, Nets, Terms, Turn

Source = Callable[[int, int, int], Batch]
"""(number, part, parts) -> that part of the number-th minibatch; see `data.stream.Stream`."""


@dataclass
class Clock:
    """How far a run has come."""

    step: int = 0
    draws: int = 0
    images: int = 0


class Side(NamedTuple):
    """One loss of a turn: who moves, and the terms summed over the micro-batches."""

    players: tuple[str, ...]
    terms: Terms

    @property
    def name(self) -> str:
        """`D`, or `G+Q` for one loss of two players."""
        return "+".join(self.players)


class Play:
    """One micro-batch's run through `turns`, with its own moment and its own count of draws."""

    def __init__(
        self,
        game: Game,
        nets: Nets,
        source: Source,
        moment: Moment,
        first: int,
        part: int,
        parts: int,
    ) -> None:
        self.moment = moment
        self.draws, self.rows = 0, 0

        def draw() -> Batch:
            batch = source(first + self.draws, part, parts)
            self.draws += 1
            self.rows += len(batch[0])
            return batch

        self.turns: Iterator[Turn] = game.turns(nets, draw, moment)


def losses_of(turn: Turn) -> list[Side]:
    """The losses of a turn in one form, with what a family may get wrong said in words."""
    if isinstance(turn, dict):
        sides = [Side((player,), terms) for player, terms in turn.items()]
    elif not isinstance(turn, tuple) or len(turn) != 2 or not isinstance(turn[1], dict):
        raise GameError('A turn is `yield "D", {"real": loss, …}`; see docs/extending.md.')
    else:
        player, terms = turn
        sides = [Side((player,) if isinstance(player, str) else tuple(player), terms)]
    if not sides or not all(side.terms for side in sides):
        raise GameError("A turn names a player and at least one term.")
    for side in sides:
        for name, value in side.terms.items():
            if not isinstance(value, Tensor) or value.ndim != 0:
                got = tuple(value.shape) if isinstance(value, Tensor) else type(value).__name__
                raise GameError(
                    f"The term {side.name}/{name} must be one number (a 0-d tensor), got {got}; "
                    "take its mean."
                )
    return sides
