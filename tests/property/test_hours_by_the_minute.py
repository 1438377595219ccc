"""Hours, moments and durations against a counter that looks at every minute."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.minutes import DAY, MINUTE, WINDOW, Counted, Plan, count, wall
from triaged.core.calls import Schedule
from triaged.core.moments import parse_moment, resolve
from triaged.core.spans import parse_span
from triaged.core.timewords import END_OF_DAY, Slot
from triaged.core.worktime import WorkTime

# Weeks in which clocks change, a year or February ends, a day is missing, or nothing happens.
WEEKS = (
    ("Europe/Berlin", date(2026, 3, 27)),
    ("Europe/Berlin", date(2026, 10, 23)),
    ("Europe/Berlin", date(2026, 12, 30)),
    ("America/New_York", date(2026, 3, 6)),
    ("America/New_York", date(2026, 10, 31)),
    ("Asia/Kolkata", date(2028, 2, 27)),
    ("Australia/Lord_Howe", date(2026, 4, 3)),
    ("Australia/Lord_Howe", date(2026, 10, 2)),
    ("UTC", date(2028, 2, 28)),
    ("Pacific/Apia", date(2011, 12, 28)),
    ("Africa/Cairo", date(2026, 4, 22)),
)
quarter = st.integers(0, 95)


@st.composite
def slots(draw: st.DrawFn, most: int = 3) -> tuple[Slot, ...]:
    """Hours of a day that do not overlap, on quarters of an hour."""
    marks = sorted(draw(st.sets(st.integers(0, 96), max_size=2 * most)))
    pairs = zip(marks[::2], marks[1::2], strict=False)
    return tuple(Slot(clock(a), END_OF_DAY if b == 96 else clock(b)) for a, b in pairs)


def clock(quarters: int) -> time:
    return time(quarters // 4, quarters % 4 * 15)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Somebody's hours in one of the weeks."""
    zone, start = draw(st.sampled_from(WEEKS))
    days = st.integers(0, 9).map(lambda n: start + n * DAY)
    return Plan(
        zone=zone,
        start=start,
        week=draw(st.none() | st.dictionaries(st.integers(0, 6), slots())),
        on=draw(st.dictionaries(days, slots(1), max_size=2)),
        off=dict.fromkeys(draw(st.sets(days, max_size=3)), "away"),
        focus=draw(st.dictionaries(st.integers(0, 6), slots(1), max_size=3)),
    )


def hours_of(plan: Plan) -> WorkTime:
    away = tuple((day, day) for day in sorted(plan.off))
    return WorkTime(ZoneInfo(plan.zone), plan.week, plan.on, "", away, plan.focus)


minutes = st.integers(2 * 1440, 6 * 1440)


def first(flags: tuple[bool, ...], start: int) -> int | None:
    return next((n for n in range(start, WINDOW) if flags[n]), None)


def seen(counted: Counted, at: datetime | None) -> datetime | None:
    """An instant the window reaches, else None."""
    return at if at is not None and at < counted.wall.at(WINDOW - 1440) else None


def expect(counted: Counted, found: datetime | None, minute: int | None) -> None:
    assert seen(counted, found) == seen(counted, None if minute is None else counted.wall.at(minute))


@given(plans(), st.lists(minutes, min_size=1, max_size=8))
@settings(max_examples=35)
def test_every_minute_is_office_focus_or_off_as_counted(plan: Plan, sample: list[int]) -> None:
    counted, worktime = count(plan), hours_of(plan)
    for minute in sample:
        wanted = "office" if counted.free[minute] else "focus" if counted.office[minute] else "off"
        assert worktime.hours(counted.wall.at(minute)) == wanted
        assert worktime.available(counted.wall.at(minute)) is counted.free[minute]


@given(plans(), minutes)
@settings(max_examples=35)
def test_office_hours_start_and_end_when_the_counter_says(plan: Plan, minute: int) -> None:
    counted, worktime = count(plan), hours_of(plan)
    at = counted.wall.at(minute)
    free_again = first(counted.free, minute)
    expect(counted, worktime.next_available(at), free_again)
    becoming = next((n for n in range(minute + 1, WINDOW) if counted.free[n] and not counted.free[n - 1]), None)
    expect(counted, worktime.next_available(at, strictly=True), becoming)
    found = resolve(parse_moment("end of office hours"), at, Schedule(worktime))
    expect(counted, found and found.at, end_of_office(counted, minute))


def end_of_office(counted: Counted, minute: int) -> int | None:
    """One after the last office minute of today if that is still to come, else of the next day that has any."""
    shows = counted.wall.shows
    ahead = first(counted.office, minute)
    if ahead is None:
        return None
    day = shows[ahead].date()
    return (
        max(n for n in range(ahead, min(ahead + 2 * 1440, WINDOW)) if counted.office[n] and shows[n].date() == day) + 1
    )


@given(plans(), minutes, st.integers(0, 5 * 1440))
@settings(max_examples=35)
def test_office_time_is_the_number_of_available_minutes(plan: Plan, minute: int, length: int) -> None:
    counted, worktime = count(plan), hours_of(plan)
    a, b = counted.wall.at(minute), counted.wall.at(minute + length)
    assert worktime.office_time(a, b) == sum(counted.free[minute : minute + length]) * MINUTE
    assert worktime.office_time(b, a) == timedelta(0)


@given(plans(), minutes, st.integers(1, 900))
@settings(max_examples=35)
def test_office_hours_pass_minute_by_minute(plan: Plan, minute: int, wanted: int) -> None:
    counted, worktime = count(plan), hours_of(plan)
    found = resolve(parse_moment(f"{wanted} office minutes"), counted.wall.at(minute), Schedule(worktime))
    passed = 0
    for n in range(minute, WINDOW):
        passed += counted.free[n]
        if passed == wanted:
            expect(counted, found and found.at, n + 1)
            return
    assert seen(counted, found and found.at) is None


@given(plans(), minutes, st.integers(1, 600))
@settings(max_examples=25)
def test_office_hours_before_an_instant_are_counted_backwards(plan: Plan, minute: int, wanted: int) -> None:
    counted, worktime = count(plan), hours_of(plan)
    found = worktime.office_time_from(counted.wall.at(minute), -wanted * MINUTE)
    passed = 0
    for n in range(minute - 1, -1, -1):
        passed += counted.free[n]
        if passed == wanted:
            assert found == counted.wall.at(n)
            return
    assert found is None or found < counted.wall.start


@given(plans(), minutes, st.integers(1, 4), st.none() | quarter)
@settings(max_examples=35)
def test_business_days_are_the_days_that_have_office_minutes(
    plan: Plan, minute: int, days: int, quarters: int | None
) -> None:
    counted, worktime = count(plan), hours_of(plan)
    at = None if quarters is None else clock(quarters)
    text = f"{days} business days" + (f" {at:%H:%M}" if at else "")
    found = resolve(parse_moment(text), counted.wall.at(minute), Schedule(worktime))
    today = counted.wall.shows[minute].date()
    after = [day for day in counted.office_days() if day > today]
    if len(after) < days or after[days - 1] >= counted.wall.shows[-1].date() - DAY:
        return
    day = after[days - 1]
    end = max(n for n in range(WINDOW) if counted.office[n] and counted.wall.shows[n].date() == day) + 1
    expect(counted, found and found.at, end if at is None else counted.wall.minute(day, at))


@given(st.sampled_from(WEEKS), minutes, quarter, st.none() | st.integers(0, 6))
@settings(max_examples=60)
def test_a_wall_clock_is_the_next_one_strictly_after_now(
    week: tuple[str, date], minute: int, quarters: int, weekday: int | None
) -> None:
    clocks, worktime = wall(*week), WorkTime(ZoneInfo(week[0]))
    named = "" if weekday is None else ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[weekday] + " "
    found = resolve(parse_moment(f"{named}{clock(quarters):%H:%M}"), clocks.at(minute), Schedule(worktime))
    days = sorted({shown.date() for shown in clocks.shows} | missing_days(clocks.shows))
    candidates = [clocks.minute(d, clock(quarters)) for d in days if weekday is None or d.weekday() == weekday]
    assert found is not None
    assert found.at == clocks.at(min(n for n in candidates if n is not None and n > minute))


def missing_days(shows: tuple[datetime, ...]) -> set[date]:
    """Dates that the wall clock jumps over."""
    return {shows[0].date() + n * DAY for n in range((shows[-1] - shows[0]).days)} - {shown.date() for shown in shows}


@pytest.mark.parametrize(("zone", "start"), WEEKS)
def test_a_wall_clock_is_the_same_instant_for_the_counter(zone: str, start: date) -> None:
    clocks, worktime = wall(zone, start), WorkTime(ZoneInfo(zone))
    for n in range(9):
        for quarters in range(96):
            day = start + n * DAY
            minute = clocks.minute(day, clock(quarters))
            assert minute is not None
            assert worktime.instant(day, clock(quarters)) == clocks.at(minute), (day, clock(quarters))


@given(plans(), minutes, st.integers(1, 30))
@settings(max_examples=25)
def test_a_duration_before_and_after_is_the_same_duration(plan: Plan, minute: int, hours: int) -> None:
    worktime = hours_of(plan)
    at = wall(plan.zone, plan.start).at(minute)
    span = parse_span(f"{hours} hours")
    assert span.before(span.after(at, worktime), worktime) == at


MOMENTS = (
    "now",
    "in 15m",
    "16:30",
    "02:30",
    "fri 10:00",
    "tomorrow 09:00",
    "next office day 10:00",
    "next office hours",
    "start of office hours",
    "end of office hours",
    "2 business days",
    "2 business days 10:00",
    "4 office hours",
    "next call",
)


@given(
    plans(),
    st.sampled_from(MOMENTS),
    st.sampled_from(("", "1h before ", "30m after ", "1 business day before ", "3 office hours after ")),
    st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 the strategy adds the zone
)
@settings(max_examples=60)
def test_every_moment_is_found_or_none_at_any_instant(plan: Plan, text: str, shift: str, at: datetime) -> None:
    worktime = hours_of(plan)
    found = resolve(parse_moment(shift + text), at, Schedule(worktime))
    again = resolve(parse_moment(shift + text), at, Schedule(hours_of(plan)))
    assert found == again
    assert found is None or (found.steps and found.at.utcoffset() == timedelta(0))
