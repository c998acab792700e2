"""Prose for a terminal, in languages whose letters take one column or two."""

from __future__ import annotations

from rich.cells import cell_len

WIDTH = 96
"""Columns of a lesson on a terminal."""


def wrapped(prose: str, indent: int = 0) -> list[str]:
    """Prose as lines of at most `WIDTH` columns; a Korean letter takes two."""
    lines = [""]
    for word in prose.split():
        if lines[-1] and indent + cell_len(f"{lines[-1]} {word}") > WIDTH:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return [" " * indent + line for line in lines]
