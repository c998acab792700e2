"""Pictures that are mapped: the bytes of the file are what is trained on, and no others are."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ganvas import data
from ganvas.data import folder, mapped
from ganvas.data.decode import decode
from ganvas.errors import DataError, StorageError

SIDE = 8
RANDOM = np.random.default_rng(0)
GREY = RANDOM.integers(0, 256, (40, SIDE, SIDE), np.uint8)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch) -> Path:
    """Where files are mapped from: all pictures, however few."""
    monkeypatch.setenv("GANVAS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(mapped, "LIMIT", 0)
    return tmp_path / "cache" / "mapped"


@pytest.fixture
def place(tmp_path) -> Path:
    """Forty grey pictures."""
    place = tmp_path / "pictures"
    place.mkdir()
    for i, pixels in enumerate(GREY):
        Image.fromarray(pixels).save(place / f"{i:02}.png")
    return place


@pytest.fixture
def mappings(monkeypatch) -> list[torch.Tensor]:
    """Grows by each tensor that is mapped from a file."""
    made, original = [], torch.from_file

    def kept(*args, **options):
        made.append(original(*args, **options))
        return made[-1]

    monkeypatch.setattr(torch, "from_file", kept)
    return made


@pytest.fixture
def fills(monkeypatch) -> list[int]:
    """Grows each time that pictures are decoded."""
    counts, original = [], folder._fill

    def counted(pixels, *args):
        counts.append(len(pixels))
        return original(pixels, *args)

    monkeypatch.setattr(folder, "_fill", counted)
    return counts


def test_grey_pictures_are_one_channel_of_the_file_and_not_copied(place, cache, mappings):
    found = data.load(place, size=SIDE)
    (file,) = cache.glob("*.u8")
    assert file.read_bytes() == GREY.tobytes()
    assert np.array_equal(found.x[:, 0].numpy(), GREY)
    assert found.x.data_ptr() == mappings[-1].data_ptr()


def test_grey_pictures_beside_one_that_is_refused(place, cache, mappings):
    (place / "03.png").write_bytes(b"no picture")
    for _ in range(2):
        with pytest.warns(UserWarning, match="Skipped 1 of the 40"):
            found = data.load(place, size=SIDE)
        assert np.array_equal(found.x[:, 0].numpy(), np.delete(GREY, 3, axis=0))
        assert found.x.data_ptr() == mappings[-1].data_ptr()
    (file,) = cache.glob("*.u8")
    assert file.stat().st_size == 39 * SIDE**2


def test_in_memory_the_same_and_no_more_than_they_take(place, monkeypatch):
    large = data.load(place, size=SIDE)
    monkeypatch.setattr(mapped, "LIMIT", 2**31)
    whole = data.load(place, size=SIDE)
    assert whole.fingerprint == large.fingerprint
    assert whole.x.untyped_storage().nbytes() == GREY.nbytes


def test_several_processes_of_a_machine_share_one_file(place, cache, fills, mappings, monkeypatch):
    monkeypatch.setattr(mapped, "LIMIT", 2**31)
    data.load(place, size=SIDE)
    assert (fills, mappings) == ([40], [])
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "2")
    for _ in range(2):
        assert np.array_equal(data.load(place, size=SIDE).x[:, 0].numpy(), GREY)
    assert (fills, len(mappings)) == ([40, 40], 2)
    assert len(list(cache.glob("*.u8"))) == 1


def test_a_cache_that_cannot_be_written(place, cache, mappings, monkeypatch):
    cache.parent.write_bytes(b"a file")
    said = "cannot be written: Not a directory; let GANVAS_CACHE name another."
    with pytest.raises(StorageError, match=said):
        data.load(place, size=SIDE)
    monkeypatch.setattr(mapped, "LIMIT", 2**31)
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "2")
    with pytest.warns(UserWarning, match=f"{said} Each process decodes and holds all pictures"):
        found = data.load(place, size=SIDE)
    assert np.array_equal(found.x[:, 0].numpy(), GREY)
    assert mappings == []


def test_what_a_killed_process_was_filling_is_removed(place, cache):
    data.load(place, size=SIDE)
    (file,) = cache.glob("*.u8")
    left, other = file.with_suffix(".4321"), file.with_name("another.4321")
    for path in (left, other):
        path.write_bytes(b"half")
    file.unlink()
    data.load(place, size=SIDE)
    assert (file.exists(), left.exists(), other.exists()) == (True, False, True)


def test_none_that_can_be_used(place):
    for path in place.iterdir():
        path.write_bytes(b"no picture")
    with pytest.raises(DataError, match="40 of the 40 pictures"):
        data.load(place, size=SIDE)


@pytest.mark.parametrize("fault", ["missing", "short", "long", "untold", "torn"])
def test_a_file_that_is_not_whole_is_filled_again(fault, place, cache, fills):
    whole = data.load(place, size=SIDE).fingerprint
    data.load(place, size=SIDE)
    assert fills == [40]
    (file,), (told,) = cache.glob("*.u8"), cache.glob("*.json")
    if fault == "missing":
        file.unlink()
    elif fault == "untold":
        told.unlink()
    elif fault == "torn":
        told.write_text(told.read_text()[:9])
    else:
        content = file.read_bytes()
        file.write_bytes(content + b"x" if fault == "long" else content[:-1])
    assert data.load(place, size=SIDE).fingerprint == whole
    assert data.load(place, size=SIDE).fingerprint == whole
    assert fills == [40, 40]


def test_another_version_of_the_decoding_is_another_file(place, cache, fills, monkeypatch):
    data.load(place, size=SIDE)
    monkeypatch.setattr(mapped, "VERSION", mapped.VERSION + 1)
    data.load(place, size=SIDE)
    assert fills == [40, 40]
    assert len(list(cache.glob("*.u8"))) == 2


DECODED = {1: "6011fec6ca0f94816e2d2c7f6786b1e492c6e9a2954329e2a16701d301d3d601"}
"""The SHA-256 of what each version makes of the pictures below."""


def test_whoever_changes_the_decoding_counts_the_version_up(tmp_path):
    """Otherwise what is kept from before would be trained on."""
    rng = np.random.default_rng(1)
    colour, grey = (rng.integers(0, 256, (30, 22, *rest), np.uint8) for rest in ((3,), ()))
    turned, clear = Image.Exif(), rng.integers(0, 256, (30, 22, 4), np.uint8)
    turned[274] = 6
    pictures = [
        (Image.fromarray(colour), {}),
        (Image.fromarray(grey), {"exif": turned}),
        (Image.fromarray(clear), {}),
        (Image.fromarray(grey).convert("P"), {}),
        (Image.fromarray(grey.astype(np.uint16) * 211), {}),
        (Image.fromarray(grey > 128), {}),
    ]
    digest = sha256()
    for picture, options in pictures:
        picture.save(tmp_path / "x.png", **options)
        for size in (8, 40):
            digest.update(decode(str(tmp_path / "x.png"), size).tobytes())
    assert digest.hexdigest() == DECODED[mapped.VERSION], "count mapped.VERSION up"
