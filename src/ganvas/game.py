"""A game yields turns: the contract between a GAN family and the engine.

A family is a frozen dataclass whose fields are its configuration. `build` makes its networks,
`turns` is one training step written like the algorithm box of its paper, `sample` draws.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Protocol

import torch
from annotated_types import Ge
from torch import Tensor, nn

from ganvas.data.batches import GIVEN, Batch, DataSpec
from ganvas.errors import UsageError
from ganvas.moment import Moment as Moment
from ganvas.nn.mixing import mixing as mixing
from ganvas.optim import Optim
from ganvas.options import Schedule, constant, parse_schedules

Terms = dict[str, Tensor]
"""The named parts of a loss, 0-d each; the player minimises their sum."""
Turn = tuple[str | tuple[str, ...], Terms] | dict[str, Terms]
"""`"D", terms`; `("G", "Q"), terms` for one loss of two; `{"D": …, "G": …}` for both at once."""
Draw = Callable[[], Any]
"""The next minibatch, of the type that the game plays with."""


class Nets(nn.Module):
    """The networks of a game; each player is an attribute.

    >>> nets = Nets(G=nn.Linear(2, 3), D=nn.Linear(3, 1))
    >>> nets.D(nets.G(torch.zeros(5, 2))).shape
    torch.Size([5, 1])
    """

    def __init__(self, **players: nn.Module) -> None:
        super().__init__()
        for name, network in players.items():
            self.add_module(name, network)

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> nn.Module: ...


@dataclass(frozen=True, kw_only=True)
class Game(ABC):
    """One GAN family: its options, its networks, its training step.

    A player is an attribute of the `Nets` that `build` returns and a field of the same name that
    holds an `Optim`.
    """

    plays: ClassVar[tuple[type, ...]]
    """The batch types it can be trained on."""
    conditional: ClassVar[bool] = False
    """Whether samples can be asked for by class."""
    averaged: ClassVar[tuple[str, ...]] = ("G",)
    """The players whose moving average draws the samples."""
    quick: ClassVar[dict[str, Any]] = {}
    """Options of a game of seconds: narrow networks, fast rates; `ganvas check` plays that one."""

    usual: ClassVar[dict[str, Any]] = {}
    """Settings of a run where nobody says otherwise: its data, its batch."""

    ema: Annotated[Schedule, Ge(0)] = constant(0.0)
    """Half-life, in thousand images, of the moving average of G's weights; 0 keeps none."""

    def __post_init__(self) -> None:
        parse_schedules(self)

    @property
    def averages(self) -> bool:
        """Whether a moving average is kept."""
        return bool(self.ema.start or self.ema.end)

    @property
    def mixes_samples(self) -> bool:
        """Whether a loss depends on other samples of the batch (batch norm in D, feature means)."""
        return False

    @property
    def period(self) -> int:
        """Steps after which the turns come again as they were, what comes now and then too."""
        return 1

    @property
    def range(self) -> tuple[float, float]:
        """The range of pixels inside the game; data are brought to it, samples back from it."""
        return (-1.0, 1.0)

    @property
    def into(self) -> tuple[str, ...]:
        """The domains, `a` and `b`, that it translates into, the main one first.

        None where samples are drawn from noise.
        """
        return ()

    @cached_property
    def players(self) -> dict[str, Optim]:
        """Each player's name and optimizer, in the order of the fields."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: value for name, value in values.items() if isinstance(value, Optim)}

    def accept(self, data: DataSpec) -> None:
        """Raises UsageError where the data do not fit; families add their own conditions."""
        if data.gives not in self.plays:
            wanted = " or ".join(_signature(kind) for kind in self.plays)
            raise UsageError(
                f"{type(self).__name__} plays with {wanted}; {data.name!r} gives "
                f"{_signature(data.gives)}. Give {' or '.join(GIVEN[k] for k in self.plays)}; "
                "`ganvas list` shows the built-in data sets."
            )

    def suited(self, data: DataSpec) -> Game:
        """The game with those options decided that depend on the data."""
        return self

    def idle(self) -> dict[str, str]:
        """Options that nothing reads as the others are, each with what decides it."""
        return {}

    def review(self, nets: Any) -> Iterator[str]:
        """Doubts about options and networks together, a sentence each; UsageError refuses them."""
        return iter(())

    @abstractmethod
    def build(self, data: DataSpec) -> Nets:
        """The networks, shaped by what the data are."""

    @abstractmethod
    def turns(self, nets: Any, draw: Draw, t: Moment) -> Iterator[Turn]:
        """One training step: each `yield player, {term: loss}` hands the move to the engine.

        Never yield inside a `with`; let the flow depend on `t` and options, not on data. All
        random numbers come from `t`.
        """

    def sample(self, nets: Any, n: int, y: Tensor | None, t: Moment) -> Tensor:
        """`n` samples in the game's range.

        `y`: the classes to draw, int64 (n,), where the game is conditional; None lets it choose.
        """
        return self.decode(nets, self.latent(n, t), y)

    def latent(self, rows: int | Batch, t: Moment) -> Tensor:
        """What a sample is made from, a row each: noise, and codes where the family has them."""
        raise UsageError(
            f"{type(self).__name__} "
            + (
                f"draws nothing from noise; it translates into {' or '.join(self.into)}. Use "
                "`ganvas translate` or model.translate."
                if self.into
                else "has no latent space."
            )
        )

    def decode(self, nets: Any, z: Tensor, y: Tensor | None = None) -> Tensor:
        """The samples that the latent rows `z` stand for, in the game's range."""
        raise UsageError(f"{type(self).__name__} has no latent space.")

    def translate(self, nets: Any, x: Tensor, to: str) -> Tensor:
        """Samples `x` (N, …) of one domain as samples of the domain `to`, in the game's range.

        Pictures may have any size, and keep it.
        """
        raise UsageError(f"{type(self).__name__} does not translate; it draws samples.")

    def between(self, a: Tensor, b: Tensor, w: float) -> Tensor:
        """The latent rows at the share `w` of the way from `a` to `b`, along the sphere.

        High-dimensional normal noise lies in a thin shell, which a straight line would leave.
        """
        cos = torch.nn.functional.cosine_similarity(a, b, dim=1).clamp(-1, 1)
        angle = cos.acos().clamp_min(1e-4)[:, None]
        return (torch.sin((1 - w) * angle) * a + torch.sin(w * angle) * b) / torch.sin(angle)

    def views(self, nets: Any, batch: Any, t: Moment) -> dict[str, Tensor]:
        """What a person should look at, given the averaged networks in eval mode.

        Samples (N, …), or (rows, columns, …) where they belong in rows.
        """
        if batch[0].dim() != 4:
            return {"samples": self.sample(nets, 1000, None, t)}
        return {"samples": self.sample(nets, 64, None, t)} | self.ways(nets, t)

    def ways(self, nets: Any, t: Moment, y: Tensor | None = None) -> dict[str, Tensor]:
        """Eight ways through the latent space, (8, 8, …), a row each, of the classes `y` (8,)."""
        if type(self).latent is Game.latent:
            return {}
        a, b = self.latent(8, t), self.latent(8, t)
        steps = [self.decode(nets, self.between(a, b, i / 7), y) for i in range(8)]
        return {"between": torch.stack(steps, 1)}


class Network(Protocol):
    """A network, or one that was told what else it may know: a function with parts.

    The first of its modules is the whole network.
    """

    def __call__(self, x: Tensor, /) -> Any: ...

    def modules(self) -> Iterator[nn.Module]: ...


def both(D: Network, x: Tensor, fake: Tensor) -> tuple[Any, Any]:
    """What D says of the real and of the fake samples, in one pass where nothing in D mixes them.

    Logits (N,) twice; or, where D has several outputs, a tuple of them twice.
    """
    if mixing(D):
        return D(x), D(fake)
    n, said = len(x), D(torch.cat([x, fake]))
    if isinstance(said, tuple):
        return tuple(part[:n] for part in said), tuple(part[n:] for part in said)
    return said[:n], said[n:]


def still(network: Callable[..., Tensor], *inputs: Tensor) -> Tensor:
    """What `network` makes of `inputs`, without a graph: for the turn of another player."""
    with torch.no_grad():
        made = network(*inputs)
    torch.clear_autocast_cache()  # else PyTorch 2.10 would use its weights without a graph again
    return made


def _signature(kind: type) -> str:
    return f"{kind.__name__}({', '.join(getattr(kind, '_fields', ()))})"
