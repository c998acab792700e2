"""Where training stands, and the randomness of that moment: what a game's methods call `t`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

import torch
from torch import Tensor

from ganvas.data.batches import Batch
from ganvas.seeds import generator


class Updatable(Protocol):
    """A module whose buffers are state that is not a parameter: a running mean, a queue."""

    def update(self, value: Tensor) -> None: ...

    def named_buffers(self) -> Iterator[tuple[str, Tensor]]: ...


class Moment:
    """Where training stands, and the randomness of that moment.

    All numbers are drawn for the whole batch and sliced, keyed by (seed, step, draw number), so
    that micro-batches and resumed runs see the same ones.
    """

    def __init__(
        self,
        *,
        seed: int,
        step: int | str = 0,
        images: int = 0,
        device: torch.device | str = "cpu",
        part: int = 0,
        parts: int = 1,
        held: int | None = None,
        watching: bool = False,
    ) -> None:
        self.step = step
        """Steps made so far; a name such as "sample" outside training."""
        self.images = images
        """Real samples shown so far."""
        self.device = torch.device(device)
        self.parts = parts if held is None else held
        """Micro-batches that this process takes one after the other; other processes take more."""
        self.watched: dict[str, Tensor] = {}
        self.updates: list[tuple[Updatable, Tensor, bool]] = []
        self.seed, self._part, self._whole = seed, part, parts
        self._watching = watching
        self._draws = 0

    def normal(self, rows: int | Batch, *shape: int) -> Tensor:
        """Standard normal numbers, float32 (rows, *shape); `rows` is a number or a batch."""
        return self._rows(torch.randn, rows, shape)

    def uniform(self, rows: int | Batch, *shape: int) -> Tensor:
        """Numbers uniform in [0, 1), float32 (rows, *shape)."""
        return self._rows(torch.rand, rows, shape)

    def permutation(self, n: int) -> Tensor:
        """A random order of 0 … n - 1, int64 (n,); the same one in every micro-batch."""
        return torch.randperm(n, generator=self._generator(), device=self.device)

    def watch(self, name: str, value: Callable[[], Tensor]) -> None:
        """Shows the mean of `value()` beside the losses in the steps that are logged."""
        if self._watching and (found := value().detach()).numel():
            self.watched[name] = found.float().mean()

    def update(self, module: Updatable, value: Tensor, *, rows: bool = False) -> None:
        """Calls `module.update(value)` once at the turn's end, with the mean over all parts.

        `rows`: with the rows of all parts, one after the other, in place of their mean.
        """
        self.updates.append((module, value.detach(), rows))

    def _generator(self) -> torch.Generator:
        self._draws += 1
        return generator(self.seed, self.step, self._draws, device=self.device)

    def _rows(
        self, draw: Callable[..., Tensor], rows: int | Batch, shape: tuple[int, ...]
    ) -> Tensor:
        n = rows if isinstance(rows, int) else len(rows[0])
        whole = draw(n * self._whole, *shape, generator=self._generator(), device=self.device)
        return whole[self._part * n : (self._part + 1) * n]
