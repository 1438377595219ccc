"""[hours] and a client's hours as a `WorkTime`."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from zoneinfo import ZoneInfo

from triaged.config.misfits import header, wrong_key
from triaged.config.problems import Findings, Place
from triaged.config.reader import Section
from triaged.config.valuekinds import WEEK
from triaged.core.publicholidays import holidays_of
from triaged.core.timewords import Slot, merge_week, parse_date, parse_dates, parse_slots, parse_weekdays
from triaged.core.worktime import WorkTime, parse_holidays

_CODE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", re.ASCII)
_ANY_YEAR = 2026
Week = dict[int, tuple[Slot, ...]]


def make_worktime(section: Section | None, zone: ZoneInfo, findings: Findings) -> WorkTime:
    """Put hours together. Without any day of the week in them they are every day's, as without [hours]."""
    if section is None:
        return WorkTime(zone)
    focus = section.get("focus")
    return WorkTime(
        zone,
        _week(section, findings) if any(_is_weekday(key) for key in section.values) else None,
        _dates(section.get("on"), findings),
        _holidays(section, findings),
        _away(section, findings),
        _week(focus, findings) if focus is not None else {},
    )


def _is_weekday(key: str) -> bool:
    return key not in ("on", "holidays", "away", "focus") and wrong_key(WEEK, key) is None


def _week(section: Section, findings: Findings) -> Week:
    entries = _slots(section, [key for key in section.values if _is_weekday(key)], findings)
    try:
        return merge_week(entries)
    except ValueError as error:
        named = [key for key in entries if f'"{key}"' in str(error)]
        findings.error(section.key_place(named[-1]) if named else section.node.at, str(error))
        return {}


def _slots(section: Section, keys: list[str], findings: Findings) -> dict[str, tuple[Slot, ...]]:
    """The hours of each day. The same mistake on several days is one, told at the first."""
    told: dict[str, list[tuple[str, Place]]] = {}
    wrong = {key: _mistakes(section, key) for key in keys}
    for key, mistakes in wrong.items():
        for text, place in mistakes:
            told.setdefault(text, []).append((key, place))
    for text, days in told.items():
        findings.error(days[0][1], f"{', '.join(dict.fromkeys(key for key, _ in days))}: {text}")
    return {key: () if wrong[key] else parse_slots(section.values[key]) for key in keys}


def _mistakes(section: Section, key: str) -> list[tuple[str, Place]]:
    """What is wrong with each text of a day; where nothing is, with them together."""
    texts = section.values[key]
    places = [section.place(key, index) for index in range(len(texts))]
    alone = [(told, place) for text, place in zip(texts, places, strict=True) if (told := _refused(text))]
    together = _refused(texts)
    return alone or ([(together, section.place(key))] if together else [])


def _refused(value: str | tuple[str, ...]) -> str:
    try:
        parse_slots(value)
    except ValueError as error:
        return str(error)
    return ""


def _dates(section: Section | None, findings: Findings) -> Mapping[date, tuple[Slot, ...]]:
    if section is None:
        return {}
    return {parse_date(key): slots for key, slots in _slots(section, list(section.values), findings).items()}


def _holidays(section: Section, findings: Findings) -> str:
    code: str = section.get("holidays", "")
    with suppress(NotImplementedError):
        # the whole list of countries takes a tenth of a second to read: only for a code that is not known at once
        if _CODE.fullmatch(code) and holidays_of(code, _ANY_YEAR):
            return code
    try:
        return parse_holidays(code)
    except ValueError as error:
        findings.error(section.place("holidays"), f"holidays: {error}")
        return ""


def _away(section: Section, findings: Findings) -> tuple[tuple[date, date], ...]:
    found: list[tuple[date, date]] = []
    for index, text in enumerate(section.get("away", ())):
        try:
            found.extend(parse_dates(text))
        except ValueError as error:
            findings.error(section.place("away", index), f"away: {error}")
    return tuple(found)


def check_focus(section: Section, worktime: WorkTime, findings: Findings) -> None:
    """Warn of focus blocks that lie where there are no office hours at all."""
    focus: Section | None = section.get("focus")
    if focus is None or worktime.week is None:
        return
    for key in focus.values:
        for day in parse_weekdays(key):
            office = worktime.week.get(day, ())
            for slot in worktime.focus.get(day, ()):
                if not any(_meet(slot, one) for one in office):
                    findings.warning(
                        focus.place(key), f"{key}: {slot} lies outside {header(section.path)}: it changes nothing"
                    )


def _meet(one: Slot, two: Slot) -> bool:
    return one.start in two or two.start in one
