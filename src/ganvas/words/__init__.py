"""What ganvas says to learners, a TOML file a page and language: `explain.en.toml`, `….ko.toml`.

Every language has the same keys, and the same `{names}` in each text; a test compares them.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from ganvas.errors import unknown

HERE = Path(__file__).parent
LANGUAGES = ("en", "ko")


class Words:
    """The texts of one page in one language: `words("title", name="G")`."""

    def __init__(self, page: str, lang: str) -> None:
        self._texts = read(page, lang)
        self.lang = lang

    def __call__(self, key: str, /, **values: object) -> str:
        """The text `key`, its `{names}` filled in; `a.b` is the text b of the table a."""
        return self._texts[key].format(**values)


def read(page: str, lang: str) -> dict[str, str]:
    """All texts of a page, tables flattened to dotted keys; UsageError for an unknown language."""
    if lang not in LANGUAGES:
        raise unknown("language", lang, LANGUAGES)
    return _flat(tomllib.loads((HERE / f"{page}.{lang}.toml").read_text(encoding="utf-8")))


def _flat(table: dict[str, Any], above: str = "") -> dict[str, str]:
    texts: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            texts |= _flat(value, f"{above}{key}.")
        else:
            texts[above + key] = value.strip()
    return texts
