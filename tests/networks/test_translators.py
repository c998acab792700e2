"""The networks of pix2pix and CycleGAN are the published ones: patches, blocks, widths, rates."""

import pytest
import torch
from torch import nn

from ganvas.data.batches import DataSpec
from ganvas.families.cyclegan import CycleGAN
from ganvas.game import Moment
from ganvas.networks import cycle, patch
from ganvas.networks.unet import UNet


@pytest.mark.parametrize(("layers", "wide"), [(1, 16), (2, 34), (3, 70), (4, 142)])
def test_a_logit_sees_a_patch(layers, wide):
    D = patch.judge((1, 256, 256), width=2, layers=layers)
    D = nn.Sequential(*(m for m in D if not isinstance(m, nn.InstanceNorm2d)))  # it sees all
    x = torch.rand(1, 1, 256, 256, requires_grad=True)
    logits = D(x)
    middle = logits.shape[2] // 2
    logits[0, 0, middle, middle].backward()
    rows = x.grad[0, 0].abs().sum(1).nonzero().flatten()
    assert int(rows[-1] - rows[0]) + 1 == wide


def test_the_default_patches_are_of_70_pixels():
    assert CycleGAN().layers == 3


@pytest.mark.parametrize(("side", "blocks"), [(64, 6), (128, 6), (256, 9)])
def test_residual_blocks_by_the_side(side, blocks):
    b = DataSpec(name="b", shape=(3, side, side), count=1)
    spec = DataSpec(name="a", shape=b.shape, count=1, b=b)
    G = CycleGAN(width=1, pool=0).build(spec).G["b"]
    assert sum(isinstance(m, cycle.Residual) for m in G.modules()) == blocks


def test_the_u_net_of_256_pixels():
    G = UNet((3, 256, 256), 3)
    convs = [m for m in G.modules() if isinstance(m, nn.Conv2d)]
    assert [m.out_channels for m in convs] == [64, 128, 256, 512, 512, 512, 512, 512]
    assert [channels for channels, _ in G.spots] == [512, 512, 512]
    assert [side for _, side in G.spots] == [2, 4, 8]


def test_cyclegans_rate_is_constant_and_then_falls_to_0():
    rates = [CycleGAN().G.lr(Moment(seed=0, images=n * 1000)) for n in (0, 100, 150, 200, 300)]
    assert rates == pytest.approx([2e-4, 2e-4, 1e-4, 0, 0])
    assert CycleGAN().pool == 50
