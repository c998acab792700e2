"""What can be measured: a run, a folder of pictures, an .npz, or a data set by name.

Runs and .npz files have the size they have. Data sets and folders are read as training reads them,
at the size of the other side where that is a run or an .npz.
"""

from __future__ import annotations

import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ganvas import data, seeds
from ganvas.data import Dataset, idx, scan
from ganvas.errors import DataError, GanvasError, UsageError
from ganvas.model import Model, load
from ganvas.recipe import read

SHOWN = 5
"""Sizes or names that an error lists."""
DAMAGED = (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error, RuntimeError)
"""What reading an archive raises that is cut, changed or, the last, asks for a password."""


@dataclass(frozen=True)
class Stored:
    """Samples that are there: a data set, a folder, an .npz."""

    text: str
    """What the user wrote."""
    dataset: Dataset

    @property
    def data(self) -> str:
        """What the samples are called."""
        return self.dataset.name

    @property
    def shape(self) -> tuple[int, ...]:
        """One sample: (C, H, W) or (d,)."""
        return self.dataset.spec.shape

    def take(self, n: int, seed: int, y: Tensor | None = None) -> Dataset:
        """`n` of the samples, or all where there are no more; `seed` picks."""
        order = torch.randperm(len(self.dataset), generator=seeds.generator(seed, "measured"))
        return rows(self.dataset, order[:n])


@dataclass(frozen=True)
class Drawn:
    """Samples that a run's generator draws."""

    text: str
    model: Model

    @property
    def data(self) -> str:
        """What the run was trained on is called."""
        return self.model.data.name

    @property
    def shape(self) -> tuple[int, ...]:
        """One sample: (C, H, W) or (d,)."""
        return self.model.data.shape

    def take(self, n: int, seed: int, y: Tensor | None = None) -> Dataset:
        """`n` samples; a conditional game draws the classes `y`, over and over."""
        if y is None or not self.model.game.conditional:
            return Dataset(self.text, _finite(self.model.sample(n, seed=seed), self.text))
        y = y.repeat(-(-n // len(y)))[:n]
        x = _finite(self.model.sample(n, y.tolist(), seed), self.text)
        return Dataset(self.text, x, y, self.model.data.classes)

    def trained_on(self) -> Dataset | None:
        """The run's training data; None where they are no longer to be had."""
        config = read(Path(self.text) / "config.toml")
        try:
            return data.load(str(config["data"]), size=config.get("size"))
        except GanvasError:
            return None


Source = Stored | Drawn


def rows(dataset: Dataset, order: Tensor) -> Dataset:
    """The samples of `dataset` at `order`, in the order of the data set."""
    at = order.sort().values
    y = None if dataset.y is None else dataset.y[at]
    return Dataset(dataset.name, dataset.x[at], y, dataset.classes)


def pair(a: str, b: str, *, size: int | None, family: str | None) -> tuple[Source, Source]:
    """Both sources, of one kind and one size.

    Args:
        a: a run's folder, a folder of pictures, an .npz or the name of a data set.
        b: the same.
        size: what data sets and folders are read at; None takes the other side's, or their own.
        family: `file.py:Class` of runs of one's own family.

    Raises:
        UsageError: one that is not there or cannot be measured; kinds or sizes that differ.
        DataError: one that is damaged.
    """
    fixed = [_fixed(text, family) for text in (a, b)]
    sides = [s.shape[1] for s in fixed if s and len(s.shape) == 3 and s.shape[1] == s.shape[2]]
    side = size or (sides[0] if sides else None)
    one, other = (s or _read(text, side, size) for text, s in zip((a, b), fixed))
    kinds = [_kind(s.shape) for s in (one, other)]
    if kinds[0] != kinds[1]:
        raise UsageError(
            f"{a!r} is {kinds[0]}, {b!r} is {kinds[1]}; both sides have to be alike. "
            "Data sets and folders of pictures take --size."
        )
    return one, other


def _fixed(text: str, family: str | None) -> Source | None:
    """The run or the .npz that `text` names, if it does."""
    path = Path(text).expanduser()
    if text in data.names():
        return None
    if (path / "config.toml").is_file():
        return Drawn(text, load(path, family=family))
    if path.suffix == ".npz":
        return Stored(text, _packed(path))
    return None


def _read(text: str, side: int | None, size: int | None) -> Stored:
    """The data set or the folder that `text` names, `side` pixels wide and high."""
    if text.startswith("toy:"):
        return Stored(text, data.load(text, size=size))
    path = Path(text).expanduser()
    if side is None and text not in data.names() and path.is_dir() and not idx.found(path):
        side = _own_size(path)
    found = data.load(text, size=side)
    if len(found) < 2:
        raise UsageError(f"{text!r} holds 1 sample; at least 2 are needed.")
    return Stored(text, found)


def _own_size(folder: Path) -> int:
    """The size of all pictures in `folder`; UsageError where they have no common one."""
    found: Counter[tuple[int, int]] = Counter()
    for path in scan.scan(folder).pictures:
        try:
            with Image.open(path) as picture:
                found[picture.size] += 1
        except (OSError, ValueError, Image.DecompressionBombError):
            continue  # reading the folder tells of it
    if len(found) == 1 and len(set(next(iter(found)))) == 1:
        return next(iter(found))[0]
    some = ", ".join(f"{w} x {h}" for (w, h), _ in found.most_common(SHOWN))
    raise UsageError(
        f"The pictures in {str(folder)!r} are not squares of one size ({some or 'none opens'}); "
        "--size 64 cuts out their middle and makes it 64 x 64."
    )


def _packed(path: Path) -> Dataset:
    """The array `samples`, and `labels` where it is there, of an .npz."""
    if not path.is_file():
        raise UsageError(f"The file {str(path)!r} does not exist.")
    try:
        if not zipfile.is_zipfile(path):
            raise DataError(f"{path} is no .npz, whatever its name is, or is damaged.")
        with np.load(path) as archive:
            names = archive.files
            arrays = {key: archive[key] for key in ("samples", "labels") if key in names}
        if not all(isinstance(array, np.ndarray) for array in arrays.values()):
            raise ValueError("what is in it is no array")
    except DAMAGED as error:
        reason = str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
        raise DataError(f"{path} cannot be read as arrays of numbers: {reason}.") from None
    if "samples" not in arrays:
        held = ", ".join(repr(name) for name in names[:SHOWN]) or "nothing"
        raise UsageError(f"{path} holds no array 'samples'; it holds {held}.")
    x = arrays["samples"]
    picture = x.dtype == np.uint8 and x.ndim == 4 and x.shape[1] in (1, 3)
    if not (picture or (x.dtype.kind == "f" and x.ndim == 2)) or not all(x.shape):
        raise UsageError(
            f"{path}: samples are pictures, uint8 (N, C, H, W) with C = 1 or 3, or points, "
            f"float32 (N, d); got {x.dtype} {x.shape}."
        )
    if len(x) < 2:
        raise UsageError(f"{path} holds 1 sample; at least 2 are needed.")
    tensor = torch.from_numpy(x if picture else x.astype(np.float32))
    return _labelled(path, _finite(tensor, str(path)), arrays.get("labels"))


def _labelled(path: Path, x: Tensor, labels: np.ndarray | None) -> Dataset:
    if labels is None:
        return Dataset(path.name, x)
    if labels.dtype.kind not in "iu" or labels.shape != (len(x),) or labels.min() < 0:
        raise UsageError(
            f"{path}: labels are whole numbers of 0 and more, one a sample; "
            f"got {labels.dtype} {labels.shape}."
        )
    y = torch.from_numpy(labels.astype(np.int64))
    return Dataset(path.name, x, y, tuple(str(i) for i in range(int(y.max()) + 1)))


def _finite(x: Tensor, text: str) -> Tensor:
    if x.is_floating_point() and not (finite := torch.isfinite(x)).all():
        count = int((~finite).sum())
        raise DataError(f"{text}: {count:,} of {x.numel():,} numbers are not finite.")
    return x


def _kind(shape: tuple[int, ...]) -> str:
    if len(shape) == 1:
        return f"points of {shape[0]} dimension{'s' * (shape[0] > 1)}"
    colour = {1: "grey", 3: "colour", 4: "RGBA"}[shape[0]]
    return f"{colour} pictures of {shape[2]} x {shape[1]} pixels"
