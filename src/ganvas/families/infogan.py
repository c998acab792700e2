"""InfoGAN: part of the noise is a code that D's second head must read back from the sample.

Paper: Chen et al., InfoGAN: Interpretable Representation Learning by Information Maximizing GANs,
2016 (arXiv 1606.03657).
Reference: Eqs. 5 and 6 of the paper, and openai/InfoGAN.
Differs: an MLP by default (`--network dcgan`); 64 normal numbers of noise, where the reference has
62 uniform ones; Q is linear on D's features, where it has a hidden layer of 128; the continuous
codes weigh 0.1, as the paper advises, where it has 1; G steps on the fakes that D has just seen;
few images are augmented where networks convolve; any adversarial loss; a learned prior, from
`networks/mixture.py`, and a category that nobody is paid for, are options.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import torch
from annotated_types import Ge
from torch import Tensor
from torch.nn.functional import cross_entropy

from ganvas.augment import Augment
from ganvas.data.batches import Batch, DataSpec
from ganvas.families._kinds import Kinds
from ganvas.families._noise import Width
from ganvas.families._objective import Objective
from ganvas.game import Draw, Moment, Nets, Terms, Turn, still
from ganvas.optim import Optim
from ganvas.options import constant, defaults, fixed


@defaults(G=Optim(lr=constant(1e-3)))
class InfoGAN(Objective, Kinds, Augment):
    """The GAN with a lower bound on the information between code and sample in both losses."""

    categories: Width = fixed(10)
    """Values of the categorical code."""
    codes: Annotated[int, Ge(0)] = fixed(2)
    """Continuous codes, each uniform in [-1, 1]."""
    category_weight: Annotated[float, Ge(0)] = fixed(1.0)
    """Weight of reading back the category; lambda in Eq. 6. At 0 only Q learns, and for itself."""
    code_weight: Annotated[float, Ge(0)] = 0.1
    """Weight of reading back the continuous codes, also for Q."""

    @property
    def inputs(self) -> int:
        """Also the codes."""
        return super().inputs + self.codes

    def idle(self) -> dict[str, str]:
        """Also the weight of codes, where there are none."""
        return super().idle() | ({} if self.codes else {"code_weight": "codes = 0"})

    def build(self, data: DataSpec) -> Nets:
        """G from noise and code; D with a head that reads the code, Q."""
        heads = [self.categories, *([self.codes] if self.codes else [])]
        D = self.with_heads(data.shape, *heads, onlookers=int(not self.category_weight))
        return Nets(G=self.generator(data, self.inputs), D=D)

    def turns(self, nets: Any, draw: Draw, t: Moment) -> Iterator[Turn]:
        """D with Q, then G; both want what has a weight to be read."""
        batch = draw()
        z = self.latent(batch, t)
        fake = nets.G(z) if t.parts == 1 else still(nets.G, z)
        x, shown = self.augmented(batch.x, t), self.augmented(fake.detach(), t)
        (real_logits, found, *_), (fake_logits, *read), penalty = self.said(nets.D, x, shown, t)
        category = self.category(nets, z)
        t.watch("category read", lambda: category == read[0].argmax(1))
        of_q = self.category_weight or 1.0  # unpaid, Q learns all the same
        wrong = self.read(z, category, *read, weight=of_q)
        yield "D", self.judged(real_logits, fake_logits, t) | wrong | penalty
        fake = fake if t.parts == 1 else nets.G(z)
        fake_logits, *read = nets.D(self.augmented(fake, t))
        wrong = self.read(z, category, *read, weight=self.category_weight)
        yield "G", self.paid(nets.D, x, fake_logits) | wrong | self.shares(nets, found, t)

    def read(
        self, z: Tensor, category: Tensor, q: Tensor, codes: Tensor | None = None, *, weight: float
    ) -> Terms:
        """How wrong Q is, -log Q(c | x) up to a constant, Eq. 5, given its logits of the category
        and its guess of the codes."""
        terms = {"category": weight * cross_entropy(q.float(), category)} if weight else {}
        if codes is not None:  # a normal distribution of variance 1
            apart = (codes.float() - z[:, -self.codes :]).square().sum(1)
            terms["codes"] = self.code_weight * apart.mean() / 2
        return terms

    def latent(self, rows: int | Batch, t: Moment) -> Tensor:
        """Noise, a category (one-hot times its size) and the codes, float32 (rows, all of them)."""
        noise = super().latent(rows, t)
        return torch.cat([noise, 2 * t.uniform(rows, self.codes) - 1], 1)

    def between(self, a: Tensor, b: Tensor, w: float) -> Tensor:
        """The noise and the category as in the GAN, the codes in a straight line."""
        codes = torch.lerp(a, b, w)[:, self.z + self.categories :]
        return torch.cat([super().between(a, b, w), codes], 1)

    def views(self, nets: Any, batch: Any, t: Moment) -> dict[str, Tensor]:
        """Also ten categories (the most frequent) as rows, in ten samples each; and with one noise,
        from left to right the first code from -2 to 2, where there are codes."""
        views = super().views(nets, batch, t)
        if self.codes and batch.x.dim() == 4:
            z = self.latent(1, t).repeat(10, 1)
            first = self.z + self.categories
            z[:, first:] = 0
            z[:, first] = torch.linspace(-2, 2, 10, device=z.device)
            views["codes"] = self.by_category(nets, z)
        return views
