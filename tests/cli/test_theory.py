"""`ganvas theory`: text, JSON, page, exit codes; the table itself is tested in tests/theory."""

from __future__ import annotations

import json
import subprocess
import sys
import types

import pytest

from ganvas.cli import main
from ganvas.theory.row import Row

ROWS = [
    Row("judge.minimax", 0.25, 0.25, 1e-8),
    Row("value.pearson", 2.0, 0.5, 1e-3, "≠"),
    Row("minibatch.training", 1.0, 5.0, 0.0, ">"),
]
BROKEN = [*ROWS, Row("equal.d.hinge", 2.0, 4.0, 1e-8)]


@pytest.fixture
def measured(monkeypatch):
    """Makes the command find these rows, without the seconds that measuring takes."""

    def use(rows: list[Row]) -> list[int]:
        seeds: list[int] = []
        monkeypatch.setattr(
            "ganvas.theory.table.table", lambda seed: seeds.append(seed) or list(rows)
        )
        return seeds

    return use


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "All 3 rows hold."), ("ko", "3개 행이 모두 성립합니다.")]
)
def test_the_text_holds_the_rows(measured, capsys, lang, said):
    measured(ROWS)
    assert main(["theory", "--lang", lang]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert said in out
    assert "✓ minimax: D = p/(p+q)" in out
    assert "≠\u00a02.000000" in out
    assert max(map(len, out.splitlines())) <= 80


def test_a_row_that_does_not_hold_is_named_and_the_exit_code_is_4(measured, capsys):
    measured(BROKEN)
    assert main(["theory"]) == 4
    out, err = capsys.readouterr()
    assert "✗ hinge: d_loss = 2" in out
    assert err == "ganvas: These rows do not hold: equal.d.hinge.\n"


def test_json_is_all_there_is_on_stdout(measured, capsys):
    seeds = measured(BROKEN)
    assert main(["theory", "--json", "--seed", "3"]) == 4
    found = json.loads(capsys.readouterr().out)
    assert found["seed"] == 3
    assert seeds == [3]
    assert [row["holds"] for row in found["rows"]] == [True, True, True, False]
    assert found["rows"][3] == {
        "key": "equal.d.hinge",
        "section": "equal",
        "expected": 2.0,
        "measured": 4.0,
        "tolerance": 1e-8,
        "relation": "=",
        "off": 2.0,
        "holds": False,
    }


def test_the_page_is_one_whole_file(measured, capsys, tmp_path):
    measured([*ROWS, Row("push.ratio10", 9, 9, 1e-7), Row("shell.sphere", 1, 1, 0.1)])
    page = tmp_path / "theory.html"
    assert main(["theory", "--html", str(page), "--lang", "ko"]) == 0
    assert capsys.readouterr().out == f"{page}\n"
    text = page.read_text(encoding="utf-8")
    assert '<html lang="ko">' in text
    assert "https://" not in text.replace("https://www.w3.org", "")
    assert text.count("<svg") == 3  # of the sections that are there
    assert "최적의 D" in text


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["dirca"], "Unknown part of the theory 'dirca'; did you mean 'dirac'?"),
        (["--sede", "1"], "Unknown option '--sede'; did you mean '--seed'?"),
        (["--seed", "-1"], "--seed"),
        (["--lang", "kr"], "--lang"),
        (["--html", "nowhere/a.html"], "the folder nowhere does not exist."),
    ],
)
def test_bad_input_is_refused_before_anything_is_measured(measured, capsys, argv, said):
    seeds = measured(ROWS)
    assert main(["theory", *argv]) == 2
    out, err = capsys.readouterr()
    assert (out, seeds) == ("", [])
    assert said in err.splitlines()[0]


@pytest.mark.parametrize("part", ["dirac", "density", "swap"])
def test_its_parts_are_handed_what_follows(monkeypatch, part):
    taken: list[list[str]] = []
    module = types.SimpleNamespace(main=lambda argv: taken.append(argv) or 0)
    monkeypatch.setitem(sys.modules, f"ganvas.cli.theory_{part}", module)
    assert main(["theory", part, "--json"]) == 0
    assert taken == [["--json"]]


def test_help_answers_without_torch():
    script = (
        "import sys\nfrom ganvas.cli import main\n"
        "try:\n    main(['theory', '--help'])\nfinally:\n    print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "--seed" in done.stdout
    assert "dirac" in done.stdout
    assert done.stdout.rstrip().endswith("False")
