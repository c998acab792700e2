"""The Dirac-GAN as a page: a phase portrait of each way of training, and the table."""

from __future__ import annotations

import io
from collections.abc import Sequence
from html import escape
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ganvas import files
from ganvas.pages import document, parts
from ganvas.pages.ink import COLOURS, STYLE, WIDTH, plain, svg
from ganvas.theory.dirac import SCHEDULES, VARIANTS, Setting, Variant
from ganvas.theory.dirac_table import Late, Row, measure
from ganvas.theory.dirac_text import cells, checked, ended, given, head, label, number, spoken
from ganvas.words import Words

PATHS = dict(zip((each.name for each in SCHEDULES), ("fake", "d", "g"), strict=True))
"""The colour of each schedule."""
ARROWS = 11
"""Arrows of a portrait, across and up."""
LETTER = 22
"""The height of a portrait's letters, as three portraits share the width of the page."""
COLUMNS = "grid-template-columns: repeat(auto-fill, minmax(16rem, 1fr))"
PICTURE = ("minimax", "nonsaturating", "wgan-gp", "consensus", "r1-weak", "r1-critical")
"""The portraits of `picture`."""


def page(setting: Setting, rows: Sequence[Row], late: Sequence[Late], words: Words) -> str:
    """The whole page as HTML; equal settings give equal pages."""
    notes = [words("legend.verdicts"), words("legend.proved"), checked(rows, words)]
    below = parts.paragraphs("\n\n".join(notes))
    sections = [
        _portraits(setting, rows, words),
        parts.section(words("table.title"), _table(rows, words), below),
        _decay(late, words),
        parts.section(words("again.title"), parts.command(_command(setting, words))),
    ]
    about = f'<p class="about">{escape(words("paper"))}</p>'
    body = "\n".join(sections)
    return document(words("title"), words("lede"), body, beneath=about, lang=words.lang)


def _portraits(setting: Setting, rows: Sequence[Row], words: Words) -> str:
    keys = [(words(f"column.{name}"), colour) for name, colour in PATHS.items()]
    figures = "\n".join(_figure(row, words) for row in rows)
    return parts.section(
        words("portraits.title"),
        parts.paragraphs("\n\n".join([words("game"), words("portraits.words")])),
        parts.paragraphs(words("legend.schedules")),
        parts.legend(keys, given(setting, words)),
        f'<div class="small" style="{COLUMNS}">\n{figures}\n</div>',
    )


def _figure(row: Row, words: Words) -> str:
    """A portrait, and below it how the three trainings ended and why."""
    name = label(row.variant, words)
    drawn = svg(
        f"portrait-{row.variant.name}",
        words("portraits.alt", name=name),
        lambda ax: portrait(ax, row),
        height=WIDTH - 24,
        left=56,
        right=8,
        bottom=40,
        top=8,
    )
    values = words("portraits.eigenvalues", values=spoken(row.eigenvalues))
    ends = " ".join(
        f'<span class="key {PATHS[name]}">{escape(ended(end))}</span>'
        for name, end in row.ends.items()
    )
    lines = [
        f"<strong>{escape(name)}</strong>",
        escape(values if row.eigenvalues else words("portraits.none")),
        ends,
        escape(words(f"about.{row.variant.name}")),
    ]
    return f"<figure>{drawn}<figcaption>{'<br>'.join(lines)}</figcaption></figure>"


def portrait(ax: Axes, row: Row) -> None:
    """The plane of θ and ψ: the push of both losses, and the trainings through it."""
    far = max(abs(x) for path in row.paths.values() for point in path for x in point)
    side = min(max(1.1 * far, 1.6), 4.0)
    _arrows(ax, row.variant, side)
    for name, path in row.paths.items():
        ax.plot(*zip(*path, strict=True), color=COLOURS[PATHS[name]], linewidth=2, alpha=0.9)
    ax.plot(0, 0, "+", color=COLOURS["real"], markersize=18, markeredgewidth=3, zorder=5)
    ax.plot(
        *row.paths[SCHEDULES[0].name][0], "o", color=COLOURS["real"], markerfacecolor="none",
        markersize=12, markeredgewidth=3, zorder=5,
    )  # fmt: skip
    ax.set_xlim(-side, side)
    ax.set_ylim(-side, side)
    ax.grid(visible=False)
    ticks = [-1, 0, 1] if side < 2.2 else [-2, 0, 2]
    ax.set_xticks(ticks)
    ax.set_yticks(ticks)
    plain(ax)
    ax.tick_params(labelsize=LETTER)
    ax.text(side, -side, "θ ", fontsize=LETTER, ha="right", va="bottom")
    ax.text(-side, side, " ψ", fontsize=LETTER, ha="left", va="top")


def _arrows(ax: Axes, variant: Variant, side: float) -> None:
    """The push at the points of a grid, as long as its root, so that a small one can be seen."""
    grid = np.linspace(-side, side, ARROWS + 2)[1:-1]
    push = np.array([[(variant.g(x, y), variant.d(x, y)) for x in grid] for y in grid])
    lengths = np.linalg.norm(push, axis=2, keepdims=True)
    push /= np.sqrt(lengths * lengths.max()).clip(min=1e-12)
    ax.quiver(
        grid, grid, push[..., 0], push[..., 1], color=COLOURS["soft"], alpha=0.55,
        angles="xy", scale_units="xy", scale=0.55 * ARROWS / side, width=0.006, pivot="mid",
    )  # fmt: skip


def _table(rows: Sequence[Row], words: Words) -> str:
    top = head(rows[0], words)
    paper = words("column.of_the_paper")
    body = []
    for row in rows:
        name, found, *others = cells(row, words)
        body.append([name, found, spoken(row.paper), *others])
    return parts.table([*top[:2], paper, *top[2:]], body)


def _decay(late: Sequence[Late], words: Words) -> str:
    if not late:
        return ""
    columns = [words(f"decay.{name}") for name in ("steps", "measured", "law")]
    body = [[f"{each.steps:,}", number(each.distance), number(each.law)] for each in late]
    return parts.section(
        words("decay.title"), parts.table(columns, body), parts.paragraphs(words("decay.words"))
    )


def _command(setting: Setting, words: Words) -> str:
    """The command that makes this page."""
    theta, psi = setting.start
    options = f"--steps {setting.steps} --lr {setting.lr:g} --start {theta:g} {psi:g}"
    return f"ganvas theory dirac {options} --lang {words.lang} --html dirac.html"


def picture(out: Path) -> None:
    """Writes six portraits with the default setting as a PNG, as in the docs."""
    words, setting = Words("theory_dirac", "en"), Setting()
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        figure = Figure(figsize=(15, 10.4), facecolor="#fdfdfb", layout="constrained")
        axes = figure.subplots(2, 3).flat
        chosen = [variant for variant in VARIANTS if variant.name in PICTURE]
        for ax, variant in zip(axes, chosen, strict=True):
            ax.set_aspect("equal")
            ax.set_facecolor("none")
            ax.set_title(label(variant, words), fontsize=LETTER)
            portrait(ax, measure(variant, setting))
        content = io.BytesIO()
        figure.savefig(
            content,
            format="png",
            dpi=72,
            metadata={"Software": None},
            pil_kwargs={"optimize": True},
        )
    files.replace(out, content.getvalue())
