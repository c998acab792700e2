"""Who is compared with whom: the samples, the reference, and other real samples for the floor.

The floor compares like with like, as many other real samples with the same reference, because most
metrics fall as the number of samples grows. It takes the other part of a set that has two, fresh
points of a toy set, another seed of a run; any other reference is cut into halves.

Where copies are looked for, like with like would need more real samples outside the training set
than there are. There the floor is of half of the held-out samples, beside the other half.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

import torch
from torch import Tensor

from ganvas import data, seeds
from ganvas.data import Dataset, toy
from ganvas.errors import DataError, UsageError
from ganvas.measure.sources import Drawn, Source, Stored, rows


@dataclass(frozen=True)
class Sides:
    """What a measurement compares; all of one shape."""

    a: str
    b: str
    fake: Dataset
    real: Dataset
    """The reference."""
    spare: Dataset
    """Other real samples, as many as `fake`."""
    floor: str
    """Which ones."""
    train: Dataset
    """Where copies are looked for: what a run was trained on, else the reference."""
    held_out: Dataset
    """Real samples that are not in `train`, to tell how near is too near."""
    data: str
    """What the data set is called that features are chosen for."""
    copies: int
    """Samples of A that are in `train` or the reference, to the bit."""
    conditional: bool
    """Whether `fake` are classes that were asked for."""
    seed: int


def take(a: Source, b: Source, n: int, seed: int) -> Sides:
    """The samples of both sides, at most `n` of each; `a` is measured against `b`."""
    if n < 2:
        raise UsageError(f"n = {n}: at least 2 samples of each side are needed.")
    real, spare, floor = reals(b, n, seed)
    fake = a.take(min(n, len(spare)), seed, real.y)
    if len(fake) < len(spare):
        order = torch.randperm(len(spare), generator=seeds.generator(seed, "floor"))
        spare = rows(spare, order[: len(fake)])
    train, held_out = _training(a, b, real, spare)
    return Sides(
        a=a.text,
        b=b.text,
        fake=fake,
        real=real,
        spare=spare,
        floor=f"{len(spare):,} {floor} against the reference",
        train=train,
        held_out=held_out,
        data=_named(a, b),
        copies=_copies(fake, train, real),
        conditional=isinstance(a, Drawn) and fake.y is not None,
        seed=seed,
    )


def reals(b: Source, n: int, seed: int) -> tuple[Dataset, Dataset, str]:
    """The reference, other real samples, and where those come from."""
    if isinstance(b, Drawn):
        return b.take(n, seed + 1), b.take(n, seed + 2), "samples of another seed"
    if b.text in toy_sets():
        spare = Dataset(b.text, toy.sample(b.text, n, seed + 1))
        return b.take(n, seed), spare, "fresh points"
    partner = _partner(b)
    if partner is not None:
        return b.take(n, seed), partner.take(n, seed + 1), f"samples of {partner.text}"
    half = len(b.dataset) // 2
    if half < 2:
        raise UsageError(f"{b.text!r} holds {len(b.dataset)} samples; a reference needs 4 or more.")
    order = torch.randperm(len(b.dataset), generator=seeds.generator(seed, "halves"))
    real, spare = rows(b.dataset, order[:half][:n]), rows(b.dataset, order[half : 2 * half][:n])
    return real, spare, "samples of the half that is not the reference"


def toy_sets() -> list[str]:
    """The data sets whose points can be drawn afresh."""
    return [name for name in data.names() if name.startswith("toy:")]


def _partner(b: Stored) -> Stored | None:
    """The other part of a set that has a training and a test part."""
    name = b.text.removesuffix(":test") if b.text.endswith(":test") else f"{b.text}:test"
    if b.text not in data.names() or name not in data.names():
        return None
    try:
        return Stored(name, data.load(name, size=b.shape[1]))
    except DataError:
        return None


def _training(a: Source, b: Source, real: Dataset, spare: Dataset) -> tuple[Dataset, Dataset]:
    """Where copies are looked for, and real samples that are not in there."""
    train = a.trained_on() if isinstance(a, Drawn) else None
    if train is None or train.spec.shape != a.shape:
        return real, spare
    if isinstance(b, Drawn) or b.dataset.fingerprint != train.fingerprint:
        return train, real
    return (train, spare) if _partner(b) is not None else (real, spare)


def _copies(fake: Dataset, *others: Dataset) -> int:
    """How many of `fake` stand in one of the `others`."""
    known = {_digest(x) for other in others for x in other.x}
    return sum(_digest(x) in known for x in fake.x)


def _digest(x: Tensor) -> bytes:
    return blake2b(x.numpy().tobytes(), digest_size=16).digest()


def _named(a: Source, b: Source) -> str:
    """The side that has a built-in name, the reference first."""
    return next((s.data for s in (b, a) if s.data in data.names()), b.data)
