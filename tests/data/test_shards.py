"""Folders of shards: the same pictures as in memory, without all of them in memory."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ganvas import data
from ganvas.data import folder as pictures
from ganvas.data import mapped, shards
from ganvas.data.ahead import Ahead, ahead
from ganvas.data.stream import Stream
from ganvas.errors import DataError, StorageError, UsageError

RANDOM = np.random.default_rng(0)
X = RANDOM.integers(0, 256, (10, 3, 6, 8), np.uint8)
Y = RANDOM.integers(0, 4, 10)
Y[3] = 3


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("GANVAS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "mapped"


@pytest.fixture
def place(tmp_path) -> Path:
    """Three shards of ten pictures in four classes."""
    place = tmp_path / "shards"
    place.mkdir()
    for i, rows in enumerate((slice(0, 4), slice(4, 5), slice(5, 10))):
        np.savez(place / f"{i}.npz", x=X[rows], y=Y[rows])
    return place


def test_shards_are_read_in_the_order_of_their_names(place):
    found = data.load(place)
    assert np.array_equal(found.x.numpy(), X)
    assert np.array_equal(found.y.numpy(), Y)
    assert found.name == "shards"
    assert found.classes == ("0", "1", "2", "3")


def test_without_labels_and_resized(place):
    for path in place.iterdir():
        np.savez_compressed(path, x=np.load(path)["x"])
    found = data.load(place, size=4)
    assert found.spec.shape == (3, 4, 4)
    assert found.y is None
    assert torch.equal(found.x, shards.square(torch.from_numpy(X), 4))


def test_beyond_the_limit_they_are_mapped_once_and_the_same(place, cache, monkeypatch):
    whole = data.load(place)
    assert not cache.exists()
    monkeypatch.setattr(mapped, "LIMIT", X.nbytes - 1)
    first = data.load(place)
    (file,) = cache.glob("*.u8")
    assert file.read_bytes() == X.tobytes()
    assert first.fingerprint == whole.fingerprint
    monkeypatch.setattr(shards, "_fill", lambda *_: pytest.fail("it was filled already"))
    assert torch.equal(data.load(place).x, whole.x)
    first.x[0] = 0  # a private mapping: the file keeps its content
    assert file.read_bytes() == X.tobytes()


def test_changed_shards_are_mapped_anew(place, cache, monkeypatch):
    monkeypatch.setattr(mapped, "LIMIT", 0)
    data.load(place)
    np.savez(place / "3.npz", x=X[:2], y=Y[:2])
    assert len(data.load(place)) == 12
    assert len(list(cache.glob("*.u8"))) == 2


def test_a_fill_that_failed_leaves_nothing_and_is_made_again(place, cache, monkeypatch):
    monkeypatch.setattr(mapped, "LIMIT", 0)
    good = (place / "2.npz").read_bytes()
    (place / "2.npz").write_bytes(good[:-200] + b"x" * 200)
    with pytest.raises(DataError, match=r"2\.npz': cannot be read"):
        data.load(place)
    (place / "2.npz").write_bytes(good.replace(b"x.npy", b"z.npy"))
    with pytest.raises(DataError, match=r"no array x in it; it holds y\.npy, z\.npy"):
        data.load(place)
    assert not list(cache.glob("*.u8"))
    (place / "2.npz").write_bytes(good)
    assert np.array_equal(data.load(place).x.numpy(), X)


def test_a_disk_without_room_is_told_of_before_the_work(place, monkeypatch):
    monkeypatch.setattr(mapped, "LIMIT", 0)
    usage = mapped.shutil.disk_usage(place)
    monkeypatch.setattr(mapped.shutil, "disk_usage", lambda _: usage._replace(free=100))
    with pytest.raises(StorageError, match=r"would take 1,440 bytes, but 100 are free; let GANVAS"):
        data.load(place)


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"x": X[:2, :1], "y": Y[:2]}, r"those of 0\.npz are \(3, 6, 8\), with"),
        ({"x": X[:2]}, r"pictures of \(3, 6, 8\), without labels"),
        ({"x": X[:2].astype(np.float32), "y": Y[:2]}, r"x is float32 .* uint8 \(N, C, H, W\)"),
        ({"x": X[0], "y": Y[:3]}, r"x is uint8 \(3, 6, 8\)"),
        ({"x": X[:2].transpose(0, 2, 3, 1)}, r"x is \(2, 6, 8, 3\); .* 1 or 3 channels, C"),
        ({"x": X[:2], "y": Y[:3]}, r"whole numbers from 0, one for each"),
        ({"x": X[:2], "y": Y[:2] - 9}, r"whole numbers from 0, one for each"),
        ({"x": X[:2], "y": Y[:2] + 0.5}, r"whole numbers from 0, one for each"),
    ],
)
def test_shards_that_do_not_go_together(place, arrays, said):
    np.savez(place / "4.npz", **arrays)
    with pytest.raises(DataError, match=said):
        data.load(place)


@pytest.mark.parametrize("part", ["x.npy", "y.npy"])
@pytest.mark.parametrize("fault", ["damaged", "encrypted"])
def test_what_is_wrong_inside_a_compressed_shard_is_told_with_its_name(part, fault, place):
    path = place / "2.npz"
    np.savez_compressed(path, x=X, y=Y)
    with zipfile.ZipFile(path) as members:
        member, directory = members.getinfo(part), members.start_dir
    content = bytearray(path.read_bytes())
    if fault == "damaged":
        lengths = struct.unpack_from("<HH", content, member.header_offset + 26)
        start = member.header_offset + 30 + sum(lengths)
        content[start : start + 4] = b"\xff" * 4  # no kind of block begins so
    else:
        entry = content.rindex(b"PK\1\2", directory, content.rindex(part.encode()))
        for flags in (member.header_offset + 6, entry + 8):
            content[flags] |= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"2\.npz': cannot be read: "):
        data.load(place)


def test_what_the_system_says_is_told_in_words(place):
    with pytest.raises(DataError, match=r"9\.npz': cannot be read: No such file or directory\.$"):
        shards.Arrays(place / "9.npz", None)


def test_nothing_in_a_shard_is_run(place):
    np.savez(place / "4.npz", x=np.array([{"a": 1}], dtype=object))
    with pytest.raises(DataError, match="x is object"):
        data.load(place)


# Pictures


def test_a_large_folder_of_pictures_is_mapped_and_the_same(tmp_path, cache, monkeypatch):
    place = tmp_path / "pictures"
    place.mkdir()
    for i in range(40):
        Image.fromarray(X[i % 10].transpose(1, 2, 0)).save(place / f"{i:02}.png")
    (place / "05.png").write_bytes(b"no picture")
    with pytest.warns(UserWarning, match="Skipped 1 of the 40"):
        whole = data.load(place, size=8)
    monkeypatch.setattr(mapped, "LIMIT", 0)
    for _ in range(2):
        with pytest.warns(UserWarning, match="Skipped 1 of the 40"):
            large = data.load(place, size=8)
        assert large.fingerprint == whole.fingerprint
        monkeypatch.setattr(pictures, "_fill", lambda *_: pytest.fail("it was filled already"))
    assert len(list(cache.glob("*.u8"))) == 1


# Tables


def png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels.transpose(1, 2, 0)).save(file, "png")
    return file.getvalue()


def test_a_table_of_encoded_pictures(tmp_path, monkeypatch):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    monkeypatch.setattr(shards, "AT_ONCE", 3)
    square = RANDOM.integers(0, 256, (10, 3, 8, 8), np.uint8)
    hub = [{"bytes": png(x), "path": f"{i}.png"} for i, x in enumerate(square)]
    table = pyarrow.table({"image": hub[:6], "label": Y[:6]})
    parquet.write_table(table, tmp_path / "0.parquet")
    plain = pyarrow.table({"x": [png(x) for x in square[6:]], "y": Y[6:]})
    parquet.write_table(plain, tmp_path / "1.parquet")
    found = data.load(tmp_path, size=8)
    assert np.array_equal(found.x.numpy(), square)
    assert np.array_equal(found.y.numpy(), Y)
    bad = pyarrow.table({"image": [b"none"], "label": [0]})
    parquet.write_table(bad, tmp_path / "2.parquet")
    with pytest.raises(DataError, match=r"2\.parquet': row 0: not a PNG"):
        data.load(tmp_path, size=8)
    parquet.write_table(pyarrow.table({"a": [0]}), tmp_path / "2.parquet")
    with pytest.raises(DataError, match="no column image in it; it has a"):
        data.load(tmp_path)
    (tmp_path / "2.parquet").write_bytes(b"no table")
    with pytest.raises(DataError, match=r"2\.parquet': cannot be read"):
        data.load(tmp_path)


@pytest.mark.parametrize("column", ["image", "label"])
def test_a_table_with_a_damaged_column(column, tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    path = tmp_path / "0.parquet"
    pictures = [png(x) for x in RANDOM.integers(0, 256, (10, 3, 8, 8), np.uint8)]
    parquet.write_table(pyarrow.table({"image": pictures, "label": Y}), path)
    row = parquet.read_metadata(path).row_group(0)
    start = row.column(["image", "label"].index(column)).dictionary_page_offset
    content = bytearray(path.read_bytes())
    content[start : start + 20] = b"\xff" * 20
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"0\.parquet': cannot be read: "):
        data.load(tmp_path)


def test_a_table_without_rows(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    columns = {"image": pyarrow.array([], pyarrow.binary()), "label": np.zeros(0, np.int64)}
    parquet.write_table(pyarrow.table(columns), tmp_path / "0.parquet")
    with pytest.raises(DataError, match=r"0\.parquet': holds no rows; leave it out"):
        data.load(tmp_path)


def test_without_pyarrow_a_table_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    monkeypatch.setitem(__import__("sys").modules, "pyarrow.parquet", None)
    (tmp_path / "0.parquet").write_bytes(b"")
    with pytest.raises(UsageError, match=r"needs pyarrow: pip install 'ganvas\[data\]'"):
        data.load(tmp_path)


# One ahead


def addresses(micro: int, rank: int = 0, ranks: int = 1) -> list[tuple[int, int, int]]:
    parts = range(rank * micro, (rank + 1) * micro)
    return [(n, part, micro * ranks) for n in (*range(6), 3, 4, 5, 9) for part in parts]


@pytest.mark.parametrize(("micro", "rank", "ranks"), [(1, 0, 1), (4, 0, 1), (2, 1, 2)])
def test_one_ahead_reads_what_comes_next_and_gives_the_same(place, micro, rank, ranks):
    stream = Stream(data.load(place), 8, 0, (-1, 1), mirror=True)
    beside, read = Ahead(stream), []
    beside._read = read.append
    wanted = addresses(micro, rank, ranks)
    for address in wanted:
        for found, expected in zip(beside(*address), stream(*address), strict=True):
            assert torch.equal(found, expected)
    # Foreseen after the first minibatch has shown how it goes on; two jumps were not.
    assert len([address for address in wanted[micro + 1 :] if address not in read]) <= 1
    assert len(read) <= len(wanted)


def test_what_is_read_is_what_is_given(place):
    stream = Stream(data.load(place), 4, 0, (-1, 1))
    read: list[torch.Tensor] = []
    stream.dataset.__dict__["read"] = read.append
    beside = Ahead(stream)
    beside(0)
    beside(1)
    beside(2)
    assert torch.equal(stream.dataset.batch(read[0], (-1, 1)).x, beside(2).x)


def test_the_thread_beside_leaves_the_number_of_threads_alone(place):
    torch.set_num_threads(2)
    beside = Ahead(Stream(data.load(place), 4, 0, (-1, 1)))
    for number in range(4):
        beside(number)
    assert torch.get_num_threads() == 2


def test_its_errors_arrive(place):
    beside = Ahead(Stream(data.load(place), 4, 0, (-1, 1)))
    beside._read = lambda address: 1 / 0
    beside(0)
    beside(1)
    with pytest.raises(ZeroDivisionError):
        beside(2)


def test_only_what_is_not_held_is_read_ahead(place, monkeypatch):
    stream = Stream(data.load(place), 4, 0, (-1, 1))
    assert ahead(stream) is stream
    monkeypatch.setattr("ganvas.data.ahead.RESIDENT_BYTES", 10)
    assert isinstance(ahead(stream), Ahead)
