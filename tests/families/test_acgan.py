"""ACGAN: L_S + L_C for D, L_C less L_S for G, recomputed in NumPy."""

import numpy as np
import pytest
import torch

from ganvas import Moment
from ganvas.data.batches import DataSpec, Labelled
from ganvas.families.acgan import ACGAN
from ganvas.state import build

SPEC = DataSpec(name="digits", shape=(1, 8, 8), count=100, classes=("0", "1", "2"))
SMALL = {"z": 4, "g_hidden": (8,), "d_hidden": (8,), "width": 2}
Y = torch.tensor([2, 0, 1, 1, 0, 2])
BATCH = Labelled(torch.rand(6, 1, 8, 8, generator=torch.Generator().manual_seed(0)), Y)


def wrong(logits: torch.Tensor) -> float:
    """-log softmax at the class, the mean."""
    a = logits.detach().double().numpy()
    log = a - np.log(np.exp(a).sum(1, keepdims=True))
    return -log[np.arange(len(a)), Y.numpy()].mean()


def log1p_exp(a: torch.Tensor) -> float:
    return float(np.log1p(np.exp(a.detach().double().numpy())).mean())


@pytest.mark.parametrize("weight", [1.0, 0.25])
def test_the_terms_are_equations_2_and_3(weight):
    game = ACGAN(class_weight=weight, **SMALL)
    nets = build(game, SPEC, 0)
    turns = dict(game.turns(nets, lambda: BATCH, Moment(seed=0)))
    fake = nets.G(game.latent(BATCH, Moment(seed=0)), Y)
    (real, of_real), (drawn, of_fake) = nets.D(BATCH.x), nets.D(fake)
    d = {name: float(v.detach()) for name, v in turns["D"].items()}
    assert d == pytest.approx(
        {
            "real": log1p_exp(-real),
            "fake": log1p_exp(drawn),
            "class": weight * (wrong(of_real) + wrong(of_fake)),
        },
        rel=1e-5,
    )
    g = {name: float(v.detach()) for name, v in turns["G"].items()}
    assert g == pytest.approx(
        {"fake": log1p_exp(-drawn), "class": weight * wrong(of_fake)}, rel=1e-5
    )


def test_what_a_person_watches():
    game = ACGAN(**SMALL)
    nets = build(game, SPEC, 0)
    t = Moment(seed=0, watching=True)
    dict(game.turns(nets, lambda: BATCH, t))
    real, said = nets.D(BATCH.x)
    assert {"D(x)", "D(G(z))", "class of real", "class of fake"} <= set(t.watched)
    torch.testing.assert_close(t.watched["D(x)"], real.sigmoid().mean().detach())
    share = float((said.argmax(1) == Y).float().mean())
    assert float(t.watched["class of real"]) == pytest.approx(share)


def test_only_the_logit_is_penalised():
    terms = {}
    for weight in (0.0, 5.0):
        game = ACGAN(penalty="r1", class_weight=weight, **SMALL)
        nets = build(game, SPEC, 0)
        terms[weight] = dict(game.turns(nets, lambda: BATCH, Moment(seed=0)))["D"]
    assert float(terms[0.0]["class"].detach()) == 0
    torch.testing.assert_close(terms[0.0]["r1"], terms[5.0]["r1"])


def test_d_and_g_are_told_apart_by_class():
    nets = build(ACGAN(**SMALL), SPEC, 0)
    z = torch.randn(1, 4).expand(3, 4)
    assert len({tuple(x.flatten().tolist()) for x in nets.G(z, torch.arange(3)).detach()}) == 3
    logit, classes = nets.D(BATCH.x)
    assert (logit.shape, classes.shape) == ((6,), (6, 3))
