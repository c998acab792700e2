"""The page: its sections in order, and those that hold pictures, options and commands."""

from __future__ import annotations

import math
import shlex
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from ganvas import families
from ganvas.errors import UsageError
from ganvas.pages import document, parts
from ganvas.pages.embed import embed
from ganvas.recipe import BUDGET, Settings, flat, plain
from ganvas.report import charts, text
from ganvas.report.record import Picture, Record

LARGE = {"side": 1000, "most": 300_000}
SMALL = {"side": 480, "most": 90_000}
GRIDS = 8
"""Pictures that show how the samples grew."""
VIEWS = 4
"""Further views of which the last picture is shown."""
NOT_OPTIONS = ("family", "source", "game", "device", "threads")
"""Tables of their own in `config.toml`, or facts of the machine."""


def render(record: Record) -> str:
    """The whole page as HTML; equal records give equal pages."""
    game = _family(record)
    name = type(game).__name__ if game is not None else str(record.config.get("family", "a GAN"))
    values = charts.values(record)
    first = values if record.points else ""  # more points, and in the page's colours
    sections = [
        first or _pictures(record),
        _growth(record),
        charts.judgement(record),
        charts.losses(record),
        charts.gradients(record),
        charts.terms(record),
        "" if first else values,
        _views(record),
        _options(record, game),
        _again(record),
        _machine(record),
    ]
    known = families.names().get(str(record.config.get("family"))) if game is not None else None
    about = f'<p class="about">{escape(known)}</p>' if known else ""
    late = text.ending(record)
    note = f'<p class="note">{escape(late)}</p>' if late else ""
    body = "\n".join(part for part in sections if part)
    return document(record.path.name, text.beginning(record, name), body, beneath=about + note)


def _family(record: Record) -> Any:
    """The built-in family with its defaults; None for a family of one's own."""
    if record.config.get("source"):
        return None
    try:
        return families.find(str(record.config.get("family", "")))()
    except UsageError:
        return None


def _pictures(record: Record) -> str:
    """The last samples beside the real ones."""
    views = record.views()
    if not views:
        return ""
    last = next(iter(views.values()))[-1]
    fake = embed(last.path, **LARGE)
    if fake is None:
        return ""
    when = f"G(z), {_moment(last, record)}"
    real = embed(record.reals, **LARGE) if record.reals and not record.points else None
    if real is None:
        shown = parts.picture(fake, "The last samples", when, "fake")
    else:
        shown = parts.picture(fake, "The last samples", when, "fake") + parts.picture(
            real, "Real samples", f"X, real, from {record.config.get('data', 'the data')}", "real"
        )
    words = text.BESIDE_POINTS if record.points else text.BESIDE
    number = "one" if real is None else "two"
    return (
        f'<section class="first"><h2>What G draws</h2><div class="{number}">{shown}</div>'
        f"{parts.paragraphs(words)}</section>"
    )


def _growth(record: Record) -> str:
    """The samples at moments through the run."""
    grids = milestones(next(iter(record.views().values()), []), GRIDS)
    if len(grids) < 2:
        return ""
    shown = "".join(
        parts.picture(image, f"Samples, {_moment(grid, record)}", _moment(grid, record))
        for grid in grids
        if (image := embed(grid.path, **SMALL)) is not None
    )
    words, columns = (text.GROWTH_POINTS, 6) if record.points else (text.GROWTH, len(grids))
    return parts.section(
        "How it grew",
        parts.paragraphs(words),
        f'<div class="grow n{columns}">{shown}</div>',
    )


def _views(record: Record) -> str:
    """The last picture of each further view."""
    shown = "".join(
        parts.picture(image, view, f"{view}, {_moment(pictures[-1], record)}")
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


def _moment(picture: Picture, record: Record) -> str:
    """When a picture was drawn: in epochs, unless some were drawn within the first."""
    if picture.step == 0:
        return "before training"
    if all(p.epoch >= 0.995 for p in record.pictures if p.step):
        return "after " + text.plural(picture.epoch, "epoch")
    return "after " + text.plural(picture.step, "step")


def _options(record: Record, game: Any) -> str:
    """What was set otherwise than by default, and the whole configuration folded away."""
    run = {k: v for k, v in record.config.items() if k not in NOT_OPTIONS}
    rows = _changed(flat(run), flat(plain(Settings())))
    if game is not None:
        rows += _changed(flat(record.game), flat(plain(game)))
        words = "Everything else is at its default."
    else:
        rows += [(name, _value(value), "") for name, value in flat(record.game).items()]
        words = "This family is not part of ganvas, so all of its options stand here."
    options = parts.table(("option", "this run", "default"), rows) if rows else ""
    return parts.section(
        "The options",
        options,
        parts.paragraphs(words),
        parts.folded("The whole configuration (config.toml)", record.toml),
    )


def _changed(chosen: Mapping[str, Any], default: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (name, _value(value), _value(default[name]) if name in default else "not set")
        for name, value in chosen.items()
        if name not in default or value != default[name]
    ]


def _value(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_value(v) for v in value) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _again(record: Record) -> str:
    """The commands that repeat, use and continue the run."""
    run = Path(record.path.parent.name) / record.path.name
    own = f" --family FILE.py:{record.config.get('family')}" if record.config.get("source") else ""
    name, config = shlex.quote(str(run)), shlex.quote(str(run / "config.toml"))
    same = (
        f"The same seed ({record.config.get('seed', 0)}) gives the same first weights, the same "
        "order of the data and the same noise."
    )
    if "minutes" in record.config:
        same += " A budget in minutes ends at another step on a faster or slower machine."
    further = "" if text.ending(record) else _twice(record)
    return parts.section(
        "Again, and further",
        parts.paragraphs("To repeat this run:"),
        parts.command(f"ganvas train {config}{own}"),
        parts.paragraphs(f"{same}\n\nTo draw 64 new samples:"),
        parts.command(f"ganvas sample {name} -n 64{own}"),
        parts.paragraphs("To go on with the training where it ended:"),
        parts.command(f"ganvas train --resume {name}{own}{further}"),
    )


def _twice(record: Record) -> str:
    """A budget for a finished run to go on with: twice the old one."""
    for name in BUDGET:
        if name in record.config:
            return f" --{name} {2 * record.config[name]:.10g}"
    return ""


def _machine(record: Record) -> str:
    """The machine and the versions."""
    facts = {k: v for k, v in flat(record.env).items() if k != "command"}
    if record.last("seconds") > 0:
        unit = "points" if record.points else "images"
        facts["speed"] = f"{record.last('images') / record.last('seconds'):,.0f} {unit} a second"
    rows = [(name, _value(value)) for name, value in facts.items()]
    words = record.env.get("command")
    if isinstance(words, list) and words[:1] == ["train"]:  # else a script called train()
        rows.append(("command", "ganvas " + shlex.join(str(word) for word in words)))
    return parts.section("The machine", parts.table((), rows) if rows else "")
