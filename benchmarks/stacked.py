"""Stacked MNIST: paired losses or plain ones, R1 on both sides or on the reals; kinds and KL.

    python benchmarks/stacked.py --steps 3000 --seeds 1 --results stacked.jsonl

The question of Huang et al. (R3GAN, 2024, table 1) at a small budget of a processor, not theirs:
DCGAN's networks without any norm, the same rates and steps for all four. The kinds are counted in
26,000 samples by the shipped network for MNIST; the first row is what real digits score. Runs that
are done are kept, so it can stop and go on.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import Any

import torch

from ganvas import drawing, pictures
from ganvas.bench.table import REAL, Cell, Results, Row, fill, markdown, mean_and_spread
from ganvas.cli.bench import follow
from ganvas.data import load
from ganvas.families.gan import GAN
from ganvas.game import Moment
from ganvas.measure import Judge
from ganvas.recipe import Recipe
from ganvas.trainer import Trainer

DATA, SAMPLES, LOOKED_AT = "stacked-mnist", 26_000, 64
RATE = {"lr": 1e-3, "beta1": 0.0, "beta2": 0.99}
GAME: dict[str, Any] = {
    "network": "dcgan",
    "norm": "none",
    "width": 32,
    "ema": 5.0,
    "G": RATE,
    "D": RATE,
}
ROWS = [
    (REAL, ""),
    *((loss, by) for loss in ("relativistic", "nonsaturating") for by in ("r1r2", "r1")),
]
SHOWN = {"captured": ".0f", "reverse-kl": ".3f", "frechet": ".2f"}


def play(facts: dict[str, Any], cell: dict[str, Any], grids: Path | None = None) -> Row:
    """Trains one of the four with one seed, and counts the kinds in what it draws.

    `grids`: a folder for 64 samples of the run.
    """
    seed = cell["seed"]
    real = load(f"{DATA}:test")
    judge = Judge(real, n=SAMPLES, source=f"{DATA}:test", metrics=("modes", "frechet"), seed=seed)
    if cell["loss"] == REAL:
        return dict(judge.floor)
    players = {"loss": cell["loss"], "penalty": cell["penalty"], "gamma": facts["gamma"]}
    game = Recipe(game=GAN(), family="gan").merged({"game": facts["game"] | players}).game
    trainer = Trainer(game, DATA, steps=facts["steps"], batch=64, seed=seed, threads=1)
    for _ in trainer:
        pass
    first, nets = Moment(seed=seed, step="bench"), trainer.drawing_nets()
    x = drawing.finished(game, nets, trainer.data.spec, SAMPLES, first)
    if grids is not None:
        path = grids / f"stacked-{cell['loss']}-{cell['penalty']}-{seed}.png"
        pictures.save_png(pictures.grid(x[:LOOKED_AT]), path)
    return judge(x)


def table(results: Results, seeds: int) -> str:
    """A row for each of the four, real digits in the first row."""
    rows = []
    for loss, penalty in ROWS:
        whole, failed = results.found([_cell(loss, penalty, seed) for seed in range(seeds)])
        found = [
            mean_and_spread([row[name] for row in whole], form) if whole else ""
            for name, form in SHOWN.items()
        ]
        rows.append([loss, penalty, *found, failed])
    return markdown(["loss", "penalty", "kinds", "reverse KL", "Frechet", "failed"], rows)


def _cell(loss: str, penalty: str, seed: int) -> Cell:
    return {"loss": loss, "penalty": penalty, "seed": seed}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--steps", type=int, default=3_000)
    parser.add_argument("--gamma", default="0.1", help="weight of the penalty, or a schedule")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=0)
    parser.add_argument("--grids", type=Path, help="a folder for 64 samples of each run")
    parser.add_argument("--results", type=Path, default=Path("stacked.jsonl"))
    args = parser.parse_args()
    shared = {"steps": args.steps, "gamma": args.gamma, "game": GAME}
    results = Results(args.results, shared | {"torch": torch.__version__})
    cells = [_cell(loss, penalty, seed) for seed in range(args.seeds) for loss, penalty in ROWS]
    follow(fill(results, cells, partial(play, grids=args.grids), args.jobs), len(cells))
    print(table(results, args.seeds))


if __name__ == "__main__":
    main()
