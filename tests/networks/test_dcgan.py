"""DCGAN's networks are the paper's at 64 pixels, and take every side that doubles."""

import pytest
import torch
from torch import nn

from ganvas.networks import dcgan


def kinds(network: nn.Module, kind: type) -> list[nn.Module]:
    return [module for module in network.modules() if isinstance(module, kind)]


def test_the_papers_layers_at_64_pixels():
    g = dcgan.generator(100, (3, 64, 64), width=128)
    ups = kinds(g, nn.ConvTranspose2d)
    assert [(m.in_channels, m.out_channels) for m in ups] == [
        (1024, 512), (512, 256), (256, 128), (128, 3)
    ]  # fmt: skip
    assert {(m.kernel_size, m.stride) for m in ups} == {((4, 4), (2, 2))}  # its code has 5 x 5
    assert [m.num_features for m in kinds(g, nn.BatchNorm2d)] == [1024, 512, 256, 128]
    assert len(kinds(g, nn.ReLU)) == 4
    d, features = dcgan.trunk((3, 64, 64), width=64)
    downs = kinds(d, nn.Conv2d)
    assert [(m.in_channels, m.out_channels) for m in downs] == [
        (3, 64), (64, 128), (128, 256), (256, 512)
    ]  # fmt: skip
    assert {m.stride for m in downs} == {(2, 2)}
    assert [m.num_features for m in kinds(d, nn.BatchNorm2d)] == [128, 256, 512]  # not the first
    assert {m.negative_slope for m in kinds(d, nn.LeakyReLU)} == {0.2}
    assert features == 512 * 4 * 4


def test_sides_that_are_odd_on_the_way():
    """28, 14, 7 and 4: kernels of 4 pixels, and of 3 between 7 and 4."""
    g = dcgan.generator(5, (1, 28, 28), width=2)
    d, features = dcgan.trunk((1, 28, 28), width=2)
    assert [m.kernel_size for m in kinds(g, nn.ConvTranspose2d)] == [(3, 3), (4, 4), (4, 4)]
    assert [m.kernel_size for m in kinds(d, nn.Conv2d)] == [(4, 4), (4, 4), (3, 3)]
    assert features == 8 * 4 * 4


@pytest.mark.parametrize(
    ("channels", "side"), [(1, 5), (1, 8), (3, 10), (1, 25), (4, 28), (1, 31), (1, 64)]
)
@pytest.mark.parametrize("down", ["stride", "pool"])
def test_shapes_at_every_side(channels, side, down):
    shape = (channels, side, side)
    x = dcgan.generator(5, shape, width=2)(torch.randn(3, 5))
    assert x.shape == (3, *shape)
    body, features = dcgan.trunk(shape, width=2, down=down)
    assert body(x).shape == (3, features)


def test_pooling_replaces_strides():
    body, _ = dcgan.trunk((1, 16, 16), width=2, down="pool")
    assert {m.stride for m in kinds(body, nn.Conv2d)} == {(1, 1)}
    assert len(kinds(body, nn.AvgPool2d)) == 2


def test_without_norm_there_is_none_and_layers_have_biases():
    for network in (
        dcgan.generator(5, (1, 16, 16), width=2, norm="none"),
        dcgan.trunk((1, 16, 16), width=2, norm="none")[0],
    ):
        assert not kinds(network, nn.BatchNorm2d)
        for layer in kinds(network, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            assert layer.bias is not None


def test_weights_start_as_the_paper_says():
    torch.manual_seed(0)
    g = dcgan.generator(100, (3, 32, 32), width=32)
    for layer in kinds(g, nn.ConvTranspose2d | nn.Linear):
        assert float(layer.weight.detach().std()) == pytest.approx(0.02, rel=0.1)
        assert layer.bias is None or not layer.bias.any()
    gains = torch.cat([m.weight.detach() for m in kinds(g, nn.BatchNorm2d)])
    assert float(gains.mean()) == pytest.approx(1, abs=0.005)
    assert float(gains.std()) == pytest.approx(0.02, rel=0.2)


def test_without_norm_what_passes_keeps_its_size():
    """The paper's start would leave a hundredth of it after three layers of 32 channels."""
    torch.manual_seed(0)
    x = torch.randn(16, 1, 64, 64)
    sizes = {}
    for norm in ("batch", "none"):
        body = dcgan.trunk((1, 64, 64), width=16, norm="none")[0]
        sizes[norm] = dcgan.start(body, norm)(x).std().item()
    assert 0.4 < sizes["none"] < 1.6
    assert sizes["batch"] < 0.05
    drawn = dcgan.generator(32, (1, 64, 64), width=16, norm="none")(torch.randn(16, 32))
    assert 0.4 < drawn.std().item() < 2
