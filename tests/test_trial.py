"""What a family of one's own gets wrong is one sentence, before a run begins."""

from __future__ import annotations

from pathlib import Path

import pytest
from torch import nn

from ganvas import GAN, Nets, Trainer, data, families
from ganvas.cli import main
from ganvas.trial import tried
from small import differing

OWN = '''
"""Paper: none. Reference: none. Differs: nothing."""

from dataclasses import dataclass

from torch import nn

from ganvas import GAN, Nets


@dataclass(frozen=True, kw_only=True)
class Mine(GAN):
    """Paper: none."""

    def build(self, data):
        nets = super().build(data)
        {body}
'''
FLAT = "return Nets(G=nn.Linear(self.inputs, 64), D=nets.D)"
WRONG = "return Nets(G=nets.G, D=nn.Sequential(nn.Flatten(), nn.Linear(65, 1)))"

FEW = "return nets\n\n    def sample(self, nets, n, y, t): return super().sample(nets, 3, y, t)"
IDLE = "return nets\n\n    def turns(self, nets, draw, t): yield from ()"


def refused(place: Path, body: str, capsys) -> str:
    (place / "own.py").write_text(OWN.replace("{body}", body))
    argv = ["train", f"{place}/own.py:Mine", "--data", "digits", "--steps", "5"]
    assert main([*argv, "--outdir", str(place / "runs")]) == 2
    assert not (place / "runs").exists()
    return capsys.readouterr().err.replace("\n", " ")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (FLAT, "Mine draws samples of (64,), those of 'digits' are of (1, 8, 8); nn.Unflatten(1,"),
        (WRONG, "Mine fails: RuntimeError: mat1 and mat2 shapes cannot be multiplied"),
        ("return None", "Mine.build returns Nets(G=…, D=…), a network for each player; got None"),
        ("return 1 / 0", "own.py: ZeroDivisionError: division by zero."),
        (
            "return Nets(G=nets.G, D=nn.Flatten(0))",
            "Mine fails: ValueError: optimizer got an empty",
        ),
        (FEW, "Mine was asked for 8 samples and draws 3."),
        (IDLE, "Mine.turns yields no turn, so nobody would learn."),
        ("return nets\n\n    much: int", "missing 1 required keyword-only argument: 'much'."),
        ("return Nets(G=nets.G)", "Mine.build gives no network to D; each player"),
    ],
)
def test_a_family_that_cannot_play_is_refused(tmp_path, capsys, body, said):
    assert said in refused(tmp_path, body, capsys)


def test_what_fails_on_the_way_is_one_sentence_too(tmp_path, capsys):
    late = """return nets

    def turns(self, nets, draw, t):
        if t.step == 3:
            raise ValueError("three")
        yield from super().turns(nets, draw, t)
"""
    (tmp_path / "own.py").write_text(OWN.replace("{body}", late))
    argv = ["train", f"{tmp_path}/own.py:Mine", "--data", "digits", "--steps", "5"]
    assert main([*argv, "--outdir", str(tmp_path / "runs")]) == 2
    assert "own.py: ValueError: three." in capsys.readouterr().err.replace("\n", " ")
    assert "own.py: ValueError: three." in (tmp_path / "runs/0000-Mine-digits/log.txt").read_text()


def test_the_line_is_that_of_the_family(tmp_path, capsys):
    line = 1 + OWN[: OWN.index("{body}")].count("\n")
    assert f"Mine fails at line {line} of " in refused(tmp_path, "return 1 / 0", capsys)


def test_a_trial_changes_nothing(tmp_path, monkeypatch):
    (tmp_path / "own.py").write_text(OWN.replace("{body}", "return nets"))
    kind, _ = families.own(f"{tmp_path}/own.py:Mine")
    digits, states = data.load("digits", size=16), []
    for trial in (tried, lambda *_: None):
        monkeypatch.setattr("ganvas.trainer.tried", trial)
        game = kind(network="dcgan", width=4, norm="both")
        part = Trainer(game, digits, steps=3, batch=16, threads=1)
        assert all(module.training for module in part.engine.nets.modules())
        part.step()
        states.append(part.state()[0])
    assert not differing(*states)


def test_networks_that_cannot_be_copied_may_be_trained(tmp_path):
    body = "nets.D[1] = nn.utils.weight_norm(nets.D[1]); return nets"
    (tmp_path / "own.py").write_text(OWN.replace("{body}", body))
    kind, _ = families.own(f"{tmp_path}/own.py:Mine")
    with pytest.warns(FutureWarning, match="weight_norm"):
        Trainer(kind(), data.load("digits"), steps=1, batch=16, threads=1).step()


def test_memory_that_does_not_suffice_is_no_fault_of_the_family(tmp_path, capsys):
    for what in ("gan", f"{tmp_path}/own.py:Mine"):
        (tmp_path / "own.py").write_text(OWN.replace("{body}", "return nets"))
        words = ["train", what, "--data", "digits", "--steps", "1", "--d-hidden", str(10**11)]
        assert main([*words, "--outdir", str(tmp_path / "runs")]) == 4
        assert "The memory does not suffice" in capsys.readouterr().err


def test_verdicts_may_be_a_column():
    """A D of (N, 1) learns by coin just what one of (N,) does."""

    class Column(GAN):
        def build(self, data):
            nets = super().build(data)
            return Nets(G=nets.G, D=nn.Sequential(nets.D, nn.Unflatten(0, (-1, 1))))

    rows = []
    for kind in (GAN, Column):
        part = Trainer(kind(feed="coin"), data.load("digits"), steps=3, batch=16, threads=1)
        rows.append([float(turn.gradient) for _ in range(3) for turn in part.engine.step()])
    assert rows[0] == pytest.approx(rows[1], rel=1e-5)


def test_a_file_without_a_class_is_told_how_to_name_one(tmp_path, capsys):
    assert main(["train", "own.py"]) == 2
    assert "A family of one's own is file.py:Class, as in own.py:MyGAN." in capsys.readouterr().err
