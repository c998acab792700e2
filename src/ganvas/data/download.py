"""Fetch a file whose SHA-256 is known: the right bytes under the right name, or nothing."""

from __future__ import annotations

import hashlib
import http.client
import logging
import os
import time
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock

from ganvas.errors import DataError, StorageError

log = logging.getLogger(__name__)


class Pin(NamedTuple):
    """What a file must be, to the byte."""

    size: int
    sha256: str

    def fits(self, content: bytes) -> bool:
        """Whether `content` is that file."""
        return len(content) == self.size and hashlib.sha256(content).hexdigest() == self.sha256


def fetch(
    target: Path, pin: Pin, mirrors: Iterable[str], *, timeout: float = 30, patience: float = 900
) -> Path:
    """`target`, downloaded unless it is there already and fits `pin`.

    The mirrors are tried in turn. What arrives is written under the final name only after it was
    found to fit, and in one move; a second process waits for the first.

    Args:
        target: where the file goes; its name is added to each mirror's address.
        pin: the size and the SHA-256 of the file.
        mirrors: addresses that end in a slash.
        timeout: seconds that a mirror may be silent.
        patience: seconds that a mirror may take in all.

    Raises:
        DataError: no mirror sent the file; it tells what each did instead.
        StorageError: the folder cannot be written.
    """
    if _is_there(target, pin):
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(target.with_name(f".{target.name}.lock")):
            if not _is_there(target, pin):
                content = _from_mirrors(target.name, pin, mirrors, timeout, patience)
                part = target.with_name(f".{target.name}.part")
                part.write_bytes(content)
                os.replace(part, target)
    except OSError as error:
        raise StorageError(
            f"{str(target)!r} cannot be written: {error.strerror or error}. "
            "Set GANVAS_CACHE to a folder that can."
        ) from error
    return target


def _is_there(target: Path, pin: Pin) -> bool:
    return target.is_file() and pin.fits(target.read_bytes())


def _from_mirrors(
    name: str, pin: Pin, mirrors: Iterable[str], timeout: float, patience: float
) -> bytes:
    failures = []
    for mirror in mirrors:
        url = mirror + name
        log.info("Downloading %s (%.1f MB)", url, pin.size / 1e6)
        try:
            content = _received(url, pin.size, timeout, patience)
        except (OSError, http.client.HTTPException) as error:
            failures.append(f"{url}: {error or type(error).__name__}")
            continue
        if pin.fits(content):
            return content
        if len(content) > pin.size:
            failures.append(f"{url}: sent more than the {pin.size:,} bytes expected")
        elif len(content) < pin.size:
            failures.append(f"{url}: sent {len(content):,} of the {pin.size:,} bytes expected")
        else:
            failures.append(f"{url}: sent {pin.size:,} bytes, but with another SHA-256")
    raise DataError(f"{name} could not be downloaded; {'; '.join(failures)}.")


def _received(url: str, size: int, timeout: float, patience: float) -> bytes:
    """What `url` sends, up to one byte more than `size`: enough to see that it is too long."""
    request = urllib.request.Request(url, headers={"User-Agent": "ganvas"})
    end = time.monotonic() + patience
    content = bytearray()
    with urllib.request.urlopen(request, timeout=timeout) as response:
        # read1 returns what has come so far; read would wait, drop by drop, past any end.
        while len(content) <= size and (chunk := response.read1(size + 1 - len(content))):
            content += chunk
            if time.monotonic() > end:
                raise TimeoutError(f"sent only {len(content):,} bytes in {patience:g} seconds")
    return bytes(content)
