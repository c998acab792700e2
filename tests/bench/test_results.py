"""A table that is stopped goes on, keeps what is done, and refuses the rows of another."""

import json

import pytest

from ganvas.bench.table import Results, fill, key, markdown, mean_and_spread
from ganvas.errors import StorageError, TrainingError, UsageError

CELLS = [{"loss": loss, "seed": seed} for seed in (0, 1) for loss in ("hinge", "minimax")]


def played(facts, cell):
    """What other processes call: nothing but arithmetic."""
    return {"score": facts["steps"] + cell["seed"]}


def test_cells_are_played_once_and_kept(tmp_path):
    path = tmp_path / "found.jsonl"
    first = Results(path, {"steps": 3})
    first.add(CELLS[1], {"score": -1})
    again = Results(path, {"steps": 3})
    assert list(fill(again, CELLS, played, jobs=2)) == [1, 2, 3, 4]
    assert [again[cell]["score"] for cell in CELLS] == [3, -1, 4, 4]
    assert [Results(path, {"steps": 3})[cell] for cell in CELLS] == [again[c] for c in CELLS]
    assert list(fill(again, CELLS, played, jobs=2)) == [4]
    assert [p.name for p in tmp_path.iterdir() if p.name[0] != "."] == ["found.jsonl"]


def test_two_commands_do_not_fill_one_file(tmp_path):
    """Each writes what it knows, so the second would take the first one's rows away."""
    path = tmp_path / "found.jsonl"
    filling = fill(Results(path, {"steps": 3}), CELLS, played, jobs=1)
    assert [next(filling), next(filling)] == [0, 1]
    with pytest.raises(UsageError, match=r"Another command is filling .*found\.jsonl; wait"):
        next(fill(Results(path, {"steps": 3}), CELLS, played, jobs=1))
    assert list(filling) == [2, 3, 4]
    assert len(Results(path, {"steps": 3}).rows) == 4


def broken(facts, cell):
    """A run that becomes not finite where the loss is minimax."""
    if cell["loss"] == "minimax":
        raise TrainingError("Step 1: D/real is not finite.")
    return {"score": 1}


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_became_not_finite_is_a_row_and_the_others_go_on(tmp_path, jobs):
    results = Results(tmp_path / "found.jsonl", {})
    assert list(fill(results, CELLS, broken, jobs)) == [0, 1, 2, 3, 4]
    assert results[CELLS[1]] == {"failed": "Step 1: D/real is not finite."}
    assert results.found(CELLS) == ([{"score": 1}, {"score": 1}], "2 of 4")


def test_what_failed_is_told_apart(tmp_path):
    results = Results(tmp_path / "found.jsonl", {})
    for cell, row in zip(
        CELLS, [{"score": 1}, {"failed": "not finite"}, {"score": 2}], strict=False
    ):
        results.add(cell, row)
    assert results.found(CELLS) == ([{"score": 1}, {"score": 2}], "1 of 3")
    assert results.found(CELLS[:1]) == ([{"score": 1}], "")


def test_a_cell_is_its_options_in_any_order(tmp_path):
    results = Results(tmp_path / "found.jsonl", {})
    results.add({"a": 1, "b": 2}, {"x": 0})
    assert {"b": 2, "a": 1} in results
    assert {"b": 2, "a": 2} not in results
    assert key({"a": 1, "b": 2}) == key({"b": 2, "a": 1})


def test_results_made_otherwise_are_refused_by_name(tmp_path):
    path = tmp_path / "found.jsonl"
    Results(path, {"steps": 3, "width": 8}).add(CELLS[0], {"score": 1})
    before = path.read_bytes()
    with pytest.raises(UsageError, match=r"with other steps; give the same, or another --results"):
        Results(path, {"steps": 4, "width": 8})
    assert path.read_bytes() == before


@pytest.mark.parametrize("text", ["", "hello\n", '{"facts": {}}\n{"cell"', '{"facts": {}}\n[]\n'])
def test_a_file_of_something_else_is_refused_and_left(tmp_path, text):
    path = tmp_path / "notes.txt"
    path.write_text(text)
    with pytest.raises(UsageError, match="is no file of results"):
        Results(path, {})
    assert path.read_text() == text


def test_a_folder_that_is_not_there_is_said_before_any_work(tmp_path):
    with pytest.raises(StorageError, match="No such folder"):
        Results(tmp_path / "missing" / "found.jsonl", {})


def failing(facts, cell):
    """A cell that breaks; those before it are kept."""
    if cell["seed"]:
        raise ValueError("broken cell")
    return {"score": 1}


def test_what_is_done_before_a_failure_stays(tmp_path):
    path = tmp_path / "found.jsonl"
    with pytest.raises(ValueError, match="broken cell"):
        list(fill(Results(path, {}), [CELLS[0], CELLS[2]], failing, jobs=1))
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert lines == [{"facts": {}}, {"cell": CELLS[0], "row": {"score": 1}}]


def test_numbers_and_tables_as_they_are_printed():
    assert mean_and_spread([1.0, 2.0, 3.0], ".1f") == "2.0 ± 1.0"
    assert mean_and_spread([0.5]) == "0.50"
    text = markdown(("loss", "HQ"), [("hinge", "9.0")])
    assert text == "| loss | HQ |\n| --- | ---: |\n| hinge | 9.0 |\n"
