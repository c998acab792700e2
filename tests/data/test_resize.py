"""Resizing: smooth, without halos, true to the brightness."""

import numpy as np
import pytest
import torch

from ganvas.data.resize import resize, square


def random(*shape):
    return torch.randint(
        0, 256, shape, dtype=torch.uint8, generator=torch.Generator().manual_seed(0)
    )


def test_a_flat_picture_stays_flat():
    for level in (0, 77, 255):
        flat = torch.full((1, 3, 5, 7), level, dtype=torch.uint8)
        for shape in ((5, 7), (20, 28), (3, 3), (9, 4)):
            assert (resize(flat, *shape) == level).all()


def test_an_edge_gets_no_halo():
    """A plain bicubic overshoots on both sides of a step."""
    step = torch.full((1, 1, 8, 8), 50, dtype=torch.uint8)
    step[..., 4:] = 200
    plain = torch.nn.functional.interpolate(step, (32, 32), mode="bicubic", antialias=True)
    assert int(plain.min()) < 45
    assert int(plain.max()) > 205
    out = resize(step, 32, 32)[0, 0]
    assert (int(out.min()), int(out.max())) == (50, 200)
    rows = out.int()
    assert (rows.diff(dim=1) >= 0).all(), "it climbs and never turns back"
    assert len(rows.unique()) > 4, "in several steps"


def test_an_enlarged_pixel_stays_between_its_neighbours():
    x = random(20, 2, 6, 5)
    out = resize(x, 24, 20).float()
    around = torch.nn.functional.pad(x.float(), (1, 1, 1, 1), mode="replicate")
    windows = around.unfold(2, 3, 1).unfold(3, 3, 1).flatten(4)  # (N, C, H, W, 9)
    high = windows.amax(4).repeat_interleave(4, 2).repeat_interleave(4, 3)
    low = windows.amin(4).repeat_interleave(4, 2).repeat_interleave(4, 3)
    assert (out <= high).all()
    assert (out >= low).all()


def test_shrinking_averages():
    x = random(4, 1, 32, 32)
    checker = torch.zeros(1, 1, 32, 32, dtype=torch.uint8)
    checker[..., ::2] = 255
    assert ((resize(checker, 8, 8).int() - 127).abs() < 12).all(), "antialiased"
    drift = resize(x, 8, 8).float().mean() - x.float().mean()
    assert abs(float(drift)) < 2


def test_many_pictures_are_the_same_as_one_by_one(monkeypatch):
    x = random(5, 1, 8, 8)
    whole = resize(x, 16, 16)
    monkeypatch.setattr("ganvas.data.resize._AT_ONCE", 2)
    assert torch.equal(resize(x, 16, 16), whole)
    assert torch.equal(torch.cat([resize(row[None], 16, 16) for row in x]), whole)


@pytest.mark.parametrize("shape", [(4, 10), (10, 4), (5, 5)])
def test_square_takes_the_middle(shape):
    x = random(1, 1, *shape)
    side = min(shape)
    top, left = (shape[0] - side) // 2, (shape[1] - side) // 2
    np.testing.assert_array_equal(square(x, side), x[:, :, top : top + side, left : left + side])
    assert square(x, 9).shape == (1, 1, 9, 9)
