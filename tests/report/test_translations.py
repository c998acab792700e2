"""The page of a game between two domains: nothing in it is about noise, or about one domain."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
from browser import page
from fabricate import TWO, TWO_ROWS, run
from PIL import Image

from ganvas import Trainer
from ganvas.data import Dataset, TwoDomains
from ganvas.families import find
from ganvas.recipe import Recipe
from ganvas.report.series import VERDICTS
from ganvas.run import Run

WAYS = ("a-b-a", "b-a-b")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "0000-discogan-shapes"
    return page(run(folder, TWO, TWO_ROWS, views=WAYS))


def plot(found, title):
    """The drawing of that title; its texts stay texts."""
    (drawing,) = re.findall(
        f'<svg[^>]*aria-label="{re.escape(title)}">.*?</svg>', found.text, re.DOTALL
    )
    return drawing


@pytest.mark.parametrize("domain", "ab")
def test_each_domain_has_its_verdicts_as_a_pair(whole, domain):
    keys = (
        '<span class="key real">D(x), real</span> <span class="key fake">D(G(x)), fake</span>'
        f"<small>in domain {domain}</small>"
    )
    assert whole.text.count(keys) == 1
    assert "½" in plot(whole, f"D(x) and D(G(x)) over training, in domain {domain}")
    assert f"In domain {domain}, over the last tenth of this run D(x) is 0.60" in whole.text
    assert 'aria-label="Over training: D(G(x))"' not in whole.text


@pytest.mark.parametrize("domain", "ab")
def test_each_domain_has_its_losses(whole, domain):
    drawn = plot(whole, f"The losses over training, in domain {domain}")
    assert drawn.count(">2 log 2<") == 1
    assert ">log 2<" not in drawn
    assert f'aria-label="Over training: D/real {domain}, D/fake {domain}"' in whole.text


def test_least_squares_have_no_levels_of_logarithms(tmp_path):
    game = {"loss": "leastsquares", "real_target": 1.0, "fake_target": 0.0}
    config = TWO | {"family": "cyclegan", "game": game}
    found = page(run(tmp_path / "0001-cyclegan-shapes", config, TWO_ROWS, views=WAYS))
    for word in ("log 2", "dashed", "log D"):
        assert word not in found.text
    assert "least squares pull to 1 for the data and to 0 for the translations" in found.text


def test_both_ways_come_first_and_real_pictures_later(whole):
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", whole.text)
    assert captions[:2] == ["a → b → a, after 3 epochs", "b → a → b, after 3 epochs"]
    assert captions[2:5] == ["before training", "after 1 epoch", "after 3 epochs"]
    assert captions[-1] == '<span class="key real">a and b, real, from shapes</span>'
    assert "More to look at" in whole.headings
    assert "Every grid shows the same pictures" in whole.text


def test_one_way_stands_beside_real_pictures(tmp_path, undrawn):
    config = TWO | {"family": "pix2pix", "data": "pairs:facades", "game": {"to": "a"}}
    found = page(run(tmp_path / "run", config, TWO_ROWS, views=("b-a",)))
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", found.text)
    assert captions[:2] == [
        "b → a, after 3 epochs",
        '<span class="key real">a and b, real, from facades</span>',
    ]
    assert "More to look at" not in found.headings
    assert "the right answers" in found.text
    assert '<span class="key real">a, real</span>' in found.text


def test_what_is_usual_in_the_family_is_its_default(tmp_path, undrawn):
    usual = {}
    for family in ("discogan", "cyclegan"):
        text = page(run(tmp_path / family, TWO | {"family": family}, TWO_ROWS, views=WAYS)).text
        rows = re.findall(r'<th scope="row">(\w+)</th><td>(.*?)</td><td>(.*?)</td>', text)
        usual[family] = [row for row in rows if row[0] in ("data", "batch", "mirror")]
    assert usual == {"discogan": [], "cyclegan": [("mirror", "no", "yes"), ("batch", "64", "1")]}


def test_points_are_translated_in_python(tmp_path, undrawn):
    config = TWO | {"data": "toy:5to10"}
    points = {"kind": "points", "points": np.zeros((3, 2)).tolist()}
    values = {"real": points, "fake": points}
    found = page(run(tmp_path / "runs" / "0000-discogan", config, TWO_ROWS, values))
    assert "Every picture shows the same points, translated." in found.text
    assert "ganvas.load(&#x27;runs/0000-discogan&#x27;).translate(x)" in found.text


@pytest.mark.parametrize(
    ("family", "options"),
    [
        ("discogan", {}),
        ("discogan", {"mode": "gan", "variant": "code"}),
        ("cyclegan", {}),
        ("cyclegan", {"loss": "relativistic", "penalty": "r1r2"}),
        ("pix2pix", {"loss": "minimax"}),
        ("pix2pix", {"gan_weight": 0.0, "to": "a"}),
    ],
)
def test_a_run_is_told_in_the_words_of_its_game(tmp_path, undrawn, family, options):
    """What the families watch and minimise is what the report knows: no name is left over."""
    kind = find(family)
    recipe = Recipe(game=kind(), family=family).merged(
        kind.usual
        | {"steps": 4, "batch": 2, "log_every": 1, "threads": 1}
        | {"game": kind.quick | options}
    )
    made = Run.create(tmp_path, recipe)
    x = torch.randint(0, 255, (64, 3, 16, 16), generator=torch.Generator().manual_seed(0)).byte()
    data = TwoDomains("two", Dataset("a", x), Dataset("b", x.flip(0)), family == "pix2pix")
    for _ in made.record(Trainer(recipe.game, data, settings=recipe.settings)):
        pass
    with Image.open(made.path / "reals.png") as reals:
        assert reals.width == reals.height, "as high as the samples beside it"
    found = page(made.path)
    assert not re.search(r"noise|G\(z\)|[ab]-[ab]", found.text.partition("<details>")[0])
    keys = re.findall(r'<span class="key \w+">(.*?)</span>', found.text)
    assert not {*keys} & {*VERDICTS}, "verdicts of their own, outside the section for them"
    judged = options.get("gan_weight") != 0
    assert ("What D thinks" in found.headings) == judged
    assert keys.count("d_loss") == keys.count("D(x), real") == judged * len(recipe.game.into)
