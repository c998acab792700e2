"""Small tensors on their way to a graphics card and back, where nobody waits for them.

A plain copy in either direction holds the program up until the card has done all the work that was
queued before it.
"""

from __future__ import annotations

import torch
from torch import Tensor


def sent(x: Tensor, device: torch.device | str) -> Tensor:
    """`x` on `device`; to a card it goes from memory that the card reads by itself."""
    if torch.device(device).type != "cuda" or x.is_cuda:
        return x.to(device)
    return x.pin_memory().to(device, non_blocking=True)


class Later:
    """The one number in `value`, to be read some time after it was made.

    From a card it comes as soon as it is there, into memory that the card writes to by itself.
    """

    def __init__(self, value: Tensor) -> None:
        self._value, self._come = value, None
        if value.is_cuda:
            self._value = torch.empty(value.shape, dtype=value.dtype, pin_memory=True)
            self._value.copy_(value, non_blocking=True)
            self._come = torch.cuda.Event()  # type: ignore[no-untyped-call]
            self._come.record(torch.cuda.current_stream(value.device))

    def read(self) -> float:
        """The number; waits for no work that was queued after it."""
        if self._come is not None:
            self._come.synchronize()
        return float(self._value.item())
