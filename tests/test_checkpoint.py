"""A checkpoint comes back as it was saved; the newest is used, and the oldest make room."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from ganvas import checkpoint
from ganvas.checkpoint import MANIFEST, STATE, latest, load, prune, save, sweep
from ganvas.errors import StorageError, UsageError
from saves import filled


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def test_every_dtype_and_shape_comes_back_to_the_bit(tmp_path: Path) -> None:
    draw = torch.Generator().manual_seed(0)
    tensors: dict[str, Tensor] = {
        str(dtype): (torch.rand(5, 3, generator=draw) * 200).to(dtype)
        for dtype in (torch.float32, torch.float64, torch.bfloat16, torch.int64, torch.uint8)
    }
    tensors |= {
        "bool": torch.rand(7, generator=draw) > 0.5,
        "not finite": torch.tensor([float("nan"), float("inf"), -0.0]),
        "scalar": torch.tensor(3.5),
        "nothing": torch.zeros(0, 4),
        "parameter": torch.nn.Parameter(torch.ones(2)),
    }
    back = load(save(tmp_path, 7, tensors, {})).tensors()
    assert back.keys() == tensors.keys()
    for name, tensor in tensors.items():
        assert back[name].dtype == tensor.dtype, name
        assert back[name].shape == tensor.shape, name
        same_bits = back[name].flatten().view(torch.uint8), tensor.flatten().view(torch.uint8)
        assert torch.equal(*same_bits), name


def test_shared_storage_and_strides_become_plain_copies(tmp_path: Path) -> None:
    base = torch.arange(12.0).reshape(3, 4)
    views = {
        "base": base,
        "again": base,
        "row": base[1],
        "transposed": base.T,
        "expanded": base[:1].expand(5, 4),
        "channels last": base.reshape(1, 3, 2, 2).to(memory_format=torch.channels_last),
    }
    back = load(save(tmp_path, 1, views, {})).tensors()
    for name, view in views.items():
        assert torch.equal(back[name], view), name
    back["base"].zero_()
    assert back["again"].sum() == base.sum() == 66  # neither the other name nor the original moved


def test_no_tensors_at_all(tmp_path: Path) -> None:
    assert load(save(tmp_path, 0, {}, {})).tensors() == {}


def test_info_comes_back_as_json_and_says_what_made_it(tmp_path: Path) -> None:
    info = {"options": {"lr": 0.1 + 0.2, "name": "Zoë \udcff\n", "on": True, "none": None}, "l": []}
    saved = load(save(tmp_path, 3, {}, info | {"betas": (0.5, 0.999)}))
    assert saved.info == info | {"betas": [0.5, 0.999]}
    assert saved.step == 3
    assert saved.made_with["torch"] == torch.__version__
    assert saved.made_with["threads"] == torch.get_num_threads()
    assert saved.made_with.keys() == {"ganvas", "torch", "python", "threads"}


@pytest.mark.parametrize("info", [{"x": float("nan")}, {"x": Path()}, {"x": {1, 2}}])
def test_info_that_is_not_json_writes_nothing(tmp_path: Path, info: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError), match="JSON"):
        save(tmp_path, 1, {}, info)
    assert names(tmp_path) == []


def test_the_same_state_gives_the_same_bytes(tmp_path: Path) -> None:
    state = {name: torch.full((3,), 1.0) for name in "cab"}
    one, two = (save(tmp_path / side, 1, state, {"a": 1}) for side in "ab")
    for file in (STATE, MANIFEST):
        assert (one / file).read_bytes() == (two / file).read_bytes()


@pytest.mark.parametrize(("mask", "file", "folder"), [(0o022, 0o644, 0o755), (0o027, 0o640, 0o750)])
def test_modes_follow_the_umask(tmp_path: Path, mask: int, file: int, folder: int) -> None:
    before = os.umask(mask)
    try:
        path = save(tmp_path, 1, {"w": torch.ones(1)}, {})
    finally:
        os.umask(before)
    assert [(path / name).stat().st_mode & 0o777 for name in (STATE, MANIFEST)] == [file, file]
    assert path.stat().st_mode & 0o777 == folder


def test_tensors_are_fresh_and_outlive_the_folder(tmp_path: Path) -> None:
    saved = load(filled(tmp_path, 5) / "step-00000005")
    shutil.rmtree(saved.path)
    saved.tensors()["w"].zero_()
    assert saved.tensors("cpu")["w"].eq(5).all()


def test_saving_a_step_again_replaces_it(tmp_path: Path) -> None:
    filled(tmp_path, 1, 2)
    path = save(tmp_path, 2, {"w": torch.zeros(3)}, {"said": "changed"})
    assert names(tmp_path) == ["step-00000001", "step-00000002"]
    assert latest(tmp_path).path == path
    assert latest(tmp_path).info == {"said": "changed"}


def test_latest_is_the_highest_step_whatever_the_clock_says(tmp_path: Path) -> None:
    filled(tmp_path, 9, 123_456_789, 99_999_999)
    os.utime(tmp_path / "step-00000009", (4e9, 4e9))
    os.utime(tmp_path / "step-123456789" / STATE, (0, 0))
    for stranger in ("step-9999999999.bak", "step-new", "notes.txt"):
        (tmp_path / stranger).mkdir()
    assert latest(tmp_path).step == 123_456_789


@pytest.mark.parametrize("place", ["", "missing"])
def test_no_checkpoint_says_what_to_do(tmp_path: Path, place: str) -> None:
    with pytest.raises(StorageError, match=r"holds no checkpoint.*Give the folder of a run"):
        latest(tmp_path / place)


def test_one_pruned_while_it_is_read_is_no_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(tmp_path, 1, 2)

    def overtaken(path: Path) -> checkpoint.Checkpoint:
        monkeypatch.undo()
        filled(tmp_path, 3)
        prune(tmp_path, 1)
        return load(path)

    monkeypatch.setattr(checkpoint, "load", overtaken)
    assert latest(tmp_path).step == 3


def test_prune_keeps_the_newest(tmp_path: Path) -> None:
    filled(tmp_path, 1, 2, 3, 10)
    prune(tmp_path, 2)
    assert names(tmp_path) == ["step-00000003", "step-00000010"]
    prune(tmp_path, 5)
    assert len(names(tmp_path)) == 2
    with pytest.raises(UsageError, match="keep=0"):
        prune(tmp_path, 0)


def spoil(path: Path) -> None:
    data = bytearray((path / STATE).read_bytes())
    data[-1] ^= 1
    (path / STATE).write_bytes(data)


def test_prune_never_lets_a_damaged_one_push_out_a_good_one(tmp_path: Path) -> None:
    filled(tmp_path, 1, 2, 3)
    spoil(tmp_path / "step-00000003")
    prune(tmp_path, 1)
    assert names(tmp_path) == ["step-00000002", "step-00000003"]
    spoil(tmp_path / "step-00000002")
    prune(tmp_path, 1)
    assert names(tmp_path) == ["step-00000002", "step-00000003"]


def test_prune_counts_no_damaged_one_among_those_it_keeps(tmp_path: Path) -> None:
    filled(tmp_path, 1, 2, 3, 4)
    spoil(tmp_path / "step-00000003")
    good = [tmp_path / "step-00000004", tmp_path / "step-00000002"]
    assert prune(tmp_path, 2) == good
    assert names(tmp_path) == ["step-00000002", "step-00000003", "step-00000004"]
    filled(tmp_path, 5)
    assert prune(tmp_path, 2, good) == [tmp_path / "step-00000005", good[0]]
    assert names(tmp_path) == ["step-00000004", "step-00000005"]


def test_prune_reads_no_known_one_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(tmp_path, 1, 2, 3)
    read: list[Path] = []
    loading = checkpoint.load
    monkeypatch.setattr(checkpoint, "load", lambda path: read.append(path) or loading(path))
    prune(tmp_path, 2, [tmp_path / "step-00000002"])
    assert read == [tmp_path / "step-00000003"]


def test_sweep_removes_our_leftovers_and_nothing_else(tmp_path: Path) -> None:
    filled(tmp_path, 1)
    ours = ["step-00000002.tmp-17", "step-00000002.new.tmp-17"]
    others = ["step-2.tmp-17", "step-00000002.tmp-", "mine.tmp-17", "step-00000002.tmp-17.bak"]
    for name in ours + others:
        (tmp_path / name / "inside").mkdir(parents=True)
    sweep(tmp_path)
    assert names(tmp_path) == sorted([*others, "step-00000001"])
    sweep(tmp_path / "missing")
