"""IDX files: good ones in every packing, and each way of being damaged."""

import gzip
import struct

import pytest
import torch

from ganvas import data
from ganvas.data import idx
from ganvas.errors import DataError

IMAGES = bytes(range(2 * 3 * 4))


def header(magic, *shape):
    return struct.pack(f">{1 + len(shape)}I", magic, *shape)


def write(folder, *, pack=gzip.compress, ending=".gz", dotted=False):
    """A set of 2 pictures of 3 x 4 pixels."""
    for part in ("train", "t10k"):
        for name, content in (
            (f"{part}-{idx.IMAGES}", header(2051, 2, 3, 4) + IMAGES),
            (f"{part}-{idx.LABELS}", header(2049, 2) + b"\x02\x00"),
        ):
            name = name.replace("-idx", ".idx") if dotted else name
            (folder / (name + ending)).write_bytes(pack(content))


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"pack": bytes, "ending": ""},
        {"pack": bytes, "ending": "", "dotted": True},
        {"pack": gzip.compress, "ending": "", "dotted": True},
    ],
)
def test_a_folder_of_idx_files_is_recognised(tmp_path, how):
    folder = tmp_path / "letters"
    folder.mkdir()
    write(folder, **how)
    letters = data.load(folder)
    assert letters.name == "letters"
    assert letters.x.shape == (2, 1, 3, 4)
    assert letters.x.flatten().tolist() == list(IMAGES)
    assert letters.y.tolist() == [2, 0]
    assert letters.classes == ("0", "1", "2")


def test_size_takes_the_middle_square(tmp_path):
    write(tmp_path)
    assert data.load(tmp_path, size=6).x.shape == (2, 1, 6, 6)


GOOD = header(2051, 2, 3, 4) + IMAGES


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "0 bytes are no IDX file"),
        (GOOD[:15], "15 bytes are no IDX file"),
        (GOOD[:-1], "promises 2 x 3 x 4 values, 23 follow"),
        (GOOD + b"\0", "25 follow"),
        (header(2049, 2, 3, 4) + IMAGES, "begins with 2049"),
        (struct.pack("<4I", 2051, 2, 3, 4) + IMAGES, "begins with 50855936"),
        (header(2051, 0, 3, 4), "promises 0 x 3 x 4"),
        (header(2051, 2**32 - 1, 2**32 - 1, 2**32 - 1) + IMAGES, "24 follow"),
        (b"<html><body>404 Not Found</body></html>", "is not the IDX file"),
        (gzip.compress(GOOD, mtime=0)[:-9], "cannot be read"),
        (gzip.compress(GOOD, mtime=0)[:20], "cannot be read"),
        (b"\x1f\x8b" + bytes(30), "cannot be read"),
        (gzip.compress(GOOD, mtime=0)[:-6] + b"abcdef", "cannot be read"),
    ],
)
def test_damage_is_named(tmp_path, content, says):
    write(tmp_path)
    path = tmp_path / f"train-{idx.IMAGES}.gz"
    path.write_bytes(content)
    with pytest.raises(DataError) as error:
        data.load(tmp_path)
    assert says in str(error.value)
    assert str(path) in str(error.value)


def test_flipped_bits_in_gzip_never_go_unnoticed(tmp_path):
    write(tmp_path)
    path = tmp_path / f"train-{idx.IMAGES}.gz"
    good = path.read_bytes()
    for at in range(10, len(good)):  # after the header of gzip, which has no say in the content
        path.write_bytes(good[:at] + bytes([good[at] ^ 4]) + good[at + 1 :])
        with pytest.raises(DataError, match=path.name):
            data.load(tmp_path)


def test_images_and_labels_belong_together(tmp_path):
    write(tmp_path)
    labels = tmp_path / f"train-{idx.LABELS}.gz"
    labels.write_bytes(header(2049, 3) + b"\x00\x01\x02")
    with pytest.raises(DataError, match="2 images but 3 labels"):
        data.load(tmp_path)
    labels.unlink()
    with pytest.raises(DataError, match="no train-labels"):
        data.load(tmp_path)


def test_what_the_system_says_is_told_in_words(tmp_path):
    with pytest.raises(DataError, match=r"cannot be read: Is a directory\.$"):
        idx.unpacked(tmp_path)


def test_a_gzip_bomb_is_not_unpacked_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(idx, "MOST_BYTES", 1000)
    (tmp_path / "bomb").write_bytes(gzip.compress(bytes(10_000)))
    with pytest.raises(DataError, match="more than 1,000 bytes"):
        idx.unpacked(tmp_path / "bomb")


def test_the_values_are_a_copy_that_can_be_written():
    values = idx.parse(GOOD, "x", dims=3)
    values += 1
    assert values.dtype == torch.uint8
    assert idx.parse(GOOD, "x", dims=3)[0, 0, 0] == 0
