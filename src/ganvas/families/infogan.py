"""InfoGAN: part of the noise is a code that D's second head must read back from the sample.

Paper: Chen et al., InfoGAN: Interpretable Representation Learning by Information Maximizing GANs,
2016 (arXiv 1606.03657).
Reference: Eqs. 5 and 6 of the paper, and openai/InfoGAN.
Differs: an MLP by default (`--network dcgan`); 64 normal numbers of noise, where the reference has
62 uniform ones; Q is linear on D's features, where it has a hidden layer of 128; the continuous
codes weigh 0.1, as the paper advises, where it has 1; G steps on the fakes that D has just seen;
few images are augmented where networks convolve; any adversarial loss.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import torch
from annotated_types import Ge, Gt
from torch import Tensor
from torch.nn.functional import cross_entropy, one_hot

from ganvas.augment import Augment
from ganvas.data.batches import Batch, DataSpec
from ganvas.families._objective import Objective
from ganvas.families._players import Players, Width
from ganvas.game import Draw, Moment, Nets, Terms, Turn, still
from ganvas.optim import Optim
from ganvas.options import constant, defaults, fixed


@defaults(G=Optim(lr=constant(1e-3)))
class InfoGAN(Objective, Players, Augment):
    """The GAN with a lower bound on the information between code and sample in both losses."""

    categories: Width = fixed(10)
    """Values of the categorical code."""
    codes: Annotated[int, Ge(0)] = fixed(2)
    """Continuous codes, each uniform in [-1, 1]."""
    category_weight: Annotated[float, Ge(0)] = 1.0
    """Weight of reading back the category; lambda in Eq. 6."""
    category_size: Annotated[float, Gt(0)] = fixed(1.0)
    """What G reads where the category is, beside noise of variance 1; the larger, the less noise
    decides."""
    code_weight: Annotated[float, Ge(0)] = 0.1
    """Weight of reading back the continuous codes."""

    def build(self, data: DataSpec) -> Nets:
        """G from noise and code; D with a head that reads the code, Q."""
        inputs = self.z + self.categories + self.codes
        D = self.with_heads(data.shape, self.categories, *([self.codes] if self.codes else []))
        return Nets(G=self.generator(data, inputs), D=D)

    def turns(self, nets: Nets, draw: Draw, t: Moment) -> Iterator[Turn]:
        """D with Q, then G; both want the code to be read."""
        batch = draw()
        z = self.latent(batch, t)
        fake = nets.G(z) if t.parts == 1 else still(nets.G, z)
        x, shown = self.augmented(batch.x, t), self.augmented(fake.detach(), t)
        (real_logits, *_), (fake_logits, *read), penalty = self.said(nets.D, x, shown, t)
        t.watch("category read", lambda: self._category(z) == read[0].argmax(1))
        yield "D", self.judged(real_logits, fake_logits, t) | self.read(z, *read) | penalty
        fake = fake if t.parts == 1 else nets.G(z)
        fake_logits, *read = nets.D(self.augmented(fake, t))
        yield "G", self.paid(nets.D, x, fake_logits) | self.read(z, *read)

    def read(self, z: Tensor, category: Tensor, codes: Tensor | None = None) -> Terms:
        """How wrong Q is: -log Q(c | x) up to a constant, Eq. 5, of category and codes."""
        wrong = self.category_weight * cross_entropy(category.float(), self._category(z))
        terms = {"category": wrong}
        if codes is not None:  # a normal distribution of variance 1
            apart = (codes.float() - z[:, -self.codes :]).square().sum(1)
            terms["codes"] = self.code_weight * apart.mean() / 2
        return terms

    def latent(self, rows: int | Batch, t: Moment) -> Tensor:
        """Noise, a category (one-hot times its size) and the codes, float32 (rows, all of them)."""
        noise = super().latent(rows, t)
        category = (t.uniform(rows) * self.categories).long()
        codes = 2 * t.uniform(rows, self.codes) - 1
        shown = self.category_size * one_hot(category, self.categories)
        return torch.cat([noise, shown, codes], 1)

    def between(self, a: Tensor, b: Tensor, w: float) -> Tensor:
        """The noise as in the GAN; the category changes half-way, the codes in a straight line."""
        noise = super().between(a[:, : self.z], b[:, : self.z], w)
        category = (a if w < 0.5 else b)[:, self.z : self.z + self.categories]
        codes = torch.lerp(a, b, w)[:, self.z + self.categories :]
        return torch.cat([noise, category, codes], 1)

    def views(self, nets: Any, batch: Any, t: Moment) -> dict[str, Tensor]:
        """Also each category as a row, the first code from -2 to 2 along it, with one noise."""
        views = super().views(nets, batch, t)
        if batch.x.dim() == 4:
            rows = min(self.categories, 10)
            z = self.latent(1, t).repeat(rows, 10, 1)
            z[..., self.z :] = 0
            z[torch.arange(rows), :, self.z + torch.arange(rows)] = self.category_size
            if self.codes:
                z[..., self.z + self.categories] = torch.linspace(-2, 2, 10, device=z.device)
            samples = self.decode(nets, z.flatten(0, 1))
            views["codes"] = samples.view(rows, 10, *samples.shape[1:])
        return views

    def _category(self, z: Tensor) -> Tensor:
        return z[:, self.z : self.z + self.categories].argmax(1)
