"""A row of the table: what the theory expects, what was measured, and whether the two agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from torch import Tensor

EXACT = 1e-8
"""How far a value found by optimising in float64 may lie from its closed form."""


@dataclass(frozen=True)
class Row:
    """An expected value beside a measured one."""

    key: str
    """Names the statement, as `section.name`; its words are those of `rows.section.name`."""
    expected: float
    """A constant, or a closed form in p and q."""
    measured: float
    """What an optimiser, a gradient or a draw gave."""
    tolerance: float
    """How far apart the two may lie, or, for `≠`, how far they must."""
    relation: Literal["=", "≠", ">"] = "="
    """What `measured` should be to `expected`; `>` knows no tolerance."""

    @property
    def section(self) -> str:
        """The part of the table that the row stands in."""
        return self.key.partition(".")[0]

    @property
    def off(self) -> float:
        """The distance of the two values."""
        return abs(self.measured - self.expected)

    @property
    def holds(self) -> bool:
        """Whether the measurement says what the theory says; never where it is not a number."""
        if self.relation == ">":
            return self.measured > self.expected
        if self.relation == "≠":
            return self.off > self.tolerance
        return self.off <= self.tolerance


def farthest(key: str, expected: Tensor, measured: Tensor, tolerance: float = EXACT) -> Row:
    """The row of the cell at which two functions on the cells, both (K,), differ the most."""
    cell = int((measured - expected).abs().nan_to_num(float("inf")).argmax())
    return Row(key, expected[cell].item(), measured[cell].item(), tolerance)
