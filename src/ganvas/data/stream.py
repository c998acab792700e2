"""The endless stream of minibatches: number -> batch, with no state to save."""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

from ganvas.data.batches import Batch
from ganvas.data.dataset import Dataset
from ganvas.data.domains import TwoDomains
from ganvas.errors import UsageError
from ganvas.seeds import generator

RESIDENT_BYTES = 2**31
"""A data set up to this size is kept on the device whole; a larger one is sent batch by batch."""


class Stream:
    """Minibatches of `dataset` for ever; calling it with a number gives that minibatch.

    The samples of all epochs, each epoch in an order of its own, stand in one endless row; batch
    `number` is the positions number * batch .. (number + 1) * batch of it. So every sample is seen
    once an epoch, a batch may reach into the next epoch, none is ever short, and the same
    (seed, number) gives the same batch in another process or after a resume. Of two domains
    without pairs each has such a row of its own.

    Args:
        dataset: what to draw from.
        batch: samples in a minibatch, 1 or more.
        seed: picks the orders and the mirrored pictures.
        range: the values of black and white, as the game states them.
        device: where batches go.
        mirror: turn half of the pictures left to right, anew in every batch.

    Raises:
        UsageError: a batch below 1, or `mirror` with a data set of points.
    """

    def __init__(
        self,
        dataset: Dataset | TwoDomains,
        batch: int,
        seed: int,
        range: tuple[float, float],
        device: torch.device | str = "cpu",
        mirror: bool = False,
    ) -> None:
        if batch < 1:
            raise UsageError(f"batch={batch}: a minibatch has 1 sample or more.")
        if mirror and not dataset.spec.is_images:
            raise UsageError(f"mirror turns pictures; {dataset.name!r} is points.")
        self.dataset = dataset.to(device) if dataset.nbytes <= RESIDENT_BYTES else dataset
        self.batch = batch
        self.seed = seed
        self.range = range
        self.device = device
        self.mirror = mirror

    def resized(self, batch: int, mirror: bool | None = None) -> Stream:
        """The same samples in the same orders, in minibatches of another size."""
        mirror = self.mirror if mirror is None else mirror
        return Stream(self.dataset, batch, self.seed, self.range, self.device, mirror)

    def __call__(self, number: int, part: int = 0, parts: int = 1) -> Batch:
        """Minibatch `number` (0, 1, 2, …), or the rows that are part `part` of `parts` of it.

        The parts, one after the other, are the whole batch; their sizes differ by 1 at most.
        """
        if number < 0 or not 0 <= part < parts <= self.batch:
            raise UsageError(
                f"There is no minibatch {number}, part {part} of {parts}: both count from 0, and "
                f"a minibatch of {self.batch} has at most {self.batch} parts."
            )
        flip = None
        if self.mirror:  # drawn for the whole batch, so that a part sees the flips of its rows
            rows = self._rows(part, parts)
            flips = [self._flip(number, i)[rows] for i in range(len(self.dataset.counts))]
            flip = torch.stack(flips).squeeze(0)
        index = self.index(number, part, parts)
        return self.dataset.batch(index, self.range, self.device, flip)

    def index(self, number: int, part: int = 0, parts: int = 1) -> Tensor:
        """Which samples a call gives: int64 (n,), or (2, n) of two domains without pairs."""
        rows = self._rows(part, parts)
        first, end = number * self.batch + rows.start, number * self.batch + rows.stop
        found = [self._index(first, end, order) for order in range(len(self.dataset.counts))]
        return torch.stack(found) if len(found) > 1 else found[0]

    def _rows(self, part: int, parts: int) -> slice:
        return slice(self.batch * part // parts, self.batch * (part + 1) // parts)

    def _index(self, start: int, stop: int, order: int) -> Tensor:
        """The samples at positions start..stop of the endless row of the order-th order."""
        count = self.dataset.counts[order]
        pieces = []
        while start < stop:
            epoch, first = divmod(start, count)
            last = min(count, first + stop - start)
            pieces.append(_order(self.seed, epoch, count, order)[first:last])
            start += last - first
        return torch.cat(pieces) if len(pieces) > 1 else pieces[0]

    def _flip(self, number: int, order: int) -> Tensor:
        """Which pictures of a minibatch are mirrored, bool (batch,)."""
        draw = generator(self.seed, "flip", number, *[order] * bool(order))
        return torch.rand(self.batch, generator=draw) < 0.5


@lru_cache(maxsize=8)
def _order(seed: int, epoch: int, count: int, order: int) -> Tensor:
    """The order of one epoch; shared by its callers, who only read it."""
    draw = generator(seed, "epoch", epoch, *[order] * bool(order))
    return torch.randperm(count, generator=draw)
