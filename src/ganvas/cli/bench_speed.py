"""`ganvas bench speed`: ours beside a plain PyTorch loop over the same networks and data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ganvas import files, flags
from ganvas.cli.bench import follow
from ganvas.errors import StorageError, UsageError

Name = Literal["dcgan-64", "dcgan-28", "mlp", "r3-dense", "sngan", "r3-grouped", "sampling"]


@dataclass(frozen=True, kw_only=True)
class BenchSpeed:
    """Images a second of a plain PyTorch loop and of ours, in turn; medians of the ratios."""

    only: tuple[Name, ...] = ()
    """Rows to measure; all by default."""
    rounds: int = 5
    """Rounds in which each loop has its turn."""
    seconds: float = 10.0
    """Seconds of a turn, one step at least."""
    batch: int | None = None
    """Images of a minibatch; by default each row's own, which a slow machine takes minutes for."""
    threads: int = 0
    """Processor threads; 0 takes `OMP_NUM_THREADS`, or one for each core."""
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    """What computes; by default what `ganvas train` would take."""
    precision: Literal["auto", "float32", "bf16"] = "auto"
    """Of ours and the loop by hand; the plain loop is in float32."""
    results: Path = Path("speed.jsonl")
    """Where each measured row is kept; the same command goes on from there."""
    out: Path | None = None
    """A file for the table, as Markdown."""


def main(argv: list[str]) -> int:
    """Runs `ganvas bench speed`; the table is printed as Markdown."""
    args = flags.parse(BenchSpeed, argv, "bench speed")
    if args.rounds < 1 or args.batch == 0 or min(args.seconds, args.threads, args.batch or 1) < 0:
        raise UsageError(
            "--rounds and --batch are 1 or more, --seconds and --threads are 0 or more; got "
            f"{args.rounds}, {args.batch}, {args.seconds:g} and {args.threads}."
        )
    if args.out is not None and not args.out.parent.is_dir():
        raise StorageError(f"{args.out} cannot be written: No such folder.")
    from ganvas.bench import speed
    from ganvas.bench.table import Results, fill

    names = args.only or speed.NAMES
    facts = speed.facts(
        rounds=args.rounds,
        seconds=args.seconds,
        threads=args.threads,
        batch=args.batch,
        on=args.device,
        precision=args.precision,
    )
    results = Results(args.results, facts)
    cells = speed.cells(names)
    follow(fill(results, cells, speed.play, 1), len(cells))
    text = speed.page(results, names)
    print(text)
    if args.out is not None:
        files.replace(args.out, text.encode())
    return 0
