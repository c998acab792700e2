"""Data sets: the built-in ones by name, and folders of pictures by path.

    data = ganvas.data.load("digits", size=16)
    stream = ganvas.data.Stream(data, batch=64, seed=0, range=(-1, 1))
    stream(0)  # the first minibatch: Labelled(x, y)

Importing this package does not import torch; asking it for a class or a data set does.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganvas.data.catalog import NAMES
from ganvas.errors import UsageError, unknown

if TYPE_CHECKING:
    from ganvas.data.batches import Batch, DataSpec, Images, Labelled, Points
    from ganvas.data.dataset import Dataset
    from ganvas.data.stream import Stream

__all__ = [
    "Batch",
    "DataSpec",
    "Dataset",
    "Images",
    "Labelled",
    "Points",
    "Stream",
    "load",
    "names",
]

SIZES = (4, 1024)
"""The smallest and the largest `size` in pixels."""


def names() -> dict[str, str]:
    """The built-in data sets: name -> one line about it."""
    return dict(NAMES)


def load(name: str | os.PathLike[str], *, size: int | None = None) -> Dataset:
    """The data set called `name`, whole and in memory.

    Args:
        name: a built-in name (see `names()`), or the path of a folder. A folder that holds the
            four IDX files of an MNIST-like set gives their training part; any other folder is
            read as pictures, its sub-folders being the classes. Where a folder and a built-in set
            share a name, the name means the set and `./name` the folder.
        size: pictures are made `size` x `size` pixels. None keeps the size of a built-in set and
            makes the pictures of a folder 64 x 64.

    Raises:
        UsageError: an unknown name, a folder that does not exist or holds no pictures, a `size`
            that is out of bounds or asked of points.
        DataError: a data set that cannot be downloaded, or is damaged.

    >>> load("digits").spec.shape
    (1, 8, 8)
    """
    text = os.fspath(name)
    if size is not None and not SIZES[0] <= size <= SIZES[1]:
        raise UsageError(f"size={size}: a picture's size is between {SIZES[0]} and {SIZES[1]}.")
    if text in NAMES:
        return _built_in(text, size)
    path = Path(text).expanduser()
    if path.is_dir():
        return _folder(path, size)
    if path.exists():
        raise UsageError(f"{text!r} is a file; data is a folder, or one of: {', '.join(NAMES)}.")
    if text.startswith((".", "~")) or "/" in text or os.sep in text:
        raise UsageError(f"The folder {text!r} does not exist.")
    raise unknown("data set", text, NAMES)


def _built_in(name: str, size: int | None) -> Dataset:
    if name.startswith("toy:"):
        if size is not None:
            raise UsageError(f"size={size}: {name!r} is points, not pictures; leave size out.")
        from ganvas.data import toy

        return toy.load(name)
    if name == "digits":
        from ganvas.data import digits

        return digits.load(size)
    if name == "red":
        from ganvas.data import red

        return red.load(size)
    from ganvas.data import mnist

    return mnist.load(name, size)


def _folder(path: Path, size: int | None) -> Dataset:
    from ganvas.data import folder, idx

    return idx.load(path, size) if idx.found(path) else folder.load(path, size)


def __getattr__(name: str) -> Any:
    if name == "Dataset":
        from ganvas.data.dataset import Dataset

        return Dataset
    if name == "Stream":
        from ganvas.data.stream import Stream

        return Stream
    if name in __all__:
        from ganvas.data import batches

        return getattr(batches, name)
    raise AttributeError(f"module 'ganvas.data' has no attribute {name!r}")
