"""`ganvas explain mlp`: back-propagation as matrices, for a two-layer G and D."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal

from ganvas import files, flags
from ganvas.lessons.matrices import Lesson, Setting, lesson
from ganvas.pages import check_place


@dataclass(frozen=True, kw_only=True)
class ExplainMlp(Setting):
    """One step of a two-layer G and D as matrices, with every shape, held against autograd."""

    lang: Literal["en", "ko"] = "en"
    """The language of the words."""
    json: bool = False
    """All numbers as JSON in place of the text."""
    html: Path | None = None
    """A page with the matrices and the error's way drawn, written here in place of the text."""


def main(argv: list[str]) -> int:
    """Runs `ganvas explain mlp`."""
    args = flags.parse(ExplainMlp, argv, "explain mlp")
    check_place(args.html)
    from ganvas.lessons.matrices_autograd import differences
    from ganvas.lessons.matrices_text import text
    from ganvas.words import Words

    step, words = lesson(args), Words("explain_mlp", args.lang)
    apart = differences(step)
    if args.html is not None:
        from ganvas.lessons.matrices_page import page

        files.replace(args.html, page(step, apart, words).encode())
    if args.json:
        print(numbers(step, apart))
    elif args.html is not None:
        print(args.html)
    else:
        print(text(step, apart, words))
    return 0


def numbers(step: Lesson, apart: dict[str, float]) -> str:
    """All numbers as JSON: the setting, every line by part, and how far autograd is from them."""
    found = {
        "setting": {field.name: getattr(step.setting, field.name) for field in fields(Setting)},
        "parts": {part: [asdict(line) for line in lines] for part, lines in step.parts.items()},
        "after": step.after,
        "autograd": apart,
    }
    return json.dumps(found, indent=1, allow_nan=False, ensure_ascii=False, default=_rows)


def _rows(matrix: Any) -> Any:
    """A matrix as a list of rows."""
    return matrix.tolist()
