"""Every language says the same: the same texts, with the same values in them."""

from __future__ import annotations

import string

import pytest

from ganvas import words
from ganvas.errors import UsageError

PAGES = sorted({path.name.split(".")[0] for path in words.HERE.glob("*.toml")})


def values(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("page", PAGES)
def test_all_languages_have_the_same_texts_and_values(page):
    english, *others = (words.read(page, lang) for lang in words.LANGUAGES)
    for other in others:
        assert other.keys() == english.keys()
        for key in english:
            assert values(other[key]) == values(english[key]), key


def test_an_unknown_language_is_named_with_those_there_are():
    with pytest.raises(UsageError, match=r"'kr'.*ko"):
        words.read("explain", "kr")
