"""Addressed randomness: every draw has an address, and the address is its seed.

No generator's state is ever saved: the same (seed, step, draw number) gives the same numbers in
another process, in a resumed run, and in any split of the batch.
"""

from __future__ import annotations

from hashlib import blake2b

import torch


def generator(*address: int | str, device: torch.device | str = "cpu") -> torch.Generator:
    """A fresh generator whose numbers depend on `address` alone, e.g. (seed, "epoch", 3)."""
    digest = blake2b(repr(address).encode(), digest_size=8).digest()
    return torch.Generator(device).manual_seed(int.from_bytes(digest, "big") >> 1)
