"""Several processes train as one: the same numbers, one reduction a turn, one end."""

from __future__ import annotations

import dataclasses
import math
import os
import re
import signal
import socket
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from itertools import chain
from pathlib import Path

import pytest
import torch
import torch.distributed as dist
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn.functional import softplus

import games
import ganvas.ranks
from ganvas import Recipe, Trainer, data, families, state
from ganvas.check.probe import first_taken, small_sets
from ganvas.data.batches import DataSpec
from ganvas.data.stream import Stream
from ganvas.engine import Engine
from ganvas.errors import TrainingError, UsageError
from ganvas.events import Turned
from ganvas.game import Game, Moment
from ganvas.ranks import ALONE, KEEP_ALIVE, Ranks
from ganvas.recipe import Settings
from processes import ended, said, start, together
from small import WIDTHS

STEPS, BATCH = 20, 16


@dataclasses.dataclass(frozen=True, kw_only=True)
class TwoDraws(games.Small):
    """Two batches and two noises in a turn, state beside the weights, and something to watch."""

    def build(self, data: DataSpec):
        return games.Stateful().build(data)

    def turns(self, nets, draw, t: Moment):
        a, b = draw(), draw()
        far = nets.D(a.x + t.normal(a, 2)) - nets.D(b.x + t.uniform(b, 2))
        t.watch("far", lambda: far)
        t.update(nets.mean, far.square().mean())
        yield "D", {"far": softplus(far).mean(), **self.d_terms(nets, b, t)}
        yield "G", self.g_terms(nets, a, t)
        t.update(nets.mean, far.mean())


def everyone() -> dict[str, Game]:
    """Every family that mixes no samples, at its quickest, and the games that bend the engine."""
    found: dict[str, Game] = {kind.__name__: kind() for kind in [*games.BENDING, TwoDraws]}
    for name in families.names():
        kind = families.find(name)
        # At its own rates: at those of `quick`, some games double each rounding error in a step.
        narrow = {key: value for key, value in kind.quick.items() if key not in kind().players}
        game = Recipe(game=kind()).merged({"game": narrow}).game
        if game.mixes_samples and hasattr(game, "norm"):
            game = Recipe(game=game).merged({"game": {"norm": "none"}}).game
        if not game.mixes_samples:
            found[name] = game
    return found


def played(game: Game, ranks: Ranks, steps: int) -> dict[str, Tensor]:
    """What `steps` steps leave, and the gradients of the first."""
    sets = first_taken(game, chain(*small_sets()))
    game = game.suited(sets.spec)
    stream = Stream(sets, BATCH, 0, game.range)

    def source(*address: int):
        batch = stream(*address)
        kind = torch.get_default_dtype()
        return type(batch)(*(v.to(kind) if v.is_floating_point() else v for v in batch))

    found: dict[str, Tensor] = {}

    def observe(turned: Turned) -> None:
        if turned.step == 0:
            for i, p in enumerate(engine.parameters(tuple(turned.player.split("+")))):
                if p.grad is not None:
                    found[f"gradient/{len(found)}/{turned.player}/{i}"] = p.grad.clone()

    nets = state.build(game, sets.spec, 0)
    engine = Engine(game=game, nets=nets, source=source, ranks=ranks, observe=observe)
    turned = [engine.step() for _ in range(steps)][-1]
    clock, watched = dataclasses.asdict(engine.clock), sorted(engine.watched.items())
    told = [value for turn in turned for value in (*turn.terms.values(), turn.gradient)]
    found["clock"] = torch.tensor([*clock.values()])
    found["told"] = torch.stack([*told, *(torch.tensor(value) for _, value in watched)])
    return found | {name: value.contiguous() for name, value in state.collect(engine).items()}


def all_played(ranks: Ranks, kind: torch.dtype, steps: int) -> dict[str, Tensor]:
    small_sets()  # kept, and made of float32
    torch.set_default_dtype(kind)
    try:
        return {
            f"{name}: {what}": value.clone(memory_format=torch.contiguous_format)
            for name, game in everyone().items()
            for what, value in played(game, ranks, steps).items()
        }
    finally:
        torch.set_default_dtype(torch.float32)


def play_all(ranks: Ranks, folder: Path) -> None:
    counted: list[int] = []
    reduce = dist.all_reduce

    def counting(tensor: Tensor, **options) -> None:
        counted.append(tensor.numel())
        reduce(tensor, **options)

    dist.all_reduce = counting
    for kind, steps in ((torch.float64, STEPS), (torch.float32, 1)):
        save_file(all_played(ranks, kind, steps), folder / f"{kind}-{ranks.rank}")
    counted.clear()
    played(games.ManySteps(), ranks, 5)
    assert len(counted) == 5 * 4, counted  # one for each turn


def alike(names: Iterable[str]) -> dict[str, list[str]]:
    """Names that differ in their numbers only: one bias may have a gradient of 0 and rounding."""
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(re.sub(r"\d+", "#", name), []).append(name)
    return found


def apart(a: Tensor, b: Tensor) -> float:
    """The distance of two tensors over their size."""
    return float((a - b).norm() / a.norm().clamp_min(1e-12))


def test_two_processes_are_one_with_the_same_batch(tmp_path):
    together(play_all, tmp_path, tmp_path)
    for kind, steps, limit in ((torch.float64, STEPS, 1e-6), (torch.float32, 1, 1e-5)):
        one = all_played(ALONE, kind, steps)
        two, other = (load_file(tmp_path / f"{kind}-{rank}") for rank in (0, 1))
        assert one.keys() == two.keys() == other.keys()
        if kind == torch.float32:
            one = {name: value for name, value in one.items() if ": gradient/" in name}
        assert all(torch.equal(two[name], other[name]) for name in one)
        for kind, names in alike(one).items():
            pair = [torch.cat([each[n].double().flatten() for n in names]) for each in (one, two)]
            assert apart(*pair) <= limit, (kind, apart(*pair))
    assert {name.partition(":")[0] for name in one} >= {"gan", "sngan", "r3gan", "TwoDraws"}


# One end


def small(ranks: Ranks, folder: Path | None = None, **options) -> Trainer:
    usual = {"batch": 64, "threads": 1, "log_every": 5, "precision": "float32"}
    game = families.find("gan")(**WIDTHS)
    settings = Settings(**usual | options)
    return Trainer(game, data.load("digits"), settings=settings, ranks=ranks, folder=folder)


def stop_one(ranks: Ranks) -> None:
    part = small(ranks, steps=1000)
    step = part.engine.step

    def stepping(*args, **options):
        if ranks.rank == 1 and part.clock.step == 7:
            part.stop("by hand")
        return step(*args, **options)

    part.engine.step = stepping
    assert part.follow() == ("another process was stopped", "by hand")[ranks.rank]
    assert part.clock.step == 8


def stop_by_time(ranks: Ranks) -> None:
    part = small(ranks, minutes=60)
    part._elapsed = lambda: 3600.0 if ranks.first and part.clock.step >= 5 else 0.0
    reason = part.follow()
    assert reason == ("60 minutes done" if ranks.first else "another process was stopped")
    assert part.clock.step == 6  # the wish of step 5 is told with the gradients of the next


def stop_by_steps(ranks: Ranks) -> None:
    part = small(ranks, steps=9, epochs=10)
    assert part.follow() == "9 steps done"
    assert part.clock.step == 9


@pytest.mark.parametrize("work", [stop_one, stop_by_time, stop_by_steps])
def test_all_stop_after_the_same_step(tmp_path, work):
    together(work, tmp_path)


def spoilt(ranks: Ranks) -> None:
    part = small(ranks, steps=50)
    source = part.engine.source
    bad = math.nan if ranks.rank == 1 else 1.0

    def spoiling(number: int, *rest: int):
        batch = source(number, *rest)
        return batch._replace(x=batch.x * bad) if number == 3 else batch

    part.engine.source = spoiling
    for _ in range(3):
        part.step()
    before = {name: value.clone() for name, value in part.state()[0].items()}
    with pytest.raises(TrainingError, match=r"Step 3: the term D/real is not finite"):
        part.step()
    for name, value in part.state()[0].items():
        assert torch.equal(value, before[name]), name


def test_what_is_not_finite_in_one_stops_all_before_the_step(tmp_path):
    together(spoilt, tmp_path)


def lose_one(ranks: Ranks, folder: Path, waits: bool) -> int:
    part = small(ranks, steps=100_000)
    while True:
        part.step()
        if part.clock.step == 5 and ranks.rank == 1:
            (folder / "killed").write_text(repr(time.time()))
            os.kill(os.getpid(), signal.SIGKILL)
        if part.clock.step == 5 and waits:
            time.sleep(60)


@pytest.mark.parametrize("waits", [False, True])
def test_a_lost_process_ends_the_others_with_a_message(tmp_path, waits):
    first, second = start(lose_one, tmp_path, tmp_path, waits)
    assert ended(second) == -signal.SIGKILL
    code = ended(first)
    assert time.time() - float((tmp_path / "killed").read_text()) < 5
    assert code == (4 if waits else 1)
    assert "Process 0 of 2 has lost another one, and ends too." in said(tmp_path)


ALIVE = ("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT")


def asked_after(ranks: Ranks) -> None:
    """Every connection to another process is one that the system asks after when it is silent."""
    found = []
    for number in os.listdir("/dev/fd"):
        with suppress(OSError), socket.fromfd(int(number), socket.AF_INET, socket.SOCK_STREAM) as s:
            s.getpeername()
            alive = s.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            told = [s.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) for name in ALIVE]
            found.append((alive, *told))
    assert len(found) >= 4
    assert set(found) == {(1, *(KEEP_ALIVE[name] for name in ALIVE))}


@pytest.mark.skipif(not hasattr(socket, "TCP_KEEPIDLE"), reason="the system names them otherwise")
def test_machines_that_fall_silent_are_asked_after(tmp_path):
    together(asked_after, tmp_path)


def meets_nobody() -> None:
    os.environ["WORLD_SIZE"] = "2"
    ganvas.ranks.MEETING = timedelta(seconds=1)
    with pytest.raises(TrainingError) as caught:
        ganvas.ranks.join()
    message = str(caught.value)
    assert message.startswith("Process 0 of 2 does not reach the others.")
    assert "GLOO_SOCKET_IFNAME=eth0" in message
    assert "PyTorch said: " in message
    os._exit(0)


meets_nobody.joins = True


def test_a_process_that_never_comes_is_told_of(tmp_path):
    together(meets_nobody, tmp_path, count=1)


def disagree(ranks: Ranks) -> None:
    part = small(ranks, seed=ranks.rank)
    with pytest.raises(UsageError, match=r"has another configuration than process"):
        part.ranks.agree({"configuration": part.settings.seed})
    part.ranks.agree({"configuration": part.settings.batch})
    assert ranks.gathered(ranks.rank) == [0, 1]
    assert ranks.told(f"by {ranks.rank}") == "by 0"


def test_processes_of_different_commands_are_refused(tmp_path):
    together(disagree, tmp_path)


# Shares


def test_shares_and_parts():
    three = Ranks(1, 3)
    assert (three.share(96), three.parts(96, None), three.parts(96, 8)) == (32, 1, 4)
    assert three.parts(96, 64) == 1
    with pytest.raises(UsageError, match="batch = 64 cannot be split evenly over 3 processes"):
        three.share(64)
    with pytest.raises(UsageError, match="micro_batch = 5 does not divide 32"):
        three.parts(96, 5)


def test_alone_there_is_nobody_to_ask():
    assert ALONE.gathered(3) == [3]
    assert ALONE.told("x") == "x"
    ALONE.leave()
    kept = vars(ALONE).copy()
    small(ALONE)
    assert vars(ALONE) == kept


def test_losses_that_mix_samples_are_warned_of():
    game = families.find("dcgan")(width=8)
    two = Ranks(0, 2)
    part = Trainer(game, data.load("digits", size=16), settings=Settings(batch=64), ranks=two)
    warned = [event.message for event in part._pending]
    assert "The losses mix samples, so the processes' shares are not the whole batch." in warned
