"""What a user should know of a run before it begins."""

from __future__ import annotations

from collections.abc import Iterator

from ganvas.engine import Engine
from ganvas.game import Game
from ganvas.recipe import flat, plain


def doubts(asked: Game, engine: Engine, samples: int) -> Iterator[str]:
    """What the data decided, what game and networks say of each other.

    Args:
        asked: the game as the user gave it.
        engine: of the game that is played.
        samples: how many there are.
    """
    game, ranks = engine.game, engine.ranks
    before, after = flat(plain(asked)), flat(plain(game))
    for name in (name for name in after if after[name] != before.get(name)):
        yield f"{name} = {after[name]}, decided by the data ({samples:,} samples)."
    yield from game.review(engine.nets)
    if engine.micro * ranks.count > 1 and game.mixes_samples:
        parts = "micro-batches" if ranks.count == 1 else "the processes' shares"
        yield f"The losses mix samples, so {parts} are not the whole batch."
