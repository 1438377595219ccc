"""The line that a mail program puts above a quote, `On Tue, 24 Nov 2026 at 10:00, Dana Roth <dana@…> wrote:`, in any language.

It holds a verb, a name, a date or an address and little else; folded, any of them may begin the next line.
"""

import re
from collections.abc import Sequence
from functools import cached_property

from triaged.core.notation import any_of, spellings
from triaged.words import Lexicon

LONGEST = 400  # characters of a header, and of a line that may be a part of one
_JOINED = 4  # lines over which it may be folded
_STRANGE = 2  # words that no header has, as they may be a part of a name
_NAME_WORDS = 4  # on a line of their own above the address
_NEAR = 30  # characters within which a date follows the word that opens a header
_UNTOLD = re.compile(
    r"\"[^\"]*\"|<[^<>]*>|\([^()]*\)|\S*(?:@|://)\S*"
)  # names and addresses say nothing about the sentence
_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*")
_TORN = re.compile(r"<[^<>]*\Z")
_DIGIT = re.compile(r"\d")
_SIGNS = ".,;:!?()[]'’-–"
_CLOCK = re.compile(r"\d:\d\d")
_COLON = r"\s*[:：]\s*\Z"
_ENDS_IN_ADDRESS = re.compile(rf"(?<=[^<>\s()@])@[^<>\s()]+\s*>?\)?{_COLON}")


class QuoteHeaders:
    """What is known about them from the words of all languages of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def _any(self, section: str, *keys: str) -> str:
        return any_of(phrase.lower() for key in keys for phrase in self._lexicon.everywhere(section, key))

    @cached_property
    def _verb(self) -> re.Pattern[str]:
        return re.compile(rf"{self._any('quotes', 'wrote')}(?P<after>.{{0,200}}){_COLON}")

    @cached_property
    def _cites(self) -> re.Pattern[str]:
        return re.compile(rf"{self._any('quotes', 'cites')}.*{_COLON}")

    @cached_property
    def _day(self) -> re.Pattern[str]:
        """A date, by its numbers or by the name of its month."""
        month = self._any("dates", "months")
        numbers = r"\d{1,4}\s?[-/.年]\s?\d{1,2}(?!\d)|\b(?:19|20)\d\d\b"
        return re.compile(rf"{numbers}|\d{{1,2}}(?:st|nd|rd|th)?[.º,]?\s+(?:de\s+)?{month}|{month}\.?\s+\d{{1,2}}\b")

    @cached_property
    def _weekday(self) -> re.Pattern[str]:
        return re.compile(self._any("dates", "weekdays"))

    @cached_property
    def _opener(self) -> re.Pattern[str]:
        return re.compile(self._any("quotes", "opens"))

    @cached_property
    def _usual(self) -> frozenset[str]:
        """The words that headers have beside names."""
        keys = [("quotes", "opens"), ("quotes", "wrote"), ("quotes", "between"), ("quotes", "cites")]
        keys += [("dates", "weekdays"), ("dates", "months")]
        phrases = (
            spelling for key in keys for phrase in self._lexicon.everywhere(*key) for spelling in spellings(phrase)
        )
        return frozenset(word.casefold() for phrase in phrases for word in _WORD.findall(phrase))

    def start(self, lines: Sequence[str], kinds: Sequence[str], number: int) -> int:
        """The line on which the header that ends on line `number` begins, -1 if none ends there."""
        joined = _joined(lines, kinds, number)
        if not self._may_match(joined[-1].lower()):
            return -1
        found = -1
        for back, text in enumerate(joined):
            if found >= 0 and not self._may_be_part(lines[number - back].strip(), joined[back - 1]):
                break
            if self.matches(text):
                found = number - back
                if self._begins(text):
                    break
        return found

    def _may_match(self, low: str) -> bool:
        """Whether what a header needs is anywhere in the lines that it may be made of."""
        if "@" in low:
            return True
        return _DIGIT.search(low) is not None and self._verb.search(low) is not None and self._has_date(low)

    def _has_date(self, low: str) -> bool:
        return _CLOCK.search(low) is not None or self._day.search(low) is not None

    def matches(self, text: str) -> bool:
        """Whether a text, its lines joined, is a header: without an address, names and a date are all it may hold."""
        low = text.lower()
        if not self._verb.search(low) and not self._needs_no_verb(low):
            return False
        if "@" in text:
            return self._strange(text) <= _STRANGE + 1
        if not self._has_date(low):
            return False
        return self._strange(text) <= _STRANGE if self._opens(low) else self._is_names(text)

    def _needs_no_verb(self, text: str) -> bool:
        """26.06.2014, 14:41, "Bob" <bob@example.com>: and Quoting Bob <bob@example.com>:."""
        if _ENDS_IN_ADDRESS.search(text) and (_CLOCK.search(text) or self._day.search(text)):
            return True
        return self._cites.match(text) is not None

    def is_short(self, text: str) -> bool:
        """Whether it is nothing but names and a verb, which above marked quotes is enough: `Dana wrote:`."""
        return self._verb.search(text.lower()) is not None and self._is_names(text)

    def is_dashed(self, text: str) -> bool:
        """Whether what stands between dashes is a header, which then needs no colon and no date."""
        plain = f"{text.rstrip(':： ')}:"
        return self._verb.search(plain.lower()) is not None and self._strange(text) <= _STRANGE + 1

    @staticmethod
    def is_torn(above: str) -> bool:
        """Whether a line ends inside an address, so that the next one begins with its closing bracket: no quote."""
        return _TORN.search(above) is not None

    def _is_names(self, text: str) -> bool:
        words = [word for word in _WORD.findall(_UNTOLD.sub(" ", text)) if word.casefold() not in self._usual]
        return not any(word.islower() for word in words) and (bool(words) or '"' in text)

    def _strange(self, text: str) -> int:
        """The number of words in small letters that are no header's."""
        small = [word.strip(_SIGNS) for word in _UNTOLD.sub(" ", text).split() if word.islower()]
        return sum(word not in self._usual for word in small)

    def _opens(self, text: str) -> bool:
        """Whether it, in small letters, begins as headers do: with a date, or with a word that is soon followed by one."""
        if self._opener.match(text):
            return self._is_soon_dated(text)
        return self._day.match(text) is not None or self._weekday.match(text) is not None

    def _is_soon_dated(self, text: str) -> bool:
        near = text[:_NEAR]
        return self._weekday.search(near) is not None or self._day.search(near) is not None

    def _begins(self, text: str) -> bool:
        """Whether nothing of it can stand on the line above: it opens in full, or begins with a name and has all it needs."""
        low = text.lower()
        if self._opener.match(low):
            return self._is_soon_dated(low)
        whole = "@" in text and self._day.search(low) is not None
        return whole and text[:1].isupper() and not self._opens(low)

    def _may_be_part(self, above: str, below: str) -> bool:
        if below[0] == "<" and len(above.split()) <= _NAME_WORDS and self._is_names(above):
            return True
        return self._opens(above.lower()) or ("@" in above and not self._strange(above)) or self.is_torn(above)


def _joined(lines: Sequence[str], kinds: Sequence[str], number: int) -> list[str]:
    """A line, then with those above it, as far as they may be one header."""
    found = [lines[number].strip()]
    for first in range(number - 1, max(number - _JOINED, -1), -1):
        above = lines[first].strip()
        if not above or kinds[first] or len(above) + len(found[-1]) > LONGEST:
            break
        found.append(f"{above} {found[-1]}")
    return found
