"""The worked example in steps: each line the formula, the numbers put in, and the result."""

from __future__ import annotations

from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from ganvas.lessons.prose import wrapped
from ganvas.lessons.worked import FED, Example, Fed, Judged, Numbers, Round
from ganvas.lessons.worked_check import Autograd, Notes
from ganvas.lessons.worked_figures import (
    bracketed,
    factor,
    given,
    given_vector,
    number,
    swatch,
    vector,
    web,
)
from ganvas.words import Words


class Part(NamedTuple):
    """One step on paper."""

    name: str
    """Its key among the words, such as `forward`."""
    lines: list[str]
    """Formulas, numbers and results."""
    remarks: list[str]
    """What to see in them, a sentence or a few each."""


class Lesson(NamedTuple):
    """All that is said: the rounds, what they were held against, and the language."""

    example: Example
    rounds: list[Round]
    notes: Notes | None
    autograd: Autograd
    say: Words


def text(lesson: Lesson) -> str:
    """The whole example for the terminal."""
    say = lesson.say
    out = [say("title"), "", *wrapped(say("lede")), "", *wrapped(say("credit"))]
    for i, part in enumerate(parts(lesson), 1):
        out += ["", f"{i}. {say(part.name + '.title')}", ""]
        out += [f"   {line}".rstrip() for line in part.lines]
        out += [line for remark in part.remarks for line in ("", *wrapped(remark, 3))]
    if len(lesson.rounds) > 1:
        rounds = len(lesson.rounds)
        g = swatch(lesson.rounds[-1].made.g)
        out += ["", say("later.title", rounds=rounds), "", *_table(table(lesson))]
        out += ["", *wrapped(say("later.remark", rounds=rounds, g=g))]
    return "\n".join([*out, "", *wrapped(checked(lesson)), "", *wrapped(say("check.repeat"))])


def parts(lesson: Lesson) -> list[Part]:
    """The first round, step by step."""
    steps = (_start, _forward, _losses, _slope, _move, _pass, _learn)
    return [step(lesson) for step in steps]


def channels(lesson: Lesson) -> list[str]:
    """The channels' names: red, green, blue, or 1, 2, … where there are not three."""
    names = lesson.say("channels").split()
    n = len(lesson.example.v)
    return names if n == len(names) else [str(i + 1) for i in range(n)]


def checked(lesson: Lesson) -> str:
    """How far autograd's gradients are from the formulas'."""
    difference = lesson.autograd.difference
    key = "check.remark" if difference < 1e-6 else "check.differs"
    return lesson.say(key, difference=f"{difference:.1e}".replace("-", "−"))


def milestones(rounds: list[Round]) -> list[Round]:
    """All rounds where they are few, else 1, 2, 5, 10, 20, … and the last."""
    if len(rounds) <= 12:
        return rounds
    last = rounds[-1]
    return [r for r in rounds if str(r.number).rstrip("0") in ("1", "2", "5") or r is last]


def table(lesson: Lesson) -> list[list[str]]:
    """What rounds start from, a row each below the head: colour, D's words, losses."""
    say, coin = lesson.say, lesson.example.feed == "coin"
    head = [say("round"), *([say("fed")] if coin else []), *channels(lesson), say("colour")]
    rows = [[*head, "D(x)", "D(G(z))", "D/real", "D/fake", "G/fake"]]
    for r in milestones(lesson.rounds):
        fed = [say(f"later.{r.fed}")] if coin else []
        values = (r.real.d, r.fake.d, r.real.loss, r.fake.loss, r.loss_g)
        shown = [*map(number, r.fake.x), web(r.fake.x), *map(number, values)]
        rows.append([str(r.number), *fed, *shown])
    return rows


def _start(lesson: Lesson) -> Part:
    e = lesson.example
    lists = {"v": e.v, "w": e.w, "x": e.real}
    line = [f"z = {given(e.z)}", *(f"{k} = {given_vector(n)}" for k, n in lists.items())]
    return Part("start", ["    ".join([*line, f"η = {given(e.lr)}"])], [lesson.say("start.remark")])


def _forward(lesson: Lesson) -> Part:
    r = lesson.rounds[0]
    z, say = factor(lesson.example.z), lesson.say
    colour = [
        f"σ({factor(v)} · {z}) = σ({number(a)}) = {number(g)}"
        for v, a, g in zip(r.v, r.a, r.fake.x)
    ]
    lines = ["G(z) = σ(v·z)", *_named(lesson, colour)]
    for name, seen in (("D(x) = σ(w·x)", r.real), ("D(G(z)) = σ(w·G(z))", r.fake)):
        show = given if seen is r.real else number
        terms = " + ".join(f"{factor(w)}·{bracketed(show(x))}" for w, x in zip(r.w, seen.x))
        lines += ["", name, f"  σ({terms})", f"  = σ({number(seen.s)}) = {number(seen.d)}"]
    remarks = [say("forward.remark")]
    if r.fake.d > r.real.d:
        remarks[0] += f" {say('forward.naive')}"
    if (notes := lesson.notes) is not None:
        values = {"real": f"{notes.d_real:.2f}", "fake": f"{notes.d_fake:.2f}"}
        remarks.append(say("forward.notes", g=vector(notes.g, 2), **values))
    return Part("forward", lines, remarks)


def _losses(lesson: Lesson) -> Part:
    r = lesson.rounds[0]
    real, fake = number(r.real.d), number(r.fake.d)
    lines = [
        f"D/real = −log D(x)          = −log {real}       = {number(r.real.loss)}",
        f"D/fake = −log(1 − D(G(z)))  = −log(1 − {fake})  = {number(r.fake.loss)}",
        f"G/fake = −log D(G(z))       = −log {fake}       = {number(r.loss_g)}",
    ]
    return Part("losses", lines, [lesson.say("losses.remark")])


def _slope(lesson: Lesson) -> Part:
    r = lesson.rounds[0]

    def side(name: str, chain: str, short: str, error: str, x: str, seen: Judged) -> list[str]:
        indent = " " * len(f"{name}  ∂L/∂w")
        return [
            f"{name}  ∂L/∂w = ∂L/∂D · ∂D/∂s · ∂s/∂w = {chain} = {short}",
            f"{indent} = {error} · {x} = {vector(seen.gradient)}",
        ]

    d, g = number(r.real.d), number(r.fake.d)
    real = ("−1/D(x) · D(x)(1 − D(x)) · x", "−(1 − D(x)) · x", f"−(1 − {d})")
    fake = ("1/(1 − D) · D(1 − D) · G(z)", "D(G(z)) · G(z)", g)
    lines = [
        *side("D/real", *real, given_vector(r.real.x), r.real),
        "",
        *side("D/fake", *fake, vector(r.fake.x), r.fake),
    ]
    remarks = [lesson.say("slope.remark")]
    if (notes := lesson.notes) is not None:
        found = {"real": vector(notes.gradient_real, 2), "fake": vector(notes.gradient_fake, 3)}
        remarks.append(lesson.say("slope.notes", d=f"{notes.d_real:.2f}", **found))
    return Part("slope", lines, remarks)


def _move(lesson: Lesson) -> Part:
    r = lesson.rounds[0]
    say, lr = lesson.say, given(lesson.example.lr)
    lines = ["w* = w − η · ∂L/∂w"]
    for fed in _shown(r):
        update = r.updates[fed]
        mark = f"  {say('move.made')}" if fed == r.fed else ""
        slopes = [bracketed(number(each)) for each in update.gradient]
        if fed == "both":
            pairs = zip(r.real.gradient, r.fake.gradient)
            slopes = [f"({number(real)} + {number(fake)})" for real, fake in pairs]
        moved = [
            f"{given(w)} − {lr} · {slope} = {number(new)}"
            for w, slope, new in zip(r.w, slopes, update.w)
        ]
        lines += ["", f"{say('move.' + fed)}{mark}", *_named(lesson, moved)]
    remarks = [say("move.remark")]
    if lesson.notes is not None:
        exact, printed = vector(r.updates["fake"].w), vector(lesson.notes.w, 3)
        remarks.append(say("move.notes", exact=exact, printed=printed))
    return Part("move", lines, remarks)


def _pass(lesson: Lesson) -> Part:
    r, say = lesson.rounds[0], lesson.say
    made, d = r.made, number(r.made.d)
    lines = [
        "∂L/∂v = ∂L/∂D · ∂D/∂G · ∂G/∂v = −(1 − D(G(z))) · w* · G(z)(1 − G(z)) · z",
        "",
        f"{say('pass.' + r.fed)}, {say('pass.recomputed')}  {say('pass.result')}",
        f"  D(G(z)) = σ(w*·G(z)) = σ({number(made.s)}) = {d}",
        *_chain(lesson, d, *_numbers(made.w, r.fake.x, made.gradient_v)),
        *_compared(lesson),
    ]
    remarks = [say("pass.remark", old=number(r.fake.d))]
    if (notes := lesson.notes) is not None:
        remarks.append(say("pass.notes", printed=vector(notes.gradient_v_printed, 3)))
    return Part("pass", lines, remarks)


def _compared(lesson: Lesson) -> list[str]:
    """G's gradient where D moves otherwise or the old D(G(z)) is kept, and as in the notes."""
    r, say, lines = lesson.rounds[0], lesson.say, []
    for fed in _shown(r):
        update = r.updates[fed]
        ways = {
            "recomputed": (update.d, update.gradient_v),
            "kept": (r.fake.d, update.gradient_v_kept),
        }
        for way, (d, gradient) in ways.items():
            if (fed, way) != (r.fed, "recomputed"):
                columns = _numbers(update.w, r.fake.x, gradient)
                lines += ["", f"{say('pass.' + fed)}, {say('pass.' + way)}"]
                lines += _chain(lesson, number(d), *columns)
    if (notes := lesson.notes) is not None:
        gradient = tuple(round(each, 4) for each in notes.gradient_v)
        columns = [[given(each) for each in column] for column in (notes.w, notes.g, gradient)]
        lines += ["", f"{say('pass.fake')}, {say('pass.rounded')}"]
        lines += _chain(lesson, f"{notes.d_fake:.2f}", *columns)
    return lines


def _chain(lesson: Lesson, d: str, w: list[str], g: list[str], gradient: list[str]) -> list[str]:
    """The chain rule with numbers put in, a line for each channel."""
    z = factor(lesson.example.z)
    return _named(
        lesson,
        [
            f"−(1 − {d}) · {bracketed(wi)} · {gi} · (1 − {gi}) · {z} = {slope}"
            for wi, gi, slope in zip(w, g, gradient)
        ],
    )


def _numbers(*columns: Numbers) -> list[list[str]]:
    return [[number(each) for each in column] for column in columns]


def _learn(lesson: Lesson) -> Part:
    r = lesson.rounds[0]
    made, lr, z = r.made, given(lesson.example.lr), factor(lesson.example.z)
    moved = [
        f"{given(v)} − {lr} · {bracketed(number(slope))} = {number(new)}    "
        f"σ({bracketed(number(new))} · {z}) = {number(g)}"
        for v, slope, new, g in zip(r.v, made.gradient_v, made.v, made.g)
    ]
    lines = ["v* = v − η · ∂L/∂v    G(z) = σ(v*·z)", *_named(lesson, moved), ""]
    lines += [f"G(z) = {swatch(r.fake.x)}  →  {swatch(made.g)}"]
    remarks = [lesson.say("learn.remark" if lesson.example.z else "learn.zero")]
    if lesson.notes is not None:
        remarks.append(lesson.say("learn.notes"))
    return Part("learn", lines, remarks)


def _shown(r: Round) -> list[Fed]:
    """The updates to compare: full and fake only, and real only where it is made."""
    return [fed for fed in FED if fed in ("both", "fake", r.fed)]


def _named(lesson: Lesson, lines: list[str]) -> list[str]:
    names = channels(lesson)
    wide = max(map(cell_len, names))
    return [f"  {set_cell_size(name, wide)}  {line}" for name, line in zip(names, lines)]


def _table(rows: list[list[str]]) -> list[str]:
    wide = [max(map(cell_len, column)) for column in zip(*rows)]
    return [
        "   " + "  ".join(" " * (w - cell_len(cell)) + cell for cell, w in zip(row, wide))
        for row in rows
    ]
