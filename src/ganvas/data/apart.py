"""Whether two domains are two: a copy of the other or of one picture is told before training."""

from __future__ import annotations

import warnings
from hashlib import sha256

import torch
from torch import Tensor

from ganvas.data.domains import TwoDomains
from ganvas.errors import UsageError


def checked(two: TwoDomains) -> TwoDomains:
    """`two`, if each domain has samples that differ, and the two do not hold the same ones.

    Without pairs the order does not matter, nor how often a sample is there; of pairs, each sample
    is compared with its counterpart. Samples that both domains share are warned of.

    Raises:
        UsageError: a domain that is one sample over and over, or the same as the other.
    """
    for letter, domain in (("a", two.a), ("b", two.b)):
        if torch.equal(domain.x, domain.x[:1].expand_as(domain.x)):
            raise UsageError(
                f"All {len(domain):,} samples of domain {letter}, {domain.name!r}, are the same; "
                "at least 2 that differ are needed."
            )
    if two.paired:
        same = torch.equal(two.a.x, two.b.x)
    else:
        a, b = distinct(two.a.x), distinct(two.b.x)
        same = a == b
        if not same and (shared := len(a & b)):
            warnings.warn(
                f"{shared:,} samples are in both domains, {two.a.name!r} ({len(a):,}) and "
                f"{two.b.name!r} ({len(b):,}); remove them from one, unless they belong to both.",
                stacklevel=3,
            )
    if same:
        raise UsageError(
            f"Both domains, {two.a.name!r} and {two.b.name!r}, hold the same samples; a "
            "translation needs two that differ."
        )
    return two


def distinct(x: Tensor) -> set[bytes]:
    """The samples of `x` (N, …) that differ, each as its SHA-256."""
    return {sha256(row.data).digest() for row in x.flatten(1).contiguous().numpy()}
