"""A step of CycleGAN, batch 1: a plain float32 loop beside `Trainer`, in turn, over like networks.

    python benchmarks/cyclegan_step.py --size 128

The plain loop goes as published code for this family does: weights as they come, each pass of a
generator by itself, D frozen while G moves, real and past fakes in two passes of D, PyTorch's Adam
as it comes. A third loop is `Trainer` with its networks channels last, where ganvas has them
contiguous. Pictures are random: speed does not look at them.
"""

from __future__ import annotations

import argparse
import itertools
import random
from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader

from ganvas import state
from ganvas.bench.plain import Items
from ganvas.bench.speed import rate
from ganvas.data import Dataset, TwoDomains
from ganvas.families.cyclegan import CycleGAN
from ganvas.trainer import Trainer

KEPT = 64


def plain(game: CycleGAN, data: TwoDomains) -> Iterator[None]:
    """Trains for ever, a step at a time."""
    nets = state.build(game, data.spec, 0)
    nets.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    G, D = (nets.get_submodule(name) for name in ("G", "D"))
    g, d = (torch.optim.Adam(net.parameters(), 2e-4, betas=(0.5, 0.999)) for net in (G, D))
    pools: dict[str, list[Tensor]] = {"a": [], "b": []}
    batches = {k: pictures(getattr(data, k), game.range) for k in pools}
    while True:
        x = {k: next(batch) for k, batch in batches.items()}
        fakes, losses = {}, []
        D.requires_grad_(False)
        for back, to in (("a", "b"), ("b", "a")):
            fakes[to] = fake = part(G, to)(x[back])
            said = part(D, to)(fake)
            losses += [
                F.mse_loss(said, torch.ones_like(said)),
                10 * F.l1_loss(part(G, back)(fake), x[back]),
                5 * F.l1_loss(part(G, to)(x[to]), x[to]),
            ]
        g.zero_grad()
        torch.autograd.backward(sum(losses[1:], losses[0]))
        g.step()
        D.requires_grad_(True)
        d.zero_grad()
        for to, fake in fakes.items():
            real, drawn = part(D, to)(x[to]), part(D, to)(past(pools[to], fake.detach()))
            of_real = F.mse_loss(real, torch.ones_like(real))
            torch.autograd.backward((of_real + F.mse_loss(drawn, torch.zeros_like(drawn))) / 2)
        d.step()
        yield


def pictures(data: Dataset, range: tuple[float, float]) -> Iterator[Tensor]:
    loader = DataLoader(Items(data.x, range), 1, shuffle=True)
    return itertools.chain.from_iterable(itertools.repeat(loader))


def part(nets: nn.Module, to: str) -> nn.Module:
    return nets.get_submodule(to)


def past(pool: list[Tensor], fake: Tensor) -> Tensor:
    """The fake, or half of the time one of the last 50 in exchange for it."""
    if len(pool) < 50:
        pool.append(fake)
    elif random.random() < 0.5:
        n = random.randrange(50)
        pool[n], fake = fake, pool[n]
    return fake


def ours(game: CycleGAN, data: TwoDomains, *, channels_last: bool = False) -> Iterator[None]:
    trainer = Trainer(game, data, batch=1, threads=torch.get_num_threads())
    if channels_last:
        trainer.engine.nets.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    while True:
        trainer.step()
        yield


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=10.0)
    args = parser.parse_args()
    shape = (KEPT, 3, args.size, args.size)
    a, b = (Dataset(k, torch.randint(0, 256, shape, dtype=torch.uint8)) for k in "ab")
    game, data = CycleGAN(width=args.width), TwoDomains("noise", a, b, paired=False)
    loops = {
        "plain": plain(game, data),
        "ganvas": ours(game, data),
        "channels last": ours(game, data, channels_last=True),
    }
    for steps in loops.values():
        next(steps)
    ratios = []
    for _ in range(args.rounds):
        found = {name: rate(steps, args.seconds)[0] for name, steps in loops.items()}
        ratios.append(found["ganvas"] / found["plain"])
        print("  ".join(f"{k} {1 / v:.2f} s a step" for k, v in found.items()), flush=True)
    low, high = min(ratios), max(ratios)
    print(f"ganvas / plain: {sorted(ratios)[len(ratios) // 2]:.2f} ({low:.2f} to {high:.2f})")


if __name__ == "__main__":
    main()
