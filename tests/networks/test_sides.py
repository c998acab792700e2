"""Which sides convolutional networks can make, and how wide their layers are."""

import pytest

from ganvas.errors import UsageError
from ganvas.networks.sides import doublings, halvings, widths


@pytest.mark.parametrize(
    ("side", "expected"),
    [
        (8, (4, 1)),
        (10, (5, 1)),
        (14, (7, 1)),
        (16, (4, 2)),
        (24, (6, 2)),
        (28, (7, 2)),
        (32, (4, 3)),
        (48, (6, 3)),
        (64, (4, 4)),
    ],
)
def test_a_side_is_a_small_square_doubled(side, expected):
    assert doublings((3, side, side)) == expected


@pytest.mark.parametrize(
    ("side", "near"),
    [
        (1, "8 or 10"),
        (4, "8 or 10"),
        (7, "8 or 10"),
        (9, "8 or 10"),
        (27, "28 or 24"),
        (36, "32 or 40"),
        (50, "48 or 56"),
        (66, "64 or 56"),
    ],
)
def test_other_sides_are_refused_with_the_nearest_that_can_be(side, near):
    with pytest.raises(UsageError, match=f"cannot make {side}; --size {near} can"):
        doublings((1, side, side))


@pytest.mark.parametrize("shape", [(2,), (1, 28, 32), (28, 28)])
def test_what_is_no_square_picture_is_refused(shape):
    for sides in (doublings, halvings):
        with pytest.raises(UsageError, match="square pictures"):
            sides(shape)


@pytest.mark.parametrize(
    ("side", "expected"),
    [
        (5, [5, 3]),
        (8, [8, 4]),
        (28, [28, 14, 7, 4]),
        (36, [36, 18, 9, 5, 3]),
        (64, [64, 32, 16, 8, 4]),
    ],
)
def test_any_side_is_halved_to_four_pixels_or_less(side, expected):
    assert halvings((1, side, side)) == expected


@pytest.mark.parametrize("side", [1, 4])
def test_what_is_too_small_to_be_halved_is_refused(side):
    with pytest.raises(UsageError, match=f"{side} pixels are too few; --size 8 is enough"):
        halvings((1, side, side))


def test_widths_double_inwards_up_to_eight_times():
    assert widths(4, 64) == [64, 128, 256, 512]
    assert widths(6, 2) == [2, 4, 8, 16, 16, 16]
