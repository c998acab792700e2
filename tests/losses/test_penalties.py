"""Penalties against finite differences, and against the closed forms of a linear D."""

import numpy as np
import pytest
import torch
from torch import nn

from ganvas import GAN, Schedule
from ganvas.game import Moment
from ganvas.losses.penalties import dragan, gp, input_gradient, r1
from moments import WideMoment


def smooth_d() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 1), nn.Flatten(0)).double()


def test_the_input_gradient_is_the_finite_difference():
    D, x, h = smooth_d(), torch.randn(4, 3, dtype=torch.float64), 1e-6
    gradient = input_gradient(D, x)
    for j in range(3):
        step = torch.zeros(3, dtype=torch.float64)
        step[j] = h
        slope = (D(x + step) - D(x - step)).detach() / (2 * h)
        torch.testing.assert_close(gradient[:, j].detach(), slope, rtol=1e-6, atol=1e-8)


def test_r1_is_half_the_squared_norm_per_sample_and_moves_d():
    D, x = smooth_d(), torch.randn(4, 3, dtype=torch.float64)
    penalty = r1(D, x)
    gradient = input_gradient(D, x)
    expected = (gradient**2).sum(1) / 2
    torch.testing.assert_close(penalty, expected)
    penalty.mean().backward()
    assert D[0].weight.grad.abs().sum() > 0
    assert x.grad is None


def test_r1_of_a_linear_d_is_half_its_squared_weight():
    D = nn.Linear(3, 1, bias=False)
    penalty = r1(D, torch.randn(6, 3))
    torch.testing.assert_close(penalty, (D.weight**2).sum().expand(6) / 2)


def test_r1_takes_images_and_bf16_passes():
    D = nn.Sequential(nn.Flatten(), nn.Linear(12, 1))
    with torch.autocast("cpu", torch.bfloat16):
        penalty = r1(D, torch.randn(2, 3, 2, 2))
    assert penalty.shape == (2,)
    assert penalty.dtype == torch.float32


def slopes(D: nn.Module, x: torch.Tensor, h: float = 1e-6) -> np.ndarray:
    """D's gradient at each row by central differences, (N, d)."""
    columns = [(D(x + h * e) - D(x - h * e)).detach() / (2 * h) for e in torch.eye(3).double()]
    return torch.stack(columns, 1).numpy()


def test_r1_and_r2_are_half_the_squared_finite_difference():
    D, x = smooth_d(), torch.randn(4, 3, dtype=torch.float64)
    expected = (slopes(D, x) ** 2).sum(1) / 2
    np.testing.assert_allclose(r1(D, x).detach().numpy(), expected, rtol=1e-6)


@pytest.mark.parametrize("penalty", ["r1", "r2", "r1r2"])
def test_what_is_trained_on_is_the_finite_difference_too(penalty):
    """The one pass that judges gives the slopes as well."""
    D = smooth_d()
    x, fake = torch.randn(2, 4, 3, dtype=torch.float64)
    *_, found = GAN(penalty=penalty).said(D, x, fake, Moment(seed=0))
    at = {"r1": x, "r2": fake}
    assert set(found) == {name for name in at if name in penalty}
    for name, value in found.items():
        expected = (slopes(D, at[name]) ** 2).sum(1).mean() / 2
        np.testing.assert_allclose(value.detach().numpy(), expected, rtol=1e-6)


@pytest.mark.parametrize("penalty", ["gp", "dragan"])
def test_a_game_takes_the_other_slopes_at_a_place_of_each_samples_own(penalty):
    D = smooth_d()
    x, fake = torch.randn(2, 4, 3, dtype=torch.float64)
    game = GAN(penalty=penalty, gamma=Schedule.parse(2))
    *_, found = game.said(D, x, fake, WideMoment(seed=0))
    t = WideMoment(seed=0)
    if penalty == "gp":
        share = t.uniform(4)[:, None]
        at = share * x + (1 - share) * fake
    else:
        noise, share = t.uniform(4, 3), t.uniform(4)[:, None]
        at = x + share * 0.5 * x.std() * noise
    expected = 2 * ((np.sqrt((slopes(D, at) ** 2).sum(1)) - 1) ** 2).mean()
    np.testing.assert_allclose(found[penalty].item(), expected, rtol=1e-6)


def test_gp_is_at_the_share_between_fake_and_real():
    D = smooth_d()
    x, fake = torch.randn(2, 4, 3, dtype=torch.float64)
    share = torch.tensor([0.0, 1.0, 0.3, 0.8], dtype=torch.float64)
    between = share[:, None] * x + (1 - share[:, None]) * fake
    expected = (np.sqrt((slopes(D, between) ** 2).sum(1)) - 1) ** 2
    np.testing.assert_allclose(gp(D, x, fake, share).detach().numpy(), expected, rtol=1e-6)


def test_dragan_is_around_the_data_by_half_their_spread():
    D = smooth_d()
    x = torch.randn(4, 3, dtype=torch.float64)
    noise = torch.rand(4, 3, dtype=torch.float64)
    share = torch.tensor([0.0, 1.0, 0.3, 0.8], dtype=torch.float64)
    around = x + share[:, None] * 0.5 * x.numpy().std(ddof=1) * noise
    expected = (np.sqrt((slopes(D, around) ** 2).sum(1)) - 1) ** 2
    np.testing.assert_allclose(dragan(D, x, noise, share).detach().numpy(), expected, rtol=1e-6)


@pytest.mark.parametrize("scale", [0.5, 1.0, 3.0])
def test_a_linear_d_pays_for_its_norm_wherever_it_is_asked(scale):
    D = nn.Linear(3, 1, bias=False)
    with torch.no_grad():
        D.weight.copy_(scale * torch.tensor([[2.0, -1.0, 2.0]]) / 3)
    x, fake, share = torch.randn(6, 3), torch.randn(6, 3), torch.rand(6)
    expected = torch.full((6,), (scale - 1) ** 2)
    torch.testing.assert_close(gp(D, x, fake, share), expected)
    torch.testing.assert_close(dragan(D, x, torch.rand(6, 3), share), expected)


def test_the_penaltys_own_gradient_is_the_finite_difference():
    D = smooth_d()
    x, fake = torch.randn(2, 4, 3, dtype=torch.float64)
    share, h = torch.rand(4, dtype=torch.float64), 1e-6
    weight = D[0].weight
    for penalty in (lambda: gp(D, x, fake, share).mean(), lambda: r1(D, fake).mean()):
        (slope,) = torch.autograd.grad(penalty(), weight)
        with torch.no_grad():
            weight[1, 2] += h
        high = penalty().detach()
        with torch.no_grad():
            weight[1, 2] -= 2 * h
        low = penalty().detach()
        with torch.no_grad():
            weight[1, 2] += h
        torch.testing.assert_close(slope[1, 2], (high - low) / (2 * h), rtol=1e-6, atol=1e-9)


def test_a_flat_d_has_a_finite_penalty_and_gradient():
    D = nn.Linear(3, 1)
    nn.init.zeros_(D.weight)
    penalty = gp(D, torch.randn(4, 3), torch.randn(4, 3), torch.rand(4)).mean()
    assert float(penalty.detach()) == pytest.approx(1, abs=1e-5)
    penalty.backward()
    assert D.weight.grad.isfinite().all()


def test_neither_real_nor_fake_samples_get_a_gradient():
    D, fake = smooth_d(), torch.randn(4, 3, dtype=torch.float64, requires_grad=True)
    gp(D, torch.randn(4, 3).double(), fake, torch.rand(4).double()).mean().backward()
    assert fake.grad is None


def test_gp_takes_fakes_of_a_bf16_pass():
    D = nn.Sequential(nn.Flatten(), nn.Linear(12, 1), nn.Flatten(0))
    x = torch.randn(2, 3, 2, 2)
    with torch.autocast("cpu", torch.bfloat16):
        penalty = gp(D, x, torch.randn(2, 3, 2, 2).bfloat16(), torch.rand(2))
    assert penalty.dtype == torch.float32
