"""What a family owes the engine: each promise is a function that raises `Broken`."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import itertools
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ganvas import drawing, flags, state
from ganvas.check.living import living_options
from ganvas.check.probe import BATCH, Broken, Probe, drawn
from ganvas.check.variants import flag, nested, options, others
from ganvas.data.batches import DataSpec
from ganvas.data.stream import Stream
from ganvas.ema import Ema
from ganvas.engine import Engine
from ganvas.events import Turned
from ganvas.game import Moment, Terms
from ganvas.recipe import Recipe, deep, flat, plain

LEARNING_STEPS, LEARNING_BATCH, LOOK = 500, 64, 20
CLOSER = 0.6
"""Share of its first distance that a game has to come to."""
ROUNDING = 1e-4
"""Relative difference of gradients that the order of float32 sums explains."""


def known_players(probe: Probe) -> None:
    """Every turn is of players that have an optimizer and networks."""
    engine = probe.engine()
    for name in (name for players, _ in _turns(engine) for name in players):
        if name not in engine.game.players or not hasattr(engine.nets, name):
            known = ", ".join(engine.game.players)
            raise Broken(f"{name!r} moves; the fields that hold an Optim are {known}.")


def finite_terms(probe: Probe) -> None:
    """Every term is one finite number."""
    for players, terms in _turns(probe.engine()):
        for term, value in terms.items():
            name = f"{'+'.join(players)}/{term}"
            if not isinstance(value, Tensor) or value.ndim:
                raise Broken(f"{name} is not one number (a 0-d tensor); take its mean.")
            if not torch.isfinite(value):
                raise Broken(f"{name} is {value.item()}.")


def _turns(engine: Engine, steps: int = 3) -> Iterator[tuple[tuple[str, ...], Terms]]:
    """The losses that the first steps yield, with nobody moving."""
    numbers = itertools.count()
    for step in range(steps):
        t = Moment(seed=0, step=step, images=step * BATCH)
        for turn in engine.game.turns(engine.nets, lambda: engine.source(next(numbers), 0, 1), t):
            if isinstance(turn, dict):
                yield from (((player,), terms) for player, terms in turn.items())
            else:
                yield (turn[0],) if isinstance(turn[0], str) else turn[0], turn[1]


def isolation(probe: Probe) -> None:
    """In a turn, the weights of the other players stay the same to the bit."""
    engine = probe.engine()
    players = tuple(probe.game.players)
    before = _weights(engine)
    moving: tuple[str, ...] = ()

    def compare(turn: Turned | None) -> None:
        nonlocal before, moving
        now = _weights(engine)
        told = tuple(turn.player.split("+")) if turn else ()
        pairs = [pair for n in players for pair in zip(now[n], before[n], strict=True)]
        if turn and all(torch.equal(*pair) for pair in pairs):
            moving += told  # the sides of one turn are told before any of them moves
            return
        allowed = {id(p) for p in engine.parameters(moving)} if moving else set()
        for player in players:
            for i, p in enumerate(engine.parameters((player,))):
                if id(p) not in allowed and not torch.equal(now[player][i], before[player][i]):
                    when = f"in the turn of {'+'.join(moving)}" if moving else "before any turn"
                    raise Broken(f"weights of {player} changed {when}.")
        before, moving = now, told

    engine.observe = compare
    for _ in range(3):
        engine.step()
        compare(None)


def _weights(engine: Engine) -> dict[str, list[Tensor]]:
    names = engine.game.players
    return {n: [p.detach().clone() for p in engine.parameters((n,))] for n in names}


def micro_batches(probe: Probe) -> None:
    """Gradients summed over micro-batches are the whole batch's, or mixing is declared."""
    nets = state.build(probe.game, probe.data.spec, 0)
    gradients: dict[int, list[Tensor]] = {1: [], 4: []}
    for micro, kept in gradients.items():
        engine = probe.engine(nets=copy.deepcopy(nets), micro=micro)

        def keep(turn: Turned, engine: Engine = engine, kept: list[Tensor] = kept) -> None:
            found = [p.grad for p in engine.parameters(tuple(turn.player.split("+")))]
            kept.append(torch.cat([g.flatten() for g in found if g is not None]))

        engine.observe = keep
        engine.step()
    pairs = zip(gradients[1], gradients[4], strict=True)
    worst = max(float((a - b).norm() / a.norm().clamp_min(1e-12)) for a, b in pairs)
    if worst > ROUNDING and not probe.game.mixes_samples:
        raise Broken(
            f"gradients of 4 micro-batches differ from the whole batch's by {worst:.1e} of their "
            "norm; let mixes_samples be True if that is meant."
        )
    if worst <= ROUNDING and probe.game.mixes_samples:
        raise Broken("mixes_samples is True, but micro-batches give the whole batch's gradients.")


def exact_resume(probe: Probe) -> None:
    """Steps 4 to 6 after a save and a load are those of an unbroken run, to the bit."""
    nets = state.build(probe.game, probe.data.spec, 0)
    whole, first = (probe.engine(nets=copy.deepcopy(nets)) for _ in range(2))
    for _ in range(6):
        whole.step()
    for _ in range(3):
        first.step()
    saved = {name: value.clone() for name, value in state.collect(first).items()}
    second = probe.engine()
    state.restore(second, saved)
    second.clock = copy.copy(first.clock)
    for _ in range(3):
        second.step()
    _same(state.collect(whole), state.collect(second), "after resuming")


def same_seed(probe: Probe) -> None:
    """The same seed gives the same bits, another seed others."""
    runs = []
    for seed in (0, 0, 1):
        engine = probe.engine(seed=seed)
        for _ in range(3):
            engine.step()
        runs.append(state.collect(engine))
    _same(runs[0], runs[1], "with the same seed")
    if all(torch.equal(runs[0][name], runs[2][name]) for name in runs[0]):
        raise Broken("another seed gives the same weights.")


def draws_alone(probe: Probe) -> None:
    """A loaded model draws, or translates, from its state and the data's facts alone."""
    engine, spec = probe.engine(), probe.data.spec
    engine.step()
    expected = drawn(engine, probe.data)
    verb = "translate" if probe.game.into else "sample"
    shape = spec.b.shape if spec.b and probe.game.into[:1] == ("b",) else spec.shape
    if not torch.isfinite(expected).all() or expected.shape[1:] != shape:
        raise Broken(f"{verb} gives {tuple(expected.shape)}; expected finite (8, *{shape}).")
    facts = json.loads(json.dumps(dataclasses.asdict(spec)))
    loaded = probe.engine(nets=state.build(probe.game, DataSpec.of(facts), seed=1))
    state.drawing(loaded.nets, state.collect(engine))
    loaded.ema = Ema(loaded.game, loaded.nets)
    if not torch.equal(drawn(loaded, probe.data), expected):
        raise Broken("the loaded model draws other samples than the one that was saved.")


def bf16(probe: Probe) -> None:
    """In bf16 the losses and the weights stay finite."""
    engine = probe.engine(autocast=torch.bfloat16)
    for _ in range(3):
        engine.step()
    for name, value in state.collect(engine).items():
        if not torch.isfinite(value).all():
            raise Broken(f"{name} is not finite after 3 steps in bf16.")


def config_survives(probe: Probe) -> None:
    """The options come back equal from TOML and from flags."""
    start = Recipe(game=probe.game, family="checked")
    changes: dict[str, Any] = {}
    words: list[str] = []
    for name in options(probe.game):
        value = next(others(probe.game, name), None)
        if value is None:
            raise Broken(f"{name} is of a kind that no flag and no TOML can hold.")
        changes = deep(changes, nested(name, value))
        words += flag(name, value)
    wanted = start.merged({"game": changes})
    _, given = flags.over(start, words, _Nowhere(), "check")
    for way, back in (
        ("TOML", start.merged(tomllib.loads(wanted.to_toml()))),
        ("the command line", start.merged(given)),
    ):
        expected, found = flat(plain(wanted.game)), flat(plain(back.game))
        lost = [name for name in expected if found.get(name) != expected[name]]
        if lost:
            raise Broken(f"{', '.join(lost)} do not survive {way}.")


def described(probe: Probe) -> None:
    """The file names its paper, its reference and its differences; every option has a docstring."""
    kind = type(probe.game)
    module = inspect.getmodule(kind)
    text = f"{(module and module.__doc__) or ''}\n{kind.__doc__ or ''}"
    missing = [word for word in ("Paper:", "Reference:", "Differs:") if word not in text]
    if missing:
        raise Broken(f"its docstring lacks {', '.join(missing)}")
    source = inspect.getsource(kind)
    above = {
        f.name
        for base in filter(dataclasses.is_dataclass, kind.__mro__[1:])
        for f in dataclasses.fields(base)
    }
    for name in (f.name for f in dataclasses.fields(kind) if f.name not in above):
        if not re.search(rf'^    {name}: .*(?:\n(?!    \w).*)*?\n    """', source, re.MULTILINE):
            raise Broken(f"the option {name} has no docstring below it.")


def learns(probe: Probe) -> None:
    """A short training brings the samples closer to the data."""
    engine = probe.engine(batch=LEARNING_BATCH)
    real = drawing.real(probe.game, Stream(probe.data, 512, 1, probe.game.range)(0))
    before = after = _distance(real, drawn(engine, probe.data, 512))
    for step in range(1, LEARNING_STEPS + 1):
        engine.step(watch=False)
        if step % LOOK == 0:
            after = _distance(real, drawn(engine, probe.data, 512))
            if after < CLOSER * before:
                return
    raise Broken(
        f"the sliced Wasserstein distance to the data went from {before:.3f} to {after:.3f} in "
        f"{LEARNING_STEPS} steps."
    )


PROMISES: dict[str, Callable[[Probe], None]] = {
    "only known players move": known_players,
    "terms are finite numbers": finite_terms,
    "other players stay bit for bit": isolation,
    "micro-batches add up to the whole": micro_batches,
    "resumes to the bit": exact_resume,
    "same seed, same bits": same_seed,
    "draws without data": draws_alone,
    "every option changes something": living_options,
    "finite in bf16": bf16,
    "options survive TOML and flags": config_survives,
    "documented": described,
    "learns a small toy": learns,
}


GATES = (known_players, finite_terms)
"""Promises without which no step can be made."""


@dataclass(frozen=True)
class _Nowhere:
    """No flags beside the game's and the settings'."""


def _same(a: dict[str, Tensor], b: dict[str, Tensor], when: str) -> None:
    other = [name for name in a if name not in b or not torch.equal(a[name], b[name])]
    if other or len(a) != len(b):
        raise Broken(f"{', '.join(other[:3]) or 'the state'} differs {when}.")


def _distance(x: Tensor, y: Tensor, directions: int = 64) -> float:
    """Sliced Wasserstein distance: the mean over random directions of the sorted differences."""
    x, y = x.flatten(1), y.flatten(1)
    t = Moment(seed=0, step="distance")
    lines = torch.nn.functional.normalize(t.normal(x.shape[1], directions), dim=0)
    return float(((x @ lines).sort(0).values - (y @ lines).sort(0).values).abs().mean())
