"""Whole pictures through a game that translates: any size, transparency kept, upright."""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from ganvas import drawing, pictures
from ganvas.data.batches import DataSpec
from ganvas.data.dataset import normalise
from ganvas.data.decode import eight_bits
from ganvas.errors import UsageError
from ganvas.game import Game, Moment, Nets

LANCZOS = Image.Resampling.LANCZOS


def source(game: Game, data: DataSpec, to: str) -> DataSpec:
    """The domain that the domain `to` is made from; UsageError where the game cannot."""
    if not game.into or data.b is None:
        raise UsageError(f"{type(game).__name__} does not translate; it draws samples.")
    if to not in game.into:
        raise UsageError(
            f"This {type(game).__name__} was trained to translate into {' and '.join(game.into)}, "
            f"not into {to!r}."
        )
    return data if to == "b" else data.b


def tensor(game: Game, nets: Nets, data: DataSpec, x: Tensor, to: str) -> Tensor:
    """Pictures of any size, uint8 (N, C, H, W), or points (N, d), in the domain `to`; on the CPU.

    Raises:
        UsageError: samples of another kind than the domain's, or a game that cannot.
    """
    wanted = source(game, data, to)
    kind = torch.uint8 if wanted.is_images else torch.float32
    free = 2 if wanted.is_images else 0  # height and width are what they are
    ends = (x.shape[1 : x.dim() - free], wanted.shape[: len(wanted.shape) - free])
    if x.dtype != kind or x.dim() != 1 + len(wanted.shape) or ends[0] != ends[1]:
        shape = ["N", *map(str, ends[1]), *"HW"[:free]]
        raise UsageError(
            f"{wanted.name!r} is {_said(kind)} ({', '.join(shape)}); got {_said(x.dtype)} "
            f"{tuple(x.shape)}."
        )
    given = normalise(x, game.range) if wanted.is_images else x
    first = Moment(seed=0, step="translate", device=next(nets.parameters()).device)
    made = drawing.translated(game, nets, given, to, first)
    return pictures.to_uint8(made, game.range) if wanted.is_images else made


def picture(
    game: Game, nets: Nets, data: DataSpec, image: Image.Image, to: str, *, own_size: bool = False
) -> Image.Image:
    """`image` in the domain `to`: of its size, upright, as transparent as it was.

    It is translated with its shorter side as long as training pictures are, and brought back to its
    size; with `own_size`, as it is.
    """
    wanted = source(game, data, to)
    if not wanted.is_images:
        raise UsageError(f"{data.name!r} is points; give a tensor of them.")
    upright = ImageOps.exif_transpose(image)
    alpha = upright.convert("RGBA").getchannel("A") if upright.has_transparency_data else None
    colour = eight_bits(upright).convert("L" if wanted.shape[0] == 1 else "RGB")
    side, size = wanted.shape[1], colour.size
    times = 1.0 if own_size else side / min(size)
    if times != 1:
        colour = colour.resize([max(side, round(length * times)) for length in size], LANCZOS)
    pixels = torch.from_numpy(np.array(colour))
    x = pixels.view(*pixels.shape[:2], -1).permute(2, 0, 1)[None]  # (1, C, H, W)
    made = tensor(game, nets, data, x, to)[0].permute(1, 2, 0).squeeze(2).numpy()
    found = Image.fromarray(made).resize(size, LANCZOS)
    if alpha is not None:
        found = found.convert("RGB")
        found.putalpha(alpha)
    return found


def _said(kind: torch.dtype) -> str:
    return str(kind).removeprefix("torch.")
