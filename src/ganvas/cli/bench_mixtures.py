"""`ganvas bench mixtures`: losses times penalties on two mixtures of known modes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ganvas import flags
from ganvas.cli.bench import follow
from ganvas.errors import UsageError

Bound = Literal["none", "r1", "r1r2", "gp", "dragan", "clip", "spectral"]


@dataclass(frozen=True, kw_only=True)
class BenchMixtures:
    """Every loss with every bound on D, on ring-8 and grid-25: modes found and their quality."""

    bounds: tuple[Bound, ...] = ("none", "r1", "r1r2", "gp", "spectral")
    """What keeps D from being too steep."""
    seeds: int = 10
    """Runs of each combination."""
    steps: int = 2000
    """Steps of each run."""
    jobs: int = 0
    """Runs side by side; 0 takes one for each core."""
    results: Path = Path("mixtures.jsonl")
    """Where each finished run is kept; the same command goes on from there."""


def main(argv: list[str]) -> int:
    """Runs `ganvas bench mixtures`; the table is printed as Markdown."""
    args = flags.parse(BenchMixtures, argv, "bench mixtures")
    if args.seeds < 1 or args.steps < 1 or args.jobs < 0:
        raise UsageError(
            "--seeds and --steps are 1 or more, --jobs is 0 or more; got "
            f"{args.seeds}, {args.steps} and {args.jobs}."
        )
    from ganvas.bench import mixtures
    from ganvas.bench.table import Results, fill

    results = Results(args.results, mixtures.facts(args.steps))
    cells = list(mixtures.cells(args.seeds, args.bounds))
    follow(fill(results, cells, mixtures.play, args.jobs), len(cells))
    print(mixtures.table(results, args.seeds, args.bounds), end="")
    return 0
