"""The table of the Dirac-GAN in words and short numbers, for the terminal and the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from ganvas.theory.dirac import Setting, Variant
from ganvas.theory.dirac_table import Eigenvalues, End, Late, Row
from ganvas.words import Words

SIGNS = {"converges": "↓", "creeps": "↘", "orbits": "→", "diverges": "↑"}
"""By the names of `verdict`."""


def label(variant: Variant, words: Words) -> str:
    """The variant's name with its numbers."""
    return words(f"name.{variant.name}", **asdict(variant))


def ended(end: End) -> str:
    """Distance and sign: 1.42 →."""
    return f"{number(end.distance)} {SIGNS[end.verdict]}"


def cells(row: Row, words: Words) -> list[str]:
    """A row of the table: name, eigenvalues, whether proved, how each schedule ended."""
    proved = words("proved.yes" if row.variant.converges else "proved.no")
    ends = [ended(end) for end in row.ends.values()]
    return [label(row.variant, words), spoken(row.eigenvalues), proved, *ends]


def head(row: Row, words: Words) -> list[str]:
    """What stands above `cells`."""
    names = ("eigenvalues", "proved", *row.ends)
    return ["", *(words(f"column.{name}") for name in names)]


def given(setting: Setting, words: Words) -> str:
    """How the games were played, and what the numbers are."""
    theta, psi = (f"{x:g}" for x in setting.start)
    return words("setting", steps=f"{setting.steps:,}", lr=f"{setting.lr:g}", theta=theta, psi=psi)


def checked(rows: Sequence[Row], words: Words) -> str:
    """That the library and the paper agree, or with which rows they do not."""
    wrong = [label(row.variant, words) for row in rows if not row.agrees]
    return words("check.bad", names="; ".join(wrong)) if wrong else words("check.good")


def crept(late: Sequence[Late], words: Words) -> str:
    """How slow creeping is, in one sentence; empty where the play ran away."""
    if not late:
        return ""
    return words(
        "decay.line",
        steps=", ".join(f"{each.steps:,}" for each in late),
        measured=", ".join(number(each.distance) for each in late),
        law=", ".join(number(each.law) for each in late),
    )


def number(value: float) -> str:
    """Three digits that matter, two where it is tiny: 1.40, 0.0703, 2.3e-7."""
    text = f"{value:#.3g}" if value >= 1e-3 or value == 0 else f"{value:.1e}"
    return text.replace("e-0", "e-").replace("e+0", "e").replace("-", "−")


def spoken(pair: Eigenvalues | None) -> str:
    """Two eigenvalues as written by hand: −0.15 ± 0.477i, or ± 0.5i, or −0.134, −1.866."""
    if pair is None:
        return "–"
    first, second = pair
    if first.imag:
        middle = f"{first.real:.4g} " if abs(first.real) > 1e-6 else ""
        return f"{middle}± {first.imag:.4g}i".replace("-", "−")
    return f"{first.real:.4g}, {second.real:.4g}".replace("-", "−")
