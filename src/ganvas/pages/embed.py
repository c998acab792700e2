"""Pictures inside the page: as they are while they are small, else made small enough."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image


@dataclass(frozen=True)
class Embedded:
    """A picture as a data URI, and its size in pixels."""

    uri: str
    width: int
    height: int


def embed(path: Path, side: int, most: int) -> Embedded | None:
    """The PNG at `path`, at most `side` pixels wide and high and `most` bytes (before base64).

    What is larger is shrunk, and stored as JPEG where that is not enough. None where the file is
    not a picture.
    """
    try:
        content = path.read_bytes()
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            image.load()
            if max(image.size) <= side and len(content) <= most:
                return _embedded("png", content, image)
            return _reduced(image.convert("RGB" if image.mode != "L" else "L"), side, most)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def _reduced(image: Image.Image, side: int, most: int) -> Embedded:
    kind = "png"
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    while True:
        buffer = io.BytesIO()
        image.save(buffer, kind, quality=90, optimize=True)
        if buffer.tell() <= most or max(image.size) < 64:
            return _embedded(kind, buffer.getvalue(), image)
        if kind == "jpeg":
            image.thumbnail((image.width * 3 // 4, image.height * 3 // 4), Image.Resampling.LANCZOS)
        kind = "jpeg"


def _embedded(kind: str, content: bytes, image: Image.Image) -> Embedded:
    text = base64.b64encode(content).decode("ascii")
    return Embedded(f"data:image/{kind};base64,{text}", image.width, image.height)
