"""`ganvas explain mlp`: text, JSON or a page; bad input in one sentence."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from ganvas.cli import main
from ganvas.lessons.matrices import Setting, lesson

COMMAND = ["explain", "mlp"]


def test_the_text_ends_with_the_check(capsys):
    assert main(COMMAND) == 0
    out = capsys.readouterr().out
    assert "dW₂ = a₁ᵀ·δ₂   (2,3)ᵀ·(2,1) = (3,1)" in out
    assert "difference from autograd is" in out
    assert main(COMMAND) == 0
    assert capsys.readouterr().out == out


def test_korean(capsys):
    assert main([*COMMAND, "--lang", "ko"]) == 0
    out = capsys.readouterr().out
    assert "dW₂ = a₁ᵀ·δ₂   (2,3)ᵀ·(2,1) = (3,1)" in out
    assert "autograd와의 가장 큰 차이" in out


def test_json_holds_all_numbers_and_nothing_else(capsys):
    options = ["--z", "3", "--g-hidden", "2", "--x", "5", "--d-hidden", "4", "--batch", "1"]
    assert main([*COMMAND, *options, "--seed", "5", "--loss", "minimax", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    setting = Setting(z=3, g_hidden=2, x=5, d_hidden=4, batch=1, seed=5, loss="minimax")
    step = lesson(setting)
    assert said["setting"] == vars(setting)
    assert said["after"] == step.after
    assert max(said["autograd"].values()) < 1e-12
    assert list(said["parts"]) == list(step.parts)
    for part, lines in step.parts.items():
        for line, read in zip(lines, said["parts"][part], strict=True):
            assert (line.name, line.formula, line.shapes) == (
                read["name"],
                read["formula"],
                read["shapes"],
            )
            for column, value in line.values.items():
                assert np.array_equal(value, read["values"][column])


def test_a_page_is_written_and_its_path_printed(tmp_path, capsys):
    path = tmp_path / "step.html"
    assert main([*COMMAND, "--html", str(path)]) == 0
    assert capsys.readouterr().out == f"{path}\n"
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert main([*COMMAND, "--html", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["autograd"]


@pytest.mark.parametrize(
    ("argv", "code", "said"),
    [
        (["--z", "0"], 2, "z is 1 to 8, so that the matrices can be read, got 0."),
        (["--g-hidden", "9"], 2, "g-hidden is 1 to 8, so that the matrices can be read, got 9."),
        (["--x", "999999999999"], 2, "x is 1 to 8, so that the matrices can be read, got 9999"),
        (["--d-hidden", "-2"], 2, "d-hidden is 1 to 8, so that the matrices can be read, got -2."),
        (["--batch", "0"], 2, "batch is 1 to 8, so that the matrices can be read, got 0."),
        (["--batch", "2.5"], 2, "--batch: expected INT, got '2.5'."),
        (["--lr", "nan"], 2, "lr is above 0 and at most 10, got nan."),
        (["--lr", "0"], 2, "lr is above 0 and at most 10, got 0."),
        (["--seed", "-1"], 2, "seed is 0 or more, got -1."),
        (["--loss", "hinge"], 2, "--loss: 'hinge' is none of 'nonsaturating', 'minimax'."),
        (["--lang", "kr"], 2, "--lang: 'kr' is none of 'en', 'ko'."),
        (["--hidden", "3"], 2, "Unknown option '--hidden'; did you mean '--"),
        (["--html"], 2, "--html needs a value."),
        (["--html", "no/x.html"], 2, "--html no/x.html: the folder no does not exist."),
        (["--html", "x.html", "--z", "0"], 2, "z is 1 to 8"),
        (["more"], 2, "'more' is one word too many."),
    ],
)
def test_bad_input(argv, code, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main([*COMMAND, *argv]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[0].startswith(f"ganvas: {said}")
    assert not list(tmp_path.iterdir())


def test_help_answers_without_torch():
    code = (
        "import sys\nfrom ganvas.cli import main\n"
        "try: main(['explain', 'mlp', '--help'])\n"
        "except SystemExit: print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "--d-hidden" in done.stdout
    assert done.stdout.splitlines()[-1] == "False"
