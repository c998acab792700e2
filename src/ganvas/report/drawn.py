"""The sections that hold pictures: what the game drew, at the end and on the way there."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import NamedTuple

from ganvas.pages import parts
from ganvas.pages.embed import embed
from ganvas.report import text
from ganvas.report.record import Picture, Record

LARGE = {"side": 1000, "most": 300_000}
SMALL = {"side": 480, "most": 90_000}
GRIDS = 8
"""Pictures that show how the samples grew."""
VIEWS = 4
"""Further pictures that are shown."""


class Figure(NamedTuple):
    """A picture of the page, and what to say of it."""

    path: Path
    caption: str
    kind: str = ""
    """`real`, `fake`, or nothing where it shows both."""

    def shown(self, side: int, most: int) -> str:
        """The figure as HTML, its picture within `side` pixels and `most` bytes; else empty."""
        image = embed(self.path, side, most)
        alt = {"fake": "The last samples", "real": "Real samples"}.get(self.kind, self.caption)
        return "" if image is None else parts.picture(image, alt, self.caption, self.kind)


def last(record: Record, said: str) -> str:
    """What is to look at first, and what the family says of it, if anything."""
    shown = [figure.shown(**LARGE) for figure in _figures(record)[0]]
    if not shown or not shown[0]:
        return ""
    words = said or (text.BESIDE_POINTS if record.points else text.BESIDE)
    if record.classes:
        words += f"\n\nThe classes: {record.classes}."
    if record.translates:
        translated = f"{said}\n\n{text.BESIDE_TRANSLATED}"
        words = text.BESIDE_POINTS if record.points else translated
    number = "two" if all(shown[1:]) and len(shown) > 1 else "one"
    return (
        f'<section class="first"><h2>What G draws</h2><div class="{number}">{"".join(shown)}</div>'
        f"{parts.paragraphs(words)}</section>"
    )


def growth(record: Record) -> str:
    """The samples at moments through the run."""
    view, drawn = next(iter(record.views().items()), ("", []))
    grids = milestones(drawn, GRIDS)
    if len(grids) < 2:
        return ""
    words, columns = (text.GROWTH_POINTS, 6) if record.points else (text.GROWTH, len(grids))
    if record.translates:
        words = text.GROWTH_POINTS_TRANSLATED if record.points else text.GROWTH_TRANSLATED
    return parts.section(
        "How it grew",
        parts.paragraphs(words),
        parts.legend([], title(view)) if record.into else "",
        f'<div class="grow n{columns}">{pictures(grids, record)}</div>',
    )


def views(record: Record) -> str:
    """What else there is to look at."""
    further = _figures(record)[1][:VIEWS]
    shown = "".join(figure.shown(720, SMALL["most"]) for figure in further)
    return parts.section("More to look at", f'<div class="two">{shown}</div>' if shown else "")


def title(view: str) -> str:
    """A view's name in words; that of a translation shows its way."""
    return view.replace("-", " → " if re.fullmatch("[ab](-[ab])+", view) else " ")


def _figures(record: Record) -> tuple[list[Figure], list[Figure]]:
    """The pictures to look at first, and those for later: the last of each view, and real ones.

    First come samples beside real ones, or translations, which stand beside what they are of.
    """
    views: list[Figure] = []
    reals: list[Figure] = []
    for view, drawn in record.views().items():
        samples = not views and not record.translates
        name = record.made if samples else title(view)
        caption = f"{name}, {moment(drawn[-1], record)}"
        views.append(Figure(drawn[-1].path, caption, "fake" if samples else ""))
    if record.reals is not None and not record.points:
        whose = "a and b" if record.translates else "X"
        reals.append(Figure(record.reals, f"{whose}, real, from {record.data}", "real"))
    if record.translates:
        return (views + reals)[:2], (views + reals)[2:]
    return views[:1] + reals, views[1:]


def milestones(pictures: list[Picture], most: int) -> list[Picture]:
    """At most `most` of `pictures`: first, last, and moments between them, early ones closer."""
    if len(pictures) <= most:
        return pictures
    first, last = max(pictures[1].step, 1), pictures[-1].step
    wanted = [first * (last / first) ** (i / (most - 2)) for i in range(most - 1)]
    near = {
        min(pictures[1:], key=lambda p: abs(math.log(max(p.step, 1) / at))).step for at in wanted
    }
    return [p for p in pictures if p.step in near or p is pictures[0]]


def pictures(drawn: list[Picture], record: Record) -> str:
    """Figures, each with the moment it was drawn at."""
    return "".join(
        parts.picture(image, f"Samples, {moment(each, record)}", moment(each, record))
        for each in drawn
        if (image := embed(each.path, **SMALL)) is not None
    )


def moment(picture: Picture, record: Record) -> str:
    """When a picture was drawn: in epochs, unless some were drawn within the first."""
    if picture.step == 0:
        return "before training"
    if all(p.epoch >= 0.995 for p in record.pictures if p.step):
        return "after " + text.plural(picture.epoch, "epoch")
    return "after " + text.plural(picture.step, "step")
