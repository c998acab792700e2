"""Networks compiled by torch.compile, where that is found to compute the same.

A compiled network cannot be differentiated twice: PyTorch refuses or, in some versions, forgets the
second order in silence, and D would train without its penalty. So steps of copies are made both
ways, and what is compiled must give every player the gradients it had.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Iterator
from types import CodeType
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from ganvas.engine import Engine
from ganvas.errors import GanvasError
from ganvas.game import Moment, Nets
from ganvas.losses.adversarial import wide
from ganvas.play import Clock, Play, losses_of

ROUNDING = {None: 1e-3, torch.bfloat16: 3e-2}
"""The difference of gradients, over their norm, that other roundings explain, by precision."""
STEPS = 16
"""Steps that are compared at the most, until every player has moved."""


class Gradient(NamedTuple):
    """What one term asks of the players that minimise it."""

    players: tuple[str, ...]
    value: Tensor


def compile_players(engine: Engine, backend: Any = "inductor") -> Iterator[str]:
    """Compiles each player's network that proves right in a few steps; tells which and why not.

    Args:
        engine: its networks are compiled in place; nothing moves. What was compiled for other
            options of the game is forgotten.
        backend: of torch.compile.
    """
    # The compiler looks at the gradients of what it is given, and PyTorch warns of that.
    warnings.filterwarnings("ignore", "The .grad attribute of a Tensor that is not a leaf")
    for player in engine.game.players:
        for network in _called(getattr(engine.nets, player)):
            network._compiled_call_impl = None
    expected = _gradients(engine, copy.deepcopy(engine.nets))
    compiler = Compiler(backend)
    done: list[str] = []
    for player in engine.game.players:
        if doubt := _doubt(engine, [*done, player], expected, compiler):
            yield f"{player} is not compiled: {doubt}"
        else:
            done.append(player)
    compiler(engine.nets, done)
    if done:
        yield f"Compiled: {', '.join(done)}; trial steps gave the gradients of the plain networks."


class Compiler:
    """Compiles in place, as `Module.compile` does, which passes over PyTorch's own containers.

    PyTorch compiles a piece of code eight times, then leaves it as it is without a word. So each
    network is called by a piece of its own, in which its copies share what was compiled.
    """

    def __init__(self, backend: Any) -> None:
        self.backend = backend
        self._codes: dict[tuple[str, int], CodeType] = {}

    def __call__(self, nets: Nets, players: list[str]) -> None:
        """Has the networks of these players compiled when they are called next."""
        for player in players:
            for i, network in enumerate(_called(getattr(nets, player))):
                network._compiled_call_impl = self._compiled(network, (player, i))

    def _compiled(self, network: nn.Module, place: tuple[str, int]) -> Any:
        def call(*args: Any) -> Any:
            return network._call_impl(*args)  # type: ignore[no-untyped-call]

        call.__code__ = self._codes.setdefault(place, call.__code__.replace())
        return torch.compile(call, backend=self.backend, dynamic=False)


def _doubt(
    engine: Engine, players: list[str], expected: list[Gradient], compiler: Compiler
) -> str | None:
    """Why the last of these players should not be compiled beside the others."""
    if not any(players[-1] in gradient.players for gradient in expected):
        return f"it moves in none of {STEPS} steps, so that nothing can be compared."
    nets = copy.deepcopy(engine.nets)
    try:
        compiler(nets, players)
        apart = _apart(expected, _gradients(engine, nets))
    except GanvasError:
        raise
    except Exception as error:  # a compiler has many ways to give up
        reason = str(error).strip().splitlines() or [type(error).__name__]
        return " ".join(reason[:2])
    right = apart <= ROUNDING[engine.autocast]
    return None if right else f"its gradients would differ by {apart:.1e}."


def _called(network: nn.Module) -> Iterator[nn.Module]:
    """The networks of a player that are called; containers by name or number are not."""
    if isinstance(network, nn.ModuleDict | nn.ModuleList):
        for child in network.children():
            yield from _called(child)
    else:
        yield network


def _gradients(engine: Engine, nets: Nets) -> list[Gradient]:
    """The gradient of each term by itself, for a small one could be lost in a sum.

    Of the first step, where terms are that come now and then, and of those after it until every
    player has moved.
    """
    found: list[Gradient] = []
    waiting = set(engine.game.players)
    clock = Clock(images=engine.clock.images)
    while waiting and clock.step < STEPS:
        number = 0
        while (gradient := _gradient(engine, nets, clock, number)) is not None:
            found.append(gradient)
            waiting -= set(gradient.players)
            number += 1
    return found


def _gradient(engine: Engine, nets: Nets, clock: Clock, number: int) -> Gradient | None:
    """The gradient of the term of that number in a step; None, a step later, where it has fewer."""
    parts = engine.micro * engine.ranks.count
    t = Moment(
        seed=engine.seed,
        step=clock.step,
        images=clock.images,
        device=engine.device,
        parts=parts,
        held=engine.micro,
    )
    play = Play(engine.game, nets, engine.source, t, clock.draws, 0, parts)
    while True:
        with engine.precision():
            turn = next(play.turns, None)
        if turn is None:
            clock.step += 1
            clock.draws += play.draws
            clock.images += play.rows * parts
            return None
        for side in losses_of(turn):
            players = nn.ModuleList(getattr(nets, name) for name in side.players)
            for term in side.terms.values():
                if number == 0:
                    players.zero_grad()
                    torch.autograd.backward(wide(term), inputs=list(players.parameters()))
                    found = [p.grad.flatten() for p in players.parameters() if p.grad is not None]
                    return Gradient(side.players, torch.cat(found))
                number -= 1


def _apart(expected: list[Gradient], found: list[Gradient]) -> float:
    """The largest distance of two turns' gradients, over their norm."""
    pairs = [(a.value, b.value) for a, b in zip(expected, found, strict=True)]
    worst = max(float((a - b).norm() / a.norm().clamp_min(1e-12)) for a, b in pairs)
    return worst if worst == worst else float("inf")
