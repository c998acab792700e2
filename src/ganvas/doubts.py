"""What a user should know of a run before it begins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, fields

from ganvas.engine import Engine
from ganvas.game import Game
from ganvas.optim import Optim
from ganvas.recipe import Settings, changes, flat, plain


def doubts(asked: Game, engine: Engine, settings: Settings, samples: int) -> Iterator[str]:
    """What the data decided, what game and networks say of each other.

    Args:
        asked: the game as the user gave it.
        engine: of the game that is played.
        settings: how long the run is.
        samples: how many there are.
    """
    game, ranks = engine.game, engine.ranks
    for name, (_, decided) in changes(asked, game).items():
        yield f"{name} = {decided}, decided by the data ({samples:,} samples)."
    yield from _without_effect(game)
    yield from _over(game, settings, samples)
    yield from game.review(engine.nets)
    if engine.micro * ranks.count > 1 and game.mixes_samples:
        parts = "micro-batches" if ranks.count == 1 else "the processes' shares"
        yield f"The losses mix samples, so {parts} are not the whole batch."


def _without_effect(game: Game) -> Iterator[str]:
    """Options that were set, though nothing reads them."""
    if any(f.default is MISSING and f.default_factory is MISSING for f in fields(game)):
        return  # a family of one's own without usual values
    usual, given = type(game)(), flat(plain(game))
    pairs: dict[str, tuple[Game, Game] | tuple[Optim, Optim]] = {"": (game, usual)}
    pairs |= {f"{name}.": (spec, usual.players[name]) for name, spec in game.players.items()}
    for under, (one, other) in pairs.items():
        for name, why in one.idle().items():
            if getattr(one, name) != getattr(other, name):
                yield f"{under}{name} = {given[under + name]} has no effect with {why}."


def _over(game: Game, settings: Settings, samples: int) -> Iterator[str]:
    """Players whose rate is 0 before the run ends."""
    steps = settings.steps and settings.steps * settings.batch
    epochs = settings.epochs and settings.epochs * samples
    shown = min(filter(None, (steps, epochs)), default=0)
    for name, spec in game.players.items():
        last = 1000 * spec.lr.until
        if spec.lr.end == 0 and 0 < last < shown:
            yield (
                f"{name}.lr is 0 from {last:,.0f} images on, and the run shows {shown:,.0f}: "
                f"{name} learns nothing after that."
            )
