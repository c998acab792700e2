"""The toy sets against their papers' parameters."""

import math

import numpy as np
import pytest
import torch

from ganvas import data
from ganvas.data import toy
from ganvas.errors import UsageError


@pytest.mark.parametrize(("name", "count", "dims"), [("ring8", 8, 2), ("grid25", 25, 2)])
def test_all_modes_are_distinct(name, count, dims):
    """Trap: a circle of angles with both end points has one centre twice."""
    modes = toy.modes(name)
    assert modes.shape == (count, dims)
    assert len(torch.unique(modes.round(decimals=4), dim=0)) == count
    nearest = torch.cdist(modes, modes).fill_diagonal_(math.inf).amin(1)
    np.testing.assert_allclose(nearest, 2 * math.sin(math.pi / 8) if count == 8 else 2.0, rtol=1e-5)


def test_where_the_modes_lie():
    np.testing.assert_allclose(toy.modes("ring8").norm(dim=1), 1, rtol=1e-6)
    grid = toy.modes("toy:grid25")
    assert grid.unique().tolist() == [-4, -2, 0, 2, 4]
    assert (toy.sigma("ring8"), toy.sigma("grid25")) == (0.01, 0.05)
    assert toy.modes("gaussian").tolist() == [[4.0]]
    assert toy.sigma("gaussian") == 1.25


@pytest.mark.parametrize("name", ["ring8", "grid25"])
def test_points_lie_in_the_modes_as_the_theory_says(name):
    points = data.load(f"toy:{name}").x
    assert (points.shape, points.dtype) == ((100_000, 2), torch.float32)
    distance, mode = torch.cdist(points, toy.modes(name)).min(1)
    share = (distance < 3 * toy.sigma(name)).float().mean()
    assert abs(float(share) - (1 - math.exp(-4.5))) < 0.002, "98.89 % within 3 sigma in 2-D"
    counts = torch.bincount(mode).float()
    expected = 100_000 / len(counts)
    assert len(counts) == len(toy.modes(name))
    chi2 = ((counts - expected) ** 2 / expected).sum()
    assert chi2 < 60, "equally likely modes"
    spread = (points - toy.modes(name)[mode]).std(0)
    np.testing.assert_allclose(spread, toy.sigma(name), rtol=0.02)


def test_gaussian():
    x = data.load("toy:gaussian").x
    assert x.shape == (100_000, 1)
    assert abs(float(x.mean()) - 4) < 0.02
    assert abs(float(x.std()) - 1.25) < 0.02


def test_swissroll_is_sklearns():
    from sklearn.datasets import make_swiss_roll

    theirs = make_swiss_roll(100_000, noise=0.25, random_state=0)[0][:, [0, 2]] / 7.5
    ours = data.load("toy:swissroll").x.numpy()
    assert _same_distribution(ours, theirs)
    assert not _same_distribution(ours * 1.02, theirs), "the comparison can tell"


def test_moons_are_sklearns():
    from sklearn.datasets import make_moons

    theirs = make_moons(100_000, noise=0.05, random_state=0)[0]
    ours = data.load("toy:moons").x.numpy()
    assert _same_distribution(ours, theirs)
    assert not _same_distribution(ours * 1.02, theirs), "the comparison can tell"


def _same_distribution(a, b):
    """Whether eight projections of the two have the same distribution (Kolmogorov-Smirnov)."""
    from scipy.stats import ks_2samp

    angles = np.linspace(0, math.pi, 8, endpoint=False)
    ways = np.stack([np.cos(angles), np.sin(angles)])
    return all(ks_2samp(p, q).pvalue > 1e-4 for p, q in zip((a @ ways).T, (b @ ways).T))


@pytest.mark.parametrize("name", ["gaussian", "ring8", "grid25", "swissroll", "moons"])
def test_the_same_points_every_time_and_fresh_ones_on_wish(name):
    first, again = data.load(f"toy:{name}"), data.load(f"toy:{name}")
    assert first.fingerprint == again.fingerprint
    assert (first.name, first.y, first.classes) == (f"toy:{name}", None, ())
    fresh = toy.sample(name, 1000, seed=1)
    assert not torch.equal(fresh, first.x[:1000])
    assert torch.isfinite(first.x).all()


def test_unknown_names():
    with pytest.raises(UsageError, match="did you mean 'ring8'"):
        toy.modes("ring")
    with pytest.raises(UsageError, match="mixture 'swissroll'"):
        toy.sigma("toy:swissroll")
    with pytest.raises(UsageError, match="did you mean 'moons'"):
        toy.sample("moon", 3, 0)
