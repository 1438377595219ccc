"""What is done about a day: pause and go on, away and not away after all."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from triaged.core.awaywords import days_away
from triaged.core.calls import Schedule
from triaged.core.untilwords import NoTime, until
from triaged.page.seen import Form, Seen, Told, nothing
from triaged.page.shownmoments import moment


def _pause(seen: Seen, form: Form) -> Told:
    person, words = seen.person, form.get("words", "").strip()
    try:
        at = until(words, seen.now, Schedule(person.worktime), person.language) if words else None
    except NoTime as wrong:
        return nothing(str(wrong))
    if not seen.ledger.pause(seen.key, at, "page"):
        return nothing("it is paused already")
    end = f" until {moment(at, person.worktime.zone).text}" if at else ", until you go on"
    return Told(f"Paused{end}: nothing is sent or moved, what is put aside comes back.", lambda seen: _go_on(seen, {}))


def _go_on(seen: Seen, _: Form) -> Told:
    if not seen.ledger.resume(seen.key, "page"):
        return nothing("there is no pause")
    return Told("Going on: what waited is done now.")


def _away(seen: Seen, form: Form) -> Told:
    try:
        days = days_away(form.get("words", ""), seen.now, seen.person)
    except NoTime as wrong:
        return nothing(str(wrong))
    if not seen.ledger.be_away(seen.key, days, "page"):
        return nothing("that is known")
    told = f"Away {_range(days)}; hours, calls and moments follow."
    return Told(told, lambda seen: _not_away(seen, {"words": f"{days[0]}..{days[1]}"}))


def _not_away(seen: Seen, form: Form) -> Told:
    try:
        days = days_away(form.get("words", ""), seen.now, seen.person)
    except NoTime as wrong:
        return nothing(str(wrong))
    if not seen.ledger.not_away(seen.key, days, "page"):
        return nothing("these days were not kept here")
    return Told(f"Not away {_range(days)}; hours, calls and moments follow.")


def _range(days: tuple[date, date]) -> str:
    first, last = (f"{day:%a} {day.day} {day:%b} {day.year}" for day in days)
    return first if first == last else f"{first} to {last}"


ACTS: Final[Mapping[str, Callable[[Seen, Form], Told]]] = {
    "pause": _pause,
    "go on": _go_on,
    "away": _away,
    "not away": _not_away,
}
