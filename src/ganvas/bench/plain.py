"""The loop that tutorials teach, over the networks, losses and data of a game of ours.

float32, a `DataLoader`, real and fake samples in two passes, a penalty by a pass and a gradient of
its own, PyTorch's Adam as it comes, weights as they come.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from ganvas.data.dataset import normalise
from ganvas.families.gan import GAN
from ganvas.losses import r1
from ganvas.nn.spectral import Spectral


class Items(Dataset[Tensor]):
    """One picture at a time, as numbers in the game's range."""

    def __init__(self, x: Tensor, range: tuple[float, float]) -> None:
        self.x, self.range = x, range

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, index: int) -> Tensor:
        return normalise(self.x[index], self.range)


def loop(game: GAN, nets: nn.Module, x: Tensor, batch: int, workers: int) -> Iterator[None]:
    """Trains for ever, a step of `game` at a time: `d_steps` of D, then one of G.

    Args:
        game: a game of two players without classes.
        nets: its `G` and `D`; they are moved.
        x: pictures, uint8 (N, C, H, W).
        batch: pictures of a minibatch.
        workers: processes of the `DataLoader`.
    """
    nets.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    G, D, loss = nets.get_submodule("G"), nets.get_submodule("D"), game.adversarial
    g, d = (
        torch.optim.Adam(
            net.parameters(), lr=spec.lr.start, betas=(float(spec.beta1), spec.beta2.start)
        )
        for net, spec in ((G, game.G), (D, game.D))
    )
    batches = _forever(Items(x, game.range), batch, workers)
    while True:
        for _ in range(game.d_steps):
            real = next(batches)
            fake = G(torch.randn(batch, game.z))
            d.zero_grad()
            terms = loss.d(D(real), D(fake.detach()))
            whole = _sum(terms)
            if game.penalty == "r1r2":
                whole = whole + game.gamma.start * (r1(D, real) + r1(D, fake)).mean()
            torch.autograd.backward(whole)
            d.step()
            for module in D.modules():
                if isinstance(module, Spectral):
                    module.stepped()
        fake = G(torch.randn(batch, game.z))
        g.zero_grad()
        terms = loss.g(D(fake), D(real) if loss.compares else None)
        torch.autograd.backward(_sum(terms))
        g.step()
        yield


def _sum(terms: dict[str, Tensor]) -> Tensor:
    return torch.stack([term.mean() for term in terms.values()]).sum()


def _forever(items: Items, batch: int, workers: int) -> Iterator[Tensor]:
    loader = DataLoader(
        items,
        batch,
        shuffle=True,
        drop_last=True,
        num_workers=workers,
        persistent_workers=bool(workers),
    )
    while True:
        yield from loader
