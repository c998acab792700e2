"""A run as data: to text and back, layer over layer, and refusals that name the key."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganvas import GAN, Optim, Recipe, Schedule, Settings
from ganvas.errors import UsageError
from ganvas.recipe import deep, flat, is_fixed, plain, read

OTHER = Recipe(
    game=GAN(
        g_hidden=(16, 8),
        d_hidden=(),
        loss="minimax",
        penalty="r1",
        gamma=Schedule.parse("1:0.5:10"),
        ema=Schedule.parse(0.5),
        G=Optim(method="sgd", momentum=0.5, lr=Schedule.parse("0.1:0.01:8:linear")),
    ),
    family="gan",
    settings=Settings(data='a "b" \\ ü', mirror=True, steps=3, seed=7, micro_batch=64),
)


@pytest.mark.parametrize("recipe", [Recipe(game=GAN(), family="gan"), OTHER])
def test_to_toml_and_back(recipe):
    config = tomllib.loads(recipe.to_toml())
    assert Recipe(game=GAN()).merged(config) == recipe
    assert config == recipe.to_dict()


@settings(max_examples=50, deadline=None)
@given(st.floats(0, 1e9), st.floats(0, 1e9), st.floats(1e-3, 1e6), st.sampled_from(["", ":linear"]))
def test_schedules_survive(start, end, kimg, shape):
    schedule = Schedule.parse(f"{start}:{end}:{kimg}{shape}")
    recipe = Recipe(game=GAN(gamma=schedule), family="gan")
    assert Recipe(game=GAN()).merged(tomllib.loads(recipe.to_toml())) == recipe


def test_layers_keep_what_is_below():
    merged = OTHER.merged({"seed": 8, "game": {"G": {"lr": 1e-3}}})
    assert merged.settings == Settings(**plain(OTHER.settings) | {"seed": 8})
    assert Optim(method="sgd", momentum=0.5, lr=Schedule.parse(1e-3)) == merged.game.G
    assert merged.game.gamma == OTHER.game.gamma
    assert OTHER.merged({}) == OTHER


def test_a_budget_replaces_the_budget_below():
    minutes = Recipe(game=GAN(), settings=Settings(minutes=5))
    assert minutes.merged({"steps": 10}).settings == Settings(steps=10)
    both = minutes.merged({"steps": 10, "minutes": 1.0}).settings
    assert (both.steps, both.minutes, both.epochs) == (10, 1.0, None)
    assert minutes.merged({"seed": 1}).settings.minutes == 5


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"bacth": 1}, "Unknown option of settings 'bacth'; did you mean 'batch'?"),
        ({"game": {"z_": 1}}, "Unknown option of game 'z_'; did you mean 'z'?"),
        ({"game": {"D": {"learning": 1}}}, "Unknown option of game 'D.learning'"),
        ({"batch": "x"}, "batch = 'x': input should be a valid integer"),
        ({"batch": 0}, "batch = 0: input should be greater than or equal to 1."),
        ({"batch": 9, "micro_batch": 6}, "micro_batch must divide batch"),
        (
            {"precision": "fp16"},
            "precision = 'fp16': input should be 'auto', 'float32' or 'bf16'.",
        ),
        ({"game": {"D": {"beta2": 1}}}, "D.beta2 = 1: input should be less than 1."),
        ({"game": {"D": {"beta2": "0.9:1:10"}}}, "D.beta2 = '0.9:1:10': input should be less"),
        ({"game": {"g_hidden": [8, 0]}}, "g_hidden.1 = 0: input should be greater than or eq"),
    ],
)
def test_a_fault_is_one_sentence_that_names_its_key(changes, said):
    with pytest.raises(UsageError) as caught:
        OTHER.merged(changes)
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


def test_dotted_names():
    assert flat({"a": 1, "b": {"c": {"d": 2}, "e": []}}) == {"a": 1, "b.c.d": 2, "b.e": []}
    assert deep({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}, "d": 4}) == {"a": {"b": 3, "c": 2}, "d": 4}
    fixed = {name for name in flat(plain(GAN())) if is_fixed(GAN(), name)}
    assert {"z", "g_hidden", "G.method", "D.momentum"} <= fixed
    assert not {"gamma", "G.lr", "loss", "ema"} & fixed


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(UsageError, match=r"cannot be read: No such file or directory."):
        read(tmp_path / "x.toml")
    (tmp_path / "x.toml").write_bytes(b"a = '\xff'")
    with pytest.raises(UsageError, match="is not valid TOML"):
        read(tmp_path / "x.toml")
