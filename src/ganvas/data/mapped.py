"""Pictures that do not fit into memory: a file in the cache, mapped, of which a batch is read.

The system keeps in memory what was read last and there is room for; the numbers are the same.
"""

from __future__ import annotations

import json
import math
import os
import shutil
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import torch
from filelock import FileLock
from numpy.typing import NDArray
from torch import Tensor

from ganvas.data import cache
from ganvas.errors import StorageError
from ganvas.files import replace

LIMIT = 2**31
"""Bytes of pictures that are held in memory; more are mapped from a file."""
Pixels = NDArray[np.uint8]


def rows(
    key: str, shape: tuple[int, ...], fill: Callable[[Pixels], dict[str, Any]]
) -> tuple[Tensor, dict[str, Any]]:
    """Bytes of `shape` that `fill` writes, and the facts that it returns.

    Up to `LIMIT` they are in memory. Beyond, they are in a file of the cache, which is filled once
    for each `key` and mapped; a second process waits for the first.

    Args:
        key: names the content; another content has another key.
        shape: (N, …).
        fill: writes the bytes row by row into what it is given, and returns facts that JSON holds.

    Raises:
        StorageError: the cache cannot be written, or the disk has no room.
    """
    size = math.prod(shape)
    if size <= LIMIT:
        pixels = np.empty(shape, np.uint8)
        facts = fill(pixels)
        return torch.from_numpy(pixels), facts
    folder = cache.folder() / "mapped"
    bytes_, told = folder / f"{key}.u8", folder / f"{key}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / f"{key}.lock"):
            if not told.exists():  # it is written last
                _fill(bytes_, shape, fill, told)
        facts = json.loads(told.read_text())
    except OSError as error:
        raise StorageError(f"{folder} cannot be written: {error.strerror}.") from error
    whole = torch.from_file(str(bytes_), shared=False, size=size, dtype=torch.uint8)
    return whole.view(shape), facts


def _fill(
    path: Path, shape: tuple[int, ...], fill: Callable[[Pixels], dict[str, Any]], told: Path
) -> None:
    size, free = math.prod(shape), shutil.disk_usage(path.parent).free
    if size > free:
        raise StorageError(
            f"{path.parent} would take {size:,} bytes, but {free:,} are free; let GANVAS_CACHE "
            "name a folder with more room, or take a smaller --size."
        )
    beside = path.with_suffix(f".{os.getpid()}")
    try:
        pixels = np.memmap(beside, np.uint8, "w+", shape=shape)
        facts = fill(pixels)
        pixels.flush()
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    replace(told, json.dumps(facts).encode())


def key_of(paths: Iterable[str], *rest: object) -> str:
    """The key of what is made from these files, as long as none of them changes."""
    digest = sha256(repr(rest).encode())
    for path in paths:
        state = os.stat(path)
        digest.update(repr((os.path.abspath(path), state.st_size, state.st_mtime_ns)).encode())
    return digest.hexdigest()[:32]
