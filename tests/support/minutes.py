"""A second opinion about hours: every minute of a fortnight is looked at, one after the other. Slow and plain on purpose.

It knows time zones only as "what does the clock on the wall show at this UTC minute".
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from triaged.core.timewords import EndOfDay, Slot

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
WINDOW = 14 * 24 * 60  # minutes looked at


@dataclass(frozen=True)
class Wall:
    """What the clock shows, minute by minute, from a UTC instant on."""

    start: datetime
    shows: tuple[datetime, ...]  # naive
    first: dict[datetime, int] = field(default_factory=dict)

    def at(self, minute: int) -> datetime:
        return self.start + minute * MINUTE

    def minute(self, day: date, clock: time | EndOfDay) -> int | None:
        """The minute of a wall clock: its first, or, when the clock jumps over it, as much later as it jumps."""
        wanted = datetime.combine(day + DAY, time(0)) if isinstance(clock, EndOfDay) else datetime.combine(day, clock)
        if wanted in self.first:
            return self.first[wanted]
        for before, after in zip(self.shows, self.shows[1:], strict=False):
            if before < wanted < after:
                return self.first.get(wanted + (after - before - MINUTE))
        return None


@lru_cache(maxsize=32)
def wall(zone: str, start: date) -> Wall:
    """The wall clock of a zone from three days before a date on."""
    tz = ZoneInfo(zone)
    begin = datetime.combine(start - 3 * DAY, time(12), UTC)
    shows = tuple((begin + n * MINUTE).astimezone(tz).replace(tzinfo=None) for n in range(WINDOW))
    found = Wall(begin, shows)
    for minute, shown in enumerate(shows):
        found.first.setdefault(shown, minute)
    return found


@dataclass(frozen=True)
class Plan:
    """Hours as plain data: what a `WorkTime` is built from."""

    zone: str
    start: date
    week: dict[int, tuple[Slot, ...]] | None
    on: dict[date, tuple[Slot, ...]]
    off: dict[date, str]  # holidays and away days alike
    focus: dict[int, tuple[Slot, ...]]


@dataclass(frozen=True)
class Counted:
    """For every minute of the window: inside office hours? available?"""

    wall: Wall
    office: tuple[bool, ...]
    free: tuple[bool, ...]

    def office_days(self) -> list[date]:
        return sorted({self.wall.shows[n].date() for n in range(WINDOW) if self.office[n]})


def count(plan: Plan) -> Counted:
    """Look at every minute."""
    clock = wall(plan.zone, plan.start)
    office, focus = [False] * WINDOW, [False] * WINDOW
    for day in sorted({shown.date() for shown in clock.shows}):
        slots = (Slot(time(0), EndOfDay.END_OF_DAY),) if plan.week is None else plan.week.get(day.weekday(), ())
        slots = () if day in plan.off else slots
        blocks = plan.focus.get(day.weekday(), ())
        if day in plan.on:
            slots, blocks = plan.on[day], ()
        _paint(office, clock, day, slots)
        _paint(focus, clock, day, blocks)
    return Counted(clock, tuple(office), tuple(o and not f for o, f in zip(office, focus, strict=True)))


def _paint(minutes: list[bool], clock: Wall, day: date, slots: tuple[Slot, ...]) -> None:
    for slot in slots:
        if not isinstance(slot.end, EndOfDay) and datetime.combine(day, slot.end) <= clock.shows[0]:
            continue  # over before the window begins: no minute of it is known
        begin, end = clock.minute(day, slot.start), clock.minute(day, slot.end)
        for minute in range(0 if begin is None else begin, WINDOW if end is None else end):
            if clock.shows[minute].date() == day:
                minutes[minute] = True
