"""Where is kept what took long to fetch, to unpack or to compute."""

from __future__ import annotations

import os
from pathlib import Path


def folder() -> Path:
    """The one folder of all that is kept.

    The environment variable GANVAS_CACHE names it; without it XDG_CACHE_HOME/ganvas is taken, and
    without that ~/.cache/ganvas.
    """
    base = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache")
    return Path(os.environ.get("GANVAS_CACHE") or base / "ganvas").expanduser()
