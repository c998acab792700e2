"""The Parzen window against its densities, spelt out; and why it is not recommended."""

import importlib

import numpy as np
import pytest
from scipy.stats import multivariate_normal
from sklearn.cluster import KMeans

from ganvas import data
from ganvas.errors import UsageError
from ganvas.metrics import parzen


def draw(seed, n, d=3):
    return np.random.RandomState(seed).rand(n, d)


def density(samples, asked, sigma):
    bells = [multivariate_normal(x, sigma**2 * np.eye(len(x))).pdf(asked) for x in samples]
    return np.log(np.mean(bells, axis=0))


def test_spelt_out():
    samples, validation, test = draw(0, 30), draw(1, 20), draw(2, 25)
    sigmas = (0.05, 0.2, 0.8)
    tried = [density(samples, validation, sigma).mean() for sigma in sigmas]
    best = sigmas[int(np.argmax(tried))]
    expected = density(samples, test, best)
    found = parzen(samples, validation, test, sigmas)
    assert found.sigma == best == 0.2
    assert found.value == pytest.approx(expected.mean(), rel=1e-10)
    assert found.error == pytest.approx(expected.std() / 5, rel=1e-10)


def test_validation_alone_chooses_the_width():
    samples, near = draw(0, 50), draw(0, 50) + 1e-3
    assert parzen(samples, near, draw(1, 40)).sigma == pytest.approx(0.1)
    assert parzen(samples, 5 + near, draw(1, 40)).sigma == pytest.approx(1.0)


def test_the_widths_are_the_papers():
    sigmas = importlib.import_module("ganvas.metrics.parzen").SIGMAS
    assert len(sigmas) == 10
    assert (sigmas[0], sigmas[-1]) == pytest.approx((0.1, 1.0))


def test_pieces_and_order_change_nothing(monkeypatch):
    sides = [draw(s, 60, 8) for s in range(3)]
    given = parzen(*sides)
    rng = np.random.RandomState(0)
    assert parzen(*(rng.permutation(x) for x in sides)) == pytest.approx(given, rel=1e-9)
    monkeypatch.setattr(importlib.import_module("ganvas.metrics.parzen"), "BLOCK", 1)
    assert parzen(*sides) == pytest.approx(given, rel=1e-12)


def test_means_of_images_beat_images():
    """What Theis et al. say against it: blurred averages score higher than real digits do."""
    x = data.load("digits").x.flatten(1).numpy() / 255
    x = np.random.RandomState(0).permutation(x)
    train, validation, test = x[:1000], x[1000:1300], x[1300:]
    real = parzen(train[:100], validation, test)
    means = KMeans(100, n_init=1, random_state=0).fit(train).cluster_centers_
    assert parzen(means, validation, test).value > real.value + 10 * real.error


def test_bad_widths():
    for sigmas in ((), (0.0,), (0.1, -1.0), (float("nan"),)):
        with pytest.raises(UsageError, match="numbers above 0"):
            parzen(draw(0, 5), draw(1, 5), draw(2, 5), sigmas)
