"""The four stages as a page: densities, D, arrows from z to x, and V on the way."""

from __future__ import annotations

from functools import partial
from html import escape
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from ganvas.pages import document, parts
from ganvas.pages.ink import COLOURS, ROUND, plain, svg
from ganvas.theory import picture as pictures
from ganvas.theory.density import ALONE, CENTRES, EDGES, STEPS, Stage, Training, p_data
from ganvas.theory.value import EVEN, signed
from ganvas.words import Words

SHOWN = (-3.2, 4.9)
"""The stretch of the line that is drawn."""
X_LINE, Z_LINE = -0.24, -0.8
"""How high the lines of x and of z lie below the curves."""
TOP = 1.1
LETTER = 17
"""The height of a stage's letters, as two stages share the width of the page."""
CURVES = {"p_data": "real", "p_g": "fake", "d": "d", "best": "c2", "arrows": "g"}
"""What a stage shows, and its colours."""


def page(training: Training, words: Words) -> str:
    """The whole page as HTML; equal trainings give equal pages."""
    legend = [(words(f"curve.{name}"), colour) for name, colour in CURVES.items()]
    figures = "\n".join(_figure(stage, words) for stage in training.stages)
    sections = [
        parts.section(
            words("stages.title"),
            parts.paragraphs(words("stages.words")),
            parts.legend(legend),
            f'<div class="two">{figures}</div>',
        ),
        parts.section(words("value.title"), parts.beside(_value(training, words), told(words))),
        parts.section(
            words("numbers.title"),
            parts.table(head(words), cells(training, words)),
            parts.paragraphs(words("numbers.words")),
        ),
        parts.section(words("again.title"), parts.command(command(training, words.lang))),
    ]
    about = f'<p class="about">{escape(words("paper"))}</p>'
    body = "\n".join(sections)
    return document(words("title"), words("lede"), body, beneath=about, lang=words.lang)


def head(words: Words) -> list[str]:
    """What stands above `cells`."""
    return [words(f"column.{name}") for name in ("stage", "distance", "gap", "doubt", "value")]


def cells(training: Training, words: Words) -> list[list[str]]:
    """The numbers of the four stages, a row each."""
    return [
        [
            words(f"stage.{stage.name}", step=f"{stage.step:,}"),
            *(f"{number:.3f}" for number in (stage.distance, stage.gap, stage.doubt)),
            f"{signed(stage.value.value)} ± {signed(stage.value.error)}",
        ]
        for stage in training.stages
    ]


def told(words: Words) -> str:
    """What to see in the plot of V."""
    return words("value.words", alone=ALONE, even=signed(EVEN))


def command(training: Training, lang: str) -> str:
    """The command that makes this page."""
    steps = f" --steps {training.steps}" if training.steps != STEPS else ""
    return f"ganvas theory density{steps} --seed {training.seed} --lang {lang}"


def _figure(stage: Stage, words: Words) -> str:
    """A stage, and below it what to look at."""
    name = words(f"stage.{stage.name}", step=f"{stage.step:,}")
    alt = words("stages.alt", stage=name)
    drawn = svg(
        f"stage-{stage.name}", alt, partial(draw, stage=stage), height=400, left=44, bottom=30
    )
    about = words(
        f"about.{stage.name}",
        gap=f"{stage.gap:.3f}",
        distance=f"{stage.distance:.3f}",
        doubt=f"{stage.doubt:.3f}",
    )
    caption = f"<strong>{escape(name)}</strong><br>{escape(about)}"
    return f"<figure>{drawn}<figcaption>{caption}</figcaption></figure>"


def draw(ax: Axes, stage: Stage) -> None:
    """Figure 1 of the paper: the densities and D above, the map from z to x below."""
    ax.set_xlim(*SHOWN)
    ax.set_ylim(Z_LINE - 0.12, TOP)
    ax.grid(visible=False)
    ax.spines["left"].set_visible(False)
    for z, x in stage.arrows.tolist():
        ax.annotate(
            "", (x, X_LINE), (z, Z_LINE),
            arrowprops={"arrowstyle": "->", "color": COLOURS["g"], "alpha": 0.75, "shrinkA": 0,
                        "shrinkB": 0, "linewidth": 1},
        )  # fmt: skip
    for name, y in (("x", X_LINE), ("z", Z_LINE)):
        ax.axhline(y, color=COLOURS["soft"], linewidth=1.2)
        ax.text(SHOWN[0], y + 0.03, name, fontsize=LETTER, style="italic", va="bottom")
    for y in (0, 0.5, 1):
        ax.axhline(y, color=COLOURS["rule"], linewidth=1, zorder=0)
    width = (EDGES[1] - EDGES[0]).item()
    real, fake = (np.asarray(share) / width for share in (p_data(), stage.p_g))
    ax.fill_between(CENTRES, real, color=COLOURS["real"], alpha=0.22, linewidth=0)
    ax.plot(CENTRES, real, color=COLOURS["real"], linewidth=2)
    ax.plot(CENTRES, fake, color=COLOURS["fake"], linewidth=2.6)
    ax.plot(CENTRES, stage.d, color=COLOURS["d"], linewidth=3.6)
    best = np.where(stage.seen, stage.best, np.nan)
    ax.plot(CENTRES, best, color=COLOURS["c2"], linewidth=2, dashes=(3, 2))
    ax.set_yticks([0, 0.5, 1], ["0", "½", "1"])
    ax.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    _plain_x(ax)


def _plain_x(ax: Axes) -> None:
    """Plain numbers along x in a stage's large letters; the fractions along y stay."""
    labels = ax.get_yticklabels()
    ticks, texts = ax.get_yticks(), [label.get_text() for label in labels]
    plain(ax)
    ax.set_yticks(ticks, texts)
    ax.tick_params(labelsize=LETTER)


def _value(training: Training, words: Words) -> str:
    """V from the start, and below it the last half larger."""
    keys = [(words("value.estimate"), "d"), (words("value.ceiling"), "c2")]
    half = training.looks[-1].step / 2
    late = tuple(look for look in training.looks if look.step >= half)
    plots = [
        svg(name, words(f"value.{name}"), partial(value, looks=looks), height=230, right=70)
        for name, looks in (("whole", training.looks), ("late", late))
    ]
    return parts.legend(keys) + "\n".join(plots)


def value(ax: Axes, looks: tuple[Stage, ...]) -> None:
    """V over the training, with two standard errors to either side, and what D* would reach."""
    steps = [look.step for look in looks]
    if steps[0] < ALONE:
        ax.axvline(ALONE, color=COLOURS["soft"], linewidth=1, dashes=(1, 2))
    ax.plot(steps, [look.ceiling for look in looks], color=COLOURS["c2"], linewidth=1.6)
    ax.errorbar(
        steps, [look.value.value for look in looks], [2 * look.value.error for look in looks],
        color=COLOURS["d"], linestyle="", marker="o", markersize=4, elinewidth=1.6,
    )  # fmt: skip
    ax.axhline(EVEN, color=COLOURS["real"], linewidth=1.2, dashes=(4, 3))
    ax.annotate(
        "−log 4", (1.015, EVEN), xycoords=("axes fraction", "data"), va="center",
        color=COLOURS["real"], annotation_clip=False,
    )  # fmt: skip
    ax.margins(x=0.02)
    ax.xaxis.set_major_locator(MaxNLocator(6, steps=ROUND, integer=True))
    ax.yaxis.set_major_locator(MaxNLocator(5, steps=ROUND))
    plain(ax)


def picture(training: Training, out: Path) -> None:
    """Writes the four stages as a PNG, as in the docs."""
    words = Words("theory_density", "en")
    panels = [
        (words(f"stage.{stage.name}", step=f"{stage.step:,}"), partial(draw, stage=stage))
        for stage in training.stages
    ]
    pictures.write(out, panels, columns=2, size=(11, 8))
