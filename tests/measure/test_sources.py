"""What can be measured, and how what cannot be is told from it."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest
import torch
from PIL import Image

from ganvas.errors import DataError, UsageError
from ganvas.measure import sources
from small import digits


def pair(a, b, size=None):
    return sources.pair(a, b, size=size, family=None)


def test_a_set_a_folder_and_an_npz_hold_the_same_digits(place):
    x = digits().x
    for text, count in (("digits", 1797), ("some", 20), ("some.npz", 200)):
        source, _ = pair(text, "digits")
        assert source.shape == (1, 8, 8)
        everything = source.take(10**6, seed=0)
        assert torch.equal(everything.x, x[:count])


def test_the_seed_picks_and_no_sample_twice(place):
    source, _ = pair("digits", "digits")
    first, again, other = (source.take(100, seed) for seed in (0, 0, 1))
    assert torch.equal(first.x, again.x)
    assert not torch.equal(first.x, other.x)
    numbered = sources.Stored("n", torch_numbers(500))
    taken = numbered.take(400, seed=3)
    assert len(set(taken.x[:, 0].tolist())) == 400
    assert torch.equal(taken.x[:, 0], taken.y.float())


def torch_numbers(n):
    from ganvas.data import Dataset

    x = torch.arange(n, dtype=torch.float32)[:, None]
    return Dataset("n", x, torch.arange(n), tuple(map(str, range(n))))


def test_labels_of_an_npz(place):
    np.savez("y.npz", samples=digits().x.numpy(), labels=digits().y.numpy())
    source, _ = pair("y.npz", "digits")
    assert torch.equal(source.take(10**6, 0).y, digits().y)
    assert source.dataset.classes == digits().classes


def test_folders_and_sets_follow_the_size_of_the_other_side(place):
    np.savez("large.npz", samples=np.zeros((30, 1, 16, 16), np.uint8))
    for text in ("digits", "some"):
        assert pair("large.npz", text)[1].shape == (1, 16, 16)
        assert pair(text, "large.npz")[0].shape == (1, 16, 16)
        assert [s.shape for s in pair(text, "digits", size=12)] == [(1, 12, 12)] * 2


def write_locked(place):
    """An archive whose every entry says that it is encrypted."""
    content = bytearray((place / "points.npz").read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + flags] |= 1
    (place / "bad.npz").write_bytes(content)


def npz(name, **arrays):
    np.savez(name, **arrays)


def write_cut(place):
    (place / "bad.npz").write_bytes((place / "some.npz").read_bytes()[:-40])


def write_objects(place):
    np.savez("bad.npz", samples=np.array([{"a": 1}, None], dtype=object))


def write_plain(place):
    with open("bad.npz", "wb") as file:
        np.save(file, np.zeros((3, 1, 8, 8), np.uint8))


def write_damaged(place):
    """A zip whose content does not have its check sum."""
    content = bytearray((place / "points.npz").read_bytes())
    content[200] ^= 255
    (place / "bad.npz").write_bytes(content)


def write_text_inside(place):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("samples.npy", b"not an array")
    (place / "bad.npz").write_bytes(packed.getvalue())


FINITE = np.zeros((5, 2), np.float32)
HOLED = np.array([[0, 1], [np.nan, 2], [3, np.inf]], np.float32)


@pytest.mark.parametrize(
    ("make", "kind", "said"),
    [
        (write_cut, DataError, "or is damaged"),
        (write_objects, DataError, "cannot be read as arrays of numbers: Object arrays"),
        (write_plain, DataError, "is no .npz, whatever its name is"),
        (write_damaged, DataError, "cannot be read as arrays of numbers"),
        (write_text_inside, DataError, "cannot be read as arrays of numbers"),
        (lambda p: (p / "bad.npz").write_bytes(b""), DataError, "is no .npz"),
        (lambda p: (p / "bad.npz").write_bytes(b"\x80\x04N."), DataError, "is no .npz"),
        (write_locked, DataError, "encrypted, password required"),
        (lambda p: npz("bad.npz"), UsageError, "no array 'samples'; it holds nothing"),
        (lambda p: npz("bad.npz", x=FINITE), UsageError, "no array 'samples'; it holds 'x'"),
        (lambda p: npz("bad.npz", samples=HOLED), DataError, "2 of 6 numbers are not finite"),
        (lambda p: npz("bad.npz", samples=FINITE[:1]), UsageError, "holds 1 sample; at least 2"),
        (lambda p: npz("bad.npz", samples=FINITE[:0]), UsageError, "got float32 (0, 2)"),
        (lambda p: npz("bad.npz", samples=FINITE[0]), UsageError, "got float32 (2,)"),
        (
            lambda p: npz("bad.npz", samples=np.zeros((4, 8, 8, 3), np.uint8)),
            UsageError,
            "uint8 (N, C, H, W) with C = 1 or 3, or points, float32 (N, d); got uint8 (4, 8, 8, 3)",
        ),
        (
            lambda p: npz("bad.npz", samples=np.zeros((4, 1, 8, 8), np.float32)),
            UsageError,
            "got float32 (4, 1, 8, 8)",
        ),
        (
            lambda p: npz("bad.npz", samples=FINITE, labels=np.zeros(4, int)),
            UsageError,
            "labels are whole numbers of 0 and more, one a sample; got int64 (4,)",
        ),
        (
            lambda p: npz("bad.npz", samples=FINITE, labels=np.full(5, -1)),
            UsageError,
            "labels are whole numbers",
        ),
    ],
)
def test_an_npz_that_cannot_be_measured(make, kind, said, place):
    make(place)
    with pytest.raises(kind) as caught:
        pair("bad.npz", "digits")
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("a", "b", "said"),
    [
        ("no.npz", "digits", "The file 'no.npz' does not exist."),
        ("./no", "digits", "The folder './no' does not exist."),
        ("digts", "digits", "Unknown data set or folder 'digts'; did you mean 'digits'?"),
        ("points.npz", "digits", "'points.npz' is points of 2 dimensions, 'digits' is grey pict"),
        ("toy:ring8", "some.npz", "'toy:ring8' is points of 2 dimensions, 'some.npz' is grey"),
        ("toy:gaussian", "toy:ring8", "is points of 1 dimension, 'toy:ring8' is points of 2 dim"),
        ("large.npz", "some.npz", "grey pictures of 16 x 16 pixels, 'some.npz' is grey pictures"),
        ("colour.npz", "some.npz", "is colour pictures of 8 x 8 pixels, 'some.npz' is grey"),
        ("one", "digits", "holds 1 image; at least 2 needed."),
        ("mixed", "digits", "are not squares of one size (8 x 8, 9 x 9); --size 64 cuts"),
        ("empty", "digits", "holds no pictures; found: nothing."),
    ],
)
def test_pairs_that_do_not_go_together(a, b, said, place):
    np.savez("large.npz", samples=np.zeros((30, 1, 16, 16), np.uint8))
    np.savez("colour.npz", samples=np.zeros((30, 3, 8, 8), np.uint8))
    for folder, sizes in (("one", [8]), ("mixed", [8, 9]), ("empty", [])):
        (place / folder).mkdir()
        for size in sizes:
            Image.new("L", (size, size)).save(place / folder / f"{size}.png")
    with pytest.raises(UsageError) as caught:
        pair(a, b)
    assert said in str(caught.value)


def test_two_readable_sides_of_unlike_sizes_need_size(place):
    (place / "small").mkdir()
    for i in range(3):
        Image.new("L", (10, 10), i).save(place / f"small/{i}.png")
    with pytest.raises(UsageError, match="take --size"):
        pair("small", "digits")
    assert [s.shape for s in pair("small", "digits", size=8)] == [(1, 8, 8)] * 2
