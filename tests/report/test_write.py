"""The page as a whole: one file, harmless, the same for the same run; clear when it cannot be."""

from __future__ import annotations

import json
import os
import re

import fabricate
import pytest
from browser import Page, page
from fabricate import CONFIG, ROWS, lines, points, run

from ganvas import report
from ganvas.errors import StorageError, UsageError

SECTIONS = [
    "What G draws",
    "How it grew",
    "What D thinks",
    "The losses",
    "The gradients",
    "What the losses are made of",
    "Pixel values",
    "The options",
    "Again, and further",
    "The machine",
]


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Page:
    return page(run(tmp_path_factory.mktemp("runs") / "0003-gan-mnist"))


def test_all_sections_stand_in_order(whole):
    assert whole.headings == SECTIONS


def test_nothing_is_fetched(whole):
    references = [r for name in ("src", "href", "xlink:href", "srcset") for r in whole.all(name)]
    assert references
    assert all(r.startswith(("data:image/png;base64,", "#")) for r in references)
    assert not re.search(r"https?:|@import|<link|<script|javascript:", whole.text)
    assert all(r.startswith("#") for r in re.findall(r"url\((.*?)\)", whole.text))


def test_nothing_runs(whole):
    assert not [name for _, attrs in whole.tags for name in attrs if name.startswith("on")]
    policy = next(a["content"] for _, a in whole.tags if "http-equiv" in a)
    assert policy.startswith("default-src 'none'")
    assert "script-src" not in policy


def test_ids_are_unique_and_references_meet_them(whole):
    ids = whole.all("id")
    assert len(ids) == len(set(ids))
    wanted = {r[1:] for r in whole.all("href")} | set(re.findall(r"url\(#(.*?)\)", whole.text))
    assert wanted <= set(ids)


def test_plots_wear_the_colours_of_the_page(whole):
    drawings = re.findall(r"<svg.*?</svg>", whole.text, re.DOTALL)
    assert len(drawings) == 6
    for drawing in drawings:
        assert set(re.findall(r"#[0-9a-f]{6}", drawing)) == set()
        assert 'aria-label="' in drawing


def test_equal_runs_give_equal_pages(tmp_path):
    first, second = (report.write(run(tmp_path / each / "runs" / "0001-gan")) for each in "ab")
    assert first.read_bytes() == second.read_bytes()


def test_names_cannot_become_html(tmp_path):
    evil = "<script>alert(1)</script>\"'&"
    config = CONFIG | {"data": evil, "family": evil, "game": {evil: evil}}
    watched = {f"{evil}: {line}": 0.5 for line in (evil, "D(x)", "red", "green", "blue")}
    rows = [row | {f"{evil}/{evil}": 1.0, evil: 2.0} | watched for row in ROWS[:3]]
    folder = run(tmp_path / "<b>run", config, rows)
    env = {"device": evil, evil: evil, "command": ["train", evil]}
    (folder / "env.json").write_text(json.dumps(env))
    (folder / "log.txt").write_text(f"now step 1407: stopped: {evil}\n")
    index = [json.loads(line) for line in (folder / "samples.jsonl").read_text().splitlines()]
    (folder / "samples.jsonl").write_text(lines([*index, index[-1] | {"view": evil}]))
    found = page(folder)
    assert {tag for tag, _ in found.tags} & {"script", "b"} == set()
    assert "&lt;script&gt;alert(1)" in found.text
    assert not [name for _, attrs in found.tags for name in attrs if name.startswith("on")]


def test_the_page_is_there_whole_or_as_it_was(tmp_path, monkeypatch, undrawn):
    folder = run(tmp_path / "run")
    before = report.write(folder).read_bytes()

    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(StorageError, match="No space left"):
        report.write(folder)
    assert (folder / "report.html").read_bytes() == before
    assert not [p for p in folder.iterdir() if "report.html" in p.name and p.name != "report.html"]


def test_what_is_no_run_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"is not a run: it has no config\.toml"):
        report.write(tmp_path)
    with pytest.raises(UsageError, match=r"missing does not exist. Give the folder"):
        report.write(tmp_path / "missing")


@pytest.mark.parametrize("rows", [None, [], [{"epoch": 1}], [{"step": "one"}], [{"step": 0}]])
def test_a_run_without_numbers_has_nothing_to_report(tmp_path, rows):
    with pytest.raises(UsageError, match=r"nothing to report yet.*after 20 steps"):
        report.write(run(tmp_path / "run", rows=rows))


def test_a_damaged_recipe_is_named(tmp_path):
    folder = run(tmp_path / "run")
    (folder / "config.toml").write_text("family = ")
    with pytest.raises(UsageError, match=r"config\.toml is not valid TOML"):
        report.write(folder)


def test_one_row_is_enough(tmp_path):
    folder = run(tmp_path / "run", rows=[{"step": 20}], values=None, pictures=None)
    (folder / "env.json").unlink()
    (folder / "log.txt").unlink()
    assert page(folder).headings == ["The options", "Again, and further"]


@pytest.mark.parametrize("key", [k for k in ROWS[0] if k != "step"])
def test_any_column_may_be_missing(tmp_path, undrawn, key):
    page(run(tmp_path / "run", rows=[{k: v for k, v in row.items() if k != key} for row in ROWS]))


@pytest.mark.parametrize("family", ["D", "G", "D(x)"])
def test_a_player_may_be_missing(tmp_path, family):
    rows = [{k: v for k, v in row.items() if not k.startswith(family)} for row in ROWS[:3]]
    page(run(tmp_path / "run", rows=rows, values=None, pictures=None))


def test_missing_sections_leave_no_trace(tmp_path, undrawn):
    folder = run(tmp_path / "run", values=None)
    (folder / "samples" / "step-00001407-samples.png").write_bytes(b"not a picture")
    (folder / "reals.png").unlink()
    found = page(folder)
    assert "Pixel values" not in found.headings
    assert "What G draws" not in found.headings
    assert "How it grew" in found.headings


@pytest.mark.parametrize("dims", [1, 2, 3])
def test_points_come_first_and_once(tmp_path, dims):
    config = CONFIG | {"data": "toy:ring8"}
    found = page(run(tmp_path / "run", config, values=points(dims)))
    assert found.headings[0] == "Where the samples lie"
    assert found.headings.count("Where the samples lie") == 1
    assert "generated points lie outside the frame" in found.text
    assert "128 points" in found.text


def test_large_pictures_do_not_make_a_large_page(tmp_path, undrawn):
    folder = run(tmp_path / "run", pictures=range(0, 1407, 100))
    for path in [*(folder / "samples").iterdir(), folder / "reals.png"]:
        fabricate.png(path, side=700)
    size = report.write(folder).stat().st_size
    assert 1_000_000 < size < 2_600_000  # the plots take the rest of 3 MB


def test_a_family_with_other_players(tmp_path):
    rows = [
        {
            "step": row["step"],
            "D_A/real": 1.0,
            "D_A/fake": 1.0,
            "G+Q/fake": 0.7,
            "G+Q/info": 2.0 / row["step"],
            "G+Q/gradient": 3.0,
            "E/cycle": 4.0,
            "accuracy": 0.5,
        }
        for row in ROWS[:3]
    ]
    config = {"family": "MyGAN", "source": "0" * 64, "data": "mnist", "game": {"depth": 3}}
    found = page(run(tmp_path / "run", config, rows))
    assert "What D thinks" not in found.headings
    for name in ("D_A: real + fake", "G+Q: fake", "E: cycle", "G+Q/info", "accuracy"):
        assert f">{name}<" in found.text
    assert "2 log 2" not in found.text
    assert "--family FILE.py:MyGAN" in found.text
    assert "not part of ganvas" in found.text
