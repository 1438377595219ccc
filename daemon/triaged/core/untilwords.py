"""Until when, as a person says it: in a command, in an answer to a mail of ours. Words and an instant in, an instant out.

Moments are those of the configuration; beside them a date, a day of the week, tomorrow, next week, each with a time or
without: then it is when the hours of that day begin. Days are understood in English and in the person's own language.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache

from triaged.core.calls import Schedule
from triaged.core.moments import evening_of, parse_moment, resolve
from triaged.core.momentwords import Moment
from triaged.core.spans import parse_span
from triaged.core.worktime import WorkTime
from triaged.words import LEXICON

FORMS = "friday, 'fri 15:00', tomorrow, 2026-12-04, '2026-12-04 15:00', '2h', '3 days', 'next week' or 'next call'"
"""What may be written, beside the moments of the configuration."""

_DAY = timedelta(days=1)
_WEEK = 7
_MONTHS = 12
_NINE = time(9)
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})\.\s?(\d{1,2})\.(?:\s?(\d{4}))?", re.ASCII)
_NAMED_DATE = re.compile(
    r"(?:[^\W\d_]{2,3} )?(\d{1,2})(?:[^\W\d_]{1,2})?\.?(?: [^\W\d_]{2})? ([^\W\d_]{3,})\.?"
    r"|([^\W\d_]{3,})\.? (\d{1,2})(?:[^\W\d_]{2})?"
)
"""The 15th of December, le 1er décembre, el 15 de diciembre; Dec. 15: the small words are passed over."""

_CLOCK = re.compile(r"(\d{1,2})(?:[:.h](\d{2})|\s?h|\s?uhr)?", re.ASCII)


class NoTime(ValueError):
    """These words say no time, or one that is past; the message says what to write instead."""


@dataclass(frozen=True, slots=True)
class Speech:
    """The words for days in the languages that are understood: English, and the person's."""

    weekdays: Mapping[str, int]
    months: Mapping[str, int]
    until: Sequence[str]
    today: frozenset[str]
    tomorrow: frozenset[str]
    next_week: frozenset[str]
    next_call: frozenset[str]
    at: Sequence[str]


@cache
def speech_of(language: str) -> Speech:
    """What is understood from a person of that language."""
    tables = [LEXICON.section(one, "commands") for one in ("en", language)]

    def both(key: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(word for table in tables for word in table[key]))

    days = [LEXICON.section(one, "dates")["weekdays"][: 2 * _WEEK] for one in ("en", language)]
    months = [LEXICON.section(one, "dates")["months"][:_MONTHS] for one in ("en", language)]
    return Speech(
        months={word: number for names in reversed(months) for number, word in enumerate(names, 1)},
        weekdays={word: number % _WEEK for names in reversed(days) for number, word in enumerate(names)},
        until=sorted(both("until"), key=len, reverse=True),
        today=frozenset(both("today")),
        tomorrow=frozenset(both("tomorrow")),
        next_week=frozenset(both("next_week")),
        next_call=frozenset(both("next_call")),
        at=sorted(both("at"), key=len, reverse=True),
    )


def until(words: str, now: datetime, schedule: Schedule, language: str = "en") -> datetime:
    """When that is, later than `now`.

    >>> from zoneinfo import ZoneInfo
    >>> until("2026-12-04 15:00", datetime(2026, 11, 30, tzinfo=ZoneInfo("UTC")), Schedule(WorkTime(ZoneInfo("UTC")))).isoformat()
    '2026-12-04T15:00:00+00:00'

    Raises:
        NoTime: it is no time, or lies in the past.
    """
    speech = speech_of(language)
    said = _after(_folded(words), speech.until)
    at = _of_a_day(said, now, schedule.worktime, speech) or _of_a_moment(said, now, schedule, speech)
    if at is None and (moment := _moment(said, speech)) is not None and moment.needs_call:
        raise NoTime("there is no call ahead")
    if at is None:
        raise NoTime(f'"{words}" is no time: write {FORMS}')
    if at <= now:
        raise NoTime(f'"{words}" is past: write a time that lies ahead')
    return at


def day_of(words: str, now: datetime, worktime: WorkTime, language: str = "en") -> date | None:
    """The date that these words name; None: they name none. A day of the week is the next one, today included."""
    return _date(_folded(words), evening_of(now, worktime), speech_of(language))


def _folded(words: str) -> str:
    """In small letters, without the point of a sentence; that of a date stays."""
    said = " ".join(words.split()).casefold().rstrip("!")
    return said if _DATE.fullmatch(said.rpartition(" ")[2]) else said.rstrip(".")


def _after(said: str, openings: Sequence[str]) -> str:
    """What follows one of these words, or all of it."""
    return next((said[len(one) :].strip() for one in openings if said.startswith(f"{one} ")), said)


def _of_a_day(said: str, now: datetime, worktime: WorkTime, speech: Speech) -> datetime | None:
    today = evening_of(now, worktime)
    day, clock = _date(said, today, speech), None
    if day is None:
        head, clock = _split(said, speech)
        day = _date(head, today, speech) if clock is not None else None
    if day is None:
        return None
    at = worktime.instant(day, clock) if clock is not None else _beginning(day, worktime)
    is_weekday = said.split(maxsplit=1)[0] in speech.weekdays
    return _of_a_day_later(day, clock, worktime) if at <= now and is_weekday else at


def _of_a_day_later(day: date, clock: time | None, worktime: WorkTime) -> datetime:
    """The same day of the week, a week on."""
    later = day + _WEEK * _DAY
    return worktime.instant(later, clock) if clock is not None else _beginning(later, worktime)


def _beginning(day: date, worktime: WorkTime) -> datetime:
    """When the hours of a day begin; nine o'clock on one that has none."""
    office = worktime.office(day)
    return office[0][0] if office else worktime.instant(day, _NINE)


def _split(said: str, speech: Speech) -> tuple[str, time | None]:
    """A day and a time: "friday 15:00", "friday at 3"."""
    for one in speech.at:
        head, found, tail = said.partition(f" {one} ")
        if found:
            return head, _clock(tail)
    head, _, tail = said.rpartition(" ")
    return (head, _clock(tail)) if ":" in tail else (said, None)


def _clock(words: str) -> time | None:
    match = _CLOCK.fullmatch(words.strip())
    with suppress(ValueError):
        return time(int(match[1]), int(match[2] or 0)) if match else None
    return None


def _date(words: str, today: date, speech: Speech) -> date | None:
    if words in speech.today:
        return today
    if words in speech.tomorrow:
        return today + _DAY
    if words in speech.weekdays:
        return today + (speech.weekdays[words] - today.weekday()) % _WEEK * _DAY
    if match := _NAMED_DATE.fullmatch(words):
        months = {number for name, number in speech.months.items() if name.startswith(match[2] or match[3])}
        return _next(int(match[1] or match[4]), months.pop(), today) if len(months) == 1 else None
    match = _DATE.fullmatch(words)
    return _calendar_date(match, today) if match else None


def _calendar_date(match: re.Match[str], today: date) -> date | None:
    if match[4] and not match[6]:
        return _next(int(match[4]), int(match[5]), today)
    year, month, day = (match[1], match[2], match[3]) if match[1] else (match[6], match[5], match[4])
    with suppress(ValueError):
        return date(int(year), int(month), int(day))
    return None


def _next(day: int, month: int, today: date) -> date | None:
    """The next date of that name, today included."""
    with suppress(ValueError):
        there = date(today.year, month, day)
        return there if there >= today else there.replace(year=there.year + 1)
    return None


def _of_a_moment(said: str, now: datetime, schedule: Schedule, speech: Speech) -> datetime | None:
    moment = _moment(said, speech)
    found = resolve(moment, now, schedule) if moment else None
    return found.at if found else None


def _moment(said: str, speech: Speech) -> Moment | None:
    if said in speech.next_week:
        return parse_moment("start of next week")
    if said in speech.next_call:
        return parse_moment("30m before next call")
    with suppress(ValueError):
        return parse_moment(said)
    with suppress(ValueError):
        parse_span(said)
        return parse_moment(f"in {said}")
    return None
