"""Every image family on the same digits for the same minutes: a table, and a run to look at each.

    python benchmarks/families.py --minutes 2 --outdir runs/families

scikit-learn's 1,797 digits at 16 pixels, narrow networks (`--width`), two-thread minutes on a
processor: enough to see that each family learns, not enough to rank them. A family whose run is
there and finished is not trained again, so the command can be stopped and started.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import ganvas
from ganvas import families
from ganvas.measure import measure

NARROW = {"dcgan": 32, "lsgan": 32, "wgan": 32, "wgan-gp": 32, "sngan": 16, "r3gan": 32}
"""Base width, by family; the others are MLPs by default and play with DCGAN's networks here."""


def trained(name: str, minutes: float, outdir: Path) -> Path:
    """The run of a family; from an earlier start of this command if it is there."""
    for run in outdir.glob(f"*-{name}-digits"):
        if (run / "values.json").exists():
            return run
    game = families.find(name)(network="dcgan", width=32) if name not in NARROW else None
    game = game or families.find(name)(width=NARROW[name])
    ganvas.train(game, "digits", size=16, minutes=minutes, batch=64, outdir=outdir)
    return max(outdir.glob(f"*-{name}-digits"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--outdir", type=Path, default=Path("runs/families"))
    parser.add_argument("--only", nargs="*", default=[])
    args = parser.parse_args()
    print("| family | steps | images | Frechet | precision | recall |\n|---|---|---|---|---|---|")
    for name in args.only or [*NARROW, "gan", "cgan", "acgan", "infogan"]:
        run = trained(name, args.minutes, args.outdir)
        row = json.loads((run / "metrics.jsonl").read_text().splitlines()[-1])
        card = measure(str(run), "digits", n=1000, metrics=("frechet", "prdc"))
        scores = {score.metric: score for score in card.scores}
        values = " | ".join(f"{scores[m].value:.3g}" for m in ("frechet", "precision", "recall"))
        print(f"| {name} | {row['step']:,} | {row['images']:,} | {values} |", flush=True)
    floor = " | ".join(f"{scores[m].floor:.3g}" for m in ("frechet", "precision", "recall"))
    print(f"| other real digits | | | {floor} |")


if __name__ == "__main__":
    main()
