"""The folder of a run: its number, its lock, and what a killed run leaves behind in it."""

from __future__ import annotations

import json
import os
import re
import time
from pathlib import Path

import pytest

from ganvas import GAN, Settings
from ganvas.checkpoint import latest
from ganvas.errors import StorageError, UsageError
from ganvas.events import Logged
from ganvas.recipe import Recipe, read
from ganvas.run import Run
from small import SERVER, WIDTHS, code, rows, trainer

RECIPE = Recipe(game=GAN(**WIDTHS), family="gan")


def on(data: str) -> Recipe:
    return Recipe(game=RECIPE.game, family="gan", settings=Settings(data=data))


def trained(outdir: Path, **options) -> Run:
    run = Run.create(outdir, RECIPE)
    for _ in run.record(trainer(run.checkpoints, **{"steps": 20} | options)):
        pass
    return run


def test_runs_are_numbered_and_named_after_their_data(tmp_path):
    names = [
        Run.create(tmp_path / "runs", on(data)).path.name
        for data in ("digits", "toy:ring8", "my pictures/cats & dogs/", "..")
    ]
    assert names == ["0000-gan-digits", "0001-gan-toy-ring8", "0002-gan-cats-dogs", "0003-gan-.."]
    (tmp_path / "runs" / "0041-something").touch()
    (tmp_path / "runs" / "mine").mkdir()
    assert Run.create(tmp_path / "runs", RECIPE).path.name == "0042-gan-digits"


def test_after_9999_comes_10000_and_10001(tmp_path):
    (tmp_path / "9999-gan-digits").mkdir()
    names = [Run.create(tmp_path, RECIPE).path.name for _ in range(2)]
    assert names == ["10000-gan-digits", "10001-gan-digits"]


def create_some(outdir: Path, data: str) -> None:
    """Creates five runs, slowly, so that others would come in between."""
    mkdir = Path.mkdir

    def slow(path: Path, *args, **options) -> None:
        time.sleep(0.02)
        mkdir(path, *args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "mkdir", slow)
        for _ in range(5):
            Run.create(outdir, on(data))


def test_processes_that_create_at_once_get_numbers_of_their_own(tmp_path):
    outdir = tmp_path / "runs"
    children = [SERVER.Process(target=create_some, args=(outdir, d)) for d in ("a", "b", "a")]
    for each in children:
        each.start()
    assert [code(each) for each in children] == [0, 0, 0]
    numbers = sorted(int(path.name[:4]) for path in outdir.glob("[0-9]*"))
    assert numbers == list(range(15))
    for path in outdir.glob("[0-9]*"):
        assert read(path / "config.toml")["family"] == "gan"


def test_a_file_in_place_of_the_folder(tmp_path):
    (tmp_path / "runs").touch()
    with pytest.raises(UsageError, match=r"runs is a file; outdir is a folder to make runs in."):
        Run.create(tmp_path / "runs", RECIPE)


def test_opening_what_is_no_run(tmp_path):
    with pytest.raises(UsageError, match=r"is not a run: it has no config.toml"):
        Run.open(tmp_path)


def test_one_holder_at_a_time(tmp_path):
    run = Run.create(tmp_path, RECIPE)
    who = rf"in use by process {os.getpid()} on \S+ since \d{{4}}-"
    with run.held():
        with run.held():  # the same holder may hold it twice
            pass
        with pytest.raises(StorageError, match=who), Run.open(run.path).held():
            pass
        (run.path / ".holder").unlink()
        with pytest.raises(StorageError, match=r"in use by another process."):
            next(Run.open(run.path).record(trainer()))
    with Run.open(run.path).held():
        pass


VIEWS = ("samples", "between", "nearest")


def test_what_a_run_leaves(tmp_path):
    run = trained(tmp_path, steps=60)
    assert [row["step"] for row in rows(run.path)] == [10, 20, 30, 40, 50, 60]
    env = json.loads((run.path / "env.json").read_text())
    assert env["threads"] == 1
    assert env["device"] == "cpu"
    drawn = [json.loads(line) for line in (run.path / "samples.jsonl").read_text().splitlines()]
    views = {view: [row["step"] for row in drawn if row["view"] == view] for view in VIEWS}
    each = [0, 29, 60]  # first, after an epoch of 28.08, last
    assert views == {"samples": each, "between": each, "nearest": [60]}
    assert all((run.path / row["file"]).is_file() for row in drawn)
    log = (run.path / "log.txt").read_text().splitlines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d step 60: saved step-00000060", log[0])
    assert log[1].endswith("step 60: stopped: 60 steps done")
    values = json.loads((run.path / "values.json").read_text())
    assert sum(values["real"]["counts"]) == sum(values["fake"]["counts"]) == 1797 * 64
    assert not run.path.joinpath("samples.png").exists()


def test_changes_are_logged(tmp_path):
    run = Run.create(tmp_path, RECIPE)
    part = trainer(run.checkpoints, steps=10)
    run._log(part.change(gamma=2.0))
    assert "step 0: gamma: 1.0 -> 2.0" in (run.path / "log.txt").read_text()


def test_resuming_clears_up_after_a_killed_process(tmp_path):
    run = trained(tmp_path)
    path = run.path
    left = [path / ".env.json.4321", path / "samples" / ".step-00000010-samples.png.77"]
    (path / "checkpoints" / "step-00000025.tmp-9").mkdir()
    for file in left:
        file.write_bytes(b"half")
    later = path / "samples" / "step-00000025-samples.png"
    later.write_bytes((path / "samples" / "step-00000020-samples.png").read_bytes())
    with (path / "metrics.jsonl").open("a") as metrics:
        metrics.write('{"step": 25, "D/real": 1.0}\n{"step": 30, "D/re')
    with (path / "samples.jsonl").open("a") as index:
        index.write("\0\0\0")
    part = trainer(run.checkpoints, steps=40)
    part.restore(latest(run.checkpoints))
    for _ in run.record(part):
        pass
    assert [row["step"] for row in rows(path)] == [10, 20, 30, 40]
    assert not any(file.exists() for file in (*left, later))
    assert (path / "samples" / "step-00000020-samples.png").exists()
    assert not list(path.glob("**/*.tmp-*"))
    assert all(json.loads(line) for line in (path / "samples.jsonl").read_text().splitlines())


def test_rows_are_on_disk_when_they_are_told(tmp_path):
    run = Run.create(tmp_path, RECIPE)
    for event in run.record(trainer(run.checkpoints, steps=20)):
        if isinstance(event, Logged):
            assert rows(run.path)[-1]["step"] == event.row["step"]


@pytest.mark.skipif(os.name == "nt", reason="needs a folder in place of a file")
def test_a_file_that_cannot_be_written_is_a_storage_error(tmp_path):
    run = Run.create(tmp_path, RECIPE)
    (run.path / "metrics.jsonl").mkdir()
    with pytest.raises(StorageError, match="cannot be written"):
        for _ in run.record(trainer(steps=1)):
            pass
