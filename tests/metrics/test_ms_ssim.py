"""MS-SSIM against windows moved one by one, and a set that is collapsed."""

import importlib

import numpy as np
import pytest

from ganvas import data
from ganvas.errors import UsageError
from ganvas.metrics import ms_ssim, pair_similarity

WEIGHTS = np.array([0.0448, 0.2856, 0.3001, 0.2363, 0.1333])


def draw(seed, n, side, channels=1):
    return np.random.RandomState(seed).rand(n, channels, side, side)


def window(width):
    at = np.arange(width) - (width - 1) / 2
    bell = np.exp(-(at**2) / (2 * (1.5 * width / 11) ** 2))
    return np.outer(bell, bell) / bell.sum() ** 2


def ssim(x, y, width=11):
    """Similarity and structure of two pictures (H, W), each window by itself."""
    weights, whole, structure = window(width), [], []
    for i in range(x.shape[0] - width + 1):
        for j in range(x.shape[1] - width + 1):
            a, b = x[i : i + width, j : j + width], y[i : i + width, j : j + width]
            mean_a, mean_b = (weights * a).sum(), (weights * b).sum()
            var_a = (weights * (a - mean_a) ** 2).sum()
            var_b = (weights * (b - mean_b) ** 2).sum()
            both = (weights * (a - mean_a) * (b - mean_b)).sum()
            structure.append((2 * both + 0.03**2) / (var_a + var_b + 0.03**2))
            light = (2 * mean_a * mean_b + 0.01**2) / (mean_a**2 + mean_b**2 + 0.01**2)
            whole.append(light * structure[-1])
    return np.mean(whole), np.mean(structure)


def halved(x):
    return (x[::2, ::2] + x[1::2, ::2] + x[::2, 1::2] + x[1::2, 1::2]) / 4


def near(x, seed):
    return np.clip(x + 0.2 * (draw(seed, len(x), x.shape[-1], x.shape[1]) - 0.5), 0, 1)


def test_two_scales_at_28_pixels_spelt_out():
    x = draw(0, 1, 28)
    y = near(x, 1)
    (_, fine), (coarse, _) = ssim(x[0, 0], y[0, 0]), ssim(halved(x[0, 0]), halved(y[0, 0]))
    fine_weight, coarse_weight = WEIGHTS[:2] / WEIGHTS[:2].sum()
    expected = fine**fine_weight * coarse**coarse_weight
    assert 0.3 < expected < 0.99
    assert ms_ssim(x, y) == pytest.approx([expected], rel=1e-9)


@pytest.mark.parametrize("side", [8, 11, 16])
def test_one_scale_below_22_pixels(side):
    """The window is as wide as the picture where that is less than 11."""
    x = draw(0, 1, side)
    y = near(x, 1)
    assert ms_ssim(x, y) == pytest.approx([ssim(x[0, 0], y[0, 0], min(side, 11))[0]], rel=1e-9)


def test_how_many_scales():
    scales = importlib.import_module("ganvas.metrics.ms_ssim").scales
    sides = {4: 1, 21: 1, 22: 2, 28: 2, 43: 2, 44: 3, 64: 3, 88: 4, 175: 4, 176: 5, 1024: 5}
    assert {side: scales(side) for side in sides} == sides


def test_equal_inverted_channels_and_bytes():
    x = draw(0, 3, 28, channels=3)
    np.testing.assert_allclose(ms_ssim(x, x), 1, rtol=1e-12)
    assert (ms_ssim(x, 1 - x) == 0).all()
    y = near(x, 1)
    apart = [ms_ssim(x[:, i : i + 1], y[:, i : i + 1]) for i in range(3)]
    np.testing.assert_allclose(ms_ssim(x, y), np.mean(apart, axis=0), rtol=1e-12)
    a, b = ((255 * side).astype(np.uint8) for side in (x, y))
    np.testing.assert_allclose(ms_ssim(a, b), ms_ssim(a / 255, b / 255), rtol=1e-12)
    np.testing.assert_allclose(ms_ssim(x, y), ms_ssim(y, x), rtol=1e-12)


def test_pairs_spelt_out_and_their_interval():
    digits = data.load("digits").x[:400].numpy()
    found = pair_similarity(digits)
    assert found.low < found.value < found.high
    exact = [ms_ssim(digits, np.roll(digits, k, axis=0)).mean() for k in range(1, 400, 7)]
    assert found.low - 0.01 < np.mean(exact) < found.high + 0.01
    deviation = (found.high - found.value) / 1.96 * np.sqrt(200)
    assert deviation == pytest.approx(
        np.std([ms_ssim(digits, np.roll(digits, k, axis=0)) for k in (1, 50)]), rel=0.2
    )


def test_collapse_raises_it_and_noise_lowers_it():
    digits = data.load("digits")
    x, y = digits.x.numpy(), digits.y.numpy()
    real = pair_similarity(x)
    ones = pair_similarity(x[y == 1])
    assert ones.low > real.high + 0.1
    assert pair_similarity(draw(0, 400, 8)).high < real.low
    assert pair_similarity(np.repeat(x[:1], 10, axis=0)).value == pytest.approx(1)


def test_order_and_pieces_change_nothing(monkeypatch):
    x = data.load("digits").x[:101].numpy()
    given = pair_similarity(x)
    assert pair_similarity(np.random.RandomState(0).permutation(x)) == pytest.approx(given)
    assert pair_similarity(x, seed=1) != given
    monkeypatch.setattr(importlib.import_module("ganvas.metrics.ms_ssim"), "BLOCK", 1)
    assert pair_similarity(x) == pytest.approx(given)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (draw(0, 4, 8)[0], "pictures (N, C, H, W) are needed"),
        (draw(0, 4, 8)[:0], "pictures (N, C, H, W) are needed"),
        (draw(0, 4, 8).astype(str), "pictures (N, C, H, W) are needed"),
        (2 * draw(0, 4, 8), "from 0 to 1 is needed"),
        (draw(0, 4, 8) * np.nan, "from 0 to 1 is needed"),
        (draw(0, 3, 8), "3 pictures make no two pairs"),
    ],
)
def test_what_are_no_pictures(bad, said):
    with pytest.raises(UsageError) as caught:
        pair_similarity(bad)
    assert said in str(caught.value)
    with pytest.raises(UsageError, match="shapes have to be equal"):
        ms_ssim(draw(0, 3, 8), draw(0, 3, 9))
