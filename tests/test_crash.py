"""A save that is stopped leaves the old checkpoint or the new one, never neither, never a mix.

Three ends: the process dies at the n-th file operation, for all n; the disk is full; kill -9 at
random moments.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import multiprocessing
import os
import random
import re
import resource
import time
from collections.abc import Callable, Iterable
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, Protocol

import pytest
import torch

from faulty_disk import Death, Work, at, die, watching
from ganvas.checkpoint import latest, prune, sweep
from ganvas.errors import StorageError
from saves import copy, put, save_again, save_again_later, save_next_and_prune, tidy, value

SERVER = multiprocessing.get_context("forkserver")  # imports torch once, so that children are quick
SERVER.set_forkserver_preload(["pytest", "ganvas.checkpoint"])

each_work = pytest.mark.parametrize("work", [save_again, save_next_and_prune])


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A folder whose only checkpoint is step 1 with value 1."""
    return put(tmp_path / "run", 1, 1).parent


def in_child(target: Callable[..., None], *args: Any) -> None:
    child = SERVER.Process(target=target, args=args)
    child.start()
    child.join(60)
    assert child.exitcode == 0


def dies(work: Work, folder: Path, number: int) -> bool:
    try:
        with watching(at(number, die)):
            work(folder)
    except Death:
        return True
    return False


def dies_for_real(work: Work, folder: Path, number: int) -> bool:
    child = os.fork()
    if child == 0:
        with watching(at(number, lambda: os._exit(9))):
            work(folder)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, 9)
    return code == 9


def deaths(work: Work, old: Path, end: Callable[[Work, Path, int], bool]) -> None:
    """Makes a copy of `old` for each n, in which the n-th operation was the end; the last lived."""
    for number in itertools.count(1):
        if not end(work, copy(old, number), number):
            break


@pytest.mark.parametrize("end", [dies, dies_for_real])
@each_work
def test_death_at_every_operation(old: Path, work: Work, end: Callable[..., bool]) -> None:
    if end is dies_for_real:
        in_child(deaths, work, old, end)  # forking is for a process with one thread
    else:
        deaths(work, old, end)
    copies = len(list(old.parent.glob("run-*")))
    assert copies > 15
    for number in range(1, copies + 1):
        folder = old.with_name(f"run-{number}")
        seen = value(latest(folder))  # as a reader sees it, before anyone sweeps
        assert seen in ((1, 2) if number < copies else (2,)), number
        sweep(folder)
        tidy(folder)
        assert value(latest(folder)) == seen, number


@pytest.mark.parametrize("recover", [sweep, save_again_later])
def test_death_while_recovering_from_a_death(old: Path, recover: Work) -> None:
    deaths(save_again, old, dies)
    wrecks = old.parent.glob("run-*")
    different = {tuple(sorted(path.name for path in wreck.rglob("*"))): wreck for wreck in wrecks}
    assert len(different) > 8
    for wreck in different.values():
        seen = value(latest(wreck))
        deaths(recover, wreck, dies)
        for folder in wreck.parent.glob(f"{wreck.name}-*"):
            assert value(latest(folder)) in {seen, 3 if recover is save_again_later else seen}
            sweep(folder)
            tidy(folder)


def fails_once(work: Work, folder: Path, number: int) -> bool:
    """Whether there was a `number`-th operation, at which the disk was full."""
    count = itertools.count(1)

    def before(*_: object) -> None:
        if next(count) == number:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with watching(before), contextlib.suppress(StorageError):
        work(folder)
    return next(count) > number


@each_work
def test_error_at_every_operation(old: Path, work: Work) -> None:
    deaths(work, old, fails_once)
    copies = list(old.parent.glob("run-*"))
    assert len(copies) > 15
    for folder in copies:
        if value(latest(folder)) == 1:
            assert os.listdir(folder) == ["step-00000001"]
        sweep(folder)
        tidy(folder)


def save_too_much(folder: Path, step: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    with pytest.raises(StorageError) as error:
        put(folder, step, 2, size=50_000)
    folder.with_name("error").write_text(str(error.value))


@pytest.mark.parametrize("step", [1, 2])
def test_a_full_disk_leaves_the_old_one_and_says_what_is_needed(old: Path, step: int) -> None:
    in_child(save_too_much, old, step)
    said = old.with_name("error").read_text()
    found = re.search(r"save (\S+): File too large. It needs (\d+) bytes; (\d+) are free", said)
    assert found is not None, said
    assert found[1] == str(old / f"step-{step:08d}")
    assert 200_000 < int(found[2]) < 201_500
    assert int(found[3]) > 0
    assert os.listdir(old) == ["step-00000001"]
    assert value(latest(old)) == 1


class Killable(Protocol):
    """A process, as `multiprocessing` gives it."""

    def kill(self) -> None: ...
    def join(self) -> None: ...


def kill_at_random(
    start_child: Callable[[], Killable], moments: Iterable[float], check: Callable[[], None]
) -> None:
    """For each of `moments`: starts a child, kills it so many seconds later, then calls `check`."""
    for moment in moments:
        child = start_child()
        time.sleep(moment)
        child.kill()
        child.join()
        check()


def save_for_ever(folder: Path, done: Path) -> None:
    """Saves 1 MB under each step twice; `done` gets a byte for each save that has returned."""
    torch.set_num_threads(1)
    sweep(folder)
    first = value(latest(folder)) + 1 if folder.is_dir() else 0
    for number in itertools.count(first):
        put(folder, number // 2, number, size=250_000)
        with done.open("ab") as file:
            file.write(b".")
        prune(folder, 2)


@pytest.mark.parametrize("kills", [10, pytest.param(50, marks=pytest.mark.long)])
def test_kill_at_random_moments(tmp_path: Path, kills: int) -> None:
    folder, done = tmp_path / "run", tmp_path / "done"
    done.touch()
    interrupted = []

    def start() -> ForkServerProcess:
        child = SERVER.Process(target=save_for_ever, args=(folder, done))
        before = done.stat().st_size
        child.start()
        while done.stat().st_size == before:
            time.sleep(0.001)
        return child

    def check() -> None:
        seen, returned = value(latest(folder)), done.stat().st_size - 1
        assert seen in (returned, returned + 1)  # no save that has returned is lost
        interrupted.append(any("." in name for name in os.listdir(folder)))
        sweep(folder)
        tidy(folder)
        assert value(latest(folder)) == seen
        assert len(os.listdir(folder)) <= 3
        done.write_bytes(b"." * (seen + 1))

    draw = random.Random(kills)
    kill_at_random(start, [draw.uniform(0, 0.2) for _ in range(kills)], check)
    assert sum(interrupted) >= kills // 10, "the kills fell between the saves"
