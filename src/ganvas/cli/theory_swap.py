"""`ganvas theory swap`: G to its optimum against a frozen D, and what becomes of its samples."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ganvas import flags

if TYPE_CHECKING:
    from ganvas.theory.swap import Exchange
    from ganvas.words import Words

PAGE = Path("theory-swap.html")


@dataclass(frozen=True, kw_only=True)
class TheorySwap:
    """Min and max exchanged: G goes to its optimum against a frozen D; its modes are counted."""

    steps: int = 800
    """Steps of G, against the frozen D and alternating."""
    seed: int = 0
    """Of the first weights, the noise and the order of the data."""
    lang: Literal["en", "ko"] = "en"
    """The language of the words."""
    json: bool = False
    """All numbers as JSON in place of the text."""
    html: Path | None = None
    """The page with the pictures: theory-swap.html, or with --json only where it is named."""


def main(argv: list[str]) -> int:
    """Runs `ganvas theory swap`."""
    args = flags.parse(TheorySwap, argv, "theory swap")
    from ganvas import files
    from ganvas.cli.theory_training import place, progress
    from ganvas.theory.swap import exchange
    from ganvas.theory.swap_page import page
    from ganvas.words import Words

    words = Words("theory_swap", args.lang)
    out = place(args.html, PAGE, args.json)
    with progress(words("training")) as tell:
        found = exchange(args.steps, args.seed, tell)
    if out is not None:
        files.replace(out, page(found, words).encode())
    if args.json:
        print(json.dumps(numbers(found), indent=1, allow_nan=False))
    else:
        _show(found, words)
        print(out)
    return 0


def numbers(found: Exchange) -> dict[str, Any]:
    """All numbers: the three clouds with their samples, the frozen D's peak, V in both orders."""
    from ganvas.theory.swap_page import CLOUDS
    from ganvas.theory.value import EVEN

    clouds = {name: getattr(found, name) for name in CLOUDS}
    return {
        "steps": found.steps,
        "seed": found.seed,
        "clouds": {
            name: {
                "modes": cloud.modes,
                "near": cloud.near,
                "spread": cloud.spread,
                "value": cloud.value._asdict(),
                "samples": cloud.x.tolist(),
            }
            for name, cloud in clouds.items()
        },
        "peak": found.peak,
        "floor": found.floor,
        "ceiling": found.ceiling._asdict(),
        "even": EVEN,
    }


def _show(found: Exchange, words: Words) -> None:
    """Prints what happened, and the numbers."""
    from rich.console import Console

    from ganvas.cli.theory_training import numbered
    from ganvas.theory.swap_page import cells, head, lede, orders

    console = Console(highlight=False)
    console.print(words("title"), style="bold")
    console.print(f"\n{lede(found, words)}\n")
    console.print(numbered(head(words), cells(found, words)))
    console.print(f"\n{words('numbers.words')}\n")
    console.print(numbered(("", "V"), orders(found, words)))
    console.print(f"\n{words('orders.lesson')}")
