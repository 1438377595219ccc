"""How she writes to somebody herself, and what their mail shows: greeting, form of address, language, telephone numbers.

Texts go in, a `Way` comes out. What is not clear stays open, and is asked.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from triaged.core.callnumbers import numbers_in
from triaged.core.language import detect
from triaged.words import LEXICON

Form = Literal["formal", "familiar", "mixed", ""]
_MINORITY = 0.25
"""From this share on the other way counts: it is mixed."""
_NAME_WORDS = 4
_NAME = re.compile(r"[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*)*")
_LABELS = re.compile(r"(?:^|\W)(?:tel|fon|phone|telefon|mobil|mobile|cell|direct|t|m|p)\W", re.IGNORECASE)
_INTERNATIONAL = re.compile(r"\+\s?\d")
_TWICE = 2


@dataclass(frozen=True, slots=True)
class Way:
    """How she writes to one correspondent; "" where it does not show.

    `names`: as she greets the busiest of them, the usual first; `called`: as she usually greets each, by address.
    """

    language: str = ""
    form: Form = ""
    names: tuple[str, ...] = ()
    called: Mapping[str, str] = field(default_factory=dict)


def way_of(texts: Sequence[str]) -> Way:
    """By the new text of what she has written to somebody."""
    language = language_of(texts)
    return Way(language, _form(texts, language), names_in(texts))


def language_of(texts: Sequence[str]) -> str:
    """The language of most of them, else of all together where each is too short to tell; "": it does not show."""
    known = LEXICON.writing("greetings")
    languages = Counter(found for text in texts if (found := detect(text, known)))
    return languages.most_common(1)[0][0] if languages else detect("\n".join(texts), known) or ""


def names_in(texts: Iterable[str]) -> tuple[str, ...]:
    """The names that they greet somebody with, the usual first."""
    names = Counter(name for text in texts if (name := greeted(text)))
    return tuple(_usual(names))


def greeted(text: str) -> str:
    """The name in the first line, where that is a greeting: "Liebe Frau Sommer," gives "Frau Sommer"."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")[:80]
    for opening in _openings():
        if first.casefold().startswith(f"{opening} "):
            name = re.split(r"[,!:.]? *$|[,!:]", first[len(opening) :].strip())[0].strip()
            is_name = _NAME.fullmatch(name) and len(name.split()) <= _NAME_WORDS
            return name if is_name and name.casefold() not in _nobody() else ""
    return ""


@cache
def _openings() -> tuple[str, ...]:
    """The longest first: "guten tag" before "guten"."""
    return tuple(sorted(LEXICON.everywhere("greetings", "opens"), key=len, reverse=True))


@cache
def _nobody() -> frozenset[str]:
    return frozenset(LEXICON.everywhere("greetings", "nobody"))


def _usual(names: Counter[str]) -> list[str]:
    """The usual name, and what is used nearly as often."""
    most = sum(names.values())
    return [name for name, n in names.most_common(2) if n >= _MINORITY * most]


def _form(texts: Sequence[str], language: str) -> Form:
    words = LEXICON.own(language, "greetings") or {}
    familiar, formal = (_mails_with(texts, words.get(key, ())) for key in ("familiar", "formal"))
    if not familiar and not formal:
        return ""
    if min(familiar, formal) >= _MINORITY * (familiar + formal):
        return "mixed"
    return "familiar" if familiar > formal else "formal"


def _mails_with(texts: Iterable[str], words: Collection[str]) -> int:
    """In how many texts one of the words stands, its capitals as they are: “Sie” is not “sie”."""
    if not words:
        return 0
    said = re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(word) for word in words)})(?!\w)")
    return sum(said.search(text) is not None for text in texts)


def signed_with(texts: Sequence[str], region: str | None, not_theirs: Collection[str]) -> tuple[str, ...]:
    """The telephone numbers that stand in several of somebody's mails, in E.164; quoted lines are not theirs."""
    counted = Counter(number for text in texts for number in set(numbers_of(text, region)))
    return tuple(number for number, n in counted.most_common(3) if n >= _TWICE and number not in not_theirs)


def numbers_of(text: str, region: str | None) -> list[str]:
    """The numbers of lines that say that they are telephone numbers."""
    lines = [line for line in text.splitlines()[:200] if not line.lstrip().startswith(">")]
    told = [line[:120] for line in lines if _INTERNATIONAL.search(line) or _LABELS.search(line)]
    return [number for line in told for number in numbers_in(line, region, lambda _number: False)]
