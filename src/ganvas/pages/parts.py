"""The few pieces of HTML that the page is made of; every text that comes in is escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from ganvas.pages.embed import Embedded


def section(title: str, *parts: str) -> str:
    """A section of the page; empty where all its parts are."""
    body = "\n".join(part for part in parts if part)
    return f"<section>\n<h2>{escape(title)}</h2>\n{body}\n</section>" if body else ""


def paragraphs(text: str) -> str:
    """Text as paragraphs, parted at empty lines."""
    return "".join(f"<p>{escape(part)}</p>\n" for part in text.split("\n\n") if part)


def beside(plot: str, words: str) -> str:
    """A plot with what to look at beside it, or below it on a narrow screen."""
    aside = f'<div class="words">{paragraphs(words)}</div>'
    return f'<div class="beside"><figure>{plot}</figure>{aside}</div>'


def legend(entries: Iterable[tuple[str, str]], note: str = "") -> str:
    """The names of a plot's curves, each with its colour, and what else to know of the plot."""
    keys = (f'<span class="key {colour}">{escape(label)}</span>' for label, colour in entries)
    return f'<p class="legend">{" ".join(keys)}<small>{escape(note)}</small></p>'


def picture(image: Embedded, alt: str, caption: str, kind: str = "") -> str:
    """A picture with its caption; `kind` is `real`, `fake` or nothing."""
    mark = f'<span class="key {kind}">{escape(caption)}</span>' if kind else escape(caption)
    return (
        f'<figure><img src="{image.uri}" alt="{escape(alt)}" width="{image.width}" '
        f'height="{image.height}"><figcaption>{mark}</figcaption></figure>'
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose first column names its rows."""
    top = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "\n".join(
        f'<tr><th scope="row">{escape(name)}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        + "</tr>"
        for name, *cells in rows
    )
    thead = f"<thead><tr>{top}</tr></thead>" if head else ""
    return f'<div class="wide"><table>{thead}<tbody>\n{body}\n</tbody></table></div>'


def folded(title: str, text: str) -> str:
    """A long text behind its title."""
    return f"<details><summary>{escape(title)}</summary><pre>{escape(text)}</pre></details>"


def command(text: str) -> str:
    """A line for the shell."""
    return f"<pre><code>{escape(text)}</code></pre>"
