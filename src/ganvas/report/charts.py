"""The sections that hold plots: what was measured, drawn, and what to look at in it."""

from __future__ import annotations

from html import escape

import numpy as np

from ganvas.pages import ink, parts
from ganvas.report import plots, series, text
from ganvas.report.plots import Mark, Time
from ganvas.report.record import Column, Record
from ganvas.report.series import VERDICTS, Axis, Line, of_domain, players, together

MOST_TERMS = 12
"""Small plots of further terms; what is beyond is only named."""
PLAYERS = {"D": "d", "G": "g"}
OTHERS = ("c1", "c2", "c3")
CHANNELS = {"red": "c3", "green": "d", "blue": "c2"}
"""The channels of a colour, and which of the page's own colours their curves have."""


def colours(record: Record) -> str:
    """The colours that were followed: what red, green and blue became, and how that looks."""
    figures: list[str] = []
    for title, names in together(record.columns).items():
        if CHANNELS.keys() <= names.keys():
            lines = [Line(c, record.columns[names[c]], ink) for c, ink in CHANNELS.items()]
            plot = plots.colour(f"colour{len(figures)}", title, lines, _time(record))
            keys = parts.legend([(line.label, line.colour) for line in lines])
            caption = f"<figcaption>{escape(title)}</figcaption>"
            figures.append(f"<figure>{keys}{plot}{caption}</figure>")
    if not figures:
        return ""
    grid = f'<div class="small">{"".join(figures)}</div>'
    return parts.section("The colour over training", parts.paragraphs(text.COLOURS), grid)


def gradients(record: Record) -> str:
    """The norm of each player's gradient over training."""
    names = [name for name in record.columns if name.endswith("/gradient")]
    if not names:
        return ""
    lines = [
        Line(f"{player}'s gradient", record.columns[name], colour)
        for name in names
        for player in [name.removesuffix("/gradient")]
        for colour in [colour_of(player, [n.removesuffix("/gradient") for n in names])]
    ]
    plot = curves(record, "gradients", "Gradient norms over training", lines)
    return parts.section("The gradients", parts.beside(plot, text.GRADIENTS))


def terms(record: Record) -> str:
    """The parts of the losses, and whatever else was measured, in small plots."""
    groups = _further(record)
    shown = [
        f"<figure>{curves(record, f'term{i}', 'Over training: ' + name, lines, height=220)}"
        f"<figcaption>{escape(text.term(name))}</figcaption></figure>"
        for i, (name, lines) in enumerate(list(groups.items())[:MOST_TERMS])
    ]
    rest = list(groups)[MOST_TERMS:]
    more = f"Not drawn: {', '.join(rest)}." if rest else ""
    grid = f'<div class="small">{"".join(shown)}</div>' if shown else ""
    return parts.section("What the losses are made of", grid, parts.paragraphs(more))


def values(record: Record) -> str:
    """The values of real and generated samples."""
    if not record.values:
        return ""
    keys = parts.legend([(f"{record.into or 'X'}, real", "real"), (f"{record.made}, fake", "fake")])
    real, fake = record.values["real"], record.values["fake"]
    if real["kind"] == "pixels":
        plot, words = _pixels(
            np.array(real["counts"], float), np.array(fake["counts"], float), real
        )
        return parts.section("Pixel values", parts.beside(keys + plot, words)) if plot else ""
    plot, words = _points(np.array(real["points"], float), np.array(fake["points"], float))
    return parts.section("Where the samples lie", parts.beside(keys + plot, words)) if plot else ""


def curves(
    record: Record,
    name: str,
    alt: str,
    lines: list[Line],
    *,
    marks: list[Mark] | None = None,
    axis: Axis | None = None,
    height: int = ink.HEIGHT,
    note: str = "",
) -> str:
    """Curves over training with their legend and, beside it, what else to know of the plot."""
    marks, ys = marks or [], [line.y for line in lines]
    axis = axis or series.axis(ys, [mark.y for mark in marks])
    plot = plots.curves(name, alt, lines, _time(record), axis=axis, marks=marks, height=height)
    notes = [note, "rare peaks are cut off" if axis.cuts(ys) else ""]
    keys = [(line.label, line.colour) for line in lines]
    return parts.legend(keys, "; ".join(filter(None, notes))) + plot


def _time(record: Record) -> Time:
    """Epochs where there was one, else steps."""
    if record.last("epoch") >= 1:
        return Time(record.columns["epoch"], "epochs", record.epoch)
    return Time(record.columns["step"], "steps", record.step)


def colour_of(player: str, names: list[str]) -> str:
    """The page's colour of a player, of all the players `names`."""
    others = [name for name in names if name not in PLAYERS]
    return PLAYERS.get(player) or OTHERS[others.index(player) % len(OTHERS)]


def _further(record: Record) -> dict[str, list[Line]]:
    """The small plots: a player's real and fake term in one, every other number in its own."""
    groups: dict[str, list[Line]] = {}
    found = players(record.columns)
    for player, names in found.items():
        if len(names) == 1:
            continue
        for name in names:
            kind, domain = of_domain(name)
            column, shared = f"{player}/{name}", [name]
            colour = colour_of(player, list(found))
            if kind in ("real", "fake"):
                duel = (("real", domain), ("fake", domain))
                shared = sorted((n for n in names if of_domain(n) in duel), reverse=True)
                colour = kind
            title = ", ".join(f"{player}/{each}" for each in shared)
            groups.setdefault(title, []).append(Line(column, record.columns[column], colour))
    return groups | _watched(record)


def _watched(record: Record) -> dict[str, list[Line]]:
    """What was measured beside the losses, in its plots, less what sections of their own show."""
    groups: dict[str, list[Line]] = {}
    for plot, names in together(record.columns).items():
        shown = {*VERDICTS, *(CHANNELS if CHANNELS.keys() <= names.keys() else ())}
        for name in (name for name in names if name not in shown):
            lines = groups.setdefault(plot or name, [])
            colour = OTHERS[len(lines) % len(OTHERS)]
            lines.append(Line(name, record.columns[names[name]], colour))
    return groups


def _pixels(real: Column, fake: Column, facts: object) -> tuple[str, str]:
    if real.shape != fake.shape or not real.sum() or not fake.sum():
        return "", ""
    real, fake = real / real.sum(), fake / fake.sum()
    low, high = facts["range"] if isinstance(facts, dict) and "range" in facts else (0.0, 1.0)
    alt = "Histograms of the pixel values of real and generated samples"
    plot = plots.pixels("values", alt, real, fake, (float(low), float(high)))
    ends = [(float(real[i]), float(fake[i])) for i in (0, -1)]
    between = (1 - ends[0][0] - ends[1][0], 1 - ends[0][1] - ends[1][1])
    return plot, text.pixels(ends[0], between, ends[1])


def _points(real: Column, fake: Column) -> tuple[str, str]:
    if real.ndim != 2 or real.shape[1:] != fake.shape[1:] or not len(real) or not len(fake):
        return "", ""
    dims = min(real.shape[1], 2)
    inside = np.ones(len(fake), dtype=bool)
    for axis in range(dims):
        low, high = plots.frame(real[:, axis])
        inside &= (fake[:, axis] >= low) & (fake[:, axis] <= high)
    words = text.points(real.shape[1], int((~inside).sum()), len(fake))
    alt = "Real and generated points"
    if dims == 1:
        return plots.density("values", alt, real[:, 0], fake[:, 0]), words
    return plots.scatter("values", alt, real[:, :2], fake[inside, :2]), words
