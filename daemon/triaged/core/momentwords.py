"""Moments as the configuration writes them: text in, `Moment` out. `triaged.core.moments` computes when they are.

Nothing here knows hours, calls or what time it is.
"""

import re
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Literal

from triaged.core.spans import Span, parse_span
from triaged.core.timewords import WEEKDAYS, nearest, parse_clock, parse_weekdays

_MOST_SHIFTS = 4
_DATED = re.compile(r"\d{4}-\d{2}-\d{2}.*", re.ASCII)
_SHIFT = re.compile(r"(.+?)\s+(before|after)\s+(.+)")
_BUSINESS = re.compile(r"(?:in )?(\d{1,3}) business days?(?: (\S+))?", re.ASCII)
_CALL_WITHIN = re.compile(r"next call within (.+)")
_OFFICE = re.compile(r"(?:in )?(\d.*office (?:hours?|minutes?))", re.ASCII)
_KNOWN = (
    "now",
    "in 15m",
    "16:30",
    "fri 10:00",
    "tomorrow 09:00",
    "next office day 10:00",
    "next office hours",
    "start of office hours",
    "start of next office day",
    "start of next week",
    "end of office hours",
    "2 business days",
    "2 business days 10:00",
    "4 office hours",
    "next call",
    "next call within 5 business days",
    "1h before next call",
)


@dataclass(frozen=True, slots=True)
class Now:
    """The decision itself."""


@dataclass(frozen=True, slots=True)
class In:
    """So much time from now."""

    span: Span


@dataclass(frozen=True, slots=True)
class Clock:
    """The next such wall clock strictly after now, on any day or on these days of the week."""

    at: time
    weekdays: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Tomorrow:
    """A wall clock on tomorrow's date."""

    at: time


@dataclass(frozen=True, slots=True)
class NextOfficeHours:
    """Now if I am available, else the next instant that I am."""


@dataclass(frozen=True, slots=True)
class StartOfOfficeHours:
    """The next instant I become available, strictly after now."""


@dataclass(frozen=True, slots=True)
class StartOfNextOfficeDay:
    """When the hours of the next office day begin; until 04:00 it is still yesterday."""


@dataclass(frozen=True, slots=True)
class StartOfNextWeek:
    """When the hours of the first office day of the next calendar week begin; until 04:00 it is still yesterday."""


@dataclass(frozen=True, slots=True)
class EndOfOfficeHours:
    """The end of today's last office interval if that lies ahead, else of the next office day's."""


@dataclass(frozen=True, slots=True)
class BusinessDays:
    """On that office day after today: a wall clock, or the end of office hours."""

    count: int
    at: time | None = None


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """The earliest instant by which so much available time has passed."""

    length: timedelta


@dataclass(frozen=True, slots=True)
class NextCall:
    """The client's next standing call that starts at least 30 minutes from now; none if it begins later than `within` from now."""

    within: Span | None = None


Form = (
    Now
    | In
    | Clock
    | Tomorrow
    | NextOfficeHours
    | StartOfOfficeHours
    | StartOfNextOfficeDay
    | StartOfNextWeek
    | EndOfOfficeHours
    | BusinessDays
    | OfficeHours
    | NextCall
)

_WORDS: dict[str, Form] = {
    "now": Now(),
    "next office hours": NextOfficeHours(),
    "start of office hours": StartOfOfficeHours(),
    "start of next office day": StartOfNextOfficeDay(),
    "start of next week": StartOfNextWeek(),
    "end of office hours": EndOfOfficeHours(),
    "next call": NextCall(),
}


@dataclass(frozen=True, slots=True)
class Shift:
    """So much before, or after, the moment it stands at."""

    span: Span
    direction: Literal["before", "after"]


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment of the configuration: what is chosen first, and the shifts applied to it, innermost first."""

    text: str
    form: Form
    shifts: tuple[Shift, ...] = ()

    def __str__(self) -> str:
        """As it was written."""
        return self.text

    @property
    def needs_call(self) -> bool:
        """Whether it exists only for a client with a standing call."""
        return isinstance(self.form, NextCall)


def parse_moment(text: str) -> Moment:
    """A moment: "now", "in 15m", "fri 10:00", "2 business days", "next call", "1h before next call" and their like.

    Raises:
        ValueError: the text is no moment; the message says what to write instead and names the nearest known one.
    """
    rest = " ".join(text.split()).casefold()
    shifts: list[Shift] = []
    while match := _SHIFT.fullmatch(rest):
        if len(shifts) == _MOST_SHIFTS:
            raise ValueError(f'"{text}" has too many "before" and "after": one is enough, as in "1h before next call"')
        shifts.append(Shift(_span(text, match[1]), "before" if match[2] == "before" else "after"))
        rest = match[3]
    return Moment(" ".join(text.split()), _form(text, rest), tuple(reversed(shifts)))


def _span(text: str, words: str) -> Span:
    try:
        return parse_span(words)
    except ValueError as error:
        raise ValueError(f'in the moment "{text}", {error}') from error


def _form(text: str, words: str) -> Form:
    if words in _WORDS:
        return _WORDS[words]
    if match := _BUSINESS.fullmatch(words):
        return BusinessDays(_at_least_one(text, int(match[1])), parse_clock(match[2]) if match[2] else None)
    if match := _OFFICE.fullmatch(words):
        span = _span(text, match[1])
        if not span.elapsed and not span.business_days:
            return OfficeHours(span.office)
    if match := _CALL_WITHIN.fullmatch(words):
        return NextCall(_span(text, match[1]))
    first, _, rest = words.partition(" ")
    if first == "in" and rest:
        return In(_span(text, rest))
    return _wall_clock(text, words)


def _at_least_one(text: str, count: int) -> int:
    if not count:
        raise ValueError(f'"{text}": business days are counted from one; write "end of office hours" for today')
    return count


def _wall_clock(text: str, words: str) -> Form:
    days, _, clock = words.rpartition(" ")
    if not clock[:1].isdigit() or _DATED.fullmatch(words) or _is_span(words):
        raise ValueError(_unknown(text, words))
    match days:
        case "":
            return Clock(parse_clock(clock))
        case "tomorrow":
            return Tomorrow(parse_clock(clock))
        case "next office day":
            return BusinessDays(1, parse_clock(clock))
        case _:
            return Clock(parse_clock(clock), _moment_days(text, days, clock))


def _moment_days(text: str, days: str, clock: str) -> tuple[int, ...]:
    try:
        return parse_weekdays(days)
    except ValueError as error:
        if days != "today" and (close := nearest(days, (*WEEKDAYS, "tomorrow", "next office day"))):
            raise ValueError(f'"{text}" is no moment: "{days}" is no day{close}') from error
        raise ValueError(_unknown(text, f"{days} {clock}")) from error


def _unknown(text: str, words: str) -> str:
    if _DATED.fullmatch(words):
        return f'"{text}" is no moment: moments recur and have no dates; write a weekday, as in "fri 10:00"'
    if _is_span(words):
        return f'"{text}" is a duration, no moment: write "in {words}"'
    if words.startswith("today "):
        return f'"{text}" is no moment: write the time alone, it is the next one'
    hint = nearest(words, _KNOWN) or f": write one of {', '.join(_KNOWN)}"
    whole = " ".join(text.split()).casefold()
    if whole != words and whole.endswith(
        words
    ):  # "30m before the next call": what is shifted is not known, the shift stays
        hint = hint.replace('mean "', f'mean "{whole.removesuffix(words)}', 1)
    return f'"{text}" is no moment{hint}'


def _is_span(words: str) -> bool:
    try:
        parse_span(words)
    except ValueError:
        return False
    return True
