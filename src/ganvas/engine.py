"""Makes the turns that a game yields: gradients, checks, steps, averages. It knows no family.

For each turn, on every micro-batch in turn: evaluate, go backward at once into the players'
parameters alone; then, once: check that all is finite, step, and let the game's code go on.
"""

from __future__ import annotations

import math
import operator
from collections import deque
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from ganvas.data.batches import Batch
from ganvas.ema import Ema
from ganvas.errors import GameError, TrainingError
from ganvas.events import Turned
from ganvas.game import Game, Moment, Nets, Terms, Turn

Source = Callable[[int, int, int], Batch]
"""(number, part, parts) -> that part of the number-th minibatch; see `data.stream.Stream`."""
LAG = 4
"""Steps after which a flag that stayed on an accelerator is read."""


@dataclass
class Clock:
    """How far a run has come."""

    step: int = 0
    draws: int = 0
    images: int = 0


class Side(NamedTuple):
    """One loss of a turn: who moves, and the terms summed over the micro-batches."""

    players: tuple[str, ...]
    terms: Terms

    @property
    def name(self) -> str:
        """`D`, or `G+Q` for one loss of two players."""
        return "+".join(self.players)


class _Play:
    """One micro-batch's run through `turns`, with its own moment and its own count of draws."""

    def __init__(self, engine: Engine, part: int, watching: bool) -> None:
        clock = engine.clock
        self.moment = Moment(
            seed=engine.seed,
            step=clock.step,
            images=clock.images,
            device=engine.device,
            part=part,
            parts=engine.micro,
            watching=watching,
        )
        self.draws, self.rows = 0, 0

        def draw() -> Batch:
            batch = engine.source(clock.draws + self.draws, part, engine.micro)
            self.draws += 1
            self.rows += len(batch[0])
            return batch

        self.turns: Iterator[Turn] = engine.game.turns(engine.nets, draw, self.moment)


@dataclass(kw_only=True)
class Engine:
    """The networks of a game, what moves them, and the step that moves them once."""

    game: Game
    nets: Nets
    source: Source
    seed: int = 0
    micro: int = 1
    """Micro-batches that a minibatch is split into; their gradients add up to the whole's."""
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    autocast: torch.dtype | None = None
    """Lower precision in which the losses are computed; None keeps float32."""
    observe: Callable[[Turned], None] | None = None
    """Called with each turn while the gradients stand and before anything moves."""
    clock: Clock = field(default_factory=Clock)
    watched: dict[str, float] = field(default_factory=dict, init=False)
    """What the last watched step showed beside its losses."""

    def __post_init__(self) -> None:
        self._parameters: dict[tuple[str, ...], list[nn.Parameter]] = {}
        self.optimizers = {
            name: spec.make(self.parameters((name,))) for name, spec in self.game.players.items()
        }
        self.ema = Ema(self.game, self.nets)
        self._modules = list(self.nets.modules())
        self._flags: deque[tuple[int, Side, Tensor]] = deque()

    @property
    def immediate(self) -> bool:
        """Whether asking a tensor for its value costs nothing, as on the CPU."""
        return self.device.type == "cpu"

    def parameters(self, players: tuple[str, ...]) -> list[nn.Parameter]:
        """The parameters of the players together, each once."""
        if players not in self._parameters:
            known = self.game.players
            for name in players:
                if name not in known or not hasattr(self.nets, name):
                    raise GameError(
                        f"{type(self.game).__name__} moves {name!r}, but its players are "
                        f"{', '.join(known)}: a player is a field that holds an Optim and an "
                        "attribute of Nets."
                    )
            networks = nn.ModuleList(getattr(self.nets, name) for name in players)
            self._parameters[players] = list(networks.parameters())
        return self._parameters[players]

    def step(self, move: Collection[str] | None = None, watch: bool = True) -> list[Turned]:
        """One training step; turns of players outside `move` are evaluated and not made."""
        if not all(module.training for module in self._modules):
            self.nets.train()
        plays = [_Play(self, part, watch) for part in range(self.micro)]
        turned: list[Turned] = []
        while sides := self._evaluate(plays):
            for side in sides:
                moved = move is None or bool(set(side.players) & set(move))
                turned.append(self._report(side, moved))
            for side, report in zip(sides, turned[-len(sides) :], strict=True):
                if report.moved:
                    self._move(side, report, plays[0].moment)
            self._update(plays)
        self._update(plays)
        self._advance(plays)
        return turned

    def _evaluate(self, plays: list[_Play]) -> list[Side]:
        """The next turn on every micro-batch, each backward at once; empty at the step's end."""
        sides: list[Side] = []
        for n, play in enumerate(plays):
            with self._precision():
                turn = next(play.turns, None)
            fresh = [] if turn is None else _sides(turn)
            if n == 0:
                for side in fresh:
                    for parameter in self.parameters(side.players):
                        parameter.grad = None
            elif [side.name for side in fresh] != [side.name for side in sides]:
                raise GameError(
                    f"{type(self.game).__name__}.turns took other turns on one micro-batch than "
                    "on another; the flow of turns must depend on t and options, not on data."
                )
            for i, side in enumerate(fresh):
                self._backward(side, len(plays), keep=i + 1 < len(fresh))
                share = {k: _over(v.detach(), len(plays)) for k, v in side.terms.items()}
                if n == 0:
                    sides.append(side._replace(terms=share))
                else:
                    for term, value in share.items():
                        sides[i].terms[term] = sides[i].terms[term] + value
        return sides

    def _precision(self) -> AbstractContextManager[Any]:
        """Autocast to the lower precision where one is set."""
        if self.autocast is None:
            return nullcontext()
        return torch.autocast(self.device.type, self.autocast)

    def _backward(self, side: Side, parts: int, keep: bool) -> None:
        loss = _over(reduce(operator.add, map(_wide, side.terms.values())), parts)
        try:
            torch.autograd.backward(loss, inputs=self.parameters(side.players), retain_graph=keep)
        except RuntimeError as error:
            if "modified by an inplace operation" not in str(error):
                raise
            raise GameError(
                f"The loss of {side.name} rests on a graph from before another player's step; "
                "compute it after the yield that made that step."
            ) from error

    def _report(self, side: Side, moved: bool) -> Turned:
        gradients = [p.grad for p in self.parameters(side.players) if p.grad is not None]
        if not gradients:
            raise GameError(f"The loss of {side.name} does not depend on {side.name}.")
        turned = Turned(
            step=self.clock.step,
            player=side.name,
            terms={f"{side.name}/{term}": value for term, value in side.terms.items()},
            gradient=torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients))),
            moved=moved,
        )
        if self.observe is not None:
            self.observe(turned)
        return turned

    def _move(self, side: Side, turned: Turned, t: Moment) -> None:
        parameters = self.parameters(side.players)
        masked = self._guard(side, turned.gradient)
        for name in side.players:
            spec, optimizer = self.game.players[name], self.optimizers[name]
            if spec.clip:
                torch.nn.utils.clip_grad_norm_(self.parameters((name,)), spec.clip)
            spec.tune(optimizer, t)
            optimizer.found_inf = masked  # type: ignore[attr-defined] # read by fused optimizers
            optimizer.step()
        # Fused steps write weights without telling autograd; a stale graph must still raise.
        torch.autograd.graph.increment_version(parameters)

    def _guard(self, side: Side, gradient: Tensor) -> Tensor | None:
        """Keeps what is not finite from the weights: at once on the CPU, by a mask elsewhere."""
        numbers = [*side.terms.values(), gradient]
        if self.immediate:
            if not all(math.isfinite(number.item()) for number in numbers):
                raise self._failure(self.clock.step, side)
            return None
        flag = (~torch.isfinite(torch.stack(numbers).sum())).float()
        self._flags.append((self.clock.step, side, flag))
        return flag

    def check_finite(self, lag: int = 0) -> None:
        """Raises TrainingError for a masked step that lies `lag` steps back or more."""
        while self._flags and self._flags[0][0] <= self.clock.step - lag:
            step, side, flag = self._flags.popleft()
            if flag.item():
                raise self._failure(step, side)

    def _failure(self, step: int, side: Side) -> TrainingError:
        bad = [name for name, value in side.terms.items() if not torch.isfinite(value)]
        what = f"the term {side.name}/{bad[0]} is" if bad else f"the gradient of {side.name} is"
        return TrainingError(f"Step {step}: {what} not finite; the step was not made.")

    def _update(self, plays: list[_Play]) -> None:
        """State that is not a parameter moves once, by the mean over the micro-batches."""
        for updates in zip(*(play.moment.updates for play in plays), strict=True):
            module = updates[0][0]
            with torch.no_grad():
                module.update(torch.stack([value.float() for _, value in updates]).mean(0))
        for play in plays:
            play.moment.updates.clear()

    def _advance(self, plays: list[_Play]) -> None:
        shown = sum(play.rows for play in plays)
        self.clock.step += 1
        self.clock.draws += plays[0].draws
        self.clock.images += shown
        self.ema.update(self.game.ema(self.clock), shown, self.clock.images)
        seen: dict[str, list[float]] = {}
        for play in plays:
            for name, value in play.moment.watched.items():
                seen.setdefault(name, []).append(float(value))
        self.watched = {name: sum(values) / len(values) for name, values in seen.items()}
        if self._flags:
            self.check_finite(LAG)


def _wide(value: Tensor) -> Tensor:
    """The value in float32, or better where it is."""
    return value.float() if value.dtype.itemsize < 4 else value


def _over(value: Tensor, parts: int) -> Tensor:
    """A part's share of a mean."""
    return _wide(value) if parts == 1 else _wide(value) / parts


def _sides(turn: Turn) -> list[Side]:
    """The losses of a turn in one form, with what a family may get wrong said in words."""
    if isinstance(turn, dict):
        sides = [Side((player,), terms) for player, terms in turn.items()]
    else:
        player, terms = turn
        sides = [Side((player,) if isinstance(player, str) else tuple(player), terms)]
    for side in sides:
        for name, value in side.terms.items():
            if not isinstance(value, Tensor) or value.ndim != 0:
                got = tuple(value.shape) if isinstance(value, Tensor) else type(value).__name__
                raise GameError(
                    f"The term {side.name}/{name} must be one number (a 0-d tensor), got {got}; "
                    "take its mean."
                )
    return sides
