"""Every family, and the recipe for pictures, for the same minute on the same pictures.

The minute is one of two quiet processors. What a step costs is measured first, in processor time,
and kept; then so many steps are made. So a busy machine makes the table late and not wrong, and a
seed gives the same numbers again. Networks are narrow, as a minute is little: the table ranks what
learns quickly on a processor, not what is best in the end.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from ganvas import data, drawing, pictures, recipes
from ganvas.bench.table import REAL, Cell, Results, Row, markdown, mean_and_spread
from ganvas.data import Dataset
from ganvas.game import Game, Moment
from ganvas.measure import Judge
from ganvas.recipe import plain
from ganvas.trainer import Trainer

DATA = ("mnist", "fashion-mnist")
GAMES: dict[str, dict[str, Any]] = {
    "images": {},
    "gan": {},
    "dcgan": {"width": 16},
    "lsgan": {"width": 16},
    "wgan": {"width": 16},
    "wgan-gp": {"width": 16},
    "sngan": {"width": 8},
    "r3gan": {"width": 8, "blocks": 1, "group": 8},
    "cgan": {"network": "dcgan", "width": 16},
    "acgan": {"network": "dcgan", "width": 16},
    "infogan": {"network": "dcgan", "width": 16},
}
"""The recipe and the families, and what of their options is not the default."""
METRICS = ("frechet", "kid", "prdc")
SHOWN = {"frechet": ".2f", "kid": ".4f", "precision": ".3f", "recall": ".3f"}
"""The numbers of the table, and how they are written."""
CORES = 2
"""Processors that the minute is of; each run keeps one busy for as many minutes."""
BLOCKS, BLOCK = 4, 4
"""Of so many times so many steps, and whole periods of the game, the quickest tell the pace."""
LOOKED_AT = 64
"""Samples in the picture of a run."""


def facts(minutes: float, samples: int) -> dict[str, Any]:
    """What all cells share."""
    shared = {"minutes": minutes, "cores": CORES, "batch": 64, "samples": samples}
    return shared | {"torch": torch.__version__}


def games(options: Mapping[str, dict[str, Any]] = GAMES) -> dict[str, dict[str, Any]]:
    """All options of each game, by the name of its recipe or family; real samples have none."""
    return {REAL: {}} | {name: plain(_game(name, given)) for name, given in options.items()}


def paces(sets: Sequence[str], games: Mapping[str, dict[str, Any]]) -> list[Cell]:
    """The cells that measure what a step costs; they come first, one after the other."""
    return [_pace_of(name, family, games) for name in sets for family in games if family != REAL]


def cells(
    results: Results, sets: Sequence[str], games: Mapping[str, dict[str, Any]], seeds: int
) -> Iterator[Cell]:
    """Every run, seed by seed, so that a table that was stopped has whole rows."""
    for seed in range(seeds):
        for name in sets:
            for family in games:
                yield cell(results, name, family, games, seed)


def cell(
    results: Results, name: str, family: str, games: Mapping[str, dict[str, Any]], seed: int
) -> Cell:
    """A run of `family` on the data set `name`, of as many steps as its pace allows.

    It holds all options, so that a default that changes makes the runs of its family anew.
    """
    steps = 0 if family == REAL else results[_pace_of(name, family, games)]["steps"]
    options = games[family]
    return {"data": name, "family": family, "game": options, "steps": steps, "seed": seed}


def _pace_of(name: str, family: str, games: Mapping[str, dict[str, Any]]) -> Cell:
    return {"data": name, "pace": family, "game": games[family]}


def play(facts: dict[str, Any], cell: dict[str, Any], grids: Path | None = None) -> Row:
    """Measures a pace, or trains and scores a run.

    `grids`: a folder for a picture of what each run drew.
    """
    if "pace" in cell:
        return _pace(facts, cell["data"], _game(cell["pace"], cell["game"]))
    name, seed = cell["data"], cell["seed"]
    reference = f"{name}:test" if f"{name}:test" in data.names() else name
    real = data.load(reference)
    judge = Judge(real, n=facts["samples"], source=reference, metrics=METRICS, seed=seed)
    if cell["family"] == REAL:
        return dict(judge.floor)
    game = _game(cell["family"], cell["game"])
    trainer = _trainer(facts, name, game, seed, cell["steps"])
    for _ in trainer:
        pass
    drawn = _drawn(trainer, real, judge.n, seed)
    if grids is not None:
        path = grids / f"{name}-{cell['family']}-{seed}.png"
        pictures.save_png(pictures.grid(drawn[:LOOKED_AT]), path)
    return judge(drawn)


def _trainer(facts: dict[str, Any], name: str, game: Game, seed: int, steps: int) -> Trainer:
    return Trainer(
        game, name, steps=steps, batch=facts["batch"], seed=seed, threads=1, device="cpu"
    )


def _game(name: str, options: dict[str, Any]) -> Game:
    return recipes.resolve(name).merged({"game": options}).game


def _drawn(trainer: Trainer, real: Dataset, n: int, seed: int) -> torch.Tensor:
    """`n` samples; of a conditional game, of the classes that the real ones have."""
    y = None
    if trainer.game.conditional and real.y is not None:
        y = real.y.repeat(-(-n // len(real)))[:n]
    first, spec = Moment(seed=seed, step="bench"), trainer.data.spec
    return drawing.finished(trainer.game, trainer.drawing_nets(), spec, n, first, y)


def _pace(facts: dict[str, Any], name: str, game: Game) -> Row:
    """Seconds of one processor for a step, and the steps that the budget buys."""
    trainer = _trainer(facts, name, game, 0, BLOCKS * BLOCK)
    taken, block = [], math.lcm(BLOCK, game.period)
    for _ in range(BLOCKS):
        start = time.process_time()
        for _ in range(block):
            trainer.step()
        taken.append((time.process_time() - start) / block)
    steps = max(1, round(60 * facts["minutes"] * facts["cores"] / min(taken)))
    return {
        "seconds": min(taken),
        "steps": steps,
        "precision": trainer.precision.name,
        "processor": torch.backends.cpu.get_cpu_capability(),
    }


def table(results: Results, name: str, games: Mapping[str, dict[str, Any]], seeds: int) -> str:
    """One data set's results as Markdown, real samples in the first row."""
    rows = [
        _line(results, family, [cell(results, name, family, games, seed) for seed in range(seeds)])
        for family in games
    ]
    head = ("family", "steps", "images", "Frechet", "KID", "precision", "recall", "failed")
    return markdown(head, rows)


def _line(results: Results, family: str, seeded: Sequence[Cell]) -> Sequence[str]:
    whole, failed = results.found(seeded)
    steps = seeded[0]["steps"]
    made = [f"{steps:,}", f"{steps * results.facts['batch']:,}"] if steps else ["", ""]
    scores = [
        mean_and_spread([row[key] for row in whole], form) if whole else ""
        for key, form in SHOWN.items()
    ]
    return [family, *made, *scores, failed]


def page(
    results: Results, sets: Sequence[str], games: Mapping[str, dict[str, Any]], seeds: int
) -> str:
    """The tables of all data sets, and how they were made."""
    made = results.facts
    machine = sorted(
        {
            f"{row['processor']} {row['precision']}"
            for row in (results[pace] for pace in paces(sets, games))
        }
    )
    said = (
        f"{made['minutes']:g} minutes of {made['cores']} processors a run, as steps of a pace that "
        f"was measured first; batches of {made['batch']}, {seeds} seeds, "
        f"{made['samples']:,} samples against the test part where there is one; mean ± one "
        f"standard deviation of the seeds. {', '.join(machine)}, torch {made['torch']}."
    )
    tables = [f"## {name}\n\n{table(results, name, games, seeds)}" for name in sets]
    return "\n".join([said, "", *tables])
