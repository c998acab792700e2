"""A folder of pictures as a data set."""

from __future__ import annotations

import math
import os
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ganvas.data import mapped
from ganvas.data.dataset import Dataset
from ganvas.data.decode import Part, Unusable, decode, opened
from ganvas.data.scan import Found, Refusal, printable, scan, some
from ganvas.errors import DataError, UsageError

SIZE = 64
"""The size of a folder's pictures where none is asked for."""

MOST_REFUSED = 0.05
"""With more unusable files than this share, the folder is not what the user thinks it is."""


def load(folder: Path, size: int | None = None) -> Dataset:
    """The pictures in `folder`, cropped to their middle square and made `size` x `size`.

    They are in the order of their paths; their classes are the sub-folders, where no pictures lie
    at the top level. A folder of grey pictures alone gives one channel, any other three. Files
    that cannot be used are skipped with one `UserWarning` that counts and names them.

    Raises:
        UsageError: fewer than 2 pictures, or a sub-folder without any.
        DataError: more than 5 % of the files cannot be used, or all those of a class.
        StorageError: the cache cannot hold what memory does not: see `mapped.rows`.
    """
    found = scan(folder)
    if size is None:
        _tell_of_enlarging(folder, found)
    size = size or SIZE
    x, facts = mapped.rows(
        mapped.key_of(found.pictures, size),
        (len(found.pictures), 3, size, size),
        lambda pixels: _fill(pixels, found.pictures, size),
    )
    reasons = facts["reasons"]
    kept = np.array([reason is None for reason in reasons])
    refused = found.refused + [
        Refusal(path, reason) for path, reason in zip(found.pictures, reasons) if reason
    ]
    judge(folder, found, refused, len(x))
    name = printable(folder.resolve().name)
    if not found.classes:
        return Dataset(name, x)
    y = torch.tensor(found.labels)[torch.from_numpy(kept)]
    _check_classes(folder, found, y)
    return Dataset(name, x, y, found.classes)


def _tell_of_enlarging(folder: Path, found: Found) -> None:
    """Warns where the first picture, which stands for all, has fewer pixels than it is given."""
    with suppress(Unusable, IndexError), opened(found.pictures[0]) as image:
        side = max(min(image.size), 4)
        if side < SIZE:
            warnings.warn(
                f"The pictures in {str(folder)!r} are enlarged to {SIZE} x {SIZE}; the first has "
                f"{image.width} x {image.height}. --size {side} leaves them, and trains faster.",
                stacklevel=4,
            )


def decoded(
    paths: list[str], size: int, part: Part = "whole"
) -> tuple[NDArray[np.uint8], bool, list[str | None]]:
    """The pixels (N, 3, size, size); whether all are grey; and why a file gave none, or None."""
    pixels = np.empty((len(paths), 3, size, size), dtype=np.uint8)
    return pixels, *_decode(pixels, paths, size, part)


def _fill(pixels: mapped.Pixels, paths: list[str], size: int) -> mapped.Filled:
    """Decodes all pictures, moves those that can be used to the front, and tells of each.

    Where all of them are grey, one channel is left: in place, as there may be no room beside.
    """
    grey, reasons = _decode(pixels, paths, size, "whole")
    kept = [i for i, reason in enumerate(reasons) if reason is None]
    shape = (len(kept), 1 if grey else 3, size, size)
    front = pixels.reshape(-1)[: math.prod(shape)].reshape(shape)
    if front.shape != pixels.shape:
        for new, old in enumerate(kept):
            front[new] = pixels[old, : shape[1]]
    return shape, {"reasons": reasons}


def _decode(
    pixels: mapped.Pixels, paths: list[str], size: int, part: Part
) -> tuple[bool, list[str | None]]:
    """Fills `pixels`; whether all are grey; and why a file gave no picture, or None."""
    grey = np.ones(len(paths), dtype=bool)

    def one(number: int) -> str | None:
        try:
            picture = decode(paths[number], size, part)
        except Unusable as error:
            return str(error)
        pixels[number] = picture
        grey[number] = (picture[0] == picture[1]).all() and (picture[0] == picture[2]).all()
        return None

    # Pillow warns of each odd file, and of large ones before we refuse them: we tell it once.
    with warnings.catch_warnings(), ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        warnings.simplefilter("ignore")
        reasons = list(pool.map(one, range(len(paths))))
    return bool(grey.all()), reasons


def judge(folder: Path, found: Found, refused: list[Refusal], kept: int) -> None:
    """Stop where too much is missing; otherwise say what is."""
    total = len(found.pictures) + len(found.refused)
    reasons = [f"{os.path.relpath(path, folder)!r} ({reason})" for path, reason in refused]
    listed = "; ".join(reasons[:5]) + ("; …" if len(reasons) > 5 else "")
    if len(refused) > MOST_REFUSED * total:
        raise DataError(
            f"{len(refused):,} of the {total:,} pictures in {str(folder)!r} cannot be used: "
            f"{listed}. Up to {MOST_REFUSED:.0%} would be skipped; mend or remove these."
        )
    if kept < 2:
        raise UsageError(f"The folder {str(folder)!r} holds {kept} image; at least 2 needed.")
    if refused:
        warnings.warn(
            f"Skipped {len(refused):,} of the {total:,} pictures in {str(folder)!r}: {listed}.",
            stacklevel=4,
        )
    if found.folders and not found.classes:
        names = [os.path.basename(path) for path in found.folders]
        warnings.warn(
            f"Pictures lie at the top level of {str(folder)!r}; its sub-folders, {len(names):,} "
            f"({some(names)}), are not read.",
            stacklevel=4,
        )
    if found.links:
        warnings.warn(
            f"Links to folders are not followed; skipped {len(found.links):,} in "
            f"{str(folder)!r}, the first {os.path.relpath(found.links[0], folder)!r}.",
            stacklevel=4,
        )


def _check_classes(folder: Path, found: Found, y: torch.Tensor) -> None:
    counts = torch.bincount(y, minlength=len(found.classes)).tolist()
    for name, count in zip(found.classes, counts):
        if count == 0:
            raise DataError(f"No picture of the class {name!r} in {str(folder)!r} can be used.")
