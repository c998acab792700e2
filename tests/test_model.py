"""A loaded run draws alone: the same samples for a seed, and a clear word where it cannot."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import ganvas
from ganvas import GAN, Schedule
from ganvas.checkpoint import latest
from ganvas.data.batches import DataSpec
from ganvas.errors import DataError, StorageError, UsageError
from ganvas.families.discogan import DiscoGAN
from ganvas.model import Model, recipe_of
from ganvas.recipe import Recipe
from ganvas.run import Run
from small import WIDTHS, trainer

AVERAGED = GAN(ema=Schedule.parse(0.5), **WIDTHS)


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Path:
    made = Run.create(tmp_path_factory.mktemp("runs"), Recipe(game=AVERAGED, family="gan"))
    part = trainer(made.checkpoints, game=AVERAGED, steps=30, save_every=10, keep=2)
    for _ in made.record(part):
        pass
    return made.path


def test_it_draws_what_the_trainer_would(run):
    model = ganvas.load(run)
    part = trainer(game=AVERAGED)
    part.restore(latest(run / "checkpoints"))
    expected = Model(part.game, part.drawing_nets(), part.data.spec).sample(9, seed=4)
    assert torch.equal(model.sample(9, seed=4), expected)
    live = Model(part.game, part.engine.nets, part.data.spec).sample(9, seed=4)
    assert not torch.equal(expected, live)
    assert model.data == part.data.spec


def test_samples_depend_on_the_seed_alone(run):
    model = ganvas.load(str(run))
    many = model.sample(600, seed=1)
    assert (many.shape, many.dtype) == ((600, 1, 8, 8), torch.uint8)
    assert torch.equal(many, ganvas.load(run).sample(600, seed=1))
    assert torch.equal(many[:512], model.sample(512, seed=1))
    assert not torch.equal(many, model.sample(600, seed=2))
    assert not torch.equal(many[:256], many[256:512])
    assert len(torch.unique(many.flatten(1), dim=0)) > 590


def test_it_is_at_rest(run):
    nets = ganvas.load(run).nets
    assert not any(p.requires_grad for p in nets.parameters())
    assert not any(module.training for module in nets.modules())


def test_a_walk_is_closed_and_made_of_small_steps(run):
    frames = ganvas.load(run).walk(stops=4, between=16, seed=3).float()
    assert frames.shape == (64, 1, 8, 8)
    steps = (frames - frames.roll(-1, 0)).flatten(1).norm(dim=1)  # the last one leads to the first
    apart = torch.cdist(frames[::16].flatten(1), frames[::16].flatten(1)).max()
    assert steps.max() < apart / 2
    assert steps[-1] <= steps.max()
    assert torch.equal(frames[:1], ganvas.load(run).walk(stops=4, between=1, seed=3)[:1])


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda model: model.sample(0), "n is 1 to 1,000,000, got 0;"),
        (lambda model: model.sample(-1), "n is 1 to 1,000,000, got -1;"),
        (lambda model: model.sample(2, labels=1), "GAN draws without labels"),
        (lambda model: model.sample(2, labels=[1, 2]), "GAN draws without labels"),
        (lambda model: model.walk(stops=1), "2 stops and 1 frame or more, got 1 and 15"),
        (lambda model: model.walk(between=0), "2 stops and 1 frame or more, got 8 and 0"),
    ],
)
def test_what_it_refuses(run, ask, said):
    with pytest.raises(UsageError, match=said):
        ask(ganvas.load(run))


@pytest.mark.parametrize(
    ("image", "error", "said"),
    [
        ("c/plain.jpg", UsageError, "a Pillow image or a tensor, got str; PIL.Image.open opens"),
        (np.zeros((8, 8, 3), np.uint8), UsageError, "a Pillow image or a tensor, got ndarray; "),
        (None, UsageError, "a Pillow image or a tensor, got NoneType; "),
        (Image.new("F", (8, 8)), DataError, "black and white are unknown; save as 8 bits"),
    ],
)
def test_what_it_does_not_translate(image, error, said):
    domain = DataSpec(name="x", shape=(3, 8, 8), count=9)
    spec = dataclasses.replace(domain, b=domain)
    game = DiscoGAN(width=2)
    with pytest.raises(error, match=said):
        Model(game, game.build(spec), spec).translate(image, to="b")


class Conditional(GAN):
    """Paints each sample with its label."""

    conditional = True

    def decode(self, nets, z, y=None):
        y = torch.zeros(len(z), dtype=torch.int64) if y is None else y
        return (y / 255).view(-1, 1, 1, 1).expand(-1, 1, 8, 8)


def test_labels():
    spec = DataSpec(name="x", shape=(1, 8, 8), count=9, classes=("a", "b", "c"))
    game = Conditional(**WIDTHS)
    model = Model(game, game.build(spec), spec)
    assert model.sample(300, labels=2)[:, 0, 0, 0].tolist() == [2] * 300
    assert model.sample(3, labels=[2, 0, 1])[:, 0, 0, 0].tolist() == [2, 0, 1]
    for bad in (3, -1, [0, 1], [0, 1, 9], [[0, 1, 2]]):
        with pytest.raises(UsageError, match=r"each from 0 to 2 \(0 'a', 1 'b', 2 'c'\); got "):
            model.sample(3, labels=bad)


def test_a_place_without_a_run(tmp_path):
    with pytest.raises(UsageError, match=r"is not a run: it has no config.toml"):
        ganvas.load(tmp_path)


def test_no_checkpoint_is_whole(run, tmp_path):
    (tmp_path / "config.toml").write_bytes((run / "config.toml").read_bytes())
    with pytest.raises(StorageError, match="holds no checkpoint that can be used"):
        ganvas.load(tmp_path)


def test_a_recipe_of_ones_own_asks_for_its_file(tmp_path):
    config = {"family": "Mine", "source": "0" * 64}
    with pytest.raises(UsageError, match=r"--family my_gan.py:Mine"):
        recipe_of(config)
    file = tmp_path / "mine.py"
    file.write_text("import ganvas\nclass Mine(ganvas.GAN): pass\n")
    with pytest.raises(UsageError, match="has changed since this run was made"):
        recipe_of(config, f"{file}:Mine")


def test_nothing_in_a_run_names_code_to_import(run, tmp_path):
    (tmp_path / "config.toml").write_text('family = "os"\n')
    with pytest.raises(UsageError, match="Unknown family 'os'"):
        ganvas.load(tmp_path)
    (manifest,) = (run / "checkpoints").glob("*30/manifest.json")
    names = {"clock", "seconds", "game", "data", "precision", "processes", "micro"}
    names |= {"precision_reason"}
    assert set(json.loads(manifest.read_text())["info"]) == names
