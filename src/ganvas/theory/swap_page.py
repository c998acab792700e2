"""Both orders of min and max as a page: what G draws before, frozen and alternating."""

from __future__ import annotations

from functools import partial
from html import escape
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba

from ganvas.data import toy
from ganvas.pages import document, parts
from ganvas.pages.ink import COLOURS, WIDTH, plain, svg
from ganvas.theory import picture as pictures
from ganvas.theory.swap import DATA, SIDE, STEPS, Cloud, Exchange
from ganvas.theory.value import EVEN, signed
from ganvas.words import Words

SHOWN = 1.55
"""The half width of the square that is drawn."""
LETTER = 20
"""The height of a panel's letters, as three panels share the width of the page."""
DRAWN_OF = 3
"""Of how many samples one is drawn; all are counted."""
BANDS = 8
"""Bands of D's height."""
COLUMNS = "grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr))"
CLOUDS = ("before", "frozen", "alternating")
KEYS = {"modes": "real", "samples": "fake", "d": "d"}


def page(found: Exchange, words: Words) -> str:
    """The whole page as HTML; equal exchanges give equal pages."""
    keys = [(words(f"curve.{name}"), colour) for name, colour in KEYS.items()]
    figures = "\n".join(_figure(found, name, words) for name in CLOUDS)
    sections = [
        parts.section(
            words("clouds.title"),
            parts.paragraphs(words("clouds.words", steps=f"{found.steps:,}")),
            parts.legend(keys),
            f'<div class="small" style="{COLUMNS}">{figures}</div>',
        ),
        parts.section(
            words("numbers.title"),
            parts.table(head(words), cells(found, words)),
            parts.paragraphs(words("numbers.words")),
        ),
        parts.section(
            words("orders.title"),
            parts.paragraphs(words("orders.words")),
            parts.table((), orders(found, words)),
            parts.paragraphs(words("orders.lesson")),
        ),
        parts.section(words("again.title"), parts.command(command(found, words.lang))),
    ]
    about = f'<p class="about">{escape(words("paper"))}</p>'
    body = "\n".join(sections)
    return document(words("title"), lede(found, words), body, beneath=about, lang=words.lang)


def lede(found: Exchange, words: Words) -> str:
    """What happened, in a sentence."""
    modes = {name: getattr(found, name).modes for name in CLOUDS}
    return words("lede", **modes)


def head(words: Words) -> list[str]:
    """What stands above `cells`."""
    return [words(f"column.{name}") for name in ("when", "modes", "near", "spread", "value")]


def cells(found: Exchange, words: Words) -> list[list[str]]:
    """The numbers of the three clouds, a row each."""
    clouds: list[tuple[str, Cloud]] = [(name, getattr(found, name)) for name in CLOUDS]
    return [
        [
            words(f"when.{name}"),
            str(cloud.modes),
            f"{100 * cloud.near:.1f} %",
            f"{cloud.spread:.3f}",
            signed(cloud.value.value),
        ]
        for name, cloud in clouds
    ]


def orders(found: Exchange, words: Words) -> list[list[str]]:
    """The inner optimum of either order beside -log 4, from below to above."""
    values = {
        "floor": found.floor,
        "reached": found.frozen.value.value,
        "even": EVEN,
        "ceiling": found.ceiling.value,
    }
    return [[words(f"orders.{name}"), signed(value)] for name, value in values.items()]


def command(found: Exchange, lang: str) -> str:
    """The command that makes this page."""
    steps = f" --steps {found.steps}" if found.steps != STEPS else ""
    return f"ganvas theory swap{steps} --seed {found.seed} --lang {lang}"


def _figure(found: Exchange, name: str, words: Words) -> str:
    """A cloud, and below it what to look at."""
    cloud: Cloud = getattr(found, name)
    drawn = svg(
        f"cloud-{name}",
        words(f"alt.{name}"),
        partial(draw, found=found, name=name),
        height=WIDTH - 20,
        left=46,
        right=8,
        bottom=36,
        top=8,
    )
    low, high = (f"{number.item():.2f}" for number in found.d.aminmax())
    about = words(f"about.{name}", modes=cloud.modes, low=low, high=high)
    caption = f"<strong>{escape(words(f'when.{name}'))}</strong><br>{escape(about)}"
    return f"<figure>{drawn}<figcaption>{caption}</figcaption></figure>"


def draw(ax: Axes, found: Exchange, name: str) -> None:
    """Samples and modes; but for the alternating ones on the heights of the frozen D."""
    cloud: Cloud = getattr(found, name)
    judged = name != "alternating"  # that D has moved on
    if judged:
        _heights(ax, found)
    modes, x = toy.modes(DATA), cloud.x[::DRAWN_OF]
    ax.plot(
        modes[:, 0], modes[:, 1], "o", color=COLOURS["real"], markerfacecolor="none",
        markersize=15, markeredgewidth=2,
    )  # fmt: skip
    if judged:
        ax.plot(*found.peak, "+", color=COLOURS["d"], markersize=40, markeredgewidth=2.5)
    one_place = cloud.spread < 0.1
    ax.plot(
        x[:, 0], x[:, 1], "o", color=COLOURS["fake"], markersize=10 if one_place else 5,
        alpha=0.45, markeredgewidth=0,
    )  # fmt: skip
    ax.set_xlim(-SHOWN, SHOWN)
    ax.set_ylim(-SHOWN, SHOWN)
    ax.grid(visible=False)
    ax.set_xticks([-1, 0, 1])
    ax.set_yticks([-1, 0, 1])
    plain(ax)
    ax.tick_params(labelsize=LETTER)


def _heights(ax: Axes, found: Exchange) -> None:
    """The frozen D in bands, the greener the likelier it says a point is real."""
    line = np.linspace(-SIDE, SIDE, len(found.d))[::4]
    d = found.d.numpy()[::4, ::4]
    inside = np.abs(line) <= SHOWN
    line, d = line[inside], d[np.ix_(inside, inside)]
    bands = [to_rgba(COLOURS["d"], 0.5 * i / BANDS) for i in range(BANDS)]
    ax.contourf(line, line, d, np.linspace(d.min(), d.max(), BANDS + 1), colors=bands)


def picture(found: Exchange, out: Path) -> None:
    """Writes the three clouds as a PNG, as in the docs."""
    words = Words("theory_swap", "en")
    panels = [(words(f"when.{name}"), partial(draw, found=found, name=name)) for name in CLOUDS]
    pictures.write(out, panels, columns=3, size=(12, 4.2))
