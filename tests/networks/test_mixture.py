"""A generator's learned shares: how categories are drawn by them, and where they settle."""

import numpy as np
import pytest
import torch
from torch import nn

from ganvas.networks.mixture import Mixture

SHARES = (0.5, 0.3, 0.2)
AT = slice(2, 5)


def mixture(size=3.0):
    made = Mixture(nn.Identity(), AT, size)
    with torch.no_grad():
        made.logits += torch.tensor(SHARES).log() + 7
    return made


def race(rows):
    """Rows of noise, of what a category is drawn by, and of a code."""
    random = np.random.default_rng(0)
    z = random.normal(size=(rows, 6))
    z[:, AT] = 1 / random.exponential(size=(rows, 3))
    return torch.tensor(z, dtype=torch.float32)


def test_shares_begin_equal():
    assert Mixture(nn.Identity(), AT, 1.0).shares.tolist() == pytest.approx([1 / 3] * 3)


def test_kinds_are_as_many_as_equal_shares_say():
    assert Mixture(nn.Identity(), AT, 1.0).kinds.item() == pytest.approx(3)
    expected = np.exp(-sum(share * np.log(share) for share in SHARES))
    assert mixture().kinds.item() == pytest.approx(expected, rel=1e-5)


def test_categories_come_as_often_as_their_shares():
    made = mixture()
    assert made.shares.tolist() == pytest.approx(SHARES)
    drawn = made.category(race(40_000))
    found = (torch.bincount(drawn, minlength=3) / 40_000).tolist()
    assert found == pytest.approx(SHARES, abs=0.01)  # four standard errors


def test_the_network_reads_the_winner_and_all_else_as_it_was():
    made, z = mixture(), race(100)
    read = made(z)
    assert torch.equal(read[:, [0, 1, 5]], z[:, [0, 1, 5]])
    assert torch.equal(read[:, AT], 3 * torch.eye(3)[made.category(z)])


def test_one_hot_names_a_category_however_rare():
    made = mixture()
    with torch.no_grad():
        made.logits[1] = -20.0
    z = torch.zeros(3, 6)
    z[:, AT] = 0.5 * torch.eye(3)
    assert made.category(z).tolist() == [0, 1, 2]


def test_surprise_is_cross_entropy_and_least_where_shares_are_those_found():
    made = mixture()
    found = torch.softmax(torch.randn(50, 3, generator=torch.Generator().manual_seed(0)), 1)
    surprise = made.surprise(found)
    expected = -(found.numpy() * np.log(SHARES)).sum(1).mean()
    assert surprise.item() == pytest.approx(expected, rel=1e-6)
    surprise.backward()
    away = torch.tensor(SHARES) - found.mean(0)
    torch.testing.assert_close(made.logits.grad, away)
