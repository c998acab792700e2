"""What is drawn for judges and for comparison with the data."""

from __future__ import annotations

import torch

from ganvas import drawing
from ganvas.seeds import generator


def test_the_nearest_image_of_each_sample_is_found_across_blocks(monkeypatch):
    monkeypatch.setattr(drawing, "BLOCK", 7)
    data = torch.randint(0, 256, (50, 3, 4, 4), generator=generator("data")).to(torch.uint8)
    wanted = torch.tensor([49, 0, 7, 23])
    samples = data[wanted].clone()
    samples[:, :, 0, 0] ^= 1  # as near as can be without being equal
    assert torch.equal(drawing.nearest(samples, data), data[wanted])
