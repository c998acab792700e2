"""The progress line: steps, thousand images, speed, time left, losses."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Iterable

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from ganvas.events import Event, Logged, Measured, Stopped, Warned
from ganvas.trainer import Trainer

REFRESH, REFRESH_IN_A_FILE = 0.2, 10.0
"""Seconds between two states of the line."""
WINDOW = 25
"""States of the line that the speed is taken over."""
FIXED = 66
"""Columns that the line takes without the losses."""


class Speed:
    """Images a second over the last few looks."""

    def __init__(self, images: int) -> None:
        self._looks = deque([(time.monotonic(), images)], WINDOW)

    def __call__(self, images: int) -> float:
        """The speed now that `images` were shown."""
        self._looks.append((time.monotonic(), images))
        (then, before), (now, shown) = self._looks[0], self._looks[-1]
        return (shown - before) / max(now - then, 1e-9)


def follow(events: Iterable[Event], trainer: Trainer) -> None:
    """Shows the events until they end: a live line on a terminal, a line now and then elsewhere."""
    console = Console(stderr=True, highlight=False)
    live = console.is_terminal
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=8),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[terms]}"),
    )
    with Progress(*columns, console=console, disable=not live, transient=True) as progress:
        task = progress.add_task("", total=1.0, terms="")
        speed, shown, last = Speed(trainer.clock.images), 0.0, 0.0
        for event in events:
            if isinstance(event, Warned):
                console.print(f"[yellow]warning:[/yellow] {event.message}")
            elif isinstance(event, Measured):
                scores = "  ".join(f"{name} {value:.4g}" for name, value in event.scores.items())
                console.print(f"step {event.step:,}  {scores}")
            elif isinstance(event, Stopped):
                last = last or speed(trainer.clock.images)
                console.print(f"{where(trainer, last)}  {event.reason}")
            elif isinstance(event, Logged):
                last, now = speed(trainer.clock.images), time.monotonic()
                state = where(trainer, last)
                if now - shown < (REFRESH if live else REFRESH_IN_A_FILE):
                    continue
                shown = now
                terms = fitting(event.row, console.width - FIXED if live else 10**3)
                progress.update(task, completed=trainer.progress, description=state, terms=terms)
                if not live:
                    print(f"{state}  {100 * trainer.progress:.0f} %  {terms}", file=sys.stderr)


def where(trainer: Trainer, speed: float) -> str:
    """Where the run stands, as in `step 1,200  154 kimg  24,310 img/s`."""
    clock = trainer.clock
    return f"step {clock.step:,}  {clock.images / 1000:,.0f} kimg  {speed:,.0f} img/s"


def fitting(row: dict[str, float], width: int) -> str:
    """As many of the terms as fit into `width` columns, none cut."""
    text = ""
    for name, value in row.items():
        if name.endswith("/gradient") or name in ("step", "images", "epoch", "seconds"):
            continue
        longer = f"{text}  {name} {value:.3f}"
        if len(longer) > width:
            break
        text = longer
    return text.strip()
