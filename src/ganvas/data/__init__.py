"""Data sets: the built-in ones by name, and folders of pictures by path.

    data = ganvas.data.load("digits", size=16)
    stream = ganvas.data.Stream(data, batch=64, seed=0, range=(-1, 1))
    stream(0)  # the first minibatch: Labelled(x, y)
    data = ganvas.data.unpaired("shoes/", "dresses/")  # two domains: Unpaired(a, b)

Importing this package does not import torch; asking it for a class or a data set does.
"""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganvas.data.catalog import NAMES, TWO
from ganvas.errors import UsageError, unknown

if TYPE_CHECKING:
    from ganvas.data.batches import Batch, DataSpec, Images, Labelled, Paired, Points, Unpaired
    from ganvas.data.dataset import Dataset
    from ganvas.data.domains import TwoDomains
    from ganvas.data.stream import Stream
    from ganvas.data.two import find, paired, unpaired

_HOMES = {
    "Batch": "batches",
    "DataSpec": "batches",
    "Dataset": "dataset",
    "Images": "batches",
    "Labelled": "batches",
    "Paired": "batches",
    "Points": "batches",
    "Stream": "stream",
    "TwoDomains": "domains",
    "Unpaired": "batches",
    "find": "two",
    "paired": "two",
    "unpaired": "two",
}
__all__ = [
    "Batch",
    "DataSpec",
    "Dataset",
    "Images",
    "Labelled",
    "Paired",
    "Points",
    "Stream",
    "TwoDomains",
    "Unpaired",
    "find",
    "load",
    "names",
    "paired",
    "unpaired",
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
            four IDX files of an MNIST-like set gives their training part; one of .npz or .parquet
            files is read as shards; any other folder is read as pictures, its sub-folders being
            the classes. Where a folder and a built-in set
            share a name, the name means the set and `./name` the folder.
        size: pictures are made `size` x `size` pixels. None keeps the size of a built-in set and
            makes the pictures of a folder 64 x 64.

    Raises:
        UsageError: no name, an unknown one or that of two domains (see `find`), a folder that does
            not exist or holds no pictures, a `size` that is out of bounds or asked of points.
        DataError: a data set that cannot be downloaded or read, or is damaged.

    >>> load("digits").spec.shape
    (1, 8, 8)
    """
    text = os.fspath(name)
    if size is not None and not SIZES[0] <= size <= SIZES[1]:
        raise UsageError(f"size={size}: a picture's size is between {SIZES[0]} and {SIZES[1]}.")
    if not text:
        raise UsageError(
            "No data named: give a folder of pictures, or a built-in set; `ganvas list` shows them."
        )
    if text in TWO:
        one, other = TWO[text]
        raise UsageError(f"{text!r} is two domains; here one is needed, {one!r} or {other!r}.")
    if text in NAMES:
        return _built_in(text, size)
    path = Path(text).expanduser()
    if path.is_dir():
        return _folder(path, size)
    if path.exists():
        raise UsageError(f"{text!r} is a file; data is a folder, or one of: {', '.join(NAMES)}.")
    if text.startswith((".", "~")) or "/" in text or os.sep in text:
        raise UsageError(f"The folder {text!r} does not exist.")
    raise unknown("data set or folder", text, NAMES)


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
    if name.startswith("shapes:"):
        from ganvas.data import shapes

        return shapes.domain("a" if name.endswith("a") else "b", size)
    if name.startswith("stacked-"):
        from ganvas.data import stacked

        return stacked.load(name, size)
    from ganvas.data import mnist

    return mnist.load(name, size)


def _folder(path: Path, size: int | None) -> Dataset:
    from ganvas.data import folder, idx, shards

    if idx.found(path):
        return idx.load(path, size)
    return shards.load(path, size) if shards.found(path) else folder.load(path, size)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'ganvas.data' has no attribute {name!r}")
    return getattr(importlib.import_module(f"ganvas.data.{_HOMES[name]}"), name)
