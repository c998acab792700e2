"""Whether a network mixes the samples that pass it; asked in every turn, so looked for once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol
from weakref import WeakKeyDictionary

from torch import nn


class _Parts(Protocol):
    def modules(self) -> Iterator[nn.Module]: ...


_KNOWN: WeakKeyDictionary[nn.Module, bool] = WeakKeyDictionary()


def mixing(network: _Parts) -> bool:
    """Whether what `network` says of a sample depends on the others that pass with it.

    Batch norm does, and each module with an attribute `mixes_samples = True`. The modules of a
    network must not change once it was asked. The first of them is the network itself, also of one
    that was told the classes, which is another object in each turn.
    """
    itself = next(network.modules())
    if (found := _KNOWN.get(itself)) is None:
        norm = nn.modules.batchnorm._BatchNorm
        found = _KNOWN[itself] = any(
            isinstance(module, norm) or getattr(module, "mixes_samples", False)
            for module in network.modules()
        )
    return found
