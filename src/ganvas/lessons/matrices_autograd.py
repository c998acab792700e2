"""The same step by PyTorch: the library's own networks and losses, and autograd's gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ganvas.lessons.formula import Array
from ganvas.lessons.matrices import Lesson
from ganvas.losses import LOSSES
from ganvas.networks.mlp import mlp


def differences(lesson: Lesson) -> dict[str, float]:
    """How far each loss, gradient and error of the lesson is from autograd's, at most."""
    setting, loss = lesson.setting, LOSSES[lesson.setting.loss]
    G = mlp((setting.z,), (setting.g_hidden,), (setting.x,), output="sigmoid").double()
    D = mlp((setting.x,), (setting.d_hidden,), ()).double()
    _set(G, lesson.G)
    _set(D, lesson.D)
    fake: Tensor = G(torch.from_numpy(lesson.z))

    l_d = _total(loss.d(D(torch.from_numpy(lesson.x)), D(fake.detach())))
    l_d.backward()  # type: ignore[no-untyped-call]
    found = {"L_D": l_d} | _gradients(D, lesson.D)
    with torch.no_grad():
        for weight in D.parameters():
            assert weight.grad is not None
            weight.sub_(setting.lr * weight.grad)

    fake.retain_grad()
    l_g = _total(loss.g(D(fake)))
    l_g.backward(inputs=[*G.parameters(), fake])  # type: ignore[no-untyped-call]
    assert fake.grad is not None
    found |= {"L_G": l_g, "e": fake.grad} | _gradients(G, lesson.G)
    return {name: _apart(lesson.found[name], value) for name, value in found.items()}


def _layers(network: nn.Sequential) -> list[nn.Linear]:
    return [layer for layer in network if isinstance(layer, nn.Linear)]


def _set(network: nn.Sequential, weights: dict[str, Array]) -> None:
    """The lesson's weights, which are (in, out), in layers that keep them as (out, in)."""
    w1, b1, w2, b2 = map(torch.from_numpy, weights.values())
    with torch.no_grad():
        for layer, w, b in zip(_layers(network), (w1, w2), (b1, b2), strict=True):
            layer.weight.copy_(w.T)
            layer.bias.copy_(b[0])


def _gradients(network: nn.Sequential, weights: dict[str, Array]) -> dict[str, Tensor]:
    """The gradients under the lesson's names, as (in, out)."""
    grads: list[Any] = [p.grad for layer in _layers(network) for p in (layer.weight, layer.bias)]
    return {
        f"d{name}": grad.T if grad.dim() == 2 else grad[None] for name, grad in zip(weights, grads)
    }


def _total(terms: dict[str, Tensor]) -> Tensor:
    """The mean over the samples of each term, added up."""
    return torch.stack([value.mean() for value in terms.values()]).sum()


def _apart(ours: Array, theirs: Tensor) -> float:
    return float(np.abs(ours - theirs.detach().numpy().copy()).max())
