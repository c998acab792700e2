"""The table: every row holds, and a fault in any loss turns its row red."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pytest
import torch

from ganvas.losses import LOSSES, Loss, least_squares
from ganvas.theory import chance, densities, equal, judge, push, table, transport
from ganvas.theory.row import Row, farthest
from ganvas.theory.table_text import verdict
from ganvas.words import LANGUAGES, Words, read

EXACT_SECTIONS = {"judge", "value", "equal", "push", "lines"}
"""Those in which nothing is left to chance."""
LOOSE = {"value.density", "value.pearson", "lines.kl"}
"""Their rows that do not agree to eight digits, and need not."""


@dataclass(frozen=True)
class Doubled:
    """A loss with a factor 2 in one player's side, in all of its terms or in one."""

    loss: Any
    player: str
    terms: tuple[str, ...] = ()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.loss, name)

    def d(self, real, fake):
        return self._maybe("d", self.loss.d(real, fake))

    def g(self, fake, real=None):
        return self._maybe("g", self.loss.g(fake, real))

    def _maybe(self, player, losses):
        hit = self.terms or tuple(losses)
        return {k: 2 * v if player == self.player and k in hit else v for k, v in losses.items()}


def red(rows: list[Row]) -> set[str]:
    return {row.key for row in rows if not row.holds}


def plant(monkeypatch, name: str, *fault: Any) -> None:
    monkeypatch.setitem(LOSSES, name, Doubled(LOSSES[name], *fault))


def equal_alone(monkeypatch, name: str) -> list[Row]:
    """The rows of one loss at q = p; the whole section takes seven times as long."""
    monkeypatch.setattr(equal, "D_LOSSES", {name: equal.D_LOSSES[name]})
    g = {name: equal.G_LOSSES[name]} if name in equal.G_LOSSES else {}
    monkeypatch.setattr(equal, "G_LOSSES", g)
    return equal.rows(0)


def test_every_row_holds_and_has_its_words():
    rows = table.table(0)
    assert not red(rows)
    assert tuple(dict.fromkeys(row.section for row in rows)) == table.SECTIONS
    assert len({row.key for row in rows}) == len(rows) == 52
    assert all(math.isfinite(row.measured) for row in rows)
    assert verdict(rows, Words("theory", "en")) == "All 52 rows hold."
    exact = [row for row in rows if row.section in EXACT_SECTIONS and row.key not in LOOSE]
    assert len(exact) == 34
    assert all(row.off <= 1e-8 for row in exact)
    for texts in (read("theory", lang) for lang in LANGUAGES):
        assert {key for key in texts if key.startswith("rows.")} == {f"rows.{r.key}" for r in rows}
        for section in table.SECTIONS:
            assert {f"sections.{section}.title", f"sections.{section}.text"} <= texts.keys()


def test_the_numbers_of_the_papers():
    assert densities.kl(*[torch.tensor(d) for d in ([0.5, 0.5], [0.25, 0.75])]).item() == (
        pytest.approx(0.5 * math.log(2) + 0.5 * math.log(2 / 3))
    )
    p, q = (torch.tensor(d) for d in ([1.0, 0.0], [0.0, 1.0]))
    assert densities.tv(p, q).item() == 1
    assert densities.triangular(p, q).item() == 2
    assert equal.D_LOSSES["minimax"] == pytest.approx(1.386294, abs=1e-6)
    assert [push._ratio(n).expected for n in (10, 100, 1000)] == [9, 99, 999]


def test_no_loss_is_left_out():
    assert LOSSES.keys() == equal.D_LOSSES.keys() - {"lsgan"}


@pytest.mark.parametrize("name", sorted(LOSSES.keys() - {"wasserstein"}))
def test_a_factor_in_ds_loss_turns_its_row_red(monkeypatch, name):
    plant(monkeypatch, name, "d")
    assert f"equal.d.{name}" in red(equal_alone(monkeypatch, name))


@pytest.mark.parametrize(
    ("name", "term"),
    [
        (name, term)
        for name in ("minimax", "nonsaturating", "leastsquares", "relativistic-average")
        for term in ("real", "fake")
    ],
)
def test_a_factor_in_one_term_of_ds_loss_turns_its_row_red(monkeypatch, name, term):
    plant(monkeypatch, name, "d", (term,))
    assert f"equal.d.{name}" in red(equal_alone(monkeypatch, name))


@pytest.mark.parametrize("name", sorted(equal.G_LOSSES))
def test_a_factor_in_gs_loss_turns_its_row_red(monkeypatch, name):
    plant(monkeypatch, name, "g")
    assert red(equal_alone(monkeypatch, name)) == {f"equal.g.{name}"}


@pytest.mark.parametrize(
    ("fault", "broken"),
    [
        (("d",), {"lines.half", "lines.two"}),
        (("d", ("real",)), {"lines.half", "lines.two"}),
        (("d", ("fake",)), {"lines.half", "lines.two"}),
        (("g",), {"lines.slope"}),
    ],
)
def test_a_factor_in_the_wasserstein_loss_turns_its_rows_red(monkeypatch, fault, broken):
    plant(monkeypatch, "wasserstein", *fault)
    assert broken <= red(transport.rows()) <= broken | {"lines.slope"}


def test_a_factor_in_gs_losses_turns_the_rows_of_its_gradient_red(monkeypatch):
    for name in ("minimax", "nonsaturating", "hinge"):
        plant(monkeypatch, name, "g")
    found = red(push.rows(0))
    assert found == {"push.minimax", "push.nonsaturating", "push.hinge"}


@pytest.mark.parametrize(("name", "factor"), [("minimax", 0.5), ("nonsaturating", 2)])
def test_a_factor_in_one_of_gs_losses_turns_the_ratios_red(monkeypatch, name, factor):
    plant(monkeypatch, name, "g")
    row = push._ratio(100)
    assert not row.holds
    assert row.measured == pytest.approx(99 * factor)


def test_a_factor_in_ds_loss_turns_its_value_and_its_error_bar_red(monkeypatch):
    for name in judge.NAMES:
        plant(monkeypatch, name, "d")
    monkeypatch.setattr(judge, "_lowest", lambda p, q: [])
    assert red(judge.rows(0)) == {f"value.{name}" for name in judge.NAMES}
    assert {"chance.bar16", "chance.bar64", "chance.bar256", "chance.law"} <= red(chance.rows(0))


def test_a_factor_in_one_term_moves_the_best_d(monkeypatch):
    apart = judge.NAMES[:3]
    for name in apart:
        plant(monkeypatch, name, "d", ("fake",))
    monkeypatch.setattr(judge, "_lowest", lambda p, q: [])
    assert {f"{part}.{name}" for part in ("judge", "value") for name in apart} <= red(judge.rows(0))


def test_a_factor_in_least_squares_turns_lsgan_red(monkeypatch):
    def doubled(**targets: float) -> Loss:
        return Doubled(least_squares(**targets), "g")

    monkeypatch.setattr(judge, "least_squares", doubled)
    p, q = densities.draw(0)
    assert red(judge._lsgan(p, q)) == {"value.lsgan"}


def test_a_row_without_a_number_does_not_hold():
    nan = float("nan")
    assert not Row("a.b", 1.0, nan, 1.0).holds
    assert not Row("a.b", 1.0, nan, 1.0, "≠").holds
    assert not Row("a.b", 1.0, nan, 0.0, ">").holds
    broken = farthest("a.b", torch.zeros(3), torch.tensor([0.0, nan, 1.0]))
    assert math.isnan(broken.measured)
    assert not broken.holds


def test_the_seed_is_of_the_densities():
    one, other = densities.draw(0), densities.draw(1)
    assert torch.equal(one[0], densities.draw(0)[0])
    assert not torch.equal(one[0], other[0])
    assert not torch.equal(*one)
    assert all(d.sum().item() == pytest.approx(1) for d in (*one, *other))
    assert not red(push.rows(1))
