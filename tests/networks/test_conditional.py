"""Networks that are told the class: joined, projected, told, with several heads."""

import numpy as np
import torch
from torch import nn

from ganvas.networks.conditional import Heads, Joined, Projection, Told

Y = torch.tensor([2, 0, 1, 2])


def test_vectors_are_joined_with_the_class_one_hot():
    joined = Joined(nn.Identity(), 3, (2,))
    x = torch.randn(4, 2)
    expected = np.concatenate([x.numpy(), np.eye(3, dtype=np.float32)[Y.numpy()]], 1)
    np.testing.assert_array_equal(joined(x, Y).numpy(), expected)
    assert Joined.width(3, (2,)) == (5,)
    assert not list(joined.parameters())


def test_pictures_get_one_learned_channel_a_class():
    joined = Joined(nn.Identity(), 3, (2, 4, 4))
    x = torch.randn(4, 2, 4, 4)
    out = joined(x, Y)
    assert out.shape[1:] == Joined.width(3, (2, 4, 4)) == (3, 4, 4)
    assert torch.equal(out[:, :2], x)
    assert torch.equal(out[0, 2], out[3, 2])
    assert torch.equal(out[0, 2], joined.plane.weight[2].view(4, 4))
    assert not torch.equal(out[0, 2], out[1, 2])


def test_the_projection_is_equation_4():
    torch.manual_seed(0)
    network = Projection(nn.Linear(2, 5), nn.Linear(5, 1), 3)
    x = torch.randn(4, 2)
    h, e = network.trunk(x).detach().numpy(), network.of_class.weight.detach().numpy()
    w, b = (p.detach().numpy() for p in (network.logit.weight[0], network.logit.bias))
    expected = h @ w + b + (e[Y.numpy()] * h).sum(1)
    np.testing.assert_allclose(network(x, Y).detach().numpy(), expected, rtol=1e-5)


def test_heads_share_the_trunk():
    network = Heads(nn.Linear(2, 5), nn.Linear(5, 1), 5, 3, 2)
    x = torch.randn(4, 2)
    logit, three, two = network(x)
    assert (logit.shape, three.shape, two.shape) == ((4,), (4, 3), (4, 2))
    h = network.trunk(x)
    torch.testing.assert_close(logit, network.logit(h)[:, 0])
    torch.testing.assert_close(two, network.others[1](h))


def test_an_onlooker_learns_and_leaves_the_trunk_alone():
    network = Heads(nn.Linear(2, 5), nn.Linear(5, 1), 5, 3, 2, onlookers=1)
    _, three, two = network(torch.randn(4, 2))
    three.sum().backward()
    assert network.others[0].weight.grad.abs().sum() > 0
    assert network.trunk.weight.grad is None
    two.sum().backward()
    assert network.trunk.weight.grad.abs().sum() > 0


def test_told_repeats_the_classes_for_real_and_fake():
    seen = []

    class Spy(nn.Module):
        def forward(self, x, y):
            seen.append(y)
            return x

    told = Told(Spy(), Y)
    told(torch.zeros(4, 2))
    told(torch.zeros(8, 2))
    assert torch.equal(seen[0], Y)
    assert torch.equal(seen[1], torch.cat([Y, Y]))
    assert [type(m) for m in told.modules()] == [Spy]
