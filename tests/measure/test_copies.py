"""Looking for copies: a memoriser is told, and each number names the training set it is of."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from ganvas.errors import UsageError
from ganvas.measure import compare, measure, prepare, score, scorer
from ganvas.measure.lookalikes import lookalikes
from ganvas.measure.sources import rows
from small import digits

COPIES = ["neighbours", "authpct", "c-t"]


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    """Odd digits against all digits, which they are looked for in."""
    path = tmp_path_factory.mktemp("npz") / "odd.npz"
    np.savez(path, samples=digits().x[1::2].numpy())
    return prepare(str(path), "digits")


def test_a_memoriser_is_told_from_a_generator(place):
    x = digits().x.numpy()
    order = np.random.default_rng(0).permutation(1797)
    np.savez("real.npz", samples=x[order[:1200]])
    np.savez("copies.npz", samples=np.tile(x[order[:1200]], (2, 1, 1, 1)))
    np.savez("others.npz", samples=x[order[1200:]])
    copied = measure("copies.npz", "real.npz", metrics=COPIES)
    fresh = measure("others.npz", "real.npz", metrics=COPIES)
    assert copied.values()["memorised"] > 0.4
    assert fresh.values()["memorised"] < 0.05
    assert 0 < copied.scores[0].floor < 0.04  # one half of real samples by the other
    assert copied.values()["authpct"] < copied.scores[1].floor - 0.2
    assert fresh.values()["authpct"] > fresh.scores[1].floor - 0.1
    assert copied.values()["c-t"] < -3 < fresh.values()["c-t"]
    assert "are, to the bit, in what they are measured against" in copied.notes[0]
    assert not any("to the bit" in note for note in fresh.notes)


def test_a_score_of_copies_names_the_training_set(odd):
    """And is refused beside one of another training set; a score of two sides is not."""
    other = dataclasses.replace(odd, train=odd.spare, held_out=odd.real)
    cards = [score(scorer(sides), [*COPIES, "kid"]) for sides in (odd, other)]
    for card, sides in zip(cards, (odd, other), strict=True):
        for found in card.scores[:3]:
            assert (found.n_train, found.n_held_out) == (898, 898)
            assert found.train_sha256 == sides.train.fingerprint
            assert found.held_out_sha256 == sides.held_out.fingerprint
        assert (card.scores[3].n_train, card.scores[3].train_sha256) == (None, "")
    with pytest.raises(UsageError, match=r"memorised: .* train_sha256 differs.* other --metrics"):
        compare(*cards)
    assert len(compare(*(dataclasses.replace(c, scores=c.scores[3:]) for c in cards))) == 1


@pytest.mark.parametrize("few", ["train", "held_out"])
def test_a_score_of_copies_is_flagged_for_few_samples_of_its_own(few, odd):
    some = rows(getattr(odd, few), torch.arange(400))
    card = score(scorer(dataclasses.replace(odd, **{few: some})), ["neighbours", "kid"])
    flags = [found.flag for found in card.scores]
    assert flags == ["n = 400 is below 500: few samples set the threshold", ""]


def test_the_card_tells_which_samples_each_floor_is_of(odd):
    found = scorer(odd)
    two = "898 samples of the half that is not the reference against the reference"
    one = "of memorised, c-t: half of 898 held-out samples beside the other half"
    assert score(found, ["kid", "neighbours", "c-t"]).floor == f"{two}; {one}"
    assert score(found, ["neighbours", "c-t"]).floor == one
    assert score(found, ["kid"]).floor == two


def test_lookalikes_put_the_likeliest_copy_first(place):
    x = digits().x
    np.savez("real.npz", samples=x[:400].numpy())
    sides = prepare("digits", "real.npz")
    fake = torch.cat([torch.randint(0, 256, (30, 1, 8, 8)).byte(), sides.real.x[17:18]])
    np.savez("fake.npz", samples=fake.numpy())
    shown = lookalikes(scorer(prepare("fake.npz", "real.npz")), rows=3, k=2)
    assert shown.shape == (3, 3, 1, 8, 8)
    assert torch.equal(shown[0, 0], sides.real.x[17])
    assert torch.equal(shown[0, 1], sides.real.x[17])
    with pytest.raises(UsageError, match="these are points"):
        lookalikes(scorer(prepare("toy:ring8", "toy:ring8", n=10)))
