"""The machine a run is on."""

from __future__ import annotations

import os

import torch

from ganvas.errors import UsageError


def pick(name: str) -> torch.device:
    """The device called `name`, or for `auto` the best one here; UsageError where there is none."""
    accelerator = torch.accelerator.current_accelerator(check_available=True)
    kind = accelerator.type if accelerator is not None else "cpu"
    if name == "auto":
        return torch.device(kind if kind in ("cuda", "mps") else "cpu")
    if name not in ("cpu", kind):
        raise UsageError(f"This machine has no {name} device that PyTorch can use; it has {kind}.")
    return torch.device(name)


def cores() -> int:
    """The threads to compute with: `OMP_NUM_THREADS`, or one for each core this process may use."""
    if (asked := os.environ.get("OMP_NUM_THREADS", "")).isdigit() and int(asked) > 0:
        return int(asked)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
