"""What a graphics card asks of a step: no waiting for numbers, and every tensor on the card.

Tests have no card. So operations that would wait for one are refused on the processor; and steps
are made on PyTorch's device `meta`, whose tensors cannot be mixed with those of the processor.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from itertools import chain
from typing import Any

import pytest
import torch
from torch.nn.functional import one_hot
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode, _disable_current_modes

import games
from ganvas import Recipe, families, state
from ganvas.check.probe import first_taken, small_sets
from ganvas.data.batches import Batch
from ganvas.data.stream import Stream
from ganvas.engine import LAG, Engine
from ganvas.finite import Finite
from ganvas.game import Game, Moment
from ganvas.optim import Optim
from ganvas.transfer import Later

WAITS = (
    *("_local_scalar_dense", "nonzero", "nonzero_numpy", "masked_select", "equal", "is_nonzero"),
    *("_unique2", "unique_dim", "unique_consecutive", "bincount", "histc", "repeat_interleave"),
)
"""Operations whose result, or its shape, the program needs before it can go on."""
PICTURES = {"network": "dcgan", "width": 4}
OPTIONS: list[tuple[str, dict[str, Any]]] = [
    ("gan", {"penalty": "r1", "gamma": 1.0, "every": 2}),
    ("gan", {"penalty": "gp", "loss": "wasserstein"}),
    ("gan", {"penalty": "dragan"}),
    ("gan", {"loss": "hinge", "spectral": True}),
    ("gan", {"feed": "coin"}),
    ("gan", {"categories": 3}),
    ("gan", {"G": {"method": "sgd", "max_norm": 1.0}}),
    ("gan", {**PICTURES, "augment": ("colour", "translation", "cutout")}),
    ("discogan", {"variant": "paper"}),
    ("discogan", {"variant": "code"}),
    ("pix2pix", {"gan_weight": 0.0}),
]


def everyone() -> dict[str, Game]:
    """Every family at its quickest, the games that bend the engine, and options beyond them."""
    found: dict[str, Game] = {kind.__name__: kind() for kind in games.BENDING}
    for name, options in [*((name, {}) for name in families.names()), *OPTIONS]:
        kind = families.find(name)
        game = Recipe(game=kind()).merged({"game": dict(kind.quick)}).merged({"game": options}).game
        found[" ".join([name, *map(str, options.values())])] = game
    return found


EVERYONE = everyone()


class NoWaiting(TorchDispatchMode):
    """Fails where an operation would wait for the device."""

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        name = operation.overloadpacket.__name__
        assert name not in WAITS, f"{operation} waits for the device"
        if name.startswith("index"):
            for index in args[1]:
                assert index is None or index.dtype != torch.bool, f"{operation} waits: a mask"
        return operation(*args, **(kwargs or {}))


class AsOnACard(TorchFunctionMode):
    """PyTorch looks at the numbers given to `one_hot`, but not where they are on a card."""

    def __torch_function__(self, work, types, args=(), kwargs=None):
        if work is one_hot:
            return torch.eye(args[1], dtype=torch.int64, device=args[0].device)[args[0]]
        return work(*args, **(kwargs or {}))


def apart(work: Callable) -> Callable:
    """`work` as something that is done on the processor even where there is a card."""

    def done(*args):
        with _disable_current_modes():
            return work(*args)

    return done


def engine(game: Game, device: torch.device | str = "cpu") -> Engine:
    sets = first_taken(game, chain(*small_sets()))
    game = game.suited(sets.spec)
    nets = state.build(game, sets.spec, 0, device)
    stream = Stream(sets, 16, 0, game.range)

    def source(*address: int) -> Batch:
        batch = stream(*address)
        return type(batch)(*(value.to(device) for value in batch))

    part = Engine(game=game, nets=nets, source=apart(source), device=torch.device(device))
    part._finite = Finite(immediate=False)
    return part


class Odd(games.Small):
    """Does something with what D says of real samples, before each turn."""

    def __init__(self, work: Callable) -> None:
        super().__init__()
        object.__setattr__(self, "work", work)

    def turns(self, nets, draw, t):
        for turn in super().turns(nets, draw, t):
            self.work(nets.D(draw().x))
            yield turn


# No waiting


@pytest.fixture
def masks(monkeypatch) -> None:
    """Lets the masks of steps be read: on a card they have come by themselves until then."""
    monkeypatch.setattr(Later, "read", apart(Later.read))


@pytest.mark.usefixtures("masks")
@pytest.mark.parametrize("name", EVERYONE)
def test_no_step_waits(name):
    part = engine(EVERYONE[name])
    with NoWaiting(), AsOnACard():
        for _ in range(LAG + 2):  # the first with what comes now and then, the last reading a mask
            part.step(watch=False)


@pytest.mark.parametrize("work", [lambda x: x.mean().item(), lambda x: x[x > 0], torch.nonzero])
def test_a_game_that_waits_is_found(work):
    part = engine(Odd(work))
    with NoWaiting(), pytest.raises(AssertionError, match="waits"):
        part.step(watch=False)


# One device


@pytest.fixture
def other(monkeypatch) -> torch.device:
    """A device that is not the processor, and has no numbers, generators or fused optimizers."""

    class Resting(torch.optim.SGD):
        def step(self, closure=None):
            pass

    def watch(t: Moment, _name: str, value: Callable) -> None:
        with suppress(NotImplementedError):  # numbers picked by a mask, which `meta` does not know
            assert value().device == t.device

    monkeypatch.setattr("ganvas.moment.generator", lambda *address, device: None)
    monkeypatch.setattr(Optim, "make", lambda _, parameters: Resting(parameters, lr=0.0))
    monkeypatch.setattr(Optim, "tune", lambda *_: None)
    monkeypatch.setattr(Later, "read", lambda later: 0.0)
    monkeypatch.setattr(Moment, "watch", watch)
    return torch.device("meta")


@pytest.mark.parametrize("name", EVERYONE)
def test_all_tensors_of_a_step_are_on_the_device(other, name):
    part = engine(EVERYONE[name], other)
    with AsOnACard():
        turns = [*part.step(), *part.step()]
    numbers = [value for turn in turns for value in (*turn.terms.values(), turn.gradient)]
    assert {value.device for value in numbers} == {other}


@pytest.mark.parametrize("work", [lambda x: x + torch.ones(16, 1), lambda x: x * torch.eye(16)[:1]])
def test_a_game_that_mixes_devices_is_found(other, work):
    with pytest.raises(RuntimeError, match="device"):
        engine(Odd(work), other).step()


@pytest.mark.parametrize("name", EVERYONE)
def test_views_are_drawn_on_the_device(other, name):
    part = engine(EVERYONE[name], other)
    t = Moment(seed=0, step="views", device=other)
    batch = part.source(0, 0, 1)
    with torch.no_grad(), AsOnACard():
        views = part.game.views(part.nets.eval(), batch, t)
    assert {view.device for view in views.values()} <= {other}
