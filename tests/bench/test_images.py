"""Every family for the same minute: the pace, the runs that it buys, and the table from both."""

from typing import get_args

import pytest
from PIL import Image

from ganvas import data, families, recipes
from ganvas.bench import images
from ganvas.bench.table import REAL, Results
from ganvas.cli import main
from ganvas.cli.bench_images import Data, Family
from ganvas.data.batches import Images, Labelled
from ganvas.measure import Judge
from ganvas.trainer import Trainer

SMALL = {"gan": {"g_hidden": [8], "d_hidden": [8]}, "cgan": {"g_hidden": [8]}}
FACTS = images.facts(1e-6, 600)
GAMES = images.games(SMALL)
GAN = {name: GAMES[name] for name in (REAL, "gan")}


def run(family, seed=0, steps=3):
    options = {"game": GAMES[family], "steps": steps, "seed": seed}
    return {"data": "digits", "family": family} | options


def pace(family):
    return {"data": "digits", "pace": family, "game": GAMES[family]}


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("GANVAS_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def found(tmp_path):
    """Results with a pace of the gan on digits, of 40 steps."""
    results = Results(tmp_path / "images.jsonl", FACTS)
    made = {"seconds": 0.01, "precision": "float32", "processor": "AVX2"}
    results.add(pace("gan"), {"steps": 40} | made)
    return results


def test_every_family_that_plays_with_pictures_is_there():
    def fits(name):
        kind = families.find(name)
        return name != "red" and bool({Images, Labelled} & {*kind.plays})

    assert {*images.GAMES} == {"images", *(name for name in families.names() if fits(name))}
    assert get_args(Family) == tuple(images.GAMES)
    assert {*get_args(Data)} == {*images.DATA, "digits"}
    for options in images.games().values():
        assert images.BLOCK % options.get("every", 1) == 0, "each block has a lazy penalty once"
    for name, options in images.GAMES.items():
        recipes.resolve(name).merged({"game": options}).game.accept(data.load("digits").spec)


def test_a_pace_turns_minutes_into_steps(monkeypatch):
    """By processor time, and by the quickest block: what waits or warms up is not counted."""
    clock = iter([0.0, 9.0, 10.0, 10.3, 20.0, 20.6, 30.0, 31.0])
    monkeypatch.setattr(images.time, "process_time", lambda: next(clock))
    row = images.play(FACTS | {"minutes": 0.1}, pace("gan"))
    assert row["seconds"] == pytest.approx(0.3 / images.BLOCK)
    assert row["steps"] == round(60 * 0.1 * 2 / (0.3 / images.BLOCK)) == 160


def test_a_pace_is_of_whole_periods(monkeypatch):
    """A penalty at every sixth step comes as often in each block, so that none is quicker."""
    steps = []
    monkeypatch.setattr(Trainer, "step", lambda self: steps.append(1))
    options = {**GAMES["gan"], "penalty": "r1", "every": 6}
    images.play(FACTS, pace("gan") | {"game": options})
    assert len(steps) == images.BLOCKS * 12


def test_the_smallest_budget_is_a_step():
    assert images.play(FACTS, pace("cgan"))["steps"] == 1


def test_a_seed_is_a_run(monkeypatch):
    one, again, other = (images.play(FACTS, run("gan", seed)) for seed in (0, 0, 1))
    assert one == again != other
    assert {*images.SHOWN} <= {*one}
    assert images.play(FACTS, run("gan", steps=4)) != one


def test_a_default_that_changes_makes_its_runs_anew_and_no_others(found):
    other = images.games(SMALL | {"cgan": {"g_hidden": [9]}})
    cells = [{"data": "digits", "pace": name, "game": other[name]} for name in ("gan", "cgan")]
    found.add(pace("cgan"), {"steps": 40})
    assert [each in found for each in cells] == [True, False]


def test_a_run_is_so_many_steps_of_its_family(monkeypatch):
    seen = {}

    class Watched(Trainer):
        def __init__(self, game, name, **options):
            seen.update(options, game=game, name=name)
            super().__init__(game, name, **options)

    monkeypatch.setattr(images, "Trainer", Watched)
    images.play(FACTS, run("cgan", seed=5, steps=2))
    assert type(seen["game"]).__name__ == "CGAN"
    assert seen["game"].g_hidden == (8,)
    assert (seen["name"], seen["steps"], seen["seed"], seen["threads"]) == ("digits", 2, 5, 1)


def test_a_conditional_family_draws_the_classes_of_the_real_ones(monkeypatch):
    asked = []
    kept = images.drawing.finished

    def finished(game, nets, spec, n, first, y):
        asked.append(y)
        return kept(game, nets, spec, n, first, y)

    monkeypatch.setattr(images.drawing, "finished", finished)
    images.play(FACTS, run("cgan", steps=1))
    images.play(FACTS, run("gan", steps=1))
    y = data.load("digits").y
    assert asked[0].tolist() == y[:600].tolist()
    assert asked[1] is None


def test_real_samples_score_the_judges_floor():
    row = images.play(FACTS, run(REAL, steps=0))
    digits = data.load("digits")
    judge = Judge(digits, n=600, source="digits", metrics=images.METRICS, seed=0)
    assert row == judge.floor
    assert row["frechet"] < images.play(FACTS, run("gan"))["frechet"] / 20


def test_the_runs_are_of_the_measured_steps_seed_by_seed(found):
    cells = list(images.cells(found, ["digits"], GAN, 2))
    assert [(c["family"], c["steps"], c["seed"]) for c in cells] == [
        (REAL, 0, 0),
        ("gan", 40, 0),
        (REAL, 0, 1),
        ("gan", 40, 1),
    ]


def test_the_table_has_real_samples_first_and_counts_what_failed(found):
    scores = {"frechet": 2.0, "kid": 0.5, "precision": 0.25, "recall": 0.125, "density": 1.0}
    for seed in range(3):
        real = {k: v / 10 for k, v in scores.items()}
        found.add(run(REAL, seed, 0), real)
        made = scores | {"frechet": 2.0 + seed}
        found.add(run("gan", seed, 40), made if seed < 2 else {"failed": "not finite"})
    lines = images.table(found, "digits", GAN, 3).splitlines()
    assert lines[2].startswith("| other real samples |  |  | 0.20 ± 0.00 | 0.0500 ± 0.0000 |")
    assert lines[3].startswith("| gan | 40 | 2,560 | 2.50 ± 0.71 | 0.5000 ± 0.0000 | 0.250 ± 0.000")
    assert lines[3].endswith("| 1 of 3 |")
    page = images.page(found, ["digits"], GAN, 3)
    assert page.startswith("1e-06 minutes of 2 processors a run")
    assert "AVX2 float32, torch 2." in page
    assert "\n## digits\n\n| family |" in page


def test_the_command_writes_the_table_and_goes_on(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    argv = ["bench", "images", "--minutes", "1e-6", "--seeds", "2", "--samples", "300"]
    argv += ["--only", "gan", "--data", "digits", "--jobs", "1"]
    (tmp_path / "grids").mkdir()
    assert main([*argv, "--out", "table.md", "--grids", "grids"]) == 0
    names = ["digits-gan-0.png", "digits-gan-1.png"]
    assert sorted(path.name for path in (tmp_path / "grids").iterdir()) == names
    with Image.open(tmp_path / "grids" / names[0]) as picture:
        assert picture.size == (548, 548)
    said = capsys.readouterr()
    assert said.out == "table.md\n"
    assert "4 of 4" in said.err
    text = (tmp_path / "table.md").read_text()
    assert text.count("| gan | 1 | 64 |") == text.count("| other real samples |") == 1

    def never(*_, **__):
        raise AssertionError("all of it was done before")

    monkeypatch.setattr(images, "play", never)
    assert main(argv) == 0
    assert capsys.readouterr().out == text
    assert main([*argv, "--samples", "301"]) == 2
    assert "was made with other samples" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["--minutes", "0"], "--minutes is more than 0"),
        (["--minutes", "nan"], "--minutes is more than 0"),
        (["--seeds", "0"], "--seeds 1 or more"),
        (["--samples", "9"], "--samples 10 or more"),
        (["--only", "ganz"], "is none of"),
        (["--data", "svhn"], "is none of"),
        (["--out", "nowhere/table.md"], "nowhere/table.md cannot be written: No such folder."),
        (["--grids", "nowhere"], "nowhere cannot hold pictures: No such folder."),
        (["--results", "nowhere/found.jsonl"], "No such folder"),
    ],
)
def test_what_cannot_be_benched_is_one_sentence(argv, words, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["bench", "images", *argv]) in (2, 5)
    said = capsys.readouterr().err
    assert words in said
    assert "Traceback" not in said
    assert not list(tmp_path.iterdir())
