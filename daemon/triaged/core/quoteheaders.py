"""The line that a mail program puts above a quote, `On Tue, 24 Nov 2026 at 10:00, Dana Roth <dana@…> wrote:`, in any language.

It holds a verb, a name, a date or an address and little else; folded, any of them may begin the next line.
"""

import re
from collections.abc import Sequence
from functools import cached_property

from triaged.core.notation import any_of, spellings
from triaged.words import Lexicon

LONGEST = 400  # characters of a header, and of a line that may be a part of one
_JOINED = 5  # lines over which it may be folded
_STRANGE = 2  # words that no header has, as they may be a part of a name
_NAMEWORDS = 4  # on a line of their own above the address
_NEAR = 30  # characters within which a date follows the word that opens a header
UNTOLD = re.compile(
    r"\"[^\"]*\"|<[^<>]*>|\([^()]*\)|(?<![^\s\"<>()])\S*(?:@|://)\S*"
)  # names and addresses say nothing about the sentence
WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*")
_TORN = re.compile(r"<[^<>]*\Z")
_DIGIT = re.compile(r"\d")
_FIGURES = re.compile(r"[\d\W_]*[^\W\d_]?[\d\W_]*\Z")  # of a date, with one letter, as Estonian writes weekdays
_LOCAL_PARTS = re.compile(r"[^\s<>(\"]+(?=@)")
_DATED_ADDRESS = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\D.*[<(][^<>\s()@]+@[^<>\s()]+[>)]\Z")
_DATED_NAME = re.compile(r"\d{4}-\d\d-\d\d \d{1,2}:\d\d (?:GMT|UTC)[+-]\d\d:\d\d (\D+)\Z")
_IN_BRACKETS = re.compile(r"[<(]\s*[^<>()\s]+@|\A\S+@")
_SIGNS = ".,;:!?()[]'’-–"
CLOCK = re.compile(r"(?<![+-]\d)(?<![+-])(?<!:\d)\d:\d\d")  # no zone
_PARTICLES = ("von", "van", "de", "di", "da")  # of names: "von der Leyen", "de la Cruz"
_TOKEN = re.compile(r"[^\W\d_](?:[\w'’.-]*\w)?")
_BY_COMMA = re.compile(r"\d(?:\s*[ap]m)?,\s*[a-z][\w.-]*\s", re.IGNORECASE | re.ASCII)
IN_FULL = re.compile(rf"{CLOCK.pattern}|(?<!\d)(?:19|20)\d\d(?!\d)|\d[-/.]\s?\d{{1,2}}[-/.]\s?\d\d(?!\d)")
"""A date as programs write it, with the year or the time of day: `On 3 May Bob wrote` is a person's."""

_CLOCK_FIRST = re.compile(r"\d{1,2}:\d\d\D")
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
    def _verbs(self) -> frozenset[str]:
        """Those that are one word."""
        return frozenset(one.lower() for verb in self._lexicon.everywhere("quotes", "wrote") for one in spellings(verb))

    def _has_verb(self, low: str) -> bool:
        """Whether it says that somebody wrote; most say it with their last word."""
        return low.rstrip(": ").rpartition(" ")[2] in self._verbs or self._verb.search(low) is not None

    @cached_property
    def _cites(self) -> re.Pattern[str]:
        return re.compile(rf"{self._any('quotes', 'cites')}.*{_COLON}")

    @cached_property
    def _day(self) -> re.Pattern[str]:
        """A date, by its numbers or by the name of its month."""
        month = self._any("dates", "months")
        between = "|".join(["[-/.]", *map(re.escape, self._lexicon.everywhere("dates", "years"))])
        numbers = rf"\d{{1,4}}\s?(?:{between})\s?\d{{1,2}}(?!\d)|\b(?:19|20)\d\d\b"
        return re.compile(rf"{numbers}|\d{{1,2}}(?:st|nd|rd|th)?[.º,]?\s+(?:de\s+)?{month}|{month}\.?\s+\d{{1,2}}\b")

    @cached_property
    def _weekday(self) -> re.Pattern[str]:
        return re.compile(self._any("dates", "weekdays"))

    @cached_property
    def _opener(self) -> re.Pattern[str]:
        return re.compile(self._any("quotes", "opens"))

    @cached_property
    def _user(self) -> re.Pattern[str]:
        return re.compile(self._any("quotes", "user"))

    @cached_property
    def usual(self) -> frozenset[str]:
        """The words that headers have beside names."""
        keys = [("quotes", key) for key in ("opens", "wrote", "between", "user", "cites")]
        keys += [("dates", "weekdays"), ("dates", "months")]
        phrases = (
            spelling for key in keys for phrase in self._lexicon.everywhere(*key) for spelling in spellings(phrase)
        )
        return frozenset(word.casefold() for phrase in phrases for word in WORD.findall(phrase))

    @cached_property
    def _sentences(self) -> frozenset[str]:
        """How sentences begin that only speak of what somebody wrote."""
        return frozenset(word.casefold() for word in self._lexicon.everywhere("quotes", "sentences"))

    @cached_property
    def _another(self) -> re.Pattern[str]:
        """Somebody who wrote and is spoken of, not named: `the customer wrote`, `schrieb mir der Kunde`, `Herr Meier schrieb`."""
        another = any_of(self._lexicon.everywhere("quotes", "another"))
        titles = any_of(self._lexicon.everywhere("quotes", "titles"))
        wrote, noun = self._any("quotes", "wrote"), r"[^\W\d_]+"
        particles = "".join(rf"(?<!\b{one})" for one in _PARTICLES)
        return re.compile(
            rf"{another}\s+(?=[a-zß-ÿ]){noun}\s+{wrote}|{wrote}\s+(?!\w\s){another}\s+({noun})"
            rf"|{titles}(?:\s+[^\W\d_][\w.’'-]*){{1,3}}\s+{wrote}|{wrote}\s+{titles}\s"
            rf"|(?:[\d.,]|(?<![^\W\d_])[a-zß-ÿ]+{particles})\s+{another}\s+{noun}\s+{wrote}"
        )

    def start(self, lines: Sequence[str], kinds: Sequence[str], number: int) -> int:
        """The line on which the header that ends on line `number` begins, -1 if none ends there."""
        parts = joined(lines, kinds, number)
        if not self._may_match(parts[-1][1].lower()):
            return -1
        found = -1
        for back, (first, text) in enumerate(parts):
            if found < 0:
                found = back if self.matches(text) else -1
            elif self._is_whole(parts[found][1].lower()) and not self.is_torn(lines[first]):
                break
            elif (found == back - 1 and self._goes_before(lines[first].strip(), parts[found][1])) or self._begins(text):
                found = back
        return parts[found][0] if found >= 0 else -1

    def _is_whole(self, low: str) -> bool:
        """Whether nothing of it can stand on the line above."""
        return self._opener.match(low) is not None and self._is_soon_dated(low)

    def _begins(self, text: str) -> bool:
        """Whether lines that are more than a header needs are one, too: it begins with a date, and has no second one."""
        low = text.lower()
        if not self._opens(low) or not self.matches(text):
            return False
        return len(self._weekday.findall(low)) <= 1 and len(CLOCK.findall(low)) <= 1

    def _may_match(self, low: str) -> bool:
        """Whether what a header needs is anywhere in the lines that it may be made of."""
        if "@" in low:
            return True
        return _DIGIT.search(low) is not None and self._has_verb(low) and self._has_date(low)

    def _has_date(self, low: str) -> bool:
        return CLOCK.search(low) is not None or self._day.search(low) is not None

    def matches(self, text: str) -> bool:
        """Whether a text, its lines joined, is a header: without an address, names and a date are all it may hold."""
        low = text.lower()
        if not self._has_verb(low):
            return self._needs_no_verb(text, low)
        dated = self._has_date(low)
        if "@" in text:
            return self._strange(text) <= (_STRANGE + 1 if dated else 1) and (
                dated or _IN_BRACKETS.search(text) is not None
            )
        if not dated or not IN_FULL.search(low) or self._speaks_of_another(text):
            return False
        return self._strange(text) <= _STRANGE if self._opens(low) else self._is_names(text)

    def _needs_no_verb(self, text: str, low: str) -> bool:
        """26.06.2014, 14:41, "Bob" <bob@example.com>: and Quoting Bob <bob@example.com>:."""
        if self._cites.match(low):
            return self._strange(text) <= _STRANGE
        if not (_ENDS_IN_ADDRESS.search(low) and self._opens(low) and self._day.search(low)):
            return False
        if _IN_BRACKETS.search(text):
            return self._strange(text) <= _STRANGE + 1
        return CLOCK.search(low) is not None and not self._strange(text)

    def is_short(self, text: str) -> bool:
        """Whether it is nothing but names and a verb, which above marked quotes is enough: `Dana wrote:`.

        At a time of day they may be in small letters.
        """
        low = text.lower()
        if not self._has_verb(low):
            return False
        return self._has_a_name(text) or (len(self._unusual(text)) == 1 and CLOCK.search(low) is not None)

    def is_dashed(self, text: str) -> bool:
        """Whether what stands between dashes is a header, which then needs no colon and no date."""
        plain = f"{text.rstrip(':： ')}:"
        return self._verb.search(plain.lower()) is not None and self._strange(text) <= _STRANGE + 1

    @staticmethod
    def is_torn(above: str) -> bool:
        """Whether a line ends inside an address, so that the next one begins with its closing bracket: no quote."""
        return _TORN.search(above) is not None

    def is_verb(self, text: str) -> bool:
        """Whether a line holds nothing but what a header says of the other."""
        return self._verb.fullmatch(text.lower()) is not None

    def _is_names(self, text: str) -> bool:
        words = WORD.findall(UNTOLD.sub(" ", text))
        if words and words[0].casefold() in self._sentences:
            return False
        names = [word for word in words if word.casefold() not in self.usual]
        return not any(word.islower() for word in names) and (bool(names) or '"' in text)

    def _has_a_name(self, text: str) -> bool:
        """The same where any name will do, also one that is a month's or begins headers elsewhere: Jan, Dana."""
        words = WORD.findall(UNTOLD.sub(" ", text))
        if words and words[0].casefold() in self._sentences:
            return False
        named = '"' in text or any(word[0].isupper() for word in words)
        return named and not any(word.islower() for word in self._unusual(text))

    def _speaks_of_another(self, text: str) -> bool:
        found = self._another.search(text)
        if found is not None and (found[1] is None or found[1].casefold() not in self.usual):
            return True
        return self._names_nobody(text)

    def _names_nobody(self, text: str) -> bool:
        """Whether who wrote has no name, `a tenant wrote`; what stands between commas may be how somebody signs in."""
        words = self._unusual(text)
        if not words or '"' in text or any(not word.islower() for word in words):
            return False
        return len(words) > 1 or not (_BY_COMMA.search(text) or self._user.search(text.lower()))

    def _unusual(self, text: str) -> list[str]:
        """The words that a header does not have beside names."""
        return [word for word in _TOKEN.findall(UNTOLD.sub(" ", text)) if word.casefold() not in self.usual]

    def _strange(self, text: str) -> int:
        """The number of words in small letters that are no header's."""
        small = [word.strip(_SIGNS) for word in UNTOLD.sub(" ", text).split() if word.islower()]
        return sum(word not in self.usual for word in small)

    def _opens(self, text: str) -> bool:
        """Whether it, in small letters, begins as headers do: with a date, or with a word that is soon followed by one."""
        if self._opener.match(text):
            return self._is_soon_dated(text)
        return any(one.match(text) for one in (self._day, self._weekday, _CLOCK_FIRST))

    def _is_soon_dated(self, text: str) -> bool:
        near = text[:_NEAR]
        return self._weekday.search(near) is not None or self._day.search(near) is not None

    def _goes_before(self, above: str, header: str) -> bool:
        """Whether the line above is the beginning of a header that would do without it."""
        low = header.lower()
        if self.is_torn(above) or self._is_date(above, low):
            return True
        if header[0] in "<(" and len(above.split()) <= _NAMEWORDS and self._is_names(above):
            return True
        if "@" in header and self._day.search(low) and header[0].isupper() and not self._opens(low):
            return self._names_sender(above, header)
        return self._opens(above.lower()) or ("@" in above and not self._strange(above))

    def _is_date(self, above: str, header: str) -> bool:
        """Whether a line is nothing but the beginning of a date: `On`, `Am Di., 24.`, `2026년 11월`."""
        low = above.lower()
        rest = [word for word in low.split() if word.strip(_SIGNS).casefold() not in self.usual]
        if not all(_FIGURES.match(word) for word in rest):
            return False
        dated = _DIGIT.search(low) or self._weekday.match(low)
        return dated is not None or self._is_whole(f"{low} {header}")

    def _names_sender(self, above: str, header: str) -> bool:
        """Whether a line holds the first names of a sender whose address repeats them."""
        local = " ".join(_LOCAL_PARTS.findall(header)).casefold()
        words = above.split()
        return len(words) <= _NAMEWORDS and all(word.strip(_SIGNS).casefold() in local for word in words)

    def follows_words(self, line: str) -> bool:
        """Whether a header begins amid a line, `yes On 3 May, Dana wrote:`, as a program leaves it that loses a line end."""
        low = line.lower()
        if self._opens(low):
            return False
        for found in self._opener.finditer(low, 1):
            if self._is_soon_dated(low[found.start() :]):
                before = line[: found.start()]
                return "@" not in before and not self._verb.search(f"{before.lower()}:") and self._strange(before) > 0
        return False

    def needs_no_colon(self, line: str, *, marked: bool) -> bool:
        """Whether a line is a header without the colon at its end; `marked`: a marked quote stands below it."""
        if marked and _DATED_ADDRESS.match(line):
            return True
        if found := _DATED_NAME.match(line):
            return self._is_names(found[1])
        low = f"{line.lower()}:"
        verb = self._verb.search(low)
        if verb is None or verb["after"] or not self._has_date(low) or not self._opens(low):
            return False
        return "@" in line and not self._strange(line)


def joined(lines: Sequence[str], kinds: Sequence[str], number: int) -> list[tuple[int, str]]:
    """A line, then with those above it, as far as they may be one header: each time the first one's number, and all."""
    found = [(number, lines[number].strip())]
    for first in range(number - 1, max(number - _JOINED, -1), -1):
        above, below = lines[first].strip(), found[-1][1]
        if not above and below[0] == "<":  # Polymail sets the address apart
            continue
        if not above or kinds[first] or len(above) + len(below) > LONGEST:
            break
        found.append((first, f"{above} {below}"))
    return found
