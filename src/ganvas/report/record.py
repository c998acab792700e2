"""What a run's folder tells, read once and forgiving: a missing or damaged piece is left out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from ganvas.data.two import called, is_two
from ganvas.errors import UsageError
from ganvas.recipe import config_of
from ganvas.recipe import read as read_toml

Column = NDArray[np.float64]
CLOCK = ("step", "images", "epoch", "seconds")
"""The keys of a row that say when it was written; all others were measured."""
DOMAINS = ("a", "b")
"""What the two domains of a translation are called."""

_STOPPED = re.compile(r"step (\d+): stopped: (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Picture:
    """A line of `samples.jsonl`, whose file is there."""

    step: int
    epoch: float
    view: str
    path: Path


@dataclass(frozen=True)
class Record:
    """A run as its folder tells it."""

    path: Path
    config: Mapping[str, Any]
    """`config.toml`, with the family's options under `game`."""
    toml: str
    env: Mapping[str, Any]
    columns: Mapping[str, Column]
    """Each key of `metrics.jsonl` over the rows, NaN where a row has none."""
    pictures: tuple[Picture, ...]
    """By step."""
    reals: Path | None
    values: Mapping[str, Mapping[str, Any]]
    """`real` and `fake`, or empty."""
    stopped: tuple[int, str] | None
    """The step and the reason that the log ends with; None while a run goes on or was killed."""

    @property
    def game(self) -> Mapping[str, Any]:
        """The family's options."""
        game: Mapping[str, Any] = self.config.get("game", {})
        return game

    @property
    def data(self) -> str:
        """What the data are called."""
        text = str(self.config.get("data", "the data"))
        return called(text) if self.translates else text

    @property
    def translates(self) -> bool:
        """Whether the game was played between two domains."""
        return is_two(str(self.config.get("data", "")))

    @property
    def classes(self) -> str:
        """The classes by number that samples can be asked for; empty where none can."""
        return str(self.env.get("classes", ""))

    @property
    def made(self) -> str:
        """What G makes, in symbols."""
        return "G(x)" if self.translates else "G(z)"

    @property
    def into(self) -> str:
        """The domain of the translations that the view to look at first shows; else empty."""
        way = next(iter(self.views()), "").split("-")
        return way[1] if self.translates and way[0] in DOMAINS and len(way) > 1 else ""

    def place(self, title: str) -> str:
        """What a plot is called that is of a domain, or of one of several games."""
        return f"in domain {title}" if self.translates and title in DOMAINS else title

    @property
    def points(self) -> bool:
        """Whether the samples are points rather than pictures."""
        if self.values:
            return bool(self.values["real"]["kind"] == "points")
        return str(self.config.get("data", "")).startswith("toy:")

    @property
    def step(self) -> int:
        """The last step that the folder knows of."""
        drawn = max((p.step for p in self.pictures), default=0)
        return max(int(self.last("step")), drawn, self.stopped[0] if self.stopped else 0)

    @property
    def epoch(self) -> float:
        """Passes over the data at that step."""
        return self.last("epoch") * self.step / self.last("step")

    def last(self, name: str) -> float:
        """The last number in a column; NaN without the column."""
        column = self.columns.get(name, np.array([]))
        column = column[np.isfinite(column)]
        return float(column[-1]) if len(column) else float("nan")

    def end(self, name: str) -> float:
        """The mean over the last tenth of a column; NaN without the column."""
        column = self.columns.get(name, np.array([]))
        column = column[-max(len(column) // 10, 1) :]
        column = column[np.isfinite(column)]
        return float(column.mean()) if len(column) else float("nan")

    def views(self) -> dict[str, list[Picture]]:
        """The pictures of each view by step, the view to look at first in front."""
        found: dict[str, list[Picture]] = {}
        for picture in self.pictures:
            found.setdefault(picture.view, []).append(picture)
        return dict(sorted(found.items(), key=lambda item: item[0] != "samples"))


def read(path: Path) -> Record:
    """Reads a run's folder; UsageError where it is none, or where nothing was logged yet."""
    config = read_toml(config_of(path))
    rows = _forward([row for row in _lines(path / "metrics.jsonl") if _is_row(row)])
    if not rows:
        raise UsageError(
            f"{path} has nothing to report yet: its metrics.jsonl holds no row. The first one "
            f"comes after {config.get('log_every', 20)} steps."
        )
    stops = _STOPPED.findall(_text(path / "log.txt"))
    stopped = (int(stops[-1][0]), stops[-1][1]) if stops else None
    return Record(
        path=path.resolve(),
        config=config,
        toml=_text(path / "config.toml"),
        env=_table(path / "env.json"),
        columns=_columns(rows),
        pictures=tuple(_pictures(path)),
        reals=path / "reals.png" if (path / "reals.png").is_file() else None,
        values=_values(path),
        stopped=stopped if stopped and stopped[0] >= rows[-1]["step"] else None,
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _table(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(_text(path))
    except json.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a .jsonl file; a line cut off by a crash is left out."""
    found = []
    for line in _text(path).splitlines():
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            continue
        if isinstance(row, dict):
            found.append(row)
    return found


def _is_row(row: dict[str, Any]) -> bool:
    step = row.get("step")
    return _is_number(step) and step > 0


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _forward(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows that count: a run resumed from a checkpoint says some steps again."""
    kept: list[dict[str, Any]] = []
    for row in rows:
        while kept and kept[-1]["step"] >= row["step"]:
            kept.pop()
        kept.append(row)
    return kept


def _columns(rows: list[dict[str, Any]]) -> dict[str, Column]:
    names = [n for n in dict.fromkeys(k for row in rows for k in row) if n not in CLOCK]
    found = {
        name: np.array(
            [row[name] if _is_number(row.get(name)) else np.nan for row in rows], dtype=np.float64
        )
        for name in (*CLOCK, *names)
    }
    for column in found.values():
        column[~np.isfinite(column)] = np.nan
    return {name: c for name, c in found.items() if np.isfinite(c).any()}


def _pictures(path: Path) -> list[Picture]:
    """The pictures that are there; a path that leads out of the folder is not followed."""
    found: dict[tuple[int, str], Picture] = {}
    for row in _lines(path / "samples.jsonl"):
        step, epoch = row.get("step"), row.get("epoch")
        file = path / str(row.get("file", ""))
        inside = file.resolve().is_relative_to(path.resolve())
        if _is_number(step) and _is_number(epoch) and inside and file.is_file():
            view = str(row.get("view", "samples"))
            found[int(step), view] = Picture(int(step), float(epoch), view, file)
    return sorted(found.values(), key=lambda p: p.step)


def _values(path: Path) -> dict[str, Any]:
    found = _table(path / "values.json")
    try:
        pair = {name: found[name] for name in ("real", "fake")}
        kinds = {part["kind"] for part in pair.values()}
        shapes = {
            np.asarray(part[_CONTENT[part["kind"]]], np.float64).ndim for part in pair.values()
        }
    except (KeyError, TypeError, ValueError):
        return {}
    return pair if len(kinds) == 1 and shapes == {1 if kinds == {"pixels"} else 2} else {}


_CONTENT = {"pixels": "counts", "points": "points"}
