"""The page of a run as a browser would find it."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

from ganvas import report

VOID = {"meta", "img", "br", "path", "use"}


class Page(HTMLParser):
    """What a browser would find: tags in balance, references, headings, ids."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.headings: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] == "h2":
            self.headings.append(data)

    def all(self, attribute: str) -> list[str]:
        return [attrs[attribute] or "" for _, attrs in self.tags if attribute in attrs]


def page(folder: Path) -> Page:
    """The page about the run in `folder`, whose tags must all be closed."""
    parsed = Page(report.write(folder).read_text(encoding="utf-8"))
    assert parsed.open == []
    return parsed
