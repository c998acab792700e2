"""Losses times penalties: each cell by itself, and the table from what was found."""

from typing import get_args

import pytest

from ganvas.bench import mixtures
from ganvas.bench.table import REAL, Results
from ganvas.cli import main
from ganvas.cli.bench_mixtures import Bound
from ganvas.losses import LOSSES

SMALL = mixtures.GAME | {"g_hidden": [8], "d_hidden": [8]}
TINY = mixtures.facts(2) | {"batch": 8, "game": SMALL, "samples": 50}


@pytest.mark.parametrize("bound", mixtures.BOUNDS)
def test_every_bound_plays_with_every_loss(bound):
    for loss in LOSSES:
        cell = {"data": "toy:ring8", "loss": loss, "bound": bound, "seed": 0}
        row = mixtures.play(TINY, cell)
        assert 0 <= row["captured"] <= 8
        assert row == mixtures.play(TINY, cell)


def test_the_commands_names_are_the_tables():
    assert get_args(Bound) == tuple(mixtures.BOUNDS)


def test_real_samples_score_as_the_protocol_says():
    cell = {"data": "toy:grid25", "loss": REAL, "bound": "", "seed": 3}
    row = mixtures.play(TINY | {"samples": 2500}, cell)
    assert row["captured"] == 25
    assert row["high_quality"] == pytest.approx(0.9889, abs=0.006)
    assert row["reverse_kl"] == pytest.approx(0.0048, abs=0.003)


def test_a_row_has_both_mixtures_and_says_what_failed(tmp_path):
    results = Results(tmp_path / "found.jsonl", {})
    scores = {"high_quality": 0.5, "reverse_kl": 0.25, "smallest_share": 0.1, "spread": 1.0}
    none = scores | {"high_quality": 0.0, "reverse_kl": None}
    ring, grid = ({"data": name, "loss": "hinge", "bound": "r1"} for name in mixtures.DATA)
    results.add(ring | {"seed": 0}, {"captured": 8} | scores)
    results.add(ring | {"seed": 1}, {"captured": 6} | scores)
    results.add(ring | {"seed": 2}, {"failed": "Step 3: D/real is not finite."})
    results.add(grid | {"seed": 0}, {"captured": 0} | none)
    lines = mixtures.table(results, 3, ["r1", "gp"]).splitlines()
    assert lines[0] == (
        "| loss | D bounded by | toy:ring8: modes of 8 | HQ % | reverse KL "
        "| toy:grid25: modes of 25 | HQ % | reverse KL |"
    )
    assert lines[2].startswith("| other real samples | - |")
    assert [line for line in lines if line.startswith("| hinge")] == [
        "| hinge | r1 | 7.0 ± 1.4, 1 of 3 failed | 50.0 ± 0.0 | 0.250 ± 0.000 | 0.0 | 0.0 | - |",
        "| hinge | gp |  |  |  |  |  |  |",
    ]


def test_the_command_prints_the_table_and_goes_on(tmp_path, capsys):
    path = tmp_path / "found.jsonl"
    argv = ["bench", "mixtures", "--seeds", "1", "--steps", "1", "--jobs", "1", "--bounds", "none"]
    assert main([*argv, "--results", str(path)]) == 0
    said = capsys.readouterr()
    assert "0 of 16 done before" in said.err
    assert "16 of 16" in said.err
    assert said.out.count("| other real samples |") == 1
    assert main([*argv, "--results", str(path)]) == 0
    again = capsys.readouterr()
    assert again.out == said.out
    assert again.err == "16 of 16 done before\n"
    assert main([*argv, "--steps", "2", "--results", str(path)]) == 2
    assert "with other steps" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["mixture"], "did you mean 'mixtures'"),
        (["--seeds", "1"], "takes the name of a table"),
        (["mixtures", "--seeds", "0"], "--seeds and --steps are 1 or more"),
        (["mixtures", "--bounds", "r3"], "is none of"),
        (["mixtures", "--results", "nowhere/found.jsonl"], "No such folder"),
    ],
)
def test_what_cannot_be_made_is_one_sentence(argv, words, capsys):
    assert main(["bench", *argv]) in (2, 5)
    said = capsys.readouterr().err
    assert words in said
    assert "Traceback" not in said
