"""Which pictures and options the page shows."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from fabricate import CONFIG, png, run

from ganvas import GAN, Settings
from ganvas.pages.embed import embed
from ganvas.recipe import deep, plain
from ganvas.report.drawn import last, milestones
from ganvas.report.page import render
from ganvas.report.record import Picture, read


def drawn(*steps: int) -> list[Picture]:
    return [Picture(step, step / 100, "samples", Path("x")) for step in steps]


def test_few_pictures_are_all_shown():
    pictures = drawn(0, 100, 300, 1000)
    assert milestones(pictures, 8) == pictures


def test_of_many_the_first_the_last_and_early_ones_stay():
    shown = [p.step for p in milestones(drawn(*range(0, 10_001, 100)), 8)]
    assert shown[:2] == [0, 100]
    assert shown[-1] == 10_000
    assert len(shown) == 8
    gaps = [b - a for a, b in pairwise(shown)]
    assert gaps == sorted(gaps)


def test_options_that_differ_stand_beside_their_defaults(tmp_path, undrawn):
    game = deep(plain(GAN()), {"gamma": 12.5, "G": {"lr": 0.125}})
    text = render(read(run(tmp_path / "run", CONFIG | {"game": game})))
    rows = [
        ("data", "mnist", Settings().data),
        ("epochs", "3", "not set"),
        ("gamma", "12.5", f"{plain(GAN())['gamma']:g}"),
        ("G.lr", "0.125", f"{plain(GAN().G)['lr']:g}"),
    ]
    for name, value, default in rows:
        assert f'<th scope="row">{name}</th><td>{value}</td><td>{default}</td>' in text
    assert '<th scope="row">loss</th>' not in text
    assert '<th scope="row">D.lr</th>' not in text


def test_the_command_is_one_of_ganvas_or_none(tmp_path, undrawn):
    folder = run(tmp_path / "run")
    assert "<td>ganvas train gan</td>" in render(read(folder))
    (folder / "env.json").write_text('{"command": ["--my-script", "1"]}')
    assert "my-script" not in render(read(folder))


def test_commands_can_be_pasted(tmp_path, undrawn):
    text = render(read(run(tmp_path / "my runs" / "0003-gan")))
    assert "ganvas train &#x27;my runs/0003-gan/config.toml&#x27;" in text
    assert "ganvas sample &#x27;my runs/0003-gan&#x27; -n 64" in text
    assert "ganvas train --resume &#x27;my runs/0003-gan&#x27; --epochs 6" in text


def test_an_unfinished_run_goes_on_to_its_own_budget(tmp_path, undrawn):
    folder = run(tmp_path / "runs" / "0003-gan")
    (folder / "log.txt").unlink()
    assert "--resume runs/0003-gan</code>" in render(read(folder))


def test_a_budget_in_minutes_is_no_exact_promise(tmp_path, undrawn):
    config = {k: v for k, v in CONFIG.items() if k != "epochs"} | {"minutes": 1.0}
    text = render(read(run(tmp_path / "run", config)))
    assert "budget in minutes" in text
    assert "--minutes 2" in text


@pytest.mark.parametrize(("side", "kind"), [(40, "png"), (400, "jpeg")])
def test_pictures_are_kept_while_small_and_made_to_fit(tmp_path, side, kind):
    png(tmp_path / "x.png", side)
    found = embed(tmp_path / "x.png", side=200, most=20_000)
    assert found is not None
    assert found.uri.startswith(f"data:image/{kind};base64,")
    assert len(found.uri) < 4 / 3 * 20_000 + 100
    assert max(found.width, found.height) <= min(side, 200)


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", b"<svg/>"])
def test_what_is_no_picture_is_none(tmp_path, content):
    (tmp_path / "x.png").write_bytes(content)
    assert embed(tmp_path / "x.png", 100, 100) is None
    assert embed(tmp_path / "missing.png", 100, 100) is None


def test_the_classes_stand_beside_the_samples(tmp_path):
    folder = run(tmp_path / "run", CONFIG | {"family": "cgan"})
    env = json.loads((folder / "env.json").read_text())
    (folder / "env.json").write_text(json.dumps(env | {"classes": "0 'cat', 1 '고양이'"}))
    first = last(read(folder), "Each class is a row.")
    classes = "<p>The classes: 0 &#x27;cat&#x27;, 1 &#x27;고양이&#x27;.</p>"
    assert first.endswith(f"<p>Each class is a row.</p>\n{classes}\n</section>")
    (folder / "env.json").write_text(json.dumps(env | {"classes": ""}))
    assert "The classes" not in last(read(folder), "Each class is a row.")
