"""Makes the turns that a game yields: gradients, checks, steps, averages. It knows no family.

For each turn, on every micro-batch in turn: evaluate, go backward at once into the players'
parameters alone; then, once: check that all is finite, step, and let the game's code go on.
"""

from __future__ import annotations

import math
import operator
from collections import deque
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import torch
from torch import Tensor, nn

from ganvas.ema import Ema
from ganvas.errors import GameError, TrainingError, unknown
from ganvas.events import Turned
from ganvas.game import Game, Moment, Nets, Updatable
from ganvas.losses.adversarial import wide
from ganvas.play import Clock, Play, Side, Source, losses_of

Update = tuple[Updatable, Tensor]
Made = tuple[Side, Turned]
LAG = 4
"""Steps after which a flag that stayed on an accelerator is read."""


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
        self._stepped = {
            name: [m for m in getattr(self.nets, name).modules() if hasattr(m, "stepped")]
            for name in self.game.players
            if hasattr(self.nets, name)
        }
        self._flags: deque[tuple[int, list[Made], Tensor]] = deque()

    @property
    def immediate(self) -> bool:
        """Whether values are asked for at once; only CUDA's fused optimizers know masks."""
        return self.device.type != "cuda"

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
        if move is not None and (strangers := set(move) - set(self.game.players)):
            raise unknown("player", min(strangers), self.game.players)
        if not all(module.training for module in self._modules):
            self.nets.train()
        plays = [self._play(part, watch) for part in range(self.micro)]
        turned: list[Turned] = []
        while (sides := self._evaluate(plays)) is not None:
            movers = [[p for p in side.players if move is None or p in move] for side in sides]
            reports = [self._report(side, bool(m)) for side, m in zip(sides, movers, strict=True)]
            taken = self._updates(plays)
            updates = taken if any(movers) else []
            made = [(s, r) for s, r in zip(sides, reports, strict=True) if r.moved]
            masked = self._guard(made, updates)
            for player in (player for players in movers for player in players):
                self._move(player, plays[0].moment, masked)
            self._update(updates, masked)
            turned += reports
        self._update(self._updates(plays) if move is None else [], None)
        self._advance(plays)
        return turned

    def _play(self, part: int, watching: bool) -> Play:
        clock, parts = self.clock, self.micro
        t = Moment(
            seed=self.seed,
            step=clock.step,
            images=clock.images,
            device=self.device,
            part=part,
            parts=parts,
            watching=watching,
        )
        return Play(self.game, self.nets, self.source, t, clock.draws, part, parts)

    def _evaluate(self, plays: list[Play]) -> list[Side] | None:
        """The next turn on every micro-batch, each backward at once; None at the step's end."""
        sides: list[Side] = []
        ended = False
        for n, play in enumerate(plays):
            with self._precision():
                turn = next(play.turns, _END)
            fresh = [] if turn is _END else losses_of(turn)
            if n == 0:
                ended = turn is _END
                self._check_apart(fresh)
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
        return None if ended else sides

    def _check_apart(self, sides: list[Side]) -> None:
        """Raises GameError where two players of a turn share parameters."""
        names = [name for side in sides for name in side.players]
        if len(names) > 1:
            counts = [len(self.parameters((name,))) for name in names]
            if sum(counts) > len(self.parameters(tuple(names))):
                raise GameError(
                    f"{' and '.join(names)} share parameters and move in one turn, which would "
                    "step them twice; let one of the two own them."
                )

    def _precision(self) -> AbstractContextManager[Any]:
        """Autocast to the lower precision where one is set."""
        if self.autocast is None:
            return nullcontext()
        return torch.autocast(self.device.type, self.autocast)

    def _backward(self, side: Side, parts: int, keep: bool) -> None:
        loss = _over(reduce(operator.add, map(wide, side.terms.values())), parts)
        if not loss.requires_grad:
            raise GameError(f"The loss of {side.name} does not depend on {side.name}.")
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

    def _move(self, player: str, t: Moment, masked: Tensor | None) -> None:
        spec, optimizer = self.game.players[player], self.optimizers[player]
        parameters = self.parameters((player,))
        if spec.clip:
            torch.nn.utils.clip_grad_norm_(parameters, spec.clip)
        spec.tune(optimizer, t)
        optimizer.found_inf = masked  # type: ignore[attr-defined] # read by fused optimizers
        optimizer.step()
        # Fused steps write weights without telling autograd; a stale graph must still raise.
        torch.autograd.graph.increment_version(parameters)
        for module in self._stepped[player]:
            module.stepped()

    def _guard(self, made: list[Made], updates: list[Update]) -> Tensor | None:
        """Keeps what is not finite from the weights: at once on the CPU, by a mask elsewhere."""
        numbers = [n for side, turn in made for n in (*side.terms.values(), turn.gradient)]
        values = [value.sum() for _, value in updates]
        if self.immediate:
            if not all(math.isfinite(n.item()) for n in numbers + values):
                raise self._failure(self.clock.step, made)
            return None
        flag = (~torch.isfinite(torch.stack(numbers + values).sum())).float()
        self._flags.append((self.clock.step, made, flag))
        return flag

    def check_finite(self, lag: int = 0) -> None:
        """Raises TrainingError for a masked step that lies `lag` steps back or more."""
        while self._flags and self._flags[0][0] <= self.clock.step - lag:
            step, made, flag = self._flags.popleft()
            if flag.item():
                raise self._failure(step, made)

    def _failure(self, step: int, made: list[Made]) -> TrainingError:
        numbers = {
            **{f"the term {side.name}/{k}": v for side, _ in made for k, v in side.terms.items()},
            **{f"the gradient of {side.name}": turn.gradient for side, turn in made},
        }
        bad = [name for name, value in numbers.items() if not torch.isfinite(value)]
        what = bad[0] if bad else "what t.update was given"
        return TrainingError(f"Step {step}: {what} is not finite; the step was not made.")

    def _updates(self, plays: list[Play]) -> list[Update]:
        """What the micro-batches gave to `t.update`, joined for each state; taken from them."""
        given = [play.moment.updates for play in plays]
        if len({len(each) for each in given}) > 1:
            raise GameError("t.update was called more often on one micro-batch than on another.")
        joined = [
            (parts[0][0], _joined([wide(value) for _, value, _ in parts], rows=parts[0][2]))
            for parts in zip(*given, strict=True)
        ]
        for each in given:
            each.clear()
        return joined

    def _update(self, updates: list[Update], masked: Tensor | None) -> None:
        """State that is not a parameter moves once; masked like the turn it came with."""
        if updates:
            with torch.no_grad():
                self._make_updates(updates, masked)

    def _make_updates(self, updates: list[Update], masked: Tensor | None) -> None:
        for module, value in updates:
            if masked is None:
                module.update(value)
                continue
            before = {name: b.clone() for name, b in module.named_buffers()}
            module.update(value)
            for name, buffer in module.named_buffers():
                buffer.copy_(torch.where(masked > 0, before[name], buffer))

    def _advance(self, plays: list[Play]) -> None:
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


_END: Any = object()
"""What `turns` gives when a step is over; nothing that a family can yield."""


def _joined(values: list[Tensor], rows: bool) -> Tensor:
    """The rows of all values, or the mean of the values."""
    return torch.cat(values) if rows else torch.stack(values).mean(0)


def _over(value: Tensor, parts: int) -> Tensor:
    """A part's share of a mean."""
    return wide(value) if parts == 1 else wide(value) / parts
