"""Does each category of an InfoGAN's code stand for one class? MNIST, or Fashion-MNIST.

    python benchmarks/codes.py runs/0001-infogan-mnist --data mnist

Samples of each category are shown to the shipped network; categories and classes are matched one to
one as well as can be, and the share of samples that agree is told, with the table behind it.
"""

from __future__ import annotations

import argparse

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment

import ganvas
from ganvas import pictures
from ganvas.game import Moment
from ganvas.metrics.features import find


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("run")
    parser.add_argument("--data", default="mnist")
    parser.add_argument("--each", type=int, default=500, help="samples of a category")
    args = parser.parse_args()
    model = ganvas.load(args.run)
    game, seen = model.game, find("auto", data=args.data, shape=model.data.shape)
    k = game.categories
    if k != 10:
        parser.error(f"{args.run} has {k} categories; ten are matched one to one with ten classes.")
    counts = np.zeros((k, 10), dtype=int)
    for category in range(k):
        z = game.latent(args.each, Moment(seed=0, step=f"codes {category}"))
        z[:, game.z : game.z + k] = game.category_size * torch.eye(k)[category]
        with torch.no_grad():
            x = pictures.to_uint8(game.decode(model.nets, z), game.range)
        counts[category] = np.bincount(seen.classes(x), minlength=10)
    rows, columns = linear_sum_assignment(-counts)
    print(f"matched: {counts[rows, columns].sum() / counts.sum():.4f}")
    for category in range(k):
        print(category, "->", columns[rows == category], counts[category])


if __name__ == "__main__":
    main()
