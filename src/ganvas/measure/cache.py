"""Features of real pictures, kept between measurements: they are taken of the same ones each time.

A file is believed only where its content has the SHA-256 it begins with; any other is made again.
A folder that cannot be written costs time, and nothing else.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from ganvas import files
from ganvas.data import cache
from ganvas.errors import StorageError
from ganvas.metrics.features import Features, Told

DIGEST = 32
"""Bytes of a SHA-256."""


def folder() -> Path:
    """Where features are kept: beside what `ganvas.data` keeps."""
    return cache.folder() / "features"


def kept(features: Features, images: Tensor, told: Told | None = None) -> NDArray[np.float64]:
    """`features(images)`, from the disk where it was taken before."""
    if not features.hash:
        return features(images, told=told)
    path = folder() / f"{_key(features, images)}.bin"
    found = _read(path, (len(images), features.width))
    if found is None:
        found = features(images, told=told)
        with contextlib.suppress(OSError, StorageError):
            path.parent.mkdir(parents=True, exist_ok=True)
            files.replace(path, _sealed(found))
    return found


def _key(features: Features, images: Tensor) -> str:
    """Names the pictures, the network and the way between them."""
    digest = hashlib.sha256(repr((features.name, features.hash, features.resizer)).encode())
    digest.update(repr((str(images.dtype), tuple(images.shape))).encode())
    digest.update(images.cpu().contiguous().numpy().data)
    return digest.hexdigest()


def _sealed(found: NDArray[np.float64]) -> bytes:
    packed = io.BytesIO()
    np.save(packed, found.astype(np.float32))  # what the network computed in: nothing is lost
    content = packed.getvalue()
    return hashlib.sha256(content).digest() + content


def _read(path: Path, shape: tuple[int, int]) -> NDArray[np.float64] | None:
    try:
        sealed = path.read_bytes()
    except OSError:
        return None
    if hashlib.sha256(sealed[DIGEST:]).digest() != sealed[:DIGEST]:
        return None
    found: NDArray[np.float64] = np.load(io.BytesIO(sealed[DIGEST:])).astype(np.float64)
    return found if found.shape == shape else None
