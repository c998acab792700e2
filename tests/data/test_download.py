"""Downloads from a server with faults: the right bytes under the final name, or nothing."""

import hashlib
import threading
import time

import pytest

from ganvas.data.download import Pin, fetch
from ganvas.errors import DataError, StorageError

CONTENT = bytes(range(256)) * 20
PIN = Pin(len(CONTENT), hashlib.sha256(CONTENT).hexdigest())


@pytest.fixture
def server(serving):
    with serving({"set.gz": CONTENT}) as running:
        yield running


@pytest.fixture
def target(tmp_path):
    return tmp_path / "cache" / "set.gz"


def left_behind(target):
    """What lies beside the target, the lock aside."""
    return [path.name for path in target.parent.iterdir() if not path.name.endswith(".lock")]


def test_a_good_mirror(server, target):
    assert fetch(target, PIN, [server.url("good")]) == target
    assert target.read_bytes() == CONTENT
    assert left_behind(target) == ["set.gz"]


FAULTS = {
    "404": "404",
    "503": "503",
    "wrong": "another SHA-256",
    "short": "sent 2,560 of the 5,120 bytes",
    "cut": "2,560",
    "long": "more than the 5,120 bytes",
    "endless": "more than the 5,120 bytes",
    "page": "sent 44 of the 5,120 bytes",
    "empty": "sent 0 of",
    "redirect": "another SHA-256",
    "silent": "timed out",
    "drip": "in 0.3 seconds",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_mirror_leaves_nothing_and_the_next_is_asked(server, target, fault):
    limits = {"timeout": 0.3, "patience": 0.3}
    with pytest.raises(DataError) as error:
        fetch(target, PIN, [server.url(fault)], **limits)
    assert FAULTS[fault] in str(error.value)
    assert server.url(fault) in str(error.value)
    assert left_behind(target) == []
    fetch(target, PIN, [server.url(fault), server.url("good")], **limits)
    assert target.read_bytes() == CONTENT
    assert server.asked[-1] == "good/set.gz"


def test_every_mirrors_failure_is_told(target, server):
    with pytest.raises(DataError) as error:
        fetch(target, PIN, [server.url("404"), "http://127.0.0.1:9/none/", server.url("page")])
    for part in ("404", "127.0.0.1:9", "44 of the"):
        assert part in str(error.value)


def test_what_is_there_is_used_only_if_it_fits(server, target):
    fetch(target, PIN, [server.url("good")])
    fetch(target, PIN, [server.url("404")])
    assert len(server.asked) == 1, "not asked for again"
    target.write_bytes(CONTENT[:-1] + b"?")
    fetch(target, PIN, [server.url("good")])
    assert target.read_bytes() == CONTENT
    target.write_bytes(b"damaged")
    with pytest.raises(DataError):
        fetch(target, PIN, [server.url("404")])


def test_two_at_once_download_once(server, target):
    def one():
        fetch(target, PIN, [server.url("good")])

    threads = [threading.Thread(target=one) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert server.asked == ["good/set.gz"]
    assert target.read_bytes() == CONTENT


def test_no_partial_file_is_ever_seen_under_the_final_name(server, target, monkeypatch):
    import os

    seen = []
    real = os.replace

    def watched(source, destination):
        seen.append((destination == target, target.exists(), source.read_bytes() == CONTENT))
        real(source, destination)

    monkeypatch.setattr("ganvas.data.download.os.replace", watched)
    fetch(target, PIN, [server.url("good")])
    assert seen == [(True, False, True)]


def test_a_drip_is_given_up_in_time(server, target):
    start = time.monotonic()
    with pytest.raises(DataError):
        fetch(target, PIN, [server.url("drip")], timeout=5, patience=0.2)
    assert time.monotonic() - start < 2


def test_a_cache_that_cannot_be_written(server, tmp_path):
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(StorageError, match="GANVAS_CACHE"):
        fetch(tmp_path / "cache" / "set.gz", PIN, [server.url("good")])
