"""Durations, dates and shares as a language writes them (CLDR, by Babel). Values in, words out."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

_HOUR, _TWO_DAYS, _DAY = 60, 48 * 60, 24 * 60  # minutes
Length = Literal["short", "long", "narrow"]
NONE = "–"
_UNIT = re.compile(r"(\d)([^\W\d])")  # narrow is "4h" in CLDR 46, and no Spanish hand writes so
_PLAIN_SPACES = str.maketrans("\u00a0\u2009\u202f", "   ")  # terminals and mail clients trip over the narrow ones


def duration(span: timedelta | None, language: str = "en", *, days: bool = True) -> str:
    """A duration as people read it, in its two largest units: "12 min", "3 hr 5 min", "2 days 4 hr".

    `days` False: hours are the largest; a day of agreed hours is none of the calendar's.
    """
    return _duration(span, language, days=days, length="short")


def limit(span: timedelta | None, *, days: bool = True) -> timedelta | None:
    """A time within which something was done, up to the next unit that is shown: what is said to be within it is."""
    if span is None or not span % timedelta(minutes=1):
        whole = span
    elif span < timedelta(minutes=1):
        return span  # "less than a minute"
    else:
        whole = timedelta(minutes=-(-span // timedelta(minutes=1)))
    if whole is None or not days or whole < timedelta(minutes=_TWO_DAYS):
        return whole
    return timedelta(hours=-(-whole // timedelta(hours=1)))


def brief(span: timedelta | None, *, days: bool = True) -> str:
    """For a narrow column, in English: "12m", "3h 5m", "2d 4h"."""
    return _duration(span, "en", days=days, length="narrow") if span is not None else NONE


def duration_in_prose(span: timedelta | None, language: str) -> str:
    """For a sentence: "3 hours 5 minutes"; never days, which German would have to inflect."""
    return _duration(span, language, days=False, length="long")


def _duration(span: timedelta | None, language: str, *, days: bool, length: Length) -> str:
    if span is None:
        return NONE
    minutes = round(span.total_seconds() / 60)
    if not minutes and (
        span or length == "long"
    ):  # seconds are some time; a sentence says "within 1 minute" of none, too
        return ("" if length == "long" else "<") + _unit(1, "minute", language, length=length)
    if minutes < _HOUR:
        return _unit(minutes, "minute", language, length=length)
    large, small, size = ("hour", "minute", _HOUR) if minutes < _TWO_DAYS or not days else ("day", "hour", _DAY)
    whole, rest = divmod(minutes, size)
    rest = rest if small == "minute" else rest // _HOUR
    parts = [_unit(whole, large, language, length=length), _unit(rest, small, language, length=length)]
    return " ".join(parts[: 2 if rest else 1])


def number(value: float, language: str) -> str:
    """A number as the language writes it, "2.5"."""
    from babel.numbers import format_decimal

    return str(format_decimal(value, locale=_locale(language)))


def share(count: int, of: int, language: str) -> str:
    """A percentage as the language writes it, "21 %"; "–" of nothing."""
    from babel.numbers import format_percent

    return str(format_percent(count / of, locale=_locale(language))) if of else NONE


def period(since: datetime, until: datetime, language: str, zone: ZoneInfo) -> str:
    """From the first day to the last: "1 – 30 November 2026"."""
    from babel.dates import format_interval

    first = since.astimezone(zone).date()
    last = max((until - timedelta(microseconds=1)).astimezone(zone).date(), first)
    if first == last:
        return day(first, language)
    words = str(format_interval(first, last, "yMMMMd", locale=_locale(language)))
    return words.translate(_PLAIN_SPACES)


def day(at: date, language: str) -> str:
    """A date in full: "27 November 2026", "27. November 2026"."""
    from babel.dates import format_date

    return str(format_date(at, "long", locale=_locale(language)))


def short_day(at: date, language: str) -> str:
    """A date of a period that is known: "27 Nov", "27. Nov."."""
    from babel.dates import format_skeleton

    return str(format_skeleton("MMMd", at, locale=_locale(language)))


def short_month(at: date, language: str) -> str:
    """A month: "Nov 2026"."""
    from babel.dates import format_skeleton

    return str(format_skeleton("yMMM", at, locale=_locale(language)))


@cache
def weekdays(language: str) -> tuple[str, ...]:
    """Monday to Sunday, short."""
    names: Any = _locale(language).days["stand-alone"]["abbreviated"]
    return tuple(str(names[number]) for number in range(7))


def listed(words: Sequence[str], language: str) -> str:
    """Words in a row: "a, b and c"."""
    from babel.lists import format_list

    return str(format_list(list(words), locale=_locale(language))) if words else ""


@cache
def _unit(number: int, unit: str, language: str, *, length: Length) -> str:
    from babel.units import format_unit

    if language not in ("en", "de", "fr", "es"):
        length = "short"
    elif length == "short" and unit == "day":
        length = "long"  # short is "2 Tg."; other languages' long forms are beyond Babel 2.18
    elif length == "short" and language == "es":
        length = "narrow"  # short is "1 horas" in CLDR 46
    locale = "en" if language == "en" else _locale(language)  # British is "5 hrs 1 min", American "5 hr 1 min"
    words = str(format_unit(number, f"duration-{unit}", length=length, locale=locale))
    return _UNIT.sub(r"\1 \2", words.translate(_PLAIN_SPACES)) if language == "es" else words.translate(_PLAIN_SPACES)


@cache
def _locale(language: str) -> Any:
    """English as written in Europe, like the rest of our words; a language that CLDR does not know is English."""
    from babel import Locale, UnknownLocaleError

    tag = language.replace("-", "_")
    try:
        return Locale.parse("en_GB" if tag == "en" else tag)
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en_GB")
