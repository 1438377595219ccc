"""The header of a quote in words that no language file has: known by whose address it names, and by what follows it.

That there is a quote is said by its marks, or by the message, which answers somebody. A line that may be a person's is none.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from triaged.core.notation import spellings
from triaged.core.quoteheaders import CLOCK, IN_FULL, UNTOLD, WORD
from triaged.core.quotesigns import SHIPPED
from triaged.words import LEXICON

_LINES = 3
_ADDRESS = re.compile(r"[<(]\W{0,3}(?:mailto:)?([^<>()\s]+@[^<>()\s]*\w)")
_SENTENCES = (
    *(("courtesy", key) for key in ("never", "for", "with", "what_for", "polite")),
    *(("quotes", key) for key in ("sentences", "another")),
    ("signatures", "small"),
)


@dataclass(frozen=True, slots=True)
class Thread:
    """Who writes to whom in a message, lower-case, whether it answers another, and whether its subject says that it forwards one."""

    addresses: frozenset[str] = frozenset()
    answers: bool = False
    forwarding: bool = False


def unlisted_start(above: Sequence[tuple[int, str]], thread: Callable[[], Thread], *, marked: bool) -> int:
    """The line on which such a header begins that ends on the first of some lines, -1 if none does.

    It holds the address of somebody in the thread, a date in full, a colon at its end, and words, but none that people use
    in a language that is listed. Where no marked quote stands below (`marked`), it has a time of day and begins a paragraph
    of an answer.

    Args:
        above: the line, then with those above it, to the beginning of the paragraph: the first one's number, and all.
        thread: who writes to whom.
        marked: whether a marked quote stands below.
    """
    if "@" not in above[-1][1]:
        return -1
    known = thread()
    if not (marked or known.answers):
        return -1
    for first, text in above[:_LINES]:
        low = text.lower()
        if not IN_FULL.search(low) or known.addresses.isdisjoint(_ADDRESS.findall(low)) or not _is_strange(text):
            continue
        if marked or (first == above[-1][0] and CLOCK.search(low)):
            return first
    return -1


def _is_strange(text: str) -> bool:
    """Whether something is said that is no name and no date, and all of it in words that nobody uses here."""
    words = WORD.findall(UNTOLD.sub(" ", text))
    said = [word for word in words if not word[0].isupper() and word.casefold() not in SHIPPED.headers.usual]
    return bool(said) and _spoken().isdisjoint(map(str.casefold, words))


@cache
def _spoken() -> frozenset[str]:
    """Words of sentences in the languages that are listed, but those of their headers."""
    phrases = (one for key in _SENTENCES for phrase in LEXICON.everywhere(*key) for one in spellings(phrase))
    return frozenset(word.casefold() for phrase in phrases for word in WORD.findall(phrase)) - SHIPPED.headers.usual
