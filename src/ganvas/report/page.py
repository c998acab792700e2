"""The page: its sections in order, and those that hold options and commands."""

from __future__ import annotations

import inspect
import shlex
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from ganvas import families
from ganvas.errors import UsageError
from ganvas.game import Game
from ganvas.pages import document, parts
from ganvas.recipe import BUDGET, Settings, deep, flat, plain
from ganvas.report import charts, drawn, losses, strips, text, verdicts
from ganvas.report.record import Record

NOT_OPTIONS = ("family", "source", "game", "device", "threads")
"""Tables of their own in `config.toml`, or facts of the machine."""


def render(record: Record) -> str:
    """The whole page as HTML; equal records give equal pages."""
    game = _family(record)
    name = type(game).__name__ if game is not None else str(record.config.get("family", "a GAN"))
    values = charts.values(record)
    first = values if record.points else ""  # more points, and in the page's colours
    shown = strips if strips.are_there(record) else drawn
    sections = [
        first or shown.last(record, _said(game)),
        shown.growth(record),
        charts.colours(record),
        verdicts.section(record),
        losses.section(record),
        charts.gradients(record),
        charts.terms(record),
        "" if first else values,
        drawn.views(record) if shown is drawn else "",
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


def _said(game: Any) -> str:
    """What a family with views of its own says of them, in the method's docstring."""
    own = game is not None and type(game).views is not Game.views
    return (inspect.getdoc(type(game).views) or "") if own else ""


def _options(record: Record, game: Any) -> str:
    """What was set otherwise than by default, and the whole configuration folded away."""
    run = {k: v for k, v in record.config.items() if k not in NOT_OPTIONS}
    usual = {} if game is None else game.usual
    rows = _changed(flat(run), flat(deep(plain(Settings()), usual)))
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
        "order of the data and the same random numbers."
    )
    if "minutes" in record.config:
        same += " A budget in minutes ends at another step on a faster or slower machine."
    what, use = "To draw 64 new samples:", f"ganvas sample {name} -n 64{own}"
    if record.translates:
        what, use = "To translate a folder:", f"ganvas translate {name} in/ out/{own}"
        if record.points:
            what, use = "To translate points, in Python:", f"ganvas.load({str(run)!r}).translate(x)"
    further = "" if text.ending(record) else _twice(record)
    return parts.section(
        "Again, and further",
        parts.paragraphs("To repeat this run:"),
        parts.command(f"ganvas train {config}{own}"),
        parts.paragraphs(f"{same}\n\n{what}"),
        parts.command(use),
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
    facts = {k: v for k, v in flat(record.env).items() if k not in ("command", "classes")}
    if record.last("seconds") > 0:
        unit = "points" if record.points else "images"
        unit += " of each domain" if record.translates else ""
        facts["speed"] = f"{record.last('images') / record.last('seconds'):,.0f} {unit} a second"
    rows = [(name, _value(value)) for name, value in facts.items()]
    words = record.env.get("command")
    if isinstance(words, list) and words[:1] == ["train"]:  # else a script called train()
        rows.append(("command", "ganvas " + shlex.join(str(word) for word in words)))
    return parts.section("The machine", parts.table((), rows) if rows else "")
