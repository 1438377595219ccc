"""[hours] and a client's hours as a `WorkTime`."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from zoneinfo import ZoneInfo

from triaged.config.misfits import header, wrong_key
from triaged.config.problems import Findings
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
    entries = {key: _slots(section, key, findings) for key in section.values if _is_weekday(key)}
    try:
        return merge_week(entries)
    except ValueError as error:
        named = [key for key in entries if f'"{key}"' in str(error)]
        findings.error(section.key_place(named[-1]) if named else section.node.at, str(error))
        return {}


def _slots(section: Section, key: str, findings: Findings) -> tuple[Slot, ...]:
    texts: tuple[str, ...] = section.values[key]
    told = False
    for index, text in enumerate(texts):
        try:
            parse_slots(text)
        except ValueError as error:
            findings.error(section.place(key, index), f"{key}: {error}")
            told = True
    if told:
        return ()
    try:
        return parse_slots(texts)
    except ValueError as error:
        findings.error(section.place(key), f"{key}: {error}")
        return ()


def _dates(section: Section | None, findings: Findings) -> Mapping[date, tuple[Slot, ...]]:
    if section is None:
        return {}
    return {parse_date(key): _slots(section, key, findings) for key in section.values}


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
