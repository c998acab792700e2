"""What is in a folder of pictures: which files, in which classes, and what is left aside.

Nothing is opened here, so that a pipe or a device among the files cannot block the scan.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from ganvas.errors import DataError, UsageError

ENDINGS = (
    *(".png", ".jpg", ".jpeg", ".jfif", ".webp", ".bmp", ".gif"),
    *(".tif", ".tiff", ".pbm", ".pgm", ".ppm", ".pnm"),
)
"""A file with one of these endings is meant to be a picture; any other is passed over."""

_LITTER = frozenset({"thumbs.db", "desktop.ini", "__macosx"})


class Refusal(NamedTuple):
    """A file that cannot be used."""

    path: str
    reason: str


@dataclass
class Found:
    """The pictures of a folder, sorted by path, and what else was there."""

    pictures: list[str] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    """The class of each picture; empty without classes."""
    classes: tuple[str, ...] = ()
    refused: list[Refusal] = field(default_factory=list)
    """Files with a picture's ending that are no regular file inside the folder."""
    links: list[str] = field(default_factory=list)
    """Links to folders; they are not followed."""
    others: list[str] = field(default_factory=list)
    """The names of files without a picture's ending."""
    folders: list[str] = field(default_factory=list)
    """Sub-folders; each is a class, unless there are pictures at the top level."""

    def summary(self) -> str:
        """What is there besides pictures, for an error message."""
        kinds = {
            "unusable pictures": [os.path.basename(path) for path, _ in self.refused],
            "other files": self.others,
            "links to folders": [os.path.basename(path) for path in self.links],
            "sub-folders": [os.path.basename(path) for path in self.folders],
        }
        parts = [f"{len(names)} {kind} ({some(names)})" for kind, names in kinds.items() if names]
        return ", ".join(parts) or "nothing"


def printable(name: str) -> str:
    r"""A file's name as text for logs and JSON: bytes that are not UTF-8 appear as \xNN."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def some(names: list[str]) -> str:
    """The first few `names`, quoted."""
    return ", ".join(repr(name) for name in names[:3]) + (", …" if len(names) > 3 else "")


def scan(folder: Path) -> Found:
    """The pictures in `folder`: those at its top level, or else one class for each sub-folder.

    The pictures of a class may lie in folders of their own inside it. Hidden files are passed over.
    Links to files are followed inside the folder only, links to folders never.

    Raises:
        UsageError: no pictures, or a sub-folder without any.
        DataError: a folder that may not be read.
    """
    top = _scanned(str(folder), str(folder), deep=False)
    if top.pictures:
        return top
    empty = []
    for number, path in enumerate(top.folders):
        inner = _scanned(path, str(folder), deep=True)
        if not inner.pictures:
            empty.append(f"{os.path.basename(path)!r} holds {inner.summary()}")
        top.pictures += inner.pictures
        top.labels += [number] * len(inner.pictures)
        top.refused += inner.refused
        top.links += inner.links
    if not top.pictures:
        raise UsageError(f"The folder {str(folder)!r} holds no pictures; found: {top.summary()}.")
    if empty:
        raise UsageError(
            f"Each sub-folder of {str(folder)!r} is a class, but there are no pictures in: "
            f"{'; '.join(empty[:3])}. Remove what is no class."
        )
    top.classes = tuple(printable(os.path.basename(path)) for path in top.folders)
    return top


def deep(folder: Path) -> Found:
    """All pictures in `folder` and the folders below it, sorted by path, without classes."""
    return _scanned(str(folder), str(folder), deep=True)


def _scanned(folder: str, root: str, *, deep: bool) -> Found:
    """What is in `folder`, and with `deep` in all folders below it."""
    found = Found()
    waiting = [folder]
    while waiting:
        for entry in entries(waiting.pop()):
            if entry.is_dir(follow_symlinks=False):
                (waiting if deep else found.folders).append(entry.path)
            elif entry.is_symlink() and os.path.isdir(entry.path):
                found.links.append(entry.path)
            elif not entry.name.lower().endswith(ENDINGS):
                found.others.append(entry.name)
            elif reason := _unusable(entry, root):
                found.refused.append(Refusal(entry.path, reason))
            else:
                found.pictures.append(entry.path)
    found.pictures.sort(key=os.fsencode)  # by bytes: the same order under every locale
    found.folders.sort(key=os.fsencode)
    return found


def entries(folder: str) -> Iterator[os.DirEntry[str]]:
    """What is in `folder`, hidden files and litter aside; DataError where it cannot be read."""
    try:
        os.stat(os.path.join(folder, "."))  # fails where names can be read, and files cannot
        with os.scandir(folder) as found:
            for entry in found:
                if not entry.name.startswith(".") and entry.name.lower() not in _LITTER:
                    yield entry
    except OSError as error:
        raise DataError(f"The folder {folder!r} cannot be read: {error.strerror}.") from error


def _unusable(entry: os.DirEntry[str], root: str) -> str | None:
    """Why a file is not to be opened, if so."""
    if entry.is_symlink():
        inside = os.path.join(os.path.realpath(root), "")
        if not os.path.realpath(entry.path).startswith(inside):
            return "a link that leads out of the folder"
    return None if os.path.isfile(entry.path) else "not a regular file"
