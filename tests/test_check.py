"""The contract: every family keeps it, and each planted fault breaks just its own promise."""

from __future__ import annotations

import pytest

from ganvas import families
from ganvas.check import PROMISES, check
from ganvas.cli import main
from planted import BROKEN, KEPT


@pytest.mark.parametrize("name", families.names())
def test_every_family_keeps_every_promise(name):
    results = list(check(families.find(name)()))
    assert [result.promise for result in results] == list(PROMISES)
    assert {result.promise: result.broken for result in results if result.broken} == {}


@pytest.mark.parametrize("kind", KEPT)
def test_the_good_ones_keep_every_promise(kind):
    assert [result.broken for result in check(kind())] == [""] * len(PROMISES)


@pytest.mark.parametrize("kind", BROKEN)
def test_a_planted_fault_breaks_its_own_promise_and_no_other(kind):
    broken = {result.promise: result.broken for result in check(kind()) if result.broken}
    assert list(broken) == [BROKEN[kind]], broken


def test_what_is_not_tried_is_said(monkeypatch, capsys):
    kind = next(kind for kind in BROKEN if kind.__name__ == "Stranger")
    monkeypatch.setattr(families, "find", lambda name: kind)
    assert main(["check", "stranger"]) == 2
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "FAIL  only known players move"
    assert [line[6:].partition(": not tried")[0] for line in lines[2:]] == [*PROMISES][1:]


def test_every_promise_has_its_planted_fault():
    assert set(BROKEN.values()) == set(PROMISES)
