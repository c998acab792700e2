"""A folder of shards as a data set: .npz arrays or .parquet tables, read one after the other.

    shard-000.npz       x uint8 (N, C, H, W), and y, whole numbers (N,), where there are classes
    shard-000.parquet   image: encoded pictures, or {bytes, path} as on the Hugging Face Hub;
                        and label, whole numbers, where there are classes

The samples are in the order of the shards' names. A table needs pyarrow: pip install ganvas[data].
"""

from __future__ import annotations

import io
import os
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ganvas.data import mapped
from ganvas.data.dataset import Dataset
from ganvas.data.decode import Unusable, decode
from ganvas.data.resize import square
from ganvas.data.scan import entries, printable
from ganvas.errors import DataError, GanvasError, UsageError, reason

SIDE = 64
"""The size of encoded pictures where none is asked for."""
AT_ONCE = 256
"""Rows of a table that are decoded at a time."""


class Shard(ABC):
    """One file: how many pictures of which shape, and the way to their pixels and labels."""

    def __init__(self, path: Path, size: int | None) -> None:
        self.path, self.size = path, size
        self.count, self.shape, self.labelled = self.header()

    @abstractmethod
    def header(self) -> tuple[int, tuple[int, ...], bool]:
        """How many pictures, the shape (C, H, W) of one, whether they have labels."""

    @abstractmethod
    def pieces(self) -> Iterator[mapped.Pixels]:
        """The pictures, some at a time, uint8 (n, C, H, W)."""

    @abstractmethod
    def labels(self) -> NDArray[Any]:
        """The labels, (N,)."""

    def bad(self, what: object) -> DataError:
        """The error for what is wrong with this file."""
        return DataError(f"{str(self.path)!r}: {what}.")

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Whatever goes wrong meanwhile is a DataError that names this file."""
        try:
            yield
        except GanvasError:
            raise
        except Exception as error:  # zipfile, NumPy and Arrow raise ten types on damaged files
            raise self.bad(f"cannot be read: {reason(error)}") from error


class Arrays(Shard):
    """An .npz file."""

    def header(self) -> tuple[int, tuple[int, ...], bool]:
        """By the headers of its arrays; the arrays themselves are not read."""
        with self.reading(), zipfile.ZipFile(self.path) as members:
            names = set(members.namelist())
            if "x.npy" not in names:
                raise self.bad(f"no array x in it; it holds {', '.join(sorted(names))}")
            with members.open("x.npy") as file:
                version = np.lib.format.read_magic(file)
                read = np.lib.format.read_array_header_1_0
                shape, _, kind = (
                    read if version == (1, 0) else np.lib.format.read_array_header_2_0
                )(file)
        if kind != np.uint8 or len(shape) != 4 or not all(shape):
            raise self.bad(f"x is {kind} {shape}; pictures are uint8 (N, C, H, W)")
        if shape[1] not in (1, 3):
            raise self.bad(f"x is {shape}; pictures (N, C, H, W) have 1 or 3 channels, C")
        sides = shape[2:] if self.size is None else (self.size, self.size)
        return shape[0], (shape[1], *sides), "y.npy" in names

    def pieces(self) -> Iterator[mapped.Pixels]:
        """All at once: an array in an .npz is read whole."""
        x = torch.from_numpy(self._array("x"))
        yield (x if self.size is None else square(x, self.size)).numpy()

    def labels(self) -> NDArray[Any]:
        """The array y."""
        return self._array("y")

    def _array(self, name: str) -> NDArray[Any]:
        with self.reading(), np.load(self.path) as arrays:
            found: NDArray[Any] = arrays[name]
        return found


class Table(Shard):
    """A .parquet file."""

    def header(self) -> tuple[int, tuple[int, ...], bool]:
        """By its footer; of the columns, image or x, and label or y."""
        try:
            import pyarrow.parquet as parquet
        except ImportError:
            raise UsageError(
                f"{str(self.path)!r} is a table, which needs pyarrow: pip install 'ganvas[data]'."
            ) from None
        with self.reading():
            self._file = parquet.ParquetFile(self.path)
            names, count = self._file.schema_arrow.names, self._file.metadata.num_rows
        self._x = next((name for name in ("image", "x") if name in names), "")
        self._y = next((name for name in ("label", "y") if name in names), "")
        if not self._x:
            raise self.bad(f"no column image in it; it has {', '.join(names)}")
        if not count:
            raise self.bad("holds no rows; leave it out of the folder")
        side = self.size or SIDE
        return count, (3, side, side), bool(self._y)

    def pieces(self) -> Iterator[mapped.Pixels]:
        """Some rows at a time, decoded."""
        row = 0
        for cells in self._cells():
            pixels = np.empty((len(cells), *self.shape), np.uint8)
            for i, cell in enumerate(cells):
                content = cell.get("bytes") if isinstance(cell, dict) else cell
                try:
                    if not isinstance(content, bytes):
                        raise Unusable("holds no encoded picture")
                    pixels[i] = decode(io.BytesIO(content), self.shape[1])
                except Unusable as error:
                    raise self.bad(f"row {row + i}: {error}") from error
            row += len(cells)
            yield pixels

    def _cells(self) -> Iterator[list[Any]]:
        """What stands in the column of pictures, `AT_ONCE` rows at a time."""
        with self.reading():
            for batch in self._file.iter_batches(AT_ONCE, columns=[self._x]):
                yield batch.column(0).to_pylist()

    def labels(self) -> NDArray[Any]:
        """The column of labels."""
        with self.reading():
            found: NDArray[Any] = self._file.read([self._y]).column(0).to_numpy()
        return found


KINDS = {".npz": Arrays, ".parquet": Table}


def found(folder: Path) -> list[Path]:
    """The shards at the top level of `folder`, by name; DataError where it cannot be read."""
    paths = [Path(entry.path) for entry in entries(str(folder))]
    return sorted(path for path in paths if path.suffix in KINDS and os.path.isfile(path))


def load(folder: Path, size: int | None = None) -> Dataset:
    """The pictures of all shards, in memory or mapped: see `mapped.rows`.

    Args:
        folder: where the shards are.
        size: pictures are made `size` x `size`; None keeps arrays as they are and makes encoded
            pictures 64 x 64.

    Raises:
        DataError: a shard cannot be read, is empty, has other shapes, or labels where others have
            none.
        StorageError: the cache cannot hold what memory does not.
        UsageError: pyarrow is missing.
    """
    paths = found(folder)
    shards = [KINDS[path.suffix](path, size) for path in paths]
    first = shards[0]
    for shard in shards:
        if (shard.shape, shard.labelled) != (first.shape, first.labelled):
            raise shard.bad(
                f"pictures of {shard.shape}, {'with' if shard.labelled else 'without'} labels; "
                f"those of {first.path.name} are {first.shape}, "
                f"{'with' if first.labelled else 'without'}"
            )
    shape = (sum(shard.count for shard in shards), *first.shape)
    key = mapped.key_of(map(str, paths), size)
    x, _ = mapped.rows(key, shape, lambda pixels: _fill(pixels, shards))
    name = printable(folder.resolve().name)
    if not first.labelled:
        return Dataset(name, x)
    each = [shard.labels() for shard in shards]
    for shard, labels in zip(shards, each, strict=True):
        if labels.shape != (shard.count,) or labels.dtype.kind not in "iu" or labels.min() < 0:
            raise shard.bad(
                f"labels of {labels.dtype} {labels.shape} for {shard.count} pictures; they are "
                "whole numbers from 0, one for each"
            )
    y = np.concatenate(each)
    classes = tuple(str(label) for label in range(int(y.max()) + 1))
    return Dataset(name, x, torch.from_numpy(y.astype(np.int64)), classes)


def _fill(pixels: mapped.Pixels, shards: list[Shard]) -> mapped.Filled:
    """Writes the shards one after the other, so that one of them is in memory at a time."""
    row = 0
    for shard in shards:
        for piece in shard.pieces():
            pixels[row : row + len(piece)] = piece
            row += len(piece)
    return pixels.shape, {}
