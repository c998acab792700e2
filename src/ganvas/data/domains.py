"""Two data sets as the two domains of a translation, in pairs or not."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

import torch
from torch import Tensor

from ganvas.data.batches import DataSpec, Paired, Unpaired
from ganvas.data.dataset import Dataset
from ganvas.errors import UsageError


@dataclass(frozen=True, eq=False)
class TwoDomains:
    """Samples of two domains; classes, where there are any, are left aside.

    Raises:
        UsageError: points beside pictures, pictures of two sizes, grey beside colour without
            pairs, pairs of which one half is missing.
    """

    name: str
    """What both together are called."""
    a: Dataset
    b: Dataset
    paired: bool = False
    """Whether row i of `a` and row i of `b` are one thing; they then share order and flips."""
    source: str = ""
    """What `ganvas.data.find` makes it from; empty where it was put together by hand."""

    def __post_init__(self) -> None:
        a, b = self.a.spec, self.b.spec
        if a.is_images != b.is_images:
            raise UsageError(f"{self.name!r}: one domain is pictures, the other points.")
        if a.shape[1:] != b.shape[1:]:
            raise UsageError(
                f"{a.name!r} is {_size(a)} and {b.name!r} {_size(b)} pixels; both domains have "
                "one size. --size 64 makes both 64 x 64."
            )
        if self.paired and a.count != b.count:
            raise UsageError(
                f"{a.name!r} has {a.count:,} samples and {b.name!r} {b.count:,}; pairs need as "
                "many of both."
            )
        if a.is_images and not self.paired and a.shape != b.shape:
            grey, colour = sorted((a, b), key=lambda spec: spec.shape[0])
            raise UsageError(
                f"All pictures of {grey.name!r} are grey, those of {colour.name!r} are not: a "
                "translation would be about the colour alone. Give both in grey or both in colour."
            )

    def __len__(self) -> int:
        return max(len(self.a), len(self.b))

    @property
    def counts(self) -> tuple[int, ...]:
        """How many samples there are, once for each order that they are drawn in."""
        return (len(self.a),) if self.paired else (len(self.a), len(self.b))

    @property
    def nbytes(self) -> int:
        """Bytes that the samples take."""
        return self.a.nbytes + self.b.nbytes

    @property
    def spec(self) -> DataSpec:
        """The facts that a game builds its networks from."""
        a, b = (dataclasses.replace(domain.spec, classes=()) for domain in (self.a, self.b))
        return dataclasses.replace(a, name=self.name, b=b, paired=self.paired)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the content as 64 hex digits: both domains, and whether they are paired."""
        content = (self.a.fingerprint, self.b.fingerprint, self.paired)
        return sha256(repr(content).encode()).hexdigest()

    def to(self, device: torch.device | str) -> TwoDomains:
        """The same domains with their tensors on `device`."""
        return dataclasses.replace(self, a=self.a.to(device), b=self.b.to(device))

    def read(self, index: Tensor) -> None:
        """Has the samples at `index`, as `batch` takes it, read into memory."""
        for domain, rows in zip((self.a, self.b), index.expand(2, -1)):
            domain.read(rows)

    def batch(
        self,
        index: Tensor,
        range: tuple[float, float],
        device: torch.device | str = "cpu",
        flip: Tensor | None = None,
    ) -> Paired | Unpaired:
        """The samples at `index`, ready to play with.

        Args:
            index: which samples: int64 (n,) of pairs, (2, n) without.
            range: the values of black and white in the batch; points keep their own values.
            device: where the batch goes.
            flip: which pictures are mirrored left to right, bool of the shape of `index`.
        """
        rows = index.expand(2, -1)
        flips = (None, None) if flip is None else flip.expand(2, -1)
        a, b = (
            domain.batch(rows[i], range, device, flips[i])[0]
            for i, domain in enumerate((self.a, self.b))
        )
        return Paired(a, b) if self.paired else Unpaired(a, b)


def _size(spec: DataSpec) -> str:
    return " x ".join(str(side) for side in reversed(spec.shape[1:]))
