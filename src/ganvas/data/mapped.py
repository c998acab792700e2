"""Pictures that memory is not to hold, or only once: a file in the cache, of which a batch is read.

The file is mapped: the system keeps in memory what was read last and there is room for, once for
all processes of the machine. The numbers are the same.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import warnings
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
from ganvas.ranks import neighbours

LIMIT = 2**31
"""Bytes of pictures in colour that a process alone holds in memory; more are mapped from a file."""
VERSION = 1
"""Counted up when the same files give other bytes: decoded, resized or laid out in another way."""
Pixels = NDArray[np.uint8]
Filled = tuple[tuple[int, ...], dict[str, Any]]
"""The shape of what was written, and facts that JSON holds."""


def rows(
    key: str, most: tuple[int, ...], fill: Callable[[Pixels], Filled]
) -> tuple[Tensor, dict[str, Any]]:
    """The bytes that `fill` writes, in the shape that it returns, and its facts.

    Up to `LIMIT` they are in memory. Beyond, and where several processes of the run share this
    machine, they are in a file of the cache, which is filled once for each `key` and mapped; a
    second process waits for the first. A file that is missing or cut short is filled again. Where
    the cache cannot hold what memory can, each process holds it, and a `UserWarning` says so.

    Args:
        key: names the content; another content has another key.
        most: (N, …), the largest shape there can be.
        fill: writes row by row into what it is given, from the first byte on.

    Raises:
        StorageError: beyond `LIMIT`, the cache cannot be written, or the disk has no room.
    """
    small = math.prod(most) <= LIMIT
    if small and neighbours() == 1:
        return _held(most, fill)
    try:
        return _mapped(key, most, fill)
    except StorageError as error:
        if not small:
            raise
        warnings.warn(f"{error} Each process decodes and holds all pictures.", stacklevel=2)
        return _held(most, fill)


def _held(most: tuple[int, ...], fill: Callable[[Pixels], Filled]) -> tuple[Tensor, dict[str, Any]]:
    pixels = np.empty(most, np.uint8)
    shape, facts = fill(pixels)
    x = torch.from_numpy(pixels).flatten()[: math.prod(shape)].view(shape)
    return x if shape[1:] == most[1:] else x.clone(), facts  # lets go of unused channels


def _mapped(
    key: str, most: tuple[int, ...], fill: Callable[[Pixels], Filled]
) -> tuple[Tensor, dict[str, Any]]:
    folder = cache.folder() / "mapped"
    path, told = folder / f"{key}.u8", folder / f"{key}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / f"{key}.lock"):
            shape, facts = _filled(path, told) or _fill(path, told, most, fill)
    except OSError as error:
        raise StorageError(
            f"{folder} cannot be written: {error.strerror}; let GANVAS_CACHE name another."
        ) from error
    x = torch.from_file(str(path), shared=False, size=math.prod(shape), dtype=torch.uint8)
    return x.view(shape), facts


def _filled(path: Path, told: Path) -> Filled | None:
    """What was told of the file at `path`; None unless the file is there and whole."""
    try:
        shape, facts = json.loads(told.read_text())
        whole = path.stat().st_size == math.prod(shape)
    except (OSError, ValueError):
        return None
    return (tuple(shape), facts) if whole else None


def _fill(
    path: Path, told: Path, most: tuple[int, ...], fill: Callable[[Pixels], Filled]
) -> Filled:
    size, free = math.prod(most), shutil.disk_usage(path.parent).free
    if size > free:
        raise StorageError(
            f"{path.parent} would take {size:,} bytes, but {free:,} are free; let GANVAS_CACHE "
            "name a folder with more room, or take a smaller --size."
        )
    for left in path.parent.glob(f"{path.stem}.*"):
        if left.suffix[1:].isdigit():  # of a process that was killed, for only one fills at a time
            left.unlink()
    beside = path.with_suffix(f".{os.getpid()}")
    try:
        with beside.open("wb") as file:
            file.truncate(size)
            if hasattr(os, "posix_fallocate"):  # a disk that fills up later would be a bus error
                os.posix_fallocate(file.fileno(), 0, size)
        pixels = np.memmap(beside, np.uint8, "r+", shape=most)
        shape, facts = fill(pixels)
        pixels.flush()
        del pixels  # Windows cuts no file that is mapped
        os.truncate(beside, math.prod(shape))
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    replace(told, json.dumps([shape, facts]).encode())
    return shape, facts


def key_of(paths: Iterable[str], *rest: object) -> str:
    """The key of what this `VERSION` makes of these files, as long as none of them changes."""
    digest = sha256(repr((VERSION, *rest)).encode())
    for path in paths:
        state = os.stat(path)
        digest.update(repr((os.path.abspath(path), state.st_size, state.st_mtime_ns)).encode())
    return digest.hexdigest()[:32]
