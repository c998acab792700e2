"""The matrices as a page: cells tinted by their numbers, and the way of the error drawn."""

from __future__ import annotations

from html import escape
from pathlib import Path

import numpy as np

from ganvas.lessons.formula import Array
from ganvas.lessons.matrices import Lesson, Line
from ganvas.lessons.matrices_flow import turn_of_d, turn_of_g
from ganvas.lessons.matrices_text import prose, verdict, written
from ganvas.pages import document, parts
from ganvas.words import Words

CSS = Path(__file__).with_name("matrices.css")
FULL = 45
"""Percent of colour behind the largest number of a matrix, which stays legible."""
WEIGHTS = ("players", "d_step", "g_step")
"""The parts whose matrices stand beside each other, not each in a row of its own."""
COLUMNS = {"real": "real", "fake": "fake", "sum": "d"}
"""The page's colour for each column."""


def page(lesson: Lesson, apart: dict[str, float], say: Words) -> str:
    """The whole page as HTML; `apart` is what `differences` found."""
    drawings = {"d_forward": turn_of_d(lesson, say), "through": turn_of_g(lesson, say)}
    sections = [
        _section(f"{i}. {say(f'{name}.title')}", lesson, name, drawings.get(name, ""), say)
        for i, name in enumerate(lesson.parts, 1)
    ]
    rows = [(name, f"{difference:.1e}") for name, difference in apart.items()]
    checked = parts.section(
        f"{len(sections) + 1}. {say('check.title')}",
        parts.paragraphs(verdict(apart, say)),
        parts.table((say("check.name"), say("check.difference")), rows),
    )
    style = f"<style>\n{CSS.read_text(encoding='utf-8')}</style>"
    reading = parts.paragraphs(f"{say('reading')}\n\n{say('draw.heat')}")
    return document(
        say("title"),
        say("lede"),
        "\n".join([style, *sections, checked]),
        beneath=f'<div class="reading">{reading}</div>',
        lang=say.lang,
    )


def _section(title: str, lesson: Lesson, name: str, drawing: str, say: Words) -> str:
    said = parts.paragraphs("\n\n".join(prose(lesson, name, say)))
    lines = lesson.parts[name]
    if name in WEIGHTS:
        each = (_matrix(line.values["only"], f"{_formula(line)} {line.shapes}") for line in lines)
        shown = f'<div class="matrices">{"".join(each)}</div>'
    else:
        shown = "\n".join(_worked(line, say) for line in lines)
    return parts.section(title, said, drawing, shown)


def _worked(line: Line, say: Words) -> str:
    """A formula with its shapes, beside it the matrices that it gives."""
    matrices = "".join(
        _matrix(array, "" if column == "only" else say(column), COLUMNS.get(column, ""))
        for column, array in line.values.items()
    )
    return (
        f'<div class="work"><p class="formula">{escape(_formula(line))} '
        f'<small>{escape(line.shapes)}</small></p><div class="matrices">{matrices}</div></div>'
    )


def _formula(line: Line) -> str:
    return f"{line.name} = {line.formula}" if line.formula else line.name


def _matrix(array: Array, caption: str, colour: str = "") -> str:
    """A matrix as a small table, tinted by the size of its numbers."""
    most = float(np.abs(array).max()) or 1.0
    rows = "".join(
        f"<tr>{''.join(_cell(v, text, most) for v, text in zip(values, texts, strict=True))}</tr>"
        for values, texts in zip(array, written(array), strict=True)
    )
    mark = f'<span class="key {colour}">{escape(caption)}</span>' if colour else escape(caption)
    above = f"<figcaption>{mark}</figcaption>" if caption else ""
    return f'<figure>{above}<table class="matrix">{rows}</table></figure>'


def _cell(value: float, text: str, most: float) -> str:
    if value == 0:
        return f"<td>{text}</td>"
    much = round(FULL * abs(value) / most)
    return f'<td class="{"above" if value > 0 else "below"}" style="--much:{much}%">{text}</td>'
