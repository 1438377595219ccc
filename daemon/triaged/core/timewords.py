"""Wall-clock words of the configuration: times, slots, weekdays and dates. Text in, values out.

A parser here refuses with a `ValueError` whose message says what to write instead. It knows no zone and no today.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from difflib import get_close_matches
from enum import Enum
from itertools import pairwise

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONG_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NUMBERS = {name: number for names in (WEEKDAYS, _LONG_WEEKDAYS) for number, name in enumerate(names)}
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.0+)?)?", re.ASCII)
_OTHER_MARK = re.compile(r"(\d{1,2})(?:[.h](\d{2})|\s?h)?", re.ASCII | re.IGNORECASE)
_TWELVE_HOURS = re.compile(r"(0?[1-9]|1[0-2])(?:[:.](\d{2}))?\s*([ap])\.?m\.?", re.ASCII | re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class EndOfDay(Enum):
    """The end of a day, written 24:00: the first instant of the next."""

    END_OF_DAY = "24:00"


END_OF_DAY = EndOfDay.END_OF_DAY


@dataclass(frozen=True, slots=True)
class Slot:
    """Wall-clock hours of one day. The start belongs to it, the end does not."""

    start: time
    end: time | EndOfDay

    def __str__(self) -> str:
        """As the configuration writes it."""
        return f"{clock_text(self.start)}-{clock_text(self.end)}"

    def __contains__(self, clock: time) -> bool:
        """Whether a wall clock lies in it."""
        return self.start <= clock and (isinstance(self.end, EndOfDay) or clock < self.end)


WHOLE_DAY = Slot(time(0), END_OF_DAY)


def clock_text(clock: time | EndOfDay) -> str:
    """A wall clock as the configuration writes it: "09:00", with seconds only where there are some."""
    if isinstance(clock, EndOfDay):
        return clock.value
    return clock.isoformat("seconds" if clock.second else "minutes")


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint for a word that is not known: `; did you mean "fri"?`, or nothing."""
    close = get_close_matches(word.casefold(), list(known), n=1)
    return f'; did you mean "{close[0]}"?' if close else ""


def parse_clock(text: str) -> time:
    """A wall clock: "16:30", or "16:30:00" as an unquoted TOML time arrives."""
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        raise ValueError(f'"{text}" is no time of day: {_clock_hint(text)}')
    hour, minute, second = (int(part or 0) for part in match.groups())
    if (hour, minute, second) == (24, 0, 0):
        raise ValueError('"24:00" is only the end of a slot: write "00:00" for midnight')
    try:
        return time(hour, minute, second)
    except ValueError as error:
        raise ValueError(f'"{text}" is no time of day: hours go to 23, minutes to 59') from error


def _clock_hint(text: str) -> str:
    if (match := _OTHER_MARK.fullmatch(text.strip())) and int(match[1]) < 24 and int(match[2] or 0) < 60:  # noqa: PLR2004 — a day's hours
        return f'write "{int(match[1]):02}:{match[2] or "00"}"'
    match = _TWELVE_HOURS.fullmatch(text.strip())
    if match is None:
        return 'write hours and minutes, as in "16:30"'
    hour = int(match[1]) % 12 + (12 if match[3].casefold() == "p" else 0)
    return f'write "{hour:02}:{match[2] or "00"}"'


def _parse_end(text: str) -> time | EndOfDay:
    return END_OF_DAY if text.strip() in ("24:00", "24:00:00") else parse_clock(text)


def parse_between(text: str) -> Slot:
    """Wall-clock hours that may wrap midnight ("18:00-22:00", "22:00-06:00"): the end may lie before the start."""
    start, dash, end = text.strip().replace("–", "-").partition("-")
    if not dash:
        raise ValueError(f'"{text}" is no time span: write start and end, as in "09:00-12:30"')
    slot = Slot(parse_clock(start), _parse_end(end))
    if slot.start == slot.end:
        raise ValueError(f'"{text}" is empty, its start is its end: write "00:00-24:00" for the whole day')
    return slot


def is_between(slot: Slot, clock: time) -> bool:
    """Whether a wall clock lies in hours that may wrap midnight."""
    if isinstance(slot.end, EndOfDay) or slot.start < slot.end:
        return clock in slot
    return clock >= slot.start or clock < slot.end


def _items(value: str | Sequence[str]) -> list[str]:
    parts = value.split(",") if isinstance(value, str) else list(value)
    return [part.strip() for part in parts if part.strip()]


def _parse_slot(text: str) -> Slot:
    slot = parse_between(text)
    if not isinstance(slot.end, EndOfDay) and slot.end < slot.start:
        start, end = clock_text(slot.start), clock_text(slot.end)
        after = "" if slot.end == time(0) else f' and "00:00-{end}" on the next day'
        raise ValueError(f'"{text}" runs over midnight: write "{start}-24:00"{after}')
    return slot


def parse_slots(value: str | Sequence[str]) -> tuple[Slot, ...]:
    """The hours of one day, in order: "09:00-12:30", a list of such, or an empty list for none."""
    slots = sorted((_parse_slot(text) for text in _items(value)), key=lambda slot: slot.start)
    for one, next_one in pairwise(slots):
        if isinstance(one.end, EndOfDay) or next_one.start < one.end:
            raise ValueError(f'"{one}" and "{next_one}" overlap: write them as one, or end the first earlier')
    return tuple(slots)


def _weekday(text: str) -> int:
    number = _NUMBERS.get(text.strip().casefold())
    if number is None:
        hint = nearest(text.strip(), _NUMBERS) or ": write mon, tue, wed, thu, fri, sat or sun"
        raise ValueError(f'"{text.strip()}" is no day of the week{hint}')
    return number


def parse_weekdays(text: str) -> tuple[int, ...]:
    """Days of the week, 0 is Monday, in the order of the week: "fri", "mon-fri", "sat-mon" (wraps), "tue,thu"."""
    days: set[int] = set()
    for part in text.replace("–", "-").split(","):
        first, dash, last = part.partition("-")
        start = _weekday(first)
        end = _weekday(last) if dash else start
        days.update((start + step) % 7 for step in range((end - start) % 7 + 1))
    return tuple(sorted(days))


def merge_week(entries: Mapping[str, tuple[Slot, ...]]) -> dict[int, tuple[Slot, ...]]:
    """Hours by day of the week from entries like "mon-thu" and "fri". A single day wins over a range.

    Raises:
        ValueError: two ranges, or two single days, claim the same day.
    """
    week: dict[int, tuple[Slot, ...]] = {}
    by: dict[int, tuple[str, bool]] = {}
    for key, slots in sorted(entries.items(), key=lambda entry: len(parse_weekdays(entry[0])) == 1):
        days = parse_weekdays(key)
        for day in days:
            other, single = by.get(day, ("", False))
            if other and single == (len(days) == 1):
                raise ValueError(
                    f'"{other}" and "{key}" both say when {WEEKDAYS[day]} is: only a single day wins over a range'
                )
            week[day], by[day] = slots, (key, len(days) == 1)
    return week


def parse_date(text: str) -> date:
    """A date as ISO 8601 writes it: "2026-12-24"."""
    text = text.strip()
    if not _DATE.fullmatch(text):
        raise ValueError(f'"{text}" is no date: write year, month and day, as in "2026-12-24"')
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f'"{text}" is no date: there is no such day') from error


def parse_dates(value: str | Sequence[str]) -> tuple[tuple[date, date], ...]:
    """Whole days, both ends included: "2026-12-24..2027-01-03", "2027-02-12", or a list of such."""
    ranges = []
    for text in _items(value):
        first, dots, last = text.partition("..")
        start = parse_date(first)
        end = parse_date(last) if dots else start
        if end < start:
            raise ValueError(f'"{text}" ends before it starts: write "{end}..{start}"')
        ranges.append((start, end))
    return tuple(ranges)
