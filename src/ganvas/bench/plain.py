"""Two loops over the networks, losses and data of a game of ours, to hold the trainer to.

The one that tutorials teach: float32, a `DataLoader`, real and fake samples in two passes, a
penalty by a pass and a gradient of its own, PyTorch's Adam as it comes, weights as they come.

And the one of a person who knows what `ganvas` knows, without its checks, events and averages:
pictures in memory, the same passes, PyTorch's fused Adam, no needless gradient, the same fakes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from ganvas.data.dataset import normalise
from ganvas.families.gan import GAN
from ganvas.game import Moment
from ganvas.losses import r1
from ganvas.nn.spectral import Spectral
from ganvas.optim import Optim


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
        nets: its `G` and `D`; they are moved, on the device that they are on.
        x: pictures, uint8 (N, C, H, W).
        batch: pictures of a minibatch.
        workers: processes of the `DataLoader`.
    """
    nets.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    G, D, loss = nets.get_submodule("G"), nets.get_submodule("D"), game.adversarial
    g, d = (_adam(net.parameters(), spec) for net, spec in ((G, game.G), (D, game.D)))
    where = next(nets.parameters()).device
    batches = _forever(Items(x, game.range), batch, workers)
    while True:
        for _ in range(game.d_steps):
            real = next(batches).to(where)
            fake = G(torch.randn(batch, game.z, device=where))
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
        fake = G(torch.randn(batch, game.z, device=where))
        g.zero_grad()
        terms = loss.g(D(fake), D(real) if loss.compares else None)
        torch.autograd.backward(_sum(terms))
        g.step()
        yield


def best(
    game: GAN, nets: nn.Module, x: Tensor, batch: int, autocast: torch.dtype | None = None
) -> Iterator[None]:
    """The same as `loop`, with all that makes it fast; losses in the precision `autocast`."""
    G, D = nets.get_submodule("G"), nets.get_submodule("D")
    where = next(nets.parameters()).device
    x, t = x.to(where), Moment(seed=0, device=where)
    players = ((G, game.G), (D, game.D))
    weights = {net: list(net.parameters()) for net in (G, D)}
    optimizers = {net: _adam(weights[net], spec, fused=True) for net, spec in players}

    def fast() -> AbstractContextManager[object]:
        return nullcontext() if autocast is None else torch.autocast(where.type, autocast)

    def move(net: nn.Module, terms: dict[str, Tensor]) -> None:
        optimizers[net].zero_grad()
        torch.autograd.backward(_sum(terms), inputs=weights[net])
        optimizers[net].step()

    batches = _rows(len(x), batch, where)
    spectral = [module for module in D.modules() if isinstance(module, Spectral)]
    while True:
        for left in reversed(range(game.d_steps)):
            real = normalise(x.index_select(0, next(batches)), game.range)
            with torch.set_grad_enabled(left == 0), fast():
                fake = G(torch.randn(batch, game.z, device=where))
            with fast():
                terms = game.d_terms(D, real, fake.detach(), t)
            move(D, terms)
            for module in spectral:
                module.stepped()
        with fast():
            terms = game.g_terms(D, real, fake, t)
        move(G, terms)
        yield


def _adam(weights: Iterable[Tensor], spec: Optim, fused: bool = False) -> torch.optim.Adam:
    betas = float(spec.beta1), spec.beta2.start
    return torch.optim.Adam(weights, lr=spec.lr.start, betas=betas, fused=fused)


def _rows(count: int, batch: int, where: torch.device) -> Iterator[Tensor]:
    while True:
        yield from torch.split(torch.randperm(count, device=where), batch)[: count // batch]


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
