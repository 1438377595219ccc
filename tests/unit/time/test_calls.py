"""Standing calls."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from triaged.core.calls import Schedule, parse_call
from triaged.core.timewords import parse_dates, parse_slots
from triaged.core.worktime import WorkTime

ZONE = ZoneInfo("Europe/Berlin")
WINTER = WorkTime(ZONE, holidays="DE-BE", away=parse_dates("2026-12-27..2027-01-03"))


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def test_a_call_is_read_with_its_length_and_rhythm():
    call = parse_call("fri 10:00 every 2 weeks from 2026-11-27 for 45m")
    assert call.weekdays == (4,)
    assert call.at == time(10)
    assert call.length == timedelta(minutes=45)
    assert call.every_weeks == 2
    assert call.anchor == date(2026, 11, 27)
    assert parse_call("fri 10:00 for 45m every 2 weeks from 2026-11-27").every_weeks == 2


def test_a_call_lasts_half_an_hour_and_is_weekly_unless_it_says_so():
    call = parse_call("tue,thu 16:00")
    assert call.weekdays == (1, 3)
    assert call.length == timedelta(minutes=30)
    assert call.falls_on(date(2026, 11, 24))
    assert call.falls_on(date(2026, 12, 3))
    assert not call.falls_on(date(2026, 11, 25))


def test_a_weekly_call_may_have_a_first_date():
    call = parse_call("fri 10:00 from 2026-11-27")
    assert not call.falls_on(date(2026, 11, 20))
    assert call.falls_on(date(2026, 12, 4))
    assert parse_call("fri 10:00 every week").every_weeks == 1


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("friday", "write it as"),
        ("frid 10:00", 'did you mean "fri"'),
        ("fri 10am", 'write "10:00"'),
        ("fri 10:00 - 10:45", 'as in "fri 10:00 for 45m"'),
        ("fri 10:00 every 2 weeks", "in which weeks"),
        ("fri 10:00 every 2 weeks from 2026-11-26", "2026-11-26 is a thu: write the date of a call, as 2026-11-27"),
        ("fri 10:00 every fortnight from 2026-11-27", "every 2 weeks from"),
        ("fri 10:00 every 0 weeks from 2026-11-27", "every 2 weeks from"),
        ("fri 10:00 for 45m for 30m", "twice"),
        ("fri 10:00 for 2 business days", "for 45m"),
        ("fri 10:00 for 3 days", "for 45m"),
        ("", "write it as"),
    ],
)
def test_a_wrong_call_is_told_what_to_write(text: str, hint: str):
    with pytest.raises(ValueError, match=hint):
        parse_call(text)


def test_a_call_on_a_holiday_or_away_day_does_not_take_place_and_the_rhythm_goes_on():
    calls = (parse_call("fri 10:00 every 2 weeks from 2026-11-27"),)
    found = list(islice(Schedule(WINTER, calls).occurrences(berlin("2026-12-01 00:00"), skipped=True), 4))
    assert [(f"{one.start.astimezone(ZONE):%m-%d}", one.skipped) for one in found] == [
        ("12-11", ""),
        ("12-25", "Christmas Day"),
        ("01-08", ""),
        ("01-22", ""),
    ]
    held = list(islice(Schedule(WINTER, calls).occurrences(berlin("2026-12-12 00:00")), 1))
    assert held[0].start == berlin("2027-01-08 10:00")


def test_a_call_on_an_away_day_says_so():
    (one,) = Schedule(WINTER, (parse_call("mon 10:00"),)).calls_on(date(2026, 12, 28))
    assert one.skipped == "away"


def test_a_date_with_hours_of_its_own_brings_its_call_back():
    worktime = WorkTime(ZONE, on={date(2026, 12, 25): parse_slots("09:00-11:00")}, holidays="DE-BE")
    (one,) = Schedule(worktime, (parse_call("fri 10:00"),)).calls_on(date(2026, 12, 25))
    assert one.skipped == ""


def test_an_occurrence_keeps_its_name_when_only_the_length_changes():
    short, long = (
        Schedule(WINTER, (parse_call(text),)).calls_on(date(2026, 11, 27))[0]
        for text in ("fri 10:00", "fri 10:00 for 2h")
    )
    assert short.id == long.id == "2026-11-27T10:00 fri 10:00"
    assert short.end < long.end


def test_a_call_keeps_its_wall_clock_when_clocks_change():
    calls = (parse_call("fri 10:00"),)
    found = list(islice(Schedule(WorkTime(ZONE), calls).occurrences(berlin("2026-10-23 00:00")), 2))
    assert [one.start.hour for one in found] == [8, 9]


def test_two_calls_at_the_same_time_are_both_there():
    calls = (parse_call("fri 10:00"), parse_call("thu,fri 10:00"))
    assert len(Schedule(WINTER, calls).calls_on(date(2026, 11, 27))) == 2


def test_calls_end_after_two_years():
    found = list(Schedule(WorkTime(ZONE), (parse_call("fri 10:00"),)).occurrences(berlin("2026-11-27 00:00")))
    assert 100 < len(found) < 110


def test_a_call_that_never_takes_place_is_never_near():
    away = WorkTime(ZONE, away=parse_dates("2026-01-01..2030-01-01"))
    assert Schedule(away, (parse_call("fri 10:00"),)).call_at_hand(berlin("2026-11-27 10:00")) is None


def test_nobody_without_calls_is_called():
    assert list(Schedule(WINTER).occurrences(berlin("2026-11-27 00:00"))) == []
    assert Schedule(WINTER).call_at_hand(berlin("2026-11-27 10:00")) is None


@pytest.mark.parametrize(
    ("at", "near"),
    [
        ("2026-11-27 09:29:59", False),
        ("2026-11-27 09:30", True),
        ("2026-11-27 10:44:59", True),
        ("2026-11-27 10:45", False),
        ("2026-12-25 10:00", False),
    ],
)
def test_a_call_is_near_half_an_hour_before_and_until_it_ends(at: str, *, near: bool):
    found = Schedule(WINTER, (parse_call("fri 10:00 for 45m"),)).call_at_hand(berlin(at))
    assert (found is not None) is near
