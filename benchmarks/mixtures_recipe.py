"""The recipe `mixtures`, unchanged, on ring-8 and grid-25: PacGAN's protocol, seed by seed.

    python benchmarks/mixtures_recipe.py --seeds 10 --results mixtures-recipe.jsonl

2,500 samples, of high quality within three standard deviations of a mode; the first row of each
table is what other real samples score. Runs that are done are kept, so it can stop and go on.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from ganvas import drawing, recipes
from ganvas.bench.mixtures import DATA, REAL, SAMPLES, scores
from ganvas.bench.table import Cell, Results, fill, markdown
from ganvas.cli.bench import follow
from ganvas.data import toy
from ganvas.game import Moment
from ganvas.trainer import Trainer


def play(facts: dict[str, Any], cell: dict[str, Any]) -> dict[str, Any]:
    """Trains the recipe with one seed, and counts the modes of what it draws."""
    data, seed = cell["data"], cell["seed"]
    recipe = recipes.find("mixtures").merged({"data": data, "seed": seed, "threads": 1})
    trainer = Trainer(recipe.game, data, settings=recipe.settings)
    began, used = time.monotonic(), time.process_time()
    for _ in trainer:
        pass
    seconds = {"seconds": time.monotonic() - began, "cpu": time.process_time() - used}
    first, nets = Moment(seed=seed, step="bench"), trainer.drawing_nets()
    x = drawing.finished(trainer.game, nets, trainer.data.spec, facts["samples"], first)
    return scores(x, data) | seconds


def table(results: Results, data: str, seeds: int) -> str:
    """A row a seed, and the means."""
    names = ("captured", "smallest_share", "high_quality", "reverse_kl", "spread", "cpu")
    real = [scores(toy.sample(data, SAMPLES, seed=1000 + i), data) for i in range(seeds)]
    cells: list[Cell] = [{"data": data, "seed": seed} for seed in range(seeds)]
    found = [results[cell] for cell in cells if cell in results]

    def mean(name: str, rows: list[dict[str, Any]]) -> str:
        values = [row[name] for row in rows if name in row]
        return f"{sum(values) / len(values):.4g}" if values else ""

    lines = [[REAL, *(mean(name, real) for name in names)]]
    lines += [[str(i), *(f"{row[n]:.4g}" for n in names)] for i, row in enumerate(found)]
    lines.append(["mean", *(mean(name, found) for name in names)])
    return markdown(
        ["seed", "modes", "smallest share x K", "HQ", "reverse KL", "width", "CPU s"], lines
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--jobs", type=int, default=0)
    parser.add_argument("--results", type=Path, default=Path("mixtures-recipe.jsonl"))
    args = parser.parse_args()
    recipe = recipes.find("mixtures").to_dict()
    results = Results(args.results, {"samples": SAMPLES, "recipe": recipe})
    cells: list[Cell] = [{"data": data, "seed": s} for s in range(args.seeds) for data in DATA]
    follow(fill(results, cells, play, args.jobs), len(cells))
    for data in DATA:
        print(f"{data}\n\n{table(results, data, args.seeds)}")


if __name__ == "__main__":
    main()
