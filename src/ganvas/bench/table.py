"""A table made cell by cell: what is done is kept, so that hours of work can stop and start.

Each cell is a run of its own, in steps rather than minutes: a busy machine makes the table late,
not wrong. Cells are played side by side, each on one processor thread.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from ganvas import files
from ganvas.device import processors
from ganvas.errors import StorageError, TrainingError, UsageError

REAL = "other real samples"
"""The first row: what samples could score at best."""
Cell = Mapping[str, Any]
"""What one run is made with, as JSON has it: the loss, the data, the seed."""
Row = dict[str, Any]
"""What came of it."""
Play = Callable[[dict[str, Any], dict[str, Any]], Row]
"""(facts, cell) -> row; a function of a module, as it is called in other processes.

A TrainingError makes the row of a run that failed.
"""


class Results:
    """The rows of a table in a file of JSON lines, the first of which says how they are made.

    Args:
        path: the file; one that is there is gone on with.
        facts: what all cells share, steps and networks; a file of other facts is refused.

    Raises:
        UsageError: the file is of another table, or of other facts.
        StorageError: no such folder, or the disk refuses.
    """

    def __init__(self, path: Path, facts: Mapping[str, Any]) -> None:
        self.path = path
        self.facts: dict[str, Any] = json.loads(json.dumps(dict(facts)))
        self.rows: dict[str, Row] = {}
        if not path.parent.is_dir():
            raise StorageError(f"{path} cannot be written: No such folder.")
        if path.exists():
            self._read()

    def _read(self) -> None:
        try:
            first, *lines = self.path.read_text(encoding="utf-8").splitlines()
            stored = json.loads(first)["facts"]
            rows = [json.loads(line) for line in lines]
            self.rows = {key(row["cell"]): row["row"] for row in rows}
        except (ValueError, KeyError, TypeError):
            raise UsageError(
                f"{self.path} is no file of results; give another --results, or remove it."
            ) from None
        other = [k for k in {*stored, *self.facts} if stored.get(k) != self.facts.get(k)]
        if other:
            raise UsageError(
                f"{self.path} was made with other {', '.join(sorted(other))}; give the same, or "
                "another --results."
            )

    def __getitem__(self, cell: Cell) -> Row:
        return self.rows[key(cell)]

    def __contains__(self, cell: Cell) -> bool:
        return key(cell) in self.rows

    def found(self, cells: Sequence[Cell]) -> tuple[list[Row], str]:
        """The rows of those cells that are there and whole, and in words how many failed."""
        rows = [self[cell] for cell in cells if cell in self]
        whole = [row for row in rows if "failed" not in row]
        failed = len(rows) - len(whole)
        return whole, f"{failed} of {len(rows)}" if failed else ""

    def add(self, cell: Cell, row: Row) -> None:
        """Keeps the row of a cell; on disk when this returns."""
        self.rows[key(cell)] = row
        first = json.dumps({"facts": self.facts})
        lines = [json.dumps({"cell": json.loads(k), "row": r}) for k, r in self.rows.items()]
        files.replace(self.path, "\n".join([first, *lines, ""]).encode())


def key(cell: Cell) -> str:
    """The cell as text, whatever the order of its options."""
    return json.dumps(dict(cell), sort_keys=True)


def fill(results: Results, cells: Sequence[Cell], play: Play, jobs: int = 0) -> Iterator[int]:
    """Plays the cells that are not there yet; yields how many of `cells` are done.

    `jobs`: cells side by side, each in a process of one thread; 0 takes one for each core, and 1
    plays them here. Raises UsageError where another process fills the same file.
    """
    lock = FileLock(results.path.with_name(f".{results.path.name}.lock"), timeout=0)
    try:
        with lock:
            yield from _filled(results, cells, play, jobs)
    except Timeout:
        raise UsageError(
            f"Another command is filling {results.path}; wait for it, or give another --results."
        ) from None


def _filled(results: Results, cells: Sequence[Cell], play: Play, jobs: int) -> Iterator[int]:
    todo = [cell for cell in cells if cell not in results]
    yield len(cells) - len(todo)
    jobs = min(jobs or processors(), len(todo))
    if jobs < 2:
        for n, cell in enumerate(todo, len(cells) - len(todo) + 1):
            results.add(cell, _played(play, results.facts, cell))
            yield n
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context, initializer=_one_thread) as pool:
        waiting = {pool.submit(_played, play, results.facts, cell): cell for cell in todo}
        try:
            while waiting:
                done, _ = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    results.add(waiting.pop(future), future.result())
                    yield len(cells) - len(waiting)
        finally:
            pool.shutdown(cancel_futures=True)


def _played(play: Play, facts: dict[str, Any], cell: Cell) -> Row:
    try:
        return play(facts, dict(cell))
    except TrainingError as error:
        return {"failed": str(error)}


def _one_thread() -> None:
    """Settles a process that plays cells: one thread, and no longer than the process it plays for.

    A process that is killed tells its children nothing; they would play on for minutes.
    """
    import torch

    torch.set_num_threads(1)
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; the first column to the left, the others to the right."""
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, rule, *rows)) + "\n"


def mean_and_spread(values: Sequence[float], form: str = ".2f") -> str:
    """The mean, and how far the seeds lie apart: `0.93 ± 0.02`, one standard deviation."""
    n = len(values)
    mean = sum(values) / n
    if n == 1:
        return f"{mean:{form}}"
    spread = (sum((v - mean) ** 2 for v in values) / (n - 1)) ** 0.5
    return f"{mean:{form}} ± {spread:{form}}"
