"""The judge that a trainer can ask: the same numbers as a card, from features taken once."""

from __future__ import annotations

import dataclasses

import pytest
import torch

from ganvas import data, metrics
from ganvas.data import Dataset
from ganvas.errors import UsageError
from ganvas.measure import Judge
from ganvas.metrics.features import find
from small import digits


def noise(n):
    numbers = torch.Generator().manual_seed(1)
    return torch.randint(0, 256, (n, 1, 8, 8), generator=numbers, dtype=torch.uint8)


def test_real_samples_score_the_floor_and_noise_far_more():
    judge = Judge(digits(), n=600)
    assert judge.n == 600
    assert set(judge.floor) == {"frechet", "kid"}
    held_out, far = judge(digits().x[torch.arange(0, 1797, 3)]), judge(noise(600))
    assert held_out["frechet"] < 2 * judge.floor["frechet"]
    assert far["frechet"] > 20 * judge.floor["frechet"]
    assert far["kid"] > 20 * abs(judge.floor["kid"])


def test_the_numbers_are_those_of_the_metrics():
    judge = Judge(digits(), n=600, metrics=("frechet", "kid", "prdc"))
    real = judge._real.dataset
    features = find("digits", shape=(1, 8, 8))
    a, b = features(noise(600)), features(real.x)
    found = judge(noise(600))
    assert found["frechet"] == pytest.approx(metrics.frechet(a, b), rel=1e-6)
    assert found["kid"] == pytest.approx(metrics.kid(a, b).value, rel=1e-6)
    assert found["coverage"] == metrics.prdc(b, a).coverage


def test_the_reals_are_looked_at_once():
    def never(_):
        raise AssertionError("features of reals are on the disk")

    floor = Judge(digits(), n=600).floor
    blind = dataclasses.replace(find("digits", shape=(1, 8, 8)), of=never)
    again = Judge(digits(), blind, 600)
    assert again.floor == floor
    with pytest.raises(AssertionError, match="on the disk"):
        again(noise(600))


def test_points():
    points = data.load("toy:ring8")
    judge = Judge(points, source="toy:ring8", n=2500, metrics=("modes", "sliced-wasserstein"))
    found = judge(points.x[:2500])
    assert found["captured"] == 8
    half = judge(points.x[points.x[:, 0] > 0.1][:2500])
    assert half["captured"] == 3
    assert half["sliced-wasserstein"] > 5 * found["sliced-wasserstein"]
    with pytest.raises(UsageError, match="go from nan"):
        Judge(points, n=100, metrics=("frechet",))(torch.full((100, 2), torch.nan))


def test_where_the_floor_comes_from():
    points = data.load("toy:ring8")
    assert Judge(points, source="toy:ring8", n=10**4).n == 10**4
    assert Judge(Dataset("toy:ring8", points.x[:3000]), n=10**4).n == 1500
    assert Judge(digits(), source="digits", n=10**4).n == 1797 // 2


def test_what_does_not_fit():
    with pytest.raises(UsageError, match=r"The samples are \(1, 9, 9\), the reals \(1, 8, 8\)"):
        Judge(digits(), n=100)(torch.zeros(9, 1, 9, 9, dtype=torch.uint8))
    for name in ("neighbours", "authpct", "c-t", "labels"):
        with pytest.raises(UsageError, match=f"'{name}' needs more than samples"):
            Judge(digits(), metrics=(name,))
