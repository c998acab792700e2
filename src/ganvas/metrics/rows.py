"""What every metric asks of its input: rows of numbers, enough of them, equally wide."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ganvas.errors import UsageError

Rows = NDArray[np.float64]
"""One sample a row, (N, d)."""

LARGEST = 1e40
"""Beyond it the sixth power, which the cubic kernel takes, is no longer finite."""


def rows(given: ArrayLike, name: str = "features", least: int = 2) -> Rows:
    """The rows in float64, or an error where a number made of them would mean nothing.

    Args:
        given: N rows of d numbers; images are flattened or turned into features before.
        name: what to call them in an error.
        least: how many rows there have to be.

    Raises:
        UsageError: not two-dimensional, too few rows, no columns, not numbers, not finite.
    """
    return numbers(given, name, least).astype(np.float64, copy=False)


def pair(a: ArrayLike, b: ArrayLike, names: tuple[str, str], least: int = 2) -> tuple[Rows, Rows]:
    """Two sets of rows that can be compared.

    Raises:
        UsageError: as `rows`, or rows of different widths.
    """
    first, second = rows(a, names[0], least), rows(b, names[1], least)
    same_width(first, second, names)
    return first, second


def numbers(given: ArrayLike, name: str, least: int = 2) -> NDArray[Any]:
    """`rows`, in the precision that they came in: pixels are many, and float32 is half of them.

    Raises:
        UsageError: as `rows`.
    """
    array = np.asarray(given)
    if array.dtype.kind not in "fiub":
        raise UsageError(f"{name} are of type {array.dtype}; numbers are needed.")
    if array.ndim != 2 or array.shape[1] == 0:
        raise UsageError(f"{name} have the shape {array.shape}; (N, d) is needed, a sample a row.")
    if len(array) < least:
        raise UsageError(f"{name} have {len(array)} rows; this metric needs {least} or more.")
    low, high = float(array.min()), float(array.max())
    if not (low > -LARGEST and high < LARGEST):  # NaN compares false
        raise UsageError(f"{name} go from {low} to {high}; finite numbers of sane size are needed.")
    return array


def same_width(a: NDArray[Any], b: NDArray[Any], names: tuple[str, str]) -> None:
    """Nothing, if the rows of both are equally wide.

    Raises:
        UsageError: they are not.
    """
    if a.shape[1] != b.shape[1]:
        raise UsageError(
            f"{names[0]} are {a.shape[1]} numbers wide and {names[1]} {b.shape[1]}; both have to "
            "come from the same feature net, or be images of the same size."
        )


def settled(x: NDArray[Any]) -> NDArray[Any]:
    """The rows of `x` (N, d) in an order that their content decides.

    What picks rows by chance picks from these, so that the order they came in decides nothing.
    """
    key = np.random.default_rng(0).standard_normal(x.shape[1])  # equal only for equal rows
    ordered: NDArray[Any] = x[np.argsort(x @ key, kind="stable")]
    return ordered
