"""The next minibatch, read from the disk while the present one is played with."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

from ganvas.data.batches import Batch
from ganvas.data.stream import RESIDENT_BYTES, Stream

Address = tuple[int, int, int]


class Ahead:
    """A stream whose next minibatch is read by a thread beside; it gives the same ones.

    What comes next is foreseen from what followed the same part of the minibatch before. The
    thread copies rows and does no arithmetic: PyTorch would start a second team of threads for it,
    in the way of the first.
    """

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._thread = ThreadPoolExecutor(1)
        self._reading: Future[None] | None = None
        self._last: Address | None = None
        self._follows: dict[int, tuple[int, int]] = {}

    def __call__(self, number: int, part: int = 0, parts: int = 1) -> Batch:
        """The same as `Stream.__call__`."""
        if self._last is not None:
            self._follows[self._last[1]] = (number - self._last[0], part)
        self._last = (number, part, parts)
        if self._reading is not None:
            self._reading.result()
            self._reading = None
        batch = self._stream(number, part, parts)
        if part in self._follows:
            further, then = self._follows[part]
            if number + further >= 0:
                self._reading = self._thread.submit(self._read, (number + further, then, parts))
        return batch

    def _read(self, address: Address) -> None:
        self._stream.dataset.read(self._stream.index(*address))


def ahead(stream: Stream) -> Stream | Ahead:
    """`stream`, read one minibatch ahead where memory may not hold its data."""
    return Ahead(stream) if stream.dataset.nbytes > RESIDENT_BYTES else stream
