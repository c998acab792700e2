"""IDX files, the format of MNIST and of the sets made in its image.

A file is a big-endian header (magic number 0x0800 + the count of dimensions, then each dimension
as 32 bits) and one byte for each value: http://yann.lecun.com/exdb/mnist/. Images have magic 2051,
labels 2049.
"""

from __future__ import annotations

import gzip
import os
import struct
import zlib
from pathlib import Path

import torch
from torch import Tensor

from ganvas.data.dataset import Dataset
from ganvas.data.resize import square
from ganvas.data.scan import printable
from ganvas.errors import DataError, reason

MOST_BYTES = 2**30
"""The largest file that is read, unpacked: a few kilobytes of gzip can unfold to far more."""

IMAGES, LABELS = "images-idx3-ubyte", "labels-idx1-ubyte"
_ENDINGS = (".gz", "")


def find(folder: Path, name: str) -> Path | None:
    """The file `name` in `folder`, packed or not; `train-images.idx3-ubyte` is known as well."""
    for spelling in (name, name.replace("-idx", ".idx")):
        for ending in _ENDINGS:
            path = folder / (spelling + ending)
            if os.path.isfile(path):  # False where the folder may not be read; `scan` tells of it
                return path
    return None


def found(folder: Path) -> bool:
    """Whether `folder` is an IDX data set rather than a folder of pictures."""
    return find(folder, f"train-{IMAGES}") is not None


def load(folder: Path, size: int | None = None) -> Dataset:
    """The training part of the IDX data set in `folder`; its classes are called 0, 1, 2, …

    Raises:
        DataError: no labels beside the images, or a damaged file.
    """
    images, labels = (find(folder, f"train-{part}") for part in (IMAGES, LABELS))
    if images is None or labels is None:
        raise DataError(f"{str(folder)!r} has no train-{LABELS}.gz beside the images.")
    y = parse(unpacked(labels), labels, dims=1)
    classes = tuple(str(label) for label in range(int(y.max()) + 1))
    x = parse(unpacked(images), images, dims=3)
    return pair(printable(folder.resolve().name), x, y, classes, size)


def pair(name: str, x: Tensor, y: Tensor, classes: tuple[str, ...], size: int | None) -> Dataset:
    """The data set of images `x` uint8 (N, H, W) and labels `y` uint8 (N,).

    Raises:
        DataError: images and labels of different numbers.
    """
    if len(x) != len(y):
        raise DataError(f"{name!r} is damaged: {len(x):,} images but {len(y):,} labels.")
    x = x.unsqueeze(1)  # (N, 1, H, W)
    if size is not None:
        x = square(x, size)
    return Dataset(name, x, y.to(torch.int64), classes)


def unpacked(path: Path) -> bytes:
    """The content of `path`, unpacked where it is gzip.

    Raises:
        DataError: a file that cannot be read or unpacked.
    """
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            content = (gzip.GzipFile(fileobj=file) if packed else file).read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{str(path)!r} cannot be read: {reason(error)}.") from error
    if len(content) > MOST_BYTES:
        raise DataError(f"{str(path)!r} unpacks to more than {MOST_BYTES:,} bytes.")
    return content


def parse(content: bytes, path: Path, *, dims: int) -> Tensor:
    """The values of an IDX file: images (N, H, W) for `dims` 3, labels (N,) for 1; uint8.

    Raises:
        DataError: another magic number or length than such a file has; it names `path`.
    """
    start = 4 + 4 * dims
    if len(content) < start:
        raise DataError(f"{str(path)!r} is damaged: {len(content)} bytes are no IDX file.")
    magic, *shape = struct.unpack(f">{1 + dims}I", content[:start])
    if magic != 0x0800 + dims:
        raise DataError(
            f"{str(path)!r} is not the IDX file it should be: it begins with {magic}, "
            f"{'images' if dims == 3 else 'labels'} begin with {0x0800 + dims}."
        )
    count = 1
    for length in shape:
        count *= length
    if count == 0 or len(content) - start != count:
        raise DataError(
            f"{str(path)!r} is damaged: its header promises {' x '.join(map(str, shape))} "
            f"values, {len(content) - start:,} follow."
        )
    return torch.frombuffer(bytearray(content), dtype=torch.uint8, offset=start).view(*shape)
