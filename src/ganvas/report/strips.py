"""The sections with pictures for a game whose views are strips, to be compared by stacking them.

A strip shows samples side by side in an order that means something, such as G(z) from one z to
another.
"""

from __future__ import annotations

from ganvas.pages import parts
from ganvas.pages.embed import embed
from ganvas.report import text
from ganvas.report.drawn import GRIDS, LARGE, VIEWS, milestones, moment, pictures, title
from ganvas.report.record import Picture, Record

WIDE = 4
"""From so many times as wide as high, a picture is a strip."""


def are_there(record: Record) -> bool:
    """Whether the run's views are strips; the one to look at first tells."""
    first = next(iter(record.views().values()), None)
    image = embed(first[-1].path, **LARGE) if first else None
    return image is not None and image.width >= WIDE * image.height


def last(record: Record, said: str) -> str:
    """The last strip of each view, and what the family says of them, if anything."""
    shown = "".join(
        parts.picture(image, view, f"{view}, {moment(drawn[-1], record)}")
        for view, drawn in _views(record)
        if (image := embed(drawn[-1].path, **LARGE)) is not None
    )
    beside = parts.beside(f'<div class="one">{shown}</div>', said or text.STRIPS)
    return f'<section class="first"><h2>What G draws</h2>{beside}</section>'


def growth(record: Record) -> str:
    """The strips at moments through the run, a column for each view."""
    columns = "".join(
        f'<div class="one">{parts.legend([], view)}{pictures(moments, record)}</div>'
        for view, drawn in _views(record)
        if len(moments := milestones(drawn, GRIDS)) > 1
    )
    grid = f'<div class="two">{columns}</div>' if columns else ""
    return parts.section("How it grew", parts.paragraphs(text.GROWTH_STRIPS if grid else ""), grid)


def _views(record: Record) -> list[tuple[str, list[Picture]]]:
    """The strips of each view, and its name in words."""
    return [(title(view), drawn) for view, drawn in record.views().items()][:VIEWS]
