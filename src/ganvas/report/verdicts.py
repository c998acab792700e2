"""The section on what D says of real samples and of fakes: its plots and their words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch

from ganvas.losses import LOSSES
from ganvas.pages import parts
from ganvas.pages.ink import number
from ganvas.report import charts, series
from ganvas.report.plots import Mark
from ganvas.report.record import Column, Record
from ganvas.report.series import VERDICTS, Axis, Line, together

HALF = "½"
DISTANCE = (
    "What counts is the distance between the curves: the further apart they are, the better D "
    "tells the two from each other; where they meet, it cannot."
)


class Scale(NamedTuple):
    """How to read D's verdicts."""

    words: str
    bounded: bool
    """Whether they lie between 0 and 1."""
    ends: tuple[float, float] | None = None
    """What a D that is sure says of fakes and of real samples; None where no number means that."""

    def axis(self, ys: Sequence[Column]) -> Axis | None:
        """The values to show; None where the curves decide."""
        if self.bounded:
            return Axis(-0.02, 1.02)
        return series.axis(ys, self.ends) if self.ends else None

    def marks(self) -> list[Mark]:
        """Where D can only guess."""
        if self.ends is None:
            return []
        return [Mark(sum(self.ends) / 2, _middle(self.ends))]


def section(record: Record) -> str:
    """D(x) and D(G(z)) over training; a plot for each of the run's games."""
    games = {
        title: watched
        for title, names in together(record.columns).items()
        if (watched := {name: names[name] for name in VERDICTS if name in names})
    }
    found = scale(record, [record.columns[c] for names in games.values() for c in names.values()])
    shown: list[str] = []
    for title, names in games.items():
        lines = [
            Line(f"{name}, {VERDICTS[name]}", record.columns[column], VERDICTS[name])
            for name, column in names.items()
        ]
        place = record.place(title)
        plot = charts.curves(
            record,
            f"verdict{len(shown) or ''}",
            f"D(x) and D({record.made}) over training" + (place and f", {place}"),
            lines,
            marks=found.marks(),
            axis=found.axis([line.y for line in lines]),
            note=place,
        )
        words = ["" if shown else found.words, at_the_end(record, names, found, place)]
        shown.append(parts.beside(plot, "\n\n".join(filter(None, words))))
    return parts.section("What D thinks", *shown)


def scale(record: Record, ys: Sequence[Column]) -> Scale:
    """How to read the verdicts `ys`: by the run's loss where it is known, else by their values."""
    name = str(record.game.get("loss"))
    loss = LOSSES.get(name)
    what = "translations" if record.translates else "samples"
    about = f"How real D finds the data, D(x), and the {what}, D({record.made}): averages of its"
    if name == "leastsquares":
        fake = float(record.game.get("fake_target", 0))
        real = float(record.game.get("real_target", 1))
        return Scale(
            f"{about} output, which least squares pull to {number(real)} for the data and to "
            f"{number(fake)} for the {what}. Far apart, D is winning; where both meet half-way, at "
            f"{_middle((fake, real))}, it can only guess.",
            bounded=False,
            ends=(fake, real),
        )
    bounded = (
        all(np.nanmin(y) >= 0 and np.nanmax(y) <= 1 for y in ys)
        if loss is None
        else loss.verdict is torch.sigmoid
    )
    if not bounded:
        return Scale(f"{about} output, higher for what looks more real. {DISTANCE}", bounded)
    if loss is not None and loss.compares:
        return Scale(
            f"{about} output, brought between 0 and 1. This D compares real with fake. {DISTANCE}",
            bounded,
        )
    return Scale(
        f"{about} verdict, 0 for fake and 1 for real. Far apart, D is winning; where both meet at "
        f"{HALF}, it can only guess, which is where the theory says the game ends. A line that "
        "sticks to 0 or 1 means that one player has won and the other has little left to learn "
        "from.",
        bounded,
        ends=(0.0, 1.0),
    )


def _middle(ends: tuple[float, float]) -> str:
    """The number between the ends."""
    middle = sum(ends) / 2
    return HALF if middle == 0.5 else number(middle)


def at_the_end(record: Record, names: Mapping[str, str], scale: Scale, place: str = "") -> str:
    """What D said at the end of a game whose verdicts are in the columns `names`, if of both."""
    by_kind = {VERDICTS[name]: column for name, column in names.items()}
    real, fake = (record.end(by_kind.get(kind, "")) for kind in ("real", "fake"))
    if not (math.isfinite(real) and math.isfinite(fake)):
        return ""
    where = f"{place[0].upper()}{place[1:]}, over" if place else "Over"
    form = ".2f" if scale.bounded or scale.ends else ".3g"
    said = (
        f"{where} the last tenth of this run D(x) is {real:{form}} and D({record.made}) is "
        f"{fake:{form}}"
    ).replace("-", "−")
    if scale.ends is None:
        return f"{said}."
    low, high = scale.ends
    sure_real, sure_fake = ((v - low) / (high - low) for v in (real, fake))
    return f"{said}: {_verdict(sure_real, sure_fake, record)}"


def _verdict(real: float, fake: float, record: Record) -> str:
    """What it means that D says so much of real samples and of fakes, from 0 for fake to 1."""
    if real > 0.95 and fake < 0.05:
        cure = (
            " Under the minimax loss that leaves G almost without a gradient."
            if record.game.get("loss") == "minimax"
            else ""
        )
        return f"D is nearly always right, far ahead of G.{cure}"
    if abs(real - fake) < 0.05 and not 0.1 < real < 0.9:
        return "D says the same of everything, so its verdict teaches G nothing."
    if abs(real - fake) < 0.1 and abs(real + fake - 1) < 0.3:
        return (
            "D can hardly tell them apart. Either G is good or D is weak; the samples above show "
            "which."
        )
    if real > fake and real - fake < 0.3:
        return "D leans to the right side without being sure: a balanced game."
    if real > fake:
        return "D still tells them apart, which is how most runs look, good ones too."
    return "D takes fakes for more real than the data; G has just fooled it, which seldom lasts."
