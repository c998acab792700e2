"""One page about a run, made for reading: a single file that needs nothing but a browser."""

from __future__ import annotations

from pathlib import Path

from ganvas import files

NAME = "report.html"


def write(run: Path) -> Path:
    """Writes `report.html` into the folder of a run, from what stands in that folder.

    Args:
        run: the run's folder, such as `runs/0003-gan-mnist`; the run may still be going on.

    Returns:
        The page. It holds its pictures and plots, runs no script and asks no server for anything.

    Raises:
        UsageError: the folder is not a run, or no step of it has been logged yet.
        StorageError: the page cannot be written.
    """
    from ganvas.report.page import render
    from ganvas.report.record import read

    page = Path(run) / NAME
    files.replace(page, render(read(Path(run))).encode("utf-8", "replace"))
    return page
