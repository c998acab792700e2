"""What the lessons that train share: the page's place, the progress line, the table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from ganvas.pages import check_place


def place(asked: Path | None, usual: Path, json: bool) -> Path | None:
    """Where the page goes, if anywhere: with `json` only where it was asked for.

    Raises:
        UsageError: a folder that is not there; better said before the training than after.
    """
    out = asked or (None if json else usual)
    check_place(out)
    return out


@contextmanager
def progress(what: str) -> Iterator[Callable[[float], None]]:
    """A bar on a terminal while the block runs; give it the share that is done, 0 to 1."""
    console = Console(stderr=True, highlight=False)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    with bar:
        task = bar.add_task(what, total=1.0)
        yield lambda share: bar.update(task, completed=share)


def numbered(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """A table of numbers whose first column names its rows."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    first, *others = head
    table.add_column(first, no_wrap=True)
    for name in others:
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table
