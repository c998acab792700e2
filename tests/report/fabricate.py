"""Run folders without a run: as a trainer leaves them, in milliseconds."""

from __future__ import annotations

import json
import math
from itertools import product
from pathlib import Path

import numpy as np
import tomli_w
from PIL import Image

CONFIG = {
    "family": "gan",
    "data": "mnist",
    "mirror": False,
    "epochs": 3.0,
    "batch": 128,
    "seed": 7,
    "device": "cpu",
    "threads": 2,
    "log_every": 20,
    "game": {"z": 64, "loss": "nonsaturating", "feed": "both", "gamma": 0.5, "G": {"lr": 0.0004}},
}
STEPS = 1407
EPOCH = 469
ROWS = [
    {
        "step": step,
        "images": 128 * step,
        "epoch": step / EPOCH,
        "seconds": step / 40,
        "D/real": 0.5 + 0.1 * math.sin(step / 50),
        "D/fake": 0.6 + 0.1 * math.cos(step / 50),
        "D/r1": 10 / step,
        "D/gradient": 1 + 1 / step,
        "G/fake": 1.1 + 5 / step,
        "G/gradient": 0.3,
        "D(x)": 0.62,
        "D(G(z))": 0.41,
    }
    for step in range(20, STEPS, 20)
]
TWO = CONFIG | {
    "family": "discogan",
    "data": "shapes",
    "batch": 64,
    "game": {"loss": "nonsaturating", "mode": "disco"},
}
"""A game between two domains, with the settings that are usual there."""
TWO_ROWS = [
    {key: row[key] for key in ("step", "images", "epoch", "seconds")}
    | {f"G/{term} {to}": 2 + 5 / row["step"] for to in "ba" for term in ("fake", "cycle")}
    | {f"D/{term} {to}": 0.6 for to in "ba" for term in ("real", "fake")}
    | {f"{to}: D({of})": v for to in "ba" for of, v in (("x", 0.6), ("G(x)", 0.4))}
    | {"G/gradient": 0.3, "D/gradient": 0.2}
    for row in ROWS
]
PIXELS = {
    "real": {"kind": "pixels", "range": [0, 1], "counts": [810, *[2] * 62, 66]},
    "fake": {"kind": "pixels", "range": [0, 1], "counts": [640, *[6] * 60, 0, 0, 0]},
}


def points(dims: int) -> dict[str, object]:
    """Values of a run on points."""
    rng = np.random.default_rng(0)
    return {
        "real": {"kind": "points", "points": rng.normal(size=(200, dims)).tolist()},
        "fake": {"kind": "points", "points": (9 * rng.normal(size=(200, dims))).tolist()},
    }


def png(path: Path, side: int = 64, seed: int = 0) -> None:
    """A picture of noise, which no format makes small."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (side, side), dtype=np.uint8)
    Image.fromarray(pixels).save(path)


def lines(rows: list[dict[str, object]]) -> str:
    """Rows as a .jsonl file holds them."""
    return "".join(json.dumps(row) + "\n" for row in rows)


def run(
    folder: Path,
    config=CONFIG,
    rows=ROWS,
    values=PIXELS,
    pictures=(0, 469, 1407),
    views=("samples",),
) -> Path:
    """Fills `folder` as a finished run of 3 epochs does; parts given as None are left out."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(tomli_w.dumps(config))
    if rows is not None:
        (folder / "metrics.jsonl").write_text(lines(rows))
    env = {"ganvas": "0.1.0", "device": "cpu", "threads": 2, "command": ["train", "gan"]}
    (folder / "env.json").write_text(json.dumps(env))
    (folder / "log.txt").write_text(f"2026-01-01 12:00:00 step {STEPS}: stopped: 3 epochs done\n")
    if values is not None:
        (folder / "values.json").write_text(json.dumps(values))
    index = []
    for step, view in product(pictures or (), views):
        file = f"samples/step-{step:08d}-{view}.png"
        png(folder / file, seed=step)
        index.append({"step": step, "epoch": step / EPOCH, "view": view, "file": file})
    if pictures:
        (folder / "samples.jsonl").write_text(lines(index))
        png(folder / "reals.png", seed=99)
    return folder
