"""SNGAN's residual networks: the paper's table at 32 pixels, and the arithmetic of a block."""

import pytest
import torch
from torch import nn
from torch.nn.functional import avg_pool2d, relu

from ganvas.networks import resnet


def doubled(x: torch.Tensor) -> torch.Tensor:
    return x.repeat_interleave(2, 2).repeat_interleave(2, 3)


def blocks(network: nn.Module) -> list[resnet.Block]:
    return [m for m in network.modules() if isinstance(m, resnet.Block)]


def test_table_4_at_32_pixels():
    g = resnet.generator(128, (3, 32, 32), width=64)
    assert g[0].out_features == 4 * 4 * 256
    assert [b.scale for b in blocks(g)] == [2, 2, 2]
    assert {b.conv2.out_channels for b in blocks(g)} == {256}
    d, features = resnet.trunk((3, 32, 32), width=64)
    assert [b.scale for b in blocks(d)] == [0.5, 0.5, 1, 1]
    assert {b.conv2.out_channels for b in blocks(d)} == {128}
    assert features == 128
    assert not [m for m in d.modules() if isinstance(m, nn.BatchNorm2d)]


@pytest.mark.parametrize(("channels", "side"), [(1, 8), (3, 14), (4, 28), (1, 64)])
@pytest.mark.parametrize("norm", ["batch", "none"])
def test_shapes_at_every_side(channels, side, norm):
    shape = (channels, side, side)
    g = resnet.generator(5, shape, width=1, norm=norm)
    assert any(isinstance(m, nn.BatchNorm2d) for m in g.modules()) == (norm == "batch")
    x = g(torch.randn(2, 5))
    assert x.shape == (2, *shape)
    d, features = resnet.trunk(shape, width=1)
    assert d(x).shape == (2, features)


def test_a_block_that_halves_is_its_formula():
    torch.manual_seed(0)
    block = resnet.Block(3, 4, scale=0.5).double()
    x = torch.randn(2, 3, 8, 8, dtype=torch.float64)
    h = block.conv2(relu(block.conv1(relu(x))))
    torch.testing.assert_close(block(x), avg_pool2d(h + block.short(x), 2))


def test_the_first_block_of_d_does_not_cut_the_picture():
    torch.manual_seed(0)
    block = resnet.Block(3, 4, scale=0.5, first=True).double()
    x = torch.randn(2, 3, 8, 8, dtype=torch.float64)
    h = block.conv2(relu(block.conv1(x)))
    torch.testing.assert_close(block(x), avg_pool2d(h + block.short(x), 2))


def test_a_block_that_doubles_is_its_formula():
    torch.manual_seed(0)
    block = resnet.Block(3, 4, scale=2, norm="batch").double().eval()
    for norm in (block.norm1, block.norm2):
        for values in (norm.weight.data, norm.bias.data, norm.running_mean, norm.running_var):
            values.uniform_(0.5, 2)

    def normed(norm: nn.BatchNorm2d, x: torch.Tensor) -> torch.Tensor:
        mean, var, weight, bias = (
            v[:, None, None] for v in (norm.running_mean, norm.running_var, norm.weight, norm.bias)
        )
        return (x - mean) / (var + norm.eps).sqrt() * weight + bias

    x = torch.randn(2, 3, 4, 4, dtype=torch.float64)
    h = block.conv1(doubled(relu(normed(block.norm1, x))))
    h = block.conv2(relu(normed(block.norm2, h)))
    torch.testing.assert_close(block(x), h + block.short(doubled(x)))


def test_a_block_that_doubles_repeats_each_pixel():
    torch.manual_seed(0)
    block = resnet.Block(3, 3, scale=2).double()
    nn.init.zeros_(block.conv2.weight)
    x = torch.randn(1, 3, 4, 4, dtype=torch.float64)
    torch.testing.assert_close(block(x), block.short(doubled(x)))


def test_glorot_with_gain_sqrt_2_inside_and_1_beside():
    torch.manual_seed(0)
    block = resnet.Block(32, 64, scale=2)
    for layer, gain, area in (
        (block.conv1, 2**0.5, 9),
        (block.conv2, 2**0.5, 9),
        (block.short, 1, 1),
    ):
        bound = gain * (6 / (area * (layer.in_channels + layer.out_channels))) ** 0.5
        assert 0.98 * bound < float(layer.weight.detach().abs().max()) <= bound * (1 + 1e-6)
        assert not layer.bias.any()


def test_features_are_sums_over_the_picture():
    x = torch.randn(2, 3, 4, 4)
    torch.testing.assert_close(resnet.Sum()(x), x.clamp_min(0).sum((2, 3)))
