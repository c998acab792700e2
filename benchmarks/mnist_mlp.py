"""Images a second of the MNIST MLP GAN: a tutorial's loop, the best hand-written loop, ganvas.

    python benchmarks/mnist_mlp.py

The same networks (G 64-128-784, D 784-128-1), batch 128, float32, Adam, one step of D and one of
G on the same fakes. All are run in turn, several rounds; medians, and ratios within a round,
are printed, so that a machine whose speed drifts does not decide them.

    tutorial   DataLoader over a Dataset whose items pass through Pillow, ToTensor and Normalize,
               operation by operation as in torchvision 0.28 (without its checks of arguments), two
               passes of D, BCELoss, plain Adam, losses printed; with 0 and with 2 workers
    by hand    the networks that ganvas makes; uint8 in memory, one gather, one pass of D over real
               and fake, losses of logits, PyTorch's fused Adam, no needless gradient
    flat       the same over the tutorial's networks, for which a picture is a row of 784 numbers
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
Y = torch.randint(0, 10, (60_000,))
MEMORY = Memory(name="noise", x=X, y=None, classes=())


def networks(last: type[nn.Module] | None) -> tuple[nn.Sequential, nn.Sequential]:
    G = nn.Sequential(nn.Linear(Z, 128), nn.ReLU(), nn.Linear(128, 784), nn.Sigmoid())
    D = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 1))
    if last is not None:
        D.append(last())
    return G, D


class ToTensor:
    """A picture (H, W) as a float tensor (1, H, W) in [0, 1]."""

    def __call__(self, image: Image.Image) -> torch.Tensor:
        pixels = torch.from_numpy(np.array(image, np.uint8, copy=True))
        pixels = pixels.view(image.size[1], image.size[0], 1).permute(2, 0, 1).contiguous()
        return pixels.to(torch.float32).div(255)


class Normalize(nn.Module):
    """To [-1, 1], as torchvision's own, which is a module and looks for zeros anew each time."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x.clone()
        mean, std = torch.as_tensor((0.5,)), torch.as_tensor((0.5,))
        if (std == 0).any():
            raise ValueError("division by zero")
        return x.sub_(mean.view(-1, 1, 1)).div_(std.view(-1, 1, 1))


class Items(Dataset):
    """One picture at a time through Pillow and the transforms, as torchvision's MNIST gives it."""

    def __init__(self) -> None:
        self.transforms = [ToTensor(), Normalize()]

    def __len__(self) -> int:
        return len(X)

    def __getitem__(self, i: int) -> tuple[torch.Tensor, int]:
        x, y = Image.fromarray(X[i, 0].numpy()), int(Y[i])
        for transform in self.transforms:
            x = transform(x)
        return x, y


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
            generated = G(torch.randn(BATCH, Z))
            loss = bce(D(x.view(BATCH, -1)), real) + bce(D(generated.detach()), fake)
            loss.backward()
            d.step()
            g.zero_grad()
            g_loss = bce(D(generated), real)
            g_loss.backward()
            g.step()
            loss.item(), g_loss.item()
            yield


def by_hand(*, flat: bool) -> Iterator[None]:
    G, D = networks(None) if flat else GAN().build(MEMORY.spec).children()
    g, d = (torch.optim.Adam(n.parameters(), 2e-4, betas=(0.5, 0.999), fused=True) for n in (G, D))
    weights = list(G.parameters())
    pictures = X.flatten(1) if flat else X
    while True:
        for rows in torch.randperm(len(X)).split(BATCH)[:-1]:
            x = pictures.index_select(0, rows).float().mul_(1 / 255)
            fake = G(torch.randn(BATCH, Z))
            logits = D(torch.cat([x, fake.detach()]))
            d.zero_grad()
            (F.softplus(-logits[:BATCH]).mean() + F.softplus(logits[BATCH:]).mean()).backward()
            d.step()
            g.zero_grad()
            F.softplus(-D(fake)).mean().backward(inputs=weights)
            g.step()
            yield


def ours() -> Iterator[None]:
    trainer = Trainer(GAN(), MEMORY, batch=BATCH, threads=torch.get_num_threads())
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
        "by hand": lambda: by_hand(flat=False),
        "by hand, flat": lambda: by_hand(flat=True),
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
    hands = {name: found[name] for name in found if name.startswith("by hand")}
    for name, below in {"the better tutorial": best, **hands}.items():
        ratios = [a / b for a, b in zip(found["ganvas"], below, strict=True)]
        print(f"ganvas / {name}: {spread(ratios, '.2f')}")


def spread(values: list[float], form: str) -> str:
    """The median of `values`, and their least and greatest."""
    return f"{statistics.median(values):{form}} ({min(values):{form}} to {max(values):{form}})"


if __name__ == "__main__":
    main()
