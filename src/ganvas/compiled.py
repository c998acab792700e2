"""Networks compiled by torch.compile, where that is found to compute the same.

A compiled network cannot be differentiated twice: PyTorch refuses or, in some versions, forgets the
second order in silence, and D would train without its penalty. So a step of copies is made both
ways, and what is compiled must give every player the gradients it had.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from ganvas.engine import Engine
from ganvas.errors import GanvasError
from ganvas.game import Moment, Nets
from ganvas.losses.adversarial import wide
from ganvas.play import Play, losses_of

ROUNDING = 1e-3
"""The difference of gradients, over their norm, that another order of sums explains."""


def compile_players(engine: Engine, backend: Any = "inductor") -> Iterator[str]:
    """Compiles each player's network that proves right in a step; tells which and why not.

    Args:
        engine: its networks are compiled in place; nothing moves.
        backend: of torch.compile.
    """
    # The compiler looks at the gradients of what it is given, and PyTorch warns of that.
    warnings.filterwarnings("ignore", "The .grad attribute of a Tensor that is not a leaf")
    expected = _gradients(engine, engine.nets)
    done: list[str] = []
    for player in engine.game.players:
        nets = copy.deepcopy(engine.nets)
        try:
            for name in (*done, player):
                _compile(getattr(nets, name), backend)
            apart = _apart(expected, _gradients(engine, nets))
        except GanvasError:
            raise
        except Exception as error:  # a compiler has many ways to give up
            reason = str(error).strip().splitlines() or [type(error).__name__]
            yield f"{player} is not compiled: {' '.join(reason[:2])}"
            continue
        if apart > ROUNDING:
            yield f"{player} is not compiled: its gradients would differ by {apart:.1e}."
            continue
        done.append(player)
    for player in done:
        _compile(getattr(engine.nets, player), backend)
    if done:
        yield f"Compiled: {', '.join(done)}; a first step gave the gradients of the plain networks."


def _compile(network: nn.Module, backend: Any) -> None:
    """Compiles in place, as `Module.compile` does, which passes over PyTorch's own containers."""

    def call(*args: Any) -> Any:
        return network._call_impl(*args)  # type: ignore[no-untyped-call]

    network._compiled_call_impl = torch.compile(call, backend=backend, dynamic=False)


def _gradients(engine: Engine, nets: Nets) -> list[Tensor]:
    """The gradient of each term of a step by itself, for a small one could be lost in a sum."""
    nets = copy.deepcopy(nets) if nets is engine.nets else nets
    found: list[Tensor] = []
    while (gradient := _gradient(engine, nets, len(found))) is not None:
        found.append(gradient)
    return found


def _gradient(engine: Engine, nets: Nets, number: int) -> Tensor | None:
    """The gradient of the term of that number in the run's first step; None where it has fewer."""
    t = Moment(seed=engine.seed, step=0, device=engine.device, parts=engine.micro)
    turns = Play(engine.game, nets, engine.source, t, 0, 0, engine.micro).turns
    while True:
        with engine.precision():
            turn = next(turns, None)
        if turn is None:
            return None
        for side in losses_of(turn):
            players = nn.ModuleList(getattr(nets, name) for name in side.players)
            for term in side.terms.values():
                if number == 0:
                    players.zero_grad()
                    torch.autograd.backward(wide(term), inputs=list(players.parameters()))
                    found = [p.grad.flatten() for p in players.parameters() if p.grad is not None]
                    return torch.cat(found)
                number -= 1


def _apart(expected: list[Tensor], found: list[Tensor]) -> float:
    """The largest distance of two turns' gradients, over their norm."""
    pairs = zip(expected, found, strict=True)
    worst = max(float((a - b).norm() / a.norm().clamp_min(1e-12)) for a, b in pairs)
    return worst if worst == worst else float("inf")
