"""Does a conditional run draw what it is asked for, and all of it? MNIST, or Fashion-MNIST.

    python benchmarks/conditional.py runs/0000-cgan-mnist --data mnist

Three numbers, each beside what real images score: the share of samples in which the shipped network
sees the class that was asked for; the accuracy on the real test images of a classifier that learnt
from the pixels of samples alone, an MLP of 256; and for each class the recall among the features of
its test images, over what other real images of the class have.
"""

from __future__ import annotations

import argparse
import warnings

import numpy as np
import torch
from sklearn.neural_network import MLPClassifier
from torch import Tensor

import ganvas
from ganvas import metrics
from ganvas.data import load
from ganvas.metrics.features import find


def accuracy(x: Tensor, labels: np.ndarray, test: Tensor, y: np.ndarray) -> float:
    """On the test images (M, 1, S, S), of an MLP that learnt from the images `x` (N, 1, S, S)."""
    learner = MLPClassifier((256,), max_iter=15, batch_size=128, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that 15 passes are not all it could learn
        learner.fit(x.flatten(1).numpy() / 255, labels)
    return float(learner.score(test.flatten(1).numpy() / 255, y))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("run")
    parser.add_argument("--data", default="mnist")
    parser.add_argument("--each", type=int, default=1000, help="samples of a class")
    args = parser.parse_args()
    train, test = load(args.data), load(f"{args.data}:test")
    model, seen = ganvas.load(args.run), find("auto", data=args.data, shape=test.spec.shape)
    classes = len(train.classes)
    asked = torch.arange(args.each * classes) % classes
    drawn = model.sample(len(asked), labels=asked.tolist())
    order = torch.randperm(len(train), generator=torch.Generator().manual_seed(0))[
        : args.each * classes
    ]
    sides = {
        "samples": (seen(drawn), asked.numpy(), drawn),
        "other real": (seen(train.x[order]), train.y[order].numpy(), train.x[order]),
    }
    real, y = seen(test.x), test.y.numpy()
    recalls = {}
    for name, (rows, labels, images) in sides.items():
        right = metrics.per_class_accuracy(labels, seen.classes(images)).overall
        learnt = accuracy(images, labels, test.x, y)
        recalls[name] = np.array(
            [
                metrics.prdc(real[y == c][: args.each], rows[labels == c][: args.each]).recall
                for c in range(classes)
            ]
        )
        print(f"{name:<11} seen as asked {right:.4f}  classifier trained on them {learnt:.4f}")
    share = recalls["samples"] / recalls["other real"]
    print("recall within a class, over real:", " ".join(f"{s:.2f}" for s in share))
    print(f"the least: {share.min():.2f}")


if __name__ == "__main__":
    main()
