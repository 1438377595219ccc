"""The signature that no mark sets apart: below a greeting or a name nothing but names, titles, firms, addresses and numbers.

Text in, text without it out. What may be more than that is no signature.
"""

import re
from collections.abc import Sequence
from functools import cache
from itertools import chain

from triaged.core.notation import any_of, spellings
from triaged.words import LEXICON

_MOST_LINES = 12
_TITLE_LINES = 3  # below a name, where no address or number shows that it is a signature
_POST_WORDS = 8
_SHORT = 4  # letters in capitals that a title may have
_LAST_LINES = 24
_GREETING = 60  # characters
_GREETING_WORDS = 8  # with the names behind it
_PLACE_WORDS = 3
_INITIALS = 3
_CONTACT = re.compile(r"@|www\.|://|\d(?:[ ()/.-]*\d){4}")
_WORD = re.compile(r"[^\W_]+")
_DASHES = frozenset("–—―")  # alone on a line, as telephones make them of two hyphens
_POSTSCRIPT = re.compile(r"\W*p\.?\s?s\b", re.IGNORECASE)


@cache
def closings() -> frozenset[str]:
    """The greetings that close a letter, case-folded."""
    return _phrases("closings")


@cache
def _phrases(key: str) -> frozenset[str]:
    phrases = chain.from_iterable(map(spellings, LEXICON.everywhere("signatures", key)))
    return frozenset(phrase.casefold() for phrase in phrases)  # ß folds to ss


def small() -> frozenset[str]:
    """Words in small letters that do not make a line a sentence."""
    return _phrases("small")


def unsigned(text: str, names: frozenset[str]) -> str:
    """The text without the signature below its last greeting or name; the whole where what stands there may be more.

    Args:
        text: the new text of a message.
        names: case-folded words by which the correspondents may call each other.
    """
    lines = text.split("\n")
    for number, line in enumerate(lines[1:], 1):
        if line.strip() in _DASHES or (_WORD.search(line) and is_closing(line, names)):
            below = [each for each in lines[number + 1 :] if each.strip()]
            if not below or _is_signature(below, line, names):
                return "\n".join([*lines[:number], _bare(line)])
    return text


def own_words(text: str, names: frozenset[str]) -> str:
    """The text without a signature that is one beyond doubt: a name below a greeting, and an address or a number among what follows.

    By what is left it is decided whether something is urgent: in doubt a line is no signature's.
    """
    lines = text.split("\n")
    for number in range(max(len(lines) - _LAST_LINES, 1), len(lines) - 2):
        line = lines[number]
        if 0 < len(line) <= _GREETING and _greeting([word.casefold() for word in _WORD.findall(line)]):
            below = [each for each in lines[number + 1 :] if each.strip()]
            signed = below and _names_sender(below[0], names) and any(map(_CONTACT.search, below[1:]))
            if signed and len(below) <= _MOST_LINES and all(map(_is_signatures, below)):
                return "\n".join(lines[: number + 1])
    return text


def is_closing(line: str, names: frozenset[str]) -> bool:
    """Say whether a line closes a letter: a greeting, the names of the correspondents, both, or nothing."""
    words = _WORD.findall(line)
    if len(words) > _GREETING_WORDS:
        return False
    greeting = _greeting([word.casefold() for word in words])
    rest = words[greeting:]
    if greeting and rest and rest[0] in small() and len(rest) <= _PLACE_WORDS:  # "Regards from Hamburg"
        return not any(word.islower() and word not in small() for word in rest)
    return _all_names(rest, names)


def signed_away(text: str, names: frozenset[str]) -> str:
    """The text without the lines at its end that are a greeting or the names of the correspondents."""
    lines = text.rstrip().split("\n")
    while len(lines) > 1 and is_closing(lines[-1], names):
        lines.pop()
    return "\n".join(lines)


def _greeting(words: Sequence[str]) -> int:
    """How many words the greeting has with which a line begins."""
    first = next((n for n in range(min(len(words), 6), 0, -1) if " ".join(words[:n]) in closings()), 0)
    if first and len(words) > first + 1 and words[first] in small():  # "thanks and regards"
        second = _greeting(words[first + 1 :])
        return first + 1 + second if second else first
    return first


def _bare(closing: str) -> str:
    """A closing without the names and the place behind its greeting."""
    words = _WORD.findall(closing)
    return " ".join(words[: _greeting([word.casefold() for word in words])]) or closing


def _all_names(words: Sequence[str], names: frozenset[str]) -> bool:
    """Whether words are names, or what these begin with: `G`, `GS`."""
    return all(
        word.casefold() in names
        or (
            (len(word) == 1 or (word.isupper() and len(word) <= _INITIALS))
            and _initials(names).issuperset(word.casefold())
        )
        for word in words
    )


def _initials(names: frozenset[str]) -> frozenset[str]:
    return frozenset(name[0] for name in names)


def _names_sender(line: str, names: frozenset[str]) -> bool:
    words = _WORD.findall(line)
    return _is_signatures(line) and (not names.isdisjoint(map(str.casefold, words)) or _all_names(words, names))


def _is_signature(lines: Sequence[str], closing: str, names: frozenset[str]) -> bool:
    """Whether lines sign a letter: an address or a number is among them, or a greeting or a name stands above the name and few titles."""
    if len(lines) > _MOST_LINES or not all(map(_is_signatures, lines)):
        return False
    if any(map(_CONTACT.search, lines)):
        return True
    if not lines or not _names_sender(lines[0], names):
        return False
    if not _greeting(_WORD.findall(closing.casefold())) and len(_WORD.findall(lines[0])) == 1:
        return False
    return len(lines) <= _TITLE_LINES + 1 and not any(map(_shouts, lines[1:]))


def _shouts(line: str) -> bool:
    return any(word.isupper() and len(word) > _SHORT for word in line.split())


def _is_signatures(line: str) -> bool:
    """A title, a firm, an address, a number: its words begin large, and no sentence does that."""
    words = line.split()
    if _POSTSCRIPT.match(line):
        return False
    if _notice().match(line) or all(
        not word[0].islower() or word in small() or len(word) == 1 or any(mark in word for mark in "@./:")
        for word in words
    ):
        return True
    return len(words) <= _POST_WORDS and line[-1] not in ".!?:" and _names_post(_WORD.findall(line.casefold()))


def _names_post(words: Sequence[str]) -> bool:
    """Whether a line begins with what somebody works as, and asks, negates and urges nothing."""
    return words[:1] != [] and words[0] in _phrases("posts") and _never().isdisjoint(words)


@cache
def _notice() -> re.Pattern[str]:
    return re.compile(any_of(LEXICON.everywhere("notices", "lines")), re.IGNORECASE)


@cache
def _never() -> frozenset[str]:
    days = (day for day in LEXICON.everywhere("dates", "weekdays") if len(day) > _SHORT)
    words = (*LEXICON.everywhere("courtesy", "never"), *LEXICON.everywhere("courtesy", "days"), *days)
    return frozenset(word.casefold() for word in words)
