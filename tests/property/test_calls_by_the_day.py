"""Standing calls against a list of dates written down week by week."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from triaged.core.calls import Schedule, parse_call
from triaged.core.moments import parse_moment, resolve, resolve_first
from triaged.core.worktime import WorkTime

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC", "Pacific/Apia")
NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = timedelta(days=1)
FIRST = date(2026, 11, 2)

anchors = st.integers(0, 60).map(lambda n: FIRST + n * DAY)
rhythms = st.integers(1, 4)
zones = st.sampled_from(ZONES).map(ZoneInfo)
aways = st.lists(st.tuples(anchors, st.integers(0, 12)).map(lambda a: (a[0], a[0] + a[1] * DAY)), max_size=3)
moments_of_winter = st.integers(0, 90 * 24 * 4).map(
    lambda n: datetime(2026, 11, 1, tzinfo=UTC) + n * timedelta(minutes=15)
)


def dates(anchor: date, extra: int, weeks: int) -> list[date]:
    """The dates of a call on the anchor's weekday and another one, every few weeks, for a year and a half."""
    monday = anchor - anchor.weekday() * DAY
    weekdays = sorted({anchor.weekday(), extra})
    found = [monday + week * 7 * DAY + day * DAY for week in range(0, 78, weeks) for day in weekdays]
    return [day for day in found if day >= anchor]


@given(zones, st.tuples(anchors, st.integers(0, 6)), st.tuples(rhythms, st.integers(0, 23)), aways, moments_of_winter)
def test_the_next_call_is_the_first_that_takes_place_at_least_half_an_hour_from_now(
    zone: ZoneInfo, first: tuple[date, int], rhythm: tuple[int, int], away: list[tuple[date, date]], at: datetime
) -> None:
    (anchor, extra), (weeks, hour) = first, rhythm
    days = ",".join(NAMES[day] for day in sorted({anchor.weekday(), extra}))
    call = parse_call(f"{days} {hour:02}:00 every {weeks} weeks from {anchor} for 45m")
    worktime = WorkTime(zone, holidays="DE-BE", away=tuple(away))
    holidays = {
        date(2026, 12, 25),
        date(2026, 12, 26),
        date(2027, 1, 1),
        date(2027, 3, 8),
        date(2027, 3, 26),
        date(2027, 3, 29),
    }
    assume(max((last for _, last in away), default=FIRST) < date(2027, 3, 1))
    wanted = None
    for day in dates(anchor, extra, weeks):
        start = datetime.combine(day, time(hour), zone).astimezone(UTC)
        if day in holidays or any(a <= day <= b for a, b in away) or start < at + timedelta(minutes=30):
            continue
        wanted = start
        break
    found = resolve(parse_moment("next call"), at, Schedule(worktime, (call,)))
    assert found is not None
    assert found.at == wanted
    assert found.call is not None
    assert found.call.end - found.call.start == timedelta(minutes=45)


@given(zones, st.lists(st.tuples(anchors, rhythms), min_size=1, max_size=3), moments_of_winter)
@settings(max_examples=40)
def test_calls_come_in_time_order_and_each_once(zone: ZoneInfo, written: list[tuple[date, int]], at: datetime) -> None:
    calls = tuple(
        parse_call(f"{NAMES[anchor.weekday()]} 1{n}:00 every {weeks} weeks from {anchor}")
        for n, (anchor, weeks) in enumerate(written)
    )
    found = list(Schedule(WorkTime(zone), calls).occurrences(at))
    assert [one.start for one in found] == sorted(one.start for one in found)
    assert len({one.id for one in found}) == len(found)
    assert all(one.start >= at for one in found)


@given(zones, moments_of_winter, st.integers(1, 300))
@settings(max_examples=60)
def test_a_call_is_near_from_half_an_hour_before_until_its_end(zone: ZoneInfo, at: datetime, length: int) -> None:
    worktime = WorkTime(zone, away=((date(2026, 11, 26), date(2026, 12, 3)),))
    calls = (parse_call(f"tue,thu 16:00 for {length}m"),)
    schedule = Schedule(worktime, calls)
    spans = [(one.start, one.end) for one in schedule.occurrences(at - timedelta(days=9))][:9]
    near = schedule.call_at_hand(at)
    assert (near is not None) == any(start - timedelta(minutes=30) <= at < end for start, end in spans)


@given(
    zones,
    moments_of_winter,
    st.lists(st.sampled_from(("now", "1h before next call", "next call", "fri 10:00", "in 1m")), max_size=4),
)
@settings(max_examples=60)
def test_the_first_moment_that_lies_ahead_is_taken_in_the_order_written(
    zone: ZoneInfo, at: datetime, texts: list[str]
) -> None:
    worktime, calls = WorkTime(zone), (parse_call("wed 09:00"),)
    moments = tuple(parse_moment(text) for text in texts)
    each = [resolve(moment, at, Schedule(worktime, calls)) for moment in moments]
    ahead = [one.at for one in each if one is not None and one.at > at]
    found = resolve_first(moments, at, Schedule(worktime, calls))
    assert (found.at if found else None) == (ahead[0] if ahead else None)
