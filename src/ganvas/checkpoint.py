"""Checkpoints: a folder that is there whole or not at all, and is believed only when it verifies.

    checkpoints/step-00000200/state.safetensors   the tensors
                              manifest.json       step, info, size and SHA-256; written last

A save fills `step-00000200.tmp-<pid>`, forces it to the disk and renames it: one act that happens
or does not. A step that is saved again appears as `step-00000200.new`, which is preferred to
`step-00000200`, and then takes over the name; wherever a crash falls, one of the two is in place.
Everything is numbers and JSON; nothing in a checkpoint can name code to run.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import warnings
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor

from ganvas import __version__
from ganvas.errors import StorageError, UsageError
from ganvas.files import settle

SCHEMA = 1
STATE = "state.safetensors"
MANIFEST = "manifest.json"
_NAME = re.compile(r"step-([0-9]{8,})(\.new)?")
_SCRATCH = re.compile(_NAME.pattern + r"\.tmp-[0-9]+")

# A manifest ends in the hash of all before it. This ending and the keys `schema` and `made_with`
# stay as they are in every future version, so that a newer file is told from a damaged one.
_SEAL = ',\n "sha256": "%s"\n}\n'
_SEAL_SIZE = len(_SEAL % ("0" * 64))


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """One saved state, verified when it was read."""

    path: Path
    """Its folder; if that is pruned meanwhile, the state can still be had."""
    step: int
    """The training step after which it was saved."""
    info: dict[str, Any]
    """What was given to `save`, as JSON returns it: tuples have become lists."""
    made_with: dict[str, Any]
    """Versions of `ganvas`, `torch`, `python`, and `threads`: another number rounds differently."""
    _state: bytes = field(repr=False)

    def tensors(self, device: torch.device | str = "cpu") -> dict[str, Tensor]:
        """Fresh tensors on `device`, decoded from the very bytes that were verified."""
        try:
            loaded = safetensors.torch.load(self._state)
        except SafetensorError as error:
            raise StorageError(f"{self.path / STATE} was sealed, but is no safetensors.") from error
        return {name: tensor.to(device) for name, tensor in loaded.items()}


def save(folder: Path, step: int, tensors: Mapping[str, Tensor], info: Mapping[str, Any]) -> Path:
    """Writes or replaces `folder/step-<step>`; once it returns, a power cut cannot undo it.

    Args:
        folder: where the checkpoints of one run live; made when missing.
        step: the training step, >= 0.
        tensors: dense tensors of any device and shape; views of one storage come back as copies.
        info: all else, as JSON without NaN and infinity.

    Raises:
        StorageError: the disk is full or not writable; nothing appears under the final name.
        TypeError, ValueError: `info` is not JSON; nothing is written.
    """
    state = safetensors.torch.save({name: _copy(tensor) for name, tensor in tensors.items()})
    manifest = _manifest(step, state, info)
    path = folder / f"step-{step:08d}"
    new, scratch = path.with_suffix(".new"), _scratch(path)
    try:
        if not folder.is_dir():
            folder.mkdir(parents=True)
            settle(folder.parent)
        if new.exists():  # a crash has left it, and nobody has swept
            _settle(new)
        _write(scratch, {STATE: state, MANIFEST: manifest})
        os.rename(scratch, new if path.exists() else path)
        if new.exists():
            _settle(new)
        else:
            settle(folder)
    except OSError as error:
        shutil.rmtree(scratch, ignore_errors=True)
        disk = next(place for place in (folder, *folder.absolute().parents) if place.is_dir())
        raise StorageError(
            f"Cannot save {path}: {error.strerror}. It needs {len(state) + len(manifest)} bytes; "
            f"{shutil.disk_usage(disk).free} are free. Older checkpoints are as they were."
        ) from error
    return path


def latest(folder: Path) -> Checkpoint:
    """The checkpoint of the highest step that verifies; the times of files play no part.

    A damaged one is named in a `UserWarning`, and the next older one is used.

    Raises:
        StorageError: there is no checkpoint, or none that verifies.
    """
    found = _found(folder)
    checkpoint, bad = _first_good(found)
    if not set(_found(folder)).issuperset(found[: len(bad)]):
        return latest(folder)  # the run that writes here has pruned it while we read
    if checkpoint is None:
        reasons = "\n".join(map(str, bad)) or "Give the folder of a run that has saved one."
        raise StorageError(f"{folder} holds no checkpoint that can be used. {reasons}")
    for error in bad:
        warnings.warn(f"{error} {checkpoint.path.name} is used.", UserWarning, stacklevel=2)
    return checkpoint


def load(path: Path) -> Checkpoint:
    """The checkpoint in the folder `path`, read once and verified.

    Raises:
        StorageError: it is missing, damaged, or written by a newer ganvas.
    """
    try:
        present = sorted(os.listdir(path))
        if present != [MANIFEST, STATE]:
            raise StorageError(f"{path} must hold just {MANIFEST} and {STATE}; it holds {present}.")
        sealed, state = (path / MANIFEST).read_bytes(), (path / STATE).read_bytes()
    except OSError as error:
        raise StorageError(f"Cannot read the checkpoint {path}: {error.strerror}.") from error
    try:
        manifest = _verified(path, sealed, state)
        return Checkpoint(
            path=path,
            step=int(manifest["step"]),
            info=dict(manifest["info"]),
            made_with=dict(manifest["made_with"]),
            _state=state,
        )
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise StorageError(f"{path / MANIFEST} was sealed, but is no manifest.") from error


def prune(folder: Path, keep: int, known: Collection[Path] = ()) -> list[Path]:
    """Deletes what is older than the `keep` newest checkpoints that verify; returns those.

    A damaged one never pushes out a good one. Those in `known` are not read again.

    Raises:
        StorageError, UsageError: one cannot be removed; `keep` is below 1.
    """
    if keep < 1:
        raise UsageError(f"At least one checkpoint is kept; got keep={keep}.")
    kept: list[Path] = []
    old: list[Path] = []
    for path in _found(folder):
        if len(kept) == keep:
            old.append(path)
        elif path in known or _first_good([path])[0]:
            kept.append(path)
    with _tidying(folder):
        for path in reversed(old):
            _discard(path)
    return kept


def sweep(folder: Path) -> None:
    """Tidies up after a killed process; only for the process that owns the run.

    Raises:
        StorageError: a leftover cannot be removed.
    """
    with _tidying(folder):
        for path in _found(folder):
            if path.suffix == ".new":
                _settle(path)
        for path in folder.glob("step-*.tmp-*"):
            if _SCRATCH.fullmatch(path.name):
                shutil.rmtree(path)


def _found(folder: Path) -> list[Path]:
    """The checkpoints by name, the one to prefer first: highest step, `.new` before plain."""
    names = [name for path in folder.glob("step-*") if (name := _NAME.fullmatch(path.name))]
    names.sort(key=lambda name: (int(name[1]), bool(name[2])), reverse=True)
    return [folder / name[0] for name in names]


def _first_good(found: list[Path]) -> tuple[Checkpoint | None, list[StorageError]]:
    """The first of `found` that verifies, and what is wrong with each before it."""
    bad: list[StorageError] = []
    for path in found:
        try:
            return load(path), bad
        except StorageError as error:
            bad.append(error)
    return None, bad


def _verified(path: Path, sealed: bytes, state: bytes) -> dict[str, Any]:
    """The manifest, if it is as we write it and describes `path` and `state`; or StorageError."""
    actual = hashlib.sha256(sealed[:-_SEAL_SIZE]).hexdigest()
    if sealed[-_SEAL_SIZE:] != (_SEAL % actual).encode():
        seal = re.search((_SEAL % "([0-9a-f]{64})").encode() + rb"\Z", sealed)
        if not seal:
            raise StorageError(f"{path / MANIFEST} cannot be read: it is cut short or damaged.")
        raise StorageError(
            f"{path / MANIFEST} is damaged: expected SHA-256 {seal[1].decode()}, not {actual}."
        )
    manifest: dict[str, Any] = json.loads(sealed)
    if manifest["schema"] != SCHEMA:
        raise StorageError(
            f"{path} has schema version {manifest['schema']}, written by ganvas "
            f"{manifest['made_with']['ganvas']}; this is ganvas {__version__}, which reads "
            f"schema version {SCHEMA}. Install that ganvas or a newer one."
        )
    name = _NAME.fullmatch(path.name)
    if name and int(name[1]) != manifest["step"]:
        raise StorageError(f"{path} has a wrong name: its manifest says step {manifest['step']}.")
    file, actual = manifest["files"][STATE], hashlib.sha256(state).hexdigest()
    if (file["bytes"], file["sha256"]) != (len(state), actual):
        raise StorageError(
            f"{path / STATE} is damaged: expected {file['bytes']} bytes with SHA-256 "
            f"{file['sha256']}, not {len(state)} with {actual}."
        )
    return manifest


def _manifest(step: int, state: bytes, info: Mapping[str, Any]) -> bytes:
    versions = {"ganvas": __version__, "torch": torch.__version__}
    versions["python"] = platform.python_version()
    body = {
        "schema": SCHEMA,
        "step": step,
        "files": {STATE: {"bytes": len(state), "sha256": hashlib.sha256(state).hexdigest()}},
        "made_with": versions | {"threads": torch.get_num_threads()},
        "info": dict(info),
    }
    text = json.dumps(body, indent=1, allow_nan=False).removesuffix("\n}")
    return (text + _SEAL % hashlib.sha256(text.encode()).hexdigest()).encode()


def _copy(tensor: Tensor) -> Tensor:
    return tensor.detach().to("cpu", copy=True, memory_format=torch.contiguous_format)


def _write(folder: Path, files: dict[str, bytes]) -> None:
    """Makes `folder` with `files`, one after the other, each of them safe before the next."""
    folder.mkdir()
    for name, data in files.items():
        with open(folder / name, "xb") as file:  # modes by the umask; safetensors would set 0600
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    settle(folder)


def _settle(new: Path) -> None:
    """Lets a step that was saved again, and is there as `.new`, take over its name."""
    path = new.with_suffix("")
    settle(path.parent)
    if path.exists():
        _discard(path)
    os.rename(new, path)
    settle(path.parent)


def _discard(path: Path) -> None:
    """Deletes a checkpoint under another name, for half of one must not look like one."""
    aside = _scratch(path)
    os.rename(path, aside)
    settle(path.parent)  # or a power cut could bring back the name of what is half deleted
    shutil.rmtree(aside)


def _scratch(path: Path) -> Path:
    scratch = path.with_name(f"{path.name}.tmp-{os.getpid()}")
    shutil.rmtree(scratch, ignore_errors=True)  # in a container every process has the same id
    return scratch


@contextmanager
def _tidying(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(f"Cannot tidy up {folder}: {error.strerror}.") from error
