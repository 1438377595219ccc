"""The words of the page, in her language, or in the one that a browser asks for while nobody is signed in."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from triaged.words import LEXICON

Texts = Mapping[str, Any]


@cache
def texts(language: str) -> Texts:
    """All of them; English where we have none of that language."""
    return LEXICON.section(language, "page")


@cache
def language_of(tag: str) -> str:
    """In which language `texts` of a tag are."""
    return next((one for one in _same(tag) if one in LEXICON.writing("page")), "en")


def asked_for(accept: str) -> str:
    """The first language of an Accept-Language field (RFC 9110 12.5.4) that we have."""
    tags = [part.partition(";")[0].strip() for part in accept[:200].split(",")]
    return next((language_of(tag) for tag in tags if any(one in LEXICON.writing("page") for one in _same(tag))), "en")


def _same(tag: str) -> tuple[str, str]:
    return tag, tag.partition("-")[0].casefold()
