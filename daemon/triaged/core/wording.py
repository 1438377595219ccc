"""Dates and times as a language writes them, in the client's zone. Instants go in, words for a client come out.

English, German, French and Spanish are written by hand; every other language has the patterns of CLDR (Babel, loaded
when first needed) and no words of ours. Nothing here reads a clock: what is today follows from the `now` passed in.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_HALF_A_YEAR = timedelta(days=183)
_OFFSET_KEYS = ("UTC", "GMT", "Etc/", "Universal", "Zulu", "UCT", "Greenwich")


@dataclass(frozen=True, slots=True)
class _Style:
    """How one language says a moment. Patterns are those of CLDR (UTS 35), the rest are templates of ours."""

    day: str
    day_of_year: str
    clock: str
    at: str  # a date and a time
    at_near: str  # today or tomorrow, and a time
    time: str
    today: str
    tomorrow: str
    zone: Callable[[str], str]
    near: re.Pattern[str]  # the preposition of a date before today or tomorrow


def _french_zone(city: str) -> str:
    if city.startswith("Le "):
        return f"heure du {city[3:]}"
    return f"heure d’{city}" if city[:1].casefold() in "aeiouéèêâîôh" else f"heure de {city}"


_STYLES: Mapping[str, _Style] = MappingProxyType(
    {
        "en": _Style(
            day="EEEE d MMMM",
            day_of_year="EEEE d MMMM y",
            clock="HH:mm",
            at="{date} at {time}",
            at_near="{date} at {time}",
            time="{time}",
            today="today",
            tomorrow="tomorrow",
            zone=lambda city: f"{city} time",
            near=re.compile(r"\b(on) (today|tomorrow)(?= at \d)", re.IGNORECASE),
        ),
        "en-us": _Style(
            day="EEEE, MMMM d",
            day_of_year="EEEE, MMMM d, y",
            clock="h:mm a",
            at="{date} at {time}",
            at_near="{date} at {time}",
            time="{time}",
            today="today",
            tomorrow="tomorrow",
            zone=lambda city: f"{city} time",
            near=re.compile(r"\b(on) (today|tomorrow)(?= at \d)", re.IGNORECASE),
        ),
        "de": _Style(
            day="EEEE, d. MMMM",
            day_of_year="EEEE, d. MMMM y",
            clock="HH:mm",
            at="{date}, {time} Uhr",
            at_near="{date} um {time} Uhr",
            time="{time} Uhr",
            today="heute",
            tomorrow="morgen",
            zone=lambda city: f"Ortszeit {city}",
            near=re.compile(r"\b([Aa]m) (heute|morgen)(?= um \d)"),
        ),
        "fr": _Style(
            day="EEEE d MMMM",
            day_of_year="EEEE d MMMM y",
            clock="HH:mm",
            at="{date} à {time}",
            at_near="{date} à {time}",
            time="{time}",
            today="aujourd’hui",
            tomorrow="demain",
            zone=_french_zone,
            near=re.compile(r"\b(le) (aujourd’hui|demain)(?= à \d)", re.IGNORECASE),
        ),
        "es": _Style(
            day="EEEE d 'de' MMMM",
            day_of_year="EEEE d 'de' MMMM 'de' y",
            clock="H:mm",
            at="{date} a las {time}",
            at_near="{date} a las {time}",
            time="{time}",
            today="hoy",
            tomorrow="mañana",
            zone=lambda city: f"hora de {city}",
            near=re.compile(r"\b(el) (hoy|mañana)(?= a las? \d)", re.IGNORECASE),
        ),
    }
)
LANGUAGES = ("en", "de", "fr", "es")
_PREFIXES = {
    "de": "AW: ",
    "fr": "RE: ",
    "es": "RE: ",
    "it": "R: ",
    "nl": "Antw: ",
    "sv": "SV: ",
    "da": "SV: ",
    "no": "SV: ",
    "nb": "SV: ",
    "fi": "VS: ",
    "pl": "Odp: ",
    "pt": "RES: ",
    "tr": "YNT: ",
}


def when(at: datetime, language: str, zone: ZoneInfo, now: datetime, mine: ZoneInfo | None = None) -> str:
    """Date and time: "tomorrow at 10:00", "Freitag, 27. November, 10:00 Uhr", "Friday 27 November at 10:00 (London time)".

    In `zone`, the client's, which is named where it is another than `mine`. Today and tomorrow are those of `now` in
    that zone. The year stands where it is not this year's, or the date is more than half a year away; in languages
    other than `LANGUAGES` always.
    """
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    style = _style(language)
    clock = _clock(local, language, style)
    if style is None:
        words = _cldr_at(_day(local, today, language, None), clock, language)
    elif today <= local.date() <= today + _DAY:
        near = style.today if local.date() == today else style.tomorrow
        words = style.at_near.format(date=near, time=clock)
    else:
        words = style.at.format(date=_day(local, today, language, style), time=clock)
    if style is _STYLES["es"] and local.hour == 1:
        words = words.replace(" a las 1:", " a la 1:")
    return words + _zone_note(zone, mine, language, at)


def on_date(at: datetime, language: str, zone: ZoneInfo, now: datetime) -> str:
    """The date: "Friday 27 November", "Freitag, 27. November"; never "today", so that it can stand after "on"."""
    return _day(at.astimezone(zone), now.astimezone(zone).date(), language, _style(language))


def short_date(at: datetime, language: str, zone: ZoneInfo) -> str:
    """A date in a list: "Fri 27 Nov", "Fr. 27.11."."""
    from babel.dates import format_date

    day, locale = at.astimezone(zone).date(), _locale(language)
    pattern = "EEE d.M." if language.startswith("de") else "EEE d MMM"
    return day.isoformat() if locale is None else str(format_date(day, pattern, locale=locale))


def at_time(at: datetime, language: str, zone: ZoneInfo, mine: ZoneInfo | None = None) -> str:
    """The time: "10:00", "10:00 Uhr", "10:00 (London time)"."""
    style = _style(language)
    clock = _clock(at.astimezone(zone), language, style)
    return (style.time.format(time=clock) if style else clock) + _zone_note(zone, mine, language, at)


def smooth(text: str, language: str) -> str:
    """A rendered text with "on today at 16:30" turned into "today at 16:30", which a template cannot foresee."""
    style = _style(language)
    return style.near.sub(_without_preposition, text) if style else text


def reply_prefix(language: str) -> str:
    """What mail programs in that language put before the subject of an answer: "Re: ", "AW: "."""
    return _PREFIXES.get(language.replace("_", "-").partition("-")[0].casefold(), "Re: ")


def _without_preposition(match: re.Match[str]) -> str:
    return match[2].capitalize() if match[1][0].isupper() else match[2]


def _style(language: str) -> _Style | None:
    tag = language.replace("_", "-").casefold()
    return _STYLES.get(tag) or _STYLES.get(tag.partition("-")[0])


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
    return words.replace(" 1 ", " 1er ", 1) if style is _STYLES["fr"] else words


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
    return style.zone(city) if style else city
