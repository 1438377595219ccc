"""Dates and times as a language writes them, in the client's zone. Instants go in, words for a client come out.

Languages whose file says how are written so; every other one has the patterns of CLDR (Babel, loaded when first needed)
and no words of ours. Nothing here reads a clock: what is today follows from the `now` passed in.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, partial
from typing import Any
from zoneinfo import ZoneInfo

from triaged.core.notation import any_of
from triaged.words import LEXICON

_DAY = timedelta(days=1)
_HALF_A_YEAR = timedelta(days=183)
_STRAIGHT = re.compile(r"(?<=[^\W\d_])'(?=[^\W\d_])")
_APOSTROPHE = re.compile("’")
_SPACE = re.compile(" ")
_OFFSET_KEYS = ("UTC", "GMT", "Etc/", "Universal", "Zulu", "UCT", "Greenwich")


@dataclass(frozen=True, slots=True)
class _Style:
    """How one language says a moment. Patterns are those of CLDR (UTS 35), the rest are templates of ours."""

    day: str
    day_of_year: str
    short: str
    clock: str
    at: str
    at_near: str
    time: str
    today: str
    tomorrow: str
    before_date: str
    near: Sequence[tuple[str, str]]
    zone: str
    contractions: Sequence[tuple[str, str]]

    def polished(self, words: str) -> str:
        """The words as the language draws them together: "a la 1:30", "heure du Caire"."""
        for apart, together in self.contractions:
            words = words.replace(apart, together)
        return words


def when(  # what a moment is written by
    at: datetime, language: str, zone: ZoneInfo, now: datetime, mine: ZoneInfo | None = None, *, dated: bool = False
) -> str:
    """Date and time: "tomorrow at 10:00", "Freitag, 27. November, 10:00 Uhr", "Friday 27 November at 10:00 (London time)".

    In `zone`, the client's, which is named where it is another than `mine`. Today and tomorrow are those of `now` in
    that zone; none of both with `dated`, in what may be read on another day. The year stands where it is not this year's, or the date is more than half a year away; in languages
    without words of ours always.
    """
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    style = _style(language)
    clock = _clock(local, language, style)
    if style is None:
        words = _cldr_at(_day(local, today, language, None), clock, language)
    elif not dated and today <= local.date() <= today + _DAY:
        near = style.today if local.date() == today else style.tomorrow
        words = style.at_near.format(date=near, time=clock)
    else:
        words = style.at.format(date=_day(local, today, language, style), time=clock)
    return (style.polished(words) if style else words) + _zone_note(zone, mine, language, at)


def on_date(at: datetime, language: str, zone: ZoneInfo, now: datetime) -> str:
    """The date: "Friday 27 November", "Freitag, 27. November"; never "today", so that it can stand after "on"."""
    return _day(at.astimezone(zone), now.astimezone(zone).date(), language, _style(language))


def short_date(at: datetime, language: str, zone: ZoneInfo) -> str:
    """A date in a list: "Fri 27 Nov", "Fr. 27.11."."""
    from babel.dates import format_date

    day, locale = at.astimezone(zone).date(), _locale(language)
    style = _style(language) or _style("en")
    return day.isoformat() if locale is None or style is None else str(format_date(day, style.short, locale=locale))


def at_time(at: datetime, language: str, zone: ZoneInfo, mine: ZoneInfo | None = None) -> str:
    """The time: "10:00", "10:00 Uhr", "10:00 (London time)"."""
    style = _style(language)
    clock = _clock(at.astimezone(zone), language, style)
    return (style.time.format(time=clock) if style else clock) + _zone_note(zone, mine, language, at)


def smooth(text: str, language: str) -> str:
    """A rendered text with "on today at 16:30" turned into "today at 16:30", which a template cannot foresee.

    Likewise "bis zum heute", "jusqu’au aujourd’hui", "del hoy", each as the language says it.
    """
    near = _near(language)
    text = near.sub(_without_preposition, text) if near else text
    for apart, together in _drawn_together(language):
        text = apart.sub(partial(_together, together), text)
    return text


def one_apostrophe(text: str, source: str) -> str:
    """A rendered text with the apostrophe of its author, where our own words in it have another."""
    straight = _STRAIGHT.search(source) is not None and "’" not in source
    return text.replace("’", "'") if straight else text


def reply_prefix(language: str) -> str:
    """What mail programs in that language put before the subject of an answer: "Re: ", "AW: "."""
    return str((LEXICON.own(language, "subjects") or {}).get("written", LEXICON.section("en", "subjects")["written"]))


def _together(together: str, match: re.Match[str]) -> str:
    said = match.expand(together)
    return said[:1].upper() + said[1:] if match[0][:1].isupper() else said


@cache
def _drawn_together(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """What stands before today or tomorrow and a clock, and how it is said there."""
    style = _style(language)
    if style is None:
        return ()
    words = {
        "near": f"(?P<near>{any_of((style.today, style.tomorrow))})",
        "today": f"(?P<near>{re.escape(style.today)})",
    }
    clock = re.escape(style.at_near.partition("}")[2].split()[0])
    found = []
    for apart, together in style.near:
        pattern = _APOSTROPHE.sub("[’']", re.sub(r"\{(\w+)\}", lambda one: words[one[1]], _SPACE.sub(r"\\s+", apart)))
        ahead = rf"(?=\s+(?:{clock}(?:\s+\w+)?\s+)?\d)"
        found.append((re.compile(rf"\b{_either_case(pattern)}{ahead}"), re.sub(r"\{\w+\}", r"\\g<near>", together)))
    return tuple(found)


def _either_case(pattern: str) -> str:
    """Its first letter, large or small: nouns of German are not the words of ours that look like them."""
    return f"[{pattern[0]}{pattern[0].upper()}]{pattern[1:]}" if pattern[0].isalpha() else pattern


def _without_preposition(match: re.Match[str]) -> str:
    return match[2].capitalize() if match[1][0].isupper() else match[2]


@cache
def _style(language: str) -> _Style | None:
    words = LEXICON.own(language, "moments")
    return _Style(**words) if words else None


@cache
def _near(language: str) -> re.Pattern[str] | None:
    """The preposition of a date before today or tomorrow and a time; None where we have no words."""
    style = _style(language)
    if style is None:
        return None
    near = any_of((style.today, style.tomorrow))
    on = re.escape(style.before_date[1:])
    clock = re.escape(style.at_near.partition("}")[2].split()[0])
    return re.compile(
        rf"\b([{style.before_date[0]}{style.before_date[0].upper()}]{on}) ({near})(?= {clock}(?: \w+)? \d)"
    )


def _locale(language: str) -> Any:
    from babel import Locale, UnknownLocaleError

    for tag in (language.replace("-", "_"), language.replace("_", "-").partition("-")[0]):
        try:
            return Locale.parse(tag)
        except (UnknownLocaleError, ValueError):
            continue
    return None


def _day(local: datetime, today: date, language: str, style: _Style | None) -> str:
    from babel.dates import format_date

    day, locale = local.date(), _locale(language)
    if locale is None:  # a language that CLDR does not know: ISO 8601 is read everywhere
        return day.isoformat()
    if style is None:
        return str(format_date(day, "full", locale=locale))
    with_year = day.year != today.year or abs(day - today) > _HALF_A_YEAR
    words = str(format_date(day, style.day_of_year if with_year else style.day, locale=locale))
    return style.polished(words)


def _clock(local: datetime, language: str, style: _Style | None) -> str:
    from babel.dates import format_time

    locale = _locale(language)
    if locale is None:
        return local.strftime("%H:%M")
    return str(format_time(local.time(), style.clock if style else "short", locale=locale)).replace("\u202f", " ")


def _cldr_at(day: str, clock: str, language: str) -> str:
    from babel.dates import get_datetime_format

    locale = _locale(language)
    pattern = str(get_datetime_format("long", locale=locale)) if locale else "{1} {0}"
    return pattern.replace("'", "").replace("{0}", clock).replace("{1}", day)


def _zone_note(zone: ZoneInfo, mine: ZoneInfo | None, language: str, at: datetime) -> str:
    if mine is None or zone.key == mine.key:
        return ""
    return f" ({zone_name(zone, language, at)})"


def zone_name(zone: ZoneInfo, language: str, at: datetime) -> str:
    """What a zone is called: "London time", "Ortszeit London", "UTC+02:00"."""
    key = zone.key or "UTC"
    locale = _locale(language)
    if key.startswith(_OFFSET_KEYS) or "/" not in key or locale is None:
        offset = f"{at.astimezone(zone):%z}"
        return "UTC" if offset == "+0000" else f"UTC{offset[:3]}:{offset[3:]}"
    from babel.dates import get_timezone_location

    # Some have a region before the city: Argentina/Buenos Aires.
    city = str(get_timezone_location(key, locale=locale, return_city=True)).rpartition("/")[2]
    style = _style(language)
    return style.polished(style.zone.format(city=city)) if style else city
