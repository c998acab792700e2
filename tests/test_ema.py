"""The moving average counts images and begins at once."""

import pytest
import torch
from torch import nn

from games import Small
from ganvas import Nets, Schedule
from ganvas.ema import RAMP, Ema


def pair(ema: str, G: nn.Module | None = None) -> tuple[Ema, Nets]:
    nets = Nets(G=G or nn.Linear(1, 1, bias=False), D=nn.Linear(1, 1))
    return Ema(Small(ema=Schedule.parse(ema)), nets), nets


def test_half_of_the_old_is_left_after_the_half_life():
    ema, nets = pair("1")
    with torch.no_grad():
        ema.shadow.G.weight.fill_(1.0)
        nets.G.weight.zero_()
    for i in range(10):
        ema.update(1.0, 100, 10**6 + i)
    assert ema.shadow.G.weight.item() == pytest.approx(0.5, abs=1e-6)


def test_the_half_life_is_never_longer_than_a_share_of_what_was_shown():
    ema, nets = pair("1000")
    with torch.no_grad():
        ema.shadow.G.weight.fill_(1.0)
        nets.G.weight.zero_()
    ema.update(1000.0, 100, 2000)
    assert ema.shadow.G.weight.item() == pytest.approx(0.5 ** (100 / (RAMP * 2000)), rel=1e-6)


def test_none_is_kept_at_zero_and_buffers_are_copied():
    ema, nets = pair("0")
    ema.update(0.0, 1, 1)
    assert not list(ema.shadow.children())
    assert ema.nets(nets).G is nets.G

    ema, nets = pair("1", nn.Sequential(nn.Linear(1, 1), nn.BatchNorm1d(1)))
    nets.G(torch.randn(8, 1))
    ema.update(1.0, 8, 8)
    assert torch.equal(ema.shadow.G[1].running_mean, nets.G[1].running_mean)
    assert ema.nets(nets).G is ema.shadow.G
    assert ema.nets(nets).D is nets.D
