"""`ganvas train [WHAT]`: train, or resume, and write a run folder."""

from __future__ import annotations

import signal
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ganvas import api, checkpoint, flags, report
from ganvas.cli.beforehand import check_budget, fitted, foretell, without_auto
from ganvas.cli.launch import last, launch, together
from ganvas.cli.progress import follow
from ganvas.data.batches import DataSpec
from ganvas.errors import DataError, TrainingError, UsageError
from ganvas.model import recipe_of
from ganvas.ranks import Ranks, join, started
from ganvas.recipe import ON_RESUME, Recipe, flat, read
from ganvas.recipes import resolve
from ganvas.run import Run
from ganvas.trainer import Trainer
from ganvas.trial import in_words

SILENCE = 10.0
"""Seconds before a process other than the first says what it refuses: where the first refuses the
same, torchrun has ended this one by then."""


@dataclass(frozen=True, kw_only=True)
class Where:
    """The run's place, and data of two domains."""

    outdir: Path = Path("runs")
    """Folder in which the numbered run folder is made."""
    resume: Path | None = None
    """A run to go on with, to the bit; only budgets and intervals may change."""
    family: str | None = None
    """file.py:Class of a run of one's own family."""
    nproc: int = 1
    """Processes on this machine that share each batch; several machines: docs/many-machines.md."""
    dry_run: bool = False
    """Print the resolved recipe, and what memory and time it will take; make no run."""
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
    recipe = asked(what, rest)
    where, changes = flags.over(recipe, rest, Where(), "train [WHAT]")
    if where.resume is not None:
        if where.outdir != Where.outdir:
            raise UsageError(f"--resume goes on in {where.resume}; leave --outdir out.")
        refuse(
            changes | two_domains(where, rest) | ({"batch": "auto"} if auto else {}),
            where.resume,
        )
    recipe = recipe.merged(changes | two_domains(where, rest))
    if where.nproc < 1:
        raise UsageError(f"nproc = {where.nproc}: 1 process or more.")
    if where.nproc > 1 and started() == (0, 1):
        if not auto:  # said once, before any process is started
            Ranks(0, where.nproc).parts(recipe.settings.batch, recipe.settings.micro_batch)
        return launch(where.nproc, argv)
    try:
        return joined(recipe, where, auto)
    except (UsageError, DataError):
        if started()[0] > 0:
            time.sleep(SILENCE)
        raise


def joined(recipe: Recipe, where: Where, auto: bool) -> int:
    """What this process does, alone or as one of several, which end with the same exit code."""
    ranks = join(recipe.settings.device)
    if not ranks.first:
        warnings.simplefilter("ignore")  # the first process says the same
    if auto:
        recipe = fitted(recipe, ranks, "# " if where.dry_run else "")
    try:
        if where.dry_run:
            code = foretell(recipe, ranks, where.resume)
        elif not ranks.first:
            code = beside(recipe, ranks)
        else:
            code = first(recipe, where, ranks)
    except TrainingError as error:
        if not error.shared:
            raise  # the others notice that this one is gone
        ranks.leave()  # waits for the first, which writes its report
        if ranks.first:
            raise
        return error.exit_code
    code = max(ranks.gathered(code))  # one that ends with 0 would leave torchrun waiting beside it
    ranks.leave()
    return code


def asked(what: str | None, rest: list[str]) -> Recipe:
    """What is to be trained before other flags change it: `what`, or what `--resume` trained."""
    resumed, own = value_of("--resume", rest), value_of("--family", rest)
    if resumed is None:
        return resolve(what, own)
    if what is not None:
        raise UsageError(f"--resume goes on with what {resumed} trains; leave {what!r} out.")
    return recipe_of(read(Run.open(Path(resumed)).path / "config.toml"), own)


def first(recipe: Recipe, where: Where, ranks: Ranks) -> int:
    """What the first process does: begins the run or goes on with it, and writes it."""
    if where.resume is None:
        run, trainer = api.start(recipe, where.outdir, ranks)
        together(trainer, None)
        return train(run, trainer)
    run = Run.open(where.resume)
    with run.held():  # before the checkpoint is read: another process could be at work on it
        return train(run, resume(run, recipe, ranks))


def two_domains(where: Where, argv: list[str]) -> dict[str, Any]:
    """The data that --a and --b, or --pairs, name, as a change; UsageError where one is left."""
    if where.a is None and where.b is None and not where.pairs:
        return {}
    given = [where.a is not None and where.b is not None, bool(where.pairs)]
    given.append(value_of("--data", argv) is not None)
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


def resume(run: Run, recipe: Recipe, ranks: Ranks) -> Trainer:
    """The trainer of `run` at its newest good checkpoint; before the first, at the beginning.

    Raises UsageError where a budget is given that is spent already.
    """
    settings, folder = recipe.settings, run.checkpoints
    trainer = Trainer(recipe.game, settings.data, settings=settings, folder=folder, ranks=ranks)
    if folder.exists():
        checkpoint.sweep(folder)
    saved = last(folder)
    together(trainer, saved)
    check_budget(run, recipe, trainer)
    if saved is None:
        print(f"{run.path} holds no checkpoint, so it begins at step 0.", file=sys.stderr)
    run.configure(recipe)
    return api.judged(trainer)


def beside(recipe: Recipe, ranks: Ranks) -> int:
    """What every process but the first does: trains in step with it, and says nothing."""
    trainer = Trainer(recipe.game, recipe.settings.data, settings=recipe.settings, ranks=ranks)
    together(trainer, None)
    with stopping_on_signals(trainer) as caught, in_words(trainer.game):
        trainer.follow()
    return 128 + caught[0] if caught else 0


def train(run: Run, trainer: Trainer) -> int:
    """Trains to the end or to a signal, then writes the report."""
    print(f"run      {run.path}")
    print(f"data     {described(trainer)}")
    try:
        with stopping_on_signals(trainer) as caught:
            follow(run.record(trainer), trainer)
        ended = trainer.progress >= 1
    finally:  # a run that failed has most to tell
        for last_grid in sorted((run.path / "samples").glob("*.png"))[-1:]:
            print(f"samples  {last_grid}")
        if run.logged:
            print(f"report   {report.write(run.path)}")
        else:
            every = trainer.settings.log_every
            print(f"report   none: the log's first row comes after {every} steps; see --log-every")
    if caught or (trainer.ranks.stop and not ended):
        print(f"Stopped and saved; go on with: ganvas train --resume {run.path}", file=sys.stderr)
    return 128 + caught[0] if caught else 0


def described(trainer: Trainer) -> str:
    """What is trained on, as in `pics: 586 images of 3 x 64 x 64, 2 classes that GAN ignores`."""
    spec, game = trainer.data.spec, trainer.game
    text = f"{spec.name}: {counted(spec)}"
    if spec.b is not None:
        text += f" and {counted(spec.b)}, {'in pairs' if spec.paired else 'unpaired'}"
    if spec.classes and not game.conditional:
        text += f", {len(spec.classes)} classes that {type(game).__name__} ignores"
    elif spec.classes:
        text += f", classes {spec.labels}"
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
