"""When a run is over, and when it draws."""

from __future__ import annotations

import math

from ganvas.recipe import Settings


def budgets(
    settings: Settings, steps: int, epochs: float, seconds: float
) -> list[tuple[float, float, str]]:
    """What is spent, of what, and its name, for each budget that is set."""
    spent = {"steps": steps, "epochs": epochs, "minutes": seconds / 60}
    limits = {"steps": settings.steps, "epochs": settings.epochs, "minutes": settings.minutes}
    return [(spent[k], limit, k) for k, limit in limits.items() if limit is not None]


def marks(epoch: float) -> int:
    """How many of the epochs 1, 3, 10, 30, 100, … have been passed.

    >>> [marks(epoch) for epoch in (0.9, 1, 2.9, 3, 10, 29, 30, 1000)]
    [0, 1, 1, 2, 3, 3, 4, 7]
    """
    if epoch < 1:
        return 0
    tens = math.floor(math.log10(epoch) + 1e-12)
    return 1 + 2 * tens + int(epoch / 10**tens >= 3)
