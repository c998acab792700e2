"""DiffAugment: real and fake samples pass the same kind of random changes before D sees them.

Source: Zhao et al., Differentiable Augmentation for Data-Efficient GAN Training, 2020, Algorithm 1
and section 4: brightness by up to a quarter of the range, saturation from 0 to 2 times, contrast
from 0.5 to 1.5 times; shifts by up to an eighth of the side; a square hole of half the side.
Penalties on D's slope take it where D looks, at the changed images.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import pad

from ganvas.augment.shift import cut
from ganvas.data.batches import DataSpec
from ganvas.errors import UsageError
from ganvas.game import Game, Moment

FEW = 10_000
"""Images below which convolutional games augment by themselves."""
Draw = Callable[..., Tensor]
"""Uniform numbers in [0, 1): `draw(k)` gives (N, k)."""


@dataclass(frozen=True, kw_only=True)
class Augment(Game):
    """A game that shows D augmented images, real and fake, in both players' turns."""

    augment: tuple[Literal["auto", "none", "colour", "translation", "cutout"], ...] = ("auto",)
    """Random changes that D sees images through; auto is all three where images are few
    and networks convolutional."""

    @property
    def convolves(self) -> bool:
        """Whether the networks look for the same thing everywhere, so that shifts teach them."""
        return True

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.augment:
            raise UsageError("augment takes auto, none or changes, and got nothing.")
        for alone in {"auto", "none"} & set(self.augment):
            if len(self.augment) > 1:
                raise UsageError(f"augment = {alone} stands alone, got {' '.join(self.augment)}.")
        if len(set(self.augment)) < len(self.augment):
            raise UsageError(f"augment takes each change once, got {' '.join(self.augment)}.")

    def accept(self, data: DataSpec) -> None:
        """Also raises UsageError where points are to be changed as images are."""
        super().accept(data)
        if not data.is_images and not {"auto", "none"} & {*self.augment}:
            raise UsageError(
                f"augment = {' '.join(self.augment)} changes images; {data.name!r} is points of "
                f"{data.shape}. Use augment = none."
            )

    def suited(self, data: DataSpec) -> Game:
        """With auto decided where images are few and networks convolutional; else auto is none."""
        few = data.is_images and data.count < FEW and self.convolves
        if "auto" not in self.augment or not few:
            return self
        return dataclasses.replace(self, augment=("colour", "translation", "cutout"))

    def augmented(self, x: Tensor, t: Moment) -> Tensor:
        """Images (N, C, S, S) as D is to see them; whatever is no image as it is."""
        for name in self.augment if x.dim() == 4 else ():
            if name in CHANGES:
                x = CHANGES[name](x, t.uniform(len(x), 3), self.range)
        return x


def colour(x: Tensor, u: Tensor, range: tuple[float, float]) -> Tensor:
    """Brightness, saturation (of RGB) and contrast, never of alpha; `u`: uniform numbers (N, 3)."""
    low, high = range
    bright, rich, strong = (u[:, i].view(-1, 1, 1, 1) for i in (0, 1, 2))
    x, alpha = (x[:, :3], x[:, 3:]) if x.shape[1] == 4 else (x, x[:, :0])
    x = x + (bright - 0.5) * (high - low) / 2
    if x.shape[1] == 3:
        grey = x.mean(1, keepdim=True)
        x = grey + (x - grey) * 2 * rich
    mean = x.mean((1, 2, 3), keepdim=True)
    return torch.cat([mean + (x - mean) * (strong + 0.5), alpha], 1)


def translation(x: Tensor, u: Tensor, range: tuple[float, float]) -> Tensor:
    """Shifts by up to an eighth of the side; what comes in is grey, as in the hole."""
    side = x.shape[-1]
    most = int(side / 8 + 0.5)
    shift = (u[:, :2] * (2 * most + 1)).long()  # 0 … 2 most, where `most` stays
    return cut(pad(x, (most, most, most, most), value=sum(range) / 2), shift, side)


def cutout(x: Tensor, u: Tensor, range: tuple[float, float]) -> Tensor:
    """A square hole of half the side, its middle anywhere in the picture, grey inside."""
    side = x.shape[-1]
    half = side // 2
    line = torch.arange(side, device=x.device)
    begin = (u[:, :2] * (side + 1 - half % 2)).long() - half // 2
    inside = (line >= begin[..., None]) & (line < begin[..., None] + half)  # (N, 2, S)
    hole = inside[:, 0, :, None] & inside[:, 1, None, :]
    return torch.where(hole[:, None], sum(range) / 2, x)


CHANGES = {"colour": colour, "translation": translation, "cutout": cutout}
