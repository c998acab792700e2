"""How much memory this process may still take, and the most it has taken."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

import torch

SHARE = 0.8
"""Of what is free, the part that training may plan with; other programs and peaks need the rest."""
CONTAINER = [  # the limits of a container: version 2 of the kernel's interface, and version 1
    ("memory.max", "memory.current"),
    ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
]


def free(device: torch.device) -> int | None:
    """Bytes that are free on `device`, within a container's limit; None where nothing tells."""
    if device.type == "cuda":
        unused = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return int(torch.cuda.mem_get_info(device)[0]) + unused
    with suppress(OSError, KeyError):
        found = [_fields(Path("/proc/meminfo"))["MemAvailable"]]
        for limit, used in CONTAINER:
            with suppress(OSError, ValueError):  # "max" is no number, and no limit
                root = Path("/sys/fs/cgroup")
                found.append(int((root / limit).read_text()) - int((root / used).read_text()))
        return max(0, min(found))
    return None


def now(device: torch.device) -> int:
    """Bytes that this process holds on `device`."""
    if device.type == "cuda":
        return torch.cuda.memory_allocated(device)
    with suppress(OSError, KeyError):
        return _fields(Path("/proc/self/status"))["VmRSS"]
    return peak(device)


def peak(device: torch.device) -> int:
    """The most that this process has held since `begin`, in bytes."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    with suppress(OSError, KeyError):
        return _fields(Path("/proc/self/status"))["VmHWM"]
    if sys.platform == "win32":
        return 0
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def begin(device: torch.device) -> None:
    """Lets `peak` begin anew; elsewhere than on Linux it cannot."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    else:
        with suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5")


def said(count: float) -> str:
    """Bytes for people.

    >>> said(3_400_000)
    '3.4 MB'
    """
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} GB"


def _fields(path: Path) -> dict[str, int]:
    """The sizes in a file of lines such as `VmRSS:   1234 kB`, in bytes."""
    rows = (line.split() for line in path.read_text().splitlines())
    return {row[0].rstrip(":"): int(row[1]) * 1024 for row in rows if row[-1] == "kB"}
