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
WIDE, BAR, REST = 100, 9, 15
"""Columns of a terminal that has room for a bar; those that the bar takes, share and time left."""


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
    live, wide = console.is_terminal, console.width >= WIDE
    columns = (
        TextColumn("{task.description}"),
        *([BarColumn(bar_width=BAR - 1)] if wide else []),
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
                room = console.width - len(state) - REST - BAR * wide
                terms = fitting(event.row, room if live else 10**3)
                progress.update(task, completed=trainer.progress, description=state, terms=terms)
                if not live:
                    print(f"{state}  {100 * trainer.progress:.0f} %  {terms}", file=sys.stderr)


def where(trainer: Trainer, speed: float) -> str:
    """Where the run stands, as in `step 1,200  154 kimg  24,310 img/s`."""
    clock = trainer.clock
    return f"step {clock.step:,}  {clock.images / 1000:,.0f} kimg  {speed:,.0f} img/s"


def fitting(row: dict[str, float], width: int) -> str:
    """The terms in `width` columns, none cut; where not all fit, each player's loss and the rest.

    >>> row = {"D/real": 0.7, "D/fake": 0.6, "D/gradient": 2.0, "G/fake": 0.8, "D(x)": 0.5}
    >>> fitting(row, 80)
    'D/real 0.700  D/fake 0.600  G/fake 0.800  D(x) 0.500'
    >>> fitting(row, 30)
    'D 1.300  G 0.800  D(x) 0.500'
    >>> fitting(row, 20)
    'D 1.300  G 0.800'
    """
    terms = {
        name: value
        for name, value in row.items()
        if not name.endswith("/gradient") and name not in ("step", "images", "epoch", "seconds")
    }
    if len(_line(terms)) > width:
        losses: dict[str, float] = {}
        for name, value in terms.items():
            player = name.partition("/")[0]
            losses[player] = losses.get(player, 0.0) + value
        terms = losses
    while len(_line(terms)) > width:
        terms.popitem()
    return _line(terms)


def _line(terms: dict[str, float]) -> str:
    return "  ".join(f"{name} {value:.3f}" for name, value in terms.items())
