"""The feature seam: shipped networks that are what their cards say, and features that stay put."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import types

import numpy as np
import pytest
import torch

from ganvas import data, seeds
from ganvas.errors import DataError, UsageError
from ganvas.metrics import features as seam
from ganvas.metrics.features import NETS, SHIPPED, about, find
from ganvas.metrics.small_cnn import WIDTH, resized

GREY = (1, 28, 28)
AIMS = {"digits": 0.97, "mnist": 0.99, "fashion-mnist": 0.90}
RANDOM_HASH = "20a6a4601cd8ce7e662f1e506797cbdacac217df676a5466e3e65b4a502cda13"


@pytest.fixture(scope="module")
def images():
    numbers = seeds.generator("pictures to look at")
    return torch.randint(0, 256, (40, *GREY), generator=numbers, dtype=torch.uint8)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_network_is_what_its_card_says(name):
    content = (NETS / f"{name}.safetensors").read_bytes()
    card = about(name)
    assert {"tested_on", "trained_on", "data_sha256", "torch"} <= set(card)
    assert len(content) <= 500_000
    assert hashlib.sha256(content).hexdigest() == card["sha256"]
    assert card["accuracy"] >= AIMS[name]
    assert card["command"] == f"python benchmarks/feature_nets.py {name} --seed {card['seed']}"
    found = find(name, shape=GREY)
    assert (found.name, found.hash, found.width) == (name, card["sha256"], WIDTH)
    assert card["resizer"] in found.resizer


def test_the_accuracy_on_digits_that_were_held_out():
    digits = data.load("digits")
    held_out = torch.randperm(1797, generator=seeds.generator("digits held out"))[:300]
    seen = find("digits", shape=(1, 8, 8)).classes(digits.x[held_out])
    assert (seen == digits.y[held_out].numpy()).mean() == pytest.approx(
        about("digits")["accuracy"], abs=1 / 300 + 1e-4
    )


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_the_accuracy_on_a_test_part(name):
    if not os.environ.get("GANVAS_DATA"):
        pytest.skip("GANVAS_DATA names no folder with the two sets in it")
    test = data.load(f"{name}:test")
    seen = find(name, shape=GREY).classes(test.x[:3000])
    right = (seen == test.y[:3000].numpy()).mean()
    assert right == pytest.approx(about(name)["accuracy"], abs=0.02)


@pytest.mark.parametrize("name", ["mnist", "random", "pixels"])
def test_batches_and_order_change_nothing(name, images):
    found = find(name, shape=GREY)
    whole = found(images)
    assert (whole.dtype, whole.shape) == (np.float64, (40, found.width))
    for batch in (1, 7, 39):
        assert np.abs(found(images, batch=batch) - whole).max() <= 1e-6 * np.abs(whole).max()
    order = torch.randperm(40, generator=seeds.generator(0))
    apart = np.abs(found(images[order]) - whole[order.numpy()]).max()
    assert apart <= 1e-6 * np.abs(whole).max()


def test_what_surrounds_the_features_changes_nothing(images):
    found = find("mnist", shape=GREY)
    whole = found(images)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert np.array_equal(found(images), whole)
    torch.set_default_dtype(torch.float64)
    try:
        assert np.array_equal(find("mnist", shape=GREY)(images), whole)
        assert find("random", shape=GREY).hash == RANDOM_HASH
    finally:
        torch.set_default_dtype(torch.float32)
    assert torch.is_grad_enabled()


def precisions():
    """What products of float32 are rounded to, on a GPU and on a processor."""
    backends = torch.backends
    return [
        *(backends.cuda.matmul.fp32_precision, backends.cudnn.conv.fp32_precision),
        *(backends.mkldnn.matmul.fp32_precision, backends.mkldnn.conv.fp32_precision),
    ]


def legacy():
    torch.set_float32_matmul_precision("medium")


def one_by_one():
    torch.backends.cuda.matmul.fp32_precision = "tf32"
    torch.backends.mkldnn.conv.fp32_precision = "bf16"


@pytest.mark.parametrize("asked", [legacy, one_by_one])
def test_neither_tf32_nor_bfloat16_reaches_the_features(asked, images):
    """Which a GPU would round by; here it is the settings that are looked at."""
    found, seen, original = find("mnist", shape=GREY), [], precisions()
    of = found.of
    object.__setattr__(found, "of", lambda x: seen.append(precisions()) or of(x))
    try:
        asked()
        before = precisions()
        assert before != original
        found(images)
        assert precisions() == before
    finally:
        torch.set_float32_matmul_precision("highest")
        torch.backends.cuda.matmul.fp32_precision = original[0]
        torch.backends.mkldnn.matmul.fp32_precision = original[2]
        torch.backends.mkldnn.conv.fp32_precision = original[3]
    assert seen == [["ieee"] * 4]


def test_random_features_are_the_same_everywhere_and_move_no_numbers():
    before = torch.get_rng_state()
    found = find("random", shape=GREY)
    find("mnist", shape=GREY)
    assert found.hash == RANDOM_HASH
    assert torch.equal(torch.get_rng_state(), before)
    assert find("random", shape=(3, 28, 28)).hash != RANDOM_HASH


def test_one_resizer(images):
    assert torch.equal(resized(images, 28), images.float() / 255)
    flat = torch.full((1, 1, 8, 8), 51, dtype=torch.uint8)
    for side in (4, 8, 16, 28):
        torch.testing.assert_close(resized(flat, side), torch.full((1, 1, side, side), 0.2))
    halves = torch.tensor([0, 0, 200, 200], dtype=torch.uint8).expand(1, 1, 4, 4)
    torch.testing.assert_close(  # antialiased: the triangle is two pixels wide, 3:3:1 at the rim
        resized(halves, 2)[0, 0], torch.tensor([[200 / 7, 1200 / 7]] * 2) / 255
    )
    digits = data.load("digits").x[:3]
    assert find("digits", shape=(1, 8, 8))(digits).shape == (3, WIDTH)


def test_pixels(images):
    found = find("pixels", shape=GREY)
    assert np.allclose(found(images), images.flatten(1).numpy() / 255, atol=1e-7)
    assert (found.hash, found.resizer) == ("", "none")
    large = find("pixels", shape=(3, 64, 48))
    assert large.width == 3 * 28 * 28
    assert large(torch.zeros(2, 3, 64, 48, dtype=torch.uint8)).shape == (2, large.width)
    assert large.resizer.startswith("28 x 28")


def test_points_are_their_own_features():
    points = torch.tensor([[1.0, -2.0], [0.5, 3.0]])
    found = find("auto", data="toy:ring8", shape=(2,))
    assert np.array_equal(found(points), points.double().numpy())
    with pytest.raises(UsageError, match="'mnist' is of pictures"):
        find("mnist", shape=(2,))


@pytest.mark.parametrize(
    ("name", "shape", "chosen"),
    [
        ("mnist", GREY, "mnist"),
        ("mnist:test", GREY, "mnist"),
        ("fashion-mnist:test", GREY, "fashion-mnist"),
        ("digits", (1, 16, 16), "digits"),
        ("mnist", (3, 28, 28), "random"),
        ("my_pictures", GREY, "random"),
    ],
)
def test_auto(name, shape, chosen):
    assert find("auto", data=name, shape=shape).name == chosen


def test_what_cannot_be_is_refused(images):
    with pytest.raises(UsageError, match="did you mean 'mnist'"):
        find("mnst", shape=GREY)
    with pytest.raises(UsageError, match=r"look at 1 channel; these pictures have 3\. Use --fe"):
        find("mnist", shape=(3, 28, 28))
    with pytest.raises(UsageError, match="no pictures"):
        find("mnist", shape=GREY)(images[:0])
    with pytest.raises(UsageError, match="'random' know no classes; digits, mnist and"):
        find("random", shape=GREY).classes(images)


@pytest.mark.parametrize("fault", ["flipped", "cut", "missing", "other", "no card"])
def test_a_damaged_network_is_not_believed(fault, tmp_path, monkeypatch):
    shutil.copytree(NETS, tmp_path / "nets")
    monkeypatch.setattr(seam, "NETS", tmp_path / "nets")
    path = tmp_path / "nets/mnist.safetensors"
    content = bytearray(path.read_bytes())
    if fault == "flipped":
        content[len(content) // 2] ^= 1
    elif fault == "cut":
        content = content[:-4]
    elif fault == "other":
        content = bytearray((NETS / "fashion-mnist.safetensors").read_bytes())
    path.write_bytes(content)
    if fault == "missing":
        path.unlink()
    if fault == "no card":
        path.with_suffix(".json").unlink()
    with pytest.raises(DataError, match=r"damaged|missing"):
        find("mnist", shape=GREY)
    assert find("digits", shape=GREY).name == "digits"


def test_without_torch_fidelity(monkeypatch):
    for name in ("torch_fidelity", "torch_fidelity.feature_extractor_inceptionv3"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(UsageError, match=r"pip install 'ganvas\[metrics\]'"):
        find("inception", shape=GREY)


class Extractor(torch.nn.Module):
    """What torch-fidelity has, less its 24 million weights."""

    fault: OSError | None = None

    def __init__(self, name, features_list):
        super().__init__()
        if self.fault is not None:
            raise self.fault
        assert features_list == ["2048"]
        self.weight = torch.nn.Parameter(torch.ones(2048))

    def forward(self, x):
        assert (x.dtype, x.shape[1]) == (torch.uint8, 3)
        return (x.float().mean((1, 2, 3))[:, None] * self.weight,)


def test_with_torch_fidelity(monkeypatch, images):
    module = types.ModuleType("torch_fidelity.feature_extractor_inceptionv3")
    module.FeatureExtractorInceptionV3 = Extractor
    monkeypatch.setitem(sys.modules, "torch_fidelity", types.ModuleType("torch_fidelity"))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    found = find("inception", shape=GREY)
    assert (found.name, found.width, len(found.hash)) == ("inception", 2048, 64)
    mean = images.double().mean((1, 2, 3)).numpy()
    assert np.allclose(found(images), mean[:, None], rtol=1e-5)
    monkeypatch.setattr(Extractor, "fault", OSError("no route to host"))
    with pytest.raises(DataError, match=r"could not be downloaded: no route to host\. Connect"):
        find("inception", shape=GREY)
