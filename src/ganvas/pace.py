"""When a run is over, and when it draws."""

from __future__ import annotations

import math

from ganvas.play import Clock
from ganvas.recipe import Settings


def budgets(
    settings: Settings, steps: int, epochs: float, seconds: float
) -> list[tuple[float, float, str]]:
    """What is spent, of what, and its name, for each budget that is set."""
    spent = {"steps": steps, "epochs": epochs, "minutes": seconds / 60}
    limits = {"steps": settings.steps, "epochs": settings.epochs, "minutes": settings.minutes}
    return [(spent[k], limit, k) for k, limit in limits.items() if limit is not None]


def spent(settings: Settings, steps: int, epochs: float, seconds: float) -> str | None:
    """The first budget that is spent, in words, if there is one."""
    over = [
        f"{limit:g} {name} done"
        for done, limit, name in budgets(settings, steps, epochs, seconds)
        if done >= limit
    ]
    return over[0] if over else None


def progress(settings: Settings, steps: int, epochs: float, seconds: float) -> float:
    """The share that is spent of the budget nearest to its end, 0 to 1."""
    found = budgets(settings, steps, epochs, seconds)
    return max((done / limit for done, limit, _ in found if limit), default=0.0)


def draws(settings: Settings, clock: Clock, before: int, count: int) -> bool:
    """Whether samples are drawn now, `before` images having been shown before the last step.

    `count`: samples of the data set.
    """
    if settings.sample_every:
        return clock.step % settings.sample_every == 0
    return marks(before / count) != marks(clock.images / count)


def measures(settings: Settings, clock: Clock, before: int) -> bool:
    """Whether samples are measured now, `before` images having been shown before the last step."""
    every = 1000 * settings.measure_every
    return bool(every) and before // every != clock.images // every


def marks(epoch: float) -> int:
    """How many of the epochs 1, 3, 10, 30, 100, … have been passed.

    >>> [marks(epoch) for epoch in (0.9, 1, 2.9, 3, 10, 29, 30, 1000)]
    [0, 1, 1, 2, 3, 3, 4, 7]
    """
    if epoch < 1:
        return 0
    tens = math.floor(math.log10(epoch) + 1e-12)
    return 1 + 2 * tens + int(epoch / 10**tens >= 3)
