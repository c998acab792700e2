"""Pages without plots, for the tests that look at the rest."""

from __future__ import annotations

import pytest

from ganvas.report import plots


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plots become empty drawings; matplotlib would take most of a test's time."""
    monkeypatch.setattr(plots, "svg", lambda *_, **__: '<svg role="img"></svg>')
