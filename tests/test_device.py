"""Which precision a machine gets, and how weights lie in its memory."""

from __future__ import annotations

import json

import pytest
import torch
from torch import nn

from ganvas import GAN, Recipe, Trainer, checkpoint, device, families
from ganvas.data import Dataset, TwoDomains
from ganvas.events import Warned
from ganvas.game import Nets
from ganvas.recipe import Settings
from ganvas.seeds import generator
from small import TRAIN, child, code, trainer

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("amx", "avx512", "name"),
    [(True, False, "bf16"), (False, True, "bf16"), (False, False, "float32")],
)
def test_auto_is_bf16_where_the_processor_has_it(monkeypatch, amx, avx512, name):
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: amx)
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: avx512)
    assert device.precision(CPU, "auto", images=False).name == "float32"
    found = device.precision(CPU, "auto")
    assert found.name == name
    assert ("no bf16" in found.reason) == (name == "float32")


def test_what_is_asked_for_is_taken():
    assert device.precision(CPU, "bf16") == ("bf16", "asked for")
    assert device.precision(CPU, "bf16").autocast is torch.bfloat16
    assert device.precision(CPU, "float32").autocast is None


def test_other_accelerators_stay_in_float32():
    assert device.precision(torch.device("mps"), "auto").name == "float32"


class Convolutional(GAN):
    """A GAN whose players begin with a convolution over three channels."""

    def build(self, data):
        G = nn.Sequential(nn.Linear(4, 48), nn.Unflatten(1, (3, 4, 4)), nn.Conv2d(3, 3, 3, 1, 1))
        return Nets(G=G, D=nn.Sequential(nn.Conv2d(3, 6, 4), nn.Flatten(1), nn.Linear(6, 1)))


def colours(steps: int, folder=None) -> Trainer:
    x = torch.randint(0, 256, (64, 3, 4, 4), generator=generator("x")).to(torch.uint8)
    settings = Settings(batch=16, threads=1, steps=steps, precision="float32")
    return Trainer(Convolutional(z=4), Dataset("noise", x), settings=settings, folder=folder)


def layouts(trainer: Trainer) -> set[bool]:
    tensors, _ = trainer.state()
    return {
        v.is_contiguous(memory_format=torch.channels_last) for v in tensors.values() if v.dim() == 4
    }


def test_convolutions_lie_channels_last_and_stay_so_when_resumed(tmp_path):
    whole, half = colours(6), colours(3, tmp_path)
    list(whole), list(half)
    rest = colours(6, tmp_path)
    rest.restore(checkpoint.latest(tmp_path))
    assert layouts(whole) == layouts(rest) == {True}  # the optimizers' means too
    list(rest)
    expected, actual = whole.state()[0], rest.state()[0]
    assert all(torch.equal(expected[name], actual[name]) for name in expected)


def test_another_precision_after_a_resume_is_told(tmp_path):
    list(trainer(tmp_path, steps=1, precision="bf16"))
    again = trainer(tmp_path, steps=2, precision="float32")
    again.restore(checkpoint.latest(tmp_path))
    told = [event.message for event in again if isinstance(event, Warned)]
    assert any("Saved with precision bf16, resumed with float32" in text for text in told)


def test_a_run_notes_its_precision_and_why(tmp_path):
    assert (
        code(child(*TRAIN, "--steps", "1", "--outdir", str(tmp_path), "--precision", "bf16")) == 0
    )
    facts = json.loads(next(tmp_path.glob("*/env.json")).read_text())
    assert (facts["precision"], facts["precision_reason"]) == ("bf16", "asked for")


@pytest.mark.parametrize("here", ["float32", "bf16"])
@pytest.mark.parametrize(
    ("precision", "expected"), [("float32", "contiguous"), ("bf16", "channels last")]
)
def test_convolutions_lie_channels_last_only_where_that_is_faster(
    monkeypatch, here, precision, expected
):
    """As the run computes, whatever the machine would choose by itself."""
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: here == "bf16")
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)
    red = Dataset("red", torch.zeros(64, 3, 16, 16, dtype=torch.uint8))
    blue = Dataset("blue", torch.ones(64, 3, 16, 16, dtype=torch.uint8))
    for name, wanted in {
        "r3gan": expected, "cyclegan": expected, "dcgan": "channels last"
    }.items():  # fmt: skip
        game = Recipe(game=families.find(name)()).merged({"game": families.find(name).quick}).game
        data = TwoDomains("both", red, blue, paired=False) if name == "cyclegan" else red
        part = Trainer(game, data, settings=Settings(batch=4, threads=1, precision=precision))
        for p in part.engine.nets.parameters():
            if p.dim() == 4 and min(p.shape[1:]) > 1:
                found = "contiguous" if p.is_contiguous() else "channels last"
                assert found == wanted, name


@pytest.mark.parametrize(
    ("limit", "found"),
    [("150000 100000", 2), ("50000 100000", 1), ("9900000 100000", 3), ("max 100000", 3), ("", 3)],
)
def test_a_container_may_use_fewer_cores_than_there_are(tmp_path, monkeypatch, limit, found):
    (tmp_path / "cpu.max").write_text(limit)
    monkeypatch.setattr(device, "QUOTA", tmp_path / "cpu.max")
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1, 2}, raising=False)
    assert device.processors() == found
