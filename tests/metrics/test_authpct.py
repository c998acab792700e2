"""AuthPct against its definition, spelt out, and a copier that is no author."""

import numpy as np
import pytest

from ganvas.metrics import authpct


def draw(seed, n, d=5):
    return np.random.RandomState(seed).randn(n, d)


def test_spelt_out():
    train, fake = draw(0, 120), draw(1, 300)
    among = np.linalg.norm(train[:, None] - train, axis=-1)
    among[np.eye(120, dtype=bool)] = np.inf
    to_fake = np.linalg.norm(fake[:, None] - train, axis=-1)
    nearest = to_fake.argmin(1)
    expected = (among.min(1)[nearest] < to_fake.min(1)).mean()
    assert 0 < expected < 1
    assert authpct(train, fake) == expected


def test_copies_are_not_authentic_and_real_data_are_mostly():
    train, fresh = draw(0, 1000), draw(1, 1000)
    assert authpct(train, train) == 0.0
    assert authpct(train, train + 1e-4 * fresh) < 0.01
    real = authpct(train, fresh)
    assert 0.4 < real < 0.9
    half = np.concatenate([train[:500], fresh[:500]])
    assert authpct(train, half) == pytest.approx(real / 2, abs=0.04)
    assert authpct(train, fresh + 50) == 1.0


def test_order_decides_nothing():
    train, fake = draw(0, 100), draw(1, 60)
    rng = np.random.RandomState(0)
    assert authpct(rng.permutation(train), rng.permutation(fake)) == authpct(train, fake)
