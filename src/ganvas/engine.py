"""Makes the turns that a game yields: gradients, checks, steps, averages. It knows no family.

For each turn, on every micro-batch in turn: evaluate, go backward at once into the players'
parameters alone; then, once: check that all is finite, step, and let the game's code go on.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import reduce
from itertools import chain
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from ganvas.ema import Ema
from ganvas.errors import GameError, unknown
from ganvas.events import Turned
from ganvas.finite import Finite
from ganvas.game import Game, Moment, Nets
from ganvas.losses.adversarial import wide
from ganvas.moment import Updatable
from ganvas.play import Clock, Play, Side, Source, losses_of
from ganvas.ranks import ALONE, Ranks

LAG = 4
"""Steps after which a flag that stayed on an accelerator is read."""


class Update(NamedTuple):
    """What `t.update` was given, joined over the micro-batches."""

    module: Updatable
    value: Tensor
    rows: bool
    """Whether the value is the rows of all; else it is their mean."""


@dataclass(kw_only=True)
class Engine:
    """The networks of a game, what moves them, and the step that moves them once."""

    game: Game
    nets: Nets
    source: Source
    seed: int = 0
    micro: int = 1
    """Micro-batches that a minibatch is split into; their gradients add up to the whole's."""
    ranks: Ranks = ALONE
    """The processes that share each minibatch, if there are several; all step alike."""
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
        self._networks = list(self.nets.children())  # drawing puts them in eval mode, each whole
        self._stepped = {
            name: [m for m in getattr(self.nets, name).modules() if hasattr(m, "stepped")]
            for name in self.game.players
            if hasattr(self.nets, name)
        }
        self._finite = Finite(immediate=self.device.type != "cuda")  # only CUDA's steps know masks

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
        if not all(network.training for network in self._networks):
            self.nets.train()
        first = self.ranks.rank * self.micro
        plays = [self._play(first + part, watch) for part in range(self.micro)]
        turned: list[Turned] = []
        while (sides := self._evaluate(plays)) is not None:
            sides, taken = self._shared(sides, self._updates(plays))
            movers = [[p for p in side.players if move is None or p in move] for side in sides]
            reports = [self._report(side, bool(m)) for side, m in zip(sides, movers, strict=True)]
            updates = taken if any(movers) else []
            made = [(s, r) for s, r in zip(sides, reports, strict=True) if r.moved]
            masked = self._finite.guard(self.clock.step, made, [u.value for u in updates])
            for player in (player for players in movers for player in players):
                self._move(player, plays[0].moment, masked)
            self._update(updates, masked)
            turned += reports
        _, left = self._shared([], self._updates(plays))
        left = left if move is None else []
        self._update(left, self._finite.guard(self.clock.step, [], [u.value for u in left]))
        self._advance(plays, watch)
        return turned

    def _play(self, part: int, watching: bool) -> Play:
        clock, parts = self.clock, self.micro * self.ranks.count
        t = Moment(
            seed=self.seed,
            step=clock.step,
            images=clock.images,
            device=self.device,
            part=part,
            parts=parts,
            held=self.micro,
            watching=watching,
        )
        return Play(self.game, self.nets, self.source, t, clock.draws, part, parts)

    def _evaluate(self, plays: list[Play]) -> list[Side] | None:
        """The next turn on every micro-batch, each backward at once; None at the step's end."""
        sides: list[Side] = []
        ended = False
        for n, play in enumerate(plays):
            with self.precision():
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

    def precision(self) -> AbstractContextManager[Any]:
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

    def _shared(self, sides: list[Side], updates: list[Update]) -> tuple[list[Side], list[Update]]:
        """Terms, gradients and updates as means over all processes; one reduction for them all."""
        if self.ranks.count == 1 or not (sides or updates):
            return sides, updates
        parameters = [p for side in sides for p in self.parameters(side.players)]
        gradients = [p.grad for p in parameters if p.grad is not None]
        terms = [value for side in sides for value in side.terms.values()]
        values = [update.value for update in updates if not update.rows]
        means = iter(self.ranks.mean([*gradients, *terms, *values]))
        for gradient in gradients:
            gradient.copy_(next(means))
        sides = [s._replace(terms={name: next(means) for name in s.terms}) for s in sides]
        return sides, [
            u._replace(value=self.ranks.rows(u.value) if u.rows else next(means)) for u in updates
        ]

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
        if spec.max_norm:
            torch.nn.utils.clip_grad_norm_(parameters, spec.max_norm)
        spec.tune(optimizer, t)
        optimizer.found_inf = masked  # type: ignore[attr-defined] # read by fused optimizers
        optimizer.step()
        # Fused steps write weights without telling autograd; a stale graph must still raise.
        torch.autograd.graph.increment_version(parameters)
        for module in self._stepped[player]:
            module.stepped()

    def check_finite(self, lag: int = 0) -> None:
        """Raises TrainingError for a masked step that lies `lag` steps back or more."""
        self._finite.check(self.clock.step - lag)

    def _updates(self, plays: list[Play]) -> list[Update]:
        """What the micro-batches gave to `t.update`, joined for each state; taken from them."""
        given = [play.moment.updates for play in plays]
        if not any(given):
            return []
        if len({len(each) for each in given}) > 1:
            raise GameError("t.update was called more often on one micro-batch than on another.")
        joined = [
            Update(module, _joined([wide(value) for _, value, _ in parts], rows), rows)
            for parts in zip(*given, strict=True)
            for module, _, rows in parts[:1]
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
        for module, value, _ in updates:
            if masked is None:
                module.update(value)
                continue
            before = {name: b.clone() for name, b in module.named_buffers()}
            module.update(value)
            for name, buffer in module.named_buffers():
                buffer.copy_(torch.where(masked > 0, before[name], buffer))

    def _advance(self, plays: list[Play], watch: bool) -> None:
        shown = sum(play.rows for play in plays) * self.ranks.count
        self.clock.step += 1
        self.clock.draws += plays[0].draws
        self.clock.images += shown
        self.ema.update(self.game.ema(self.clock), shown, self.clock.images)
        seen: dict[str, list[float]] = {}
        rows = [{k: float(v) for k, v in play.moment.watched.items()} for play in plays]
        for row in chain(*self.ranks.gathered(rows)) if watch else ():
            for name, value in row.items():
                seen.setdefault(name, []).append(value)
        self.watched = {name: sum(values) / len(values) for name, values in seen.items()}
        self.check_finite(LAG)


_END: Any = object()
"""What `turns` gives when a step is over; nothing that a family can yield."""


def _joined(values: list[Tensor], rows: bool) -> Tensor:
    """The rows of all values, or the mean of the values."""
    return torch.cat(values) if rows else torch.stack(values).mean(0)


def _over(value: Tensor, parts: int) -> Tensor:
    """A part's share of a mean."""
    return wide(value) if parts == 1 else wide(value) / parts
