"""Where data that took long to fetch or to unpack are kept."""

from __future__ import annotations

import os
from pathlib import Path


def folder() -> Path:
    """The folder that the environment variable GANVAS_CACHE names; ~/.cache/ganvas by default."""
    return Path(os.environ.get("GANVAS_CACHE") or "~/.cache/ganvas").expanduser()
