"""Spectral normalisation against the singular values, pure in its forward pass."""

import copy

import pytest
import torch
from torch import nn

from ganvas import GAN, Moment
from ganvas.data.batches import DataSpec, Points
from ganvas.engine import Engine
from ganvas.nn.spectral import Spectral, spectral
from ganvas.state import build

LAYERS = {
    "linear": lambda: nn.Linear(7, 5),
    "convolution": lambda: nn.Conv2d(3, 6, 3),
    "embedding": lambda: nn.Embedding(4, 6),
}


def parts(network: nn.Module) -> list[Spectral]:
    return [m for m in network.modules() if isinstance(m, Spectral)]


def largest(weight: torch.Tensor) -> float:
    return float(torch.linalg.svdvals(weight.detach().flatten(1))[0])


@pytest.mark.parametrize("kind", LAYERS)
def test_the_largest_singular_value_becomes_one(kind):
    torch.manual_seed(0)
    layer = spectral(nn.Sequential(LAYERS[kind]()))[0]
    (part,) = parts(layer)
    for _ in range(200):
        part.stepped()
    assert largest(layer.weight) == pytest.approx(1, abs=1e-4)
    original = layer.parametrizations.weight.original
    torch.testing.assert_close(layer.weight, original / largest(original), rtol=1e-4, atol=1e-5)
    assert len(list(layer.parameters())) == (1 if kind == "embedding" else 2)


def test_the_first_estimate_is_close_already():
    torch.manual_seed(0)
    layer = spectral(nn.Linear(64, 64))
    assert largest(layer.weight) == pytest.approx(1, abs=0.1)


def test_one_power_iteration_is_algorithm_1():
    torch.manual_seed(0)
    layer = spectral(nn.Linear(4, 3))
    (part,) = parts(layer)
    w, u = layer.parametrizations.weight.original.detach().numpy(), part.u.numpy().copy()
    part.stepped()
    v = w.T @ u
    v /= (v**2).sum() ** 0.5
    u = w @ v
    u /= (u**2).sum() ** 0.5
    torch.testing.assert_close(part.v, torch.from_numpy(v))
    torch.testing.assert_close(part.u, torch.from_numpy(u))


def test_a_forward_pass_changes_nothing():
    torch.manual_seed(0)
    network = spectral(nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))).train()
    before, x = copy.deepcopy(network.state_dict()), torch.randn(3, 4)
    assert torch.equal(network(x), network(x))
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


def test_the_gradient_sees_the_division():
    """dL/dW = (dL/dW' - (dL/dW' . W') u v^T) / sigma, Eq. 12 of the paper."""
    torch.manual_seed(0)
    layer = spectral(nn.Linear(4, 3, bias=False))
    (part,) = parts(layer)
    w = layer.parametrizations.weight.original
    toward = torch.randn(3, 4)
    (layer.weight * toward).sum().backward()
    sigma = part.u @ w.detach() @ part.v
    inner = (toward * w.detach() / sigma).sum()
    expected = (toward - inner * torch.outer(part.u, part.v)) / sigma
    torch.testing.assert_close(w.grad, expected)


def test_bf16_passes_divide_in_float32():
    layer = spectral(nn.Linear(4, 3))
    with torch.autocast("cpu", torch.bfloat16):
        assert layer.weight.dtype == torch.float32
        assert layer(torch.randn(2, 4)).isfinite().all()


def test_the_engine_iterates_once_after_each_step_of_d(monkeypatch):
    calls = []
    spec = DataSpec(name="toy", shape=(2,), count=64)
    game = GAN(spectral=True, d_steps=2, d_hidden=(8,), g_hidden=(8,))
    nets = build(game, spec, 0)
    assert len(parts(nets.D)) == 2
    assert not parts(nets.G)
    true = Spectral.stepped
    monkeypatch.setattr(Spectral, "stepped", lambda self: (calls.append(self), true(self)))
    engine = Engine(game=game, nets=nets, source=lambda *_: Points(torch.randn(8, 2)))
    us = [part.u.clone() for part in parts(nets.D)]
    engine.step(move={"G"})
    assert not calls
    engine.step()
    assert len(calls) == 2 * 2
    assert any(not torch.equal(u, part.u) for u, part in zip(us, parts(nets.D)))
    draw = Moment(seed=0)
    assert torch.equal(nets.D(draw.normal(4, 2)), nets.D(Moment(seed=0).normal(4, 2)))


def test_a_copy_iterates_on_its_own_weight():
    torch.manual_seed(0)
    layer = spectral(nn.Linear(4, 3))
    other = copy.deepcopy(layer)
    with torch.no_grad():
        other.parametrizations.weight.original.normal_()
    for _ in range(300):
        parts(other)[0].stepped()
    assert largest(other.weight) == pytest.approx(1, abs=1e-4)
