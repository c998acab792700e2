"""Floating-point operations, by PyTorch's own formulas, and the peak of the machine beside them.

PyTorch's counter cannot be used as it is: it stops where a penalty differentiates twice, and counts
the weight gradient of grouped convolutions once for each group.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from ganvas import device

SIDE, SIDE_ON_A_CARD = 1024, 8192
"""Rows and columns of the matrices that the peak is measured by; few do not fill a card."""


class Flops(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts what is computed while it is entered, in `count`."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.count = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """Runs `func`, and counts it where PyTorch has a formula for it."""
        out = func(*args, **(kwargs or {}))
        formula = flop_registry.get(func._overloadpacket)
        if formula is None:
            return out
        if func._overloadpacket is torch.ops.aten.convolution_backward and args[9] > 1:
            *before, groups, (to_input, to_weight, _) = args
            for wanted, share in (
                ((to_input, False, False), 1),
                ((False, to_weight, False), groups),
            ):
                self.count += formula(*before, groups, wanted, out_val=out) // share
        else:
            self.count += formula(*args, **(kwargs or {}), out_val=out)
        return out


def counted(work: Callable[[], object]) -> int:
    """The operations of `work`."""
    flops = Flops()
    with flops:
        work()
    return flops.count


def peak(where: torch.device, kind: torch.dtype = torch.float32, times: int = 5) -> float:
    """Operations a second of a matrix product in the precision `kind`, the best of some."""
    side = SIDE if where.type == "cpu" else SIDE_ON_A_CARD
    a, b = (torch.randn(side, side, device=where).to(kind) for _ in range(2))
    seconds = []
    for _ in range(times):
        device.wait(where)
        began = time.perf_counter()
        a @ b
        device.wait(where)
        seconds.append(time.perf_counter() - began)
    return float(2 * side**3 / min(seconds))
