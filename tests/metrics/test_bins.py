"""K-means bins: the cells of what is cut, whatever order its rows came in."""

import numpy as np
import pytest

from ganvas.errors import UsageError
from ganvas.metrics import binned

CORNERS = np.array([[0.0, 0.0], [9.0, 0.0], [0.0, 9.0]])


def clusters(sizes, seed=0):
    rng = np.random.RandomState(seed)
    return np.concatenate([c + 0.1 * rng.randn(n, 2) for c, n in zip(CORNERS, sizes)])


def test_cells_of_clusters():
    found = binned(clusters([30, 50, 20]), 3)
    order = [int(np.linalg.norm(found.centres - corner, axis=1).argmin()) for corner in CORNERS]
    assert found.counts[order].tolist() == [30, 50, 20]
    np.testing.assert_allclose(found.centres[order], CORNERS, atol=0.1)
    assert found.of(CORNERS + 1).tolist() == order
    assert found.of(CORNERS[:1]).shape == (1,)


def test_order_decides_nothing_and_the_seed_something():
    x = np.random.RandomState(0).randn(300, 4)
    one, again = binned(x, 20), binned(np.random.RandomState(1).permutation(x), 20)
    np.testing.assert_allclose(one.centres, again.centres, rtol=1e-9)
    assert one.counts.sum() == again.counts.sum() == 300
    assert not np.allclose(one.centres, binned(x, 20, seed=1).centres)


def test_what_cannot_be_cut():
    x = np.random.RandomState(0).randn(10, 2)
    with pytest.raises(UsageError, match="10 rows; this metric needs 11 or more"):
        binned(x, 11)
    with pytest.raises(UsageError, match="bins=1: at least 2"):
        binned(x, 1)
    with pytest.raises(UsageError, match="fewer than 3 different rows"):
        binned(np.repeat(x[:2], 20, 0), 3)
