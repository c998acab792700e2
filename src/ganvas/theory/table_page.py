"""The table as a page: each section with its words, its rows and, where one helps, its plot."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby

from ganvas.pages import document, parts
from ganvas.theory import table_plots as plots
from ganvas.theory.chance import TOTAL
from ganvas.theory.row import Row
from ganvas.theory.table_text import COLUMNS, cells, verdict
from ganvas.words import Words


def page(rows: Sequence[Row], seed: int, words: Words) -> str:
    """The whole page as HTML; `seed` is the one that `rows` were measured with."""
    drawn = {
        "judge": plots.best_d(seed, words),
        "push": plots.slope(words),
        "lines": plots.lines(words),
        "chance": plots.error_bars(seed, words),
        "shell": plots.shells(seed, words),
    }
    sections = [
        _section(name, [*members], drawn.get(name, ""), words)
        for name, members in groupby(rows, key=lambda row: row.section)
    ]
    again = parts.command(f"ganvas theory --seed {seed} --lang {words.lang} --html theory.html")
    return document(
        words("title"),
        words("lede"),
        "\n".join([*sections, f"<section>{again}</section>"]),
        beneath=(
            f'<p class="note">{escape(verdict(rows, words))}</p>\n'
            f'<section class="first">{parts.paragraphs(words("method"))}</section>'
        ),
        lang=words.lang,
    )


def _section(name: str, rows: Sequence[Row], plot: str, words: Words) -> str:
    text = words(f"sections.{name}.text", total=f"{TOTAL:,}")
    head = [words(f"columns.{column}") for column in (*COLUMNS, "holds")]
    shown = parts.table(head, [[*cells(row, words), "✓" if row.holds else "✗"] for row in rows])
    said = parts.beside(plot, text) if plot else parts.paragraphs(text)
    return parts.section(words(f"sections.{name}.title"), said, shown)
