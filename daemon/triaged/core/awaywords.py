"""Days away as a person says them: "today", "until friday", "2026-12-24..2027-01-03". Words in, whole days out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256

from triaged.core.settings import Person
from triaged.core.untilwords import NoTime, day_of, speech_of
from triaged.words import LEXICON

Days = tuple[date, date]
"""The first and the last day of an absence."""

FORMS = "today, tomorrow, friday, 'until friday', 2026-12-24 or 2026-12-24..2027-01-03"
"""What may be written."""


def days_away(words: str, now: datetime, person: Person) -> Days:
    """The first and the last day; "until friday" begins today.

    Raises:
        NoTime: these are no days, or they are past; the message says what to write instead.
    """
    first, last = _ends(" ".join(words.split()), person)
    begin = _day(first or "today", words, now, person)
    end = _day(last, words, now, person) if last is not None else begin
    today = person.worktime.date_of(now)
    if end < begin and first:
        raise NoTime(f'"{words}" ends before it begins')
    if end < today:
        raise NoTime(f'"{words}" is past')
    return begin, end


def _ends(words: str, person: Person) -> tuple[str, str | None]:
    if ".." in words:
        first, _, last = words.partition("..")
        return first.strip(), last.strip()
    folded = words.casefold()
    for one in speech_of(person.language).until:
        if folded.startswith(f"{one} "):
            return "", words[len(one) :].strip()
        head, found, tail = folded.partition(f" {one} ")
        if found:
            return head, tail
    return words, None


def _day(said: str, words: str, now: datetime, person: Person) -> date:
    day = day_of(said, now, person.worktime, person.language)
    if day is None:
        raise NoTime(f'"{words}" are no days: write {FORMS}')
    return day


def away_words(language: str) -> Sequence[str]:
    """What one who is away is called, in English and in the person's language."""
    return tuple(dict.fromkeys(word for one in ("en", language) for word in LEXICON.section(one, "commands")["away"]))


def with_away(person: Person, days: Sequence[Days]) -> Person:
    """The person as she is with these days away beside those that are configured."""
    if not days:
        return person
    text = f'{person.ruleset_text}\n{{"away":{[f"{first}..{last}" for first, last in days]}}}'
    worktime = replace(person.worktime, away=(*person.worktime.away, *days))
    return replace(person, worktime=worktime, ruleset_text=text, ruleset_hash=sha256(text.encode()).hexdigest())
