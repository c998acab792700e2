"""The machine a run is on."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import torch

from ganvas.errors import UsageError

QUOTA = Path("/sys/fs/cgroup/cpu.max")
"""What a container may use of the processor: microseconds of each so many."""


def pick(name: str) -> torch.device:
    """The device called `name`, or for `auto` the best one here; UsageError where there is none."""
    accelerator = torch.accelerator.current_accelerator(check_available=True)
    kind = accelerator.type if accelerator is not None else "cpu"
    if name == "auto":
        return torch.device(kind if kind in ("cuda", "mps") else "cpu")
    if name not in ("cpu", kind):
        raise UsageError(f"This machine has no {name} device that PyTorch can use; it has {kind}.")
    return torch.device(name)


class Precision(NamedTuple):
    """What losses are computed in, and why."""

    name: str
    """`float32` or `bf16`."""
    reason: str

    @property
    def autocast(self) -> torch.dtype | None:
        """The type to cast to; None leaves float32."""
        return torch.bfloat16 if self.name == "bf16" else None


def precision(device: torch.device, wanted: str = "auto", images: bool = True) -> Precision:
    """The precision called `wanted`, or for `auto` bf16 where `device` has it in hardware.

    Points stay in float32: what is fine in them may be finer than bf16's steps of 1/256.
    """
    if wanted != "auto":
        return Precision(wanted, "asked for")
    if not images:
        return Precision("float32", "points may be finer than bf16")
    if device.type == "cuda":
        has = torch.cuda.is_bf16_supported(including_emulation=False)
    else:  # torch itself computes in bf16 by these two alone
        has = device.type == "cpu" and (
            torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()
        )
    return Precision(
        "bf16" if has else "float32", f"the {device.type} has {'' if has else 'no '}bf16"
    )


def wait(device: torch.device) -> None:
    """Waits until `device` has done what it was told; a processor always has."""
    if device.type != "cpu":
        torch.accelerator.synchronize(device)


def cores() -> int:
    """The threads to compute with: `OMP_NUM_THREADS`, or one for each core this process may use."""
    if (asked := os.environ.get("OMP_NUM_THREADS", "")).isdigit() and int(asked) > 0:
        return int(asked)
    return processors()


def processors() -> int:
    """The cores that this process may use, within a container's limit."""
    known = hasattr(os, "sched_getaffinity")
    cores = len(os.sched_getaffinity(0)) if known else os.cpu_count() or 1
    with suppress(OSError, ValueError):  # "max" is no number, and no limit
        quota, period = map(int, QUOTA.read_text().split())
        return max(1, min(cores, round(quota / period)))
    return cores
