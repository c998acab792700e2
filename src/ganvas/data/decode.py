"""One picture file -> pixels, for the files people really have.

Animated files give their first frame. Colour profiles are not applied.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from ganvas.errors import DataError, GanvasError, reason

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "PPM")
"""The only formats that are tried, whatever the file is called."""

MOST_PIXELS = 64_000_000
"""The largest picture that is unpacked; the header tells, before any memory is used."""


Part = Literal["whole", "left", "right"]
"""What is read of a picture: all of it, or one of two halves that lie side by side."""


WIDE = 1.2
"""A picture of two halves is at least so many times as wide as it is high."""


class Unusable(DataError):  # noqa: N818 -- a verdict on one file
    """A file or an image that gives no picture; the message says why."""


def decode(path: str | BinaryIO, size: int, part: Part = "whole") -> NDArray[np.uint8]:
    """The middle square of the picture at `path`, uint8 (3, size, size); R = G = B if it is grey.

    `part`: of which half the middle square is taken, where the picture holds two.

    It is turned upright by its EXIF tag; what is transparent becomes white; 16 bits are scaled to
    8; CMYK and palettes become RGB; the resizing is Lanczos.

    Raises:
        Unusable: the file is no picture of `FORMATS`, damaged, cut short or too large; or it is
            not wide enough for two halves.
    """
    with opened(path) as image:
        stored = image.size
        image.draft(image.mode, (2 * size, 2 * size))  # a JPEG unpacks no larger than needed
        upright = ImageOps.exif_transpose(image)
        full = stored if upright.size == image.size else stored[::-1]
        picture = half(eight_bits(upright), part, full)
        picture = ImageOps.fit(picture, (size, size), Image.Resampling.LANCZOS)
    return np.asarray(picture.convert("RGB")).transpose(2, 0, 1)


@contextmanager
def opened(path: str | BinaryIO) -> Iterator[Image.Image]:
    """The picture at `path`, its pixels not yet read; whatever is wrong with it is Unusable."""
    try:
        with Image.open(path, formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                megapixels = image.width * image.height / 1e6
                raise Unusable(f"{megapixels:.0f} megapixels; at most {MOST_PIXELS // 10**6}")
            yield image
    except GanvasError:
        raise
    except UnidentifiedImageError as error:
        raise Unusable(f"not a {', '.join(FORMATS[:-1])} or {FORMATS[-1]} file") from error
    except Exception as error:  # Pillow raises nine types and more on damaged files
        raise Unusable(reason(error)) from error


def half(image: Image.Image, part: Part, full: tuple[int, int]) -> Image.Image:
    """The part of `image` that is asked for; Unusable where it cannot hold two halves.

    `full`: the size of the picture in the file, of which `image` may be a smaller copy.
    """
    if part == "whole":
        return image
    if full[0] < WIDE * full[1]:
        raise Unusable(f"{full[0]} x {full[1]} pixels are too narrow for two halves")
    middle = image.width // 2
    at = 0 if part == "left" else image.width - middle
    return image.crop((at, 0, at + middle, image.height))


def eight_bits(image: Image.Image) -> Image.Image:
    """`image` as L or RGB; `convert` alone turns 16 bits white and clear pixels any colour."""
    if image.mode == "I" or image.mode.startswith("I;16"):
        return _from_sixteen_bits(np.asarray(image).astype(np.int64))
    if image.mode == "F":
        raise Unusable("pixels are fractions, whose black and white are unknown; save as 8 bits")
    if image.has_transparency_data:
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image.convert("RGBA")).convert("RGB")
    if image.mode in ("L", "RGB"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _from_sixteen_bits(values: NDArray[np.int64]) -> Image.Image:
    if values.min() < 0 or values.max() > 65535:
        raise Unusable("pixels have 32 bits, whose black and white are unknown; save as 8 bits")
    return Image.fromarray(((values + 128) // 257).astype(np.uint8))
