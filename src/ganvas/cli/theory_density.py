"""`ganvas theory density`: the figure of the 2014 paper, by training a GAN on a line."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ganvas import flags

if TYPE_CHECKING:
    from ganvas.theory.density import Stage, Training
    from ganvas.words import Words

PAGE = Path("theory-density.html")


@dataclass(frozen=True, kw_only=True)
class TheoryDensity:
    """The 2014 paper's four stages, by training: p_data, p_g, D beside D*, and V against -log 4."""

    steps: int = 1200
    """Steps of both players; D moves alone before."""
    seed: int = 0
    """Of the first weights, the noise and the order of the data."""
    lang: Literal["en", "ko"] = "en"
    """The language of the words."""
    json: bool = False
    """All numbers as JSON in place of the text."""
    html: Path | None = None
    """The page with the figure: theory-density.html, or with --json only where it is named."""


def main(argv: list[str]) -> int:
    """Runs `ganvas theory density`."""
    args = flags.parse(TheoryDensity, argv, "theory density")
    from ganvas import files
    from ganvas.cli.theory_training import place, progress
    from ganvas.theory.density import train
    from ganvas.theory.density_page import page
    from ganvas.words import Words

    words = Words("theory_density", args.lang)
    out = place(args.html, PAGE, args.json)
    with progress(words("training")) as tell:
        training = train(args.steps, args.seed, tell)
    if out is not None:
        files.replace(out, page(training, words).encode())
    if args.json:
        print(json.dumps(numbers(training), indent=1, allow_nan=False))
    else:
        _show(training, words)
        print(out)
    return 0


def numbers(training: Training) -> dict[str, Any]:
    """All numbers: the bins, the curves of the stages, and V at every look."""
    from ganvas.theory.density import CENTRES, p_data
    from ganvas.theory.value import EVEN

    return {
        "steps": training.steps,
        "seed": training.seed,
        "x": CENTRES.tolist(),
        "p_data": p_data().tolist(),
        "stages": [_stage(stage) for stage in training.stages],
        "value": [
            {"step": look.step, **look.value._asdict(), "ceiling": look.ceiling}
            for look in training.looks
        ],
        "even": EVEN,
    }


def _stage(stage: Stage) -> dict[str, Any]:
    return {
        "name": stage.name,
        "step": stage.step,
        "distance": stage.distance,
        "gap": stage.gap,
        "doubt": stage.doubt,
        "p_g": stage.p_g.tolist(),
        "d": stage.d.tolist(),
        "best": [best if seen else None for best, seen in zip(stage.best.tolist(), stage.seen)],
        "arrows": stage.arrows.tolist(),
    }


def _show(training: Training, words: Words) -> None:
    """Prints the numbers of the four stages."""
    from rich.console import Console

    from ganvas.cli.theory_training import numbered
    from ganvas.theory.density_page import cells, head
    from ganvas.theory.value import EVEN, signed

    console = Console(highlight=False)
    value, error = training.stages[-1].value
    line = words("numbers.line", value=signed(value), error=signed(error), even=signed(EVEN))
    console.print(words("title"), style="bold")
    console.print()
    console.print(numbered(head(words), cells(training, words)))
    console.print(f"\n{words('numbers.words')}\n\n{line}")
