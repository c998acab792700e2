"""What a run's networks draw for people to look at and for measures to judge."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import torch
from torch import Tensor

from ganvas.data.batches import Batch, DataSpec
from ganvas.game import Game, Moment, Nets
from ganvas.pictures import finite, to_uint8

CHUNK = 256
"""Samples drawn at a time."""
FEW = 16
"""Pictures translated at a time."""
BLOCK = 4096
"""Real images that samples are compared with at a time."""


class Judge(Protocol):
    """What scores samples: see `ganvas.measure.Judge`."""

    n: int
    """Samples that it asks for."""
    y: Tensor | None
    """The classes that they should have, int64 (n,), where its real samples have classes."""

    def __call__(self, samples: Tensor) -> dict[str, float]: ...


@torch.no_grad()
def views(game: Game, nets: Nets, batch: Batch, t: Moment) -> dict[str, Tensor]:
    """The game's views of a batch, float32 on the CPU, in the game's range.

    Raises:
        TrainingError: values that are not finite.
    """
    return {name: finite(view.float().cpu()) for name, view in game.views(nets, batch, t).items()}


def real(game: Game, batch: Any) -> Tensor:
    """The samples of `batch` that those of the game are compared with."""
    return getattr(batch, game.into[0]) if game.into else batch.x  # type: ignore[no-any-return]


@torch.no_grad()
def made(game: Game, nets: Nets, batch: Any, t: Moment) -> Tensor:
    """As many samples as `batch` has rows: from noise, or its own translated; on the CPU."""
    if not game.into:
        return torch.cat([*_chunks(game, nets, len(batch[0]), t)])
    to = game.into[0]
    return translated(game, nets, batch.b if to == "a" else batch.a, to, t)


@torch.no_grad()
def translated(game: Game, nets: Nets, x: Tensor, to: str, t: Moment) -> Tensor:
    """Samples of one domain in the domain `to`, in the game's range, float32 on the CPU."""
    chunks = torch.split(x.to(t.device), FEW if x.dim() == 4 else max(len(x), 1))
    return torch.cat([game.translate(nets, each, to).float().cpu() for each in chunks])


@torch.no_grad()
def finished(
    game: Game, nets: Nets, data: DataSpec, n: int, first: Moment, y: Tensor | None = None
) -> Tensor:
    """`n` samples as data are: images uint8 (n, C, H, W), points float32 (n, d), on the CPU.

    `y`: their classes, int64 (n,); None draws one class after the other, where there are any.

    Raises:
        TrainingError: values that are not finite.
    """
    if y is None and game.conditional:
        y = torch.arange(n) % len(data.classes)
    drawn = _chunks(game, nets, n, first, y)
    return torch.cat([to_uint8(x, game.range) if data.is_images else finite(x) for x in drawn])


def _chunks(
    game: Game, nets: Nets, n: int, first: Moment, y: Tensor | None = None
) -> Iterator[Tensor]:
    """`n` samples in the game's range, some at a time, float32 on the CPU."""
    for start in range(0, n, CHUNK):
        t = Moment(seed=first.seed, step=f"{first.step} {start}", device=first.device)
        labels = None if y is None else y[start : start + CHUNK].to(first.device)
        yield game.sample(nets, min(CHUNK, n - start), labels, t).float().cpu()


def nearest(samples: Tensor, data: Tensor) -> Tensor:
    """The image of `data`, uint8 (N, C, H, W), nearest in pixels to each of `samples`, (n, …)."""
    wanted = samples.flatten(1).float()
    best = torch.full((len(samples),), torch.inf)
    where = torch.zeros(len(samples), dtype=torch.int64)
    for start in range(0, len(data), BLOCK):
        apart = torch.cdist(wanted, data[start : start + BLOCK].flatten(1).float())
        least, index = apart.min(1)
        where = torch.where(least < best, index + start, where)
        best = torch.minimum(least, best)
    return data[where]
