"""What a run will take in memory and time, by a few of its steps."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from torch import Tensor

from ganvas import device, memory
from ganvas.recipe import Settings
from ganvas.trainer import Trainer

WARM, LEAST, MOST = 2, 3, 200
"""Steps before the measure, and the fewest and the most that are measured."""


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """Bytes and seconds of a run, less measures, checkpoints, report and the time of pictures."""

    step: float
    """Seconds of a training step."""
    batch: int
    """Images that a step shows."""
    measured: int
    """Steps that these numbers are a mean of."""
    peak: int
    """The most that the process held, everything in it counted (on CUDA: on the device)."""
    weights: int
    """Networks with their buffers, and the averages."""
    optimizer: int
    """What the optimizers keep beside the weights."""
    done: tuple[int, int, float] = (0, 0, 0.0)
    """Steps, images and seconds of the run before, where it is resumed."""

    @property
    def per_kimg(self) -> float:
        """Seconds for 1,000 images."""
        return 1000 * self.step / self.batch

    def until(self, settings: Settings, count: int) -> tuple[str, float]:
        """The budget that ends the run first, in words, and seconds from now until then.

        `count`: samples of the data set. ("", infinity) where no budget is set.
        """
        spans = [("", float("inf"))]
        steps, images, seconds = self.done
        if settings.steps is not None:
            spans.append((f"{settings.steps:,} steps", (settings.steps - steps) * self.step))
        if settings.epochs is not None:
            left = -(-(settings.epochs * count - images) // self.batch)
            spans.append((f"{settings.epochs:g} epochs", left * self.step))
        if settings.minutes is not None:
            spans.append((f"{settings.minutes:g} minutes", settings.minutes * 60 - seconds))
        budget, span = min(spans, key=lambda span: span[1])
        return budget, max(0.0, span)


def forecast(trainer: Trainer, seconds: float = 2.0) -> Forecast:
    """Takes steps of `trainer` for about so many seconds; it is of no use for training then."""
    memory.begin(trainer.device)
    done = (trainer.clock.step, trainer.clock.images, trainer.seconds)
    for _ in range(WARM):
        trainer.step()
    engine, images = trainer.engine, trainer.clock.images
    one = _timed(trainer, 1)
    steps = trainer.ranks.told(_whole(int(seconds / one), trainer.game.period))  # all make as many
    passed = _timed(trainer, steps)
    state = (s for o in engine.optimizers.values() for s in o.state.values())
    if trainer.ranks.first:
        trainer.draw()  # its pictures need more than a small batch
    return Forecast(
        done=done,
        step=passed / steps,
        batch=(trainer.clock.images - images) // (1 + steps),
        measured=steps,
        peak=memory.peak(trainer.device),
        weights=_bytes(engine.nets.state_dict().values())
        + _bytes(engine.ema.shadow.state_dict().values()),
        optimizer=_bytes(value for slots in state for value in slots.values()),
    )


def lines(found: Forecast, trainer: Trainer) -> Iterator[str]:
    """The forecast as lines for people."""
    where, settings = trainer.device, trainer.settings
    yield (
        f"measured by {found.measured} steps of {found.batch} images on {where.type}, "
        f"{settings.threads} thread{'s' * (settings.threads > 1)}, {trainer.precision.name}"
    )
    free = memory.free(where)
    yield (
        f"memory   {memory.said(found.peak)} at the peak of training, of which weights "
        f"{memory.said(found.weights)}, optimizer {memory.said(found.optimizer)}; "
        f"{'unknown' if free is None else memory.said(free)} free"
    )
    yield (
        f"speed    {found.per_kimg:.3g} s for 1,000 images, {1000 / found.per_kimg:,.0f} img/s, "
        f"{1000 * found.step:.3g} ms a step"
    )
    budget, seconds = found.until(settings, len(trainer.data))
    if not budget:
        yield "budget   none: it trains until it is stopped"
        return
    steps = seconds / found.step
    yield (
        f"budget   {budget}{f', {found.done[0]:,} steps done' if found.done[0] else ''}: "
        f"{duration(seconds)}, about {steps:,.0f} steps, {steps * found.batch / 1000:,.0f} kimg"
    )


def duration(seconds: float) -> str:
    """Seconds for people.

    >>> [duration(s) for s in (2.5, 75, 3 * 3600, 200 * 3600)]
    ['2.5 s', '1 min 15 s', '3 h 0 min', '8 d 8 h']
    """
    if seconds < 60:
        return f"{seconds:.2g} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, rest = divmod(round(seconds / 60), 60)
    if hours < 24:
        return f"{hours} h {rest} min"
    days, rest = divmod(round(seconds / 3600), 24)
    return f"{days} d {rest} h"


def _whole(steps: int, period: int) -> int:
    """About so many steps, of whole periods, so that what comes now and then weighs as it will."""
    steps = min(max(LEAST, steps), MOST)
    return min(max(1, round(steps / period)) * period, MOST)


def _bytes(tensors: Iterable[Tensor]) -> int:
    """Bytes of all the tensors together."""
    return sum(tensor.nbytes for tensor in tensors)


def _timed(trainer: Trainer, steps: int) -> float:
    """Seconds of so many steps, until an accelerator has done them too."""
    device.wait(trainer.device)
    began = time.perf_counter()
    for _ in range(steps):
        trainer.step()
    device.wait(trainer.device)
    return time.perf_counter() - began
