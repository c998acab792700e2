"""Writing a file so that its reader finds the old content or the new, even after a power cut."""

from __future__ import annotations

import os
from pathlib import Path

from ganvas.errors import StorageError


def settle(folder: Path) -> None:
    """Forces the names in `folder` to the disk; the fsync of a file does not cover its name."""
    if os.name == "nt":
        return  # Windows opens no folder
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def replace(path: Path, content: bytes) -> None:
    """Writes `content` beside `path` and moves it there; StorageError where the disk refuses."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        try:
            with beside.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, path)
            settle(path.parent)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}.") from error
