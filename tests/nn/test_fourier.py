"""Waves of a point: their formula, their lengths, and that only D's of points read them."""

import numpy as np
import pytest
import torch
from torch import nn

from ganvas import GAN
from ganvas.data.batches import DataSpec
from ganvas.errors import UsageError
from ganvas.nn.fourier import Fourier
from ganvas.state import build

POINTS = DataSpec(name="toy:ring8", shape=(2,), count=64)


def test_sines_and_cosines_stand_beside_the_points():
    torch.manual_seed(0)
    waves = Fourier(2, 5)
    x = torch.randn(7, 2)
    phase = x.numpy() @ waves.directions.numpy()
    expected = np.concatenate([x.numpy(), np.sin(phase), np.cos(phase)], 1)
    np.testing.assert_allclose(waves(x).numpy(), expected, atol=1e-4)


def test_a_step_of_one_wavelength_brings_a_wave_back():
    torch.manual_seed(0)
    lengths = torch.tensor([0.5, 1.0, 2.0])
    waves = Fourier(2, 3, shortest=0.5, longest=2.0)
    unit = nn.functional.normalize(waves.directions, dim=0)
    x = torch.randn(4, 2)
    for i, length in enumerate(lengths):
        there, here = waves(x + length * unit[:, i]), waves(x)
        for column in (2 + i, 5 + i):
            torch.testing.assert_close(there[:, column], here[:, column], atol=1e-4, rtol=0)


def test_directions_are_state_and_not_parameters():
    waves = Fourier(2, 3)
    assert not list(waves.parameters())
    assert set(waves.state_dict()) == {"directions"}


def test_d_reads_waves_and_g_does_not():
    nets = build(GAN(waves=4), POINTS, 0)
    assert [type(m).__name__ for m in nets.D.modules()].count("Fourier") == 1
    assert not any(isinstance(m, Fourier) for m in nets.G.modules())
    first = next(m for m in nets.D.modules() if isinstance(m, nn.Linear))
    assert first.in_features == 2 + 2 * 4
    assert nets.D(torch.randn(5, 2)).shape == (5,)


def test_waves_of_pictures_are_refused():
    with pytest.raises(UsageError, match="waves are for points"):
        GAN(waves=4).accept(DataSpec(name="digits", shape=(1, 8, 8), count=9))
