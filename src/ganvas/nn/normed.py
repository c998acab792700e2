"""Whether a network normalises over the batch; asked in every turn, so looked for once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol
from weakref import WeakKeyDictionary

from torch import nn


class _Parts(Protocol):
    def modules(self) -> Iterator[nn.Module]: ...


_KNOWN: WeakKeyDictionary[_Parts, bool] = WeakKeyDictionary()


def normed(network: _Parts) -> bool:
    """Whether a batch norm is among the modules of `network`; they must not change later."""
    if (found := _KNOWN.get(network)) is None:
        kind = nn.modules.batchnorm._BatchNorm
        found = _KNOWN[network] = any(isinstance(module, kind) for module in network.modules())
    return found
