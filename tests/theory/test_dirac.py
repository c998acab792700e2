"""The Dirac-GAN: the paper's eigenvalues, the known distances, and faults that must show."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ganvas.cli.theory_dirac import numbers
from ganvas.errors import UsageError
from ganvas.losses import LOSSES
from ganvas.losses.adversarial import Apart
from ganvas.theory import dirac, dirac_table
from ganvas.theory.dirac import SCHEDULES, VARIANTS, Setting, Variant, play, reach, verdict
from ganvas.theory.dirac_page import page
from ganvas.theory.dirac_table import decay, disagreement, eigenvalues, measure
from ganvas.theory.dirac_text import cells, checked
from ganvas.words import Words

BY_NAME = {variant.name: variant for variant in VARIANTS}
TOGETHER, ALTERNATING, FIVE = SCHEDULES
DOCS = Path(__file__).parents[2] / "docs/lectures"
KNOWN = {  # final distance: together, alternating, five steps of D
    "minimax": (3.1, 1.42, 1.85),
    "nonsaturating": (0.64, 0.284, 0.139),
    "leastsquares": (0.32, 0.144, 0.0703),
    "clip": (1.0, 1.02, 0.917),
    "wgan-gp": (1.8, 1.22, 0.716),
    "r1-weak": (2.6e-6, 2.3e-7, 9e-34),
    "r1-critical": (9.5e-22, 7.5e-17, 5e-12),
    "r1-strong": (1.3e-6, None, None),
    "nonsaturating-r1": (2.2e-6, 1.5e-7, None),
}
VERDICTS = {
    "minimax": ("diverges", "orbits", "orbits"),
    "nonsaturating": ("creeps",) * 3,
    "leastsquares": ("creeps",) * 3,
    "clip": ("orbits",) * 3,
    "wgan-gp": ("orbits",) * 3,
    "dragan": ("orbits",) * 3,
    "noise": ("converges",) * 3,
    "consensus": ("converges", "converges", "diverges"),
    "r1-weak": ("converges",) * 3,
    "r1-critical": ("converges",) * 3,
    "r1-strong": ("converges",) * 3,
    "nonsaturating-r1": ("converges",) * 3,
}
TURNING = 0.5j, -0.5j
EIGENVALUES = {
    "minimax": TURNING,
    "nonsaturating": TURNING,
    "leastsquares": TURNING,
    "clip": (1j, -1j),
    "noise": (-0.1225 + 0.484762j, -0.1225 - 0.484762j),
    "consensus": (-0.25 + 0.5j, -0.25 - 0.5j),
    "r1-weak": (-0.15 + 0.47697j, -0.15 - 0.47697j),
    "r1-critical": (-0.5, -0.5),
    "r1-strong": (-0.133975, -1.866025),
    "nonsaturating-r1": (-0.15 + 0.47697j, -0.15 - 0.47697j),
}


@pytest.fixture(scope="module")
def rows():
    return {variant.name: measure(variant, Setting()) for variant in VARIANTS}


@pytest.mark.parametrize("name", KNOWN)
def test_the_trainings_end_as_far_away_as_known(rows, name):
    for end, known in zip(rows[name].ends.values(), KNOWN[name], strict=True):
        if known is not None:
            assert end.distance == pytest.approx(known, rel=0.05)


def test_every_verdict_is_what_the_paper_leads_to_expect(rows):
    found = {name: tuple(end.verdict for end in row.ends.values()) for name, row in rows.items()}
    assert found == VERDICTS
    for variant in VARIANTS:
        assert variant.converges == (rows[variant.name].ends["alternating"].verdict == "converges")


@pytest.mark.parametrize("name", EIGENVALUES)
def test_the_eigenvalues_of_the_library_are_those_of_the_paper(rows, name):
    row = rows[name]
    assert row.eigenvalues == pytest.approx(EIGENVALUES[name], abs=1e-5)
    assert row.paper == pytest.approx(EIGENVALUES[name], abs=1e-5)


@pytest.mark.parametrize("name", ["wgan-gp", "dragan"])
def test_a_kink_at_the_goal_has_no_eigenvalues(rows, name):
    assert rows[name].eigenvalues is None
    assert rows[name].paper is None


def test_the_weight_of_r1_is_best_where_it_is_critical(rows):
    weak, critical, strong = (rows[f"r1-{name}"] for name in ("weak", "critical", "strong"))
    ends = [row.ends["together"].distance for row in (weak, critical, strong)]
    assert min(ends) == ends[1]
    assert critical.eigenvalues[0].real < min(weak.eigenvalues[0].real, strong.eigenvalues[0].real)


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: v.name)
def test_the_slopes_are_the_gradients_of_the_librarys_losses(variant):
    points = np.random.default_rng(0).uniform(-4, 4, (200, 2)).tolist()
    assert disagreement(variant, points) < 1e-6


def test_noise_is_integrated_finely_enough(monkeypatch):
    path = play(BY_NAME["noise"], ALTERNATING, Setting(steps=100))
    monkeypatch.setattr(dirac, "NODES", 60)
    finer = play(replace(BY_NAME["noise"]), ALTERNATING, Setting(steps=100))
    assert np.allclose(path, finer, atol=1e-6)


def test_creeping_is_as_slow_as_its_law():
    found = decay(Setting())
    assert [late.distance for late in found] == pytest.approx([0.284, 0.088, 0.028], rel=0.02)
    for late in found:
        assert late.distance == pytest.approx(late.law, rel=0.03)
    slope = math.log(found[2].distance / found[0].distance) / math.log(100)
    assert slope == pytest.approx(-0.5, abs=0.02)


@pytest.mark.parametrize("lr", [0.1, 0.2])
def test_moving_together_the_non_saturating_loss_stops_at_a_circle(lr):
    path = play(BY_NAME["nonsaturating"], TOGETHER, Setting(steps=4000, lr=lr))
    assert np.mean(reach(path)[-1000:]) == pytest.approx(math.sqrt(2 * lr), rel=0.02)
    assert verdict(path, 4000) == "orbits"


def test_consensus_converges_from_near_by_only():
    near = play(BY_NAME["consensus"], FIVE, Setting(start=(0.5, 0.5)))
    far = play(BY_NAME["consensus"], FIVE, Setting())
    assert verdict(near, 500) == "converges"
    assert verdict(far, 500) == "diverges"
    assert abs(far[-1][1]) > 10


def test_a_larger_weight_of_dragan_rests_at_a_wrong_place():
    path = play(Variant(name="dragan", loss="minimax", gp=0.7), ALTERNATING, Setting())
    assert path[-1] == pytest.approx((-1.4, 0), abs=1e-2)


def test_the_mirrored_start_is_another_game_but_no_other_verdict(rows):
    for name in ("minimax", "nonsaturating", "leastsquares", "clip", "wgan-gp"):
        row = measure(BY_NAME[name], Setting(start=(1.0, -1.0)))
        assert [e.verdict for e in row.ends.values()] == list(VERDICTS[name])
    mirrored = measure(BY_NAME["leastsquares"], Setting(start=(1.0, -1.0)))
    distances = [end.distance for end in mirrored.ends.values()]
    assert distances == pytest.approx([0.32, 0.137, 0.141], rel=0.01)


def spiral(per_step: float, power: float = 0.0) -> list[tuple[float, float]]:
    lengths = [math.exp(per_step * i) * (1 + i) ** power for i in range(401)]
    return [(r * math.cos(0.1 * i), r * math.sin(0.1 * i)) for i, r in enumerate(lengths)]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (spiral(0.0), "orbits"),
        (spiral(0.001), "diverges"),
        (spiral(-0.03), "converges"),
        (spiral(0.0, power=-0.5), "creeps"),
        (spiral(0.0)[:200], "diverges"),  # left the plane before its end
    ],
)
def test_a_verdict_is_read_off_the_path(path, expected):
    assert verdict(path, 400) == expected


def test_a_play_that_runs_away_is_told_and_its_numbers_stay_finite():
    setting = Setting(lr=2.0, start=(10.0, 10.0))
    rows = [measure(variant, setting) for variant in VARIANTS]
    found = json.loads(numbers(setting, rows, decay(setting)))["rows"]
    assert [row["ends"]["together"]["verdict"] for row in found].count("diverges") >= 3


def test_equal_settings_give_equal_pages(rows):
    words, two = Words("theory_dirac", "en"), [rows["minimax"], rows["wgan-gp"]]
    text = page(Setting(), two, [], words)
    assert text == page(Setting(), two, [], words)
    assert text.count("<svg") == text.count("<figcaption>") == 2
    assert "no λ" in text


def halved(loss: Apart) -> Apart:
    return Apart(lambda x: loss.real(x) / 2, lambda x: loss.fake(x) / 2, lambda x: loss.of_g(x) / 2)


@pytest.mark.parametrize("name", ["minimax", "nonsaturating", "leastsquares", "wasserstein"])
def test_a_halved_loss_turns_its_rows_red(monkeypatch, name):
    monkeypatch.setitem(LOSSES, name, halved(LOSSES[name]))
    found = [measure(variant, Setting(steps=100)) for variant in VARIANTS]
    for row in found:
        assert row.agrees == (row.variant.loss != name), row.variant.name
    assert "Not as they should be" in checked(found, Words("theory_dirac", "en"))


@pytest.mark.parametrize("factor", [-1, 2])
def test_a_wrong_r1_turns_its_rows_red(monkeypatch, factor):
    right = dirac_table.r1
    monkeypatch.setattr(dirac_table, "r1", lambda D, x: factor * right(D, x))
    for variant in VARIANTS:
        assert measure(variant, Setting(steps=100)).agrees == (not variant.gamma), variant.name
    if factor == -1:
        assert eigenvalues(BY_NAME["r1-weak"])[0].real == pytest.approx(0.15, abs=1e-6)


@pytest.mark.parametrize(
    "wrong",
    [{"steps": 99}, {"steps": 100_001}, {"lr": 0.0}, {"lr": 2.1}, {"lr": math.nan},
     {"start": (0.0, 0.0)}, {"start": (11.0, 0.0)}, {"start": (math.nan, 1.0)}],
)  # fmt: skip
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(UsageError, match=next(iter(wrong))):
        Setting(**wrong)


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_the_tables_of_the_docs_are_what_is_computed(rows, lang):
    words = Words("theory_dirac", lang)
    text = (DOCS / ("dirac.md" if lang == "en" else "dirac.ko.md")).read_text(encoding="utf-8")
    found = [
        [c.strip() for c in line.split("|")[1:-2]] for line in text.splitlines() if "|" in line
    ]
    for row in rows.values():
        name, values, _, *ends = cells(row, words)
        assert [name, values, *(re.sub(r" .$", "", end) for end in ends)] in found
