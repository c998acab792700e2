"""Matrices that know how they were made, so that a printed formula is what was computed.

>>> x, W = Matrix.of("x", [[1.0, 2.0]]), Matrix.of("W", [[3.0], [4.0]])
>>> s = (x @ W).named("s")
>>> s.formula, s.shapes, s.value.tolist()
('x·W', '(1,2)·(2,1) = (1,1)', [[11.0]])
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
NAME, PRODUCT, EACH, SUM = "", "·", " ⊙ ", " ± "
"""What holds a term together: nothing in a single name, else its outermost operation."""


@dataclass(frozen=True, eq=False)
class Matrix:
    """A matrix in a formula: a name, or a term of several."""

    text: str
    """How it is written."""
    value: Array
    """Its numbers, (rows, columns); a bias is one row."""
    form: str
    """`text` with a shape in the place of each name."""
    kind: str = NAME
    """What holds the term together."""
    formula: str = ""
    """Of a name: the term that it stands for; empty where it was given."""
    made: str = ""
    """`formula` in shapes."""

    @classmethod
    def of(cls, name: str, value: ArrayLike) -> Matrix:
        """A matrix that is given, not computed."""
        array = np.array(value, dtype=np.float64, ndmin=2)
        return cls(name, array, shape(array))

    def named(self, name: str) -> Matrix:
        """The same numbers under a name that remembers the term."""
        return replace(Matrix.of(name, self.value), formula=self.text, made=self.form)

    @property
    def shapes(self) -> str:
        """The shape, after the product that it comes from: `(2,4)·(4,3) = (2,3)`."""
        alone = shape(self.value)
        return f"{self.made} = {alone}" if PRODUCT in self.made else alone

    @property
    def T(self) -> Matrix:  # noqa: N802 # as NumPy has it
        """The transposed matrix."""
        return Matrix(f"{self.text}ᵀ", self.value.T, f"{self.form}ᵀ")

    def __matmul__(self, other: Matrix) -> Matrix:
        return self._with(PRODUCT, PRODUCT, other, self.value @ other.value)

    def __mul__(self, other: Matrix) -> Matrix:
        return self._with(EACH, EACH, other, self.value * other.value)

    def __add__(self, other: Matrix) -> Matrix:
        return self._with(SUM, " + ", other, self.value + other.value)

    def __sub__(self, other: Matrix) -> Matrix:
        return self._with(SUM, " − ", other, self.value - other.value)

    def __rsub__(self, one: float) -> Matrix:
        return Matrix(f"{one:g}", np.array([[one]]), f"{one:g}") - self

    def __rmul__(self, rate: float) -> Matrix:
        return Matrix(f"{rate:.12g}·{self.text}", rate * self.value, self.form)

    def __truediv__(self, count: int) -> Matrix:
        text = f"({self.text})" if self.kind else self.text
        return Matrix(f"{text} / {count}", self.value / count, self.form, EACH)

    def _with(self, kind: str, sign: str, other: Matrix, value: Array) -> Matrix:
        bare = {PRODUCT: (NAME, PRODUCT), EACH: (NAME, EACH), SUM: (NAME, PRODUCT, EACH, SUM)}
        text, form = (
            sign.join(part if m.kind in bare[kind] else f"({part})" for m, part in parts)
            for parts in (
                ((self, self.text), (other, other.text)),
                ((self, self.form), (other, other.form)),
            )
        )
        return Matrix(text, value, form, kind)


def shape(array: Array) -> str:
    """`(2,3)`."""
    return f"({','.join(map(str, array.shape))})"


def of_each(written: str, function: Callable[[Array], Array], m: Matrix) -> Matrix:
    """`function` of the numbers of `m`, written with `{}` in the place of its name."""
    value = function(m.value)
    return Matrix(written.format(m.text), value, shape(value))


def relu(s: Matrix) -> Matrix:
    """What is above 0, and 0 for the rest."""
    return of_each("ReLU({})", lambda value: np.maximum(value, 0), s)


def gate(s: Matrix) -> Matrix:
    """The derivative of ReLU: 1 where a unit lets through, 0 where it is shut."""
    return of_each("ReLU′({})", lambda value: (value > 0).astype(np.float64), s)


def sigmoid(s: Matrix) -> Matrix:
    """1 / (1 + e⁻ˢ), without overflow."""
    return of_each("σ({})", lambda value: np.exp(-np.logaddexp(0, -value)), s)


def over_rows(delta: Matrix) -> Matrix:
    """The sum over the samples: one row, as a bias is."""
    return of_each("Σ {}", lambda value: value.sum(axis=0, keepdims=True), delta)
