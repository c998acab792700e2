"""The numbers behind the curves: what belongs together, smoothed, and thinned for drawing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from ganvas.report.record import CLOCK, DOMAINS, Column

DRAWN = 600
"""Points of a drawn line; more cannot be seen."""
DUEL = {"real", "fake", "pair"}
"""The terms by which the players play against each other."""
VERDICTS = {"D(x)": "real", "D(G(z))": "fake", "D(G(x))": "fake"}
"""The names under which D's verdicts are watched, and what they are of."""


@dataclass(frozen=True)
class Line:
    """One curve and what it is called in the legend."""

    label: str
    y: Column
    colour: str
    """A name from `plots.COLOURS`."""


def players(columns: Iterable[str]) -> dict[str, list[str]]:
    """Each player and the names of its loss's terms, in the order of the rows."""
    found: dict[str, list[str]] = {}
    for name in columns:
        player, slash, term = name.partition("/")
        if slash and term != "gradient":
            found.setdefault(player, []).append(term)
    return found


def watched(columns: Iterable[str]) -> list[str]:
    """The names of what was measured beside the losses."""
    return [name for name in columns if "/" not in name and name not in CLOCK]


def together(names: Iterable[str]) -> dict[str, dict[str, str]]:
    """What was measured beside the losses, by plot: `PLOT: LINE` is a line of the plot PLOT.

    Returns:
        For each plot its lines, and the column of each; names without a colon are under "".

    >>> together(["with biases: D(x)", "D(x)"])
    {'with biases': {'D(x)': 'with biases: D(x)'}, '': {'D(x)': 'D(x)'}}
    """
    plots: dict[str, dict[str, str]] = {}
    for name in watched(names):
        plot, _, line = name.rpartition(": ")
        plots.setdefault(plot, {})[line] = name
    return plots


def of_domain(term: str) -> tuple[str, str]:
    """The kind of a term and the domain that it is of, if of one.

    >>> of_domain("cycle b"), of_domain("r1")
    (('cycle', 'b'), ('r1', ''))
    """
    kind, _, domain = term.rpartition(" ")
    return (kind, domain) if kind and domain in DOMAINS else (term, "")


def contest(terms: list[str]) -> dict[str, list[str]]:
    """The terms by which a player plays against the other, by domain; all, where there are none.

    >>> contest(["real", "fake", "r1"]), contest(["cycle a", "fake b"])
    ({'': ['real', 'fake']}, {'b': ['fake b']})
    """
    found: dict[str, list[str]] = {}
    for term in terms:
        kind, domain = of_domain(term)
        if kind in DUEL:
            found.setdefault(domain, []).append(term)
    return found or {"": terms}


def total(columns: Mapping[str, Column], player: str, terms: list[str]) -> Column:
    """The sum of a player's terms, row by row; a term that a row lacks counts as none."""
    parts = np.stack([columns[f"{player}/{term}"] for term in terms])
    result: Column = np.where(np.isfinite(parts).any(0), np.nansum(parts, axis=0), np.nan)
    return result


def smooth(y: Column) -> Column:
    """A running mean over a 25th of the rows, narrower at the ends; short columns stay.

    >>> smooth(np.array([1.0, 5.0])).tolist()
    [1.0, 5.0]
    """
    half = len(y) // 50
    if not half:
        return y
    n = np.arange(len(y))
    before = np.minimum(half, n)
    after = np.minimum(np.minimum(half, n), n[::-1])  # a start is steep: as much ahead as behind
    sums = np.concatenate([[0.0], np.cumsum(y)])
    mean: Column = (sums[n + after + 1] - sums[n - before]) / (before + after + 1)
    return mean


def thin(x: Column, y: Column, most: int = DRAWN) -> tuple[Column, Column]:
    """At most `most` points of a curve: the lowest and highest of each stretch, so peaks stay."""
    if len(x) <= most:
        return x, y
    stretches = np.array_split(np.arange(len(y)), most // 2)
    kept = sorted({int(i[pick(y[i])]) for i in stretches for pick in (np.argmin, np.argmax)})
    return x[kept], y[kept]


@dataclass(frozen=True)
class Axis:
    """The values that a plot shows."""

    low: float
    high: float
    log: bool = False

    def cuts(self, ys: Iterable[Column]) -> bool:
        """Whether some value lies outside."""
        return any(((y < self.low) | (y > self.high)).any() for y in ys)


def axis(ys: Iterable[Column], marks: Iterable[float] = ()) -> Axis:
    """The axis for curves, with `marks` on it.

    Logarithmic where positive values differ by a factor of 30 and nothing is marked. Rare peaks
    that would flatten all the rest are cut off.
    """
    values = np.concatenate([y[np.isfinite(y)] for y in ys])
    low, high = float(values.min()), float(values.max())
    fixed = list(marks)
    if not fixed and 0 < 30 * low <= high:
        return Axis(0.8 * low, 1.25 * high, log=True)
    inner = [float(v) for v in np.percentile(values, [1, 99])]
    spread = inner[1] - inner[0]
    if len(values) >= 100 and spread > 0:
        low = inner[0] - spread / 2 if low < inner[0] - 1.5 * spread else low
        high = inner[1] + spread / 2 if high > inner[1] + 1.5 * spread else high
    low, high = min([low, *fixed]), max([high, *fixed])
    pad = 0.06 * (high - low) or 0.5 * abs(high) or 1.0
    return Axis(low - pad, high + pad)
