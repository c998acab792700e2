"""The largest micro-batch that fits into memory, found by steps of growing size."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from ganvas import memory
from ganvas.errors import UsageError
from ganvas.play import Clock
from ganvas.trainer import Trainer

FIRST = (4, 8)
"""Images of the steps that are measured in any case; they must fit."""


@dataclass(frozen=True, kw_only=True)
class Fit:
    """What was found."""

    batch: int
    """Images of a whole step, of this process."""
    micro: int
    """Images held at a time; divides `batch`."""
    need: int
    """Bytes that a step will hold at its peak, beside what the process holds now."""
    room: int
    """Bytes that were free, and may be planned with."""

    def __str__(self) -> str:
        what = "whole" if self.micro == self.batch else f"in micro-batches of {self.micro:,}"
        return (
            f"{self.batch:,} images {what}: about {memory.said(self.need)} at the peak, "
            f"of {memory.said(self.room)} that may be planned with"
        )


def fit(trainer: Trainer, batch: int, sharing: int = 1) -> Fit:
    """The largest divisor of `batch` whose step fits, by steps that `trainer` is made to take.

    Its steps grow twofold as long as the next one is foreseen to fit, so that memory is never
    filled to see whether it is full; `trainer` is of no use for training then.

    Args:
        trainer: of the game and the data; its own batch plays no part.
        batch: images of a whole step.
        sharing: processes that take of the same memory.

    Raises:
        UsageError: nothing on this system tells how much is free, or not one image fits.
    """
    device = trainer.device
    free = memory.free(device)
    if free is None:
        raise UsageError("How much memory is free cannot be known here; give --batch a number.")
    room = int(memory.SHARE * free / sharing)
    base = memory.now(device)
    levels: dict[int, int] = {}
    size = min(FIRST[0], batch)
    while size not in levels:
        try:
            levels[size] = max(_peak(trainer, size) - base, *levels.values(), 0)
        except torch.OutOfMemoryError:
            break
        larger = min(2 * size, batch)
        if larger <= FIRST[1] or _foreseen(levels, larger) <= room:
            size = larger
    divisors = (n for n in range(1, batch + 1) if batch % n == 0)
    fitting = [n for n in divisors if levels and _foreseen(levels, n) <= room]
    if not fitting:
        raise UsageError(
            f"Not even micro-batches of one image fit into {memory.said(room)}; narrower networks "
            "or a smaller --size need less."
        )
    micro = max(fitting)
    return Fit(batch=batch, micro=micro, need=_foreseen(levels, micro), room=room)


def _foreseen(levels: dict[int, int], size: int) -> int:
    """Bytes of a step of `size` images, on the line through the two largest that were measured."""
    *_, last = levels
    before = max((n for n in levels if n < last), default=0)
    slope = (levels[last] - levels.get(before, 0)) / (last - before)
    return int(levels[last] + max(slope, 0.0) * (size - last))


def _peak(trainer: Trainer, size: int) -> int:
    """The most that is held while the run's first two steps are made with `size` images."""
    engine = trainer.engine
    engine.source = trainer.stream.resized(size)
    engine.micro, engine.clock = 1, Clock()  # a penalty that comes now and then comes at step 0
    memory.begin(trainer.device)
    trainer.step()
    trainer.step()
    return memory.peak(trainer.device)
