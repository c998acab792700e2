"""R3GAN's networks: blocks that begin as the identity, a smooth filter, no normalisation."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from ganvas.errors import UsageError
from ganvas.networks import r3


def residuals(network: nn.Module) -> list[r3.Residual]:
    return [m for m in network.modules() if isinstance(m, r3.Residual)]


def test_a_block_begins_as_the_identity_and_starts_like_fixup():
    torch.manual_seed(0)
    block = r3.Residual(64, groups=8, blocks=16)
    x = torch.randn(2, 64, 4, 4)
    assert torch.equal(block(x), x)
    gain = math.sqrt(2 / (1 + 0.2**2)) * 16 ** (-1 / 4)
    assert float(block.rise.weight.detach().std()) == pytest.approx(gain / math.sqrt(64), rel=0.05)
    assert float(block.mix.weight.detach().std()) == pytest.approx(
        gain / math.sqrt(16 * 9), rel=0.05
    )
    assert block.mix.groups == 8
    assert block.rise.out_channels == 128


def test_a_block_is_its_formula():
    torch.manual_seed(0)
    block = r3.Residual(2, groups=1, blocks=1)
    with torch.no_grad():
        for p in block.parameters():
            p.copy_(torch.randn(p.shape))
        block.mix.weight[..., [0, 0, 0, 1, 1, 2, 2, 2], [0, 1, 2, 0, 2, 0, 1, 2]] = 0  # 1 x 1 left
    x = torch.randn(1, 2, 1, 1)

    def leaky(v: np.ndarray) -> np.ndarray:
        return np.where(v > 0, v, 0.2 * v)

    rise, mix, fall = (
        m.weight.detach().numpy()[..., i, i]
        for m, i in ((block.rise, 0), (block.mix, 1), (block.fall, 0))
    )
    one, two = (b.detach().numpy().ravel() for b in (block.bias1, block.bias2))
    flat = x.numpy().ravel()
    expected = flat + fall @ leaky(mix @ leaky(rise @ flat + one) + two)
    np.testing.assert_allclose(block(x).detach().numpy().ravel(), expected, rtol=1e-5, atol=1e-6)


def test_the_filter_keeps_flat_pictures_and_lines():
    flat = torch.full((2, 3, 8, 8), 0.7)
    for up in (True, False):
        torch.testing.assert_close(
            r3.Resample(up=up)(flat),
            torch.full_like(flat, 0.7)[:, :, :1, :1].expand(2, 3, *(16, 16) if up else (4, 4)),
        )
    line = torch.arange(8.0).expand(1, 1, 8, 8)
    down = r3.Resample(up=False)(line)[0, 0, 1:-1, 1:-1]
    torch.testing.assert_close(down, torch.tensor([2.5, 4.5]).expand(2, 2))
    up = r3.Resample(up=True)(line)[0, 0, 2, 1:-1]
    torch.testing.assert_close(up, torch.arange(14) / 2 + 0.25)


def test_halving_is_1_3_3_1_in_each_direction():
    x = torch.zeros(1, 1, 8, 8)
    x[0, 0, 3, 4] = 1
    line = np.array([1, 3, 3, 1]) / 8
    rows, columns = np.zeros(4), np.zeros(4)
    for j in range(4):  # output j reads inputs 2j - 1 … 2j + 2
        for k in range(4):
            rows[j] += line[k] * (2 * j - 1 + k == 3)
            columns[j] += line[k] * (2 * j - 1 + k == 4)
    np.testing.assert_allclose(r3.Resample(up=False)(x)[0, 0].numpy(), np.outer(rows, columns))


def test_the_filter_is_made_once_and_is_no_part_of_a_checkpoint(monkeypatch):
    down, x = r3.Resample(up=False), torch.rand(2, 3, 8, 8, dtype=torch.bfloat16)
    expected = down(x)

    def made_anew(*_, **__):
        raise AssertionError("on a card this waits for all the work before it")

    monkeypatch.setattr(torch, "tensor", made_anew)
    assert torch.equal(down(x), expected)
    assert expected.dtype == torch.bfloat16
    assert not down.state_dict()


def test_g_starts_from_a_learned_square_scaled_by_z():
    basis = r3.Basis(5, 3, 4)
    z = torch.randn(2, 5)
    expected = np.einsum(
        "chw,nc->nchw", *(v.detach().numpy() for v in (basis.square, basis.scale(z)))
    )
    np.testing.assert_allclose(basis(z).detach().numpy(), expected, rtol=1e-6)
    assert basis.scale.bias is None


@pytest.mark.parametrize(("channels", "side"), [(1, 8), (3, 20), (4, 28), (1, 64)])
def test_shapes_at_every_side_and_no_normalisation(channels, side):
    shape = (channels, side, side)
    g = r3.generator(5, shape, width=4, blocks=1, group=4)
    x = g(torch.randn(2, 5))
    assert x.shape == (2, *shape)
    d, features = r3.trunk(shape, width=4, blocks=1, group=4)
    assert d(x).shape == (2, features) == (2, 4)
    for network in (g, d):
        assert not [m for m in network.modules() if "Norm" in type(m).__name__]


def test_blocks_stand_at_each_side():
    assert len(residuals(r3.generator(5, (1, 32, 32), width=4, blocks=3, group=4))) == 3 * 4
    assert len(residuals(r3.trunk((1, 32, 32), width=4, blocks=2, group=4)[0])) == 2 * 4


def test_groups_that_do_not_divide_are_refused_with_one_that_does():
    with pytest.raises(UsageError, match="groups of 16 do not divide; choose group = 8,"):
        r3.generator(5, (1, 8, 8), width=4, group=16)
