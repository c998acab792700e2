"""One call over the trainer, the run folder and the model."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path
from typing import Any

from ganvas import report
from ganvas.data.dataset import Dataset
from ganvas.data.domains import TwoDomains
from ganvas.data.two import resolved
from ganvas.errors import UsageError
from ganvas.game import Game
from ganvas.model import Model
from ganvas.ranks import ALONE, Ranks
from ganvas.recipe import BUDGET, Recipe, plain
from ganvas.recipes import resolve
from ganvas.run import Run
from ganvas.trainer import Trainer
from ganvas.trial import file_of, is_own


def train(
    what: Game | str | None = None,
    data: str | TwoDomains | None = None,
    *,
    outdir: str | Path = "runs",
    **options: Any,
) -> Model:
    """Trains, and leaves a run folder with checkpoints, samples and `report.html`.

    Args:
        what: a game such as `GAN(d_steps=2)`, or what `ganvas train WHAT` takes.
        data: a built-in data set or a folder of images; or two domains, as in
            `data.unpaired("shoes/", "dresses/")`.
        outdir: where the numbered run folder is made.
        options: the fields of `Settings`: steps, epochs, minutes, batch, seed, …

    Returns:
        The trained model, ready to `sample`.

    Example:
        >>> import ganvas
        >>> model = ganvas.train(ganvas.GAN(), "digits", steps=200)
        >>> model.sample(16).shape
        torch.Size([16, 1, 8, 8])
    """
    if isinstance(what, Game):
        recipe = Recipe(game=what, family=family_name(what), source=source(what))
        if not set(BUDGET) & set(options):
            raise UsageError("Say how long to train: steps=, epochs= or minutes=.")
    else:
        recipe = resolve(what)
    if isinstance(data, TwoDomains):
        if not data.source:
            raise UsageError(
                "A run stores where its data come from, and these two domains were put together by "
                "hand; give folders or names, or train them by Trainer."
            )
        size = {"size": data.spec.shape[-1]} if data.spec.is_images else {}
        data, options = data.source, size | options
    recipe = recipe.merged(options | ({"data": data} if data is not None else {}))
    run, trainer = start(recipe, Path(outdir))
    for _ in run.record(trainer):
        pass
    if run.logged:
        report.write(run.path)
    return Model(trainer.game, trainer.drawing_nets(), trainer.data.spec)


def start(recipe: Recipe, outdir: Path, ranks: Ranks = ALONE) -> tuple[Run, Trainer]:
    """A new run folder and the trainer that will fill it; nothing is written on bad input."""
    settings = recipe.settings
    trainer = Trainer(recipe.game, settings.data, settings=settings, ranks=ranks)
    if settings.measure_every:
        measured(trainer)
    run = Run.create(outdir, settled(recipe, trainer))
    trainer.saving.folder = run.checkpoints
    judged(trainer)
    return run, trainer


def settled(recipe: Recipe, trainer: Trainer) -> Recipe:
    """`recipe` as a run stores it: with what data and machine have decided."""
    found: dict[str, Any] = {
        "threads": trainer.settings.threads,
        "device": trainer.device.type,
        "data": resolved(recipe.settings.data),
    }
    suited = dataclasses.replace(recipe, game=trainer.game)
    return suited.merged(plain(recipe.settings) | found)


def judged(trainer: Trainer) -> Trainer:
    """The trainer with a judge, where it is to measure."""
    if trainer.settings.measure_every:
        from ganvas.measure.judge import Judge  # scikit-learn and scipy: seconds of a start

        trainer.judge = Judge(measured(trainer), source=trainer.settings.data)
    return trainer


def measured(trainer: Trainer) -> Dataset:
    """The data that samples are scored against; UsageError where they are of two domains."""
    if isinstance(trainer.data, Dataset):
        return trainer.data
    raise UsageError("measure_every scores samples from noise; leave it out for a translation.")


def source(game: Game) -> str:
    """The SHA-256 of the file of a family of one's own; empty for a built-in one."""
    if not is_own(game):
        return ""
    file = file_of(game)
    return hashlib.sha256(Path(file).read_bytes() if file else b"").hexdigest()


def family_name(game: Game) -> str:
    """How a user writes the family of `game`: its module's name, or its class's."""
    kind = type(game)
    package, _, module = kind.__module__.rpartition(".")
    return module.replace("_", "-") if package == "ganvas.families" else kind.__name__
