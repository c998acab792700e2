"""The table of translations: real pictures score best; a tiny table is made and gone on with."""

from __future__ import annotations

import json

import pytest
import torch

from ganvas.bench import shapes
from ganvas.bench.table import Results
from ganvas.cli import main
from ganvas.data import shapes as drawn


def test_what_pictures_show_is_read():
    row = shapes.play(shapes.facts(1), {"data": "shapes", "mode": shapes.REAL, "seed": 0})
    for factor in drawn.FACTORS:
        assert row[factor] > 0.85, factor
    assert row["injectivity"] == row["coverage"] == 1
    assert row["cycle"] is row["redrawn"] is None


def test_real_points_are_in_their_modes():
    row = shapes.play(shapes.facts(1), {"data": "toy:5to10", "mode": shapes.REAL, "seed": 0})
    assert (row["injectivity"], row["coverage"], row["purity"]) == (1, 1, 1)
    assert row["quality"] > 0.98


def test_a_translation_that_forgets_the_colour(monkeypatch):
    """All in the first colour: shape is kept, colour is not, and four modes become one."""

    def forgetful(trainer, x):
        truth = drawn.truth("a", 1000, seed=1000)
        truth[:, 1] = 0
        return drawn.draw("b", truth, seed=5).float() / 255

    monkeypatch.setattr(shapes, "_there", forgetful)
    monkeypatch.setattr(shapes, "_back", lambda trainer, there, x: 0.5)

    class Trainer:
        class game:
            range = (0.0, 1.0)

    row = shapes._of_shapes(Trainer, 1000, 0)
    assert row["colour"] < 0.02
    assert row["shape"] > 0.9
    assert row["coverage"] == pytest.approx(3 / 12)
    assert row["injectivity"] == pytest.approx(1 - 18 / 66), "three sets of four that are one"


def test_what_is_hidden_in_a_translation_is_lost_when_it_is_redrawn(monkeypatch):
    """A way there that adds a thousandth of the picture, and a way back that reads only that."""
    blank = drawn.draw("b", torch.zeros(1, 5, dtype=torch.int64), seed=5).float() / 255

    class Hiding:
        class game(shapes.DiscoGAN):
            pass

        game = game(network="mlp")

        @staticmethod
        def drawing_nets():
            return None

    def translated(game, nets, x, to, t):
        return blank + x / 1000 if to == "b" else ((x - blank) * 1000).clamp(0, 1)

    monkeypatch.setattr(shapes.drawing, "translated", translated)
    row = shapes._of_shapes(Hiding, 200, 0)
    assert row["injectivity"] == 0, "all show the same"
    assert row["cycle"] < 1e-6
    assert row["redrawn"] > 0.02


def test_a_small_table(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(shapes, "COPIES", 1)
    monkeypatch.setattr(shapes, "MODES", ("gan", "disco"))
    shapes._known.cache_clear()
    torch.set_num_threads(1)
    command = ["bench", "shapes", "--seeds", "1", "--steps", "1", "--jobs", "1"]
    assert main(command) == 0
    out, err = capsys.readouterr()
    shapes._known.cache_clear()
    assert "| mode | shape | colour | size | position | angle | injectivity |" in out
    assert "6 of 6" in err
    assert out.count("| disco |") == 2
    assert len((tmp_path / "shapes.jsonl").read_text().splitlines()) == 7
    assert main(command) == 0
    assert "6 of 6 done before" in capsys.readouterr().err
    assert main([*command, "--steps", "2"]) == 2
    assert "was made with other steps" in capsys.readouterr().err
    assert main(["bench", "shapes", "--seeds", "0"]) == 2


def test_one_that_failed_is_counted(tmp_path):
    results = Results(tmp_path / "r.jsonl", shapes.facts(1))
    fine = dict.fromkeys((*drawn.FACTORS, "injectivity", "coverage", *shapes.ERRORS), 0.5)
    for seed, row in enumerate([fine, {"failed": "not finite"}]):
        results.add({"data": "shapes", "mode": "gan", "seed": seed}, row)
    line = next(x for x in shapes.table(results, "shapes", 2).splitlines() if "| gan" in x)
    assert line.endswith("| 0.5000 | 1 of 2 |")
    assert (
        json.loads((tmp_path / "r.jsonl").read_text().splitlines()[0])["facts"]["samples"] == 1000
    )


def test_differences_are_seed_by_seed_with_their_interval(tmp_path):
    results = Results(tmp_path / "r.jsonl", shapes.facts(1))
    for seed, (gan, disco) in enumerate([(0.1, 0.3), (0.5, 0.8), (0.2, 0.6)]):
        for mode, value in (("gan", gan), ("disco", disco)):
            cell = {"data": "shapes", "mode": mode, "seed": seed}
            results.add(cell, {"injectivity": value, "coverage": 1.0})
    results.add({"data": "shapes", "mode": "recon", "seed": 0}, {"failed": "not finite"})
    lines = shapes.differences(results, "shapes", 3).splitlines()
    assert lines[2] == "| disco - gan | 0.30 (0.05 to 0.55) | 0.00 (0.00 to 0.00) |"
    assert lines[3] == "| recon - gan |  |  |"
