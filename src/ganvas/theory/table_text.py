"""The table for the terminal, and its cells as text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich import box
from rich.table import Table

from ganvas.theory.row import Row
from ganvas.words import Words

COLUMNS = ("statement", "expected", "measured", "off", "allowed")
"""Of the page; the terminal, being narrow, leaves the last one out."""


def table(rows: Sequence[Row], words: Words) -> Table:
    """All rows, section by section; those that do not hold are red and marked."""
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    for name in COLUMNS[:-1]:
        shown.add_column(
            words(f"columns.{name}"), justify="left" if name == "statement" else "right"
        )
    for n, (section, members) in enumerate(groupby(rows, key=lambda row: row.section)):
        if n:
            shown.add_row()
        shown.add_row(words(f"sections.{section}.title"), style="bold")
        for row in members:
            mark = "✓" if row.holds else "✗"
            what, *numbers, _ = cells(row, words)
            shown.add_row(f"{mark} {what}", *numbers, style="" if row.holds else "red")
    return shown


def cells(row: Row, words: Words) -> list[str]:
    """A row's statement and its numbers, in the order of `COLUMNS`."""
    relation = "" if row.relation == "=" else f"{row.relation}\u00a0"
    return [
        words(f"rows.{row.key}"),
        relation + _plain(row.expected),
        _plain(row.measured),
        *([_short(row.off), _short(row.tolerance)] if row.relation == "=" else ["", ""]),
    ]


def verdict(rows: Sequence[Row], words: Words) -> str:
    """Whether all rows hold, or the keys of those that do not, in a sentence."""
    broken = [row.key for row in rows if not row.holds]
    if broken:
        return words("verdict.some", rows=", ".join(broken))
    return words("verdict.all", count=len(rows))


def _plain(value: float) -> str:
    """Six decimals, 0 without a sign: `-1.386294` as `−1.386294`."""
    return f"{round(value, 6) + 0.0:.6f}".replace("-", "−")


def _short(value: float) -> str:
    """Two digits: `2.2e-16`, `1e-8`, `0.015`."""
    return f"{value:.2g}".replace("e-0", "e-").replace("-", "−")
