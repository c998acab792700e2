"""pix2pix beside its U-Net trained by L1 alone, and CycleGAN: pictures to look at, and numbers.

    python benchmarks/translation.py pairs OLD NEW --steps 3000 --out pairs
    python benchmarks/translation.py unpaired SHOES DRESSES --steps 3000 --out unpaired

`pairs`: two folders with the same names, of which every third pair is held out and measured on.
`unpaired`: every third picture of the first domain is held out. Features are those of a network
with random weights; the Frechet distance and KID in them compare rows of one table, no more.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ganvas import data, pictures, translating
from ganvas.data import Dataset, TwoDomains
from ganvas.events import Logged
from ganvas.families.cyclegan import CycleGAN
from ganvas.families.pix2pix import Pix2Pix
from ganvas.metrics import frechet, kid
from ganvas.metrics.features import find
from ganvas.optim import Optim
from ganvas.options import Schedule, constant
from ganvas.trainer import Trainer

SHOWN = 12


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("kind", choices=("pairs", "unpaired"))
    parser.add_argument("a", type=Path)
    parser.add_argument("b", type=Path)
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--width", type=int, default=32)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--layers", type=int, default=2, help="of D, which halve the picture")
    parser.add_argument("--lr", type=float, default=2e-4, help="falls to 0 over the second half")
    parser.add_argument("--l1-weight", type=float, default=100.0, help="of pix2pix")
    parser.add_argument("--out", type=Path, default=Path("translation"))
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    (of_pairs if args.kind == "pairs" else of_unpaired)(args)


def of_pairs(args: Any) -> None:
    """Both trainings on two thirds, measured on the last third beside copying the question."""
    both = data.paired(args.a, args.b, size=args.size)
    train, (x, y) = parted(both), (both.a.x[2::3], both.b.x[2::3])
    made = {"copying the question": x}
    for name, weight in (("L1 alone", 0.0), ("pix2pix", 1.0)):
        weights = {"gan_weight": constant(weight), "l1_weight": constant(args.l1_weight)}
        made[name] = translated(Pix2Pix(**sizes(args), **weights), train, x, args)
    columns = [x, *list(made.values())[1:], y]
    show(columns, args.out / "pairs.png")
    print("| | L1 | sharpness | Frechet (random features) |\n|---|---:|---:|---:|")
    features = find("random", shape=tuple(y.shape[1:]))
    reference = features(y)
    for name, z in made.items():
        apart = (z.float() - y.float()).abs().mean() / 255
        sharp = edge_energy(z) / edge_energy(y)
        print(f"| {name} | {apart:.4f} | {sharp:.2f} | {frechet(features(z), reference):.4g} |")


def of_unpaired(args: Any) -> None:
    """CycleGAN, measured on held-out pictures of a against the held-out ones of b."""
    both = data.unpaired(args.a, args.b, size=args.size)
    x, y = both.a.x[2::3], both.b.x[2::3]
    trainer = trained(CycleGAN(**sizes(args)), parted(both), args)
    nets, spec = trainer.drawing_nets(), trainer.data.spec
    there = translating.tensor(trainer.game, nets, spec, x, "b")
    back = translating.tensor(trainer.game, nets, spec, there, "a")
    show([x, there, back], args.out / "unpaired.png")
    features = find("random", shape=tuple(y.shape[1:]))
    reference = features(y)
    print("| | KID to b (random features) |\n|---|---:|")
    for name, z in (("copying", x), ("CycleGAN", there)):
        found = kid(features(z), reference)
        print(f"| {name} | {found.value:.4g}, {found.low:.4g} to {found.high:.4g} |")


def sizes(args: Any) -> dict[str, Any]:
    """Networks and rates of either game: the rate falls to 0 over the second half, as published."""
    end = args.steps * args.batch / 1000
    rate = Optim(lr=Schedule.parse(f"{args.lr}:0:{end / 2}-{end}:linear"))
    return {"width": args.width, "layers": args.layers, "G": rate, "D": rate}


def parted(both: TwoDomains) -> TwoDomains:
    """Two of every three rows of each domain."""
    a, b = (Dataset(d.name, d.x[torch.arange(len(d)) % 3 != 2]) for d in (both.a, both.b))
    return TwoDomains(both.name, a, b, both.paired)


def translated(game: Pix2Pix, train: TwoDomains, x: Tensor, args: Any) -> Tensor:
    trainer = trained(game, train, args)
    return translating.tensor(trainer.game, trainer.drawing_nets(), trainer.data.spec, x, "b")


def trained(game: Any, train: TwoDomains, args: Any) -> Trainer:
    trainer = Trainer(game, train, steps=args.steps, batch=args.batch, mirror=True, log_every=100)
    for event in trainer:
        if isinstance(event, Logged) and event.row["step"] % 500 == 0:
            terms = "  ".join(f"{k} {v:.3f}" for k, v in event.row.items() if k.startswith("G/"))
            print(
                f"# step {event.row['step']:.0f}  {event.row['seconds']:.0f} s  {terms}", flush=True
            )
    return trainer


def edge_energy(x: Tensor) -> float:
    """The mean square of the Laplacian: how much sharp detail pictures have."""
    kernel = torch.tensor([[0.0, 1.0, 0.0], [1.0, -4.0, 1.0], [0.0, 1.0, 0.0]])[None, None]
    grey = x.float().mean(1, keepdim=True) / 255
    return float(torch.nn.functional.conv2d(grey, kernel).square().mean())


def show(columns: list[Tensor], path: Path) -> None:
    rows = pictures.beside([x[: 3 * SHOWN : 3] for x in columns], 2)
    pictures.save_png(pictures.grid(rows.flatten(0, 1), rows.shape[1]), path)


if __name__ == "__main__":
    main()
