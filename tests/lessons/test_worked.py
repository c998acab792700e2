"""The worked example: the lecture's numbers, autograd's, and what happens over many rounds."""

from __future__ import annotations

import contextlib
import json
import math
from dataclasses import replace
from itertools import islice

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ganvas.errors import UsageError
from ganvas.lessons.worked import FED, MOST, Example, play, sigmoid, tosses
from ganvas.lessons.worked_check import autograd, notes

FIRST = play(Example())[0]


def near(numbers, decimals):
    """Within a unit of the last decimal: the notes round some numbers and cut off others."""
    return pytest.approx(numbers, abs=1.0001 * 10**-decimals)


def test_forward_is_the_lectures():
    assert FIRST.fake.x == near((0.54, 0.52, 0.54), 2)
    assert FIRST.fake.x == near((0.53743, 0.52498, 0.53743), 5)
    assert (FIRST.real.d, FIRST.fake.d) == near((0.60, 0.62), 2)
    assert (FIRST.real.d, FIRST.fake.d) == near((0.59869, 0.61773), 5)


def test_losses_are_binary_cross_entropy():
    real, fake = FIRST.real.d, FIRST.fake.d
    assert FIRST.real.loss == pytest.approx(-math.log(real))
    assert FIRST.fake.loss == pytest.approx(-math.log(1 - fake))
    assert FIRST.loss_g == pytest.approx(-math.log(fake))


def test_gradients_of_d_are_the_lectures():
    assert FIRST.real.gradient == near((-0.40131, 0, 0), 5)
    assert FIRST.fake.gradient == near((0.33199, 0.32430, 0.33199), 5)
    assert FIRST.fake.gradient == near((0.332, 0.324, 0.332), 3)


def test_updates_of_d_are_the_one_sided_and_the_full_one():
    assert FIRST.updates["fake"].w == near((0.39668, 0.29676, 0.19668), 5)
    assert FIRST.updates["both"].w == near((0.40069, 0.29676, 0.19668), 5)
    assert FIRST.fed == "both"
    assert FIRST.made is FIRST.updates["both"]


def test_gradient_of_g_goes_through_the_updated_d():
    assert FIRST.made.d == near(0.6170, 4)
    assert FIRST.made.gradient_v == near((-0.01908, -0.01417, -0.00936), 5)
    kept = FIRST.updates["fake"].gradient_v_kept
    by_hand = [
        -(1 - FIRST.fake.d) * w * g * (1 - g) * 0.5
        for w, g in zip(FIRST.updates["fake"].w, FIRST.fake.x)
    ]
    assert kept == pytest.approx(by_hand)
    assert kept != near(FIRST.made.gradient_v, 6)


def test_g_moves_and_its_colour_with_it():
    v = [0.3 + 0.01 * 0.01908, 0.2 + 0.01 * 0.01417, 0.3 + 0.01 * 0.00936]
    assert FIRST.made.v == near(v, 6)
    assert FIRST.made.g == pytest.approx([sigmoid(0.5 * each) for each in FIRST.made.v])


def test_the_notes_are_repeated_with_their_rounding():
    found = notes(Example())
    assert found.g == (0.54, 0.52, 0.54)
    assert (found.d_real, found.d_fake) == (0.6, 0.62)
    assert found.gradient_real == pytest.approx((-0.4, 0, 0))
    assert found.gradient_fake == (0.332, 0.324, 0.332)
    assert found.w == (0.396, 0.297, 0.197)
    assert [round(each, 4) for each in found.gradient_v] == [-0.0187, -0.0141, -0.0093]
    assert found.gradient_v_printed == (-0.019, -0.014, -0.009)


@pytest.mark.parametrize("change", [{"z": 0.4}, {"v": (0.3, 0.2, 0.4)}, {"lr": 0.1}])
def test_other_examples_are_not_in_the_notes(change):
    assert notes(Example(**change)) is None
    assert notes(Example(rounds=5, feed="coin", seed=3)) is not None


number = st.floats(-4, 4)
triples = st.integers(1, 5).flatmap(
    lambda n: st.tuples(*[st.lists(number, min_size=n, max_size=n).map(tuple)] * 3)
)


@given(z=number, lists=triples, feed=st.sampled_from(["both", "coin"]))
@settings(max_examples=60, deadline=None)
def test_every_gradient_is_autograds(z, lists, feed):
    v, w, real = lists
    example = Example(z=z, v=v, w=w, real=real, lr=0.3, rounds=3, feed=feed)
    assert autograd(example, play(example)).difference < 1e-6


def test_autograd_gives_the_numbers_on_the_page():
    found = autograd(Example(), [FIRST])
    assert found.gradient_real == pytest.approx(FIRST.real.gradient, abs=1e-6)
    assert found.gradient_fake == pytest.approx(FIRST.fake.gradient, abs=1e-6)
    for fed in FED:
        expected = FIRST.updates[fed].gradient_v
        assert found.gradient_v[fed] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("fed", FED)
def test_a_wrong_gradient_is_noticed(fed):
    wrong = replace(FIRST.updates[fed], gradient_v=FIRST.updates[fed].gradient_v_kept)
    planted = replace(FIRST, updates=FIRST.updates | {fed: wrong})
    assert autograd(Example(), [planted]).difference > 1e-5
    real = replace(FIRST.real, gradient=tuple(-each for each in FIRST.real.gradient))
    assert autograd(Example(), [replace(FIRST, real=real)]).difference > 0.5


@pytest.mark.parametrize("feed", ["both", "coin"])
def test_many_rounds_are_steps_down_autograds_gradients(feed):
    example = Example(rounds=40, lr=0.2, feed=feed)
    rounds = play(example)
    v, w, x = (
        torch.tensor(numbers, dtype=torch.float64, requires_grad=True)
        for numbers in (example.v, example.w, example.real)
    )

    def step(loss, weights):
        weights.grad = None
        loss.backward(inputs=[weights])
        with torch.no_grad():
            weights -= example.lr * weights.grad

    def d(colour):
        return torch.sigmoid(w @ colour)

    def g():
        return torch.sigmoid(v * example.z)

    for fed in islice(tosses(example), example.rounds):
        real, fake = -d(x).log(), -(1 - d(g())).log()
        step({"both": real + fake, "real": real, "fake": fake}[fed], w)
        step(-d(g()).log(), v)
    assert rounds[-1].made.w == pytest.approx(w.tolist(), abs=1e-12)
    assert rounds[-1].made.v == pytest.approx(v.tolist(), abs=1e-12)


def test_the_first_toss_shows_the_fake_as_in_the_lecture():
    first = play(Example(feed="coin"))[0]
    assert first.fed == "fake"
    assert first.made.w == near((0.39668, 0.29676, 0.19668), 5)


def test_the_coin_is_fair_and_the_seed_decides_it():
    def fed(seed):
        return list(islice(tosses(Example(feed="coin", seed=seed)), 1000))

    assert fed(0) == fed(0) != fed(1)
    assert 440 < fed(0).count("real") < 560
    assert set(fed(0)) == {"real", "fake"}
    (second,) = {r.fed for r in play(Example(feed="coin", seed=2))}
    assert second == "real"


def test_the_colour_goes_to_red():
    rounds = play(Example(rounds=500, lr=0.1))
    red, green, blue = rounds[-1].made.g
    assert red > 0.8
    assert max(green, blue) < 0.1


def test_after_ten_thousand_rounds_it_is_where_the_docs_say():
    last = play(Example(rounds=10_000))[-1]
    assert [round(each, 2) for each in last.made.g] == [0.86, 0.02, 0.02]
    assert (round(last.real.d, 2), round(last.fake.d, 2)) == (0.57, 0.50)


def test_the_first_round_makes_all_channels_brighter_and_red_the_most():
    red, green, blue = (after - before for after, before in zip(FIRST.made.g, FIRST.fake.x))
    assert red > max(green, blue)
    assert min(green, blue) > 0
    assert min(FIRST.made.w) > 0


@pytest.mark.parametrize(("feed", "low", "high"), [("both", 50, 100), ("coin", 100, 200)])
def test_d_ceases_to_trust_green_and_blue_after_a_hundred_rounds_or_two(feed, low, high):
    rounds = play(Example(rounds=250, feed=feed))
    for channel in (1, 2):
        turned = next(r.number for r in rounds if r.w[channel] < 0)
        assert low < turned < high
        later = [r.fake.x[channel] for r in rounds[turned:]]
        assert later == sorted(later, reverse=True)


def test_without_a_bias_z_0_stays_grey():
    last = play(Example(z=0.0, rounds=100))[-1]
    assert last.made.g == (0.5, 0.5, 0.5)
    assert last.made.v == Example().v


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"v": (1.0, 2.0)},
            "v, w and real have one number each for every channel of the colour; g",
        ),
        ({"v": (), "w": (), "real": ()}, "got 0, 0 and 0 numbers."),
        ({"z": math.nan}, "z holds finite numbers; got nan."),
        ({"w": (1.0, math.inf, 0.0)}, "w holds finite numbers; got inf."),
        ({"lr": math.inf}, "lr holds finite numbers"),
        ({"lr": 0.0}, "lr is above 0; got 0."),
        ({"rounds": 0}, "rounds is from 1 to 10,000; got 0."),
        ({"rounds": MOST + 1}, "rounds is from 1 to 10,000; got 10,001."),
        ({"seed": -1}, "seed is 0 or more; got -1."),
        ({"z": 1e200, "v": (1e200, 0.0, 0.0)}, "In round 1 a number is larger than a float can"),
        ({"lr": 1e308, "z": 1e5, "rounds": 9}, "a number is larger than a float can hold"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(change, said):
    with pytest.raises(UsageError) as refused:
        play(Example(**change))
    assert said in str(refused.value)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=5, max_size=5))
@settings(max_examples=100, deadline=None)
def test_no_number_is_ever_infinite(numbers):
    z, v, w, real, lr = numbers
    example = Example(z=z, v=(v,), w=(w,), real=(real,), lr=abs(lr) or 1.0, rounds=3)
    with contextlib.suppress(UsageError):
        json.dumps(play(example), default=vars, allow_nan=False)


def test_extreme_but_finite_numbers_are_played():
    example = Example(z=-700.0, v=(1.0, 0.0, -1.0), w=(900.0, 0.0, -900.0))
    (only,) = play(example)
    assert only.fake.d == 0
    assert only.fake.x == pytest.approx((0, 0.5, 1))
    assert only.loss_g == pytest.approx(900)
