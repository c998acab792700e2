"""A data set in memory, and how its rows become a batch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

import torch
from torch import Tensor

from ganvas.data.batches import DataSpec, Images, Labelled, Points
from ganvas.errors import UsageError
from ganvas.transfer import sent


def normalise(images: Tensor, range: tuple[float, float]) -> Tensor:
    """Pictures for a game: uint8 0..255 of any shape -> float32 in `range`, both ends exact.

    >>> normalise(torch.tensor([0, 255], dtype=torch.uint8), (-1, 1)).tolist()
    [-1.0, 1.0]
    """
    low, high = range
    scaled = images.to(torch.float32).mul_((high - low) / 255)
    return scaled.add_(low) if low else scaled


@dataclass(frozen=True, eq=False)
class Dataset:
    """Samples, and their classes where they have any; the same object serves every game.

    Raises:
        UsageError: tensors of another shape or type than stated here.
    """

    name: str
    """What the user called it: `digits`, `toy:ring8`, a folder's name."""
    x: Tensor
    """Pictures, uint8 (N, C, H, W); or points, float32 (N, d)."""
    y: Tensor | None = None
    """The number of each sample's class, int64 (N,); None without classes."""
    classes: tuple[str, ...] = ()
    """The names of the classes; empty without classes."""

    def __post_init__(self) -> None:
        form = (self.x.dtype, self.x.dim())
        if form not in ((torch.uint8, 4), (torch.float32, 2)) or not len(self.x):
            raise UsageError(
                f"{self.name!r}: x is pictures, uint8 (N, C, H, W), or points, float32 (N, d); "
                f"got {str(self.x.dtype).removeprefix('torch.')} {tuple(self.x.shape)}."
            )
        if self.y is not None:
            self._check_classes(self.y)
        elif self.classes:
            raise UsageError(f"{self.name!r} names {len(self.classes)} classes but has no y.")

    def _check_classes(self, y: Tensor) -> None:
        if y.dtype != torch.int64 or y.shape != self.x.shape[:1]:
            raise UsageError(
                f"{self.name!r}: y is int64 ({len(self.x)},), one number for each sample; "
                f"got {str(y.dtype).removeprefix('torch.')} {tuple(y.shape)}."
            )
        low, high = int(y.min()), int(y.max())
        if low < 0 or high >= len(self.classes):
            raise UsageError(
                f"{self.name!r}: y is numbers of its {len(self.classes)} classes, counted from 0; "
                f"got {low} to {high}."
            )

    def __len__(self) -> int:
        return len(self.x)

    @property
    def counts(self) -> tuple[int, ...]:
        """How many samples there are, once for each order that they are drawn in."""
        return (len(self),)

    @property
    def nbytes(self) -> int:
        """Bytes that the samples take."""
        return self.x.nbytes

    @property
    def spec(self) -> DataSpec:
        """The facts that a game builds its networks from."""
        return DataSpec(
            name=self.name, shape=tuple(self.x.shape[1:]), count=len(self), classes=self.classes
        )

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the content as 64 hex digits: samples, classes and their names, not `name`."""
        digest = sha256(repr((str(self.x.dtype), tuple(self.x.shape), self.classes)).encode())
        for part in (self.x, self.y):
            if part is not None:
                digest.update(part.cpu().contiguous().numpy().data)
        return digest.hexdigest()

    def to(self, device: torch.device | str) -> Dataset:
        """The same data set with its tensors on `device`."""
        y = None if self.y is None else self.y.to(device)
        return Dataset(self.name, self.x.to(device), y, self.classes)

    def read(self, index: Tensor) -> None:
        """Has the samples at `index`, int64 (n,), read into memory, where they are in a file."""
        self.x.numpy().take(index.numpy(), axis=0)

    def batch(
        self,
        index: Tensor,
        range: tuple[float, float],
        device: torch.device | str = "cpu",
        flip: Tensor | None = None,
    ) -> Points | Images | Labelled:
        """The samples at `index`, ready to play with.

        Args:
            index: which samples, int64 (n,); repeats are allowed.
            range: the values of black and white in the batch; points keep their own values.
            device: where the batch goes.
            flip: which of the n pictures are mirrored left to right, bool (n,).

        Returns:
            float32 (n, C, H, W) in `range`, or (n, d); with the classes (n,) where there are any.
        """
        index = sent(index, self.x.device)
        x = sent(self.x.index_select(0, index), device)  # pictures as uint8: a quarter to move
        if flip is not None:
            x = torch.where(sent(flip, device).view(-1, 1, 1, 1), x.flip(-1), x)
        if x.dim() == 4:
            x = normalise(x, range)
        if self.y is not None:
            return Labelled(x, sent(self.y.index_select(0, index), device))
        return Images(x) if x.dim() == 4 else Points(x)
