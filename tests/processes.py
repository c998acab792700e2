"""Several processes of one run on this machine, as torchrun would start them, but warm."""

from __future__ import annotations

import os
import socket
import sys
import traceback
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import torch

from ganvas.ranks import join
from small import SERVER


def start(work: Callable[..., Any], folder: Path, *args: Any, count: int = 2) -> list[Any]:
    """Starts `work(ranks, *args)` in each of `count` processes; they say in `folder` what fails."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    processes: list[ForkServerProcess] = []
    for rank in range(count):
        options = (work, rank, count, port, folder, args)
        processes.append(SERVER.Process(target=_enter, args=options, daemon=True))
        processes[-1].start()
    return processes


def together(work: Callable[..., Any], folder: Path, *args: Any, count: int = 2) -> None:
    """Runs `work(ranks, *args)` in `count` processes to its end; fails where one fails."""
    codes = [ended(process) for process in start(work, folder, *args, count=count)]
    assert codes == [0] * count, said(folder)


def ended(process: ForkServerProcess, seconds: float = 60) -> int | None:
    process.join(seconds)
    return process.exitcode


def said(folder: Path) -> str:
    """What the processes have said on their way."""
    return "\n".join(path.read_text() for path in sorted(folder.glob("said-*")))


def _enter(work, rank, count, port, folder, args) -> None:
    os.environ |= {
        "RANK": str(rank),
        "WORLD_SIZE": str(count),
        "LOCAL_RANK": str(rank),
        "LOCAL_WORLD_SIZE": str(count),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
        "TORCH_CPP_LOG_LEVEL": "ERROR",
    }
    torch.set_num_threads(1)
    out = os.open(folder / f"said-{rank}", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    os.dup2(out, 1)
    os.dup2(out, 2)
    try:
        if getattr(work, "joins", False):  # by itself, as the command line does
            code = work(*args)
        else:
            ranks = join()
            code = work(ranks, *args)
            ranks.leave()
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    os._exit(code or 0)
