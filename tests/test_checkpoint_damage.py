"""A damaged checkpoint is found, named and stepped over, whatever the damage."""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ganvas import checkpoint
from ganvas.checkpoint import MANIFEST, STATE, latest, load
from ganvas.errors import StorageError
from saves import filled

SEAL = re.compile(rb',\n "sha256": "[0-9a-f]{64}"\n}\n\Z')
"""How a manifest ends."""


def sealed(content: dict[str, Any]) -> bytes:
    """A manifest with a right hash, whatever it says."""
    text = json.dumps(content, indent=1).removesuffix("\n}")
    digest = hashlib.sha256(text.encode()).hexdigest()
    return f'{text},\n "sha256": "{digest}"\n}}\n'.encode()


def reseal(path: Path, **changes: Any) -> None:
    """Changes keys of a checkpoint's manifest the way a program would that can seal."""
    content = json.loads((path / MANIFEST).read_bytes()) | changes
    del content["sha256"]
    (path / MANIFEST).write_bytes(sealed(content))


def flip(folder: Path, draw: random.Random) -> tuple[Path, str]:
    """One bit of one file; returns the file and the hash its content now has."""
    file = folder / draw.choice([STATE, MANIFEST])
    data = bytearray(file.read_bytes())
    data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
    file.write_bytes(data)
    return file, hash_of(file)


def cut(folder: Path, draw: random.Random) -> tuple[Path, str]:
    """The end of one file is lost."""
    file = folder / draw.choice([STATE, MANIFEST])
    os.truncate(file, draw.randrange(file.stat().st_size))
    return file, hash_of(file)


def blank(folder: Path, draw: random.Random) -> tuple[Path, str]:
    """A stretch of one file reads as zeros, as after a lost block."""
    file = folder / draw.choice([STATE, MANIFEST])
    data = file.read_bytes()
    start = draw.randrange(len(data) - 40)
    file.write_bytes(data[:start] + bytes(40) + data[start + 40 :])
    return file, hash_of(file)


def hash_of(file: Path) -> str:
    data = file.read_bytes()
    covered = data if file.name == STATE else data[: -checkpoint._SEAL_SIZE]
    return hashlib.sha256(covered).hexdigest()


@pytest.mark.parametrize(("damage", "times"), [(flip, 300), (cut, 60), (blank, 60)])
def test_every_damage_is_found_named_and_stepped_over(
    tmp_path: Path, damage: Callable[[Path, random.Random], tuple[Path, str]], times: int
) -> None:
    newest = filled(tmp_path, 1, 2) / "step-00000002"
    good = {file: (newest / file).read_bytes() for file in (STATE, MANIFEST)}
    for seed in range(times):
        file, actual = damage(newest, random.Random(seed))
        if file.read_bytes() == good[file.name]:
            continue  # zeros where zeros were
        with pytest.raises(StorageError) as error:
            load(newest)
        said = re.escape(f"{error.value} step-00000001 is used.")
        with pytest.warns(UserWarning, match=said):
            assert latest(tmp_path).step == 1
        if file.name == MANIFEST and not SEAL.search(file.read_bytes()):
            assert str(error.value) == f"{file} cannot be read: it is cut short or damaged."
        else:
            assert f"{file} is damaged: expected" in str(error.value)
            assert actual in str(error.value), seed
        if file.name == STATE:
            assert hashlib.sha256(good[STATE]).hexdigest() in str(error.value)
        file.write_bytes(good[file.name])
    assert load(newest).step == 2


def swap_states(folder: Path) -> None:
    one, two = (folder / step / STATE for step in ("step-00000001", "step-00000002"))
    kept = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(kept)


def swap_folders(folder: Path) -> None:
    one, two = folder / "step-00000001", folder / "step-00000002"
    one.rename(folder / "kept")
    two.rename(one)
    (folder / "kept").rename(two)


@pytest.mark.parametrize(
    ("harm", "reason", "used"),
    [
        (swap_states, f"{STATE} is damaged", 0),
        (swap_folders, "wrong name: its manifest says step [12]", 0),
        (lambda folder: (folder / "step-00000002" / STATE).unlink(), "must hold just", 1),
        (lambda folder: (folder / "step-00000002" / MANIFEST).unlink(), "must hold just", 1),
        (lambda folder: (folder / "step-00000002" / "extra").touch(), "'extra'", 1),
        (lambda folder: (folder / "step-00000003").touch(), "Not a directory", 2),
        (lambda folder: (folder / "step-00000003").mkdir(), r"it holds \[\]", 2),
        (lambda folder: (folder / "step-00000003").symlink_to("gone"), "No such file", 2),
    ],
)
def test_swapped_missing_and_extra_files(
    tmp_path: Path, harm: Callable[[Path], None], reason: str, used: int
) -> None:
    filled(tmp_path, 0, 1, 2)
    harm(tmp_path)
    with pytest.warns(UserWarning, match=f"{reason}.* step-0000000{used} is used"):
        assert latest(tmp_path).step == used


def test_when_all_are_damaged_each_is_named(tmp_path: Path) -> None:
    filled(tmp_path, 1, 2)
    for step in (1, 2):
        flip(tmp_path / f"step-0000000{step}", random.Random(step))
    with pytest.raises(StorageError, match=r"(?s)no checkpoint that can be used.*2/.*1/"):
        latest(tmp_path)


def test_a_future_schema_is_named_with_the_versions(tmp_path: Path) -> None:
    path = filled(tmp_path, 1) / "step-00000001"
    reseal(path, schema=9, made_with={"ganvas": "7.0"}, files="of another kind")
    with pytest.raises(
        StorageError, match=r"schema version 9.*ganvas 7\.0.*reads schema version 1"
    ):
        load(path)


@pytest.mark.parametrize(
    "changes",
    [{"files": {}}, {"step": None}, {"info": 3}, {"made_with": 3}, {"files": {STATE: 1}}],
)
def test_a_sealed_manifest_of_nonsense_is_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    path = filled(tmp_path, 1) / "step-00000001"
    reseal(path, **changes)
    with pytest.raises(StorageError):
        load(path)


def test_sealed_files_that_are_no_checkpoint_are_refused(tmp_path: Path) -> None:
    path = filled(tmp_path, 1) / "step-00000001"
    (path / STATE).write_bytes(b"no tensors")
    files = {STATE: {"bytes": 10, "sha256": hashlib.sha256(b"no tensors").hexdigest()}}
    reseal(path, files=files)
    with pytest.raises(StorageError, match="is no safetensors"):
        load(path).tensors()
    digest = hashlib.sha256(b"[" * 99_999).hexdigest()
    (path / MANIFEST).write_bytes(b"[" * 99_999 + f',\n "sha256": "{digest}"\n}}\n'.encode())
    with pytest.raises(StorageError, match="is no manifest"):
        load(path)
