"""When a run's checkpoints are written, and how long a disk may refuse."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from torch import Tensor

from ganvas import checkpoint
from ganvas.errors import StorageError, UsageError
from ganvas.events import Event, Saved, Warned
from ganvas.recipe import Settings

SECONDS = 60.0
"""Between two checkpoints, where `save_every` does not say otherwise."""
FAILURES = 3
"""Saves in a row that may fail before the run stops."""
State = tuple[dict[str, Tensor], dict[str, Any]]


class Saving:
    """Writes checkpoints into `folder`; None keeps none."""

    def __init__(self, folder: Path | None, settings: Settings) -> None:
        self.folder, self._settings = folder, settings
        self.stored = -1
        """The step of the newest checkpoint."""
        self._last, self._failed = time.monotonic(), 0
        self._kept: list[Path] = []

    def begin(self) -> None:
        """Starts the time to the next checkpoint anew."""
        self._last = time.monotonic()

    def due(self, step: int) -> bool:
        """Whether a checkpoint is to be written after `step`."""
        if self.folder is None:
            return False
        if self._settings.save_every:
            return step % self._settings.save_every == 0
        return time.monotonic() - self._last >= SECONDS

    def save(self, step: int, state: State) -> Saved:
        """Writes a checkpoint; StorageError where the disk refuses."""
        if self.folder is None:
            raise UsageError("This trainer has no folder to save to; give it one.")
        path = checkpoint.save(self.folder, step, *state)
        known = [kept for kept in self._kept if kept != path]  # the new one is read back
        self._kept = checkpoint.prune(self.folder, self._settings.keep, known)
        self._last, self.stored = time.monotonic(), step
        return Saved(step, path)

    def attempt(self, step: int, state: State) -> Iterator[Event]:
        """Saves, or warns where the disk refuses; raises when it has done so too often."""
        try:
            yield self.save(step, state)
            self._failed = 0
        except StorageError as error:
            self._failed += 1
            self._last = time.monotonic()
            if self._failed >= FAILURES:
                raise
            yield Warned(step, f"{error} Training goes on; the next save is tried.")

    def newest(self) -> str:
        """Where the last good checkpoint is, as a sentence for a message."""
        if self.folder is None:
            return "No checkpoints are kept."
        try:
            return f"The last good checkpoint is {checkpoint.latest(self.folder).path}."
        except StorageError:
            return "There is no good checkpoint yet."
