"""What mixes samples is seen, and real and fake pass it apart."""

import pytest
import torch
from torch import nn

from ganvas.game import both
from ganvas.networks.conditional import Told
from ganvas.networks.patch import Beside
from ganvas.nn.mixing import mixing


class Spread(nn.Module):
    """Looks across the batch, and says so."""

    mixes_samples = True

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x - x.mean(0)


@pytest.mark.parametrize(
    ("layer", "mixes"), [(nn.Identity(), False), (nn.BatchNorm1d(3), True), (Spread(), True)]
)
def test_real_and_fake_pass_apart_where_samples_are_mixed(layer, mixes):
    D = nn.Sequential(layer, nn.Linear(3, 1), nn.Flatten(0))
    seen = []
    D.register_forward_hook(lambda _, args, __: seen.append(len(args[0])))
    x, fake = torch.randn(4, 3), 5 + torch.randn(4, 3)
    real, drawn = both(D, x, fake)
    assert mixing(D) == mixes
    assert seen == ([4, 4] if mixes else [8])
    torch.testing.assert_close(real, D(x))
    torch.testing.assert_close(drawn, D(fake))


@pytest.mark.parametrize(
    "told", [lambda D: D, lambda D: Told(D, torch.zeros(4)), lambda D: Beside(D, torch.zeros(4, 1))]
)
@pytest.mark.parametrize("layer", [nn.Identity(), nn.BatchNorm1d(3)])
def test_a_network_is_looked_through_once_whatever_it_is_told(told, layer):
    looked = []

    class D(nn.Sequential):
        def modules(self):
            for module in super().modules():
                looked.append(module)
                yield module

    network = D(nn.Linear(3, 3), layer)
    first = mixing(told(network))
    assert len(looked) > 2
    looked.clear()
    assert [mixing(told(network)) for _ in range(3)] == [first] * 3
    assert looked == [network] * 3
    assert first == isinstance(layer, nn.BatchNorm1d)
