"""Writing a file so that its reader finds the old content or the new, never a part."""

from __future__ import annotations

import os
from pathlib import Path

from ganvas.errors import StorageError


def replace(path: Path, content: bytes) -> None:
    """Writes `content` beside `path` and moves it there; StorageError where the disk refuses."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        try:
            beside.write_bytes(content)
            os.replace(beside, path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}.") from error
