"""A cache of one's own, and sources made of real digits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from small import digits


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch) -> Path:
    """Where features are kept for this test."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("GANVAS_CACHE", str(folder))
    return folder / "features"


@pytest.fixture
def place(tmp_path, monkeypatch) -> Path:
    """A working directory with digits in it: `some/` (20 PNGs), `some.npz` (200), `points.npz`."""
    monkeypatch.chdir(tmp_path)
    x = digits().x.numpy()
    Path("some").mkdir()
    for i in range(20):
        Image.fromarray(x[i, 0]).save(f"some/{i:02d}.png")
    np.savez_compressed("some.npz", samples=x[:200])
    points = np.random.default_rng(0).standard_normal((300, 2)).astype(np.float32)
    np.savez("points.npz", samples=points)
    return tmp_path
