"""R1 against finite differences, and its gradient against those of a formula."""

import torch
from torch import nn

from ganvas.losses.penalties import input_gradient, r1


def smooth_d() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 1), nn.Flatten(0)).double()


def test_the_input_gradient_is_the_finite_difference():
    D, x, h = smooth_d(), torch.randn(4, 3, dtype=torch.float64), 1e-6
    logits, gradient = input_gradient(D, x)
    torch.testing.assert_close(logits, D(x))
    for j in range(3):
        step = torch.zeros(3, dtype=torch.float64)
        step[j] = h
        slope = (D(x + step) - D(x - step)).detach() / (2 * h)
        torch.testing.assert_close(gradient[:, j].detach(), slope, rtol=1e-6, atol=1e-8)


def test_r1_is_half_the_squared_norm_per_sample_and_moves_d():
    D, x = smooth_d(), torch.randn(4, 3, dtype=torch.float64)
    penalty = r1(D, x)
    _, gradient = input_gradient(D, x)
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
