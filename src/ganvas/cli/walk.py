"""`ganvas walk RUN`: an animation through the latent space."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from ganvas import flags
from ganvas.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class Walk:
    """A closed walk through the latent space as an animated WebP, several walks side by side."""

    run: Annotated[Path, tyro.conf.Positional]
    """The run's folder."""
    out: Path | None = None
    """The animation; walk.webp in the run's folder where nothing else is asked for."""
    stops: int = 6
    """Random places that the walk visits."""
    between: int = 15
    """Frames from one place to the next."""
    walks: int = 16
    """Walks shown side by side."""
    fps: int = 15
    """Frames a second."""
    seed: int = 0
    """Decides the places."""
    family: str | None = None
    """file.py:Class of a run of one's own family."""


def main(argv: list[str]) -> int:
    """Runs `ganvas walk`."""
    args = flags.parse(Walk, argv, "walk")
    import torch

    from ganvas import pictures
    from ganvas.model import load

    if args.walks < 1 or args.fps < 1 or args.seed < 0:
        raise UsageError("walks and fps are 1 or more, and seed is 0 or more.")
    if args.out is not None and args.out.suffix != ".webp":
        raise UsageError(f"A walk is an animated .webp; got --out {args.out}.")
    model = load(args.run, family=args.family)
    if not model.data.is_images:
        raise UsageError(f"{args.run} draws points; a walk is for images.")
    walks = [model.walk(args.stops, args.between, args.seed + i) for i in range(args.walks)]
    frames = [pictures.grid(side_by_side) for side_by_side in torch.stack(walks, dim=1)]
    out = args.out or args.run / "walk.webp"
    pictures.save_webp(frames, out, args.fps)
    print(out)
    return 0
