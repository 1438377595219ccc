"""Is there nothing but thanks in a text: thanks, consent, a wish, a reaction, in as many sentences as people use?

In the languages that have words for it. Every word must be a known one: what asks, negates, complains or brings news is
not, so that in doubt it is no courtesy.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import chain

from triaged.core.notation import any_of, spellings
from triaged.core.signatures import closings, small, unsigned
from triaged.words import LEXICON

_TEXT_LIMIT = 400  # characters
LONGEST = 800
"""Characters of a courtesy, with the signature that most mail programs do not mark."""
_PHRASE_LIMIT = 10  # words
_CLAUSE_LIMIT = 25
_THING_WORDS = 3  # of what somebody helped with
_DAY = "{day}"
_THUMBS = re.compile(
    "[\U0001f44d\U0001f64f\U0001f44c\u2705\u2714\u2611\U0001f44f\U0001f64c\U0001f4aa\U0001f91d\U0001f4af\U0001f197"
    "\u2764\u2665\U0001f9e1\U0001f49a-\U0001f49c\U0001f499\U0001f970\U0001f60d\U0001f389\U0001f973\U0001f917"
    "\U0001f600-\U0001f60a\U0001f642\U0001f643\u263a]"
)
_PICTURES = re.compile(
    f"(?:{_THUMBS.pattern}|[\ufe0f\u200d\U0001f3fb-\U0001f3ff\U0001f339\U0001f490\U0001f337\U0001f31e\u2600\u2b50\U0001f31f\u2728"
    "\U0001f44b\U0001f609\U0001f60e\U0001f618\U0001f607\U0001f384\U0001f381])+|[:;]-?[)D]"
)
_CLAUSES = re.compile(r"[.!¡,;:\n()–—/\"“”„«»*_>]+|\s-+\s|\A-+\s")
_QUOTED = r"\s*[\"“„«].*[\"”“»]\W*"
_SIGN = re.compile(r"\[([^\[\]]{1,30})\]")
_OTHER_PICTURES = re.compile("[\u2300-\u27bf\U0001f300-\U0001faff]")
_WORD = re.compile(r"[^\W_]+")
_LINK = re.compile(r"<https?://[^<>]*>")


@cache
def _phrases(key: str) -> frozenset[str]:
    phrases = chain.from_iterable(map(spellings, LEXICON.everywhere("courtesy", key)))
    return frozenset(phrase.casefold() for phrase in phrases)  # ß folds to ss


@cache
def _telling() -> frozenset[str]:
    """The phrases of which one must be there."""
    return _phrases("thanks") | _phrases("good") | _phrases("wishes")


@cache
def _days() -> frozenset[str]:
    week = (day.casefold() for day in LEXICON.everywhere("dates", "weekdays") if len(day) >= len("lundi"))
    return frozenset(week) | _phrases("days")


@cache
def _reaction() -> re.Pattern[str]:
    """A sign under a message as programs write it: `Gary reacted via Gmail`, `Liked "the message"`."""
    return re.compile(any_of(LEXICON.everywhere("courtesy", "reactions")), re.IGNORECASE)


def may_thank(text: str) -> bool:
    """Whether a text is short enough to be nothing but thanks, and asks nothing."""
    return 0 < len(text) <= LONGEST and "?" not in text and "¿" not in text


def is_thanks(text: str, names: frozenset[str]) -> bool:
    """Say whether a text is made of thanks, consent, wishes, greetings and names alone, and has one of the first three.

    Args:
        text: the new text, or a subject without its prefixes.
        names: case-folded words by which the correspondents may call each other.
    """
    if not may_thank(text):
        return False
    text = unsigned(text, names)
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


def is_reaction(text: str, names: frozenset[str]) -> bool:
    """Say whether a text is what a program writes for a sign that somebody has set under a message of mine."""
    line = " ".join(_LINK.sub(" ", text).split())
    found = _reaction().search(line)
    if found is None:
        return False
    before, after = line[: found.start()], line[found.end() :]
    if re.fullmatch(_QUOTED, after) and not before.strip('"“”„ '):
        return True
    rest = _SIGN.sub(_without_sign, f"{before} {after}".casefold())
    rest = _PICTURES.sub(" ", rest)
    words = _WORD.findall(rest)
    return names.issuperset(words) and not _OTHER_PICTURES.search(rest)


def _without_sign(found: re.Match[str]) -> str:
    return " " if found[1] in _phrases("signs") else found[1]


def _clause(words: list[str], names: frozenset[str]) -> bool | None:
    """Whether a clause thanks or wishes; None if there is a word in it that is no part of that, nor a name.

    A day that follows what the thanks are for is its deadline: "thanks for the report until Friday".
    """
    thanked = wanted = False
    at = 0
    if len(words) > _CLAUSE_LIMIT:
        return None
    while at < len(words):
        length, telling = _phrase_at(words, at)
        if telling and wanted and words[at - 1] not in _phrases("polite") and _names_day(words[at : at + length]):
            return None
        if length:
            thanked, wanted = thanked or telling, wanted and telling
            at += length
        elif thanked and words[at] in _phrases("for") and (end := _what_for(words, at + 1, names)) > at + 1:
            at, wanted = end, True
        elif words[at] in names or (len(words[at]) == 1 and words[at].isalpha()):
            at += 1
        else:
            return None
    return thanked


def _names_day(words: list[str]) -> bool:
    return not _days().isdisjoint(words)


def _what_for(words: list[str], at: int, names: frozenset[str]) -> int:
    """Where that ends what the thanks are for; with it what somebody helped with, to the end of the clause."""
    what = _phrases("what_for")
    while at < len(words) and (words[at] in what or words[at] in names) and _phrase_at(words, at)[0] <= 1:
        at += 1
    if at < len(words) and words[at] in _phrases("with"):
        thing = [word for word in words[at + 1 :] if word not in what and word not in small()]
        if len(thing) <= _THING_WORDS and all(word.isalpha() and word not in _phrases("never") for word in thing):
            return len(words)
    return at


def _phrase_at(words: list[str], at: int) -> tuple[int, bool]:
    """The number of words of the longest known phrase that begins here, and whether it thanks or wishes."""
    for length in range(min(_PHRASE_LIMIT, len(words) - at), 0, -1):
        for phrase in _readings(words[at : at + length]):
            if phrase in _telling():
                return length, True
            if phrase in _phrases("polite") or phrase in closings():
                return length, any(phrase.startswith(f"{one} ") for one in _phrases("thanks"))
    return 0, False


def _readings(words: list[str]) -> Iterator[str]:
    """A phrase as it is, and with its days as any day."""
    yield " ".join(words)
    if _names_day(words):
        yield " ".join(_DAY if word in _days() else word for word in words)
