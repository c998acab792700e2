"""`ganvas train` by several processes: one folder, one voice, the same run again on two or one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ganvas import GAN, report
from ganvas.checkpoint import latest
from ganvas.cli import main
from ganvas.cli.launch import launch
from ganvas.data import folder
from ganvas.engine import Engine
from ganvas.errors import StorageError, UsageError
from ganvas.resuming import micro_batches
from ganvas.saving import Saving
from processes import ended, said, start
from small import TRAIN, equal_runs, rows, saved, tree

NAME = "0000-gan-digits"
PICTURES = "0000-gan-pictures"


def command(*argv: str) -> int:
    report.write = lambda run: run / "report.html"
    return main(list(argv))


def stopped_at_17(*argv: str) -> int:
    """Sends SIGTERM to the second process in the middle of the 17th step."""
    advance = Engine._advance

    def advanced(engine, *rest):
        if engine.clock.step == 16 and os.environ["RANK"] == "1":
            os.kill(os.getpid(), signal.SIGTERM)
        advance(engine, *rest)

    Engine._advance = advanced
    return command(*argv)


def full_disk(*argv: str) -> int:
    def save(*_):
        raise StorageError("The disk is full.")

    Saving.save = save
    return command(*argv)


def said_when_decoding(cache: Path, *argv: str) -> int:
    fill = folder._fill

    def filled(*args):
        print("decodes")
        return fill(*args)

    folder._fill = filled
    os.environ["GANVAS_CACHE"] = str(cache)
    return command(*argv)


def diverged_views(*argv: str) -> int:
    """What the first process draws, and the others do not, is not finite."""
    GAN.views = lambda game, *_: {"samples": torch.full((1, 1, 8, 8), torch.nan)}
    return command(*argv)


def diverged_weights(*argv: str) -> int:
    step = Engine.step

    def spoilt(engine, *rest, **options):
        if engine.clock.step == 7:
            engine.parameters(("G",))[0].data.fill_(torch.nan)
        return step(engine, *rest, **options)

    Engine.step = spoilt
    return command(*argv)


for work in (
    command,
    stopped_at_17,
    full_disk,
    said_when_decoding,
    diverged_views,
    diverged_weights,
):
    work.joins = True


def ran(folder: Path, *argv: str, work=command) -> list[int]:
    """The exit codes of two processes that run the command."""
    return [ended(process) for process in start(work, folder, *argv)]


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """The folder of an unbroken run of 30 steps by two processes."""
    place = tmp_path_factory.mktemp("whole")
    assert ran(place, *TRAIN, "--steps", "30", "--outdir", str(place)) == [0, 0], said(place)
    return place


def told(said: Path) -> list[str]:
    """The lines that a process wrote; those that PyTorch 2.10's Gloo writes are not its own."""
    return [line for line in said.read_text().splitlines() if not line.startswith("[Gloo]")]


def test_one_writes_and_speaks(whole):
    assert [path.name for path in whole.glob("0*")] == [NAME]
    assert told(whole / "said-1") == []
    assert f"run      {whole / NAME}\n" in (whole / "said-0").read_text()
    run = whole / NAME
    assert [row["step"] for row in rows(run)] == [5, 10, 15, 20, 25, 30]
    assert [row["images"] for row in rows(run)] == [n * 32 for n in (5, 10, 15, 20, 25, 30)]
    assert tomllib.loads((run / "config.toml").read_text())["batch"] == 32
    info = saved(run).info
    assert (info["processes"], info["micro"]) == (2, 1)


def test_a_folder_of_pictures_is_decoded_once_for_all(tmp_path, monkeypatch):
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for i, pixels in enumerate(np.random.default_rng(0).integers(0, 256, (40, 8, 8, 3), np.uint8)):
        Image.fromarray(pixels).save(pictures / f"{i:02}.png")
    monkeypatch.setattr("ganvas.report.write", lambda run: run / "report.html")
    words = ["train", "gan", "--data", str(pictures), "--size", "8", "--steps", "10"]
    words += ["--batch", "32", "--log-every", "5", "--outdir"]
    cache, together = tmp_path / "cache", tmp_path / "together"
    words_of_both = (cache, *words, str(together))
    assert ran(tmp_path, *words_of_both, work=said_when_decoding) == [0, 0], said(tmp_path)
    assert said(tmp_path).count("decodes") == 1
    assert len(list((cache / "mapped").glob("*.u8"))) == 1
    assert main([*words, str(tmp_path / "alone")]) == 0
    for one, two in zip(
        rows(tmp_path / "alone" / PICTURES), rows(together / PICTURES), strict=True
    ):
        assert one == pytest.approx(two, rel=1e-4)


def test_it_is_the_run_of_one_process_but_for_rounding(whole, tmp_path, monkeypatch):
    monkeypatch.setattr("ganvas.report.write", lambda run: run / "report.html")
    assert main([*TRAIN, "--steps", "30", "--outdir", str(tmp_path)]) == 0
    for one, two in zip(rows(tmp_path / NAME), rows(whole / NAME), strict=True):
        assert one == pytest.approx(two, rel=1e-4)


@pytest.mark.parametrize("processes", [1, 2])
def test_stopped_by_a_signal_to_one_and_resumed(whole, tmp_path, monkeypatch, processes):
    monkeypatch.setattr("ganvas.report.write", lambda run: run / "report.html")
    words = [*TRAIN, "--steps", "30", "--outdir", str(tmp_path)]
    assert ran(tmp_path, *words, work=stopped_at_17) == [143, 143]
    run = tmp_path / NAME
    assert saved(run).step == 18  # the 17th was reduced before the signal came
    assert "stopped: another process was stopped" in (run / "log.txt").read_text()
    resume = ["train", "--resume", str(run)]
    if processes == 2:
        assert ran(tmp_path, *resume) == [0, 0], said(tmp_path)
    else:
        assert main(resume) == 0
    assert equal_runs(whole / NAME, run)


def test_other_numbers_of_processes_are_refused(whole, tmp_path, capsys):
    (tmp_path / "run").symlink_to(whole / NAME)
    checkpoint = latest(whole / NAME / "checkpoints")
    for found, now in [((4, 1), 2), ((2, 2), 1), ((1, 1), 2), ((1, 4), 4)]:
        checkpoint.info.update(zip(("processes", "micro"), found, strict=True))
        with pytest.raises(UsageError) as caught:
            micro_batches(checkpoint, engine(processes=now, micro=1))
        assert f"trained by {found[0]} process" in str(caught.value)
        assert f"resumed by {now}" in str(caught.value)
        assert f"--nproc {found[0]}." in str(caught.value)
    for found, now, micro in [((2, 1), 1, 2), ((1, 2), 2, 1), ((2, 3), 2, 3), ((1, 1), 1, 1)]:
        checkpoint.info.update(zip(("processes", "micro"), found, strict=True))
        assert micro_batches(checkpoint, engine(processes=now, micro=found[1])) == micro
    checkpoint.info.update(processes=2, micro=1)
    with pytest.raises(UsageError, match="their losses mix the samples of a process"):
        micro_batches(checkpoint, engine(processes=1, micro=1, mixes=True))


def engine(processes: int, micro: int, mixes: bool = False) -> Engine:
    """As much of an engine as a resumption looks at."""

    class Known:
        class ranks:
            count = processes

        class game:
            mixes_samples = mixes

    Known.micro = micro
    return Known


def test_a_disk_that_refuses_ends_all(tmp_path):
    words = [*TRAIN, "--steps", "4000", "--save-every", "2", "--outdir", str(tmp_path)]
    assert ran(tmp_path, *words, work=full_disk) == [5, 4]
    assert "ganvas: The disk is full.\n" in (tmp_path / "said-0").read_text()
    assert "Process 1 of 2 has lost another one" in (tmp_path / "said-1").read_text()


def test_what_fails_in_the_first_alone_ends_all(tmp_path):
    first, second = start(diverged_views, tmp_path, *TRAIN, "--outdir", str(tmp_path))
    assert ended(first) == 4, said(tmp_path)
    assert ended(second, seconds=5) == 4
    assert "generated pixels are not finite" in (tmp_path / "said-0").read_text()
    assert "Process 1 of 2 has lost another one" in (tmp_path / "said-1").read_text()


def test_what_fails_in_all_is_told_by_one(tmp_path):
    words = [*TRAIN, "--steps", "9", "--outdir", str(tmp_path)]
    assert ran(tmp_path, *words, work=diverged_weights) == [4, 4], said(tmp_path)
    assert "ganvas: Step 7: the term D/" in (tmp_path / "said-0").read_text()
    assert told(tmp_path / "said-1") == []


def test_a_batch_that_cannot_be_shared(tmp_path):
    assert ran(tmp_path, *TRAIN[:-6], "--batch", "33", "--outdir", str(tmp_path)) == [2, 4]
    assert "batch = 33 cannot be split evenly over 2 processes" in said(tmp_path)
    assert not list(tmp_path.glob("0*"))


def test_a_dry_run_by_two(tmp_path):
    assert ran(tmp_path, *TRAIN, "--steps", "9", "--batch", "auto", "--dry-run") == [0, 0]
    assert told(tmp_path / "said-1") == []
    lines = told(tmp_path / "said-0")
    assert lines[0].startswith("# batch    16 images whole: about ")
    assert any(line.startswith("# speed ") for line in lines)


def test_nproc_starts_them_by_torchrun(tmp_path):
    words = [*TRAIN, "--steps", "6", "--outdir", str(tmp_path), "--nproc", "2"]
    done = subprocess.run([sys.executable, "-m", "ganvas", *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert saved(tmp_path / NAME).info["processes"] == 2
    assert done.stdout.count("run      ") == 1


def test_a_killed_torchrun_leaves_no_process_behind(tmp_path):
    words = [*TRAIN, "--minutes", "2", "--save-every", "20", "--outdir", str(tmp_path)]
    with (tmp_path / "said").open("wb") as out:
        torchrun = subprocess.Popen(
            [sys.executable, "-m", "ganvas", *words, "--nproc", "2"], stdout=out, stderr=out
        )
    until(lambda: list(tmp_path.glob(f"{NAME}/checkpoints/step-????????")))
    torchrun.kill()
    torchrun.wait()
    until(lambda: "Stopped and saved; go on with: " in (tmp_path / "said").read_text())
    log = (tmp_path / NAME / "log.txt").read_text()
    assert f"step {saved(tmp_path / NAME).step}: stopped: " in log


def until(found, seconds: float = 60) -> None:
    """Waits until `found()` is true."""
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_refusal_of_all_is_told_by_one(tmp_path):
    (tmp_path / "own.py").write_text(
        "from ganvas import GAN\n"
        "class Bad(GAN):\n"
        "    def turns(self, nets, draw, t):\n"
        "        yield from super().turns(nets, draw, t)\n"
        "        assert t.step != 3\n"
    )
    for words, sentence in [
        (["--data", "digts"], "Unknown data set or folder 'digts'; did you mean 'digits'?"),
        (["own.py:Bad", "--steps", "9"], "Bad fails at line 5 of "),
    ]:
        what = [] if words[0].startswith("-") else [words.pop(0)]
        done = subprocess.run(
            [sys.executable, "-m", "ganvas", "train", *what, *words, "--nproc", "2"],
            capture_output=True,
            text=True,
            cwd=tmp_path,
        )
        assert done.returncode == 2, done.stderr
        assert [sentence in line for line in done.stderr.splitlines()] == [True, False]


def test_a_refusal_keeps_its_exit_code(whole, tmp_path):
    """PyTorch's threads, which wait for the other process, once ended half of them by SIGABRT."""
    words = ["train", "--resume", str(whole / NAME), "--steps", "40"]
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-m", "ganvas", *words, "--nproc", "4"], capture_output=True, text=True
        )
        assert "was trained by 2 processes" in done.stderr
        assert done.returncode == 2, done.stderr


def test_less_than_one_process_is_refused(tmp_path, capsys):
    assert main([*TRAIN, "--outdir", str(tmp_path), "--nproc", "0"]) == 2
    assert "nproc = 0: 1 process or more." in capsys.readouterr().err
    assert not tree(tmp_path)


def test_what_cannot_be_split_is_refused_before_any_process_starts(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("ganvas.cli.train.launch", lambda *_: pytest.fail("launched"))
    words = [*TRAIN, "--outdir", str(tmp_path), "--nproc", "3"]
    assert main(words) == 2
    assert "batch = 32 cannot be split evenly over 3 processes" in capsys.readouterr().err
    assert not tree(tmp_path)


@pytest.mark.parametrize(("code", "found"), [(5, 5), (-9, 137)])
def test_its_exit_code_is_that_of_the_first_that_failed(monkeypatch, capsys, code, found):
    from torch.distributed import run
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError, ProcessFailure

    def failing(args):
        assert args.training_script_args == ["train", "gan", "--nproc", "3"]
        assert (args.nproc_per_node, args.training_script, args.module) == ("3", "ganvas", True)
        failure = ProcessFailure(local_rank=1, pid=1, exitcode=code, error_file="none")
        raise ChildFailedError("ganvas", {1: failure})

    monkeypatch.setattr(run, "run", failing)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert launch(3, ["gan", "--nproc", "3"]) == found
    said = capsys.readouterr().err
    assert said == ("" if code > 0 else "ganvas: Process 1 of 3 was ended by SIGKILL.\n")
