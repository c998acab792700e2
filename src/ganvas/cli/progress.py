"""The progress line: steps, thousand images, speed, time left, losses."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from ganvas.events import Event, Logged, Stopped, Warned
from ganvas.trainer import Trainer

REFRESH = 0.2
"""Seconds between two states of the line."""


def follow(events: Iterable[Event], trainer: Trainer) -> None:
    """Shows the events until they end: a live line on a terminal, a line now and then elsewhere."""
    console = Console(stderr=True, highlight=False)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[terms]}"),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=1.0, terms="")
        began, first = time.monotonic(), trainer.clock.images
        shown = 0.0
        for event in events:
            now = time.monotonic()
            if isinstance(event, Warned):
                console.print(f"[yellow]warning:[/yellow] {event.message}")
            elif isinstance(event, Stopped):
                console.print(f"{line(trainer, began, first)}  {event.reason}")
            elif isinstance(event, Logged) and now - shown >= (
                REFRESH if console.is_terminal else 10
            ):
                shown = now
                terms = "  ".join(f"{k} {v:.3f}" for k, v in event.row.items() if _is_term(k))
                state = line(trainer, began, first)
                progress.update(task, completed=trainer.progress, description=state, terms=terms)
                if not console.is_terminal:
                    print(f"{state}  {100 * trainer.progress:.0f} %  {terms}", file=sys.stderr)


def line(trainer: Trainer, began: float, first: int) -> str:
    """Where the run stands, as in `step 1,200  153.6 kimg  24,310 img/s`."""
    clock = trainer.clock
    speed = (clock.images - first) / max(time.monotonic() - began, 1e-9)
    return f"step {clock.step:,}  {clock.images / 1000:,.1f} kimg  {speed:,.0f} img/s"


def _is_term(name: str) -> bool:
    return not name.endswith("/gradient") and name not in ("step", "images", "epoch", "seconds")
