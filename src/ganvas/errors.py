"""What can go wrong, said for people: what was expected, what was given, what to do.

    GanvasError
    ├── UsageError      2   an option, a name or a file the user gave
    │   └── GameError   2   a family breaks the contract of `Game`
    ├── DataError       3   a data set that cannot be had or read
    ├── TrainingError   4   training failed: a loss or gradient that is not finite
    └── StorageError    5   the disk or a file of a run: full, locked, damaged

The number is the exit code of the command line. A stop by signal exits with 130 or 143.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class GanvasError(Exception):
    """The root; catch it to catch everything that ganvas raises on purpose."""

    exit_code = 1


class UsageError(GanvasError):
    """The user's input: an unknown name, a value out of range, options that do not go together."""

    exit_code = 2


class GameError(UsageError):
    """A family that breaks the contract of `Game`, such as a turn of an unknown player."""


class DataError(GanvasError):
    """A data set that cannot be found, downloaded or read."""

    exit_code = 3


class TrainingError(GanvasError):
    """Training failed; nothing that is not finite has reached a weight."""

    exit_code = 4
    shared = False
    """Whether all processes of the run raise it, after the same step."""


class StorageError(GanvasError):
    """The disk, or a file of a run: full, read-only, in use, damaged."""

    exit_code = 5


def out_of_memory(error: Exception) -> bool:
    """Whether `error` says that the memory does not suffice, of the machine or of a card."""
    known = isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError"
    return known or "can't allocate memory" in str(error)


def reason(error: Exception) -> str:
    """What `error` says; where it is the system's, without its number and file.

    >>> reason(PermissionError(13, "Permission denied", "x.png"))
    'Permission denied'
    """
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def unknown(kind: str, name: str, known: Iterable[str]) -> UsageError:
    """The error for an unknown `name`, with the nearest valid one.

    >>> str(unknown("family", "gna", ["gan", "wgan"]))
    "Unknown family 'gna'; did you mean 'gan'?"
    """
    names = sorted({*known})
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(names)}."
    return UsageError(f"Unknown {kind} {name!r}; {hint}")
