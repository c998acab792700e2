"""What the page makes of games that follow, judge or draw more than one thing."""

from __future__ import annotations

import re

from browser import page
from fabricate import CONFIG, ROWS, lines, run
from PIL import Image


def test_what_is_watched_under_one_name_shares_a_plot(tmp_path):
    rows = [row | {"mass: left": 0.2, "mass: right": 0.8} for row in ROWS[:3]]
    found = page(run(tmp_path / "run", rows=rows))
    assert '<span class="key c1">left</span> <span class="key c2">right</span>' in found.text
    assert found.text.count('aria-label="Over training: mass"') == 1


def test_each_of_two_games_has_its_verdict(tmp_path):
    verdicts = {"D(x)": 0.6, "D(G(z))": 0.4}
    two = {f"{game}: {k}": v for game in ("one", "other") for k, v in verdicts.items()}
    rows = [{k: v for k, v in row.items() if k not in verdicts} | two for row in ROWS[:3]]
    found = page(run(tmp_path / "run", rows=rows))
    assert found.headings.count("What D thinks") == 1
    assert found.text.count("How real D finds the data") == 1
    for game in ("one", "other"):
        assert f'aria-label="D(x) and D(G(z)) over training, {game}"' in found.text
        assert f"<small>{game}</small>" in found.text
        assert f"{game.capitalize()}, over the last tenth" in found.text
    ids = found.all("id")
    assert len(ids) == len(set(ids))


def test_a_colour_is_drawn_as_one(tmp_path):
    rows = [
        row | {"G(0): red": red, "G(0): green": 0.25, "G(0): blue": 0.0, "G(0): grey": 1.0}
        for row, red in zip(ROWS[:3], (0.5, float("nan"), 2.0), strict=True)
    ]
    found = page(run(tmp_path / "run", rows=rows))
    at = found.headings.index("The colour over training")
    assert found.headings[at + 1] == "What D thinks"
    (drawing,) = re.findall(r'<svg[^>]*aria-label="G\(0\)">.*?</svg>', found.text, re.DOTALL)
    shown = re.findall(r"fill: (#[0-9a-f]{6})", drawing)
    assert shown == ["#804000", "#ff4000"], "the rows that are there, within 0 to 1"
    for channel in ("red", "green", "blue"):
        assert f">{channel}</span>" in found.text
    assert 'aria-label="Over training: G(0)"' in found.text, "what is no channel is not lost"


def strips(folder, steps=(0, 469, 1407)):
    """The run's pictures replaced by strips of two views."""
    index = []
    for step in steps:
        for view in ("with-biases", "without-biases"):
            file = f"samples/step-{step:08d}-{view}.png"
            Image.new("RGB", (400, 40), (step % 256, 0, 0)).save(folder / file)
            index.append({"step": step, "epoch": step / 469, "view": view, "file": file})
    (folder / "samples.jsonl").write_text(lines(index))
    return folder


def test_strips_are_stacked_and_every_view_is_shown(tmp_path, undrawn):
    found = page(strips(run(tmp_path / "run")))
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", found.text)
    assert captions[:2] == ["with biases, after 3 epochs", "without biases, after 3 epochs"]
    moments = ["before training", "after 1 epoch", "after 3 epochs"]
    assert captions[2:8] == moments * 2
    assert "X, real" not in captions
    assert "More to look at" not in found.headings
    once = page(strips(run(tmp_path / "once"), steps=(0,)))
    assert "What G draws" in once.headings
    assert "How it grew" not in once.headings


def test_what_a_family_says_of_its_views_stands_beside_them(tmp_path, undrawn):
    config = CONFIG | {"family": "red", "data": "red", "game": {}}
    assert "σ(v · 0) = σ(0) = ½" in page(strips(run(tmp_path / "red", config))).text
    assert "one view of the game above the other" in page(strips(run(tmp_path / "gan"))).text
