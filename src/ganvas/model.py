"""A trained game that draws, without its data set and without its trainer."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from ganvas import checkpoint, drawing, families, pictures, state, translating
from ganvas.data.batches import DataSpec
from ganvas.errors import UsageError
from ganvas.game import Game, Moment, Nets
from ganvas.recipe import Recipe, config_of, read

MOST = 1_000_000
"""Samples drawn by one call; they are held in memory."""


class Model:
    """The networks of a run, with what they need to draw; plain `nn.Module`s in `nets`."""

    def __init__(self, game: Game, nets: Nets, data: DataSpec) -> None:
        self.game = game
        self.nets = nets.cpu().eval().requires_grad_(False)
        self.data = data

    def sample(self, n: int, labels: int | Sequence[int] | None = None, seed: int = 0) -> Tensor:
        """Draws `n` samples; the same `seed` draws the same ones.

        Args:
            n: how many.
            labels: a class for all, or one for each sample, where the game is conditional.
            seed: decides the noise.

        Returns:
            Images: uint8 (n, C, H, W). Points: float32 (n, d).

        Raises:
            UsageError: labels asked of a game without classes, or out of range.
        """
        y = self._labels(n, labels)
        first = Moment(seed=seed, step="sample")
        return drawing.finished(self.game, self.nets, self.data, n, first, y)

    def translate(
        self, image: Image.Image | Tensor, to: str | None = None, *, own_size: bool = False
    ) -> Image.Image | Tensor:
        """Makes of a picture of one domain one of the domain `to`.

        Args:
            image: a picture of any size; or pictures, uint8 (N, C, H, W), or points, (N, d).
            to: `a` or `b`; None for what the game makes first.
            own_size: translate a picture at the size it has, rather than at that of training.

        Returns:
            What was given: a picture of the same size and transparency, upright; or a tensor.

        Raises:
            UsageError: a game that does not translate, or not into `to`; neither a picture nor a
                tensor, or one of another kind.
            DataError: a picture without a known black and white, such as one of mode F.
        """
        if not isinstance(image, Image.Image | Tensor):
            raise UsageError(
                f"translate takes a Pillow image or a tensor, got {type(image).__name__}; "
                "PIL.Image.open opens a file, PIL.Image.fromarray makes an image of an array."
            )
        into = to or (*self.game.into, "b")[0]
        if isinstance(image, Tensor):
            return translating.tensor(self.game, self.nets, self.data, image, into)
        return translating.picture(self.game, self.nets, self.data, image, into, own_size=own_size)

    def walk(self, stops: int = 8, between: int = 15, seed: int = 0) -> Tensor:
        """Frames of a closed walk through the latent space, as `sample` returns samples.

        It visits `stops` random places with `between` frames on the way to each next one.
        """
        if stops < 2 or between < 1:
            raise UsageError(f"A walk has 2 stops and 1 frame or more, got {stops} and {between}.")
        here = self.game.latent(stops, Moment(seed=seed, step="walk"))
        there = here.roll(-1, dims=0)
        steps = [self.game.between(here, there, i / between) for i in range(between)]
        path = torch.stack(steps, dim=1).flatten(0, 1)  # (stops * between, …) in walking order
        with torch.no_grad():
            chunks = torch.split(path, drawing.CHUNK)
            return torch.cat([self._finished(self.game.decode(self.nets, z)) for z in chunks])

    def _finished(self, x: Tensor) -> Tensor:
        return pictures.to_uint8(x, self.game.range) if self.data.is_images else x.float()

    def _labels(self, n: int, labels: int | Sequence[int] | None) -> Tensor | None:
        if not 1 <= n <= MOST:
            raise UsageError(f"n is 1 to {MOST:,}, got {n:,}; draw more with other seeds.")
        if labels is None:
            return None
        if not self.game.conditional:
            raise UsageError(
                f"{type(self.game).__name__} draws without labels; leave labels out, or train a "
                "conditional family."
            )
        y = torch.as_tensor(labels).expand(n) if isinstance(labels, int) else torch.tensor(labels)
        if y.shape != (n,) or not ((y >= 0) & (y < len(self.data.classes))).all():
            raise UsageError(
                f"labels are one class or {n} of them, each from 0 to "
                f"{len(self.data.classes) - 1} ({self.data.labels}); got {labels}."
            )
        return y


def load(run: str | Path, *, family: str | None = None) -> Model:
    """The model of a run's newest good checkpoint.

    Args:
        run: the run's folder, such as `runs/0003-gan-mnist`.
        family: `file.py:Class`, asked for where the run is of a family of one's own.

    Raises:
        UsageError: no run there.
        StorageError: no checkpoint of it is whole.
    """
    path = Path(run)
    recipe = recipe_of(read(config_of(path)), family, changed=True)
    saved = checkpoint.latest(path / "checkpoints")
    game = recipe.merged({"game": saved.info["game"]}).game
    data = DataSpec.of({k: v for k, v in saved.info["data"].items() if k != "fingerprint"})
    nets = state.build(game, data, seed=0)
    state.drawing(nets, saved.tensors())
    return Model(game, nets, data)


def recipe_of(
    config: dict[str, object], family: str | None = None, *, changed: bool = False
) -> Recipe:
    """The recipe that a stored `config` stands for.

    Args:
        config: the tables of a `config.toml` or a recipe.
        family: `file.py:Class` of a family of one's own.
        changed: whether that file may have changed since; it is then warned of.

    Raises:
        UsageError: no family, an unknown one, or one whose file is not given or has changed.
    """
    name, source = str(config.get("family", "")), str(config.get("source", ""))
    if not name:
        raise UsageError('The recipe names no family; add a line such as family = "gan".')
    if not source and family is None:
        return Recipe(game=families.find(name)(), family=name).merged(config)
    if family is None:
        raise UsageError(
            f"This run is of the family {name}, which is not part of ganvas; give its file, as in "
            f"--family my_gan.py:{name}."
        )
    kind, found = families.own(family)
    if source and found != source:
        words = (
            f"{family} has changed since this run was made (its SHA-256 is {found[:12]}…, the "
            f"run's is {source[:12]}…)."
        )
        if not changed:
            raise UsageError(words)
        warnings.warn(words, UserWarning, stacklevel=3)
    return Recipe(game=kind(), family=kind.__name__, source=found).merged(
        dict(config) | {"family": kind.__name__, "source": found}
    )
