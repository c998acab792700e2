"""`ganvas sample` and `ganvas walk`: the same seed gives the same bytes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from ganvas import load, pictures
from ganvas.cli import main
from ganvas.cli.sample import numbered
from ganvas.errors import UsageError

RUN, POINTS = "runs/0000-gan-digits", "runs/0001-gan-toy-ring8"


def test_the_same_seed_draws_the_same_bytes(place, capsys):
    for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        assert main(["sample", RUN, "--seed", seed, "--out", f"{name}.png"]) == 0
        assert capsys.readouterr().out == f"{name}.png\n"
    a, b, c = ((place / f"{name}.png").read_bytes() for name in "abc")
    assert a == b != c
    with Image.open("a.png") as grid:
        assert grid.size == pictures.grid(load(RUN).sample(64, seed=1)).size


def test_by_default_into_the_folder_of_the_run(place):
    assert main(["sample", RUN]) == 0
    assert (place / RUN / "samples.png").is_file()


def test_numbers_and_single_pictures(place, capsys):
    assert main(["sample", RUN, "-n", "5", "--seed", "3", "--npz", "x.npz", "--dir", "x"]) == 0
    assert capsys.readouterr().out == "x.npz\nx\n"
    drawn = load(RUN).sample(5, seed=3)
    with np.load("x.npz") as packed:
        samples = packed["samples"]
    assert (samples.dtype, samples.shape) == (np.uint8, (5, 1, 8, 8))
    assert torch.equal(torch.from_numpy(samples), drawn)
    files = sorted((place / "x").iterdir())
    assert [file.name for file in files] == [f"{i:05d}.png" for i in range(5)]
    for file, expected in zip(files, samples, strict=True):
        with Image.open(file) as picture:
            assert np.array_equal(np.asarray(picture), expected[0])
    assert not (place / RUN / "samples.png").exists()


def test_points(place):
    assert main(["sample", POINTS, "-n", "5", "--npz", "x.npz", "--out", "x.svg"]) == 0
    with np.load("x.npz") as packed:
        assert (packed["samples"].dtype, packed["samples"].shape) == (np.float32, (5, 2))
    assert "<svg" in (place / "x.svg").read_text()


def test_a_walk_closes_on_itself(place, capsys):
    walk = ["walk", RUN, "--stops", "3", "--between", "4", "--walks", "4"]
    assert main([*walk, "--out", "a.webp"]) == main([*walk, "--out", "b.webp"]) == 0
    assert (place / "a.webp").read_bytes() == (place / "b.webp").read_bytes()
    with Image.open("a.webp") as film:
        assert (film.n_frames, film.info["loop"]) == (12, 0)
        assert film.size == pictures.grid(load(RUN).sample(4)).size
    assert main(walk) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"{RUN}/walk.webp"


@pytest.mark.parametrize(
    ("argv", "code", "said"),
    [
        (["sample", RUN, "-n", "0"], 2, "n is 1 to 1,000,000, got 0;"),
        (["sample", RUN, "--n", "-3"], 2, "n is 1 to 1,000,000, got -3;"),
        (["sample", RUN, "-n", "many"], 2, "-n/--n: expected INT, got 'many'."),
        (["sample", RUN, "--seed", "-1"], 2, "seed is 0 or more, got -1."),
        (["sample", RUN, "--labels", "3"], 2, "GAN draws without labels"),
        (["sample", POINTS, "--labels", "cat"], 2, "--labels cat: this run knows no classes."),
        (["sample", RUN, "--out", "x.jpg"], 2, "--out is a .png file, got 'x.jpg'."),
        (["sample", RUN, "--out", "x.svg"], 2, "--out is a .png file, got 'x.svg'."),
        (["sample", POINTS, "--out", "x"], 2, "--out is a .png file, got 'x'."),
        (["sample", POINTS, "--out", "x.png", "--dir", "x"], 2, "--dir is for images"),
        (["sample", RUN, "--out", "no/x.png"], 5, "no/x.png cannot be written: No such file"),
        (["sample", RUN, "--dir", f"{RUN}/log.txt"], 5, f"{RUN}/log.txt: File exists."),
        (["sample", RUN, "--sede", "3"], 2, "Unknown option '--sede'; did you mean '--seed'?"),
        (["sample"], 2, "ganvas sample needs PATH: The run's folder."),
        (["sample", "runs"], 2, "runs is not a run: it has no config.toml."),
        (["sample", "gone"], 2, "gone does not exist. Give the folder that `ganvas train` made"),
        (["walk", POINTS], 2, f"{POINTS} draws points; a walk is for images."),
        (["walk", RUN, "--stops", "1"], 2, "A walk has 2 stops"),
        (["walk", RUN, "--between", "0"], 2, "A walk has 2 stops"),
        (["walk", RUN, "--fps", "0"], 2, "walks and fps are 1 or more"),
        (["walk", RUN, "--walks", "0"], 2, "walks and fps are 1 or more"),
    ],
)
def test_bad_input(refused, argv, code, said):
    refused(argv, code, said)


def test_a_class_is_a_number_or_a_name():
    classes = ("cat", "dog", "7")
    assert [numbered(label, classes) for label in ("dog", "1", "7", "cat")] == [1, 1, 2, 0]
    with pytest.raises(UsageError, match="Unknown class 'dgo'; did you mean 'dog'"):
        numbered("dgo", classes)
