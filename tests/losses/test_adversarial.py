"""The formulas, computed again in NumPy."""

import math

import numpy as np
import pytest
import torch

from ganvas.losses import LOSSES

LOGITS = np.array([-80.0, -3.0, -0.5, 0.0, 0.7, 4.0, 80.0])
D = 1 / (1 + np.exp(-LOGITS))


def value(function) -> np.ndarray:
    return function(torch.from_numpy(LOGITS)).numpy()


@pytest.mark.parametrize("name", LOSSES)
def test_d_minimises_minus_log_d_and_minus_log_one_minus_d(name):
    inner = slice(1, -1)  # where the naive formula is exact
    np.testing.assert_allclose(value(LOSSES[name].real)[inner], -np.log(D)[inner])
    np.testing.assert_allclose(value(LOSSES[name].fake)[inner], -np.log(1 - D[inner]))


def test_g_of_minimax_and_of_non_saturating():
    inner = slice(1, -1)
    np.testing.assert_allclose(value(LOSSES["minimax"].g)[inner], np.log(1 - D[inner]))
    np.testing.assert_allclose(value(LOSSES["nonsaturating"].g)[inner], -np.log(D)[inner])


@pytest.mark.parametrize("name", LOSSES)
def test_logits_keep_what_a_rounded_sigmoid_loses(name):
    assert value(LOSSES[name].real)[0] == pytest.approx(80.0)
    assert value(LOSSES[name].fake)[-1] == pytest.approx(80.0)


@pytest.mark.parametrize("name", LOSSES)
def test_where_d_can_only_guess_its_loss_is_2_log_2(name):
    zero = torch.zeros(4)
    total = LOSSES[name].real(zero).mean() + LOSSES[name].fake(zero).mean()
    assert float(total) == pytest.approx(2 * math.log(2))


def test_the_gradients_of_the_two_g_losses_stand_as_d_to_one_minus_d():
    logits = torch.tensor([-6.0, -2.0, 0.0, 3.0], dtype=torch.float64, requires_grad=True)
    slopes = {}
    for name, loss in LOSSES.items():
        (slopes[name],) = torch.autograd.grad(loss.g(logits).sum(), logits)
    d = logits.detach().sigmoid()
    torch.testing.assert_close(slopes["minimax"] / slopes["nonsaturating"], d / (1 - d))
    assert abs(float(slopes["minimax"][0])) < 0.01 < 0.99 < abs(float(slopes["nonsaturating"][0]))
