"""The table: all rows, section by section."""

from __future__ import annotations

from ganvas.theory import chance, equal, judge, minibatch, push, shell, transport
from ganvas.theory.row import Row

SECTIONS = ("judge", "value", "equal", "push", "lines", "chance", "shell", "minibatch")


def table(seed: int = 0) -> list[Row]:
    """Every row, in the order of the sections; a quarter of a minute on two slow cores.

    Args:
        seed: of the densities, and of everything that is drawn.
    """
    return [
        *judge.rows(seed),
        *equal.rows(seed),
        *push.rows(seed),
        *transport.rows(),
        *chance.rows(seed),
        *shell.rows(seed),
        *minibatch.rows(seed),
    ]
