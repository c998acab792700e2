"""Losses times penalties on two mixtures: which combinations find every mode, and how cleanly.

The protocol is PacGAN's (Lin et al., 2018, section 4.1): 2,500 samples, of high quality within
three standard deviations of a mode. All combinations have the same networks, rates and steps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from ganvas import drawing
from ganvas.bench.table import REAL, Cell, Results, Row, markdown, mean_and_spread
from ganvas.data import toy
from ganvas.families.gan import GAN
from ganvas.game import Moment
from ganvas.losses import LOSSES
from ganvas.metrics import mixtures
from ganvas.recipe import Recipe
from ganvas.trainer import Trainer

DATA = ("toy:ring8", "toy:grid25")
BOUNDS: dict[str, dict[str, Any]] = {
    "none": {},
    "r1": {"penalty": "r1", "gamma": 0.1},
    "r1r2": {"penalty": "r1r2", "gamma": 0.1},
    "gp": {"penalty": "gp", "gamma": 10.0},
    "dragan": {"penalty": "dragan", "gamma": 10.0},
    "clip": {"clip": 0.1},
    "spectral": {"spectral": True},
}
"""What keeps D from being too steep, at a weight that fits points."""
SAMPLES = 2500
RATE = {"lr": 1e-3, "beta1": 0.5}
GAME: dict[str, Any] = {
    "z": 2,
    "g_hidden": [64, 64, 64],
    "d_hidden": [64, 64, 64],
    "ema": 5.0,
    "G": RATE,
    "D": RATE,
}
"""What all combinations share."""


def facts(steps: int) -> dict[str, Any]:
    """What all cells share."""
    shared = {"steps": steps, "batch": 128, "samples": SAMPLES}
    return shared | {"game": GAME, "bounds": BOUNDS, "torch": torch.__version__}


def cells(seeds: int, bounds: Sequence[str]) -> Iterator[Cell]:
    """Every combination, seed by seed, so that a table that was stopped has whole rows."""
    for seed in range(seeds):
        for data in DATA:
            for loss, bound in pairs(bounds):
                yield {"data": data, "loss": loss, "bound": bound, "seed": seed}


def pairs(bounds: Sequence[str]) -> list[tuple[str, str]]:
    """The rows of a table: the best possible, then each loss with each bound."""
    return [(REAL, ""), *((loss, bound) for loss in LOSSES for bound in bounds)]


def play(facts: dict[str, Any], cell: dict[str, Any]) -> Row:
    """Trains one combination and counts its modes."""
    data, seed = cell["data"], cell["seed"]
    if cell["loss"] == REAL:
        return scores(toy.sample(data, facts["samples"], seed=1000 + seed), data)
    options = facts["game"] | facts["bounds"][cell["bound"]] | {"loss": cell["loss"]}
    game = Recipe(game=GAN()).merged({"game": options}).game
    trainer = Trainer(game, data, steps=facts["steps"], batch=facts["batch"], seed=seed, threads=1)
    for _ in trainer:
        pass
    first = Moment(seed=seed, step="bench")
    spec = trainer.data.spec
    return scores(
        drawing.finished(game, trainer.drawing_nets(), spec, facts["samples"], first), data
    )


def scores(samples: Tensor, data: str) -> Row:
    """How the points `samples` (N, 2) lie in the modes of the mixture `data`."""
    found = mixtures(samples.numpy(), toy.modes(data).numpy(), toy.sigma(data))
    return dict(found._asdict())


def table(results: Results, seeds: int, bounds: Sequence[str]) -> str:
    """All combinations on both mixtures as Markdown, the best possible in the first row."""
    head = ["loss", "D bounded by"]
    for data in DATA:
        head += [f"{data}: modes of {len(toy.modes(data))}", "HQ %", "reverse KL"]
    rows = []
    for loss, bound in pairs(bounds):
        cell: Cell = {"loss": loss, "bound": bound}
        each = [
            _found(results, [{**cell, "data": data, "seed": seed} for seed in range(seeds)])
            for data in DATA
        ]
        rows.append([loss, bound or "-", *each[0], *each[1]])
    return markdown(head, rows)


def _found(results: Results, seeded: Sequence[Cell]) -> Sequence[str]:
    """Modes, their quality, and the reverse KL of the runs that met a mode at all."""
    whole, failed = results.found(seeded)
    if not whole:
        return [f"{failed} failed" if failed else "", "", ""]
    spread = [row["reverse_kl"] for row in whole if row["reverse_kl"] is not None]
    modes = mean_and_spread([row["captured"] for row in whole], ".1f")
    return [
        f"{modes}, {failed} failed" if failed else modes,
        mean_and_spread([100 * row["high_quality"] for row in whole], ".1f"),
        mean_and_spread(spread, ".3f") if spread else "-",
    ]
