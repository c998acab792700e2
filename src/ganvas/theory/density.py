"""The 2014 paper's figure, trained: p_data, p_g and D on a line, at four stages.

Paper: Goodfellow et al., Generative Adversarial Nets, 2014: Figure 1, Proposition 1, Theorem 1.
The data are two bells; G and D are the library's GAN of small MLPs. On a line every density can be
counted in bins, so nothing is left to the eye.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ganvas.data.batches import DataSpec
from ganvas.data.dataset import Dataset
from ganvas.errors import UsageError
from ganvas.families.gan import GAN
from ganvas.game import Nets
from ganvas.optim import Optim
from ganvas.options import Schedule, constant
from ganvas.seeds import generator
from ganvas.theory.densities import js, tv
from ganvas.theory.value import EVEN, Estimate, estimate
from ganvas.trainer import Trainer

BELLS, SIGMA = (0.0, 2.4), 0.5
"""The centres of the data's two bells, equally likely, and their standard deviation."""
COUNT = 100_000
"""Real samples to train on."""
EDGES = torch.linspace(-4, 6, 101, dtype=torch.float64)
CENTRES = (EDGES[1:] + EDGES[:-1]) / 2
SEEN = 1 / 200
"""D is judged in the bins where at least this share of the samples, real and fake, falls."""
BATCH = 512
ALONE = 400
"""Steps of D alone, before G moves."""
STEPS, LEAST, MOST = 1200, 200, 100_000
"""Steps of both players after that: by default, and the bounds of what may be asked."""
LOOKS = 40
"""Estimates of V over the training."""
SHARES = 20_000
Z = torch.special.ndtri((torch.arange(SHARES, dtype=torch.float64) + 0.5) / SHARES).float()[:, None]
"""Noise that stands for all noise, (20,000, 1): each number for an equal share of it."""
ARROWS = 25


class Nudge(nn.Module):
    """z + f(z): a G that begins near z itself, so that p_g begins as one broad bell."""

    def __init__(self, f: nn.Module) -> None:
        super().__init__()
        self.f = f

    def forward(self, z: Tensor) -> Tensor:
        """(N, 1) to (N, 1)."""
        return z + self.f(z)  # type: ignore[no-any-return]


@dataclass(frozen=True, kw_only=True)
class Line(GAN):
    """The 2014 GAN on a line, its G beginning near z."""

    def build(self, data: DataSpec) -> Nets:
        """The GAN's MLPs, G's with z added to what it says."""
        nets = super().build(data)
        return Nets(G=Nudge(nets.G), D=nets.D)


@dataclass(frozen=True)
class Stage:
    """A moment of the training, on the bins of `EDGES`; G is the average that draws samples."""

    name: str
    """`start`, `judge` (D trained, G still), `middle`, `end`."""
    step: int
    p_g: Tensor
    """G's share of samples in each bin, float64 (100,)."""
    d: Tensor
    """D at the bins' centres, float64 (100,)."""
    arrows: Tensor
    """Pairs of z and G(z), each for an equal share of the noise, (25, 2)."""
    value: Estimate
    """V(D, G) as a minibatch tells it."""

    @property
    def best(self) -> Tensor:
        """D* = p_data/(p_data + p_g), Proposition 1."""
        p = p_data()
        return p / (p + self.p_g)

    @property
    def seen(self) -> Tensor:
        """The bins where samples fall, bool (100,)."""
        return (p_data() + self.p_g) / 2 >= SEEN

    @property
    def gap(self) -> float:
        """The largest |D - D*| where samples fall."""
        return (self.d - self.best)[self.seen].abs().max().item()

    @property
    def doubt(self) -> float:
        """The largest |D - 1/2| where samples fall."""
        return (self.d - 0.5)[self.seen].abs().max().item()

    @property
    def distance(self) -> float:
        """The total variation of p_g and p_data on the bins, 0 … 1."""
        return tv(p_data(), self.p_g).item() + (1 - self.p_g.sum().item()) / 2

    @property
    def ceiling(self) -> float:
        """max_D V(D, G) = -log 4 + 2 JSD(p_data, p_g), Theorem 1."""
        tiny = 1e-12  # JSD asks for log p, and a bin may be empty
        return EVEN + 2 * js(p_data() + tiny, self.p_g + tiny).item()


@dataclass(frozen=True)
class Training:
    """The four stages, and every look at the training between them."""

    steps: int
    """Steps of both players, after the `ALONE` of D."""
    seed: int
    stages: tuple[Stage, ...]
    looks: tuple[Stage, ...]


def p_data() -> Tensor:
    """The data's share of samples in each bin, exactly: float64 (100,)."""
    bells = torch.tensor(BELLS, dtype=torch.float64)[:, None]
    below: Tensor = torch.special.ndtr((EDGES - bells) / SIGMA)  # (2, 101)
    return below.diff().mean(0)


def draw(n: int, *address: int | str) -> Tensor:
    """`n` real samples, float32 (n, 1); the address decides which."""
    numbers = generator("density", *address)
    bells = torch.tensor(BELLS)[torch.randint(len(BELLS), (n,), generator=numbers)]
    return (bells + SIGMA * torch.randn(n, generator=numbers))[:, None]


def game(steps: int) -> Line:
    """The game for `steps` steps of both players after D's own.

    Adam without momentum, D five times as fast as G, and both rates falling to the end: so D stays
    near D*, and G comes to rest instead of circling (`ganvas theory dirac` shows why).
    """
    first, last = (BATCH * n / 1000 for n in (ALONE, ALONE + steps))  # kimg
    return Line(
        z=1,
        g_hidden=(32, 32),
        d_hidden=(64, 64),
        activation="tanh",
        gamma=constant(0.03),
        ema=constant(50),
        G=Optim(lr=Schedule(2e-3, 0, first + 0.3 * (last - first), last), beta1=0),
        D=Optim(lr=Schedule(1e-2, 1e-3, 0, first), beta1=0),
    )


def train(
    steps: int = STEPS, seed: int = 0, tell: Callable[[float], None] | None = None
) -> Training:
    """Trains the GAN and looks at it on the way; about ten seconds.

    Args:
        steps: steps of both players; D moves alone for `ALONE` steps before.
        seed: of the first weights, the noise and the order of the data.
        tell: called with the share that is done, 0 to 1.

    Raises:
        UsageError: steps out of range, or a seed below 0.
    """
    if not LEAST <= steps <= MOST:
        raise UsageError(f"steps is {LEAST} to {MOST:,}, got {steps:,}.")
    if seed < 0:
        raise UsageError(f"seed is 0 or more, got {seed}.")
    whole = ALONE + steps
    data = Dataset("two bells", draw(COUNT, "data"))
    trainer = Trainer(game(steps), data, batch=BATCH, seed=seed, device="cpu", threads=1)
    stages = {0: "start", ALONE: "judge", ALONE + steps // 10: "middle", whole: "end"}
    due = {whole * i // LOOKS for i in range(LOOKS)} | stages.keys()
    looks = []
    for step in range(whole + 1):
        if step in due:
            looks.append(look(trainer, stages.get(step, "")))
            if tell is not None:
                tell(step / whole)
        if step == ALONE:
            rate = Schedule(1e-2, 1e-3, BATCH * (ALONE + 0.7 * steps) / 1000, BATCH * whole / 1000)
            trainer.change(penalty="r1", D={"lr": str(rate)})
        if step < whole:
            trainer.step(move={"D"} if step < ALONE else None)
    return Training(steps, seed, tuple(each for each in looks if each.name), tuple(looks))


def look(trainer: Trainer, name: str) -> Stage:
    """What G and D are now."""
    nets, step, seed = trainer.drawing_nets(), trainer.clock.step, trainer.settings.seed
    with torch.no_grad():
        d = nets.D(CENTRES.float()[:, None]).double().sigmoid()
        x = nets.G(Z)
        noise = torch.randn(BATCH, 1, generator=generator("density", "noise", seed, step))
        fake = nets.G(noise)
    arrows = torch.cat([Z, x], 1)[SHARES // ARROWS // 2 :: SHARES // ARROWS]
    p_g = torch.histogram(x[:, 0].double(), EDGES)[0] / SHARES
    value = estimate(nets.D, draw(BATCH, "value", seed, step), fake)
    return Stage(name, step, p_g, d, arrows, value)
