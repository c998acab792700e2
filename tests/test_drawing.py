"""What is drawn for judges and for comparison with the data."""

from __future__ import annotations

import torch

from ganvas import GAN, DataSpec, Moment, drawing
from ganvas.data import Points
from ganvas.seeds import generator
from ganvas.state import build


def test_the_nearest_image_of_each_sample_is_found_across_blocks(monkeypatch):
    monkeypatch.setattr(drawing, "BLOCK", 7)
    data = torch.randint(0, 256, (50, 3, 4, 4), generator=generator("data")).to(torch.uint8)
    wanted = torch.tensor([49, 0, 7, 23])
    samples = data[wanted].clone()
    samples[:, :, 0, 0] ^= 1  # as near as can be without being equal
    assert torch.equal(drawing.nearest(samples, data), data[wanted])


def test_however_many_samples_a_pass_has_few():
    game, points = GAN(z=2, g_hidden=(4,)), DataSpec(name="toy", shape=(2,), count=64)
    nets, t = build(game, points, 0), Moment(seed=0, step="some")
    passed = []
    nets.G.register_forward_hook(lambda _, args, __: passed.append(len(args[0])))
    n = 2 * drawing.CHUNK + 5
    drawn = drawing.made(game, nets, Points(torch.zeros(n, 2)), t)
    assert passed == [drawing.CHUNK, drawing.CHUNK, 5]
    assert drawn.shape == (n, 2)
    assert torch.equal(drawn, drawing.finished(game, nets, points, n, t))
