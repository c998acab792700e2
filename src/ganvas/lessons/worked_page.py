"""The worked example as a page: each step's formulas below its drawing of the two networks."""

from __future__ import annotations

from html import escape

from ganvas.lessons import worked_drawing as draw
from ganvas.lessons.worked_figures import swatch, web
from ganvas.lessons.worked_text import Lesson, Part, checked, parts, table
from ganvas.pages import document
from ganvas.pages.parts import paragraphs, section
from ganvas.pages.parts import table as rows


def page(lesson: Lesson) -> str:
    """The whole example as HTML; equal examples give equal pages."""
    say = lesson.say
    sections = [_step(lesson, part) for part in parts(lesson)]
    if len(lesson.rounds) > 1:
        sections.append(_later(lesson))
    check = (paragraphs(checked(lesson)), paragraphs(say("check.repeat")))
    sections.append(section(say("check.title"), *check))
    credit = f'<p class="about">{escape(say("credit"))}</p>'
    body = "\n".join([draw.STYLE, *sections])
    return document(say("title"), say("lede"), body, beneath=credit, lang=say.lang)


def _step(lesson: Lesson, part: Part) -> str:
    lines = escape("\n".join(part.lines))
    return section(
        lesson.say(f"{part.name}.title"),
        _drawing(lesson, part.name),
        f"<pre>{lines}</pre>",
        paragraphs("\n\n".join(part.remarks)),
    )


def _drawing(lesson: Lesson, step: str) -> str:
    """What is drawn above a step's formulas; nothing for some."""
    say = lesson.say
    if step == "forward":
        return _figure(draw.forward(lesson), say("draw.forward"))
    if step == "slope":
        return _figure(draw.backward(lesson), say("draw.backward"))
    if step == "pass":
        return _figure(draw.through(lesson), say("draw.through"))
    if step == "learn":
        first = lesson.rounds[0]
        seen = web(first.fake.x) != web(first.made.g)
        return _figure(draw.colours(lesson), say("draw.colours" if seen else "draw.unseen"))
    return ""


def _later(lesson: Lesson) -> str:
    rounds = len(lesson.rounds)
    head, *body = table(lesson)
    remark = lesson.say("later.remark", rounds=rounds, g=swatch(lesson.rounds[-1].made.g))
    return section(
        lesson.say("later.title", rounds=rounds),
        _figure(draw.path(lesson), lesson.say("later.path")),
        rows(head, body),
        paragraphs(remark),
    )


def _figure(svg: str, caption: str) -> str:
    return f'<figure class="step">{svg}<figcaption>{escape(caption)}</figcaption></figure>'
