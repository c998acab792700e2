"""The recipe `images` beside what it was chosen from: each the same minutes, the same pictures.

    python benchmarks/images_recipe.py --data mnist --minutes 1 --seeds 3 --results images.jsonl

All have DCGAN's networks and batches of 64: the recipe, whose width is 24; and of width 32 a GAN
without its category (`gan`), DCGAN as published, a hinge loss with a spectral D, and relativistic
pairs with R1 and R2. Steps stand for minutes as in `ganvas bench images`; runs that are done are
kept, so it can stop and go on.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ganvas.bench import images
from ganvas.bench.table import Results, fill
from ganvas.cli.bench import follow

RATE = {"lr": 1e-3, "beta1": 0.0, "beta2": 0.99}
SAME: dict[str, Any] = {"network": "dcgan", "norm": "g", "width": 32, "ema": 5.0}


def options() -> dict[str, dict[str, Any]]:
    """The recipe as it is, and games by the family that each is a setting of."""
    hinge = SAME | {"d_steps": 1, "G": {"lr": 5e-4, "beta1": 0.5, "beta2": 0.999}}
    lazy = SAME | {"penalty": "r1", "gamma": 0.1, "every": 4, "z": 16}
    rate = RATE | {"lr": 2e-3}
    return {
        "images": {},
        "gan": lazy | {"G": rate, "D": rate},
        "dcgan": {"width": 32},
        "sngan": hinge | {"D": hinge["G"]},
        "r3gan": SAME | {"output": "tanh", "gamma": 0.1, "G": RATE, "D": RATE},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", nargs="*", default=["mnist"])
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--samples", type=int, default=10_000)
    parser.add_argument("--jobs", type=int, default=0)
    parser.add_argument("--results", type=Path, default=Path("images-recipe.jsonl"))
    args = parser.parse_args()
    games = images.games(options())
    results = Results(args.results, images.facts(args.minutes, args.samples))
    paces = images.paces(args.data, games)
    follow(fill(results, paces, images.play, 1), len(paces))
    cells = list(images.cells(results, args.data, games, args.seeds))
    follow(fill(results, cells, images.play, args.jobs), len(cells))
    for name in args.data:
        print(f"{name}\n\n{images.table(results, name, games, args.seeds)}")


if __name__ == "__main__":
    main()
