"""The page of the worked example: the networks drawn, the numbers on the arrows."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from ganvas.lessons.worked import Example, play
from ganvas.lessons.worked_check import autograd, notes
from ganvas.lessons.worked_figures import number, web
from ganvas.lessons.worked_page import page
from ganvas.lessons.worked_text import Lesson, milestones, text
from ganvas.words import Words


def lesson(lang="en", **change):
    example = Example(**change)
    rounds = play(example)
    found = autograd(example, rounds)
    return Lesson(example, rounds, notes(example), found, Words("explain", lang))


def drawings(html):
    """Each drawing by its id."""
    found = [ElementTree.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", html, re.DOTALL)]
    return {svg.get("id"): svg for svg in found}


def said(svg):
    return [each.text for each in svg.iter("text")]


LECTURE = drawings(page(lesson()))


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("forward", ["v₁ = 0.3", "v₂ = 0.2", "w₁ = 0.4", "w₂ = 0.3", "w₃ = 0.2"]),
        ("forward", ["0.53743", "0.52498", "D(x) = 0.59869", "D(G(z)) = 0.61774"]),
        ("backward", ["∂L/∂w₁ = −0.40131", "∂L/∂w₂ = 0", "∂L/∂w₁ = 0.33199", "∂L/∂w₂ = 0.32430"]),
        ("through", ["∂L/∂v₁ = −0.01908", "∂L/∂v₂ = −0.01417", "∂L/∂v₃ = −0.00936"]),
        ("through", ["w*₁ = 0.40069", "w*₂ = 0.29676", "w*₃ = 0.19668", "0.61700"]),
        ("through", ["∂L/∂G₁ = −0.15347", "∂L/∂s = −0.38300", "× 0.24860 × 0.5"]),
    ],
)
def test_the_numbers_stand_on_the_arrows(name, labels):
    for label in labels:
        assert label in said(LECTURE[name])


def test_each_weight_has_an_arrow():
    for name, arrows in {"forward": 9, "backward": 6, "through": 7}.items():
        assert len(list(LECTURE[name].iter("polygon"))) == arrows


def test_the_colours_are_shown():
    fills = [rect.get("fill") for rect in LECTURE["colours"].iter("rect")]
    assert fills == ["#ff0000", "#898689", "#898689"]
    changed = drawings(page(lesson(lr=5.0)))["colours"]
    fills = [rect.get("fill") for rect in changed.iter("rect")]
    assert fills[2] == web(play(Example(lr=5.0))[0].made.g) != "#898689"


def test_the_drawing_goes_through_the_update_that_was_made():
    html = page(lesson(feed="coin"))
    assert "w*₁ = 0.39668" in said(drawings(html)["through"])
    made = play(Example(feed="coin"))[0].made
    assert f"∂L/∂v₁ = {number(made.gradient_v[0])}" in said(drawings(html)["through"])


def test_many_rounds_add_the_colours_path_and_a_table():
    assert "path" not in LECTURE
    html = page(lesson(rounds=300))
    path = drawings(html)["path"]
    assert said(path) == ["1", "2", "5", "10", "20", "50", "100", "200", "300", "→"]
    assert len(list(path.iter("rect"))) == 10
    assert "<td>0.54906</td>" in html


@pytest.mark.parametrize("rounds", [1, 12, 13, 20, 10_000])
def test_the_first_and_the_last_round_are_always_shown(rounds):
    (first,) = play(Example())
    shown = [r.number for r in milestones([replace(first, number=n + 1) for n in range(rounds)])]
    assert shown[0] == 1
    assert shown[-1] == rounds
    assert len(shown) <= 13
    assert shown == sorted(set(shown))


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize(
    "change",
    [
        {},
        {"feed": "coin", "seed": 2, "rounds": 15},
        {"z": -2.0, "v": (1.0,), "w": (-0.5,), "real": (1.0,)},
        {"z": 0.0, "v": (1.0,) * 5, "w": (-0.5,) * 5, "real": (7.0,) * 5, "rounds": 2},
        {"z": -700.0, "w": (900.0, 0.0, -900.0)},
    ],
)
def test_any_example_becomes_text_and_a_page(lang, change):
    shown = lesson(lang, **change)
    html = page(shown)
    assert f'<html lang="{lang}">' in html
    assert "신박AI" in html
    drawn = drawings(html)
    channels = len(shown.example.v)
    assert len(list(drawn["backward"].iter("polygon"))) == 2 * channels
    for place in (html, text(shown)):
        assert "-0" not in re.sub(r"<style>.*?</style>|[\w.]-\d|-0\.\d", "", place, flags=re.DOTALL)
        assert not re.search(r"\b(nan|inf)\b", place)
        assert "{" not in re.sub(r"<style>.*?</style>", "", place, flags=re.DOTALL)


def test_each_language_says_its_own():
    english, korean = (set(said(drawings(page(lesson(lang)))["forward"])) for lang in ("en", "ko"))
    assert {"red", "the same D"} <= english - korean
    assert {"빨강", "같은 D"} <= korean - english
