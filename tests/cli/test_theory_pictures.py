"""`ganvas theory density` and `theory swap`: text, JSON and page of trainings made up for speed."""

from __future__ import annotations

import json
import math
import subprocess
import sys

import pytest
import torch

from ganvas.cli import theory_density, theory_swap
from ganvas.data import toy
from ganvas.errors import UsageError
from ganvas.theory import density, density_page, swap, swap_page
from ganvas.theory.density import Stage, Training
from ganvas.theory.swap import Cloud, Exchange
from ganvas.theory.value import EVEN, Estimate

COMMANDS = {"density": theory_density, "swap": theory_swap}
PLOTS = {"density": 6, "swap": 3}
NUMBERS = {
    "density": ("0.000", "−1.3863 ± 0.0100", "1,600", "|D − D*|"),
    "swap": ("99.2 %", "100.0 %", "−1.4000", "−1.4100", "−1.3863", "−1.3000"),
}


def made_up_training(steps: int = 1200, seed: int = 0, tell: object = None) -> Training:
    p = density.p_data()
    names = {0: "start", 400: "judge", 520: "middle", 1600: "end"}
    looks = tuple(
        Stage(
            names.get(step, ""),
            step,
            p.roll(20 - step // 80),
            torch.full((100,), 0.5, dtype=torch.float64),
            torch.linspace(-2, 3, 50).view(25, 2),
            Estimate(EVEN + 0.3 * (1 - step / 1600), 0.01),
        )
        for step in (0, 200, 400, 520, 1000, 1600)
    )
    return Training(steps, seed, tuple(look for look in looks if look.name), looks)


def made_up_exchange(steps: int = 800, seed: int = 0, tell: object = None) -> Exchange:
    value = Estimate(-1.38, 0.001)
    real = Cloud(toy.sample("ring8", 2500, seed=3), value)
    point = Cloud(toy.modes("ring8")[1].expand(2500, 2), Estimate(-1.4, 0.001))
    line = torch.linspace(-2, 2, swap.CELLS, dtype=torch.float64)
    d = 0.5 - (line[:, None].square() + (line - 0.7).square()) / 100
    return Exchange(steps, seed, real, point, real, d, (0.7, 0.0), -1.41, Estimate(-1.3, 0.002))


@pytest.fixture(autouse=True)
def quick(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(density, "train", made_up_training)
    monkeypatch.setattr(swap, "exchange", made_up_exchange)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("name", COMMANDS)
def test_the_text_tells_the_numbers_and_the_page_is_one_whole_file(name, lang, capsys, tmp_path):
    assert COMMANDS[name].main(["--steps", "300", "--lang", lang]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    for number in NUMBERS[name]:
        assert number in out
    assert "{" not in out
    assert out.splitlines()[-1] == f"theory-{name}.html"
    (page,) = tmp_path.iterdir()
    assert page.name == f"theory-{name}.html"
    text = page.read_text(encoding="utf-8")
    assert text.count("<svg") == PLOTS[name]
    assert f'<html lang="{lang}">' in text
    assert f"ganvas theory {name} --steps 300 --seed 0 --lang {lang}" in text
    assert "<script" not in text


@pytest.mark.parametrize("name", COMMANDS)
def test_equal_trainings_give_equal_pages(name, tmp_path):
    for page in ("one.html", "again.html"):
        COMMANDS[name].main(["--html", page])
    one, again = (path.read_bytes() for path in tmp_path.iterdir())
    assert one == again


@pytest.mark.parametrize("name", COMMANDS)
def test_json_is_all_there_is_on_stdout_and_no_page_unasked(name, capsys, tmp_path):
    assert COMMANDS[name].main(["--json", "--steps", "300", "--seed", "7"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["steps"], found["seed"]) == (300, 7)
    assert found["even"] == pytest.approx(-math.log(4))
    assert not list(tmp_path.iterdir())
    assert COMMANDS[name].main(["--json", "--html", "asked.html"]) == 0
    json.loads(capsys.readouterr().out)
    assert [path.name for path in tmp_path.iterdir()] == ["asked.html"]


def test_the_json_of_density_holds_the_curves(capsys):
    theory_density.main(["--json"])
    found = json.loads(capsys.readouterr().out)
    assert [stage["name"] for stage in found["stages"]] == ["start", "judge", "middle", "end"]
    last = found["stages"][-1]
    assert len(found["x"]) == len(last["p_g"]) == len(last["d"]) == len(last["best"]) == 100
    assert last["distance"] == pytest.approx(0, abs=1e-9)
    assert {0.5, None} == {best and round(best, 9) for best in last["best"]}
    assert [look["step"] for look in found["value"]] == [0, 200, 400, 520, 1000, 1600]


def test_the_json_of_swap_holds_the_counts(capsys):
    theory_swap.main(["--json"])
    clouds = json.loads(capsys.readouterr().out)["clouds"]
    assert {name: cloud["modes"] for name, cloud in clouds.items()} == {
        "before": 8, "frozen": 1, "alternating": 8,
    }  # fmt: skip
    assert len(clouds["frozen"]["samples"]) == 2500


@pytest.mark.parametrize("name", COMMANDS)
def test_a_bar_runs_while_it_trains(name, monkeypatch, capsys):
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert COMMANDS[name].main(["--json"]) == 0
    out, err = capsys.readouterr()
    json.loads(out)
    assert "training" in err


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--step", "5"], "did you mean '--steps'"),
        (["--steps", "many"], "--steps: expected INT"),
        (["--lang", "kr"], "'en', 'ko'"),
        (["circle"], "'circle' is one word too many."),
        (["--html", "nowhere/page.html"], "nowhere does not exist"),
    ],
)
@pytest.mark.parametrize("name", COMMANDS)
def test_bad_input_is_refused_and_nothing_is_written(name, argv, said, tmp_path, capsys):
    with pytest.raises(UsageError) as refused:
        COMMANDS[name].main(argv)
    assert said in str(refused.value)
    assert capsys.readouterr().out == ""
    assert not list(tmp_path.iterdir())


def test_the_pictures_of_the_docs_are_small(tmp_path):
    density_page.picture(made_up_training(), tmp_path / "density.png")
    swap_page.picture(made_up_exchange(), tmp_path / "swap.png")
    for path in tmp_path.iterdir():
        assert 5_000 < path.stat().st_size < 150_000


@pytest.mark.parametrize("name", COMMANDS)
def test_help_answers_without_torch(name):
    script = (
        "import sys\n"
        f"from ganvas.cli.theory_{name} import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: assert 'torch' not in sys.modules and 'matplotlib' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "--steps" in done.stdout


def test_the_defaults_are_those_of_the_lessons():
    assert theory_density.TheoryDensity().steps == density.STEPS
    assert theory_swap.TheorySwap().steps == swap.STEPS
