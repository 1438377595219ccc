"""When somebody works."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from triaged.core.timewords import END_OF_DAY, merge_week, parse_dates, parse_slots
from triaged.core.worktime import WorkTime

ZONE = ZoneInfo("Europe/Berlin")
DANA = WorkTime(
    ZONE,
    merge_week({"mon-thu": parse_slots(["09:00-12:30", "13:30-17:30"]), "fri": parse_slots("09:00-15:00")}),
    {
        date(2026, 12, 5): parse_slots("10:00-14:00"),
        date(2026, 12, 8): (),
        date(2026, 12, 28): parse_slots("09:00-10:00"),
        date(2026, 12, 25): (),
    },
    "DE-BE",
    parse_dates(["2026-12-24..2027-01-03", "2027-02-12"]),
    merge_week({"tue": parse_slots("09:00-11:00"), "mon": parse_slots("08:00-09:30")}),
)


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "hours"),
    [
        ("2026-11-25 08:59", "off"),
        ("2026-11-25 09:00", "office"),
        ("2026-11-25 12:30", "off"),
        ("2026-11-25 17:29:59", "office"),
        ("2026-11-25 17:30", "off"),
        ("2026-11-27 15:00", "off"),
        ("2026-11-24 10:59", "focus"),
        ("2026-11-24 11:00", "office"),
        ("2026-11-23 08:30", "off"),
        ("2026-11-23 09:15", "focus"),
        ("2026-12-05 10:00", "office"),
        ("2026-12-08 10:00", "off"),
        ("2026-12-08 14:00", "off"),
        ("2026-12-24 10:00", "off"),
        ("2026-12-28 09:30", "office"),
        ("2027-01-03 10:00", "off"),
        ("2027-01-04 10:00", "office"),
    ],
)
def test_office_focus_and_off_are_told_apart(at: str, hours: str):
    assert DANA.hours(berlin(at)) == hours
    assert DANA.available(berlin(at)) is (hours == "office")


def test_a_date_with_hours_is_neither_holiday_nor_away():
    assert DANA.is_away(date(2026, 12, 27))
    assert not DANA.is_away(date(2026, 12, 28))
    assert DANA.office_day(date(2026, 12, 28))


def test_a_date_without_hours_stays_what_it_is():
    assert DANA.is_holiday(date(2026, 12, 25)) == "Christmas Day"
    assert DANA.is_away(date(2026, 12, 25))


def test_a_date_with_hours_of_its_own_has_no_focus():
    worktime = WorkTime(
        ZONE,
        {1: parse_slots("09:00-17:00")},
        {date(2026, 11, 24): parse_slots("08:00-12:00")},
        focus={1: parse_slots("09:00-11:00")},
    )
    assert worktime.hours(berlin("2026-11-24 10:00")) == "office"
    assert worktime.hours(berlin("2026-12-01 10:00")) == "focus"


def test_weekends_are_saturday_and_sunday():
    assert [DANA.is_weekend(date(2026, 11, day)) for day in range(23, 30)] == [False] * 5 + [True] * 2


def test_without_hours_somebody_is_always_available():
    always = WorkTime(ZONE)
    at = berlin("2026-11-29 03:00")
    assert always.available(at)
    assert always.next_available(at) == at
    assert always.next_available(at, strictly=True) is None
    assert always.office_time(at, at + timedelta(days=9)) == timedelta(days=9)


def test_without_hours_but_with_holidays_only_those_are_off():
    worktime = WorkTime(ZONE, holidays="DE-BE")
    assert not worktime.available(berlin("2026-12-25 12:00"))
    assert worktime.next_available(berlin("2026-12-24 12:00"), strictly=True) == berlin("2026-12-27 00:00")


def test_hours_that_meet_at_midnight_are_one():
    worktime = WorkTime(ZONE, {4: parse_slots("20:00-24:00"), 5: parse_slots("00:00-02:00")})
    assert worktime.next_available(berlin("2026-11-27 21:00"), strictly=True) == berlin("2026-12-04 20:00")


def test_somebody_who_never_works_is_never_available():
    never = WorkTime(ZONE, {})
    at = berlin("2026-11-27 21:00")
    assert never.next_available(at) is None
    assert never.next_available(at, strictly=True) is None
    assert never.office_time_from(at, timedelta(hours=1)) is None
    assert never.office_time_from(at, -timedelta(hours=1)) is None
    assert never.business_days_from(at, 1) is None


@pytest.mark.parametrize(
    ("day", "clock", "utc"),
    [
        (date(2026, 3, 29), time(2, 30), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),  # skipped: 03:30 summer time
        (date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # twice: the first
        (date(2026, 10, 25), END_OF_DAY, datetime(2026, 10, 25, 23, 0, tzinfo=UTC)),
    ],
)
def test_a_skipped_clock_is_moved_by_the_gap_and_an_ambiguous_one_is_the_first(day: date, clock: time, utc: datetime):
    assert DANA.instant(day, clock) == utc


def test_hours_do_not_leave_a_date_that_the_clock_shortens():
    cairo = WorkTime(ZoneInfo("Africa/Cairo"), {3: parse_slots("23:00-24:00"), 4: parse_slots("00:00-01:00")})
    assert cairo.office(date(2026, 4, 24)) == ()  # Friday begins at 01:00
    assert len(cairo.office(date(2026, 4, 23))) == 1


def test_hours_that_a_gap_pushes_into_each_other_are_counted_once():
    night = WorkTime(ZONE, {6: parse_slots(["01:00-02:30", "03:00-04:00"])})
    assert night.office(date(2026, 3, 29)) == ((berlin("2026-03-29 01:00"), berlin("2026-03-29 04:00")),)
    assert night.office_time(berlin("2026-03-29 00:00"), berlin("2026-03-29 12:00")) == timedelta(hours=2)


def test_a_slot_that_a_gap_swallows_is_no_slot():
    night = WorkTime(ZONE, {6: parse_slots("02:30-03:15")})
    assert not night.office_day(date(2026, 3, 29))
    assert night.office_day(date(2026, 4, 5))


def test_a_date_that_never_was_has_no_hours():
    apia = WorkTime(ZoneInfo("Pacific/Apia"))
    assert not apia.office_day(date(2011, 12, 30))
    assert apia.office_day(date(2011, 12, 31))


def test_the_ends_of_the_calendar_have_no_hours():
    assert DANA.office(date(1, 1, 1)) == ()
    assert not DANA.available(datetime.max.replace(tzinfo=UTC))
    assert not WorkTime(ZoneInfo("Asia/Kolkata")).available(datetime.max.replace(tzinfo=UTC))


def test_many_days_are_remembered_within_bounds():
    worktime = WorkTime(ZONE)
    for number in range(4000):
        worktime.office(date(2020, 1, 1) + timedelta(days=number))
    assert len(worktime._days) <= 3000


def test_what_is_remembered_does_not_make_hours_unequal():
    one, other = WorkTime(ZONE), WorkTime(ZONE)
    one.available(berlin("2026-11-27 10:00"))
    assert one == other
