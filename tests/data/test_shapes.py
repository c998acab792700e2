"""The drawn shapes: the same every time, and each picture shows what its truth says."""

from __future__ import annotations

import pytest
import torch

from ganvas.data import edges, find, shapes
from ganvas.errors import UsageError

PINNED = "e652992a"


def test_the_same_pictures_every_time():
    two = find("shapes")
    assert (two.paired, tuple(two.a.x.shape), len(two.b)) == (False, (5000, 3, 32, 32), 5000)
    assert two.fingerprint == find("shapes").fingerprint
    assert two.fingerprint[:8] == PINNED


@pytest.mark.parametrize("name", ["a", "b"])
def test_the_truth_is_what_is_drawn(name):
    truth = shapes.truth(name, 400)
    x = shapes.draw(name, truth, seed=1).float()
    ink = (x - shapes.GROUND[name]).abs().sum(1)  # (N, S, S)
    weight = ink / ink.sum((1, 2), keepdim=True)
    line = torch.arange(32.0) + 0.5
    place = torch.stack([(weight.sum(2) @ line) > 16, (weight.sum(1) @ line) > 16], 1).long()
    assert torch.equal(2 * place[:, 0] + place[:, 1], truth[:, 3]), "down, then across"
    palette = torch.tensor(shapes.PALETTES[name]).float()
    strongest = x.flatten(2).gather(2, ink.flatten(1).argmax(1).view(-1, 1, 1).expand(-1, 3, 1))
    assert torch.equal(torch.cdist(strongest.squeeze(2), palette).argmin(1), truth[:, 1])
    area = (ink > ink.amax((1, 2), keepdim=True) / 2).sum((1, 2)).float()
    for shape in range(3):
        rows = truth[:, 0] == shape
        small, large = (area[rows & (truth[:, 2] == k)] for k in (0, 1))
        assert small.mean() * 1.3 < large.mean()


def test_each_combination_looks_like_no_other():
    """The nearest drawing of another seed shows the same values, in 95 of 100 pictures."""
    for name in ("a", "b"):
        everything = torch.cartesian_prod(*(torch.arange(len(v)) for v in shapes.FACTORS.values()))
        known = everything.repeat(16, 1)
        x = shapes.draw(name, known, seed=3).flatten(1).float()
        asked = shapes.truth(name, 300, seed=5)
        y = shapes.draw(name, asked, seed=5).flatten(1).float()
        read = known[torch.cdist(y, x).argmin(1)]
        assert ((read == asked).float().mean(0) > 0.94).all(), (read == asked).float().mean(0)


def test_too_large():
    with pytest.raises(UsageError, match="at most 128"):
        shapes.load(256)


def test_edges_are_where_brightness_changes():
    square = torch.full((1, 3, 32, 32), 20, dtype=torch.uint8)
    square[..., 8:24, 8:24] = 220
    found = edges.edges(square)[0, 0] == 0
    assert tuple(found.shape) == (32, 32)
    y, x = found.nonzero().T
    beside = torch.minimum(
        (x - 7.5).abs().minimum((x - 23.5).abs()), (y - 7.5).abs().minimum((y - 23.5).abs())
    )
    assert beside.max() <= 1
    assert 50 <= int(found.sum()) <= 70, "one pixel thin, all around"
    flat = torch.full((1, 1, 16, 16), 99, dtype=torch.uint8)
    assert (edges.edges(flat) == 255).all()


def test_weak_edges_count_where_they_go_on_from_strong_ones():
    ramp = torch.linspace(180, 60, 40)
    x = torch.where(torch.arange(40)[:, None] < 20, 60.0, ramp).to(torch.uint8).view(1, 1, 40, 40)
    row = (edges.edges(x)[0, 0] == 0).any(0)
    assert row[:20].all(), "strong"
    assert row[20:28].any(), "goes on"
    alone = x[..., 26:]
    assert (edges.edges(alone) == 255).all(), "the weak part alone starts no edge"
