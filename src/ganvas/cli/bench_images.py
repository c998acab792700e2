"""`ganvas bench images`: every image family for a minute, with real samples in the first row."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from ganvas import files, flags
from ganvas.cli.bench import follow
from ganvas.errors import StorageError, UsageError

Family = Literal[
    "images", "gan", "dcgan", "lsgan", "wgan", "wgan-gp", "sngan", "r3gan", "cgan", "acgan",
    "infogan",
]  # fmt: skip
Data = Literal["mnist", "fashion-mnist", "digits"]


@dataclass(frozen=True, kw_only=True)
class BenchImages:
    """Every image family for a minute of two processors: Frechet, KID, precision and recall."""

    minutes: float = 1.0
    """Minutes of two quiet processors for each run; they are turned into steps first."""
    seeds: int = 3
    """Runs of each row."""
    only: tuple[Family, ...] = ()
    """Which rows: the recipe `images` and the families; all by default."""
    data: tuple[Data, ...] = ("mnist", "fashion-mnist")
    """Which data sets."""
    samples: int = 10_000
    """Samples that a run draws, and real ones that they are compared with."""
    jobs: int = 0
    """Runs side by side; 0 takes one for each core."""
    results: Path = Path("images.jsonl")
    """Where each finished run is kept; the same command goes on from there."""
    grids: Path | None = None
    """A folder for 64 samples of each run, as PNG; of the runs that are made now."""
    out: Path | None = None
    """A file for the tables, Markdown; they are printed otherwise."""


def main(argv: list[str]) -> int:
    """Runs `ganvas bench images`."""
    args = flags.parse(BenchImages, argv, "bench images")
    if not 0 < args.minutes < float("inf") or args.seeds < 1 or args.samples < 10 or args.jobs < 0:
        raise UsageError(
            "--minutes is more than 0, --seeds 1 or more, --samples 10 or more, --jobs 0 or more; "
            f"got {args.minutes:g}, {args.seeds}, {args.samples} and {args.jobs}."
        )
    if args.out is not None and not args.out.parent.is_dir():
        raise StorageError(f"{args.out} cannot be written: No such folder.")
    if args.grids is not None and not args.grids.is_dir():
        raise StorageError(f"{args.grids} cannot hold pictures: No such folder.")
    from ganvas.bench import images
    from ganvas.bench.table import Results, fill

    games = images.games({name: images.GAMES[name] for name in args.only or images.GAMES})
    results = Results(args.results, images.facts(args.minutes, args.samples))
    paces = images.paces(args.data, games)
    follow(fill(results, paces, images.play, 1), len(paces))
    cells = list(images.cells(results, args.data, games, args.seeds))
    play = partial(images.play, grids=args.grids)
    follow(fill(results, cells, play, args.jobs), len(cells))
    text = images.page(results, args.data, games, args.seeds)
    if args.out is None:
        print(text, end="")
    else:
        files.replace(args.out, text.encode())
        print(args.out)
    return 0
