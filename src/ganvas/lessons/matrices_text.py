"""The matrices for the terminal: each formula, its shapes, and the numbers below it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from rich.cells import cell_len, set_cell_size

from ganvas.lessons.formula import Array
from ganvas.lessons.matrices import Lesson, Line
from ganvas.lessons.prose import WIDTH, wrapped
from ganvas.words import Words

EXACT = 1e-9
"""Above what float64 leaves between a formula and autograd, far below any slip."""


def text(lesson: Lesson, apart: dict[str, float], say: Words) -> str:
    """The whole step; `apart` is what `differences` found."""
    out = [say("title"), "", *wrapped(say("lede")), "", *wrapped(say("reading"))]
    for count, (name, lines) in enumerate(lesson.parts.items(), 1):
        out += ["", f"{count}. {say(name + '.title')}", ""]
        out += [line for part in prose(lesson, name, say) for line in (*wrapped(part, 3), "")]
        out += _flowing([_block(line, say) for line in lines])
    checked = wrapped(verdict(apart, say), 3)
    return "\n".join([*out, "", f"{len(lesson.parts) + 1}. {say('check.title')}", "", *checked])


def prose(lesson: Lesson, part: str, say: Words) -> Iterator[str]:
    """What is said of a part, in paragraphs."""
    loss = "L_D" if part == "d_step" else "L_G"
    yield say(
        f"{part}.text",
        seed=lesson.setting.seed,
        lr=f"{lesson.setting.lr:.12g}",
        before=f"{lesson.found[loss].item():.4f}",
        after=f"{lesson.after[loss]:.4f}",
    )
    if part == "d_backward":
        yield say("d_backward.half")
    if part == "through":
        yield say(f"through.{lesson.setting.loss}")


def verdict(apart: dict[str, float], say: Words) -> str:
    """Whether autograd agrees, and how far it is off at most."""
    worst = max(apart.values())
    return say("check.text" if worst < EXACT else "check.differs", difference=f"{worst:.1e}")


def written(array: Array) -> list[list[str]]:
    """The numbers of a matrix: four decimals, fewer where fewer are exact, a plain 0."""
    exact = (d for d in range(4) if np.allclose(array, array.round(d), rtol=0, atol=1e-12))
    decimals = next(exact, 4)
    return [[_number(value, decimals) for value in row] for row in array]


def _number(value: float, decimals: int) -> str:
    if value == 0:
        return "0"
    shown = f"{value:.{decimals}f}"
    if not float(shown):
        shown = f"{value:.0e}".replace("e-0", "e-")
    return shown.replace("-", "−")


def _block(line: Line, say: Words) -> list[str]:
    """A line of the lesson: the formula with its shapes, below it the matrices by column."""
    formula = f"{line.name} = {line.formula}" if line.formula else line.name
    columns = []
    for column, array in line.values.items():
        rows = written(array)
        wide = max(len(cell) for row in rows for cell in row)
        drawn = [f"[ {'  '.join(cell.rjust(wide) for cell in row)} ]" for row in rows]
        columns.append(drawn if column == "only" else [say(column), *drawn])
    return [f"{formula}   {line.shapes}", *_flowing(columns, indent=0, gap=3)]


def _flowing(blocks: list[list[str]], indent: int = 3, gap: int = 4) -> list[str]:
    """Blocks side by side as long as they fit, then below each other, an empty line between."""
    out: list[str] = []
    while blocks:
        taken = _fitting(blocks, WIDTH - 3, gap)
        row, blocks = blocks[:taken], blocks[taken:]
        widths = [max(map(cell_len, block)) for block in row]
        if out:
            out.append("")
        for i in range(max(map(len, row))):
            cells = (block[i] if i < len(block) else "" for block in row)
            line = (" " * gap).join(set_cell_size(c, w) for c, w in zip(cells, widths, strict=True))
            out.append((" " * indent + line).rstrip())
    return out


def _fitting(blocks: list[list[str]], width: int, gap: int) -> int:
    """How many of the first blocks stand in one row; at least one."""
    used = -gap
    for count, block in enumerate(blocks):
        used += max(map(cell_len, block)) + gap
        if count and used > width:
            return count
    return len(blocks)
