"""Whatever stops a save, at whatever moment: the old checkpoint or the new one, never neither.

Four ends: the process dies at the n-th file operation (all n), the power fails and the disk keeps
no more than it was told to, the disk is full, and kill -9 at random moments.
"""

from __future__ import annotations

import builtins
import errno
import itertools
import multiprocessing
import os
import random
import re
import resource
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import torch

from ganvas import checkpoint
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


def save_next_and_prune(folder: Path) -> None:
    put(folder, 2, 2)
    prune(folder, 1)


each_work = pytest.mark.parametrize("work", [save_again, save_next_and_prune])


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A folder whose only checkpoint is step 1 with value 1; the works above bring value 2."""
    return put(tmp_path / "run", 1, 1).parent


def copy(folder: Path, number: int) -> Path:
    return Path(shutil.copytree(folder, folder.with_name(f"{folder.name}-{number}")))


# Every file operation, seen

CHANGES = ("mkdir", "unlink", "rmdir")


class Watched:
    """A file that holds back what is written until it is flushed, as a buffered one may."""

    def __init__(self, path: Path, before: Callable[..., None]) -> None:
        self.path, self.before, self.held = path, before, b""
        before("create", path)
        self.file = builtins.open(path, "xb", buffering=0)
        self.fileno = self.file.fileno

    def write(self, data: bytes) -> None:
        self.held += data

    def flush(self) -> None:
        half = len(self.held) // 2
        for part in filter(None, (self.held[:half], self.held[half:])):
            self.before("write", self.path, part)
            self.file.write(part)
        self.held = b""

    def __enter__(self) -> Watched:
        return self

    def __exit__(self, *_: object) -> None:
        with self.file:
            self.flush()


@contextmanager
def watching(before: Callable[..., None]) -> Iterator[None]:
    """Calls `before(operation, path, …)` ahead of all that changes a file or a folder."""
    real = {name: getattr(os, name) for name in ("open", "fsync", "rename", *CHANGES)}
    opened: dict[int, Path] = {}

    def place(path: Any, dir_fd: int | None) -> Path:
        return Path(path) if dir_fd is None else opened[dir_fd] / path

    def open_file(path: Path, _: str) -> Watched:
        file = Watched(path, before)
        opened[file.fileno()] = path
        return file

    def open_folder(path: Any, flags: int, *rest: int, dir_fd: int | None = None) -> int:
        handle: int = real["open"](path, flags, *rest, dir_fd=dir_fd)
        opened[handle] = place(path, dir_fd)
        return handle

    def fsync(handle: int) -> None:
        before("fsync", opened[handle])
        real["fsync"](handle)

    def rename(source: Path, target: Path) -> None:
        before("rename", source, target)
        real["rename"](source, target)

    def change(name: str) -> Callable[..., None]:
        def changed(path: Any, *rest: int, dir_fd: int | None = None) -> None:
            before(name, place(path, dir_fd))
            real[name](path, *rest, dir_fd=dir_fd)

        return changed

    fakes = {"open": open_folder, "fsync": fsync, "rename": rename}
    with ExitStack() as stack:
        stack.enter_context(patch.object(checkpoint, "open", open_file, create=True))
        for name, fake in (fakes | {name: change(name) for name in CHANGES}).items():
            stack.enter_context(patch.object(os, name, fake))
        yield


def record(work: Callable[[Path], object], folder: Path) -> list[tuple[Any, ...]]:
    events: list[tuple[Any, ...]] = []
    with watching(lambda *event: events.append(event)):
        work(folder)
    return events


def test_order_of_operations(old: Path) -> None:
    def told(work: Callable[[Path], None], step: str) -> list[str]:
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
    removed = ["rename S S.tmp", "fsync ."]
    unlinked = {"unlink S.tmp/state.safetensors", "unlink S.tmp/manifest.json"}

    assert told(save_next, "step-00000002") == [*written, "rename S.tmp S", "fsync ."]

    again = told(save_again, "step-00000001")
    assert again[:10] == [*written, "rename S.tmp S.new", "fsync ."]
    assert again[10:12] == removed
    assert set(again[12:14]) == unlinked
    assert again[14:] == ["rmdir S.tmp", "rename S.new S", "fsync ."]

    pruned = told(lambda folder: prune(folder, 1), "step-00000001")
    assert pruned[:2] == removed
    assert set(pruned[2:4]) == unlinked
    assert pruned[4:] == ["rmdir S.tmp"]


# The process dies at the n-th operation


class Death(BaseException):
    """Ends a save without any of its handlers for errors."""


def at(number: int, end: Callable[[], None]) -> Callable[..., None]:
    """A watcher that calls `end` at the `number`-th operation and, once dead, at each after it."""
    count = itertools.count(1)

    def before(*_: object) -> None:
        if next(count) >= number:
            end()

    return before


def die() -> None:
    raise Death


def dies(work: Callable[[Path], object], folder: Path, number: int) -> bool:
    try:
        with watching(at(number, die)):
            work(folder)
    except Death:
        return True
    return False


def dies_for_real(work: Callable[[Path], object], folder: Path, number: int) -> bool:
    child = SERVER.Process(target=exits, args=(work, folder, number))
    child.start()
    child.join(30)
    assert child.exitcode in (0, 9)
    return child.exitcode == 9


def exits(work: Callable[[Path], object], folder: Path, number: int) -> None:
    with watching(at(number, lambda: os._exit(9))):
        work(folder)


@pytest.mark.parametrize("end", [dies, dies_for_real])
@each_work
def test_death_at_every_operation(
    old: Path, work: Callable[[Path], None], end: Callable[..., bool]
) -> None:
    for number in itertools.count(1):
        folder = copy(old, number)
        dead = end(work, folder, number)
        seen = value(latest(folder))  # as a reader sees it, before anyone sweeps
        assert seen in ((1, 2) if dead else (2,)), number
        sweep(folder)
        tidy(folder)
        assert value(latest(folder)) == seen, number
        if not dead:
            break
    assert number > 15


def save_third(folder: Path) -> None:
    put(folder, 1, 3)


@pytest.mark.parametrize("recover", [sweep, save_third])
def test_death_while_recovering_from_a_death(
    old: Path, recover: Callable[[Path], None]
) -> None:
    for first in itertools.count(1):
        wreck = copy(old, first)
        if not dies(save_again, wreck, first):
            break
        seen = value(latest(wreck))
        for second in itertools.count(1):
            folder = copy(wreck, second)
            dead = dies(recover, folder, second)
            assert value(latest(folder)) in {seen, 3 if recover is save_third else seen}
            sweep(folder)
            tidy(folder)
            if not dead:
                break


# The disk is full, or fails


@each_work
def test_error_at_every_operation(old: Path, work: Callable[[Path], None]) -> None:
    def fail() -> None:
        watcher.pop()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    for number in itertools.count(1):
        folder = copy(old, number)
        watcher = [at(number, fail)]
        try:
            with watching(lambda *event: watcher and watcher[0](*event)):
                work(folder)
        except StorageError as error:
            assert "No space left on device" in str(error)
        if value(latest(folder)) == 1:
            assert os.listdir(folder) == ["step-00000001"], number
        sweep(folder)
        tidy(folder)
        if watcher:
            break
    assert number > 15


def save_too_much(folder: Path, step: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    try:
        put(folder, step, 2, size=50_000)
    except StorageError as error:
        folder.with_name("error").write_text(str(error))


@pytest.mark.parametrize("step", [1, 2])
def test_a_full_disk_leaves_the_old_one_and_says_what_is_needed(old: Path, step: int) -> None:
    child = SERVER.Process(target=save_too_much, args=(old, step))
    child.start()
    child.join(30)
    said = old.with_name("error").read_text()
    found = re.search(r"save (\S+): File too large. It needs (\d+) bytes; (\d+) are free", said)
    assert found is not None, said
    assert found[1] == str(old / f"step-{step:08d}")
    assert 200_000 < int(found[2]) < 201_500
    assert int(found[3]) > 0
    assert os.listdir(old) == ["step-00000001"]
    assert value(latest(old)) == 1


# The power fails


@dataclass
class File:
    """Content now, and what is sure to be on the disk."""

    now: bytes = b""
    safe: bytes = b""

    def fsync(self) -> None:
        self.safe = self.now

    def survivors(self) -> set[Any]:
        return {self.now, self.safe, self.now[: len(self.now) // 2]} if self.now != self.safe else {self.now}


@dataclass
class Folder:
    """Names that are sure to be on the disk, and changes since, any of which may be there too."""

    now: dict[str, Any] = field(default_factory=dict)
    safe: dict[str, Any] = field(default_factory=dict)
    changes: list[Any] = field(default_factory=list)
