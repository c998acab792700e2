"""Images a second of the MNIST MLP GAN: a tutorial's loop, the best hand-written loop, ganvas.

    python benchmarks/mnist_mlp.py

The same networks (G 64-128-784, D 784-128-1), batch 128, float32, Adam, one step of D and one of
G, each with fresh noise. The four are run in turn, several rounds; medians, and ratios within a
round, are printed, so that a machine whose speed drifts does not decide them.

    tutorial   DataLoader over a Dataset whose items pass through Pillow and per-sample
               transforms, two passes of D, BCELoss, plain Adam; with 0 and with 2 workers
    by hand    uint8 in memory, one gather, one pass of D over real and fake, losses of logits,
               fused Adam, no needless gradient
    ganvas     `Trainer(GAN(), …)`, logging and averaging as by default
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterator

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset

from ganvas import GAN, Trainer
from ganvas.data.dataset import Dataset as Memory

BATCH, Z = 128, 64
X = torch.randint(0, 256, (60_000, 1, 28, 28), dtype=torch.uint8)  # speed does not look at content


def networks(last: type[nn.Module] | None) -> tuple[nn.Sequential, nn.Sequential]:
    G = nn.Sequential(nn.Linear(Z, 128), nn.ReLU(), nn.Linear(128, 784), nn.Sigmoid())
    D = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 1))
    if last is not None:
        D.append(last())
    return G, D


class Items(Dataset):
    """One picture at a time through Pillow, to a tensor, normalised: as tutorials do."""

    def __len__(self) -> int:
        return len(X)

    def __getitem__(self, i: int) -> tuple[torch.Tensor, int]:
        image = Image.fromarray(X[i, 0].numpy())
        pixels = torch.from_numpy(np.array(image, np.uint8, copy=True))[None]
        return pixels.float().div(255).sub_(0.0).div_(1.0), 0


def tutorial(workers: int) -> Iterator[None]:
    G, D = networks(nn.Sigmoid)
    g, d = (torch.optim.Adam(net.parameters(), 2e-4, betas=(0.5, 0.999)) for net in (G, D))
    bce, real, fake = nn.BCELoss(), torch.ones(BATCH, 1), torch.zeros(BATCH, 1)
    loader = DataLoader(
        Items(),
        BATCH,
        shuffle=True,
        drop_last=True,
        num_workers=workers,
        persistent_workers=bool(workers),
    )
    while True:
        for x, _ in loader:
            d.zero_grad()
            loss = bce(D(x.view(BATCH, -1)), real)
            loss += bce(D(G(torch.randn(BATCH, Z)).detach()), fake)
            loss.backward()
            d.step()
            g.zero_grad()
            g_loss = bce(D(G(torch.randn(BATCH, Z))), real)
            g_loss.backward()
            g.step()
            loss.item(), g_loss.item()
            yield


def by_hand() -> Iterator[None]:
    G, D = networks(None)
    g, d = (torch.optim.Adam(n.parameters(), 2e-4, betas=(0.5, 0.999), fused=True) for n in (G, D))
    weights = list(G.parameters())
    flat = X.flatten(1)
    while True:
        for rows in torch.randperm(len(X)).split(BATCH)[:-1]:
            x = flat[rows].float().mul_(1 / 255)
            with torch.no_grad():
                fake = G(torch.randn(BATCH, Z))
            logits = D(torch.cat([x, fake]))
            d.zero_grad()
            (F.softplus(-logits[:BATCH]).mean() + F.softplus(logits[BATCH:]).mean()).backward()
            d.step()
            g.zero_grad()
            F.softplus(-D(G(torch.randn(BATCH, Z)))).mean().backward(inputs=weights)
            g.step()
            yield


def ours() -> Iterator[None]:
    memory = Memory(name="noise", x=X, y=None, classes=())
    trainer = Trainer(GAN(), memory, batch=BATCH, threads=torch.get_num_threads())
    while True:
        trainer.step()
        yield


def speed(steps: Iterator[None], seconds: float) -> float:
    """Images a second over `seconds` of wall time."""
    count, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        next(steps)
        count += 1
    return count * BATCH / (time.perf_counter() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    kinds: dict[str, Callable[[], Iterator[None]]] = {
        "tutorial, 0 workers": lambda: tutorial(0),
        "tutorial, 2 workers": lambda: tutorial(2),
        "by hand": by_hand,
        "ganvas": ours,
    }
    loops = {name: make() for name, make in kinds.items()}
    found: dict[str, list[float]] = {name: [] for name in loops}
    for loop in loops.values():
        speed(loop, 1.0)
    for _ in range(args.rounds):
        for name, loop in loops.items():
            found[name].append(speed(loop, args.seconds))
    print(
        f"{platform.processor() or platform.machine()}, {torch.backends.cpu.get_cpu_capability()}, "
        f"{args.threads} threads, torch {torch.__version__}, "
        f"OMP_WAIT_POLICY={os.environ.get('OMP_WAIT_POLICY', 'unset')}"
    )
    for name, values in found.items():
        print(f"{name:<22}{spread(values, ',.0f')} img/s")
    best = [max(a, b) for a, b in zip(*list(found.values())[:2], strict=True)]
    for name, below in (("the better tutorial", best), ("by hand", found["by hand"])):
        ratios = [a / b for a, b in zip(found["ganvas"], below, strict=True)]
        print(f"ganvas / {name}: {spread(ratios, '.2f')}")


def spread(values: list[float], form: str) -> str:
    """The median of `values`, and their least and greatest."""
    return f"{statistics.median(values):{form}} ({min(values):{form}} to {max(values):{form}})"


if __name__ == "__main__":
    main()
