"""`ganvas train [WHAT]`: train, or resume, and write a run folder."""

from __future__ import annotations

import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ganvas import api, checkpoint, flags, report
from ganvas.cli.progress import follow
from ganvas.data.batches import DataSpec
from ganvas.errors import UsageError
from ganvas.fitting import fit
from ganvas.forecast import forecast, lines
from ganvas.model import recipe_of
from ganvas.recipe import ON_RESUME, Recipe, flat, read
from ganvas.recipes import resolve
from ganvas.run import Run
from ganvas.trainer import Trainer


@dataclass(frozen=True, kw_only=True)
class Where:
    """The run's place, and data of two domains."""

    outdir: Path = Path("runs")
    """Folder in which the numbered run folder is made."""
    resume: Path | None = None
    """A run to go on with, to the bit; only budgets and intervals may change."""
    family: str | None = None
    """file.py:Class of a run of one's own family."""
    dry_run: bool = False
    """Print the resolved recipe, and what memory and time it will take; write nothing."""
    a: str | None = None
    """One of two domains, for families that translate: a folder or a built-in set; with --b."""
    b: str | None = None
    """The other domain."""
    pairs: tuple[str, ...] = ()
    """Two folders with pictures of the same names, or one with pictures of two halves."""


def main(argv: list[str]) -> int:
    """Runs `ganvas train` and returns the exit code."""
    what, rest = (argv[0], argv[1:]) if argv and not argv[0].startswith("-") else (None, argv)
    rest, auto = without_auto(rest)
    resumed, own = value_of("--resume", rest), value_of("--family", rest)
    if resumed is not None:
        if what is not None:
            raise UsageError(f"--resume goes on with what {resumed} trains; leave {what!r} out.")
        recipe = recipe_of(read(Run.open(Path(resumed)).path / "config.toml"), own)
    else:
        recipe = resolve(what, own)
    where, changes = flags.over(recipe, rest, Where(), "train [WHAT]")
    if where.resume is not None:
        if where.outdir != Where.outdir:
            raise UsageError(f"--resume goes on in {where.resume}; leave --outdir out.")
        refuse(
            changes | two_domains(where, changes) | ({"batch": "auto"} if auto else {}),
            where.resume,
        )
    recipe = recipe.merged(changes | two_domains(where, changes))
    if auto:
        recipe = fitted(recipe, "# " if where.dry_run else "")
    if where.dry_run:
        return foretell(recipe)
    if where.resume is None:
        return train(*api.start(recipe, where.outdir))
    run = Run.open(where.resume)
    with run.held():  # before the checkpoint is read: another process could be at work on it
        return train(run, resume(run, recipe))


def without_auto(argv: list[str]) -> tuple[list[str], bool]:
    """`argv` less `--batch auto` and `--micro-batch auto`, and whether one was there."""
    text = "\0".join(argv)
    rest = re.sub(r"(?<![^\0])--(micro[-_])?batch[\0=]auto(\0|$)", "", text)
    return rest.strip("\0").split("\0") if rest else [], rest != text


def fitted(recipe: Recipe, mark: str) -> Recipe:
    """`recipe` with the largest micro-batches that memory holds, which it tells after `mark`."""
    whole = replace(recipe.settings, micro_batch=None)
    found = fit(Trainer(recipe.game, whole.data, settings=whole), whole.batch)
    print(f"{mark}batch    {found}")
    return recipe.merged({} if found.micro == found.batch else {"micro_batch": found.micro})


def foretell(recipe: Recipe) -> int:
    """Prints the recipe as a run would store it, and what it will take; returns the exit code."""
    trainer = Trainer(recipe.game, recipe.settings.data, settings=recipe.settings)
    print(api.settled(recipe, trainer).to_toml(), end="")
    for line in lines(forecast(trainer), trainer):
        print(f"# {line}")
    return 0


def two_domains(where: Where, changes: dict[str, Any]) -> dict[str, Any]:
    """The data that --a and --b, or --pairs, name, as a change; UsageError where one is left."""
    if where.a is None and where.b is None and not where.pairs:
        return {}
    given = [where.a is not None and where.b is not None, bool(where.pairs), "data" in changes]
    if (where.a is None) != (where.b is None) or sum(given) != 1 or len(where.pairs) > 2:
        raise UsageError(
            "Two domains are --a DIR --b DIR, --pairs DIR DIR, or --pairs DIR of pictures of two "
            "halves; one of these, without --data."
        )
    if where.pairs:
        return {"data": f"pairs:{'|'.join(where.pairs)}"}
    return {"data": f"unpaired:{where.a}|{where.b}"}


def refuse(changes: dict[str, Any], run: Path) -> None:
    """Raises UsageError for changes that a resumed run cannot take."""
    bad = [name.removeprefix("game.") for name in flat(changes) if name not in ON_RESUME]
    if bad:
        raise UsageError(
            f"{run} is resumed as it was, so {', '.join(bad)} cannot change; only "
            f"{', '.join(ON_RESUME)} may. For other options start a new run."
        )


def resume(run: Run, recipe: Recipe) -> Trainer:
    """The trainer of `run` at its newest good checkpoint; before the first, at the beginning."""
    trainer = Trainer(
        recipe.game, recipe.settings.data, settings=recipe.settings, folder=run.checkpoints
    )
    if run.checkpoints.exists():
        checkpoint.sweep(run.checkpoints)
    if any(run.checkpoints.glob("step-*")):
        trainer.restore(checkpoint.latest(run.checkpoints))
    run.configure(recipe)
    return api.judged(trainer)


def train(run: Run, trainer: Trainer) -> int:
    """Trains to the end or to a signal, then writes the report."""
    print(f"run      {run.path}")
    print(f"data     {described(trainer)}")
    try:
        with stopping_on_signals(trainer) as caught:
            follow(run.record(trainer), trainer)
    finally:  # a run that failed has most to tell
        for last in sorted((run.path / "samples").glob("*.png"))[-1:]:
            print(f"samples  {last}")
        if run.logged:
            print(f"report   {report.write(run.path)}")
        else:
            print(f"report   none: the first row comes after {trainer.settings.log_every} steps")
    if caught:
        print(f"Stopped and saved; go on with: ganvas train --resume {run.path}", file=sys.stderr)
        return 128 + caught[0]
    return 0


def described(trainer: Trainer) -> str:
    """What is trained on, as in `pics: 586 images of 3 x 64 x 64, 2 classes that GAN ignores`."""
    spec, game = trainer.data.spec, trainer.game
    text = f"{spec.name}: {counted(spec)}"
    if spec.b is not None:
        text += f" and {counted(spec.b)}, {'in pairs' if spec.paired else 'unpaired'}"
    if spec.classes and not game.conditional:
        text += f", {len(spec.classes)} classes that {type(game).__name__} ignores"
    return text


def counted(spec: DataSpec) -> str:
    """As in `586 images of 3 x 64 x 64`."""
    size = " x ".join(map(str, spec.shape))
    return f"{spec.count:,} {'images' if spec.is_images else 'points'} of {size}"


@contextmanager
def stopping_on_signals(trainer: Trainer) -> Iterator[list[int]]:
    """Ctrl-C and SIGTERM finish the step, save and stop; a second one ends at once."""
    caught: list[int] = []

    def handler(number: int, _frame: object) -> None:
        caught.append(number)
        trainer.stop(f"by {signal.Signals(number).name}")
        for each in old:
            signal.signal(each, signal.SIG_DFL)

    old = {each: signal.signal(each, handler) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield caught
    finally:
        for each, before in old.items():
            signal.signal(each, before)


def value_of(flag: str, argv: list[str]) -> str | None:
    """The value of `flag` in `argv`, needed before the flags of a recipe are known."""
    for i, word in enumerate(argv):
        if word == flag and i + 1 < len(argv):
            return argv[i + 1]
        if word.startswith(f"{flag}="):
            return word.partition("=")[2]
    return None
