"""Pages made for reading: single files that need nothing but a browser."""

from __future__ import annotations

from html import escape
from pathlib import Path

from ganvas.errors import UsageError

CSS = Path(__file__).with_name("page.css")
POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'"
)
"""No script runs and nothing is fetched, whatever a name in the page may hold."""


def check_place(path: Path | None) -> None:
    """Raises UsageError where no page can be written to `path`; said before the work, not after."""
    if path is not None and not path.parent.is_dir():
        raise UsageError(f"--html {path}: the folder {path.parent} does not exist.")
    if path is not None and path.is_dir():
        raise UsageError(f"--html {path}: that is a folder; name a file in it.")


def document(title: str, lede: str, body: str, *, beneath: str = "", lang: str = "en") -> str:
    """A whole page as HTML, light or dark as the reader's browser is.

    Args:
        title: of the window and the page, plain text.
        lede: what the page says, in a sentence; plain text.
        body: its sections, as HTML; see `pages.parts`.
        beneath: what stands below the lede, as HTML.
        lang: the language of the text, such as `en` or `ko`.
    """
    return f"""<!DOCTYPE html>
<html lang="{escape(lang)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)}</title>
<style>
{CSS.read_text(encoding="utf-8")}</style>
</head>
<body>
<header>
<h1>{escape(title)}</h1>
<p class="lede">{escape(lede)}</p>
{beneath}
</header>
<main>
{body}
</main>
</body>
</html>
"""
