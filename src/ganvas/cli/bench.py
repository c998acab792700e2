"""`ganvas bench`: tables of many runs, made cell by cell."""

from __future__ import annotations

import importlib
import sys
import time
from collections.abc import Callable, Iterator

from ganvas.errors import UsageError, unknown

TABLES = {
    "images": "every image family for a minute on MNIST and Fashion-MNIST",
    "speed": "images a second beside a plain PyTorch loop over the same networks",
    "mixtures": "losses times penalties on two mixtures of known modes",
    "shapes": "translations without cycle, with one and with two: what they keep",
}


def main(argv: list[str]) -> int:
    """Hands over to the table that is asked for."""
    if not argv or argv[0] in ("-h", "--help"):
        print(usage())
        return 0
    if argv[0].startswith("-"):
        raise UsageError(f"ganvas bench takes the name of a table: {', '.join(TABLES)}.")
    if argv[0] not in TABLES:
        raise unknown("table", argv[0], TABLES)
    table = importlib.import_module(f"ganvas.cli.bench_{argv[0]}")
    code: int = table.main(argv[1:])
    return code


def usage() -> str:
    """The text of `ganvas bench --help`."""
    lines = [f"  {name:<8} {line}" for name, line in TABLES.items()]
    return "\n".join(
        [
            "usage: ganvas bench TABLE …",
            "",
            *lines,
            "",
            "A table that was stopped goes on where it was.",
            "`ganvas bench TABLE --help` tells a table's options.",
        ]
    )


def follow(done: Iterator[int], whole: int, say: Callable[[str], None] | None = None) -> None:
    """Shows how many cells are done, and how long the rest will take."""
    say = say or (lambda text: print(text, file=sys.stderr, flush=True))
    begun, start = 0, time.monotonic()
    for i, n in enumerate(done):
        if i == 0:
            begun = n
            say(f"{n} of {whole} done before")
            continue
        left = (time.monotonic() - start) / (n - begun) * (whole - n)
        say(f"{n} of {whole}  about {left / 60:.0f} minutes left")
