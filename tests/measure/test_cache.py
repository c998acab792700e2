"""Features kept on the disk: taken once, believed only when whole, never in the way."""

from __future__ import annotations

import numpy as np
import pytest

from ganvas import files
from ganvas.data import cache as data
from ganvas.errors import StorageError
from ganvas.measure import cache as place
from ganvas.measure.cache import kept
from ganvas.metrics.features import find
from small import digits

SHAPE = (1, 8, 8)


@pytest.fixture
def counted():
    """Digits' features, and a list that grows by each number of pictures they are taken of."""
    found, taken = find("digits", shape=SHAPE), []

    def of(x):
        taken.append(len(x))
        return original(x)

    original = found.of
    object.__setattr__(found, "of", of)
    return found, taken


def test_taken_once(counted, cache):
    features, taken = counted
    x = digits().x[:30]
    plain = find("digits", shape=SHAPE)(x)
    assert np.array_equal(kept(features, x), plain)
    assert np.array_equal(kept(features, x), plain)
    assert taken == [30]
    assert [path.suffix for path in cache.iterdir()] == [".bin"]


def test_other_pictures_or_features_are_other_files(counted, cache):
    features, taken = counted
    x = digits().x[:30]
    changed = x.clone()
    changed[7, 0, 3, 3] ^= 1
    for images in (x, changed, x[:29], x.flip(0)):
        kept(features, images)
    assert taken == [30, 30, 29, 30]
    kept(find("random", shape=SHAPE), x)
    assert len(list(cache.iterdir())) == 5


@pytest.mark.parametrize("fault", ["flipped", "cut", "empty", "other"])
def test_a_damaged_file_is_made_again(fault, counted, cache):
    features, taken = counted
    x = digits().x[:30]
    plain = kept(features, x)
    (path,) = cache.iterdir()
    content = bytearray(path.read_bytes())
    if fault == "flipped":
        content[-9] ^= 1
    elif fault == "other":  # whole, but of fewer pictures
        kept(features, x[:10])
        (other,) = {*cache.iterdir()} - {path}
        content = bytearray(other.read_bytes())
    path.write_bytes(b"" if fault == "empty" else content[: len(content) - 5 * (fault == "cut")])
    before = len(taken)
    assert np.array_equal(kept(features, x), plain)
    assert taken[before:] == [30]
    assert np.array_equal(kept(features, x), plain)
    assert taken[before:] == [30]


def test_a_folder_that_cannot_be_written(counted, monkeypatch, tmp_path):
    features, taken = counted
    x = digits().x[:30]
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("GANVAS_CACHE", str(tmp_path / "file"))
    plain = kept(features, x)

    def full(path, content):
        raise StorageError(f"{path} cannot be written: No space left on device.")

    monkeypatch.setenv("GANVAS_CACHE", str(tmp_path / "folder"))
    monkeypatch.setattr(files, "replace", full)
    assert np.array_equal(kept(features, x), plain)
    assert taken == [30, 30]


def test_pixels_are_not_worth_keeping(cache):
    kept(find("pixels", shape=SHAPE), digits().x[:30])
    assert not cache.exists()


def test_features_lie_beside_the_data_wherever_that_is(monkeypatch, tmp_path):
    def lies_in(whole):
        assert data.folder() == whole
        assert place.folder() == whole / "features"

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("GANVAS_CACHE", str(tmp_path / "ours"))
    lies_in(tmp_path / "ours")
    monkeypatch.delenv("GANVAS_CACHE")
    lies_in(tmp_path / "xdg/ganvas")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    lies_in(tmp_path / "home/.cache/ganvas")
