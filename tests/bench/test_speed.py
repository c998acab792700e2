"""The table of speed: operations by hand, two loops over the same networks, ratios by rounds."""

from __future__ import annotations

import json
from functools import partial

import pytest
import torch
from torch.nn import functional as F

from ganvas import Recipe, device, families, state
from ganvas.bench import plain, speed
from ganvas.bench.flops import counted, peak
from ganvas.bench.table import Results
from ganvas.cli import main
from ganvas.data import Dataset
from ganvas.losses import slopes

SMALL = {"width": 4, "blocks": 1, "group": 2, "augment": ["none"], "d_steps": 2}


def small(name: str = "r3gan") -> speed.Work:
    game = Recipe(game=families.find(name)()).merged({"game": SMALL}).game
    return speed.Work("Small", game, (3, 16, 16), 4)


@pytest.mark.parametrize("groups", [1, 4])
def test_operations_of_a_convolution_are_those_of_its_definition(groups):
    x = torch.randn(2, 8, 6, 6, requires_grad=True)
    w = torch.randn(12, 8 // groups, 3, 3, requires_grad=True)
    once = 2 * 2 * 12 * 36 * (8 // groups) * 9  # a product and a sum for each weight and pixel
    out = F.conv2d(x, w, padding=1, groups=groups)
    assert counted(lambda: F.conv2d(x, w, padding=1, groups=groups)) == once
    assert counted(lambda: out.sum().backward()) == 2 * once


def test_operations_of_a_penalty_are_counted_too():
    w = torch.randn(8, 8, requires_grad=True)
    x = torch.randn(4, 8, requires_grad=True)
    once = 2 * 4 * 8 * 8

    def penalty() -> None:
        (gradient,) = slopes(F.linear(x, w).tanh(), x)
        gradient.square().sum().backward()

    # Forward; the slope at x; of it, the slopes at w and at the tanh, and those of the forward.
    assert counted(penalty) == 6 * once


def test_every_row_can_be_made():
    for work in speed.WORKS.values():
        data = Dataset("noise", torch.zeros(2, *work.shape, dtype=torch.uint8))
        work.game.accept(data.spec)
        with torch.device("meta"):  # shapes without numbers
            assert set(dict(work.game.build(data.spec).named_children())) == {"G", "D"}


def test_the_peak_is_that_of_a_machine():
    assert 1e8 < peak(torch.device("cpu"), times=1) < 1e14


@pytest.mark.parametrize("name", ["r3gan", "sngan", "dcgan", "wgan"])
@pytest.mark.parametrize("loop", [partial(plain.loop, workers=0), plain.best])
def test_the_loops_beside_ours_move_both_players(name, loop):
    work = small(name)
    x = torch.randint(0, 256, (16, *work.shape), dtype=torch.uint8)
    nets = state.build(work.game, Dataset("noise", x).spec, 0)
    before = {key: value.detach().clone() for key, value in nets.named_parameters()}
    steps = loop(work.game, nets, x, 4)
    next(steps)
    next(steps)
    for player in ("G", "D"):
        assert any(
            not torch.equal(value, before[key])
            for key, value in nets.named_parameters()
            if key.startswith(player)
        )


@pytest.mark.parametrize("name", ["r3gan", "dcgan"])
@pytest.mark.parametrize("loop", [partial(plain.loop, workers=0), plain.best])
def test_the_loops_beside_ours_stay_on_the_device_of_their_networks(name, loop, monkeypatch):
    """`meta` has no numbers, no fused Adam, and tensors that cannot be mixed with others."""
    monkeypatch.setattr(torch.optim, "Adam", lambda weights, **_: torch.optim.SGD(weights))
    work = small(name)
    x = torch.zeros(16, *work.shape, dtype=torch.uint8)
    nets = state.build(work.game, Dataset("noise", x).spec, 0).to("meta")
    next(loop(work.game, nets, x, 4))


def test_what_a_card_has_begun_is_waited_for():
    heard = []
    wait = partial(heard.append, "waited")
    speed.rate(iter(lambda: heard.append("step"), 0), 0.0, wait=wait)
    assert heard == ["waited", "step", "waited"]


@pytest.mark.parametrize(
    ("seconds", "ticks", "own", "expected"),
    [
        (2.5, [0.0, 1.0, 2.0, 3.0, 4.0], [5.0, 6.5], (3 / 4, 3 / 1.5)),
        (0.0, [0.0, 8.0, 8.0], [1.0, 5.0], (1 / 8, 1 / 4)),
    ],
)
def test_steps_a_second_by_two_clocks(seconds, ticks, own, expected):
    clocks = [iter(ticks), iter(own)]
    found = speed.rate(iter([None] * 9), seconds, *(lambda c=c: next(c) for c in clocks))
    assert found == pytest.approx(expected)


def test_the_table(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(speed.WORKS, "mlp", small("dcgan"))
    monkeypatch.setitem(speed.WORKS, "dcgan-64", small("dcgan"))
    words = ["bench", "speed", "--only", "mlp", "sampling", "--rounds", "2", "--seconds", "0"]
    file, out = tmp_path / "speed.jsonl", tmp_path / "speed.md"
    words += ["--threads", "1", "--results", str(file), "--precision", "bf16"]
    assert main([*words, "--device", "cpu", "--out", str(out)]) == 0
    rows = [json.loads(line) for line in file.read_text().splitlines()[1:]]
    assert [row["cell"]["work"] for row in rows] == ["mlp", "sampling"]
    beside = ["plain, 2 workers"] if device.processors() > 1 else []
    loops = ["plain, 0 workers", *beside, "by hand", "ganvas"]
    assert list(rows[0]["row"]["rates"]) == loops
    assert all(len(rates) == 2 for rates in rows[0]["row"]["rates"].values())
    assert rows[0]["row"]["images"] == 4 * 2
    text = out.read_text()
    assert text in capsys.readouterr().out
    assert text.splitlines()[2].startswith("| Small, batch 4 | ")
    assert text.splitlines()[3].startswith("| 1,000 samples of DCGAN 64x64 | ")
    assert ", 1 thread; torch " in text
    assert ", bf16; 2 rounds" in text
    assert "2 rounds of 0 s a loop, medians; the matrix peak beside them " in text


def test_ratios_are_taken_round_by_round(tmp_path):
    facts = speed.facts(rounds=3, seconds=1, threads=1, batch=32, on="cpu", precision="auto")
    results = Results(tmp_path / "a.jsonl", facts)
    rates = {"plain, 0 workers": [1, 2, 4], "plain, 2 workers": [2, 1, 1], "ganvas": [6, 2, 40]}
    rates["by hand"] = [6, 4, 10]
    worked = {"plain, 0 workers": [1, 1, 1], "plain, 2 workers": [9, 9, 9], "ganvas": [2, 3, 4]}
    row = {"rates": rates, "worked": worked, "flops": {"ganvas": 5e9}, "peak": 1e12, "images": 10}
    results.add({"work": "mlp"}, row | {"load": 3.0})
    line = speed.page(results, ["mlp"]).splitlines()[2]
    cells = ["MLP GAN 28x28, batch 32", "20", "60", "3.00 (1.00 to 10.00)"]
    cells += ["3.00 (2.00 to 4.00)", "1.00 (0.50 to 4.00)", "5", "3%"]
    assert line == f"| {' | '.join(cells)} |"


def test_options_out_of_range(capsys):
    assert main(["bench", "speed", "--batch", "0"]) == 2
    assert "--rounds and --batch are 1 or more" in capsys.readouterr().err
