"""Score cards: nothing is lost on the way to a file, and unlike ones are not compared."""

from __future__ import annotations

import dataclasses
import json
import math

import pytest

from ganvas.errors import UsageError
from ganvas.measure import Card, Score, compare, read
from ganvas.measure.card import ALIKE

SCORE = Score(
    metric="kid",
    value=0.25,
    low=-0.5,
    high=1.0,
    floor=0.125,
    n_real=100,
    n_fake=90,
    reference="mnist:test",
    reference_sha256="12ab",
    features="mnist",
    features_sha256="34cd",
    resizer="none",
    seed=3,
    flag="n = 90 is below 500: the interval is wide",
)
CARD = Card(
    a="runs/0", b="mnist:test", shape=(1, 28, 28), floor="other", scores=(SCORE,), notes=("a",)
)


def test_there_and_back(tmp_path):
    path = tmp_path / "card.json"
    path.write_text(CARD.to_json())
    assert read(path) == CARD
    assert CARD.values() == {"kid": 0.25}


def test_a_card_holds_no_number_that_is_none(tmp_path):
    broken = dataclasses.replace(SCORE, value=math.nan)
    with pytest.raises(ValueError, match="not JSON compliant"):
        dataclasses.replace(CARD, scores=(broken,)).to_json()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda card: card.pop("scores"), "scores: field required"),
        (lambda card: card.update(more=1), "more: "),
        (lambda card: card["scores"][0].update(value="high"), "scores.0.value: input should be"),
        (lambda card: card["scores"][0].pop("n_fake"), "scores.0.n_fake: "),
    ],
)
def test_what_is_no_card(change, said, tmp_path):
    card = json.loads(CARD.to_json())
    change(card)
    path = tmp_path / "card.json"
    path.write_text(json.dumps(card))
    with pytest.raises(UsageError, match="is no score card") as caught:
        read(path)
    assert said in str(caught.value)
    path.write_text(CARD.to_json().replace("0.25", "NaN"))
    with pytest.raises(UsageError, match=r"scores.0.value: input should be a finite number"):
        read(path)
    path.write_text("{")
    with pytest.raises(UsageError, match="is no score card; it: invalid json"):
        read(path)
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        read(tmp_path / "no.json")


def with_score(**changes):
    return dataclasses.replace(CARD, scores=(dataclasses.replace(SCORE, **changes),))


def test_what_may_differ():
    other = dataclasses.replace(with_score(value=9.0, low=8.0, high=10.0, floor=0.1), a="runs/1")
    ((mine, theirs),) = compare(CARD, other)
    assert (mine.value, theirs.value) == (0.25, 9.0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n_real", 99),
        ("n_fake", 100),
        ("reference", "mnist"),
        ("reference_sha256", "12ac"),
        ("features", "random"),
        ("features_sha256", "34ce"),
        ("resizer", "16 x 16"),
        ("n_train", 80),
        ("train_sha256", "56ab"),
        ("n_held_out", 70),
        ("held_out_sha256", "78cd"),
    ],
)
def test_unlike_cards_are_refused_by_name(name, value):
    said = f"kid: the cards cannot be compared, as {name} differs: {getattr(SCORE, name)!r} and "
    with pytest.raises(UsageError) as caught:
        compare(CARD, with_score(**{name: value}))
    assert said + repr(value) in str(caught.value)
    assert {name, "metric"} <= set(ALIKE)


def test_cards_of_other_shapes_or_metrics():
    with pytest.raises(UsageError, match=r"shape differs: \(1, 28, 28\) and \(1, 8, 8\)"):
        compare(CARD, dataclasses.replace(CARD, shape=(1, 8, 8)))
    with pytest.raises(UsageError, match="no metric in common"):
        compare(CARD, with_score(metric="frechet"))
