"""`ganvas sample RUN`: draw from a trained run."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro
from torch import Tensor

from ganvas import files, flags, pictures
from ganvas.errors import UsageError, unknown
from ganvas.model import Model, load


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Draw from a trained run; the same seed draws the same samples."""

    run: Annotated[Path, tyro.conf.Positional]
    """The run's folder."""
    n: Annotated[int, tyro.conf.arg(aliases=["-n"])] = 64
    """How many samples."""
    labels: tuple[str, ...] = ()
    """Number or name of one class for all samples, or of one for each; for conditional families."""
    seed: int = 0
    """Decides the noise."""
    out: Path | None = None
    """A PNG grid; samples.png in the run's folder where nothing else is asked for."""
    npz: Path | None = None
    """All samples as uint8 (n, C, H, W), or float32 (n, d) for points, under the name `samples`."""
    dir: Path | None = None
    """A folder to be filled with one PNG a sample."""
    family: str | None = None
    """file.py:Class of a run of one's own family."""


def main(argv: list[str]) -> int:
    """Runs `ganvas sample`."""
    args = flags.parse(Sample, argv, "sample")
    if args.seed < 0:
        raise UsageError(f"seed is 0 or more, got {args.seed}.")
    model = load(args.run, family=args.family)
    if args.dir is not None and not model.data.is_images:
        raise UsageError("--dir is for images; points go to --npz.")
    if args.out is not None and args.out.suffix not in (".png", ".svg")[: 2 - model.data.is_images]:
        raise UsageError(f"--out is a .png file, got {str(args.out)!r}.")
    classes = [numbered(label, model.data.classes) for label in args.labels]
    samples = model.sample(args.n, classes[0] if len(classes) == 1 else classes or None, args.seed)
    out = args.out
    if out is None and args.npz is None and args.dir is None:
        out = args.run / "samples.png"
    if out is not None:
        show(model, samples, out)
    if args.npz is not None:
        packed = io.BytesIO()
        np.savez_compressed(packed, samples=samples.numpy())
        files.replace(args.npz, packed.getvalue())
    if args.dir is not None:
        one_each(samples, args.dir)
    print("\n".join(str(path) for path in (out, args.npz, args.dir) if path is not None))
    return 0


def numbered(label: str, classes: Sequence[str]) -> int:
    """The number of the class that `label` names or is; UsageError for neither."""
    if label in classes:
        return classes.index(label)
    try:
        return int(label)
    except ValueError:
        if not classes:
            raise UsageError(f"--labels {label}: this run knows no classes.") from None
        raise unknown("class", label, classes) from None


def show(model: Model, samples: Tensor, out: Path) -> None:
    """The samples on one picture: a grid of images, or a plot of points."""
    if model.data.is_images:
        pictures.save_png(pictures.grid(samples), out)
    else:
        pictures.scatter(None, samples, out)


def one_each(samples: Tensor, folder: Path) -> None:
    """One PNG a sample, at its own size, named by its number."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty; give a new folder, so that nothing is mixed up.")
    for i, image in enumerate(samples):
        pictures.save_png(pictures.grid(image[None], margin=0, enlarge=1), folder / f"{i:05d}.png")
