"""Data, engine, averages and checkpoints as one stream of events.

    for event in Trainer(GAN(), "digits", steps=1000):
        ...

Progress bars, log files, reports and every other reader are consumers of that stream.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from ganvas import checkpoint, device, drawing, pace, resuming, state
from ganvas.compiled import compile_players
from ganvas.data.ahead import ahead
from ganvas.data.batches import Batch
from ganvas.data.stream import Stream
from ganvas.data.two import Data, find
from ganvas.doubts import doubts
from ganvas.drawing import Judge
from ganvas.ema import Ema
from ganvas.engine import Engine
from ganvas.errors import TrainingError, UsageError
from ganvas.events import Changed, Drew, Event, Logged, Measured, Saved, Stopped, Turned, Warned
from ganvas.game import Game, Moment, Nets
from ganvas.play import Clock
from ganvas.ranks import ALONE, Ranks
from ganvas.recipe import Recipe, Settings, changes, is_fixed, plain
from ganvas.saving import Saving, State
from ganvas.trial import tried

VIEWED = (1000, 64)  # real points, or real pictures, that views may start from


class Trainer:
    """Trains `game` on `data`; iterate over it for the events.

    Args:
        game: the family, with its options.
        data: a data set, two domains, or the name of either.
        folder: where checkpoints go; None keeps none.
        settings: the other options; or give them by name: `Trainer(GAN(), "mnist", epochs=3)`.
        ranks: the processes that share each batch, see `ganvas.ranks.join`.

    Raises:
        UsageError: the data do not fit the game, or an option is out of range.
    """

    def __init__(
        self,
        game: Game,
        data: Data | str,
        *,
        folder: Path | None = None,
        settings: Settings | None = None,
        ranks: Ranks = ALONE,
        **options: Any,
    ) -> None:
        if settings is None:
            settings = Recipe(game=game).merged(options).settings
        elif options:
            raise UsageError(f"Give settings or {', '.join(options)}, not both.")
        self.data = find(data, size=settings.size) if isinstance(data, str) else data
        game.accept(self.data.spec)
        asked, game = game, game.suited(self.data.spec)
        self.settings = dataclasses.replace(settings, threads=settings.threads or device.cores())
        self.saving = Saving(folder, settings)
        self.stopping: str | None = None
        self.judge: Judge | None = None
        self.ranks = ranks.told_by(self._wish if ranks.first else lambda: self.stopping)
        torch.set_num_threads(self.settings.threads)
        self.device = device.pick(settings.device)
        self.precision = device.precision(self.device, settings.precision, self.data.spec.is_images)
        self.stream = Stream(
            self.data, settings.batch, settings.seed, game.range, self.device, settings.mirror
        )
        tried(game, self.stream, settings.seed, self.precision.autocast)
        self.engine = self._engine(game)
        self.seconds = 0.0  # of training so far, over all the run's resumptions
        self._resumed = time.monotonic()
        self._before = 0  # images before the last step
        self._drawn = -1  # the step last drawn
        self.doubts = [*doubts(asked, self.engine, self.settings, len(self.data))]
        self.doubts += compile_players(self.engine) if settings.compile else []
        self._pending: list[Event] = [Warned(0, text) for text in self.doubts]

    def _engine(self, game: Game) -> Engine:
        seed, autocast = self.settings.seed, self.precision.autocast
        return Engine(
            game=game,
            nets=state.build(game, self.data.spec, seed, self.device, autocast),
            source=ahead(self.stream),
            seed=seed,
            micro=self.ranks.parts(self.settings.batch, self.settings.micro_batch),
            ranks=self.ranks,
            device=self.device,
            autocast=autocast,
        )

    @property
    def game(self) -> Game:
        """The game with its options of the moment."""
        return self.engine.game

    @property
    def clock(self) -> Clock:
        """Steps, draws and images so far."""
        return self.engine.clock

    @property
    def epoch(self) -> float:
        """Passes over the data so far."""
        return self.clock.images / len(self.data)

    def __iter__(self) -> Iterator[Event]:
        """Trains to the budget or to `stop`; the last checkpoint and `Stopped` come at the end."""
        self._resumed = time.monotonic()
        self.saving.begin()
        if self.clock.step == 0:
            yield self.draw()
        while (reason := self._ending()) is None:
            yield from self._told()
            yield from self.step()
            if pace.draws(self.settings, self.clock, self._before, len(self.data)):
                yield self.draw()
            if self.judge and pace.measures(self.settings, self.clock, self._before):
                yield self.measure()
            if self.saving.due(self.clock.step):
                yield from self.saving.attempt(self.clock.step, self.state())
        yield from self._told()
        if self._drawn != self.clock.step:
            yield self.draw()
        self.seconds, self._resumed = self._elapsed(), time.monotonic()
        if self.saving.folder is not None and self.saving.stored != self.clock.step:
            yield self.save()
        yield Stopped(self.clock.step, reason)

    def follow(self) -> str:
        """Trains in step with the first process, which tells, draws and saves; why it ended."""
        while (reason := self._ending()) is None:
            self.step()
        return reason

    def step(self, move: Collection[str] | None = None) -> list[Event]:
        """One step; with `move`, only those players move and the others' turns are evaluated."""
        due = (self.clock.step + 1) % self.settings.log_every == 0
        self._before = self.clock.images
        with self._failing(shared=True):
            turned = self.engine.step(move, watch=due)
            return [*turned, self._row(turned)] if due else [*turned]

    def draw(self) -> Drew:
        """What a person should look at now; the noise is the same at every call."""
        self._drawn = self.clock.step
        batch = self.stream.resized(VIEWED[self.data.spec.is_images], mirror=False)(0)
        with self._failing():
            self.engine.check_finite()
            views = drawing.views(self.game, self.drawing_nets(), batch, self._moment("views"))
        return Drew(self.clock.step, self.epoch, views)

    def measure(self) -> Measured:
        """Scores of as many samples as the judge asks for; the noise is the same at every call."""
        if self.judge is None:
            raise UsageError("This trainer has no judge; set trainer.judge = Judge(data).")
        nets, judge, t = self.drawing_nets(), self.judge, self._moment("measure")
        with self._failing():
            self.engine.check_finite()
            drawn = drawing.finished(self.game, nets, self.data.spec, judge.n, t, judge.y)
        return Measured(self.clock.step, self.judge(drawn))

    def _moment(self, name: str) -> Moment:
        return Moment(
            seed=self.settings.seed, step=name, images=self.clock.images, device=self.device
        )

    def reals(self, n: int) -> Batch:
        """The first `n` real samples in the run's order, in the game's range, on the CPU."""
        return Stream(self.data, n, self.settings.seed, self.game.range)(0)

    def drawing_nets(self) -> Nets:
        """The networks that draw samples, in eval mode: averaged where an average is kept."""
        return self.engine.ema.nets(self.engine.nets).eval()

    def change(self, **options: Any) -> Changed:
        """Changes options of the game between two steps; fields that shape networks are refused."""
        if self.ranks.count > 1:
            raise UsageError("Options cannot change while several processes train.")
        old = self.game
        new = Recipe(game=old).merged({"game": options}).game
        changed = changes(old, new)
        refused = [name for name in changed if is_fixed(old, name)]
        if refused:
            raise UsageError(f"{', '.join(refused)} cannot change while a run goes on.")
        doubts = [Warned(self.clock.step, doubt) for doubt in new.review(self.engine.nets)]
        event = Changed(self.clock.step, changed)
        self._pending += [*doubts, event]
        self._play(new)
        return event

    def stop(self, reason: str) -> None:
        """Lets the step in progress finish; iteration then saves and ends. For signal handlers."""
        self.stopping = reason

    def save(self) -> Saved:
        """Writes a checkpoint; raises StorageError where the disk refuses."""
        return self.saving.save(self.clock.step, self.state())

    def state(self) -> State:
        """Everything the run is made of: tensors, and the numbers and facts beside them."""
        with self._failing():
            self.engine.check_finite()
        info = {
            "clock": dataclasses.asdict(self.clock),
            "seconds": self._elapsed(),
            "game": plain(self.game),
            "data": dataclasses.asdict(self.data.spec) | {"fingerprint": self.data.fingerprint},
            "precision": self.precision.name,
            "precision_reason": self.precision.reason,
            "processes": self.ranks.count,
            "micro": self.engine.micro,
        }
        return state.collect(self.engine), info

    def restore(self, saved: checkpoint.Checkpoint) -> None:
        """Takes the state of a checkpoint; what follows is what an unbroken run would have done."""
        resuming.refuse(saved, self.data)
        game = resuming.played(saved, self.game)
        self.engine.micro = resuming.micro_batches(saved, self.engine)
        self.engine.clock = Clock(**saved.info["clock"])
        self._play(game)
        state.restore(self.engine, saved.tensors(self.device))
        self.seconds = saved.info["seconds"]
        self._drawn = self.saving.stored = self.clock.step
        differences = resuming.differences(saved, self.precision.name)
        self._pending += [Warned(self.clock.step, text) for text in differences]

    def _play(self, game: Game) -> None:
        """Goes on with `game`; an average that it begins to keep starts from the weights of now."""
        kept, before = bool(list(self.engine.ema.shadow.children())), self.game
        self.engine.game = game
        if kept != game.averages:
            self.engine.ema = Ema(game, self.engine.nets)
        if self.settings.compile and game != before:  # which may differentiate D twice
            told = compile_players(self.engine)
            self._pending += [Warned(self.clock.step, text) for text in told]

    def _told(self) -> Iterator[Event]:
        while self._pending:
            yield self._pending.pop(0)

    @contextmanager
    def _failing(self, shared: bool = False) -> Iterator[None]:
        """Names the last good checkpoint where training fails; `shared`: in all processes."""
        try:
            yield
        except TrainingError as error:
            failure = TrainingError(f"{error} {self.saving.newest()}")
            failure.shared = shared
            raise failure from error

    def _elapsed(self) -> float:
        return self.seconds + time.monotonic() - self._resumed

    def _row(self, turned: list[Turned]) -> Logged:
        self.engine.check_finite()
        row: dict[str, float] = {
            "step": self.clock.step,
            "images": self.clock.images,
            "epoch": round(self.epoch, 6),
            "seconds": round(self._elapsed(), 3),
        }
        for turn in turned:
            row |= {name: float(value) for name, value in turn.terms.items()}
            row[f"{turn.player}/gradient"] = float(turn.gradient)
        return Logged(row | self.engine.watched)

    @property
    def progress(self) -> float:
        """The share of the budget that is spent, 0 to 1."""
        return pace.progress(self.settings, self.clock.step, self.epoch, self._elapsed())

    def _ending(self) -> str | None:
        """Why the run ends now, if it does; several processes find the same after the same step."""
        if self.ranks.count > 1 and not self.ranks.stop:
            return self._spent(seconds=0.0)  # by counts, which are the same in all
        return self._wish() or ("another process was stopped" if self.ranks.stop else None)

    def _wish(self) -> str | None:
        """Why this process, were it alone, would end now."""
        return self.stopping or self._spent(self._elapsed())

    def _spent(self, seconds: float) -> str | None:
        return pace.spent(self.settings, self.clock.step, self.epoch, seconds)
