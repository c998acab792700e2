"""Does bf16 cost quality? The recipe `images`, narrow, in float32 and in bf16, the same seeds.

    python benchmarks/precision.py --data mnist --steps 1000 --seeds 3

A processor without bf16 in hardware computes it all the same, only slowly. What has to be seen is
that the two differ by no more than seeds do. Runs that are done are kept.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from ganvas import data, drawing, recipes
from ganvas.bench.images import METRICS
from ganvas.bench.table import Cell, Results, fill, markdown, mean_and_spread
from ganvas.cli.bench import follow
from ganvas.game import Moment
from ganvas.measure import Judge
from ganvas.trainer import Trainer


def play(facts: dict[str, Any], cell: dict[str, Any]) -> dict[str, float]:
    recipe = recipes.find("images").merged({"game": {"width": facts["width"]}})
    settings = replace(
        recipe.settings,
        steps=facts["steps"], minutes=None, threads=1, device="cpu",
        precision=cell["precision"], seed=cell["seed"],
    )  # fmt: skip
    trainer = Trainer(recipe.game, facts["data"], settings=settings)
    for _ in trainer:
        pass
    source = f"{facts['data']}:test"
    judge = Judge(data.load(source), n=facts["samples"], source=source, metrics=METRICS)
    first, nets = Moment(seed=cell["seed"], step="bench"), trainer.drawing_nets()
    return judge(drawing.finished(trainer.game, nets, trainer.data.spec, judge.n, first))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", default="mnist", choices=("mnist", "fashion-mnist"))
    parser.add_argument("--width", type=int, default=8)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=0)
    parser.add_argument("--results", type=Path, default=Path("precision.jsonl"))
    args = parser.parse_args()
    facts = {"data": args.data, "width": args.width, "steps": args.steps, "samples": 10_000}
    results = Results(args.results, facts)
    rows: dict[str, list[Cell]] = {
        name: [{"precision": name, "seed": seed} for seed in range(args.seeds)]
        for name in ("float32", "bf16")
    }
    cells = [cell for row in rows.values() for cell in row]
    follow(fill(results, cells, play, args.jobs), len(cells))
    shown = ("frechet", "precision", "recall")
    lines = []
    for name, row in rows.items():
        scores = [[results[cell][key] for cell in row] for key in shown]
        lines.append([name, *(mean_and_spread(values, ".3f") for values in scores)])
    print(markdown(("losses in", *shown), lines))


if __name__ == "__main__":
    main()
