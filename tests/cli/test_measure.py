"""`ganvas measure`: a table or a card, and one sentence for what cannot be measured."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from PIL import Image

from ganvas import load
from ganvas.cli import main, measure
from ganvas.measure import METRICS, read
from ganvas.metrics.features import NAMES
from small import TRAIN, digits, tree

RUN, POINTS = "runs/0000-gan-digits", "runs/0001-gan-toy-ring8"
QUICK = ["--metrics", "frechet", "sliced-wasserstein"]
DOCS = Path(__file__).parents[2] / "docs/measures.md"


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("GANVAS_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def with_files(place):
    """Beside the runs: `one/` and `some/`, `some.npz`, `points.npz`, `holed.npz`, `x.npz`."""
    x = digits().x.numpy()
    for folder, count in (("one", 1), ("some", 12)):
        Path(folder).mkdir()
        for i in range(count):
            Image.fromarray(x[i, 0]).save(f"{folder}/{i:02d}.png")
    np.savez("some.npz", samples=x[:100])
    np.savez("points.npz", samples=np.random.default_rng(0).random((50, 2), np.float32))
    np.savez("holed.npz", samples=np.full((50, 2), np.nan, np.float32))
    np.savez("x.npz", x=x)
    np.savez("large.npz", samples=np.zeros((9, 1, 16, 16), np.uint8))
    np.savez("objects.npz", samples=np.array([None, 1], dtype=object))
    return place


def test_a_run_is_measured_against_its_data(place, capsys):
    before = tree(place)
    assert main(["measure", RUN, "digits", *QUICK]) == 0
    out = capsys.readouterr().out
    assert tree(place) == before
    assert out.startswith(f"A      {RUN}, 898 samples (1 x 8 x 8)\nB      digits, 898 samples")
    row = re.search(r"^frechet +([\d.]+) +([\d.]+)  lower", out, re.MULTILINE)
    assert float(row[1]) > 10 * float(row[2])
    assert "seen   digits " in out
    assert "\n! " not in out


def test_the_card_is_the_same_every_time_and_another_for_another_seed(place, capsys):
    for name, seed in (("a", "0"), ("b", "0"), ("c", "1")):
        argv = ["measure", RUN, "digits", *QUICK, "--seed", seed, "--json", f"{name}.json"]
        assert main(argv) == 0
    a, b, c = (Path(f"{name}.json").read_text() for name in "abc")
    assert a == b != c
    card = read(Path("a.json"))
    assert (card.a, card.b, card.shape) == (RUN, "digits", (1, 8, 8))
    capsys.readouterr()
    assert main(["measure", RUN, "digits", *QUICK, "--json", "-"]) == 0
    assert capsys.readouterr().out == a
    assert not Path("-").exists()


def test_samples_of_a_run_are_the_run(place, capsys):
    assert main(["sample", RUN, "-n", "898", "--npz", "drawn.npz"]) == 0
    assert main(["measure", RUN, "digits", *QUICK, "--json", "a.json"]) == 0
    assert main(["measure", "drawn.npz", "digits", *QUICK, "--json", "b.json"]) == 0
    a, b = (read(Path(f"{name}.json")).values() for name in "ab")
    assert a == pytest.approx(b, rel=1e-6)
    assert len(load(RUN).sample(898)) == 898


def test_two_cards_side_by_side(with_files, capsys, refused):
    assert main(["measure", RUN, "digits", *QUICK, "--json", "a.json"]) == 0
    assert main(["measure", "digits", "digits", *QUICK, "--json", "b.json"]) == 0
    capsys.readouterr()
    assert main(["measure", "a.json", "b.json"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[:2] == ["A  a.json", "B  b.json"]
    a, b = (read(Path(f"{name}.json")).values()["frechet"] for name in "ab")
    row = next(line.split() for line in out if line.startswith("frechet"))
    assert row[1:3] == [f"{a:.4g}", f"{b:.4g}"]
    assert main(["measure", RUN, "digits", "--n", "800", *QUICK, "--json", "c.json"]) == 0
    refused(["measure", "a.json", "c.json"], 2, "as n_real differs: 898 and 800.")
    refused(["measure", "a.json", "no.json"], 2, "no.json cannot be read: No such file")


def test_the_picture_of_neighbours(place, capsys):
    assert main(["measure", RUN, "digits", "--metrics", "kid", "--neighbours", "n.png"]) == 0
    with Image.open("n.png") as picture:
        assert picture.size == (6 * 68 + 4, 12 * 68 + 4)


def test_a_conditional_run_is_asked_for_the_classes_of_its_data(place, monkeypatch):
    monkeypatch.setattr("ganvas.report.write", lambda run: run / "report.html")
    assert main(["train", "cgan", *TRAIN[2:], "--steps", "5"]) == 0
    assert (
        main(["measure", "runs/0002-cgan-digits", "digits", "-n", "500", "--json", "c.json"]) == 0
    )
    values = read(Path("c.json")).values()
    assert {"gan-train", "gan-test", "class-accuracy", "frechet"} <= set(values)
    assert values["gan-train"] < 0.5


def test_points(place, capsys):
    assert main(["measure", POINTS, "toy:ring8", "--n", "2500"]) == 0
    out = capsys.readouterr().out
    for name in ("captured", "high-quality", "frechet", "coverage", "sliced-wasserstein"):
        assert re.search(rf"^{name} +[\d.]", out, re.MULTILINE), name


@pytest.mark.parametrize(
    ("argv", "code", "said"),
    [
        (["./no", "digits"], 2, "The folder './no' does not exist."),
        (["no.npz", "digits"], 2, "The file 'no.npz' does not exist."),
        ([RUN, "digts"], 2, "Unknown data set or folder 'digts'; did you mean 'digits'?"),
        (["one", "digits"], 2, "holds 1 image; at least 2 needed."),
        ([RUN, "one"], 2, "holds 1 image; at least 2 needed."),
        ([RUN, "large.npz"], 2, "is grey pictures of 8 x 8 pixels, 'large.npz' is grey pictures"),
        ([RUN, POINTS], 2, "is points of 2 dimensions; both sides have to be alike."),
        ([RUN, "points.npz"], 2, "is points of 2 dimensions; both sides have to be alike."),
        ([RUN, "digits", "--size", "12"], 2, "'digits' is grey pictures of 12 x 12 pixels"),
        (["x.npz", "digits"], 2, "x.npz holds no array 'samples'; it holds 'x'."),
        (["objects.npz", "digits"], 3, "cannot be read as arrays of numbers"),
        (["holed.npz", "toy:ring8"], 3, "100 of 100 numbers are not finite."),
        ([f"{RUN}/log.txt", "digits"], 2, "is a file; data is a folder"),
        ([RUN], 2, "ganvas measure needs B: What it is measured against."),
        ([RUN, "digits", "more"], 2, "'more' is one word too many."),
        ([RUN, "digits", "-n", "1"], 2, "n is 2 or more and seed 0 or more, got 1 and 0."),
        ([RUN, "digits", "--seed", "-1"], 2, "seed 0 or more, got 10000 and -1."),
        ([RUN, "digits", "--metrics", "fid"], 2, "--metrics: "),
        ([RUN, "digits", "--metrics", "modes"], 2, "The modes of 'digits' are not known"),
        (
            [RUN, "digits", "--metrics", "labels"],
            2,
            f"'labels' needs the classes of both sides; '{RUN}'",
        ),
        ([RUN, "digits", "--features", "vgg"], 2, "--features: 'vgg' is none of 'auto', "),
        ([POINTS, "toy:ring8", "--features", "mnist"], 2, "'mnist' is of pictures."),
        ([RUN, "digits", "--neighbours", "n.jpg"], 2, "--neighbours is a .png file, got 'n.jpg'"),
        ([POINTS, "toy:ring8", "--neighbours", "n.png"], 2, "--neighbours shows pictures"),
        ([RUN, "digits", "--neighbours", "no/n.png"], 5, "no/n.png cannot be written: No such f"),
        ([RUN, "digits", "--json", "no/c.json"], 5, "no/c.json cannot be written: No such folder"),
        ([RUN, "digits", "--size", "2"], 2, "size=2"),
    ],
)
def test_what_cannot_be_measured(argv, code, said, with_files, refused):
    refused(["measure", *argv], code, said)


def test_a_damaged_run(place, capsys):
    for path in Path(RUN).glob("checkpoints/*/state.safetensors"):
        path.write_bytes(path.read_bytes()[:-1])
    before = tree(place)
    assert main(["measure", RUN, "digits", "--json", "c.json"]) == 5
    assert "state.safetensors is damaged" in capsys.readouterr().err
    assert tree(place) == before


def test_the_flags_name_what_there_is():
    assert get_args(measure.Metric) == tuple(METRICS)
    assert set(get_args(measure.Features)) == set(NAMES)


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)


def commands():
    lines = "".join(blocks("sh")).splitlines()
    return [line.partition("#")[0].strip() for line in lines if line.startswith("ganvas ")]


@pytest.mark.parametrize("command", commands())
def test_the_commands_of_the_page_are_taken(command, place, capsys):
    words = shlex.split(command)[1:]
    if "mnist" in command:
        pytest.skip("minutes of work; the page's other commands are run")
    if words[1].endswith(".json"):
        for path in words[1:3]:
            assert main(["measure", RUN, "digits", *QUICK, "--json", path]) == 0
    assert main(words) == 0, capsys.readouterr().err
    if "-" in words:
        assert json.loads(capsys.readouterr().out)["b"] == "digits"


def test_the_python_of_the_page_runs(capsys):
    (script,) = blocks("python")
    exec(compile(script, "measures.md", "exec"), {})
    value, floor = map(float, capsys.readouterr().out.split())
    assert 0 < value < 2 * floor
