"""States that say who saved them, and the saves whose end the crash tests choose."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import torch

from ganvas.checkpoint import Checkpoint, load, prune, save


def put(folder: Path, step: int, value: int, size: int = 3) -> Path:
    """Saves a state that says `value` in each of its parts."""
    state = {"w": torch.full((size,), float(value)), "n": torch.tensor(value)}
    return save(folder, step, state, {"value": value})


def filled(folder: Path, *steps: int) -> Path:
    """A folder with a checkpoint of each step, whose value is the step."""
    for step in steps:
        put(folder, step, step, size=40)
    return folder


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


# Done to a folder whose only checkpoint is `put(folder, 1, 1)`; they bring value 2, the last one 3


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


def copy(folder: Path, number: int) -> Path:
    return Path(shutil.copytree(folder, folder.with_name(f"{folder.name}-{number}")))
