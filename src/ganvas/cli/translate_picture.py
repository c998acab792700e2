"""A picture, or an animation frame by frame, as the bytes of its translation."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from PIL import Image
from rich.console import Console
from rich.progress import track

from ganvas.errors import reason

T = TypeVar("T")
Change = Callable[[Image.Image], Image.Image]
MOVING = ("GIF", "WEBP", "PNG", "TIFF")
"""Formats that hold more than one frame."""
PAUSE = 100
"""Thousandths of a second that a frame is shown where the file does not say."""


def picture(path: Path, change: Change, kind: str, *, bar: bool) -> tuple[bytes, list[str]]:
    """The translation of the picture at `path` as a file of the format `kind`; what was skipped.

    Of an animation, frames that cannot be read are skipped, and `bar` shows how far it is. Raises
    Unusable where none can be read.
    """
    from ganvas.data.decode import Unusable, opened

    frames, pauses, why = [], [], ""
    skipped: list[str] = []
    with opened(str(path)) as image:
        held = getattr(image, "n_frames", 1)
        count = held if kind in MOVING else 1
        if held > count:
            skipped.append(f"frames 2 to {held} of {path} (a {kind} holds one)")
        facts: dict[str, Any] = {"loop": image.info.get("loop")}
        coloured = image.mode in ("RGB", "RGBA")
        profile = image.info.get("icc_profile")
        for i in shown(range(count), "frames", bar=bar):
            try:
                image.seek(i)
                frame = image.convert("RGBA") if kind == "GIF" and count > 1 else image.copy()
            except Exception as error:  # Pillow raises nine types and more on damaged files
                why = reason(error)
                skipped.append(f"frame {i + 1} of {path} ({why})")
                continue
            frames.append(change(frame))
            pauses.append(image.info.get("duration", PAUSE))
    if not frames:
        raise Unusable(why)
    fits = coloured and frames[0].mode in ("RGB", "RGBA")  # a profile is of colours
    facts["icc_profile"] = profile if fits else None
    return packed(frames, kind, pauses, facts), skipped


def packed(frames: list[Image.Image], kind: str, pauses: list[int], facts: dict[str, Any]) -> bytes:
    """Frames as the bytes of one file; what is transparent is white where the format knows none."""
    from ganvas.data.decode import eight_bits

    options = dict(facts)
    if len(frames) > 1:
        options |= {"save_all": True, "append_images": frames[1:]}
        options |= {"duration": pauses} if kind != "TIFF" else {}
        options |= {"disposal": 2} if kind == "GIF" else {}
    if len(frames) == 1 or options["loop"] is None:
        del options["loop"]
    if kind in ("JPEG", "WEBP"):
        options["quality"] = 95
    first = frames[0]
    if kind == "JPEG" and first.mode == "RGBA":
        first = eight_bits(first)
    buffer = io.BytesIO()
    first.save(buffer, format=kind, **options)
    return buffer.getvalue()


def shown(items: Sequence[T], what: str, *, bar: bool = True) -> Iterator[T]:
    """The items, with a bar on a terminal where there are several."""
    console = Console(stderr=True)
    bar = bar and len(items) > 1 and console.is_terminal
    yield from track(items, what, console=console, transient=True, disable=not bar)
