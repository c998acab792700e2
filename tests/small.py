"""Runs of a second: a tiny GAN on 8 x 8 digits, and what makes two of them equal."""

from __future__ import annotations

import ctypes
import json
import multiprocessing
import os
from contextlib import suppress
from functools import cache
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ganvas import GAN, Trainer, data, report
from ganvas.checkpoint import Checkpoint, latest
from ganvas.cli import main
from ganvas.data import Dataset
from ganvas.events import Logged
from ganvas.recipe import Settings

WIDTHS: dict[str, Any] = {"z": 4, "g_hidden": (8,), "d_hidden": (8,)}
TRAIN = [
    *("train", "gan", "--z", "4", "--g-hidden", "8", "--d-hidden", "8"),
    *("--batch", "32", "--threads", "1", "--log-every", "5"),
]
"""The command of a small run; a budget is to be added."""

SERVER = multiprocessing.get_context("forkserver")


def give_back_memory() -> None:
    """Of what was freed before; new tensors would take that, and the process would not grow."""
    with suppress(AttributeError):  # glibc's own
        ctypes.CDLL(None).malloc_trim(0)


@cache
def digits() -> Dataset:
    return data.load("digits")


def trainer(folder: Path | None = None, game: GAN | None = None, **options: Any) -> Trainer:
    usual = {"batch": 64, "threads": 1, "log_every": 10, "precision": "float32"}
    settings = Settings(**usual | options)
    return Trainer(game or GAN(**WIDTHS), digits(), settings=settings, folder=folder)


def play(trainer: Trainer) -> list[dict[str, float]]:
    """Trains to the end; the logged rows without what a clock on the wall decides."""
    return [timeless(event.row) for event in trainer if isinstance(event, Logged)]


def timeless(row: dict[str, float]) -> dict[str, float]:
    return {name: value for name, value in row.items() if name != "seconds"}


def rows(run: Path) -> list[dict[str, float]]:
    """The rows of a run's log; fails where one is torn."""
    *lines, rest = (run / "metrics.jsonl").read_text().split("\n")
    assert not rest
    return [timeless(json.loads(line)) for line in lines]


def differing(a: dict[str, Tensor], b: dict[str, Tensor]) -> set[str]:
    """The names of the tensors that are not the same to the bit."""
    return {k for k in a | b if k not in a or k not in b or not torch.equal(a[k], b[k])}


def saved(run: Path) -> Checkpoint:
    return latest(run / "checkpoints")


def equal_runs(a: Path, b: Path) -> bool:
    """Whether two runs are the same to the bit: state, clock, options, log."""
    one, other = saved(a), saved(b)
    assert not differing(one.tensors(), other.tensors())
    for part in ("clock", "game", "data"):
        assert one.info[part] == other.info[part]
    assert rows(a) == rows(b)
    return True


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below `folder` and its content, without the notes of who holds the lock."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b"(folder)"
        for path in folder.rglob("*")
        if path.name not in (".lock", ".holder")
    }


def ganvas(*argv: str) -> None:
    """The command line, less the plots of the report, as the silent life of a child process."""
    report.write = lambda run: run / "report.html"
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os._exit(main(list(argv)))


def child(*argv: str) -> ForkServerProcess:
    """Starts the command in a warm process."""
    process = SERVER.Process(target=ganvas, args=argv, daemon=True)
    process.start()
    return process


def code(process: ForkServerProcess, seconds: float = 60) -> int | None:
    process.join(seconds)
    return process.exitcode
