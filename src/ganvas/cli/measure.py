"""`ganvas measure A B`: a score card."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import tyro

from ganvas import flags
from ganvas.errors import StorageError, UsageError

if TYPE_CHECKING:
    from ganvas.measure import Card
    from ganvas.measure.scorer import Told

Metric = Literal[
    "frechet",
    "kid",
    "prdc",
    "sliced-wasserstein",
    "neighbours",
    "modes",
    "labels",
    "mind",
    "ms-ssim",
    "ndb",
    "c2st",
    "birthday",
    "authpct",
    "c-t",
    "parzen",
]
Features = Literal["auto", "digits", "mnist", "fashion-mnist", "random", "pixels", "inception"]
REFRESH_IN_A_FILE = 10.0
"""Seconds between two lines about the progress where they are not on a terminal."""


@dataclass(frozen=True, kw_only=True)
class Measure:
    """Measure A against B, with the floor of every number: what other real samples score.

    A and B are a run's folder, a folder of images, an .npz that holds `samples`, or a data set
    (`mnist:test`). With two cards that --json wrote, show them side by side.
    """

    a: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="A")]
    """What is measured."""
    b: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="B")]
    """What it is measured against."""
    n: Annotated[int, tyro.conf.arg(aliases=["-n"])] = 10_000
    """Samples of each side, or as many as there are."""
    metrics: tuple[Metric, ...] = ()
    """Which numbers; by default those that fit the data."""
    features: Features = "auto"
    """What pictures are seen by; inception is an extra. auto takes the network that was trained on
    such data, else random weights."""
    seed: int = 0
    """Decides a run's noise, and which samples of a larger set are taken."""
    size: int | None = None
    """Pixels of a side that data sets and folders are read at; by default what fits."""
    json: str | None = None
    """A file for the card; - prints it in place of the table."""
    neighbours: Path | None = None
    """A PNG of the samples nearest to training images, each with its five nearest."""
    family: str | None = None
    """file.py:Class of a run of one's own family."""


def main(argv: list[str]) -> int:
    """Runs `ganvas measure`."""
    args = flags.parse(Measure, argv, "measure")
    _check_files(args)
    if args.a.endswith(".json") and args.b.endswith(".json"):
        return _compare(args)
    from ganvas import files, pictures
    from ganvas.measure import prepare, score, scorer
    from ganvas.measure.lookalikes import lookalikes
    from ganvas.measure.scores import check, effort, fitting

    sides = prepare(args.a, args.b, n=args.n, seed=args.seed, size=args.size, family=args.family)
    names = check(args.metrics, sides) or fitting(sides)
    if args.neighbours is not None and not sides.real.spec.is_images:
        raise UsageError(f"--neighbours shows pictures; {args.a!r} is points.")
    with _progress(effort(sides, names)) as told:
        scored = scorer(sides, args.features, told)
        card = score(scored, args.metrics)
        near = None if args.neighbours is None else lookalikes(scored)
    if args.json not in (None, "-"):
        files.replace(Path(args.json), card.to_json().encode())
    if args.neighbours is not None and near is not None:
        grid = pictures.grid(near.flatten(0, 1), columns=near.shape[1])
        pictures.save_png(grid, args.neighbours)
    if args.json == "-":
        print(card.to_json(), end="")
    else:
        _show(card)
    return 0


def _check_files(args: Measure) -> None:
    """Faults in what is to be written, before minutes of work."""
    if args.neighbours is not None and args.neighbours.suffix != ".png":
        raise UsageError(f"--neighbours is a .png file, got {str(args.neighbours)!r}.")
    for path in (args.neighbours, Path(args.json) if args.json not in (None, "-") else None):
        if path is not None and not path.parent.is_dir():
            raise StorageError(f"{path} cannot be written: No such folder.")


def _compare(args: Measure) -> int:
    from rich.console import Console
    from rich.table import Table

    from ganvas.measure import compare, read

    pairs = compare(read(Path(args.a)), read(Path(args.b)))
    table = Table("metric", "A", "B", "floor", box=None, pad_edge=False)
    for mine, theirs in pairs:
        table.add_row(mine.metric, _number(mine.value), _number(theirs.value), _number(mine.floor))
    print(f"A  {args.a}\nB  {args.b}")
    Console(highlight=False).print(table)
    return 0


def _show(card: Card) -> None:
    """The card for people: what was compared, the table, what to beware of."""
    from rich.console import Console
    from rich.table import Table

    from ganvas.measure.scores import METRICS

    better = {name: best for metric in METRICS.values() for name, best in metric.better.items()}
    table = Table("metric", box=None, pad_edge=False)
    for name in ("value", "95 %", "floor"):
        table.add_column(name, justify="right")
    table.add_column("better")
    for score in card.scores:
        interval = "" if score.low is None else f"{_number(score.low)} … {_number(score.high)}"
        value = _number(score.value) + ("!" if score.flag else "")
        table.add_row(score.metric, value, interval, _number(score.floor), better[score.metric])
    first = card.scores[0]
    shape = " x ".join(map(str, card.shape))
    print(f"A      {card.a}, {first.n_fake:,} samples ({shape})")
    print(f"B      {card.b}, {first.n_real:,} samples, the reference")
    print(f"floor  {card.floor}")
    for name, sha256, resizer in dict.fromkeys(
        (s.features, s.features_sha256, s.resizer) for s in card.scores
    ):
        print(f"seen   {name}{f' {sha256[:12]}' if sha256 else ''}, resized: {resizer}")
    print(f"seed   {first.seed}")
    Console(highlight=False).print(table)
    for flag in dict.fromkeys(score.flag for score in card.scores if score.flag):
        print(f"! {', '.join(s.metric for s in card.scores if s.flag == flag)}: {flag}.")
    for note in card.notes:
        print(f"! {note}")


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


@contextmanager
def _progress(effort: dict[str, float]) -> Iterator[Told]:
    """A bar with the time left on a terminal, a line now and then elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True, highlight=False)
    columns = (
        TextColumn("{task.percentage:>3.0f} %"),
        BarColumn(bar_width=20),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
    )
    done: dict[str, float] = {}
    live = console.is_terminal
    start = shown = time.monotonic()
    with Progress(*columns, console=console, disable=not live, transient=True) as bar:
        task = bar.add_task("", total=1.0)

        def told(part: str, share: float) -> None:
            nonlocal shown
            done[part] = share
            whole = sum(effort.get(name, 0.0) * amount for name, amount in done.items())
            bar.update(task, completed=whole, description=part)
            now = time.monotonic()
            if not live and now - shown > REFRESH_IN_A_FILE:
                shown, left = now, (now - start) * (1 - whole) / max(whole, 0.01)
                print(f"{100 * whole:.0f} %  {left:.0f} s left  {part}", file=sys.stderr)

        yield told
