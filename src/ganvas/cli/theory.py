"""`ganvas theory`: what the papers prove, row by row, and `theory dirac | density | swap`."""

from __future__ import annotations

import importlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ganvas import flags
from ganvas.errors import TrainingError, UsageError, unknown
from ganvas.pages import check_place

if TYPE_CHECKING:
    from ganvas.theory.row import Row
    from ganvas.words import Words

PARTS = ("dirac", "density", "swap")
"""The parts of the theory that have a command of their own, `ganvas theory PART`."""


@dataclass(frozen=True, kw_only=True)
class Theory:
    """What the papers prove, each statement beside what the library's own losses give.

    Exits with 4 where a row does not hold. Of their own: `ganvas theory dirac`, which ways of
    training converge; `theory density`, the paper's figure; `theory swap`, min and max exchanged.
    """

    seed: int = 0
    """Of the densities that the losses are tried on, and of all that is drawn."""
    lang: Literal["en", "ko"] = "en"
    """The language of the words."""
    json: bool = False
    """All numbers as JSON in place of the table."""
    html: Path | None = None
    """A page with plots, written here in place of the table."""


def main(argv: list[str]) -> int:
    """Runs `ganvas theory`, or hands over to the part it names."""
    if argv and argv[0] in PARTS:
        part = importlib.import_module(f"ganvas.cli.theory_{argv[0]}")
        code: int = part.main(argv[1:])
        return code
    if argv and not argv[0].startswith("-"):
        raise unknown("part of the theory", argv[0], PARTS)
    args = flags.parse(Theory, argv, "theory")
    if args.seed < 0:
        raise UsageError(f"--seed: expected 0 or more, got {args.seed}.")
    check_place(args.html)
    from rich.console import Console

    from ganvas.theory.table_text import verdict
    from ganvas.words import Words

    words = Words("theory", args.lang)
    with Console(stderr=True).status(words("measuring")):
        from ganvas.theory.table import table

        rows = table(args.seed)
        _write(args, rows, words)
    if args.json:
        print(numbers(args.seed, rows))
    elif args.html is not None:
        print(args.html)
    else:
        _show(rows, words)
    if not all(row.holds for row in rows):
        raise TrainingError(verdict(rows, words))
    return 0


def numbers(seed: int, rows: Sequence[Row]) -> str:
    """All rows as JSON."""
    found = [
        asdict(row) | {"section": row.section, "off": row.off, "holds": row.holds} for row in rows
    ]
    return json.dumps({"seed": seed, "rows": found}, indent=1)


def _write(args: Theory, rows: Sequence[Row], words: Words) -> None:
    if args.html is not None:
        from ganvas import files
        from ganvas.theory.table_page import page

        files.replace(args.html, page(rows, args.seed, words).encode())


def _show(rows: Sequence[Row], words: Words) -> None:
    from rich.console import Console

    from ganvas.theory.table_text import table, verdict

    console = Console(highlight=False)
    console.print(words("lede"))
    console.print(table(rows, words))
    console.print(verdict(rows, words))
