"""Several processes for `ganvas train`: how they are started on one machine, and begin alike."""

from __future__ import annotations

import logging
import os
import signal
import sys
from hashlib import sha256
from pathlib import Path

import torch

from ganvas import __version__, checkpoint, device, state
from ganvas.checkpoint import Checkpoint
from ganvas.recipe import Recipe
from ganvas.trainer import Trainer


def launch(processes: int, argv: list[str]) -> int:
    """Runs `ganvas train` with `argv` as so many processes, as torchrun does, by its own code.

    Returns the exit code of the process that failed first; 0 where none did.
    """
    from torch.distributed import run as torchrun
    from torch.distributed.elastic.multiprocessing.api import SignalException
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError

    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, device.cores() // processes)))
    words = ["--standalone", "--nproc-per-node", str(processes), "-m", "ganvas"]
    asked = torchrun.parse_args(words)  # type: ignore[no-untyped-call]
    asked.training_script_args = ["train", *argv]  # kept apart: ours may look like torchrun's own
    logging.getLogger("torch.distributed.elastic").setLevel(logging.CRITICAL)  # ours says it
    try:
        torchrun.run(asked)  # type: ignore[no-untyped-call]
    except SignalException as caught:
        return 128 + caught.sigval
    except ChildFailedError as error:
        rank, failure = error.get_first_failure()
        if failure.exitcode > 0:
            return failure.exitcode
        name = signal.Signals(-failure.exitcode).name
        print(f"ganvas: Process {rank} of {processes} was ended by {name}.", file=sys.stderr)
        return 128 - failure.exitcode
    return 0


def last(folder: Path) -> Checkpoint | None:
    """The newest good checkpoint; None where nothing has been saved yet."""
    return checkpoint.latest(folder) if any(folder.glob("step-*")) else None


def card(where: torch.device) -> str:
    """What the graphics card is called; nothing for the processor."""
    return torch.cuda.get_device_name(where) if where.type == "cuda" else ""


def together(trainer: Trainer, saved: Checkpoint | None) -> None:
    """Lets all processes begin alike, from the checkpoint that the first has read, if any.

    Raises:
        UsageError: they have other options, data, versions or first weights.
    """
    ranks = trainer.ranks
    if ranks.count > 1:
        options = Recipe(game=trainer.game, settings=trainer.settings).merged(
            {"threads": 0, "data": ""}
        )
        weights = sha256()
        for tensor in state.collect(trainer.engine).values():
            weights.update(tensor.cpu().contiguous().numpy().data)
        ranks.agree(
            {
                "configuration": options.to_toml(),
                "data set": trainer.data.fingerprint,
                "version": (__version__, torch.__version__),
                "graphics card": card(trainer.device),  # another one draws other numbers
                "start": weights.hexdigest(),
            }
        )
    if (agreed := ranks.told(saved)) is not None:
        trainer.restore(agreed)
