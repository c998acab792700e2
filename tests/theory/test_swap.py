"""Min and max exchanged: the collapse is counted, and V lies on the right side of -log 4."""

from __future__ import annotations

import copy
import math

import pytest
import torch
from torch import nn

from ganvas.data import toy
from ganvas.errors import UsageError
from ganvas.game import Nets
from ganvas.theory import swap
from ganvas.theory.swap import Cloud, Exchange, exchange, valley
from ganvas.theory.value import EVEN, Estimate
from ganvas.trainer import Trainer


@pytest.fixture(scope="module")
def found() -> Exchange:
    return exchange(400, seed=1)


@pytest.fixture
def short(monkeypatch) -> None:
    for name, value in {"TOGETHER": 10, "JUDGING": 5, "LEAST": 5}.items():
        monkeypatch.setattr(swap, name, value)


def cloud(x: torch.Tensor) -> Cloud:
    return Cloud(x, Estimate(0.0, 0.0))


def test_a_frozen_d_collapses_g_and_a_moving_d_does_not(found):
    assert found.before.modes >= 6
    assert found.frozen.modes <= 2
    assert found.alternating.modes >= 6
    assert found.frozen.spread < 0.5 < 0.9 < found.alternating.spread


def test_alternating_brings_samples_to_the_modes(found):
    assert found.alternating.near > 2 * found.before.near


def test_the_peak_is_where_the_frozen_d_is_largest(found):
    y, x = divmod(found.d.argmax().item(), swap.CELLS)
    assert found.peak == pytest.approx((-2 + x / 100, -2 + y / 100), abs=1e-5)


def test_g_reaches_the_inner_minimum(found):
    """V can only be that low where nearly all samples are nearly where D is largest."""
    assert found.floor - 1e-3 < found.frozen.value.value < found.floor + 0.01
    assert found.frozen.value.value < found.before.value.value - 0.01


def test_minus_log_4_is_above_the_one_order_and_below_the_other(found):
    assert found.floor < EVEN < found.ceiling.value - 3 * found.ceiling.error
    assert found.alternating.value.value < found.ceiling.value


def test_the_frozen_d_and_the_standing_g_do_not_move(short, monkeypatch):
    states: list[dict[str, torch.Tensor]] = []
    look = swap.cloud

    def noted(trainer: Trainer) -> Cloud:
        states.append(copy.deepcopy(trainer.engine.nets.state_dict()))
        return look(trainer)

    monkeypatch.setattr(swap, "cloud", noted)
    exchange(5)
    before, frozen, alternating, judged = states

    def moved(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> set[str]:
        return {name[0] for name in a if not torch.equal(a[name], b[name])}

    assert moved(before, frozen) == {"G"}
    assert moved(before, alternating) == {"G", "D"}
    assert moved(alternating, judged) == {"D"}


def test_samples_are_counted_as_the_toy_says():
    modes, sigma = toy.modes(swap.DATA), toy.sigma(swap.DATA)
    assert cloud(toy.sample(swap.DATA, 2500, seed=5)).modes == 8
    assert cloud(toy.sample(swap.DATA, 2500, seed=5)).near == pytest.approx(0.989, abs=0.007)
    assert cloud(toy.sample(swap.DATA, 2500, seed=5)).spread == pytest.approx(1, abs=0.01)
    at_one = cloud(modes[3].expand(50, 2))
    assert (at_one.modes, at_one.near) == (1, 1.0)
    assert at_one.spread == pytest.approx(0, abs=1e-6)
    for off, counted in ((2.9, 2), (3.1, 0)):
        x = modes[[0, 4]] + torch.tensor([0.0, off * sigma])
        assert cloud(x).modes == counted


def test_the_valley_of_a_known_d():
    class Hill(nn.Module):
        """Logit 1 - |x - (0.5, -1.25)|²."""

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return 1 - (x - torch.tensor([0.5, -1.25])).square().sum(1)

    trainer = Trainer(swap.game(5), swap.DATA, batch=4, device="cpu", threads=1)
    trainer.engine.nets = Nets(G=trainer.engine.nets.G, D=Hill())
    d, peak, floor = valley(trainer)
    assert peak == pytest.approx((0.5, -1.25), abs=1e-6)
    assert d.max().item() == pytest.approx(1 / (1 + math.exp(-1)))
    assert d[75, 250] == d.max()  # y = -1.25, x = 0.5
    real = -nn.functional.softplus(-Hill()(swap.reals())).mean().item()
    assert floor == pytest.approx(real + math.log(1 - 1 / (1 + math.exp(-1))), abs=1e-5)


def test_the_same_seed_gives_the_same_numbers(short):
    one, again = exchange(5, 3), exchange(5, 3)
    for name in ("before", "frozen", "alternating"):
        assert torch.equal(getattr(one, name).x, getattr(again, name).x)
    assert (one.floor, one.ceiling) == (again.floor, again.ceiling)
    assert not torch.equal(one.before.x, exchange(5, 4).before.x)


def test_what_is_done_is_told(short):
    told: list[float] = []
    exchange(5, 0, told.append)
    assert told == pytest.approx([n / 25 for n in range(1, 26)])


@pytest.mark.parametrize(("steps", "seed"), [(199, 0), (100_001, 0), (1000, -1)])
def test_what_is_out_of_range_is_refused(steps, seed):
    with pytest.raises(UsageError, match=r"steps is 200 to 100,000|seed is 0 or more"):
        exchange(steps, seed)
