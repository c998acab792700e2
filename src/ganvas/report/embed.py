"""Pictures inside the page: as they are while they are small, else made small enough."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image


@dataclass(frozen=True)
class Embedded:
    """A picture as a data URI."""

    uri: str
    width: int
    height: int
    reduced: bool
    """Whether it lost something on the way: shrunk, or stored as JPEG."""


def embed(path: Path, most: int) -> Embedded | None:
    """The picture at `path` in at most `most` bytes (before base64); None where it is not one."""
    try:
        content = path.read_bytes()
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            image.load()
            if len(content) <= most:
                return _uri("png", content, image, reduced=False)
            return _reduced(image.convert("RGB"), most)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def _reduced(image: Image.Image, most: int) -> Embedded:
    """JPEG at full size, then ever smaller, until it fits."""
    while True:
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=90)
        if buffer.tell() <= most or max(image.size) < 64:
            return _uri("jpeg", buffer.getvalue(), image, reduced=True)
        image = image.resize(
            (max(image.width * 3 // 4, 1), max(image.height * 3 // 4, 1)), Image.Resampling.LANCZOS
        )


def _uri(kind: str, content: bytes, image: Image.Image, *, reduced: bool) -> Embedded:
    text = base64.b64encode(content).decode("ascii")
    return Embedded(f"data:image/{kind};base64,{text}", image.width, image.height, reduced)
