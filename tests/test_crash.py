"""Whatever stops a save, at whatever moment: the old checkpoint or the new one, never neither.

Four ends: the process dies at the n-th file operation (all n), the disk is full or fails, the power
fails, and kill -9 at random moments.
"""

from __future__ import annotations

import errno
import itertools
import multiprocessing
import os
import random
import re
import resource
import shutil
import time
from collections.abc import Callable, Iterable
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, Protocol

import pytest
import torch
from faulty_disk import Event, Folder, Work, forgetful, put_back, record, watching

from ganvas.checkpoint import Checkpoint, latest, load, prune, save, sweep
from ganvas.errors import StorageError

SERVER = multiprocessing.get_context("forkserver")  # imports torch once, so that children are quick
SERVER.set_forkserver_preload(["pytest", "ganvas.checkpoint"])


def put(folder: Path, step: int, value: int, size: int = 3) -> Path:
    """Saves a state that says `value` in each of its parts."""
    state = {"w": torch.full((size,), float(value)), "n": torch.tensor(value)}
    return save(folder, step, state, {"value": value})


def value(saved: Checkpoint) -> int:
    """What `put` was given; fails for a mix of two states."""
    tensors = saved.tensors()
    assert tensors["w"].eq(saved.info["value"]).all()
    assert tensors["n"] == saved.info["value"]
    return int(saved.info["value"])


def tidy(folder: Path) -> None:
    """Fails unless there are only checkpoints, and all of them good."""
    for path in folder.iterdir():
        assert re.fullmatch(r"step-\d{8}", path.name), f"orphan {path.name}"
        load(path)


def save_next(folder: Path) -> None:
    put(folder, 2, 2)


def save_again(folder: Path) -> None:
    put(folder, 1, 2)


def save_again_later(folder: Path) -> None:
    put(folder, 1, 3)


def keep_one(folder: Path) -> None:
    prune(folder, 1)


def save_next_and_prune(folder: Path) -> None:
    save_next(folder)
    keep_one(folder)


each_work = pytest.mark.parametrize("work", [save_again, save_next_and_prune])


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A folder whose only checkpoint is step 1 with value 1; the works above bring value 2."""
    return put(tmp_path / "run", 1, 1).parent


def copy(folder: Path, number: int) -> Path:
    return Path(shutil.copytree(folder, folder.with_name(f"{folder.name}-{number}")))


def in_child(target: Callable[..., None], *args: Any) -> None:
    child = SERVER.Process(target=target, args=args)
    child.start()
    child.join(60)
    assert child.exitcode == 0


# The process dies at the n-th operation


class Death(BaseException):
    """Ends a save as no handler of errors sees it."""


def at(number: int, end: Callable[[], None]) -> Callable[..., None]:
    """A watcher that calls `end` at the `number`-th operation and, once dead, at each after it."""
    count = itertools.count(1)

    def before(*_: object) -> None:
        if next(count) >= number:
            end()

    return before


def die() -> None:
    raise Death


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
    wrecks = {
        tuple(sorted(map(str, wreck.rglob("*")))): wreck for wreck in old.parent.glob("run-*")
    }
    different = {tuple(Path(name).name for name in names): wreck for names, wreck in wrecks.items()}
    assert len(different) > 8
    for wreck in different.values():
        seen = value(latest(wreck))
        deaths(recover, wreck, dies)
        for folder in wreck.parent.glob(f"{wreck.name}-*"):
            assert value(latest(folder)) in {seen, 3 if recover is save_again_later else seen}
            sweep(folder)
            tidy(folder)


# The disk is full, or fails


@each_work
def test_error_at_every_operation(old: Path, work: Work) -> None:
    def fail() -> None:
        watchers.pop()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    for number in itertools.count(1):
        folder = copy(old, number)
        watchers = [at(number, fail)]
        try:
            with watching(lambda *event: [watcher(*event) for watcher in watchers] and None):
                work(folder)
        except StorageError as error:
            assert "No space left on device" in str(error)
        if value(latest(folder)) == 1:
            assert os.listdir(folder) == ["step-00000001"], number
        sweep(folder)
        tidy(folder)
        if watchers:
            break
    assert number > 15


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


# The power fails


def test_order_of_operations(old: Path) -> None:
    def told(work: Work, step: str) -> list[str]:
        lines = []
        for operation, path, *more in record(work, old):
            paths = [path, *(part for part in more if isinstance(part, Path))]
            words = [operation, *(str(each.relative_to(old)) for each in paths)]
            lines.append(" ".join(words).replace(f"-{os.getpid()}", "").replace(step, "S"))
        return [line for line, _ in itertools.groupby(lines)]  # the two halves of a write are one

    written = [
        "mkdir S.tmp",
        "create S.tmp/state.safetensors",
        "write S.tmp/state.safetensors",
        "fsync S.tmp/state.safetensors",
        "create S.tmp/manifest.json",
        "write S.tmp/manifest.json",
        "fsync S.tmp/manifest.json",
        "fsync S.tmp",
    ]
    unlinked = ["unlink S.tmp/manifest.json", "unlink S.tmp/state.safetensors"]
    removed = ["rename S S.tmp", "fsync .", *unlinked, "rmdir S.tmp"]

    assert told(save_next, "step-00000002") == [*written, "rename S.tmp S", "fsync ."]

    again = told(save_again, "step-00000001")
    again[12:14] = sorted(again[12:14])  # the two files go in any order
    published = [*written, "rename S.tmp S.new", "fsync ."]
    assert again == [*published, *removed, "rename S.new S", "fsync ."]

    pruned = told(keep_one, "step-00000001")
    pruned[2:4] = sorted(pruned[2:4])
    assert pruned == removed

    first = record(save_next, old.with_name("first"))
    assert first[:2] == [("mkdir", old.with_name("first")), ("fsync", old.parent)]


def next_then_prune(old: Path) -> tuple[list[Event], int]:
    saved = record(save_next, old)
    return saved + record(keep_one, old), len(saved)


def again(old: Path) -> tuple[list[Event], int]:
    events = record(save_again, old)
    return events, len(events)


def again_killed_then_swept(old: Path) -> tuple[list[Event], int]:
    plan = record(save_again, copy(old, 0))
    renamed = 1 + [event[0] for event in plan].index("rename")
    events: list[Event] = []
    watchers = [lambda *event: events.append(event), at(renamed + 1, die)]
    with (
        pytest.raises(Death),
        watching(lambda *event: [each(*event) for each in watchers] and None),
    ):
        save_again(old)
    events = events[:renamed] + record(sweep, old)
    return events, len(events)


def outlives_power_cuts(
    disk: Folder, root: Path, events: list[Event], returned: int, passed: set[Any]
) -> None:
    """Cuts the power after each of `events`; from number `returned` on, the new state is sure."""
    cut = root.with_name("cut")
    for number, event in enumerate(events, start=1):
        disk.replay(root, event)
        for tree in disk.survivors():
            if (tree, number >= returned) in passed:
                continue
            shutil.rmtree(cut, ignore_errors=True)
            put_back(tree, cut)
            for path in cut.glob("step-*"):
                assert ".tmp-" in path.name or load(path), event
            saved = latest(cut)
            assert value(saved) in ((2,) if number >= returned else (1, 2)), event
            assert number < returned or ".new" not in saved.path.name
            sweep(cut)
            tidy(cut)
            assert value(latest(cut)) == value(saved)
            passed.add((tree, number >= returned))


@pytest.mark.parametrize("history", [next_then_prune, again, again_killed_then_swept])
def test_power_cut_after_every_operation(old: Path, history: Callable[..., Any]) -> None:
    start = copy(old, 1)
    events, returned = history(old)
    passed: set[Any] = set()
    outlives_power_cuts(forgetful(start), old, events, returned, passed)
    syncs = [number for number, event in enumerate(events) if event[0] == "fsync"]
    assert len(syncs) >= 5
    for number in syncs:  # and it would be noticed if any of them were left out
        without = events[:number] + events[number + 1 :]
        with pytest.raises((AssertionError, StorageError, UserWarning)):
            outlives_power_cuts(
                forgetful(start), old, without, returned - (number < returned), passed
            )


# kill -9


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

    def start() -> ForkServerProcess:
        child = SERVER.Process(target=save_for_ever, args=(folder, done))
        before = done.stat().st_size
        child.start()
        while done.stat().st_size == before:
            time.sleep(0.001)
        return child

    def check() -> None:
        seen = value(latest(folder))
        assert seen in (done.stat().st_size - 1, done.stat().st_size)  # what has returned is there
        sweep(folder)
        tidy(folder)
        assert len(os.listdir(folder)) <= 3
        assert value(latest(folder)) == seen
        done.write_bytes(b"." * (seen + 1))

    draw = random.Random(kills)
    kill_at_random(start, [draw.uniform(0, 0.2) for _ in range(kills)], check)
    assert done.stat().st_size > 3 * kills
