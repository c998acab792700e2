"""A run's folder: what is in it, who may write to it, and the recorder that fills it.

runs/0003-gan-mnist/
    config.toml      the resolved recipe; `ganvas train config.toml` repeats the run
    env.json         versions, machine, command
    metrics.jsonl    one row a logged step
    log.txt          what happened, in words
    reals.png  values.json  samples.jsonl  samples/  checkpoints/  report.html
"""

from __future__ import annotations

import json
import os
import platform
import re
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import filelock
import torch

from ganvas import __version__, checkpoint, drawing, files, pictures
from ganvas.data.batches import Paired, Unpaired
from ganvas.data.dataset import Dataset, normalise
from ganvas.data.two import called
from ganvas.errors import GanvasError, StorageError, UsageError
from ganvas.events import Changed, Drew, Event, Logged, Measured, Saved, Stopped, Warned
from ganvas.game import Moment
from ganvas.recipe import Recipe, config_of
from ganvas.trainer import Trainer
from ganvas.trial import in_words

COMPARED = 2048
"""Samples whose values are compared with as many real ones."""
SHOWN, SHOWN_POINTS = 64, 1000
"""Real pictures in a grid, and real points in a plot."""

_LEFTOVER = re.compile(r"\..+\.[0-9]+")  # of a process killed while it replaced a file
_PICTURE = re.compile(r"step-([0-9]{8,})-")


class Run:
    """A folder under `runs/`, held by one process at a time.

    Raises:
        StorageError: the folder cannot be written, or another process trains in it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.checkpoints = path / "checkpoints"
        self._lock = filelock.FileLock(path / ".lock", timeout=0)

    @classmethod
    def create(cls, outdir: Path, recipe: Recipe) -> Run:
        """Makes the next numbered folder in `outdir` and writes the recipe and the machine."""
        data = re.sub(r"[^\w.-]+", "-", called(recipe.settings.data)).strip("-")
        try:
            if taken := [path for path in (outdir, *outdir.parents) if path.is_file()]:
                raise UsageError(f"{taken[0]} is a file; outdir is a folder to make runs in.")
            outdir.mkdir(parents=True, exist_ok=True)
            with filelock.FileLock(outdir / ".lock"):  # two processes get two numbers
                names = [re.match(r"(\d{4,})-", path.name) for path in outdir.iterdir()]
                number = max((int(name[1]) for name in names if name), default=-1) + 1
                path = outdir / f"{number:04d}-{recipe.family}-{data}"
                path.mkdir()
            (path / "samples").mkdir()
            files.settle(outdir)
        except OSError as error:
            raise StorageError(f"No run can be made in {outdir}: {error.strerror}.") from error
        run = cls(path)
        run.configure(recipe)
        return run

    @classmethod
    def open(cls, path: Path) -> Run:
        """The run that stands in `path`; UsageError where none does."""
        config_of(path)
        return cls(path)

    def configure(self, recipe: Recipe) -> None:
        """Writes `recipe` down as what the run is."""
        files.replace(self.path / "config.toml", recipe.to_toml().encode())

    @property
    def logged(self) -> bool:
        """Whether a step has been logged, so that there is something to report."""
        metrics = self.path / "metrics.jsonl"
        return metrics.exists() and metrics.stat().st_size > 0

    def record(self, trainer: Trainer) -> Iterator[Event]:
        """Trains, and writes what happens into the folder as the events pass through.

        A disk that refuses a row or a picture is warned of, and training goes on; only a checkpoint
        that cannot be saved, three times in a row, stops it.
        """
        with self.held():
            with self._written():
                self._begin(trainer)
            try:
                with in_words(trainer.game):
                    yield from self._events(trainer)
            except GanvasError as error:
                with suppress(OSError):
                    self._log(Warned(trainer.clock.step, f"failed: {error}"))
                raise

    def _events(self, trainer: Trainer) -> Iterator[Event]:
        for event in trainer:
            try:
                self._note(event, trainer)
            except (OSError, StorageError) as error:
                yield Warned(trainer.clock.step, f"{self.path}: not written: {error}")
            yield event
        with self._written():
            self._values(trainer)
            self._nearest(trainer)

    def _note(self, event: Event, trainer: Trainer) -> None:
        if isinstance(event, Logged):
            with (self.path / "metrics.jsonl").open("a", encoding="utf-8") as metrics:
                metrics.write(json.dumps(event.row) + "\n")
        elif isinstance(event, Measured):
            at = {"step": event.step, "images": trainer.clock.images, "epoch": trainer.epoch}
            with (self.path / "metrics.jsonl").open("a", encoding="utf-8") as metrics:
                metrics.write(json.dumps(at | event.scores) + "\n")
        elif isinstance(event, Drew):
            self._draw(event, trainer)
        elif isinstance(event, Changed | Saved | Warned | Stopped):
            self._log(event)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Holds the folder's lock, with a note of who holds it for the one who is refused."""
        note = self.path / ".holder"
        try:
            self._lock.acquire()
        except filelock.Timeout:
            who = note.read_text() if note.exists() else "another process"
            raise StorageError(f"{self.path} is in use by {who}.") from None
        except OSError as error:
            raise StorageError(f"{self.path} cannot be written: {error.strerror}.") from error
        try:
            since = time.strftime("%Y-%m-%d %H:%M:%S")
            files.replace(
                note, f"process {os.getpid()} on {socket.gethostname()} since {since}".encode()
            )
            yield
        finally:
            self._lock.release()

    @contextmanager
    def _written(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StorageError(f"{self.path} cannot be written: {error.strerror}.") from error

    def _begin(self, trainer: Trainer) -> None:
        """Drops what a killed run left beyond its checkpoint, and notes machine and real data."""
        step = trainer.clock.step
        if self.checkpoints.exists():
            checkpoint.sweep(self.checkpoints)
        for path in (*self.path.glob(".*"), *(self.path / "samples").glob(".*")):
            if _LEFTOVER.fullmatch(path.name):
                path.unlink()
        for picture in self.path.glob("samples/step-*.png"):
            if (found := _PICTURE.match(picture.name)) and int(found[1]) > step:
                picture.unlink()
        for name in ("metrics.jsonl", "samples.jsonl"):
            file = self.path / name
            if file.exists():  # a run that begins again draws its first samples again
                rows = [line for line in file.read_text().splitlines(True) if _whole(line, step)]
                files.replace(file, "".join(rows if step else []).encode())
        facts = json.dumps(environment(trainer), indent=2)
        files.replace(self.path / "env.json", facts.encode())
        if not (self.path / "reals.png").exists():
            self._reals(trainer)

    def _reals(self, trainer: Trainer) -> None:
        file = self.path / "reals.png"
        batch = trainer.reals(SHOWN if trainer.data.spec.is_images else SHOWN_POINTS)
        if trainer.data.spec.is_images:
            two = isinstance(batch, Paired | Unpaired)
            x = pictures.beside((each[: SHOWN // 2] for each in batch), 4) if two else batch[0]
            self._picture(x, file, trainer)
        else:
            real = drawing.real(trainer.game, batch)
            pictures.scatter(real, real[:0], file)

    def _draw(self, event: Drew, trainer: Trainer) -> None:
        with (self.path / "samples.jsonl").open("a", encoding="utf-8") as index:
            for view, x in event.views.items():
                file = f"samples/step-{event.step:08d}-{view}.png"
                self._picture(x, self.path / file, trainer)
                row = {"step": event.step, "epoch": round(event.epoch, 4), "view": view}
                index.write(json.dumps(row | {"file": file}) + "\n")

    def _nearest(self, trainer: Trainer) -> None:
        """Eight samples, and beneath each the image of the data nearest to it in pixels."""
        if not trainer.data.spec.is_images or not isinstance(trainer.data, Dataset):
            return
        t = Moment(seed=trainer.settings.seed, step="nearest", device=trainer.device)
        nets, spec = trainer.drawing_nets(), trainer.data.spec
        drawn = drawing.finished(trainer.game, nets, spec, 8, t)
        pair = torch.stack([drawn, drawing.nearest(drawn, trainer.data.x)])
        x = normalise(pair, trainer.game.range)
        self._draw(Drew(trainer.clock.step, trainer.epoch, {"nearest": x}), trainer)

    def _picture(self, x: torch.Tensor, file: Path, trainer: Trainer) -> None:
        if trainer.data.spec.is_images:
            columns = x.shape[1] if x.dim() == 5 else None
            images = pictures.to_uint8(x.flatten(0, -4), trainer.game.range)
            pictures.save_png(pictures.grid(images, columns), file)
        else:
            real = drawing.real(trainer.game, trainer.reals(SHOWN_POINTS))
            pictures.scatter(real, x, file)

    def _values(self, trainer: Trainer) -> None:
        """The values of real and generated samples, for the report's histograms."""
        game, images = trainer.game, trainer.data.spec.is_images
        batch = trainer.reals(min(SHOWN if game.into and images else COMPARED, len(trainer.data)))
        t = Moment(seed=trainer.settings.seed, step="values", device=trainer.device)
        fake = drawing.made(game, trainer.drawing_nets(), batch, t)
        pair = {"real": drawing.real(game, batch), "fake": fake}
        if images:
            low, high = game.range
            found: dict[str, Any] = {
                name: {
                    "kind": "pixels",
                    "range": [low, high],
                    "counts": torch.histc(x, 64, low, high).int().tolist(),
                }
                for name, x in pair.items()
            }
        else:
            found = {
                k: {"kind": "points", "points": x[:SHOWN_POINTS].tolist()} for k, x in pair.items()
            }
        files.replace(self.path / "values.json", json.dumps(found).encode())

    def _log(self, event: Changed | Saved | Warned | Stopped) -> None:
        if isinstance(event, Changed):
            text = ", ".join(f"{k}: {old} -> {new}" for k, (old, new) in event.options.items())
        elif isinstance(event, Saved):
            text = f"saved {event.path.name}"
        else:
            text = event.message if isinstance(event, Warned) else f"stopped: {event.reason}"
        with (self.path / "log.txt").open("a", encoding="utf-8") as log:
            log.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} step {event.step}: {text}\n")


def environment(trainer: Trainer) -> dict[str, Any]:
    """The versions, the machine, the command, and the classes that can be asked for."""
    return {
        "ganvas": __version__,
        "torch": torch.__version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": torch.backends.cpu.get_cpu_capability(),
        "device": str(trainer.device),
        "threads": torch.get_num_threads(),
        "precision": trainer.precision.name,
        "precision_reason": trainer.precision.reason,
        "classes": trainer.data.spec.labels if trainer.game.conditional else "",
        "command": sys.argv[1:],
    }


def _whole(line: str, step: int) -> bool:
    """Whether a row is complete and not beyond `step`."""
    try:
        return bool(json.loads(line)["step"] <= step) and line.endswith("\n")
    except (json.JSONDecodeError, KeyError, TypeError):
        return False
