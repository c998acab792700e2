"""Data as a user names them, for one domain or for two.

find("digits")                      # whatever `load` takes
find("shapes")                      # two domains that come with ganvas
find("unpaired:shoes|dresses")      # two folders or sets that have nothing to do with each other
find("pairs:old|new")               # two folders of pictures of the same names
find("pairs:facades")               # a folder of pictures of two halves each
find("edges:shoes")                 # the edges of any pictures, and the pictures
"""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import numpy as np
import torch

from ganvas.data import load
from ganvas.data.apart import checked
from ganvas.data.catalog import NAMES, TWO
from ganvas.data.dataset import Dataset
from ganvas.data.decode import Part
from ganvas.data.domains import TwoDomains
from ganvas.data.folder import SIZE, decoded, judge
from ganvas.data.scan import Refusal, printable, scan
from ganvas.errors import UsageError

FORMS = {
    "unpaired": ("--a and --b each need a folder or a set's name", (2,)),
    "pairs": ("--pairs needs two folders, or one of pictures of two halves", (1, 2)),
    "edges": ("edges: needs a folder or a set's name", (1,)),
}
"""The words before the colon: what they need, and how many names."""
LISTED = 10
"""Names of missing pictures that an error tells."""
Name = str | os.PathLike[str]
Data = Dataset | TwoDomains
"""What a game is trained on."""


def find(text: str, *, size: int | None = None) -> Data:
    """The data that `text` names, one domain or two; see the top of this page.

    Raises:
        UsageError: nothing of that name, or two domains that do not go together.
        DataError: what is there is damaged.
    """
    form, names = _parsed(text)
    if form == "unpaired":
        return unpaired(*names, size=size)
    if form == "pairs":
        return paired(*names, size=size)
    if form == "edges":
        from ganvas.data import edges

        return dataclasses.replace(checked(edges.paired(load(names[0], size=size))), source=text)
    if text in TWO:
        return _built_in(text, size)
    return load(text, size=size)


def unpaired(a: Name, b: Name, *, size: int | None = None) -> TwoDomains:
    """Two domains without pairs, each what `load` takes: folders, or built-in sets.

    Raises:
        UsageError: the same one twice, by its place or its samples; one whose samples are all the
            same; grey beside colour; other sizes.
    """
    one, other = os.fspath(a), os.fspath(b)
    text = f"unpaired:{one}|{other}"
    title = called(text)
    if resolved(one) == resolved(other):
        raise UsageError(f"Both domains are {one!r}; a translation needs two.")
    first, second = load(one, size=size), load(other, size=size)
    return checked(TwoDomains(title, first, second, source=text))


def paired(a: Name, b: Name | None = None, *, size: int | None = None) -> TwoDomains:
    """Pictures in pairs: those of one name in the folders `a` and `b`, or the halves of `a`'s.

    Args:
        a: a folder of the first domain; without `b`, one of pictures of two halves, left and right.
        b: a folder of the second, whose pictures have the same names; endings may differ.
        size: pixels of a side; None makes them 64 x 64.

    Raises:
        UsageError: folders that are not there, hold no pictures or the same ones, or one picture
            alone; names that do not match.
        DataError: more than 5 % of the pictures cannot be read.
    """
    one, other = Path(a).expanduser(), Path(a if b is None else b).expanduser()
    parts: tuple[Part, Part] = ("left", "right") if b is None else ("whole", "whole")
    for folder in (one, other):
        if not folder.is_dir():
            raise UsageError(f"The folder {str(folder)!r} does not exist.")
    if b is not None and one.resolve() == other.resolve():
        raise UsageError(f"Both domains are {os.fspath(a)!r}; pairs are in two folders.")
    names = _matching(one, other)
    both = [
        decoded([known[n] for n in names[0]], size or SIZE, part)
        for known, part in zip(names[1:], parts)
    ]
    kept = np.array([not (x or y) for x, y in zip(both[0][2], both[1][2])])
    for folder, known, (_, _, reasons) in zip((one, other)[: 1 + (b is not None)], names[1:], both):
        found = scan(folder)
        refused = [Refusal(known[n], r) for n, r in zip(names[0], reasons) if r]
        judge(folder, found, [*found.refused, *refused], int(kept.sum()))
    text = f"pairs:{os.fspath(a)}" + ("" if b is None else f"|{os.fspath(b)}")
    titles = _names(one, other, b is None)
    first, second = (
        Dataset(title, torch.from_numpy((pixels[:, :1] if grey else pixels)[kept]))
        for title, (pixels, grey, _) in zip(titles, both)
    )
    return checked(TwoDomains(called(text), first, second, paired=True, source=text))


def called(text: str) -> str:
    """What the data of `text` are called in the name of a folder, such as `shoes-dresses`."""
    form, names = _parsed(text)
    short = [Path(name).expanduser().name or "data" for name in names]
    return "-".join([form, *short] if form == "edges" else short)


def is_two(text: str) -> bool:
    """Whether `text` names two domains rather than one."""
    return text in TWO or bool(_parsed(text)[0])


def resolved(text: str) -> str:
    """`text` with its folders to be found again from another place."""
    form, names = _parsed(text)
    found = [n if n in NAMES else str(Path(n).expanduser().resolve()) for n in names]
    return f"{form}:{'|'.join(found)}" if form else found[0]


def _parsed(text: str) -> tuple[str, list[str]]:
    """The word before the colon and the names behind it; no word where `text` is one name."""
    form, colon, rest = text.partition(":")
    if not colon or form not in FORMS:
        return "", [text]
    names = rest.split("|")
    needs, counts = FORMS[form]
    if "" in names or len(names) not in counts:
        hint = " No name can hold a |." if len(names) > counts[-1] else ""
        raise UsageError(f"{needs}; got {', '.join(map(repr, names))}.{hint}")
    return form, names


def _built_in(name: str, size: int | None) -> TwoDomains:
    from ganvas.data import shapes, toy

    if name == "shapes":
        return shapes.load(size)
    if size is not None:
        raise UsageError(f"size={size}: {name!r} is points, not pictures; leave size out.")
    return TwoDomains(name, toy.load("ring5"), toy.load("ring10"), source=name)


def _matching(a: Path, b: Path) -> tuple[list[str], dict[str, str], dict[str, str]]:
    """The names that both folders share, and each folder's file of a name."""
    one, other = _by_name(a), _by_name(b)
    gaps = [(a, b, sorted(one.keys() - other.keys())), (b, a, sorted(other.keys() - one.keys()))]
    said = [
        f"{len(missing):,} of {str(there)!r} are not in {str(here)!r}: "
        f"{', '.join(map(printable, missing[:LISTED]))}{', …' * (len(missing) > LISTED)}"
        for there, here, missing in gaps
        if missing
    ]
    if said:
        raise UsageError(f"Pairs have one name in both folders; {'; '.join(said)}.")
    return sorted(one, key=os.fsencode), one, other


def _by_name(folder: Path) -> dict[str, str]:
    """The pictures of a folder by their path in it, without the ending."""
    found: dict[str, str] = {}
    for path in scan(folder).pictures:
        name = os.path.splitext(os.path.relpath(path, folder))[0]
        if name in found:
            raise UsageError(f"{found[name]!r} and {path!r} have one name; pairs need one each.")
        found[name] = path
    return found


def _names(a: Path, b: Path, halves: bool) -> tuple[str, str]:
    name = printable(a.resolve().name)
    return (
        (f"left of {name}", f"right of {name}") if halves else (name, printable(b.resolve().name))
    )
