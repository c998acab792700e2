"""`ganvas bench shapes`: what DiscoGAN's three modes keep of what they translate."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ganvas import flags
from ganvas.cli.bench import follow
from ganvas.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class BenchShapes:
    """A GAN alone, one cycle, two cycles: information kept, injectivity, coverage, cycle error."""

    seeds: int = 10
    """Runs of each mode."""
    steps: int = 1200
    """Steps of each run on shapes; points have twice as many."""
    jobs: int = 0
    """Runs side by side; 0 takes one for each core."""
    results: Path = Path("shapes.jsonl")
    """Where each finished run is kept; the same command goes on from there."""


def main(argv: list[str]) -> int:
    """Runs `ganvas bench shapes`; the tables are printed as Markdown."""
    args = flags.parse(BenchShapes, argv, "bench shapes")
    if args.seeds < 1 or args.steps < 1 or args.jobs < 0:
        raise UsageError(
            "--seeds and --steps are 1 or more, --jobs is 0 or more; got "
            f"{args.seeds}, {args.steps} and {args.jobs}."
        )
    from ganvas.bench import shapes
    from ganvas.bench.table import Results, fill

    results = Results(args.results, shapes.facts(args.steps))
    cells = list(shapes.cells(args.seeds))
    follow(fill(results, cells, shapes.play, args.jobs), len(cells))
    for data in shapes.DATA:
        print(f"{data}\n\n{shapes.table(results, data, args.seeds)}")
        print(shapes.differences(results, data, args.seeds))
    return 0
