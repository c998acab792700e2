"""`ganvas translate RUN IN OUT`: pictures, a folder of them, animations or a video."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro
from PIL import Image

from ganvas import files, flags
from ganvas.cli.translate_picture import Change, picture, shown
from ganvas.errors import DataError, StorageError, UsageError

VIDEOS = (".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v")
KEPT = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".webp": "WEBP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".gif": "GIF",
}
"""Endings that a translation keeps, and their formats; any other gets `.png` behind it."""
NAMED = 10
"""Skipped files that are named."""


@dataclass(frozen=True, kw_only=True)
class Translate:
    """Translate pictures by a trained run: a picture, a folder of them, an animation, a video."""

    run: Annotated[Path, tyro.conf.Positional]
    """The run's folder."""
    source: Annotated[Path, tyro.conf.Positional]
    """A picture, a folder of pictures, a GIF, or a video (with the extra `video`)."""
    out: Annotated[Path, tyro.conf.Positional]
    """Where the translation goes: a file for a file, a new or empty folder for a folder."""
    to: str = ""
    """The domain to translate into, a or b; where nothing is said, what the run makes first."""
    own_size: bool = False
    """Translate at the size of the pictures, rather than with their shorter side as in training."""
    family: str | None = None
    """file.py:Class of a run of one's own family."""


def main(argv: list[str]) -> int:
    """Runs `ganvas translate`."""
    args = flags.parse(Translate, argv, "translate")
    paths, skipped = pairs(args.source, args.out)
    from ganvas.data.decode import Unusable
    from ganvas.data.folder import MOST_REFUSED

    change, written = translator(args), 0
    try:
        for path, out in shown(paths, "pictures"):
            try:
                skipped += one(path, out, change, bar=len(paths) == 1)
                written += 1
            except Unusable as error:
                skipped.append(f"{path} ({error})")
    finally:  # one who stops it wants to know too
        tell(skipped)
        if 0 < written < len(paths):
            print(f"ganvas: {written:,} of {len(paths):,} translated", file=sys.stderr)
    if not written:
        raise DataError(f"Nothing of {args.source} could be read; nothing is written.")
    print(args.out if args.source.is_dir() else paths[0][1])
    if skipped:
        print(f"{len(skipped):,} skipped")
    if (failed := len(paths) - written) > MOST_REFUSED * len(paths):
        raise DataError(
            f"{failed:,} of {len(paths):,} pictures could not be read, more than "
            f"{MOST_REFUSED:.0%}; mend them or take them away."
        )
    return 0


def translator(args: Translate) -> Change:
    """The run that is asked for, as a function of a picture; UsageError where it is of points."""
    from ganvas.model import load
    from ganvas.translating import source

    model = load(args.run, family=args.family)
    to = args.to or (model.game.into or ("b",))[0]
    if not source(model.game, model.data, to).is_images:
        raise UsageError(f"{args.run} translates points; model.translate takes them.")

    def change(image: Image.Image) -> Image.Image:
        made = model.translate(image, to, own_size=args.own_size)
        assert isinstance(made, Image.Image)
        return made

    return change


def one(path: Path, out: Path, change: Change, *, bar: bool) -> list[str]:
    """Translates the file at `path` into `out`; returns what of it had to be skipped."""
    if path.suffix.lower() in VIDEOS:
        from ganvas.cli.translate_video import video

        return video(path, ready(out), change)
    content, skipped = picture(path, change, KEPT[out.suffix.lower()], bar=bar)
    files.replace(ready(out), content)
    return skipped


def ready(out: Path) -> Path:
    """`out`, its folder made; StorageError where it cannot be."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"{out.parent} cannot be made: {error.strerror}.") from error
    return out


def tell(skipped: list[str]) -> None:
    """Says what was skipped, and of much the first few."""
    for each in skipped[:NAMED]:
        print(f"ganvas: skipped {each}", file=sys.stderr)
    if len(skipped) > NAMED:
        print(f"ganvas: … and {len(skipped) - NAMED:,} more", file=sys.stderr)


def pairs(source: Path, out: Path) -> tuple[list[tuple[Path, Path]], list[str]]:
    """Each file to translate and where its translation goes, and what of a folder is left out.

    Nothing is written yet.

    Raises:
        UsageError: nothing there, or an `out` that is the source, lies in it, or is in use.
    """
    if source.is_dir():
        return _in_folder(source, out)
    if not source.is_file():
        raise UsageError(f"There is no picture and no folder {str(source)!r}.")
    into = out / source.name if out.is_dir() else out
    if into.exists() and into.samefile(source):
        raise UsageError(f"{into} is the picture itself; give another name for its translation.")
    if into != out and into.exists():
        raise UsageError(f"{into} is there already; name the file itself to write over it.")
    out = into
    video = source.suffix.lower() in VIDEOS
    if out.suffix.lower() not in (VIDEOS if video else KEPT):
        raise UsageError(
            f"{out} should end in {', '.join(VIDEOS if video else KEPT)}, as what is translated is "
            f"a {'video' if video else 'picture'}."
        )
    if not out.parent.is_dir():
        raise UsageError(f"The folder {str(out.parent)!r} does not exist.")
    return [(source, out)], []


def _in_folder(source: Path, out: Path) -> tuple[list[tuple[Path, Path]], list[str]]:
    from ganvas.data import scan

    here, there = source.resolve(), out.resolve()
    if there == here or here in there.parents:
        raise UsageError(f"{out} is {source} or lies in it; give a folder of its own.")
    if not out.is_dir() and out.suffix.lower() in (*KEPT, *VIDEOS):
        raise UsageError(f"{out} is named as a file; a folder is translated into a new folder.")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{out} is not an empty folder; give a new one, so that nothing is lost.")
    found = scan.deep(source)
    if not found.pictures:
        raise UsageError(f"The folder {str(source)!r} holds no pictures; found: {found.summary()}.")
    left = [f"{path} ({reason})" for path, reason in found.refused]
    left += [f"{path} (a link to a folder is not followed)" for path in found.links]
    left += [
        f"{name} (a video; videos are translated one by one)"
        for name in found.others
        if name.lower().endswith(VIDEOS)
    ]
    pairs = [(path, _named(out / path.relative_to(source))) for path in map(Path, found.pictures)]
    sources: dict[Path, Path] = {}
    for path, at in pairs:
        if (other := sources.setdefault(at, path)) != path:
            raise UsageError(f"{other} and {path} would both become {at}; rename one of them.")
    return pairs, left


def _named(out: Path) -> Path:
    """`out` with an ending that a translation can have."""
    return out if out.suffix.lower() in KEPT else out.with_name(f"{out.name}.png")
