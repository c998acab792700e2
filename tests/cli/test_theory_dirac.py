"""`ganvas theory dirac`: text, JSON and page in both languages; bad input in one sentence."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from ganvas.cli.theory_dirac import main
from ganvas.errors import UsageError


@pytest.mark.parametrize(("lang", "said"), [("en", "circles"), ("ko", "맴돎")])
def test_the_text_holds_the_table(capsys, lang, said):
    assert main(["--lang", lang]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert said in out
    for number in ("3.10 ↑", "0.284 ↘", "1.22 →", "9.5e−22 ↓", "−0.15 ± 0.477i", "−0.134, −1.866"):
        assert number in out
    assert max(len(line) for line in out.splitlines()) <= 80


def test_json_is_all_there_is_on_stdout(capsys, tmp_path):
    page = tmp_path / "dirac.html"
    assert main(["--json", "--steps", "200", "--start", "1", "-1", "--html", str(page)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["setting"] == {"steps": 200, "lr": 0.2, "start": [1.0, -1.0]}
    assert len(found["rows"]) == 12
    assert all(row["agrees"] for row in found["rows"])
    weak = next(row for row in found["rows"] if row["name"] == "r1-weak")
    assert weak["eigenvalues"][0] == pytest.approx([-0.15, 0.47697], abs=1e-5)
    assert [each["steps"] for each in found["decay"]] == [500, 5000, 50_000]
    assert page.stat().st_size > 100_000


def test_the_page_is_one_whole_file(capsys, tmp_path):
    page = tmp_path / "dirac.html"
    assert main(["--steps", "100", "--lang", "ko", "--html", str(page)]) == 0
    assert capsys.readouterr().out == f"{page}\n"
    text = page.read_text(encoding="utf-8")
    assert text.count("<svg") == text.count("<figcaption>") == 12
    assert '<html lang="ko">' in text
    assert "--steps 100 --lr 0.2 --start 1 1" in text
    assert "<script" not in text


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--step", "5"], "did you mean '--steps'"),
        (["--steps", "5"], "steps is 100 to 100,000, got 5."),
        (["--steps", "many"], "--steps: expected INT"),
        (["--lr", "0"], "lr is above 0"),
        (["--start", "0", "0"], "where nobody moves"),
        (["--start", "1"], "--start"),
        (["--lang", "kr"], "'en', 'ko'"),
        (["circle"], "'circle' is one word too many."),
    ],
)
def test_bad_input_is_refused_and_nothing_is_written(argv, said, tmp_path, capsys):
    with pytest.raises(UsageError) as refused:
        main([*argv, "--html", str(tmp_path / "dirac.html")])
    assert said in str(refused.value)
    assert capsys.readouterr().out == ""
    assert not list(tmp_path.iterdir())


def test_help_answers_without_torch():
    script = (
        "import sys\n"
        "from ganvas.cli.theory_dirac import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: assert 'torch' not in sys.modules and 'matplotlib' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "--start" in done.stdout
