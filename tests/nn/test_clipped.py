"""Clipping: within the bound from the start and after every step of D."""

import torch
from torch import nn

from ganvas import GAN, Optim
from ganvas.data.batches import DataSpec, Points
from ganvas.engine import Engine
from ganvas.nn.clipped import Clipped
from ganvas.state import build


def largest(network: nn.Module) -> float:
    return max(float(p.detach().abs().max()) for p in network.parameters())


def test_weights_are_cut_to_the_bound_and_small_ones_stay():
    inner = nn.Linear(2, 1, bias=False)
    inner.weight.data = torch.tensor([[0.5, -0.004]])
    clipped = Clipped(inner, 0.01)
    torch.testing.assert_close(inner.weight.detach(), torch.tensor([[0.01, -0.004]]))
    inner.weight.data = torch.tensor([[0.003, -2.0]])
    clipped.stepped()
    torch.testing.assert_close(inner.weight.detach(), torch.tensor([[0.003, -0.01]]))
    x = torch.randn(3, 2)
    assert torch.equal(clipped(x), inner(x))


def test_it_holds_after_every_step_of_d_and_leaves_g_alone():
    spec = DataSpec(name="toy", shape=(2,), count=64)
    rate = Optim(lr=0.1)
    game = GAN(clip=0.0625, d_steps=3, d_hidden=(8,), g_hidden=(8,), D=rate, G=rate)
    nets = build(game, spec, 0)
    turns = []

    def look(turned):
        turns.append(turned.player)
        assert largest(nets.D) <= 0.0625

    engine = Engine(game=game, nets=nets, source=lambda *_: Points(torch.randn(8, 2)), observe=look)
    for _ in range(3):
        engine.step()
        assert largest(nets.D) <= 0.0625
    assert turns == ["D", "D", "D", "G"] * 3
    assert largest(nets.G) > 0.0625


def test_both_bounds_hold_together():
    """Clipped outside, spectral inside: the power iteration follows the clipped weight."""
    game = GAN(clip=0.0625, spectral=True, d_hidden=(8,), g_hidden=(8,))
    nets = build(game, DataSpec(name="toy", shape=(2,), count=64), 0)
    engine = Engine(game=game, nets=nets, source=lambda *_: Points(torch.randn(8, 2)))
    for _ in range(20):
        engine.step()
    layer = nets.D.network[0][0]
    assert largest(nets.D) <= 0.0625
    assert 0.9 < float(torch.linalg.svdvals(layer.weight.detach())[0]) < 1.2
