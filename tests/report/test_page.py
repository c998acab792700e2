"""Which pictures and options the page shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from fabricate import CONFIG, png, run

from ganvas.report.embed import embed
from ganvas.report.page import milestones, render
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
    gaps = [b - a for a, b in zip(shown, shown[1:], strict=False)]
    assert gaps == sorted(gaps)


def test_options_that_differ_stand_beside_their_defaults(tmp_path):
    text = render(read(run(tmp_path / "run")))
    rows = [
        ("data", "mnist", "digits"),
        ("epochs", "3", "not set"),
        ("gamma", "0.5", "0"),
        ("G.lr", "0.0004", "0.0002"),
    ]
    for name, value, default in rows:
        assert f'<th scope="row">{name}</th><td>{value}</td><td>{default}</td>' in text
    assert '<th scope="row">batch</th>' not in text
    assert '<th scope="row">loss</th>' not in text


def test_commands_can_be_pasted(tmp_path):
    text = render(read(run(tmp_path / "my runs" / "0003-gan")))
    assert "ganvas train &#x27;my runs/0003-gan/config.toml&#x27;" in text
    assert "ganvas sample &#x27;my runs/0003-gan&#x27; -n 64" in text
    assert "ganvas train --resume &#x27;my runs/0003-gan&#x27; --epochs 6" in text


def test_a_budget_in_minutes_is_no_exact_promise(tmp_path):
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
