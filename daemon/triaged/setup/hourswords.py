"""Hours as a person says them: "09:00-17:00", or "mon-thu 09:00-12:30, 13:30-17:00; fri 09:00-13:00". Text in, [hours] out."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from triaged.core.timewords import WEEKDAYS, parse_slots, parse_weekdays

_PART = re.compile(r"\s*([a-z][a-z, –-]*?)?[ :]*(\d.*)", re.IGNORECASE)
_SPAN = re.compile(r"(?<![\d:.])(\d{1,2})(?:[:.](\d\d))?\s*(?:-|–|to|bis|à|a)\s*(\d{1,2})(?:[:.](\d\d))?(?![\d:.])")
"""As people write one: 9-17, 9.00 bis 17.30."""
_ENOUGH = 20
_LUNCH = (12, 13)
USUAL = "09:00-17:00"


def no_hours(text: str) -> str:
    """What is wrong with it; "": nothing."""
    try:
        hours_lines(text)
    except ValueError as error:
        return f'{error}. Write "09:00-17:00", or "mon-thu 09:00-12:30, 13:30-17:00; fri 09:00-13:00"'
    return ""


def hours_lines(text: str) -> list[tuple[str, Sequence[str]]]:
    """The keys of [hours] with their spans; days that are not named are free. Raises ValueError."""
    found: list[tuple[str, Sequence[str]]] = []
    for part in text.split(";"):
        match = _PART.fullmatch(part.strip())
        if match is None:
            raise ValueError(f'"{part.strip()}" are no hours')
        days = (match[1] or "mon-fri").strip().casefold()
        slots = [_SPAN.sub(_full_span, one.strip()) for one in match[2].split(",")]
        parse_weekdays(days)
        found.append((days.replace(" ", ""), [str(slot) for slot in parse_slots(slots)]))
    return found


def _full_span(found: re.Match[str]) -> str:
    """With two digits each, as the configuration has them."""
    return f"{int(found[1]):02}:{found[2] or '00'}-{int(found[3]):02}:{found[4] or '00'}"


def proposed_hours(sent_at: Sequence[datetime], zone: ZoneInfo) -> str:
    """Nine to five; lunch and free days only where her own mail shows them. How late she works is no wish."""
    written = [at.astimezone(zone) for at in sent_at]
    office = [at for at in written if at.weekday() < len(WEEKDAYS) - 2]
    if len(office) < _ENOUGH:
        return USUAL
    days, hours = Counter(at.weekday() for at in office), Counter(at.hour for at in office)
    free = [day for day in range(5) if not days[day]]
    around = min(hours[_LUNCH[0] - 1], hours[_LUNCH[1] + 1])
    lunch = next((hour for hour in _LUNCH if not hours[hour] and around > 1), None)
    span = f"09:00-{lunch}:00, {lunch + 1}:00-17:00" if lunch else USUAL
    worked = ",".join(WEEKDAYS[day] for day in range(5) if day not in free)
    return f"{worked} {span}" if free and worked else span
