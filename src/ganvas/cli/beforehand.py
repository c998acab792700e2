"""What `ganvas train` finds out before a run begins: the batch that fits, and what it will take."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path

from ganvas import api
from ganvas.cli.launch import last, together
from ganvas.errors import UsageError
from ganvas.fitting import Fit, fit
from ganvas.forecast import forecast, lines
from ganvas.ranks import Ranks, neighbours
from ganvas.recipe import Recipe
from ganvas.run import Run
from ganvas.trainer import Trainer


def without_auto(argv: list[str]) -> tuple[list[str], bool]:
    """`argv` less `--batch auto` and `--micro-batch auto`, and whether one was there."""
    text = "\0".join(argv)
    rest = re.sub(r"(?<![^\0])--(micro[-_])?batch[\0=]auto(\0|$)", "", text)
    return rest.strip("\0").split("\0") if rest else [], rest != text


def fitted(recipe: Recipe, ranks: Ranks, mark: str) -> Recipe:
    """`recipe` with the largest micro-batches that memory holds, which it tells after `mark`."""
    whole = replace(recipe.settings, micro_batch=None)
    share, found = ranks.share(whole.batch), None
    if ranks.first:
        alone = Trainer(recipe.game, whole.data, settings=replace(whole, batch=share))
        found = fit(alone, share, 1 if alone.device.type == "cuda" else neighbours())
        print(f"{mark}batch    {found}")
    agreed: Fit = ranks.told(found)  # type: ignore[assignment] # the first process has one
    micro = agreed.micro if agreed.micro < share else None
    return replace(recipe, settings=replace(recipe.settings, micro_batch=micro))


def foretell(recipe: Recipe, ranks: Ranks, resumed: Path | None) -> int:
    """Prints the recipe as a run would store it, and what it will take; returns the exit code."""
    trainer = Trainer(recipe.game, recipe.settings.data, settings=recipe.settings, ranks=ranks)
    if resumed is not None:
        run = Run.open(resumed)
        together(trainer, last(run.checkpoints) if ranks.first else None)
        check_budget(run, recipe, trainer)
    found = forecast(trainer)
    if ranks.first:
        for doubt in trainer.doubts:
            print(f"warning: {doubt}", file=sys.stderr)
        stored = recipe if resumed is not None else api.settled(recipe, trainer)
        print(stored.to_toml(), end="")
        for line in lines(found, trainer):
            print(f"# {line}")
    return 0


def check_budget(run: Run, recipe: Recipe, trainer: Trainer) -> None:
    """Raises UsageError where `recipe` changes something for `run`, whose budget is spent."""
    as_it_was = (run.path / "config.toml").read_text(encoding="utf-8") == recipe.to_toml()
    if trainer.progress >= 1 and not as_it_was:
        raise UsageError(
            f"{run.path} is at step {trainer.clock.step:,} already, where its budget is spent; "
            "give a larger one."
        )
