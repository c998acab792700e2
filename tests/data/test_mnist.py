"""Where MNIST comes from, with a small set of the same form and no network outside."""

import gzip
import hashlib
import os
import shutil
import struct
from pathlib import Path

import pytest
import torch

from ganvas import data
from ganvas.data import mnist
from ganvas.data.download import Pin
from ganvas.errors import DataError

REAL = Path(os.environ.get("GANVAS_DATA", "")) if os.environ.get("GANVAS_DATA") else None
needs_files = pytest.mark.skipif(
    REAL is None or not (REAL / "mnist").is_dir(),
    reason="GANVAS_DATA names no folder with mnist/ in it",
)


def pin(content):
    return Pin(len(content), hashlib.sha256(content).hexdigest())


@pytest.fixture
def files():
    """Four small files: 3 training pictures of class 1, 2 test pictures of class 0."""
    made = {}
    for images, labels, count, label in (
        (mnist.TRAIN_IMAGES, mnist.TRAIN_LABELS, 3, 1),
        (mnist.TEST_IMAGES, mnist.TEST_LABELS, 2, 0),
    ):
        pixels = bytes(range(count * 4 * 4))
        made[images] = struct.pack(">4I", 2051, count, 4, 4) + pixels
        made[labels] = struct.pack(">2I", 2049, count) + bytes([label] * count)
    return made


@pytest.fixture
def packed(files):
    return {name: gzip.compress(content, mtime=0) for name, content in files.items()}


@pytest.fixture
def source(files, packed, monkeypatch, tmp_path):
    """`mnist.load` with these files; GANVAS_CACHE is a fresh folder, GANVAS_DATA is unset."""
    monkeypatch.delenv("GANVAS_DATA", raising=False)
    monkeypatch.setenv("GANVAS_CACHE", str(tmp_path / "cache"))
    return mnist.Source(
        mirrors=("http://127.0.0.1:9/none/",),
        classes=("zero", "one"),
        packed={name: pin(content) for name, content in packed.items()},
        unpacked={name: pin(content) for name, content in files.items()},
    )


def lay(folder, contents, ending):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / f"{name}{ending}").write_bytes(content)


def test_a_download_fills_the_cache_once(source, packed, tmp_path, serving):
    served = {f"{name}.gz": content for name, content in packed.items()}
    with serving(served) as server:
        source = source._replace(mirrors=(server.url("page"), server.url("good")))
        train = mnist.load("mnist", source=source)
        asked = len(server.asked)
        mnist.load("mnist", source=source)
        assert len(server.asked) == asked == 4, "two files, two mirrors each; then from the cache"
        test = mnist.load("mnist:test", source=source)
    assert (len(train), len(test)) == (3, 2)
    assert train.x.flatten().tolist() == list(range(48))
    assert (train.name, test.name) == ("mnist", "mnist:test")
    assert (train.y.tolist(), test.y.tolist()) == ([1, 1, 1], [0, 0])
    assert train.classes == ("zero", "one")
    found = sorted(path.name for path in (tmp_path / "cache" / "mnist").glob("[!.]*"))
    assert found == sorted(served)


@pytest.mark.parametrize("inside", ["mnist", ""])
@pytest.mark.parametrize("ending", [".gz", ""])
def test_own_files_are_found(source, files, packed, tmp_path, monkeypatch, inside, ending):
    monkeypatch.setenv("GANVAS_DATA", str(tmp_path / "own"))
    lay(tmp_path / "own" / inside, packed if ending else files, ending)
    assert len(mnist.load("mnist:test", source=source)) == 2
    assert not (tmp_path / "cache").exists()


def test_own_files_packed_by_another_program_are_the_same(source, files, tmp_path, monkeypatch):
    monkeypatch.setenv("GANVAS_DATA", str(tmp_path / "own"))
    again = {name: gzip.compress(content, 1, mtime=77) for name, content in files.items()}
    lay(tmp_path / "own", again, ".gz")
    assert len(mnist.load("mnist", source=source)) == 3


def test_another_set_under_the_same_names_is_refused(source, files, tmp_path, monkeypatch):
    """MNIST and Fashion-MNIST have the same file names; one is never taken for the other."""
    monkeypatch.setenv("GANVAS_DATA", str(tmp_path / "own"))
    other = dict(files)
    other[mnist.TRAIN_IMAGES] = files[mnist.TRAIN_IMAGES][:-1] + b"\xff"
    lay(tmp_path / "own", other, "")
    with pytest.raises(DataError) as error:
        mnist.load("mnist", source=source)
    assert str(tmp_path / "own" / mnist.TRAIN_IMAGES) in str(error.value)
    assert "--data PATH" in str(error.value)


def test_a_damaged_cache_is_fetched_again(source, packed, tmp_path, serving):
    lay(tmp_path / "cache" / "mnist", dict.fromkeys(packed, b"damaged"), ".gz")
    served = {f"{name}.gz": content for name, content in packed.items()}
    with serving(served) as server:
        source = source._replace(mirrors=(server.url("good"),))
        assert len(mnist.load("mnist", source=source)) == 3


def test_offline_it_says_where_it_looked(source, tmp_path, monkeypatch):
    with pytest.raises(DataError, match=r"^'mnist' is not on this machine"):
        mnist.load("mnist", source=source)
    (tmp_path / "file").touch()
    for place, said in (
        (tmp_path, "names\\."),
        (tmp_path / "file", "names and which is no folder"),
        (tmp_path / "no", "names and which is no folder"),
    ):
        monkeypatch.setenv("GANVAS_DATA", str(place))
        with pytest.raises(DataError, match=f"is not in '{place}', which GANVAS_DATA {said}"):
            mnist.load("mnist", source=source)


def test_offline_it_names_all_ways_out(source):
    with pytest.raises(DataError) as error:
        mnist.load("mnist", source=source)
    for part in ("'mnist'", "Connect", "GANVAS_DATA", "--data PATH", "127.0.0.1:9"):
        assert part in str(error.value)


def test_pins_are_whole_and_distinct():
    pins = [
        pin
        for source in mnist.SOURCES.values()
        for table in (source.packed, source.unpacked)
        for pin in table.values()
    ]
    assert len({pin.sha256 for pin in pins}) == 16
    assert all(len(bytes.fromhex(pin.sha256)) == 32 for pin in pins)
    assert all(len(source.mirrors) == 2 for source in mnist.SOURCES.values())


@needs_files
@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_the_real_files_fit_their_pins(name):
    for file, expected in mnist.SOURCES[name].packed.items():
        assert pin((REAL / name / f"{file}.gz").read_bytes()) == expected


@needs_files
@pytest.mark.parametrize(
    ("name", "count", "labels"),
    [
        ("mnist", 60_000, [5, 0, 4, 1, 9]),
        ("mnist:test", 10_000, [7, 2, 1, 0, 4]),
        ("fashion-mnist", 60_000, [9, 0, 0, 3, 0]),
        ("fashion-mnist:test", 10_000, [9, 2, 1, 1, 6]),
    ],
)
def test_the_real_sets(name, count, labels, monkeypatch):
    monkeypatch.setenv("GANVAS_CACHE", "/nowhere")
    got = data.load(name)
    assert got.x.shape == (count, 1, 28, 28)
    assert got.y[:5].tolist() == labels
    assert len(got.classes) == 10
    assert torch.bincount(got.y).min() > count / 12
    means = {"mnist": 33.3184, "fashion-mnist": 72.9404}
    if name in means:
        assert abs(float(got.x.float().mean()) - means[name]) < 1e-3, "the published mean x 255"


@needs_files
def test_resized_and_by_path(tmp_path):
    assert data.load("mnist:test", size=32).spec.shape == (1, 32, 32)
    by_path = data.load(REAL / "mnist")
    assert by_path.fingerprint == data.load("mnist").fingerprint
    assert data.load("fashion-mnist").classes[9] == "Ankle boot"
    for part in ("images-idx3", "labels-idx1"):
        file = f"t10k-{part}-ubyte.gz"
        shutil.copy(REAL / "mnist" / file, tmp_path / file.replace("t10k", "train"))
    assert len(data.load(tmp_path)) == 10_000
