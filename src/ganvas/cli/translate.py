"""`ganvas translate RUN IN OUT`: pictures, a folder of them, animations or a video."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import tyro
from PIL import Image
from rich.console import Console
from rich.progress import track

from ganvas import files, flags
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
MOVING = ("GIF", "WEBP", "PNG")
"""Formats that hold more than one frame."""
PAUSE = 100
"""Thousandths of a second that a frame is shown where the file does not say."""
NAMED = 10
"""Skipped files that are named."""
Change = Callable[[Image.Image], Image.Image]


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
    paths = list(pairs(args.source, args.out))
    from ganvas.data.decode import Unusable
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

    skipped: list[str] = []
    written = 0
    for path, out in shown(paths, "pictures"):
        try:
            if path.suffix.lower() in VIDEOS:
                from ganvas.cli.translate_video import video

                skipped += video(path, ready(out), change)
            else:
                content = still_or_moving(path, change, KEPT[out.suffix.lower()])
                files.replace(ready(out), content)
            written += 1
        except Unusable as error:
            skipped.append(f"{path} ({error})")
    return told(args.out, written, skipped)


def ready(out: Path) -> Path:
    """`out`, its folder made; StorageError where it cannot be."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"{out.parent} cannot be made: {error.strerror}.") from error
    return out


def told(out: Path, written: int, skipped: list[str]) -> int:
    """Names what was skipped; DataError where nothing was written."""
    for each in skipped[:NAMED]:
        print(f"ganvas: skipped {each}", file=sys.stderr)
    if len(skipped) > NAMED:
        print(f"ganvas: … and {len(skipped) - NAMED:,} more", file=sys.stderr)
    if not written:
        raise DataError(
            f"None of the {len(skipped):,} pictures could be read; {out} is left as it was."
        )
    print(out)
    if skipped:
        print(f"{len(skipped):,} skipped")
    return 0


def pairs(source: Path, out: Path) -> Iterator[tuple[Path, Path]]:
    """Each file to translate, and where its translation goes; nothing is written yet.

    Raises:
        UsageError: nothing there, or an `out` that is the source, lies in it, or is in use.
    """
    if source.is_dir():
        yield from _in_folder(source, out)
        return
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
    yield source, out


def _in_folder(source: Path, out: Path) -> Iterator[tuple[Path, Path]]:
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
    for name in found.pictures:
        path = Path(name)
        at = out / path.relative_to(source)
        yield path, at if at.suffix.lower() in KEPT else at.with_name(f"{at.name}.png")


def still_or_moving(path: Path, change: Change, kind: str) -> bytes:
    """The translation of the picture at `path`, all its frames, as a file of the format `kind`."""
    from ganvas.data.decode import opened

    frames, pauses = [], []
    with opened(str(path)) as image:
        count = getattr(image, "n_frames", 1) if kind in MOVING else 1
        facts: dict[str, Any] = {"loop": image.info.get("loop")}
        if image.mode in ("RGB", "RGBA"):  # of other modes the profile would not fit the result
            facts["icc_profile"] = image.info.get("icc_profile")
        for i in range(count):
            image.seek(i)
            frames.append(image.convert("RGBA") if count > 1 else image.copy())
            pauses.append(image.info.get("duration", PAUSE))
    return packed([change(frame) for frame in frames], kind, pauses, facts)


def packed(frames: list[Image.Image], kind: str, pauses: list[int], facts: dict[str, Any]) -> bytes:
    """Frames as the bytes of one file."""
    options = dict(facts)
    if len(frames) > 1:
        options |= {"save_all": True, "append_images": frames[1:], "duration": pauses}
        options |= {"disposal": 2} if kind == "GIF" else {}
    else:
        options.pop("loop", None)
    if kind in ("JPEG", "WEBP"):
        options["quality"] = 95
    first = frames[0]
    if kind == "JPEG" and first.mode == "RGBA":
        first = flat(first)
    buffer = io.BytesIO()
    first.save(buffer, format=kind, **{k: v for k, v in options.items() if v is not None})
    return buffer.getvalue()


def flat(image: Image.Image) -> Image.Image:
    """What is transparent on white, for a format that knows none."""
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image).convert("RGB")


def shown(paths: list[tuple[Path, Path]], what: str) -> Iterator[tuple[Path, Path]]:
    """The paths, with a bar on a terminal where there are several."""
    console = Console(stderr=True)
    bar = len(paths) > 1 and console.is_terminal
    yield from track(paths, what, console=console, transient=True, disable=not bar)
