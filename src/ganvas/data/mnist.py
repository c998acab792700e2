"""MNIST and Fashion-MNIST: where their files are found, and the proof that they are the right ones.

MNIST: Y. LeCun, C. Cortes, C. Burges, http://yann.lecun.com/exdb/mnist/.
Fashion-MNIST: H. Xiao, K. Rasul, R. Vollgraf, 2017, arXiv 1708.07747 (MIT licence).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from ganvas.data import cache, idx
from ganvas.data.dataset import Dataset
from ganvas.data.download import Pin, fetch
from ganvas.errors import DataError


class Source(NamedTuple):
    """A data set of four IDX files."""

    mirrors: tuple[str, ...]
    classes: tuple[str, ...]
    packed: dict[str, Pin]
    """File -> what its .gz is."""
    unpacked: dict[str, Pin]
    """File -> what it unpacks to."""


TRAIN_IMAGES, TRAIN_LABELS = f"train-{idx.IMAGES}", f"train-{idx.LABELS}"
TEST_IMAGES, TEST_LABELS = f"t10k-{idx.IMAGES}", f"t10k-{idx.LABELS}"

MNIST = Source(
    mirrors=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ),
    classes=tuple("0123456789"),
    packed={
        TRAIN_IMAGES: Pin(
            9912422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"
        ),
        TRAIN_LABELS: Pin(
            28881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"
        ),
        TEST_IMAGES: Pin(
            1648877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"
        ),
        TEST_LABELS: Pin(4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
    },
    unpacked={
        TRAIN_IMAGES: Pin(
            47040016, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"
        ),
        TRAIN_LABELS: Pin(
            60008, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"
        ),
        TEST_IMAGES: Pin(
            7840016, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"
        ),
        TEST_LABELS: Pin(10008, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
    },
)

FASHION = Source(
    mirrors=(
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    ),
    classes=(
        *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
        *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
    ),
    packed={
        TRAIN_IMAGES: Pin(
            26421880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"
        ),
        TRAIN_LABELS: Pin(
            29515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"
        ),
        TEST_IMAGES: Pin(
            4422102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"
        ),
        TEST_LABELS: Pin(5148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
    },
    unpacked={
        TRAIN_IMAGES: Pin(
            47040016, "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"
        ),
        TRAIN_LABELS: Pin(
            60008, "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"
        ),
        TEST_IMAGES: Pin(
            7840016, "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"
        ),
        TEST_LABELS: Pin(10008, "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
    },
)

SOURCES = {"mnist": MNIST, "fashion-mnist": FASHION}


def load(name: str, size: int | None = None, *, source: Source | None = None) -> Dataset:
    """The set `name`: "mnist" or "fashion-mnist", with ":test" for the 10,000 held out.

    The files are looked for in the folder that the environment variable GANVAS_DATA names (in its
    sub-folder `mnist` or `fashion-mnist`, or directly), then downloaded once to the cache
    (see `cache.folder`). Wherever they come from, they are read only where their content is the
    published one, to the bit.

    Args:
        name: which set.
        size: pictures are resized to `size` x `size`; None keeps 28 x 28.
        source: where the files come from and what they must be; by default what `name` says.

    Raises:
        DataError: a file that is not there and cannot be downloaded, or is another one.
        StorageError: the cache cannot be written.
    """
    kind, _, part = name.partition(":")
    source = source or SOURCES[kind]
    images, labels = (TEST_IMAGES, TEST_LABELS) if part else (TRAIN_IMAGES, TRAIN_LABELS)
    y_path, y = _content(kind, source, labels)
    x_path, x = _content(kind, source, images)
    return idx.pair(
        name, idx.parse(x, x_path, dims=3), idx.parse(y, y_path, dims=1), source.classes, size
    )


def _content(kind: str, source: Source, file: str) -> tuple[Path, bytes]:
    """Where `file` was found, and what it unpacks to."""
    path = _own(kind, file) or _cached(kind, source, file)
    content = idx.unpacked(path)
    if not source.unpacked[file].fits(content):
        raise DataError(
            f"{str(path)!r} is not the published {file} of {kind}: it is damaged, or another "
            f"set's. Replace it; or, to use a set of your own, pass its folder: --data PATH."
        )
    return path, content


def _own(kind: str, file: str) -> Path | None:
    """The user's own copy of `file`, under GANVAS_DATA."""
    named = os.environ.get("GANVAS_DATA")
    if not named:
        return None
    folder = Path(named).expanduser()
    return idx.find(folder / kind, file) or idx.find(folder, file)


def _cached(kind: str, source: Source, file: str) -> Path:
    try:
        return fetch(cache.folder() / kind / f"{file}.gz", source.packed[file], source.mirrors)
    except DataError as error:
        place = "on this machine"
        if named := os.environ.get("GANVAS_DATA"):
            missing = "" if Path(named).expanduser().is_dir() else " and which is no folder"
            place = f"in {named!r}, which GANVAS_DATA names{missing}"
        raise DataError(
            f"{kind!r} is not {place}. {error} Connect to the network; or set "
            f"GANVAS_DATA to a folder that holds {kind}/{file}.gz and its like; or pass "
            "--data PATH, a folder with the four IDX files."
        ) from error
