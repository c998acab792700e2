"""`ganvas explain`: the worked example step by step, and `ganvas explain mlp`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ganvas import flags
from ganvas.errors import unknown
from ganvas.lessons.worked import Example, play
from ganvas.pages import check_place

if TYPE_CHECKING:
    from ganvas.lessons.worked_text import Lesson


@dataclass(frozen=True, kw_only=True)
class Explain(Example):
    """A GAN's round on paper: forward, losses, chain rule, D's update, G's gradient and update.

    The defaults are the numbers of the lecture slides "Deep Learning 101: GAN" by 신박AI. With two
    layers and matrices: `ganvas explain mlp`.
    """

    lang: Literal["en", "ko"] = "en"
    """The language of the words."""
    json: bool = False
    """All numbers as JSON in place of the text."""
    html: Path | None = None
    """A page with the networks drawn, written here in place of the text."""


def main(argv: list[str]) -> int:
    """Runs `ganvas explain`."""
    if argv[:1] == ["mlp"]:
        from ganvas.cli import explain_mlp

        return explain_mlp.main(argv[1:])
    if argv and not argv[0].startswith("-"):
        raise unknown("lesson", argv[0], ["mlp"])
    args = flags.parse(Explain, argv, "explain")
    check_place(args.html)
    rounds = play(args)
    from ganvas import files
    from ganvas.lessons.worked_check import autograd, notes
    from ganvas.lessons.worked_page import page
    from ganvas.lessons.worked_text import Lesson, text
    from ganvas.words import Words

    words = Words("explain", args.lang)
    lesson = Lesson(args, rounds, notes(args), autograd(args, rounds), words)
    if args.html is not None:
        files.replace(args.html, page(lesson).encode())
    if args.json:
        print(numbers(lesson))
    elif args.html is not None:
        print(args.html)
    else:
        _show(text(lesson))
    return 0


def numbers(lesson: Lesson) -> str:
    """All numbers as JSON: the example, the rounds, the lecture's notes, autograd's gradients."""
    found = {
        "example": {field.name: getattr(lesson.example, field.name) for field in fields(Example)},
        "rounds": lesson.rounds,
        "notes": lesson.notes,
        "autograd": lesson.autograd,
    }
    return json.dumps(found, indent=1, allow_nan=False, default=vars)


def _show(text: str) -> None:
    """Prints the text, each colour's name on that colour where the terminal can."""
    from rich.console import Console
    from rich.text import Text

    shown = Text(text)
    for name in re.finditer("#[0-9a-f]{6}", text):
        light = sum(int(name[0][i : i + 2], 16) for i in (1, 3, 5)) > 384
        shown.stylize(f"{'black' if light else 'white'} on {name[0]}", *name.span())
    Console(highlight=False).print(shown, soft_wrap=True)
