"""What no metric makes a number of."""

import numpy as np
import pytest
import torch

from ganvas.errors import UsageError
from ganvas.metrics import (
    authpct,
    birthday,
    c2st,
    c_t,
    frechet,
    gan_test,
    gan_train,
    kid,
    memorised,
    mind,
    mixtures,
    moments,
    ndb,
    nearest,
    parzen,
    prdc,
    sliced_wasserstein,
)
from ganvas.metrics.rows import rows, settled

GOOD = np.random.RandomState(0).randn(200, 3)
Y = np.arange(200) % 2
PAIRED = {
    "frechet": frechet,
    "kid": kid,
    "prdc": prdc,
    "sliced": sliced_wasserstein,
    "nearest": nearest,
    "mixtures": lambda a, b: mixtures(a, b, 0.1),
    "copies in train": lambda a, b: memorised(a, GOOD, b),
    "copies of held out": lambda a, b: memorised(GOOD, a, b),
    "mind": lambda a, b: mind(a, b, directions=10),
    "ndb": lambda a, b: ndb(a, b, bins=5),
    "c2st": c2st,
    "birthday": birthday,
    "authpct": authpct,
    "copying held out": lambda a, b: c_t(GOOD, a, b, cells=2),
    "copying of train": lambda a, b: c_t(a, GOOD, b, cells=2),
    "parzen": lambda a, b: parzen(a, GOOD, b),
    "parzen's validation": lambda a, b: parzen(GOOD, a, b),
    "gan-train": lambda a, b: gan_train(a, Y[: len(a)], b, Y[: len(b)]),
    "gan-test": lambda a, b: gan_test(a, Y[: len(a)], b, Y[: len(b)]),
}


def holed(value):
    x = GOOD.copy()
    x[7, 1] = value
    return x


BAD = {
    "nan": holed(np.nan),
    "infinity": holed(np.inf),
    "minus infinity": holed(-np.inf),
    "too large to cube": holed(1e60),
    "too large below": holed(-1e60),
    "empty": GOOD[:0],
    "no columns": GOOD[:, :0],
    "one column less": GOOD[:, :2],
    "flat": GOOD[:, 0],
    "pictures": GOOD.reshape(20, 10, 3),
    "words": GOOD.astype(str),
    "complex": GOOD.astype(complex),
}


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("name", PAIRED)
def test_bad_rows_on_either_side(name, bad):
    PAIRED[name](GOOD, GOOD)
    for pair in ((BAD[bad], GOOD), (GOOD, BAD[bad])):
        with pytest.raises(UsageError):
            PAIRED[name](*pair)


DISTRIBUTIONS = ["frechet", "kid", "prdc", "sliced", "gan-train", "gan-test", "mind", "c2st", "ndb"]


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_one_row_is_no_distribution(name):
    for pair in ((GOOD[:1], GOOD), (GOOD, GOOD[:1])):
        with pytest.raises(UsageError, match=r"1 rows; this metric needs \d+ or more"):
            PAIRED[name](*pair)


def test_one_row_has_no_moments():
    with pytest.raises(UsageError, match="1 rows"):
        moments(GOOD[:1])


def test_kid_leaves_one_out_of_pairs():
    kid(GOOD[:3], GOOD[:3])
    with pytest.raises(UsageError, match="2 rows; this metric needs 3 or more"):
        kid(GOOD, GOOD[:2])


def test_prdc_needs_k_neighbours_beside_the_row_itself():
    prdc(GOOD[:6], GOOD[:6], k=5)
    for pair in ((GOOD[:5], GOOD), (GOOD, GOOD[:5])):
        with pytest.raises(UsageError, match="5 rows; this metric needs 6 or more"):
            prdc(*pair, k=5)
    with pytest.raises(UsageError, match="k=0"):
        prdc(GOOD, GOOD, k=0)


def test_what_the_error_says():
    with pytest.raises(UsageError, match="real go from nan to nan"):
        prdc(BAD["nan"], GOOD)
    with pytest.raises(UsageError, match=r"a are 3 numbers wide and b 2; .* same feature net"):
        kid(GOOD, GOOD[:, :2])
    with pytest.raises(UsageError, match=r"the shape \(20, 10, 3\); \(N, d\)"):
        frechet(GOOD, BAD["pictures"])


@pytest.mark.parametrize(
    "given", [GOOD.astype(np.float32), torch.from_numpy(GOOD), GOOD.tolist(), GOOD[:, ::-1]]
)
def test_anything_that_is_numbers(given):
    assert rows(given).dtype == np.float64
    assert frechet(given, GOOD) >= 0


def test_input_is_left_alone():
    before = GOOD.copy()
    for metric in PAIRED.values():
        metric(GOOD, GOOD)
    np.testing.assert_array_equal(GOOD, before)


def test_settled_rows_are_the_same_ones_whatever_their_order():
    x = np.concatenate([GOOD, GOOD[:5]])
    given = settled(x)
    np.testing.assert_array_equal(settled(np.random.RandomState(1).permutation(x)), given)
    assert sorted(map(tuple, given)) == sorted(map(tuple, x))
    pixels = (255 * np.random.RandomState(2).rand(30, 64)).astype(np.uint8)
    assert settled(pixels).dtype == np.uint8
    np.testing.assert_array_equal(settled(pixels), settled(pixels[::-1]))
