"""The four stages are trained, not drawn: G's density, D and V end where the paper says."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn

from ganvas.errors import UsageError
from ganvas.theory import density
from ganvas.theory.density import Stage, Training, train
from ganvas.theory.value import EVEN, Estimate, estimate


@pytest.fixture(scope="module")
def training() -> Training:
    return train(seed=0)


@pytest.fixture
def short(monkeypatch) -> None:
    for name, value in {"ALONE": 20, "LEAST": 10, "LOOKS": 4}.items():
        monkeypatch.setattr(density, name, value)


def stage(p_g: torch.Tensor, d: float = 0.5) -> Stage:
    return Stage("end", 0, p_g, torch.full((100,), d), torch.zeros(25, 2), Estimate(EVEN, 0.01))


def test_the_stages_come_in_order(training):
    assert [each.name for each in training.stages] == ["start", "judge", "middle", "end"]
    assert [each.step for each in training.stages] == [0, 400, 520, 1600]
    assert len(training.looks) >= 40


def test_d_alone_comes_to_the_best_d(training):
    start, judge, *_ = training.stages
    assert start.gap > 0.3
    assert judge.gap < 0.07
    assert judge.doubt > 0.4  # this D is far from saying 1/2
    assert torch.equal(start.p_g, judge.p_g)  # G stood still
    assert abs(judge.value.value - judge.ceiling) < 3 * judge.value.error


def test_p_g_comes_to_lie_on_p_data(training):
    distances = [each.distance for each in training.stages]
    assert distances[0] > 0.35
    assert 0.1 < distances[2] < 0.35  # on the way
    assert distances[3] < 0.06


def test_the_valley_between_the_bells_is_learned(training):
    """Two bells, not one: the middle holds no more than it should, within a few hundredths."""
    valley = (density.CENTRES > 0.9) & (density.CENTRES < 1.5)
    found = training.stages[-1].p_g[valley].sum()
    assert found == pytest.approx(density.p_data()[valley].sum().item(), abs=0.025)
    assert training.stages[0].p_g[valley].sum() > found + 0.04


def test_d_ends_at_one_half(training):
    assert training.stages[-1].doubt < 0.1
    assert training.stages[-1].gap < 0.12


def test_v_ends_at_minus_log_4_within_its_error_bar(training):
    last = training.stages[-1].value
    assert abs(last.value + math.log(4)) < 3 * last.error
    assert last.error < 0.004
    assert training.stages[1].value.value > EVEN + 10 * training.stages[1].value.error


def test_no_d_is_above_the_best_d_but_by_chance(training):
    """Theorem 1: V <= -log 4 + 2 JSD for every D, and that is never below -log 4."""
    for look in training.looks:
        assert look.value.value < look.ceiling + 4 * look.value.error
        assert look.ceiling > EVEN


def test_most_arrows_keep_their_order_and_stand_for_equal_shares(training):
    z, x = training.stages[-1].arrows.T.double()
    shares = torch.special.ndtr(z)
    assert shares.diff() == pytest.approx([1 / 25] * 24, abs=1e-4)
    assert (x.diff() > 0).float().mean() > 0.9


def test_p_data_is_the_two_bells_and_the_samples_are_of_it():
    edges = density.EDGES.numpy()
    bells = [[(1 + math.erf((x - m) / math.sqrt(0.5))) / 2 for x in edges] for m in (0, 2.4)]
    expected = np.diff(bells).mean(0)
    assert density.p_data().numpy() == pytest.approx(expected, abs=1e-12)
    drawn = np.histogram(density.draw(100_000, "test")[:, 0].numpy(), edges)[0] / 100_000
    assert np.abs(drawn - expected).sum() / 2 < 0.02


def test_the_numbers_of_a_stage_are_their_definitions():
    same = stage(density.p_data())
    assert (same.distance, same.gap, same.doubt) == pytest.approx((0, 0, 0), abs=1e-12)
    assert same.ceiling == pytest.approx(-math.log(4))
    far = torch.zeros(100, dtype=torch.float64)
    far[0] = 1  # where no data are
    apart = stage(far)
    assert apart.distance == pytest.approx(1, abs=1e-6)
    assert apart.ceiling == pytest.approx(0, abs=1e-6)
    assert apart.gap == pytest.approx(0.5, abs=1e-6)
    assert stage(density.p_data(), d=0.7).gap == pytest.approx(0.2)
    assert stage(torch.zeros(100, dtype=torch.float64)).distance == pytest.approx(1, abs=1e-6)


def test_v_is_estimated_as_by_hand():
    generator = np.random.default_rng(0)
    real, fake = generator.normal(1, 2, 300), generator.normal(-1, 1, 200)
    terms = [np.log(1 / (1 + np.exp(-real))), np.log(1 - 1 / (1 + np.exp(-fake)))]
    found = estimate(nn.Flatten(0), *(torch.tensor(x)[:, None] for x in (real, fake)))
    error = math.sqrt(sum(term.var(ddof=1) / len(term) for term in terms))
    assert found == pytest.approx((sum(term.mean() for term in terms), error), rel=1e-6)


def test_the_same_seed_gives_the_same_numbers_and_another_others(short):
    one, again, other = train(10, 3), train(10, 3), train(10, 4)
    for a, b in zip(one.looks, again.looks, strict=True):
        assert torch.equal(a.p_g, b.p_g)
        assert torch.equal(a.d, b.d)
        assert a.value == b.value
    assert not torch.equal(one.stages[-1].p_g, other.stages[-1].p_g)


def test_what_is_done_is_told(short):
    told: list[float] = []
    train(20, 0, told.append)
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)


@pytest.mark.parametrize(("steps", "seed"), [(199, 0), (100_001, 0), (1000, -1)])
def test_what_is_out_of_range_is_refused(steps, seed):
    with pytest.raises(UsageError, match=r"steps is 200 to 100,000|seed is 0 or more"):
        train(steps, seed)
