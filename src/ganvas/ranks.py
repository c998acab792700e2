"""The processes that train one run together, and what they say to each other.

torchrun starts them and tells each its number by the environment; `join` reads it. What they
compute is combined by one reduction a turn, in which each also says whether it wants to stop, so
that all stop after the same step. A process that is lost is noticed by the connection it leaves,
whatever the others wait for at the time.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import reduce
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor

from ganvas.errors import TrainingError, UsageError
from ganvas.transfer import Later

T = TypeVar("T")
MEETING = timedelta(minutes=5)
"""How long the processes may take to find each other."""
PATIENCE = timedelta(minutes=30)
"""How long one process may be busy with other things while the others wait; a lost one is noticed
at once."""
KEEP_ALIVE = {"TCP_KEEPIDLE": 5, "TCP_KEEPALIVE": 5, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 4}
"""Seconds until a silent machine is asked whether it is there and asked again, and how often; the
first has two names."""
LAG = 4
"""Reductions after which a vote that stayed on an accelerator is read."""
GRACE = 2.0
"""Seconds in which a process may end by itself once another is lost."""


class Ranks:
    """One process of `count`, the `rank`-th from 0; alone by default, with nobody to talk to."""

    def __init__(self, rank: int = 0, count: int = 1) -> None:
        self.rank, self.count = rank, count
        self._wish: Callable[[], object] = bool
        self._parent: int | None = None
        self.stop = False
        """Whether any process has said so; the same in all after the same step."""
        self._votes: deque[Later] = deque()
        self._work: dist.ProcessGroup | None = None
        self._talk: dist.ProcessGroup | None = None
        self._watch: dist.ProcessGroup | None = None
        self._watcher: threading.Thread | None = None

    @property
    def first(self) -> bool:
        """Whether this process writes, draws and speaks for all."""
        return self.rank == 0

    def told_by(self, wish: Callable[[], object]) -> Ranks:
        """These processes, where each reduction asks `wish` whether this one wants to stop."""
        if self.count > 1:
            self._wish = wish
        return self

    def share(self, batch: int) -> int:
        """Samples of a minibatch that fall to each process; UsageError where they are uneven."""
        if batch % self.count:
            raise UsageError(
                f"batch = {batch} cannot be split evenly over {self.count} processes; give a "
                f"multiple of {self.count}."
            )
        return batch // self.count

    def parts(self, batch: int, held: int | None) -> int:
        """Micro-batches of `held` samples, or fewer, that make up the share of a process.

        Raises:
            UsageError: `batch` or the share cannot be split evenly.
        """
        share = self.share(batch)
        if held is None or held >= share:
            return 1
        if share % held:
            raise UsageError(
                f"micro_batch = {held} does not divide {share}, what falls to one of {self.count} "
                f"processes of batch = {batch}."
            )
        return share // held

    def mean(self, tensors: Sequence[Tensor]) -> list[Tensor]:
        """Each tensor's mean over the processes, by one reduction for all of them."""
        if not tensors:
            return []
        kind = reduce(torch.promote_types, (t.dtype for t in tensors), torch.float32)
        device = tensors[0].device
        left = self._parent not in (None, os.getppid())
        vote = torch.full((1,), float(left or bool(self._wish())), device=device)
        flat = torch.cat([part.detach().to(kind).reshape(-1) for part in (vote, *tensors)])
        with self._noticing():
            dist.all_reduce(flat, group=self._work)
        vote, *means = torch.split(flat / self.count, [1, *(t.numel() for t in tensors)])
        self._votes.append(Later(vote))
        if device.type == "cpu" or len(self._votes) > LAG:
            self.stop |= self._votes.popleft().read() > 0
        return [new.view(t.shape).to(t.dtype) for new, t in zip(means, tensors, strict=True)]

    def rows(self, mine: Tensor) -> Tensor:
        """The rows of all processes, in their order; each has as many."""
        each = [torch.empty_like(mine) for _ in range(self.count)]
        with self._noticing():
            dist.all_gather(each, mine.contiguous(), group=self._work)
        return torch.cat(each)

    def gathered(self, mine: T) -> list[T]:
        """What each process has, in their order."""
        if self.count == 1:
            return [mine]
        each: list[Any] = [None] * self.count
        with self._noticing():
            dist.all_gather_object(each, mine, group=self._talk)
        return each

    def told(self, mine: T) -> T:
        """What the first process has."""
        if self.count == 1:
            return mine
        words = [mine]
        with self._noticing():
            dist.broadcast_object_list(words, src=0, group=self._talk)
        return words[0]

    def agree(self, facts: dict[str, object]) -> None:
        """Raises UsageError where the processes differ in one of `facts`."""
        for rank, theirs in enumerate(self.gathered(facts)):
            for name, value in facts.items():
                if theirs[name] != value:
                    raise UsageError(
                        f"Process {rank} of {self.count} has another {name} than process "
                        f"{self.rank}; all need the same command, data and versions."
                    )

    def leave(self) -> None:
        """Waits for the others to be done as well, and parts from them."""
        if self.count == 1:
            return
        with self._noticing():
            dist.barrier(group=self._talk)
            dist.send(_BYE, dst=(self.rank - 1) % self.count, group=self._watch)
        if self._watcher is not None:
            self._watcher.join(GRACE)
        dist.destroy_process_group()

    def look_out(self, device: str) -> None:
        """Ends this process soon after the next one is lost, whatever it waits for then.

        Where torchrun is lost, it votes to stop: a torchrun that is killed tells nobody, and its
        processes would train on for ever.
        """
        self._parent = os.getppid() if "TORCHELASTIC_RUN_ID" in os.environ else None
        self._work = dist.new_group(timeout=PATIENCE)
        dist.all_reduce(torch.zeros(1, device=device), group=self._work)  # NCCL connects by it
        self._talk = dist.new_group(backend="gloo", timeout=PATIENCE)
        self._watch = dist.new_group(backend="gloo", timeout=timedelta(days=365))
        _keep_alive()
        self._watcher = threading.Thread(target=self._look_out, daemon=True)
        self._watcher.start()

    def _look_out(self) -> None:
        try:
            dist.recv(_BYE.clone(), src=(self.rank + 1) % self.count, group=self._watch)
        except RuntimeError:
            time.sleep(GRACE)
            with suppress(OSError, ValueError):
                print(f"ganvas: {self._lost()}", file=sys.stderr, flush=True)
            os._exit(TrainingError.exit_code)

    @contextmanager
    def _noticing(self) -> Iterator[None]:
        """What the back ends raise where a connection broke, in our words."""
        try:
            yield
        except RuntimeError as error:
            raise self._lost() from error

    def _lost(self) -> TrainingError:
        return TrainingError(
            f"Process {self.rank} of {self.count} has lost another one, and ends too. Its own "
            "message, where it could leave one, stands above; --resume goes on from the last "
            "checkpoint."
        )


_BYE = torch.zeros(1, dtype=torch.uint8)
ALONE = Ranks()
"""One process that trains by itself."""


def started() -> tuple[int, int]:
    """The number of this process and how many torchrun has started; (0, 1) without it."""
    return int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))


def neighbours() -> int:
    """Processes of this run that share this machine's memory."""
    return int(os.environ.get("LOCAL_WORLD_SIZE", "1"))


def join(device: str = "auto") -> Ranks:
    """Meets the processes that torchrun has started beside this one; alone without torchrun.

    Each takes the graphics card of its number on its machine, where there are any and `device` is
    not the processor.

    Raises:
        UsageError: more processes on this machine than cards.
        TrainingError: the others are not found.
    """
    rank, count = started()
    if count == 1:
        return ALONE
    backend = "gloo"
    if torch.cuda.is_available() and device != "cpu":
        if (cards := torch.cuda.device_count()) < neighbours():
            raise UsageError(
                f"This machine has {cards} graphics card{'s' * (cards > 1)}, too few for "
                f"{neighbours()} processes; start as many, or give --device cpu."
            )
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
        backend = "cpu:gloo,cuda:nccl"
    ranks = Ranks(rank, count)
    try:
        dist.init_process_group(backend, timeout=MEETING)
        ranks.look_out("cuda" if "nccl" in backend else "cpu")
    except RuntimeError as error:
        raise TrainingError(
            f"Process {rank} of {count} does not reach the others. If another one has failed, it "
            "says why. If not: each machine must be reached by the address that its own name has "
            "there; where that is 127.0.1.1, or it has several networks, name the right one, as "
            "in GLOO_SOCKET_IFNAME=eth0 (and NCCL_SOCKET_IFNAME for graphics cards). "
            f"PyTorch said: {str(error).splitlines()[0]}"
        ) from error
    return ranks


def _keep_alive() -> None:
    """Lets the system ask after silent machines, so that one without power is noticed.

    Its connections would stay open for ever; gloo, whose they are, has no setting for that.
    """
    known = {name: value for name, value in KEEP_ALIVE.items() if hasattr(socket, name)}
    for number in os.listdir("/dev/fd") if os.path.isdir("/dev/fd") else ():
        with suppress(OSError), socket.fromfd(int(number), socket.AF_INET, socket.SOCK_STREAM) as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for name, value in known.items():
                s.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
