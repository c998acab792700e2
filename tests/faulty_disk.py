"""What a save does to the disk, seen one operation at a time; and a disk that forgets.

A power cut keeps what was forced out by fsync; of the rest, any part may be there or not.
"""

from __future__ import annotations

import builtins
import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from ganvas import checkpoint

CHANGES = ("mkdir", "unlink", "rmdir")
Event = tuple[Any, ...]
Work = Callable[[Path], object]


class WatchedFile:
    """A file that holds back what is written until it is flushed, as a buffered one may."""

    def __init__(self, path: Path, before: Callable[..., None]) -> None:
        self.path, self.before, self.held = path, before, b""
        before("create", path)
        self.file = builtins.open(path, "xb", buffering=0)  # noqa: SIM115 – closed by __exit__
        self.fileno = self.file.fileno

    def write(self, data: bytes) -> None:
        self.held += data

    def flush(self) -> None:
        half = len(self.held) // 2
        for part in filter(None, (self.held[:half], self.held[half:])):
            self.before("write", self.path, part)
            self.file.write(part)
        self.held = b""

    def __enter__(self) -> WatchedFile:
        return self

    def __exit__(self, *_: object) -> None:
        with self.file:
            self.flush()


@contextmanager
def watching(before: Callable[..., None]) -> Iterator[None]:
    """Calls `before(operation, path, …)` ahead of all that `checkpoint` changes on the disk."""
    real = {name: getattr(os, name) for name in ("open", "rename", *CHANGES)}
    opened: dict[int, Path] = {}

    def place(path: Any, dir_fd: int | None) -> Path:
        return Path(path) if dir_fd is None else opened[dir_fd] / path

    def open_file(path: Path, _: str) -> WatchedFile:
        file = WatchedFile(path, before)
        opened[file.fileno()] = path
        return file

    def open_folder(path: Any, flags: int, *rest: int, dir_fd: int | None = None) -> int:
        handle: int = real["open"](path, flags, *rest, dir_fd=dir_fd)
        opened[handle] = place(path, dir_fd)
        return handle

    def fsync(handle: int) -> None:
        before("fsync", opened[handle])  # and no more: no power is cut here, and it takes time

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


def record(work: Work, folder: Path) -> list[Event]:
    """What `work(folder)` does to the disk, in order."""
    events: list[Event] = []
    with watching(lambda *event: events.append(event)):
        work(folder)
    return events


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


class File:
    """A file on the forgetful disk."""

    def __init__(self, content: bytes = b"") -> None:
        self.now = self.safe = content

    def fsync(self) -> None:
        self.safe = self.now

    def survivors(self) -> set[bytes]:
        """The contents that may be found after a power cut."""
        lost = {self.safe, self.now[: len(self.now) // 2]} if self.safe != self.now else set()
        return lost | {self.now}


class Folder:
    """A folder on the forgetful disk; `changes` are (name gone, name come, what has the name)."""

    def __init__(self) -> None:
        self.now: dict[str, File | Folder] = {}
        self.fsync()

    def fsync(self) -> None:
        self.safe = dict(self.now)
        self.changes: list[tuple[str | None, str | None, File | Folder]] = []

    def change(self, gone: str | None, come: str | None, node: File | Folder) -> None:
        self.changes.append((gone, come, node))
        _apply(self.now, gone, come, node)

    def survivors(self) -> set[Any]:
        """The trees that may be found after a power cut: sets of (name, bytes or tree)."""
        trees: set[Any] = set()
        for kept in itertools.product([False, True], repeat=len(self.changes)):
            names = dict(self.safe)
            for change in itertools.compress(self.changes, kept):
                _apply(names, *change)
            for parts in itertools.product(*(node.survivors() for node in names.values())):
                trees.add(frozenset(zip(names, parts, strict=True)))
        return trees

    def replay(self, root: Path, event: Event) -> None:
        """Does `event`, recorded below `root`, to this folder."""
        operation, path, *more = event
        *above, name = path.relative_to(root).parts or (None,)
        parent: Any = self
        for part in above:
            parent = parent.now[part]
        node = parent.now.get(name, self)
        match operation:
            case "mkdir" | "create":
                parent.change(None, name, Folder() if operation == "mkdir" else File())
            case "write":
                node.now += more[0]
            case "fsync":
                node.fsync()
            case "rename":
                parent.change(name, more[0].name, node)
            case "unlink" | "rmdir":
                parent.change(name, None, node)


def _apply(
    names: dict[str, File | Folder], gone: str | None, come: str | None, node: File | Folder
) -> None:
    if gone is not None and names.pop(gone, None) is None:
        return  # the change that made this name was lost
    if come is not None:
        names[come] = node


def forgetful(folder: Path) -> Folder:
    """A real folder of folders of files as it stands, all of it safe."""
    disk = Folder()
    for path in folder.iterdir():
        inside = disk.now[path.name] = Folder()
        inside.now = {file.name: File(file.read_bytes()) for file in path.iterdir()}
        inside.fsync()
    disk.fsync()
    return disk


def put_back(tree: Any, folder: Path) -> Path:
    """Writes one of `Folder.survivors()` to a real folder."""
    folder.mkdir()
    for name, content in tree:
        if isinstance(content, bytes):
            (folder / name).write_bytes(content)
        else:
            put_back(content, folder / name)
    return folder
