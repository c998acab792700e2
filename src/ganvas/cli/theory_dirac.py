"""`ganvas theory dirac`: which ways of training converge, in a game of two numbers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ganvas import flags
from ganvas.pages import check_place
from ganvas.theory.dirac import VARIANTS, Setting

if TYPE_CHECKING:
    from ganvas.theory.dirac_table import Late, Row
    from ganvas.words import Words


@dataclass(frozen=True, kw_only=True)
class TheoryDirac(Setting):
    """The Dirac-GAN of Mescheder et al., 2018: which ways of training a GAN converge, and why."""

    lang: Literal["en", "ko"] = "en"
    """The language of the words."""
    json: bool = False
    """All numbers as JSON in place of the text."""
    html: Path | None = None
    """A page with the phase portraits, written here in place of the text."""


def main(argv: list[str]) -> int:
    """Runs `ganvas theory dirac`."""
    args = flags.parse(TheoryDirac, argv, "theory dirac")
    check_place(args.html)
    from ganvas import files
    from ganvas.theory.dirac_table import decay, measure
    from ganvas.words import Words

    words = Words("theory_dirac", args.lang)
    rows, late = [measure(variant, args) for variant in VARIANTS], decay(args)
    if args.html is not None:
        from ganvas.theory.dirac_page import page

        files.replace(args.html, page(args, rows, late, words).encode())
    if args.json:
        print(numbers(args, rows, late))
    elif args.html is not None:
        print(args.html)
    else:
        _show(args, rows, late, words)
    return 0


def numbers(setting: Setting, rows: Sequence[Row], late: Sequence[Late]) -> str:
    """All numbers as JSON; eigenvalues are pairs of a real and an imaginary part."""
    found = {
        "setting": {field.name: getattr(setting, field.name) for field in fields(Setting)},
        "rows": [_row(row) for row in rows],
        "decay": [each._asdict() for each in late],
    }
    return json.dumps(found, indent=1, allow_nan=False)


def _row(row: Row) -> dict[str, Any]:
    pairs = {"eigenvalues": row.eigenvalues, "paper": row.paper}
    return {
        "name": row.variant.name,
        **{key: pair and [[v.real, v.imag] for v in pair] for key, pair in pairs.items()},
        "proved": row.variant.converges,
        "ends": {name: vars(end) for name, end in row.ends.items()},
        "difference": row.difference,
        "agrees": row.agrees,
    }


def _show(setting: Setting, rows: Sequence[Row], late: Sequence[Late], words: Words) -> None:
    """Prints the table, a row that does not agree in red."""
    from rich.console import Console
    from rich.table import Table

    from ganvas.theory.dirac_text import cells, checked, crept, given, head

    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    first, second, *others = head(rows[0], words)
    for name in (first, second):
        table.add_column(name, no_wrap=True)
    for name in others:
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*cells(row, words), style=None if row.agrees else "red")
    console.print(words("title"), style="bold")
    for text in (words("game"), given(setting, words)):
        console.print(f"\n{text}")
    console.print()
    console.print(table)
    legend = " ".join(words(f"legend.{name}") for name in ("proved", "schedules"))
    for text in (words("legend.verdicts"), legend, checked(rows, words), crept(late, words)):
        if text:
            console.print(f"\n{text}")
    console.print(f"\n{words('paper')}")
