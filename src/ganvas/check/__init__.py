"""The contract that every game passes, built-in or one's own: `ganvas check my_gan.py:MyGAN`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

from ganvas.check.probe import Broken, Probe, first_taken, small_sets
from ganvas.check.promises import GATES, PROMISES
from ganvas.errors import GanvasError
from ganvas.game import Game
from ganvas.recipe import Recipe

__all__ = ["PROMISES", "Broken", "Probe", "Result", "check"]


@dataclass(frozen=True)
class Result:
    """What came of one promise."""

    promise: str
    broken: str = ""
    """How it was broken; empty where it was kept."""


def check(game: Game) -> Iterator[Result]:
    """Tries every promise on `game`, at the size that its `quick` says.

    Where no turn can be made, the others are not tried.
    """
    game = Recipe(game=game).merged({"game": game.quick}).game
    probe = Probe(game, first_taken(game, chain(*small_sets())))
    for promise, test in PROMISES.items():
        result = _try(probe, promise, test)
        yield result
        if result.broken and test in GATES:
            return


def _try(probe: Probe, promise: str, test: Callable[[Probe], None]) -> Result:
    try:
        test(probe)
    except (Broken, GanvasError) as error:
        return Result(promise, str(error))
    except Exception as error:  # whatever a family's code raises is its report
        return Result(promise, f"{type(error).__name__}: {error}")
    return Result(promise)
