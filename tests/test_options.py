"""Schedules: text and back, values over images, bounds; other defaults for a subclass."""

import dataclasses
import math
from types import SimpleNamespace
from typing import Annotated

import pytest
from annotated_types import Gt
from hypothesis import given
from hypothesis import strategies as st

from ganvas import GAN, Optim
from ganvas.errors import UsageError
from ganvas.options import Schedule, constant, defaults, fixed
from ganvas.recipe import Recipe, is_fixed


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


def test_numbers_stand_for_schedules():
    assert GAN(gamma=2).gamma == constant(2.0)
    assert GAN(gamma="1:2:10").gamma == Schedule(1.0, 2.0, 0.0, 10.0)
    assert Optim(lr=1e-3) == Optim(lr=constant(1e-3))
    with pytest.raises(ValueError, match="expected a number"):
        Optim(lr="fast")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Above:
    """Two options."""

    width: Annotated[int, Gt(0)] = fixed(4)
    rate: float = 0.5


@dataclasses.dataclass(frozen=True, kw_only=True)
class Beside:
    """One more."""

    depth: int = fixed(1)


@defaults(width=8)
class Below(Above):
    """Wider, with an option of its own."""

    more: bool = True


@defaults(depth=3, width=2)
class Both(Above, Beside):
    """Of two parents."""


def test_a_subclass_has_other_defaults_and_all_else_is_kept():
    assert (Below().width, Below().rate, Below().more) == (8, 0.5, True)
    assert Below(width=3, more=False).width == 3
    assert Above().width == 4
    assert [f.name for f in dataclasses.fields(Below)] == ["width", "rate", "more"]
    assert is_fixed(Below(), "width")
    assert not is_fixed(Below(), "rate")
    with pytest.raises(dataclasses.FrozenInstanceError):
        Below().width = 1


def test_a_subclass_of_two_takes_defaults_for_either():
    assert (Both().width, Both().depth) == (2, 3)
    assert is_fixed(Both(), "depth")


def test_a_default_for_what_is_no_option_is_refused():
    with pytest.raises(KeyError):
        defaults(hight=3)(type("Wrong", (Above,), {"__annotations__": {}}))


def test_bounds_of_a_changed_default_still_hold():
    @defaults(z=5)
    class Mine(GAN):
        """A GAN."""

    assert Mine().z == 5
    with pytest.raises(UsageError, match="greater than or equal to 1"):
        Recipe(game=Mine()).merged({"game": {"z": 0}})
