"""Are the digits of a run digits? What an independent classifier says of its samples.

    python benchmarks/digits.py runs/0000-gan-digits [RUN …]

A small convolutional network learns the real digits (1,497 of them; the other 300 tell its
accuracy). Of 2,000 samples a run draws: the share that it puts into one class with more than .9
confidence, the smallest and the largest share of a class, and the distance from a sample to its
nearest training digit beside that from a held-out real digit, which a memoriser would undercut.
"""

from __future__ import annotations

import argparse

import torch
from torch import Tensor, nn
from torch.nn import functional as F

import ganvas
from ganvas.data import load

SAMPLES, CONFIDENT, HELD_OUT = 2000, 0.9, 300


def classifier(x: Tensor, y: Tensor) -> nn.Module:
    """A network that tells ten digits apart, trained on `x`, float (N, 1, H, W) in (0, 1)."""
    torch.manual_seed(1234)
    side = x.shape[-1] // 4
    net = nn.Sequential(
        *(nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.Conv2d(32, 32, 3, padding=1), nn.ReLU()),
        *(nn.MaxPool2d(2), nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Dropout(0.3), nn.Linear(64 * side**2, 128), nn.ReLU()),
        *(nn.Dropout(0.3), nn.Linear(128, 10)),
    )
    epochs = 25
    adam = torch.optim.Adam(net.parameters(), 1e-3)
    for epoch in range(epochs):
        adam.param_groups[0]["lr"] = 1e-3 * (1 - epoch / epochs)
        for rows in torch.randperm(len(x)).split(64):
            adam.zero_grad()
            F.cross_entropy(net(x[rows]), y[rows]).backward()
            adam.step()
    return net.eval()


def nearest(x: Tensor, others: Tensor) -> float:
    """The median distance from `x` to the nearest of `others`, in pixel values of (0, 1)."""
    return float(torch.cdist(x.flatten(1), others.flatten(1)).min(1).values.median())


@torch.no_grad()
def verdict(net: nn.Module, x: Tensor) -> tuple[Tensor, Tensor]:
    """The class and the confidence for each of `x`."""
    confidence, label = net(x).softmax(1).max(1)
    return label, confidence


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("runs", nargs="+")
    runs = parser.parse_args().runs
    digits = load("digits", size=ganvas.load(runs[0]).data.shape[-1])
    assert digits.y is not None
    order = torch.randperm(len(digits), generator=torch.Generator().manual_seed(0))
    real, y = digits.x[order].float() / 255, digits.y[order]
    known, held_out = slice(HELD_OUT, None), slice(HELD_OUT)
    net = classifier(real[known], y[known])
    label, confidence = verdict(net, real[held_out])
    print(
        f"classifier: {(label == y[held_out]).float().mean():.1%} of {HELD_OUT} held-out digits "
        f"right, {(confidence > CONFIDENT).float().mean():.1%} above {CONFIDENT}; "
        f"nearest training digit {nearest(real[held_out], real[known]):.2f} away"
    )
    for run in runs:
        samples = ganvas.load(run).sample(SAMPLES, seed=1).float() / 255
        label, confidence = verdict(net, samples)
        shares = torch.bincount(label, minlength=10) / SAMPLES
        print(
            f"{run}: {(confidence > CONFIDENT).float().mean():.1%} above {CONFIDENT}; class shares "
            f"{shares.min():.1%} to {shares.max():.1%}; nearest {nearest(samples, real[known]):.2f}"
        )


if __name__ == "__main__":
    main()
