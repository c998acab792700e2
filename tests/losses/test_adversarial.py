"""The formulas, computed again in NumPy."""

import math

import numpy as np
import pytest
import torch

from ganvas.losses import LOSSES, least_squares

LOGITS = np.array([-80.0, -3.0, -0.5, 0.0, 0.7, 4.0, 80.0])
OTHERS = np.array([0.3, -1.0, 2.0, -0.2, 5.0, 0.1, -4.0])
D = 1 / (1 + np.exp(-LOGITS))
INNER = slice(1, -1)  # where the naive formulas are exact
LOG_LOSSES = ("minimax", "nonsaturating")


def logit(x: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(x)


def d(name: str, real: np.ndarray = LOGITS, fake: np.ndarray = LOGITS) -> dict[str, np.ndarray]:
    return {k: v.numpy() for k, v in LOSSES[name].d(logit(real), logit(fake)).items()}


def g(name: str, fake: np.ndarray = LOGITS, real: np.ndarray = OTHERS) -> dict[str, np.ndarray]:
    return {k: v.numpy() for k, v in LOSSES[name].g(logit(fake), logit(real)).items()}


def log_d(x: np.ndarray) -> np.ndarray:
    return np.log(1 / (1 + np.exp(-x)))


@pytest.mark.parametrize("name", LOG_LOSSES)
def test_d_minimises_minus_log_d_and_minus_log_one_minus_d(name):
    np.testing.assert_allclose(d(name)["real"][INNER], -np.log(D)[INNER])
    np.testing.assert_allclose(d(name)["fake"][INNER], -np.log(1 - D[INNER]))


def test_g_of_minimax_and_of_non_saturating():
    np.testing.assert_allclose(g("minimax")["fake"][INNER], np.log(1 - D[INNER]))
    np.testing.assert_allclose(g("nonsaturating")["fake"][INNER], -np.log(D)[INNER])


def test_least_squares_measures_the_distance_from_its_targets():
    np.testing.assert_allclose(d("leastsquares")["real"], (LOGITS - 1) ** 2 / 2)
    np.testing.assert_allclose(d("leastsquares")["fake"], LOGITS**2 / 2)
    np.testing.assert_allclose(g("leastsquares")["fake"], (LOGITS - 1) ** 2 / 2)
    other = least_squares(real=2.0, fake=-1.0, g=0.5)
    terms = other.d(logit(LOGITS), logit(OTHERS))
    np.testing.assert_allclose(terms["real"].numpy(), (LOGITS - 2) ** 2 / 2)
    np.testing.assert_allclose(terms["fake"].numpy(), (OTHERS + 1) ** 2 / 2)
    np.testing.assert_allclose(other.g(logit(LOGITS))["fake"].numpy(), (LOGITS - 0.5) ** 2 / 2)


def test_hinge_stops_at_the_margin():
    np.testing.assert_allclose(d("hinge")["real"], np.maximum(0, 1 - LOGITS))
    np.testing.assert_allclose(d("hinge")["fake"], np.maximum(0, 1 + LOGITS))
    np.testing.assert_allclose(g("hinge")["fake"], -LOGITS)


def test_wasserstein_is_the_difference_of_the_critics_means():
    terms = d("wasserstein", LOGITS, OTHERS)
    assert terms["real"].mean() + terms["fake"].mean() == pytest.approx(
        OTHERS.mean() - LOGITS.mean()
    )
    np.testing.assert_allclose(g("wasserstein")["fake"], -LOGITS)


def test_relativistic_compares_each_pair():
    np.testing.assert_allclose(
        d("relativistic", LOGITS, OTHERS)["pair"][INNER], -log_d(LOGITS - OTHERS)[INNER]
    )
    np.testing.assert_allclose(
        g("relativistic", LOGITS, OTHERS)["pair"][INNER], -log_d(LOGITS - OTHERS)[INNER]
    )


def test_relativistic_average_compares_with_the_mean_of_the_other_kind():
    real, fake = LOGITS[INNER], OTHERS[INNER]
    terms = d("relativistic-average", real, fake)
    np.testing.assert_allclose(terms["real"], -log_d(real - fake.mean()))
    np.testing.assert_allclose(terms["fake"], -np.log(1 - np.exp(log_d(fake - real.mean()))))
    of_g = g("relativistic-average", fake, real)
    np.testing.assert_allclose(of_g["fake"], -log_d(fake - real.mean()))
    np.testing.assert_allclose(of_g["real"], -np.log(1 - np.exp(log_d(real - fake.mean()))))


@pytest.mark.parametrize("name", LOG_LOSSES)
def test_logits_keep_what_a_rounded_sigmoid_loses(name):
    assert d(name)["real"][0] == pytest.approx(80.0)
    assert d(name)["fake"][-1] == pytest.approx(80.0)


@pytest.mark.parametrize("name", LOSSES)
def test_what_a_loss_says_of_itself(name):
    """That it mixes samples, and that G needs the real logits: tried out."""
    loss, bent = LOSSES[name], OTHERS.copy()
    bent[-1] += 1.0
    others = [d(name, LOGITS[1:], x[1:])[k][0] for x in (OTHERS, bent) for k in d(name)]
    first, second = others[: len(others) // 2], others[len(others) // 2 :]
    assert (first != second) == loss.mixes_samples
    one, other = g(name, LOGITS, OTHERS), g(name, LOGITS, OTHERS + 1)
    assert any((one[k] != other[k]).any() for k in one) == loss.compares


@pytest.mark.parametrize("name", LOSSES)
def test_sixteen_bits_are_widened_before_anything_is_added(name):
    small = logit(LOGITS).bfloat16()
    terms = LOSSES[name].d(small, small) | LOSSES[name].g(small, small)
    assert {value.dtype for value in terms.values()} == {torch.float32}


@pytest.mark.parametrize(
    ("name", "total"),
    [
        ("minimax", 2 * math.log(2)),
        ("nonsaturating", 2 * math.log(2)),
        ("hinge", 2.0),
        ("leastsquares", 0.5),
        ("wasserstein", 0.0),
        ("relativistic", math.log(2)),
        ("relativistic-average", 2 * math.log(2)),
    ],
)
def test_ds_loss_where_it_can_only_guess_with_logits_of_zero(name, total):
    zero = np.zeros(4)
    assert sum(v.mean() for v in d(name, zero, zero).values()) == pytest.approx(total)


def test_the_gradients_of_the_two_g_losses_stand_as_d_to_one_minus_d():
    logits = torch.tensor([-6.0, -2.0, 0.0, 3.0], dtype=torch.float64, requires_grad=True)
    slopes = {}
    for name in LOG_LOSSES:
        (slopes[name],) = torch.autograd.grad(LOSSES[name].g(logits)["fake"].sum(), logits)
    d = logits.detach().sigmoid()
    torch.testing.assert_close(slopes["minimax"] / slopes["nonsaturating"], d / (1 - d))
    assert abs(float(slopes["minimax"][0])) < 0.01 < 0.99 < abs(float(slopes["nonsaturating"][0]))


@pytest.mark.parametrize("name", ["relativistic", "relativistic-average"])
def test_a_loss_that_compares_asks_for_what_it_compares_with(name):
    with pytest.raises(TypeError, match="give g their logits too"):
        LOSSES[name].g(torch.zeros(3))
