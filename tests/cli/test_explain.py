"""`ganvas explain`: text, JSON and a page of the same numbers, and what it refuses."""

from __future__ import annotations

import json
import math
import re
import shlex
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from ganvas.cli import main
from ganvas.lessons.worked import sigmoid

DOCS = Path(__file__).parents[2] / "docs/lectures"


@pytest.fixture
def explain(tmp_path, monkeypatch, capsys):
    """Runs `ganvas explain …` in an empty folder; gives its code and what it printed."""
    monkeypatch.chdir(tmp_path)

    def run(*argv):
        code = main(["explain", *argv])
        return code, *capsys.readouterr()

    return run


@pytest.mark.parametrize(
    "line",
    [
        "red    σ(0.3 · 0.5) = σ(0.15000) = 0.53743",
        "= σ(0.47995) = 0.61774",
        "= −(1 − 0.59869) · (1, 0, 0) = (−0.40131, 0, 0)",
        "= 0.61774 · (0.53743, 0.52498, 0.53743) = (0.33199, 0.32430, 0.33199)",
        "full update: real and fake, their gradients added  ← this round",
        "red    0.4 − 0.01 · (−0.40131 + 0.33199) = 0.40069",
        "one-sided update: the fake only\n",
        "red    0.4 − 0.01 · 0.33199 = 0.39668",
        "The notes print w* = (0.396, 0.297, 0.197).",
        "D(G(z)) = σ(w*·G(z)) = σ(0.47684) = 0.61700",
        "red    −(1 − 0.61700) · 0.40069 · 0.53743 · (1 − 0.53743) · 0.5 = −0.01908",
        "green  −(1 − 0.61700) · 0.29676 · 0.52498 · (1 − 0.52498) · 0.5 = −0.01417",
        "blue   −(1 − 0.61700) · 0.19668 · 0.53743 · (1 − 0.53743) · 0.5 = −0.00936",
        "red    −(1 − 0.62) · 0.396 · 0.54 · (1 − 0.54) · 0.5 = −0.0187",
        "green  −(1 − 0.62) · 0.297 · 0.52 · (1 − 0.52) · 0.5 = −0.0141",
        "blue   −(1 − 0.62) · 0.197 · 0.54 · (1 − 0.54) · 0.5 = −0.0093",
        "(−0.019, −0.014, −0.009). Their middle line drops the minus sign",
        "red    0.3 − 0.01 · (−0.01908) = 0.30019    σ(0.30019 · 0.5) = 0.53745",
        "`ganvas train red`",
    ],
)
def test_the_text_has_formula_numbers_and_result(explain, line):
    code, out, _ = explain()
    assert code == 0
    assert line in out or line in re.sub(r"\s+", " ", out)


def sums(text):
    """Every `numbers put in = result`: what they give, the result, its last digit, the line."""
    for line in text.splitlines():
        for piece in re.split(r"\s{4,}(?=σ)|(?<=\w)  +(?=[−σ\d(])", line):
            for left, right in pairwise(piece.split(" = ")):
                put_in = left.replace("−", "-").replace("·", "*").strip()
                put_in = re.sub(r"-log ([\d.]+)", r"-log(\1)", put_in)
                result = right.split()[0].replace("−", "-")
                numeric = re.fullmatch(r"[-+*()σ\d. ]+|-log\([-\d. ]+\)", put_in)
                if numeric and re.search("[*σ]|log", put_in) and re.fullmatch(r"-?[\d.]+", result):
                    gives = eval(put_in, {"σ": sigmoid, "log": math.log})
                    yield gives, float(result), 10.0 ** -len(result.partition(".")[2]), line


@pytest.mark.parametrize(
    ("argv", "least"),
    [
        ("", 36),
        ("--feed coin --seed 2 --lang ko", 45),
        ("--z -1.5 --v 0.5 -2 --w -0.5 0.6 --real 0.2 0.9 --lr 0.5", 24),
    ],
)
def test_the_numbers_put_in_give_the_result(explain, argv, least):
    found = list(sums(explain(*argv.split())[1]))
    assert len(found) >= least
    for put_in, result, unit, line in found:
        assert put_in == pytest.approx(result, abs=0.6 * unit + 0.6e-5), line


def test_rounds_after_the_first_are_a_table(explain):
    _, once, _ = explain()
    _, often, _ = explain("--rounds", "100")
    rows = re.findall(r"^ +(\d+)  .*#[0-9a-f]{6} ", often, re.MULTILINE)
    assert rows == ["1", "2", "5", "10", "20", "50", "100"]
    assert not re.search(r"^ +1  .*#", once, re.MULTILINE)


def test_the_coin_says_what_d_sees(explain):
    _, out, _ = explain("--feed", "coin", "--rounds", "3")
    assert "one-sided update: the fake only  ← this round" in out
    seen = re.findall(r"^ +[123]  +(the \w+)  ", out, re.MULTILINE)
    assert seen == ["the fake", "the real", "the real"]
    _, out, _ = explain("--feed", "coin", "--seed", "2")
    assert "one-sided update: the real colour only  ← this round" in out


def test_korean(explain):
    code, out, _ = explain("--lang", "ko")
    assert code == 0
    assert "연쇄 법칙" in out
    assert "−0.01908" in out
    assert "D moves" not in out


def test_json_has_every_number(explain):
    code, out, err = explain("--json", "--rounds", "3", "--feed", "coin")
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert list(found) == ["example", "rounds", "notes", "autograd"]
    assert list(found["example"]) == ["z", "v", "w", "real", "lr", "rounds", "feed", "seed"]
    assert [each["fed"] for each in found["rounds"]] == ["fake", "real", "real"]
    first = found["rounds"][0]
    assert set(first) == {"number", "v", "w", "a", "real", "fake", "loss_g", "fed", "updates"}
    assert set(first["real"]) == {"x", "s", "d", "loss", "error", "gradient"}
    assert set(first["updates"]) == {"both", "fake", "real"}
    assert set(first["updates"]["both"]) == {
        *("gradient", "w", "s", "d", "loss_g"),
        *("gradient_g", "gradient_v", "gradient_v_kept", "v", "g"),
    }
    assert first["updates"]["both"]["gradient_v"][0] == pytest.approx(-0.01908, abs=1e-5)
    assert found["notes"]["w"] == [0.396, 0.297, 0.197]
    assert found["autograd"]["difference"] < 1e-6
    assert found["rounds"][1]["w"] == first["updates"]["fake"]["w"]


def test_the_options_change_the_example(explain):
    argv = "--z -1 --v 1 2 --w -0.5 3 --real 0.2 0.9 --lr 0.5 --json"
    found = json.loads(explain(*argv.split())[1])
    assert found["example"] == {
        "z": -1,
        "v": [1, 2],
        "w": [-0.5, 3],
        "real": [0.2, 0.9],
        "lr": 0.5,
        "rounds": 1,
        "feed": "both",
        "seed": 0,
    }
    assert found["notes"] is None


def test_the_page_is_written_and_its_path_printed(explain, tmp_path):
    code, out, _ = explain("--html", "page.html", "--lang", "ko")
    assert (code, out) == (0, "page.html\n")
    first = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "−0.01908" in first
    explain("--html", "page.html", "--lang", "ko", "--json")
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == first
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ("mpl", "Unknown lesson 'mpl'; did you mean 'mlp'?"),
        ("--v 1 2", "got 2, 3 and 3 numbers."),
        ("--v", "got 0, 3 and 3 numbers."),
        ("--z nan", "z holds finite numbers; got nan."),
        ("--z half", "--z: expected FLOAT, got 'half'."),
        ("--lr 0", "lr is above 0; got 0."),
        ("--rounds 0", "rounds is from 1 to 10,000; got 0."),
        ("--rounds 10001", "rounds is from 1 to 10,000; got 10,001."),
        ("--rounds many", "--rounds: expected INT, got 'many'."),
        ("--feed fake", "--feed: 'fake' is none of 'both', 'coin'."),
        ("--lang fr", "--lang: 'fr' is none of 'en', 'ko'."),
        ("--rouds 3", "Unknown option '--rouds'; did you mean '--rounds'?"),
        ("--z 1e300 --v 1e300 1 1", "larger than a float can hold"),
    ],
)
def test_bad_input_is_one_sentence_and_nothing_is_written(explain, tmp_path, argv, said):
    code, out, err = explain(*argv.split(), "--html", "page.html")
    sentence, hint = err.splitlines()
    assert (code, out) == (2, "")
    assert sentence.startswith("ganvas: ")
    assert said in sentence
    assert hint == "Try 'ganvas explain --help'."
    assert list(tmp_path.iterdir()) == []


def test_a_page_that_cannot_be_written_is_said(explain):
    code, out, err = explain("--html", "no/such/page.html")
    assert (code, out) == (2, "")
    assert "--html no/such/page.html: the folder no/such does not exist." in err


def test_mlp_has_a_command_of_its_own(monkeypatch):
    given = []
    monkeypatch.setattr("ganvas.cli.explain_mlp.main", lambda argv: given.append(argv) or 0)
    assert main(["explain", "mlp", "--json"]) == 0
    assert given == [["--json"]]


def test_help_answers_without_torch():
    code = (
        "import sys\nfrom ganvas.cli import main\ntry:\n    main(['explain', '--help'])\n"
        "except SystemExit:\n    assert 'torch' not in sys.modules"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "--feed {both,coin}" in ran.stdout


def commands(page):
    blocks = re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    lines = "\n".join(blocks).splitlines()
    return [line.partition("#")[0].strip() for line in lines if "ganvas explain" in line]


@pytest.mark.parametrize("page", ["worked-example.md", "worked-example.ko.md"])
def test_the_commands_of_the_docs_are_taken(page, explain):
    found = commands(DOCS / page)
    assert len(found) == 6
    for command in found:
        code, out, err = explain(*shlex.split(command)[2:])
        assert (code, err) == (0, ""), command
        assert out


@pytest.mark.parametrize("page", ["worked-example.md", "worked-example.ko.md"])
def test_the_numbers_of_the_docs_are_printed(page, explain):
    printed = set(re.findall(r"−?0\.\d+", explain()[1]))
    told = set(re.findall(r"−?\b0\.\d{3,}", (DOCS / page).read_text(encoding="utf-8")))
    assert len(told) > 15
    assert told <= printed


@pytest.mark.parametrize(
    "words", [["explain"], ["explain", "mlp"], ["theory"], ["theory", "dirac"]]
)
def test_a_folder_is_no_page_and_that_is_said_before_the_work(words, tmp_path, capsys):
    assert main([*words, "--html", str(tmp_path)]) == 2
    err = capsys.readouterr().err
    assert "that is a folder" in err
    assert f"ganvas {' '.join(words)} --help" in err
