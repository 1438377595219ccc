"""Is there nothing but thanks in a text? In the languages that have words for it; a word it does not know means no."""

import re
import unicodedata
from functools import cache
from itertools import chain

from triaged.core.notation import spellings
from triaged.words import LEXICON

_TEXT_LIMIT = 160  # characters
_SIGNED_LIMIT = 800  # with the signature that most mail programs do not mark
_PHRASE_LIMIT = 5  # words

_SIGNATURE_LINES = 12
_CONTACT = re.compile(r"@|www\.|://|\d(?:[ ()/.-]*\d){4}")
_THUMBS = re.compile("[\U0001f44d\U0001f64f\U0001f44c\u2705\U0001f44f]")
_PICTURES = re.compile("[\u2600-\u27bf\ufe0f\U0001f300-\U0001faff]+|[:;]-?[)D]")
_CLAUSES = re.compile(r"[.!,;:\n()–—/\"*]+|\s-+\s|\A-+\s")


@cache
def _phrases(key: str) -> frozenset[str]:
    phrases = chain.from_iterable(map(spellings, LEXICON.everywhere("courtesy", key)))
    return frozenset(phrase.casefold() for phrase in phrases)  # ß folds to ss


def may_thank(text: str) -> bool:
    """Whether a text is short enough to be nothing but thanks, and asks nothing."""
    return 0 < len(text) <= _SIGNED_LIMIT and "?" not in text


def is_thanks(text: str, names: frozenset[str]) -> bool:
    """Say whether a text is made of thanks or consent, greetings and names alone, and thanks or consents.

    Args:
        text: the new text, or a subject without its prefixes.
        names: case-folded words by which the correspondents may call each other.
    """
    if not may_thank(text):
        return False
    text = _unsigned(text, names)
    if len(text) > _TEXT_LIMIT:
        return False
    plain = unicodedata.normalize("NFC", text).casefold().replace("’", "'")
    thanked = _THUMBS.search(plain) is not None
    for clause in _CLAUSES.split(_PICTURES.sub(". ", plain)):
        found = _clause(clause.split(), names)
        if found is None:
            return False
        thanked = thanked or found
    return thanked


def _unsigned(text: str, names: frozenset[str]) -> str:
    """The text without the signature below its last greeting or name; the whole where what stands there may be more."""
    lines = text.split("\n")
    for number, line in enumerate(lines[1:], 1):
        words = re.findall(r"[^\W_]+", line.casefold())
        if not words or not (" ".join(words) in _phrases("closings") or names.issuperset(words)):
            continue
        below = [each for each in lines[number + 1 :] if each.strip()]
        signed = len(below) <= _SIGNATURE_LINES and all(map(_is_signatures, below)) and any(map(_CONTACT.search, below))
        return "\n".join(lines[: number + 1]) if signed else text
    return text


def _is_signatures(line: str) -> bool:
    """A title, a firm, an address, a number: its words begin large, and no sentence does that."""
    return all(
        not word[0].islower() or word in _phrases("small") or any(mark in word for mark in "@./:")
        for word in line.split()
    )


def _clause(words: list[str], names: frozenset[str]) -> bool | None:
    """Whether a clause thanks; None if there is a word in it that is neither thanks nor politeness nor a name."""
    thanked = False
    at = 0
    while at < len(words):
        length, thanks = _phrase_at(words, at)
        thanked = thanked or thanks
        if length:
            at += length
        elif thanked and words[at] in _phrases("for"):
            what = _phrases("what_for")
            return True if all(word in what or word in names for word in words[at + 1 :]) else None
        elif words[at] in names or (len(words[at]) == 1 and words[at].isalpha()):
            at += 1
        else:
            return None
    return thanked


def _phrase_at(words: list[str], at: int) -> tuple[int, bool]:
    """The number of words of the longest known phrase that begins here, and whether it thanks."""
    for length in range(min(_PHRASE_LIMIT, len(words) - at), 0, -1):
        phrase = " ".join(words[at : at + length])
        if phrase in _phrases("thanks") or phrase in _phrases("polite"):
            return length, phrase in _phrases("thanks")
    return 0, False
