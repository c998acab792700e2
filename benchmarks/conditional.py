"""Does a conditional run draw what it is asked for, and all of it? MNIST, or Fashion-MNIST.

    python benchmarks/conditional.py runs/0000-cgan-mnist --data mnist

Three numbers, each beside what real images score: the share of samples in which the shipped network
sees the class that was asked for; the accuracy on the real test images of a small CNN that learnt
from samples alone; and for each class the recall among the features of its test images, over what
other real images of the class have.
"""

from __future__ import annotations

import argparse

import numpy as np
import torch
from torch import Tensor

import ganvas
from feature_nets import accuracy, trained
from ganvas import metrics
from ganvas.data import Dataset, load
from ganvas.metrics.features import find
from ganvas.metrics.small_cnn import resized


def learnt(name: str, x: Tensor, labels: Tensor, test: Dataset) -> float:
    """The accuracy on real test images of a small CNN that has seen the images `x` alone."""
    assert test.y is not None
    side = test.x.shape[-1]
    return accuracy(trained(name, resized(x, side), labels, 0), resized(test.x, side), test.y)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("run")
    parser.add_argument("--data", default="mnist")
    parser.add_argument("--each", type=int, default=2000, help="samples of a class")
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
        taught = learnt(args.data, images, torch.from_numpy(labels), test)
        recalls[name] = np.array(
            [
                metrics.prdc(real[y == c][:800], rows[labels == c][:800]).recall
                for c in range(classes)
            ]
        )
        print(f"{name:<11} seen as asked {right:.4f}  classifier trained on them {taught:.4f}")
    share = recalls["samples"] / recalls["other real"]
    print("recall within a class, over real:", " ".join(f"{s:.2f}" for s in share))
    print(f"the least: {share.min():.2f}")


if __name__ == "__main__":
    main()
