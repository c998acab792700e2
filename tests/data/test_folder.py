"""Folders of pictures as people have them: the good, the odd and the hopeless."""

import os
import socket
import sys
import threading
import warnings

import numpy as np
import pytest
import torch
from PIL import Image

from ganvas import data
from ganvas.errors import DataError, UsageError

COLOURS = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255), "grey": (90, 90, 90)}


def put(folder, *names, colour="red", side=64):
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        Image.new("RGB", (side, side), COLOURS[colour]).save(folder / name)


def many(folder, count=40, **options):
    put(folder, *(f"{number:03}.png" for number in range(count)), **options)


def test_pictures_without_classes(tmp_path):
    put(tmp_path / "photos", "b.png", colour="green")
    put(tmp_path / "photos", "a.jpg", "c.webp")
    photos = data.load(tmp_path / "photos")
    assert photos.name == "photos"
    assert photos.spec.shape == (3, 64, 64)
    assert (photos.y, photos.classes) == (None, ())
    colours = photos.x.float().mean((2, 3)).round()
    assert (colours - torch.tensor([[254, 0, 0], [0, 255, 0], [254, 0, 0]])).abs().max() < 4


def test_small_pictures_are_enlarged_with_a_word(tmp_path):
    put(tmp_path / "icons", "a.png", "b.png", side=16)
    said = r"enlarged to 64 x 64; the first has 16 x 16\. --size 16 leaves them"
    with pytest.warns(UserWarning, match=said):
        assert data.load(tmp_path / "icons").spec.shape == (3, 64, 64)
    assert data.load(tmp_path / "icons", size=16).spec.shape == (3, 16, 16)


def test_sub_folders_are_classes(tmp_path):
    put(tmp_path / "zebra", "1.png", "2.png", colour="blue")
    put(tmp_path / "horse", "9.png")
    put(tmp_path / "horse" / "more" / "still", "0.PNG")
    got = data.load(str(tmp_path), size=8)
    assert got.classes == ("horse", "zebra")
    assert got.y.tolist() == [0, 0, 1, 1]
    assert (got.x[:, 0, 0, 0] == 255).tolist() == [True, True, False, False]
    assert got.spec.shape == (3, 8, 8)


def test_the_order_is_that_of_the_bytes_and_always_the_same(tmp_path):
    names = ["B.png", "a.png", "Z.png", "ä.png", "10.png", "9.png", "a b.png"]
    for level, name in enumerate(sorted(names, key=os.fsencode)):
        Image.new("L", (8, 8), level * 20).save(tmp_path / name)
    first = data.load(tmp_path, size=8)
    assert first.x[:, 0, 0, 0].tolist() == [level * 20 for level in range(7)]
    assert data.load(tmp_path, size=8).fingerprint == first.fingerprint


def test_grey_pictures_alone_give_one_channel(tmp_path):
    many(tmp_path, 3, colour="grey")
    Image.new("L", (9, 9), 7).save(tmp_path / "l.png")
    got = data.load(tmp_path, size=8)
    assert got.spec.shape == (1, 8, 8)
    assert got.x.is_contiguous()
    assert got.x[:, 0, 0, 0].tolist() == [90, 90, 90, 7]
    put(tmp_path, "z.png", colour="blue")
    assert data.load(tmp_path, size=8).spec.shape == (3, 8, 8)


def test_hidden_files_and_litter_are_passed_over(tmp_path):
    many(tmp_path / "a", 2)
    many(tmp_path / "b", 2)
    for name in (".DS_Store", "._000.png", "Thumbs.db", "desktop.ini", "notes.txt", "labels.csv"):
        (tmp_path / "a" / name).write_bytes(b"x")
        (tmp_path / name).write_bytes(b"x")
    many(tmp_path / ".git", 2)
    put(tmp_path / "__MACOSX", "x.png")
    got = data.load(tmp_path, size=8)
    assert (len(got), got.classes) == (4, ("a", "b"))


def test_sub_folders_beside_pictures_are_not_read_and_this_is_said(tmp_path):
    many(tmp_path, 3)
    many(tmp_path / "more", 3)
    with pytest.warns(UserWarning, match=r"its sub-folders, 1 \('more'\), are not read"):
        assert len(data.load(tmp_path, size=8)) == 3


def test_an_empty_folder(tmp_path):
    with pytest.raises(UsageError) as error:
        data.load(tmp_path)
    assert str(tmp_path) in str(error.value)
    assert "found: nothing" in str(error.value)


def test_a_folder_without_pictures_tells_what_it_found(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"x")
    (tmp_path / "b.zip").write_bytes(b"x")
    (tmp_path / "deep" / "er").mkdir(parents=True)
    with pytest.raises(UsageError) as error:
        data.load(tmp_path)
    assert "2 other files (" in str(error.value)
    assert "1 sub-folders ('deep')" in str(error.value)


def test_an_empty_class_is_named(tmp_path):
    many(tmp_path / "cats", 3)
    (tmp_path / "dogs").mkdir()
    (tmp_path / "dogs" / "list.csv").write_bytes(b"x")
    with pytest.raises(UsageError, match=r"'dogs' holds 1 other files \('list.csv'\)"):
        data.load(tmp_path)


def test_one_image_is_not_enough(tmp_path):
    put(tmp_path, "only.png")
    with pytest.raises(UsageError, match="1 image; at least 2 needed"):
        data.load(tmp_path)


def quietly(folder):
    """The data set, and what the user was told."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        got = data.load(folder, size=8)
    return got, [str(warning.message) for warning in caught]


def test_a_few_broken_files_are_skipped_and_named(tmp_path):
    many(tmp_path, 40)
    (tmp_path / "000.png").write_bytes(b"")
    (tmp_path / "039.png").write_bytes(b"<html>")
    got, (text,) = quietly(tmp_path)  # one warning for all
    assert len(got) == 38
    assert "Skipped 2 of the 40" in text
    assert "'000.png' (not a PNG" in text
    assert "'039.png'" in text


def test_labels_stay_with_their_pictures_when_some_are_skipped(tmp_path):
    many(tmp_path / "blue", 20, colour="blue")
    many(tmp_path / "green", 20, colour="green")
    for name in ("blue/000.png", "green/010.png"):
        (tmp_path / name).write_bytes(b"broken")
    with pytest.warns(UserWarning, match="Skipped 2"):
        got = data.load(tmp_path, size=8)
    assert torch.equal((got.x[:, 1, 0, 0] == 255).long(), got.y)
    assert torch.bincount(got.y).tolist() == [19, 19]


def test_more_than_five_per_cent_stop_it(tmp_path):
    many(tmp_path, 40)
    for number in range(3):
        (tmp_path / f"{number:03}.png").write_bytes(b"x")
    with pytest.raises(DataError) as error:
        data.load(tmp_path)
    assert error.value.exit_code == 3
    for part in ("3 of the 40", "'000.png'", "'002.png'", str(tmp_path)):
        assert part in str(error.value)


def test_a_class_that_lost_all_its_pictures(tmp_path):
    many(tmp_path / "a", 40)
    put(tmp_path / "b", "x.png")
    (tmp_path / "b" / "x.png").write_bytes(b"x")
    with pytest.warns(UserWarning, match="Skipped 1"), pytest.raises(DataError, match="class 'b'"):
        data.load(tmp_path)


def test_pillows_own_warnings_do_not_come_through(tmp_path):
    """A picture between Pillow's warning and its error is refused by us, once and by name."""
    many(tmp_path, 40)
    Image.new("1", (10_000, 10_000)).save(tmp_path / "large.png")
    got, (text,) = quietly(tmp_path)
    assert len(got) == 40
    assert "'large.png' (100 megapixels; at most 64)" in text
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (tmp_path / "large.png").unlink()
        data.load(tmp_path, size=8)


def within(seconds, call):
    """Runs `call` in a thread, so that a hang fails the test instead of stopping it."""
    result = []
    thread = threading.Thread(target=lambda: result.append(call()), daemon=True)
    thread.start()
    thread.join(seconds)
    assert not thread.is_alive(), f"still running after {seconds} s"
    return result[0]


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes in folders there")
def test_pipes_and_sockets_are_never_opened(tmp_path):
    many(tmp_path, 60)
    os.mkfifo(tmp_path / "pipe.png")
    os.mkfifo(tmp_path / "pipe-without-ending")
    here = os.getcwd()
    os.chdir(tmp_path)  # a socket's path is limited to 100 bytes
    try:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind("socket.jpg")
        listener.close()
    finally:
        os.chdir(here)
    try:
        got, (text,) = within(20, lambda: quietly(tmp_path))
    finally:  # should a reader wait at the pipe after all, a writer sets it free
        os.close(os.open(tmp_path / "pipe.png", os.O_RDWR | os.O_NONBLOCK))
    assert len(got) == 60
    assert "'pipe.png' (not a regular file)" in text
    assert "'socket.jpg' (not a regular file)" in text


def test_loops_of_links_end_and_links_out_are_refused(tmp_path):
    secret = tmp_path / "outside"
    many(secret, 2, colour="blue")
    root = tmp_path / "root"
    many(root / "a", 60)
    many(root / "b", 2)
    (root / "a" / "loop").symlink_to(root)
    (root / "a" / "self.png").symlink_to("self.png")
    (root / "around").symlink_to(".")
    (root / "c").symlink_to(secret)
    (root / "a" / "out.png").symlink_to(secret / "000.png")
    (root / "a" / "inside.png").symlink_to(root / "b" / "000.png")
    (root / "a" / "nowhere.png").symlink_to(root / "gone.png")
    got, (skipped, links) = within(20, lambda: quietly(root))
    assert got.classes == ("a", "b")
    assert torch.bincount(got.y).tolist() == [61, 2]
    assert not (got.x[:, 2] == 255).any(), "nothing blue came in"
    assert "Skipped 3 of the 66" in skipped
    assert "out.png' (a link that leads out of the folder)" in skipped
    assert "nowhere.png' (not a regular file)" in skipped
    assert "skipped 3" in links


def test_a_neighbour_with_a_longer_name_is_outside(tmp_path):
    many(tmp_path / "set", 60)
    many(tmp_path / "set-private", 1)
    (tmp_path / "set" / "x.png").symlink_to(tmp_path / "set-private" / "000.png")
    with pytest.warns(UserWarning, match="leads out of the folder"):
        assert len(data.load(tmp_path / "set", size=8)) == 60


def test_a_folder_reached_by_a_link_is_itself_fine(tmp_path):
    many(tmp_path / "real", 3)
    (tmp_path / "real" / "copy.png").symlink_to(tmp_path / "real" / "000.png")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert len(data.load(tmp_path / "link", size=8)) == 4


ODD = [b"caf\xe9", b"new\nline", "émoji 🐈".encode(), b"-n", b"<script>", b"a..%2f", b"x" * 240]


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are not bytes there")
def test_odd_names(tmp_path):
    for name in ODD:
        folder = os.fsencode(tmp_path) + b"/" + name
        os.mkdir(folder)
        for number in range(8):
            path = folder + b"/" + name + str(number).encode() + b".png"
            Image.new("RGB", (8, 8), COLOURS["red"]).save(os.fsdecode(path))
    got = data.load(tmp_path, size=8)
    assert len(got) == 8 * len(ODD)
    assert len(set(got.classes)) == len(ODD)
    assert "caf\\xe9" in got.classes
    "".join(got.classes).encode()
    assert len(got.fingerprint) == 64
    broken = os.path.join(os.fsencode(tmp_path), ODD[0], ODD[0] + b"0.png")
    with open(broken, "wb"):
        pass
    _, (text,) = quietly(tmp_path)
    text.encode()
    assert "\\udce9" in text


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are not bytes there")
def test_a_data_set_with_an_odd_name(tmp_path):
    folder = os.fsdecode(os.path.join(os.fsencode(tmp_path), b"caf\xe9"))
    os.mkdir(folder)
    with pytest.raises(UsageError) as error:
        data.load(folder)
    str(error.value).encode()
    for number in range(2):
        Image.new("L", (8, 8)).save(f"{folder}/{number}.png")
    assert data.load(folder).name == "caf\\xe9"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read it all")
def test_an_unreadable_folder(tmp_path):
    many(tmp_path / "a", 2)
    (tmp_path / "a").chmod(0)
    with pytest.raises(DataError, match="cannot be read"):
        data.load(tmp_path)
    (tmp_path / "a").chmod(0o700)


def test_a_folder_that_cannot_be_listed(tmp_path, monkeypatch):
    def refuse(folder):
        raise PermissionError(13, "Permission denied")

    many(tmp_path, 2)
    monkeypatch.setattr("ganvas.data.scan.os.scandir", refuse)
    with pytest.raises(DataError, match="cannot be read: Permission denied"):
        data.load(tmp_path)


@pytest.mark.parametrize("listed", [False, True], ids=["no names", "names alone"])
def test_a_folder_whose_files_may_not_be_opened(tmp_path, monkeypatch, listed):
    """What the system does for everybody but root, by whom tests may be run."""

    def refusing(name, refused):
        real = getattr(os, name)

        def call(path, *args, **options):
            if refused(str(path)):
                raise PermissionError(13, "Permission denied", str(path))
            return real(path, *args, **options)

        monkeypatch.setattr(os, name, call)

    locked = tmp_path / "locked"
    many(locked, 2)
    refusing("stat", lambda path: path.startswith(f"{locked}{os.sep}"))
    for name in ("listdir", "scandir"):
        refusing(name, lambda path: path == str(locked) and not listed)
    with pytest.raises(DataError, match=r"The folder '.*locked' cannot be read: Perm"):
        data.load(locked)


def test_deep_folders(tmp_path):
    deep = tmp_path / "class"
    for _ in range(300):
        deep = deep / "d"
    many(deep, 2)
    assert len(data.load(tmp_path, size=8)) == 2


def test_pixels_do_not_depend_on_the_threads(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    for number in range(30):
        noise = rng.integers(0, 256, (30, 20 + number, 3), dtype=np.uint8)
        Image.fromarray(noise).save(tmp_path / f"{number}.png")
    prints = set()
    for cores in (1, 8):
        monkeypatch.setattr("ganvas.data.folder.os.cpu_count", lambda cores=cores: cores)
        prints.add(data.load(tmp_path, size=16).fingerprint)
    assert len(prints) == 1
