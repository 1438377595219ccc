"""The hours as they were agreed when a message came: from the rules that the ledger remembers with each decision.

Goes in: those rules as JSON, and the person as configured now for what is not remembered. Comes out: `Agreement`s.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from triaged.core.settings import Person
from triaged.core.timewords import merge_week, parse_date, parse_dates, parse_slots
from triaged.core.worktime import END_OF_DAY, WorkTime

_DAY = timedelta(days=1)
_NOT_DAYS = frozenset({"on", "holidays", "away", "focus"})

Hours = Literal["office", "focus", "off"]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Between me and one client: the hours that count (those agreed, else mine), and mine, for holidays and away days.

    Focus blocks are my own affair: what was agreed with the client are office hours, focus or not.
    """

    hours: WorkTime
    mine: WorkTime
    _off: dict[int, tuple[date, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)  # by year

    def time(self, since: datetime, until: datetime) -> timedelta:
        """The agreed time between two instants: hours on my holidays and away days are none, as in `arrived_when`."""
        agreed = self.hours.office_time(since, until)
        if self.hours is self.mine or not agreed:
            return agreed
        return agreed - sum((self.hours.office_time(*day) for day in self._days_off(since, until)), timedelta(0))

    def _days_off(self, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
        """My holidays and away days between two instants, cut to them."""
        first, last = self.mine.date_of(since), self.mine.date_of(until)
        for year in range(first.year, last.year + 1):
            if year not in self._off:
                self._off[year] = tuple(_off(self.mine, year))
            for day in self._off[year]:
                if first <= day <= last:
                    midnight, end = self.mine.instant(day, time(0)), self.mine.instant(day, END_OF_DAY)
                    yield max(since, midnight), min(until, end)

    def holiday(self, at: datetime) -> bool:
        """Whether that day is a public holiday where the hours come from, or where I am."""
        return any(time.is_holiday(time.date_of(at)) is not None for time in (self.hours, self.mine))

    def away(self, at: datetime) -> bool:
        """Whether that day is one on which I am away."""
        return any(time.is_away(time.date_of(at)) for time in (self.hours, self.mine))

    def days_off(self, since: datetime, until: datetime) -> Iterator[date]:
        """The holidays and days away of a period on which there would be agreed hours."""
        day, last = self.mine.date_of(since), self.mine.date_of(until - timedelta(microseconds=1))
        while day <= last:
            off = any(time.is_holiday(day) is not None or time.is_away(day) for time in (self.hours, self.mine))
            if off and (self.hours.week is None or self.hours.week.get(day.weekday())):
                yield day
            day += _DAY

    def weekend(self, at: datetime) -> bool:
        """Whether that day is a Saturday or a Sunday."""
        return self.hours.is_weekend(self.hours.date_of(at))


def on_the_clock(hours: WorkTime, day: int, zone: ZoneInfo, now: datetime) -> tuple[tuple[float, float], ...]:
    """The hours of a weekday (0 is Monday) as the clock of a zone shows them in the week of `now`: from 0 to 24.

    Holidays and single dates are not in it.
    """
    if hours.week is None:
        return ((0.0, 24.0),)
    today = now.astimezone(zone).date()
    here = today + (day - today.weekday()) * _DAY
    midnight, end = (datetime.combine(here + n * _DAY, time(0), zone) for n in (0, 1))
    slots = [
        (there, slot)
        for n in (-1, 0, 1)
        for there in (here + n * _DAY,)
        for slot in hours.week.get(there.weekday(), ())
    ]
    spans = [(hours.instant(there, slot.start), hours.instant(there, slot.end)) for there, slot in slots]
    return tuple(
        (_hour(start, zone) if start > midnight else 0.0, _hour(stop, zone) if stop < end else 24.0)
        for start, stop in spans
        if start < end and stop > midnight
    )


def _hour(at: datetime, zone: ZoneInfo) -> float:
    local = at.astimezone(zone)
    return local.hour + local.minute / 60


def _off(mine: WorkTime, year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        if mine.is_holiday(day) is not None or mine.is_away(day):
            yield day
        day += _DAY


class Agreements:
    """All agreements of one person. `body` gives the remembered rules of a hash, None where they are forgotten."""

    def __init__(self, person: Person | None, body: Callable[[str], str | None]) -> None:
        self._person = person
        self._body = body
        self._rules: dict[str | None, Mapping[str, Any] | None] = {None: None}
        self._known: dict[tuple[str, str | None], Agreement] = {}

    def of(self, client: str, ruleset: str | None) -> Agreement:
        """What was agreed with a client when those rules were in force; without them, what is agreed now."""
        found = self._known.get((client, ruleset))
        if found is None:
            found = self._known[client, ruleset] = self._make(client, ruleset)
        return found

    def _make(self, client: str, ruleset: str | None) -> Agreement:
        if ruleset not in self._rules:
            self._rules[ruleset] = _rules(self._body(ruleset)) if ruleset else None
        rules = self._rules[ruleset]
        if rules is not None:
            try:
                return _then(rules, client, self._zone())
            except (ValueError, KeyError, TypeError, AttributeError):
                # written by another version whose words this one does not know: today's hours are the best there is
                return self._now(client)
        return self._now(client)

    def _zone(self) -> ZoneInfo:
        return self._person.worktime.zone if self._person else ZoneInfo("UTC")

    def _now(self, client: str) -> Agreement:
        if self._person is None:
            return Agreement(WorkTime(ZoneInfo("UTC")), WorkTime(ZoneInfo("UTC")))
        known = self._person.roster.by_label(client)
        mine = replace(self._person.worktime, focus={})
        return Agreement(replace(known.hours, focus={}) if known and known.hours else mine, mine)


def _rules(body: str | None) -> Mapping[str, Any] | None:
    try:
        rules = json.loads(body) if body else None
    except ValueError:
        return None
    return rules if isinstance(rules, dict) else None


def _then(rules: Mapping[str, Any], client: str, otherwise: ZoneInfo) -> Agreement:
    me = rules.get("me", {})
    zone = ZoneInfo(me["timezone"]) if "timezone" in me else otherwise
    mine = _worktime(rules.get("hours"), zone)
    there = rules.get("client", {}).get(client, {})
    if "hours" not in there:
        return Agreement(mine, mine)
    return Agreement(_worktime(there["hours"], ZoneInfo(there["timezone"]) if "timezone" in there else zone), mine)


def _worktime(table: Mapping[str, Any] | None, zone: ZoneInfo) -> WorkTime:
    if table is None:
        return WorkTime(zone)
    days = {key: parse_slots(value) for key, value in table.items() if key not in _NOT_DAYS}
    return WorkTime(
        zone,
        merge_week(days) if days else None,
        {parse_date(day): parse_slots(value) for day, value in table.get("on", {}).items()},
        table.get("holidays", ""),
        parse_dates(table.get("away", [])),
    )
