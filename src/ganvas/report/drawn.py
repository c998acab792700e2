"""The sections that hold pictures: what the game drew, at the end and on the way there."""

from __future__ import annotations

import math

from ganvas.pages import parts
from ganvas.pages.embed import embed
from ganvas.report import text
from ganvas.report.record import Picture, Record

LARGE = {"side": 1000, "most": 300_000}
SMALL = {"side": 480, "most": 90_000}
GRIDS = 8
"""Pictures that show how the samples grew."""
VIEWS = 4
"""Further views of which the last picture is shown."""


def last(record: Record, said: str) -> str:
    """The last samples beside the real ones, and what the family says of them, if anything."""
    views = record.views()
    if not views:
        return ""
    name, drawn = next(iter(views.items()))
    picture = drawn[-1]
    fake = embed(picture.path, **LARGE)
    if fake is None:
        return ""
    title = name.replace("-", " → ") if record.translates and not record.points else "G(z)"
    when = f"{title}, {moment(picture, record)}"
    real = embed(record.reals, **LARGE) if record.reals and not record.points else None
    if real is None:
        shown = parts.picture(fake, "The last samples", when, "fake")
    else:
        shown = parts.picture(fake, "The last samples", when, "fake") + parts.picture(
            real, "Real samples", f"X, real, from {record.data}", "real"
        )
    words = said or (text.BESIDE_POINTS if record.points else text.BESIDE)
    number = "one" if real is None else "two"
    return (
        f'<section class="first"><h2>What G draws</h2><div class="{number}">{shown}</div>'
        f"{parts.paragraphs(words)}</section>"
    )


def growth(record: Record) -> str:
    """The samples at moments through the run."""
    grids = milestones(next(iter(record.views().values()), []), GRIDS)
    if len(grids) < 2:
        return ""
    words, columns = (text.GROWTH_POINTS, 6) if record.points else (text.GROWTH, len(grids))
    return parts.section(
        "How it grew",
        parts.paragraphs(words),
        f'<div class="grow n{columns}">{pictures(grids, record)}</div>',
    )


def views(record: Record) -> str:
    """The last picture of each further view."""
    shown = "".join(
        parts.picture(image, view, f"{view}, {moment(pictures[-1], record)}")
        for view, pictures in list(record.views().items())[1 : 1 + VIEWS]
        if (image := embed(pictures[-1].path, 720, SMALL["most"])) is not None
    )
    return parts.section("More to look at", f'<div class="two">{shown}</div>' if shown else "")


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
