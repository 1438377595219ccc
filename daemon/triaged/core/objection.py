"""Does a text say no to what an automatic reply has said: it cannot wait, it is too late, somebody else is needed?"""

import re
import unicodedata
from functools import cache

from triaged.core.notation import any_of, spellings
from triaged.words import LEXICON

_TEXT_LIMIT = 2000  # characters: who objects does so at once
_SENTENCES = re.compile(r"[.!¡?;:,\n()–—]+|\s-+\s")


@cache
def _expression(key: str) -> re.Pattern[str]:
    return re.compile(any_of(phrase.replace("{day}", "*") for phrase in LEXICON.everywhere("objection", key)))


@cache
def _alone() -> frozenset[str]:
    return frozenset(one for phrase in LEXICON.everywhere("objection", "no") for one in spellings(phrase))


def objects(text: str) -> bool:
    """Say whether a text, the new one of an answer, objects."""
    plain = unicodedata.normalize("NFC", text[:_TEXT_LIMIT]).lower().replace("’", "'")
    accepted = [found.span() for found in _expression("accepts").finditer(plain)]
    for found in _expression("objects").finditer(plain):
        if not any(_takes_back(found, start, end) for start, end in accepted):
            return True
    return not accepted and any(sentence.strip() in _alone() for sentence in _SENTENCES.split(plain))


def _takes_back(found: re.Match[str], start: int, end: int) -> bool:
    """Whether an accepting phrase reaches beyond an objecting one: `das eilt nicht`, but not `no puede esperar`."""
    overlaps = start < found.end() and found.start() < end
    return overlaps and (start <= found.start() or end > found.end())
