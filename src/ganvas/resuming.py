"""What a run may go on with: where that is not what it was, it is refused, or told of."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from ganvas.checkpoint import Checkpoint
from ganvas.data.two import Data
from ganvas.engine import Engine
from ganvas.errors import UsageError
from ganvas.game import Game
from ganvas.recipe import Recipe, changes, is_fixed


def refuse(saved: Checkpoint, data: Data) -> None:
    """Raises UsageError where the data have changed since `saved`."""
    if saved.info["data"]["fingerprint"] != data.fingerprint:
        raise UsageError(
            f"{data.name!r} is no longer the data that this run was trained on "
            "(its content has another SHA-256). Start a new run for changed data."
        )


def played(saved: Checkpoint, game: Game) -> Game:
    """`game` as it was when the run was saved; UsageError where its networks would be others."""
    was = Recipe(game=game).merged({"game": saved.info["game"]}).game
    for name, (then, now) in changes(was, game).items():
        if is_fixed(game, name):
            raise UsageError(
                f"This run was trained with {name} = {then} and cannot go on with {now}; put "
                f"{then} back where its config.toml was edited."
            )
    return was


def micro_batches(saved: Checkpoint, engine: Engine) -> int:
    """The micro-batches of each process with which `engine` goes on as `saved` would have.

    A sum of two is the same in any order, so that two processes and two micro-batches of one are
    equal to the bit; more parts are rounded in the order in which they are added.

    Raises:
        UsageError: another number of processes would compute something else.
    """
    processes, micro = saved.info.get("processes", 1), saved.info.get("micro", engine.micro)
    now = engine.ranks.count
    if processes == now:
        return int(micro)
    if processes * micro == 2 and now <= 2 and not engine.game.mixes_samples:
        return 2 // now
    reason = (
        "their losses mix the samples of a process"
        if engine.game.mixes_samples
        else ("gradients of other parts, added in another order, are rounded otherwise")
    )
    raise UsageError(
        f"This run was trained by {processes} process{'es' * (processes > 1)} and is resumed by "
        f"{now}, which is not the same run: {reason}. Use as many as before: --nproc {processes}."
    )


def differences(saved: Checkpoint, precision: str) -> Iterator[str]:
    """What is not as when the run was saved, so that what follows is rounded otherwise."""
    made = saved.made_with | {"precision": saved.info["precision"]}
    here = {
        "torch": torch.__version__,
        "precision": precision,
        "threads": torch.get_num_threads(),
    }
    for what, now in here.items():
        if made[what] != now:
            yield (
                f"Saved with {what} {made[what]}, resumed with {now}: what follows is not, to "
                "the bit, what an unbroken run would have done."
            )
