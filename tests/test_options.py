"""Schedules: text and back, values over images, bounds."""

import math
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganvas.options import Schedule, constant


def at(schedule: Schedule, kimg: float) -> float:
    return schedule(SimpleNamespace(images=round(kimg * 1000)))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("2e-4", {0: 2e-4, 1000: 2e-4}),
        ("1:0:100:linear", {0: 1, 25: 0.75, 100: 0, 500: 0}),
        ("1:3:100", {0: 1, 50: 2, 100: 3, 101: 3}),
        ("1:0:100-200:linear", {0: 1, 100: 1, 150: 0.5, 200: 0}),
    ],
)
def test_values_over_images(text, values):
    for kimg, value in values.items():
        assert at(Schedule.parse(text), kimg) == pytest.approx(value)


def test_the_cosine_is_flat_at_both_ends():
    schedule = Schedule.parse("0:1:100")
    assert at(schedule, 25) == pytest.approx((1 - math.cos(math.pi / 4)) / 2)


number = st.floats(-1e6, 1e6, allow_nan=False)
span = st.floats(0.001, 1e6)


@given(number, number, st.floats(0, 1e5), span, st.sampled_from(["cosine", "linear"]))
def test_text_gives_an_equal_schedule_back(start, end, begin, length, shape):
    schedule = Schedule(start, end, begin, begin + length, shape)
    assert Schedule.parse(str(schedule)) == schedule
    assert Schedule.parse(schedule.plain()) == schedule
    assert Schedule.parse(constant(start).plain()) == constant(start)


@pytest.mark.parametrize(
    "text",
    ["", "fast", "1:2", "1:2:0", "1:2:3:4", "1:2:3:cubic", "nan", "inf", "1:2:5-3", "1:nan:3"],
)
def test_what_is_no_schedule_is_refused_in_words(text):
    with pytest.raises(ValueError, match="expected a number or START:END:KIMG"):
        Schedule.parse(text)


def test_bounds_hold_at_every_moment():
    assert Schedule.parse("1:0.5:10") > 0
    assert not Schedule.parse("1:0:10") > 0
    assert Schedule.parse("1:0:10") >= 0
    assert Schedule.parse("0.9:0.99:10") < 1
    assert not Schedule.parse("0.9:1:10") < 1
    assert Schedule.parse("0.9:1:10") <= 1
