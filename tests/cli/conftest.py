"""One small run for all tests that only read it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ganvas.cli import COMMANDS, main
from small import TRAIN, tree


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> Path:
    """A folder with two runs: of digits, saved at 10 and 20, and of points."""
    place = tmp_path_factory.mktemp("made")
    outdir = ["--outdir", str(place / "runs")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ganvas.report.write", lambda run: run / "report.html")
        assert main([*TRAIN, "--steps", "20", "--save-every", "10", *outdir]) == 0
        assert main([*TRAIN, "--steps", "5", "--data", "toy:ring8", *outdir]) == 0
    return place


@pytest.fixture
def place(made, tmp_path, monkeypatch) -> Path:
    """A working directory of one's own with copies of those runs in `runs/`."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def refused(place, capsys) -> Callable[[list[str], int, str], None]:
    """Runs a command that must be refused in one sentence, with nothing written."""

    def run(argv: list[str], code: int, said: str) -> None:
        before = tree(place)
        capsys.readouterr()
        found = main(argv)
        out, err = capsys.readouterr()
        first, *rest = err.splitlines()
        assert (found, out) == (code, ""), err
        assert first.startswith("ganvas: ")
        assert said in first
        assert first.endswith((".", "?"))
        hint = code == 2 and argv[0] in COMMANDS
        assert rest == ([f"Try 'ganvas {argv[0]} --help'."] if hint else [])
        assert tree(place) == before

    return run
