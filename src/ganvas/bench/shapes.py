"""DiscoGAN's claim, measured: what a GAN alone, one cycle and two cycles keep of a picture.

Two tables: drawn shapes with a known truth, and the points of the paper's first experiment, 5 modes
to 10. Each run is measured on fresh samples of domain a. What a translated picture shows is read
off the nearest of drawings whose truth is known; and that drawing is translated back too, for a way
back that reads what the eye does not see comes to nothing there.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import torch
from scipy.stats import t as student
from torch import Tensor

from ganvas import drawing
from ganvas.bench.table import Cell, Results, Row, markdown, mean_and_spread
from ganvas.data import shapes, toy
from ganvas.data.dataset import normalise
from ganvas.families.discogan import DiscoGAN
from ganvas.game import Moment
from ganvas.metrics.translation import kept_information, one_to_one
from ganvas.optim import Optim
from ganvas.options import constant
from ganvas.pictures import to_uint8
from ganvas.trainer import Trainer

MODES = ("gan", "recon", "disco")
REAL = "real samples of b"
DATA = ("shapes", "toy:5to10")
COPIES = 16
"""Drawings of each combination of factors that pictures are compared with."""
PAIRS = (("disco", "gan"), ("recon", "gan"), ("disco", "recon"))
COMPARED = ("injectivity", "coverage")
"""The modes, and the numbers, whose differences seed by seed are told."""
ERRORS = ("cycle", "redrawn")
"""Mean squared errors of the way there and back, and of the way back from what is seen there."""
FAR = 3.0
"""A point farther than so many standard deviations from a mode is in none."""
SIDE = 32
MOMENT = Moment(seed=0, step="bench")


def facts(steps: int) -> dict[str, Any]:
    """What all cells share; the points, which are quicker, have twice as many steps."""
    return {
        "steps": {"shapes": steps, "toy:5to10": 2 * steps},
        "batch": {"shapes": 16, "toy:5to10": 64},
        "rate": {"shapes": [1e-3, 5e-4], "toy:5to10": [2e-4, 2e-4]},
        "width": {"shapes": 16, "toy:5to10": 64},
        "samples": 1000,
    }


def cells(seeds: int) -> Iterator[Cell]:
    """Every mode on both data, seed by seed, so that a table that was stopped has whole rows."""
    for seed in range(seeds):
        for data in DATA:
            for mode in (REAL, *MODES):
                yield {"data": data, "mode": mode, "seed": seed}


def play(facts: dict[str, Any], cell: dict[str, Any]) -> Row:
    """Trains one mode and measures its translations."""
    data, seed, mode = cell["data"], cell["seed"], cell["mode"]
    measure = _of_shapes if data == "shapes" else _of_points
    if mode == REAL:
        return measure(None, facts["samples"], seed)
    g, d = (Optim(lr=constant(lr), decay=1e-5) for lr in facts["rate"][data])
    network: Any = "conv" if data == "shapes" else "mlp"
    game = DiscoGAN(mode=mode, network=network, width=facts["width"][data], G=g, D=d)
    steps, batch = facts["steps"][data], facts["batch"][data]
    trainer = Trainer(game, data, steps=steps, batch=batch, seed=seed, threads=1)
    for _ in trainer:
        pass
    return measure(trainer, facts["samples"], seed)


def _of_shapes(trainer: Trainer | None, n: int, seed: int) -> Row:
    """What translations of fresh pictures show; without a trainer, what real pictures of b do."""
    before = shapes.truth("a", n, seed=1000 + seed)
    if trainer is None:
        after, _ = read(shapes.draw("b", before, seed=2000 + seed))
        errors: Row = dict.fromkeys(ERRORS)
    else:
        limits = trainer.game.range
        x = normalise(shapes.draw("a", before, seed=1000 + seed), limits)
        there = _there(trainer, x)
        after, drawn = read(to_uint8(there, limits))
        errors = {
            "cycle": _back(trainer, there, x),
            "redrawn": _back(trainer, normalise(drawn, limits), x),
        }
    row: Row = {
        name: kept_information(before[:, i], after[:, i]) for i, name in enumerate(shapes.FACTORS)
    }
    colours = len(shapes.FACTORS["colour"])
    from_mode, to_mode = (f[:, 0] * colours + f[:, 1] for f in (before, after))
    found = one_to_one(from_mode, to_mode, modes=len(shapes.FACTORS["shape"]) * colours)
    return row | found._asdict() | errors


def _of_points(trainer: Trainer | None, n: int, seed: int) -> Row:
    """Where fresh points of each mode go; without a trainer, real points of b."""
    start = "ring10" if trainer is None else "ring5"
    x = toy.sample(start, n, seed=1000 + seed)
    there = x if trainer is None else _there(trainer, x)
    error = None if trainer is None else _back(trainer, there, x)
    (_, before), (apart, after) = _nearest(x, start), _nearest(there, "ring10")
    near = (apart < FAR * toy.sigma("ring10")).float().mean().item()
    found = one_to_one(before, after, modes=len(toy.modes("ring10")))
    return found._asdict() | {"quality": near, "cycle": error}


def _there(trainer: Trainer, x: Tensor) -> Tensor:
    return drawing.translated(trainer.game, trainer.drawing_nets(), x, "b", MOMENT)


def _back(trainer: Trainer, there: Tensor, x: Tensor) -> float | None:
    """The mean squared error of `there` translated back to `x`; None where no way leads back."""
    game = trainer.game
    assert isinstance(game, DiscoGAN)
    if game.mode == "gan":
        return None
    back = drawing.translated(game, trainer.drawing_nets(), there, "a", MOMENT)
    return (back - x).square().mean().item()


def _nearest(x: Tensor, name: str) -> tuple[Tensor, Tensor]:
    """How far each point is from the nearest mode of a mixture, and which that is."""
    apart, which = torch.cdist(x, toy.modes(name)).min(1)
    return apart, which


def read(x: Tensor) -> tuple[Tensor, Tensor]:
    """What pictures of domain b, uint8 (N, 3, 32, 32), show: factors, int64 (N, 5), and drawings.

    Both are those of the nearest drawing, uint8 as `x`.
    """
    factors, known = _known()
    flat = known.flatten(1).float()
    parts = torch.split(x.flatten(1).float(), 256)
    nearest = torch.cat([torch.cdist(part, flat).argmin(1) for part in parts])
    return factors[nearest], known[nearest]


@cache
def _known() -> tuple[Tensor, Tensor]:
    values = [torch.arange(len(each)) for each in shapes.FACTORS.values()]
    factors = torch.cartesian_prod(*values).repeat(COPIES, 1)
    return factors, shapes.draw("b", factors, seed=3, size=SIDE)


def table(results: Results, data: str, seeds: int) -> str:
    """The modes on one kind of data as Markdown, what is read in real samples in the first row."""
    names = {
        "shapes": (*shapes.FACTORS, "injectivity", "coverage", *ERRORS),
        "toy:5to10": ("injectivity", "coverage", "purity", "quality", "cycle"),
    }[data]
    rows = [_line(results, {"data": data, "mode": mode}, names, seeds) for mode in (REAL, *MODES)]
    return markdown(("mode", *names, "failed"), rows)


def differences(results: Results, data: str, seeds: int) -> str:
    """By how much modes differ, seed by seed, as Markdown: the mean and its 95 % interval (t)."""
    rows = []
    for more, less in PAIRS:
        modes: list[Cell] = [{"data": data, "mode": mode} for mode in (more, less)]
        cells = [[{**mode, "seed": seed} for mode in modes] for seed in range(seeds)]
        found = [results.found(pair)[0] for pair in cells]
        both = [pair for pair in found if len(pair) == 2]
        shown = [_interval([a[name] - b[name] for a, b in both]) for name in COMPARED]
        rows.append([f"{more} - {less}", *shown])
    return markdown(("difference", *COMPARED), rows)


def _interval(values: Sequence[float]) -> str:
    """`0.34 (0.21 to 0.47)`; the mean alone of fewer than two."""
    if len(values) < 2:
        return f"{values[0]:.2f}" if values else ""
    mean, spread = statistics.fmean(values), statistics.stdev(values)
    half = float(student.ppf(0.975, len(values) - 1)) * spread / len(values) ** 0.5
    return f"{mean:.2f} ({mean - half:.2f} to {mean + half:.2f})"


def _line(results: Results, cell: Cell, names: Sequence[str], seeds: int) -> Sequence[str]:
    each: list[Cell] = [{**cell, "seed": seed} for seed in range(seeds)]
    whole, failed = results.found(each)
    shown = []
    for name in names:
        values = [row[name] for row in whole if row[name] is not None]
        shown.append(mean_and_spread(values, ".4f" if name in ERRORS else ".2f") if values else "")
    return [str(cell["mode"]), *shown, failed]
