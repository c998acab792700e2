"""One picture file of each odd kind -> the pixels a person sees."""

import io
import struct
import time
import zlib

import numpy as np
import pytest
from PIL import Image, ImageFile

from ganvas.data.decode import MOST_PIXELS, Unusable, decode

RED, WHITE = (255, 0, 0), (255, 255, 255)


def saved(folder, image, name="x.png", **options):
    path = folder / name
    image.save(path, **options)
    return str(path)


def flat(pixels):
    """The one colour of a picture."""
    colours = np.unique(pixels.reshape(3, -1), axis=1)
    assert colours.shape == (3, 1), "one colour only"
    return tuple(int(value) for value in colours[:, 0])


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "PPM"])
def test_formats(tmp_path, kind):
    path = saved(tmp_path, Image.new("RGB", (40, 30), (200, 100, 50)), format=kind)
    pixels = decode(path, 8)
    assert (pixels.shape, pixels.dtype) == ((3, 8, 8), np.uint8)
    assert np.abs(pixels.astype(int) - np.array([200, 100, 50])[:, None, None]).max() <= 4


@pytest.mark.parametrize("kind", ["ICO", "TGA", "PDF", "EPS", "PCX", "SGI", "JPEG2000"])
def test_other_formats_are_not_even_tried(tmp_path, kind):
    path = saved(tmp_path, Image.new("RGB", (32, 32)), format=kind)
    with pytest.raises(Unusable, match="not a PNG, JPEG, WEBP, BMP, GIF, TIFF or PPM file"):
        decode(path, 8)


def ramp16():
    """All 65,536 values of 16 bits, 256 of them to each column."""
    return np.arange(65536, dtype=np.uint16).reshape(256, 256).T.copy()


@pytest.mark.parametrize("name", ["r.png", "r.tif", "r.pgm"])
def test_sixteen_bits_keep_their_levels(tmp_path, name):
    pixels = decode(saved(tmp_path, Image.fromarray(ramp16()), name), 256)
    assert len(np.unique(pixels)) >= 250
    assert (np.diff(pixels[0].astype(int), axis=1) >= 0).all(), "still a ramp"
    assert (pixels.min(), pixels.max()) == (0, 255)
    assert (pixels[0] == pixels[1]).all()
    assert abs(int(pixels[0, 100, 128]) - 128) <= 1


def test_big_endian_sixteen_bits(tmp_path):
    path = saved(tmp_path, Image.frombytes("I;16B", (256, 256), ramp16().astype(">u2").tobytes()),
                 "b.tif")  # fmt: skip
    assert len(np.unique(decode(path, 256))) >= 250


@pytest.mark.parametrize("values", [np.float32([[0.0, 1.0]] * 2), np.int32([[0, 70_000]] * 2)])
def test_numbers_without_a_known_white_are_refused(tmp_path, values):
    path = saved(tmp_path, Image.fromarray(values), "x.tif")
    with pytest.raises(Unusable, match="black and white are unknown"):
        decode(path, 4)


def palette_with_hole():
    image = Image.new("P", (16, 16), 3)
    image.putpalette([0] * 9 + [*RED] + [0] * (768 - 12))
    image.info["transparency"] = 3
    return image


@pytest.mark.parametrize(
    "image",
    [
        Image.new("RGBA", (16, 16), (255, 0, 0, 0)),
        Image.new("LA", (16, 16), (0, 0)),
        palette_with_hole(),
    ],
    ids=["RGBA", "LA", "P"],
)
def test_clear_pixels_become_white(tmp_path, image):
    assert flat(decode(saved(tmp_path, image), 8)) == WHITE


def test_half_clear_red_becomes_pink(tmp_path):
    colour = flat(decode(saved(tmp_path, Image.new("RGBA", (16, 16), (255, 0, 0, 128))), 8))
    assert colour == (255, 127, 127)


@pytest.mark.parametrize(
    ("image", "name", "expected"),
    [
        (Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "x.jpg", RED),
        (Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "x.tif", RED),
        (Image.new("1", (16, 16), 1), "x.png", WHITE),
        (Image.new("L", (16, 16), 90), "x.png", (90, 90, 90)),
        (Image.new("L", (16, 16), 90).convert("P"), "x.gif", (90, 90, 90)),
    ],
)
def test_other_modes(tmp_path, image, name, expected):
    colour = flat(decode(saved(tmp_path, image, name), 8))
    assert np.abs(np.subtract(colour, expected)).max() <= 2


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_photograph_is_set_upright(tmp_path, orientation):
    upright = np.zeros((60, 80, 3), dtype=np.uint8)
    upright[:30, 10:40] = RED  # the top left of the middle square
    upright[30:, 10:40] = (0, 255, 0)
    upright[30:, 40:70] = (0, 0, 255)
    turns = Image.Transpose
    stored_by = {
        2: turns.FLIP_LEFT_RIGHT, 3: turns.ROTATE_180, 4: turns.FLIP_TOP_BOTTOM,
        5: turns.TRANSPOSE, 6: turns.ROTATE_90, 7: turns.TRANSVERSE, 8: turns.ROTATE_270,
    }  # fmt: skip
    image = Image.fromarray(upright)
    if orientation > 1:
        image = image.transpose(stored_by[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    jpeg = {"quality": 95, "subsampling": 0}
    for name, options in (("x.jpg", jpeg), ("x.png", {}), ("x.webp", {"lossless": True})):
        pixels = decode(saved(tmp_path, image, name, exif=exif, **options), 60)
        expected = upright[:, 10:70].transpose(2, 0, 1).astype(int)
        assert np.abs(pixels.astype(int) - expected).mean() <= 3


def test_the_middle_square_is_taken(tmp_path):
    wide = np.zeros((20, 60, 3), dtype=np.uint8)
    wide[:, 20:40] = 255
    assert flat(decode(saved(tmp_path, Image.fromarray(wide)), 20)) == WHITE
    high = wide.transpose(1, 0, 2).copy()
    assert flat(decode(saved(tmp_path, Image.fromarray(high)), 20)) == WHITE


def test_a_large_jpeg_is_unpacked_smaller_but_looks_the_same(tmp_path):
    y, x = np.mgrid[0:800, 0:800] / 800
    waves = np.stack([x, y, (np.sin(20 * x * y) + 1) / 2], axis=2)
    image = Image.fromarray((255 * waves).astype(np.uint8))
    jpeg = decode(saved(tmp_path, image, "x.jpg", quality=95), 32)
    png = decode(saved(tmp_path, image, "x.png"), 32)
    assert np.abs(jpeg.astype(int) - png.astype(int)).mean() < 2


def test_an_animation_gives_its_first_frame(tmp_path):
    frames = [Image.new("RGB", (16, 16), colour) for colour in (RED, WHITE)]
    for name in ("x.gif", "x.webp", "x.png"):
        path = saved(tmp_path, frames[0], name, save_all=True, append_images=frames[1:])
        assert np.abs(np.subtract(flat(decode(path, 8)), RED)).max() <= 3


def encoded(kind="PNG"):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, kind)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "PPM"])
def test_a_file_cut_short_is_never_a_half_grey_picture(tmp_path, kind):
    assert not ImageFile.LOAD_TRUNCATED_IMAGES
    content = encoded(kind)
    path = tmp_path / "x"
    for share in (0.3, 0.6, 0.9):
        path.write_bytes(content[: int(len(content) * share)])
        with pytest.raises(Unusable):
            decode(str(path), 8)


@pytest.mark.parametrize("content", [b"", b"<html>not found</html>", b"\0" * 100, encoded()[:8]])
def test_what_is_no_picture(tmp_path, content):
    (tmp_path / "x.jpg").write_bytes(content)
    with pytest.raises(Unusable):
        decode(str(tmp_path / "x.jpg"), 8)
    with pytest.raises(Unusable, match=r"^No such file or directory$"):
        decode(str(tmp_path / "gone.jpg"), 8)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("side", [8001, 10_000, 50_000])
def test_a_huge_picture_is_refused_from_its_header(tmp_path, side):
    assert MOST_PIXELS == 64_000_000

    def chunk(kind, body):
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    size = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    content = (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(b"\0" * 99))
    )
    (tmp_path / "bomb.png").write_bytes(content + chunk(b"IEND", b""))
    start = time.process_time()
    with pytest.raises(Unusable, match=r"megapixels|decompression bomb"):
        decode(str(tmp_path / "bomb.png"), 8)
    assert time.process_time() - start < 0.1


def test_the_ceiling_counts_pixels(tmp_path, monkeypatch):
    monkeypatch.setattr("ganvas.data.decode.MOST_PIXELS", 200)
    assert flat(decode(saved(tmp_path, Image.new("1", (10, 20), 1)), 4)) == WHITE
    with pytest.raises(Unusable, match="megapixels"):
        decode(saved(tmp_path, Image.new("1", (10, 21), 1)), 4)


def test_random_damage_raises_one_kind_of_error_only(tmp_path):
    rng = np.random.default_rng(1)
    path = tmp_path / "x"
    refused = 0
    for kind in ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "PPM"):
        good = encoded(kind)
        for _ in range(30):
            bad = bytearray(good)
            for at in rng.integers(0, min(len(bad), 400), 4):
                bad[at] = rng.integers(256)
            path.write_bytes(bad)
            try:
                assert decode(str(path), 8).shape == (3, 8, 8)
            except Unusable:
                refused += 1
    assert refused > 60
