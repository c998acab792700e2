"""A power cut after any operation of a save: what was saved before it, or the new state, is there.

The order of the operations is what makes it so; leaving out any one fsync is noticed.
"""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from faulty_disk import Death, Event, Folder, Work, at, die, forgetful, put_back, record, watching
from ganvas.checkpoint import latest, load, sweep
from ganvas.errors import StorageError
from saves import copy, keep_one, put, save_again, save_next, tidy, value


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A folder whose only checkpoint is step 1 with value 1."""
    return put(tmp_path / "run", 1, 1).parent


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
    killer = at(2 + [operation for operation, *_ in plan].index("rename"), die)
    events: list[Event] = []

    def before(*event: Any) -> None:
        killer(*event)
        events.append(event)

    with pytest.raises(Death), watching(before):
        save_again(old)
    events += record(sweep, old)
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
