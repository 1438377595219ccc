"""Durations as people write them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from triaged.core.spans import parse_span
from triaged.core.timewords import merge_week, parse_slots
from triaged.core.worktime import WorkTime

BERLIN = WorkTime(ZoneInfo("Europe/Berlin"), merge_week({"mon-fri": parse_slots("09:00-17:00")}))
AWAY = WorkTime(ZoneInfo("Europe/Berlin"), BERLIN.week, away=((date(2026, 11, 30), date(2026, 12, 18)),))
NEVER = WorkTime(ZoneInfo("UTC"), {})


@pytest.mark.parametrize(
    ("text", "elapsed"),
    [
        ("15m", timedelta(minutes=15)),
        ("15 minutes", timedelta(minutes=15)),
        ("2h", timedelta(hours=2)),
        ("1d", timedelta(hours=24)),
        ("1 day", timedelta(hours=24)),
        ("2 weeks", timedelta(days=14)),
        ("1h 30m", timedelta(minutes=90)),
        ("1h30m", timedelta(minutes=90)),
        ("1 hour and 30 minutes", timedelta(minutes=90)),
        ("2 years", timedelta(days=730)),
        ("90 S", timedelta(seconds=90)),
    ],
)
def test_elapsed_time_is_read(text: str, elapsed: timedelta):
    span = parse_span(text)
    assert (span.elapsed, span.business_days, span.office) == (elapsed, 0, timedelta(0))
    assert str(span) == text


def test_business_days_and_office_hours_are_read():
    assert parse_span("1 business day").business_days == 1
    assert parse_span("4 office hours").office == timedelta(hours=4)
    assert parse_span("90 office minutes").office == timedelta(minutes=90)
    mixed = parse_span("1 business day 2 office hours 5m")
    assert (mixed.business_days, mixed.office, mixed.elapsed) == (1, timedelta(hours=2), timedelta(minutes=5))


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "write a number and a unit"),
        ("soon", "write a number and a unit"),
        ("0m", "write a number and a unit"),
        ("15", "write a number and a unit"),
        ("-5m", "write a number and a unit"),
        ("5 minuts", 'did you mean "minutes"'),
        ("2 business hours", "office hours"),
        ("2 office days", "business days"),
        ("99999 weeks", "longer than ten years"),
    ],
)
def test_a_wrong_duration_is_told_what_to_write(text: str, hint: str):
    with pytest.raises(ValueError, match=hint):
        parse_span(text)


def test_a_business_day_later_is_the_same_clock_on_the_next_office_day():
    friday = datetime(2026, 10, 23, 8, tzinfo=UTC)  # 10:00 in summer time; the clocks go back on Sunday
    monday = datetime(2026, 10, 26, 9, tzinfo=UTC)
    span = parse_span("1 business day")
    assert span.after(friday, BERLIN) == monday
    assert span.before(monday, BERLIN) == friday


def test_office_hours_pass_only_while_there_are_any():
    friday = datetime(2026, 11, 27, 15, tzinfo=UTC)  # 16:00
    assert parse_span("4 office hours").after(friday, BERLIN) == datetime(2026, 11, 30, 11, tzinfo=UTC)
    assert parse_span("4 office hours").before(datetime(2026, 11, 30, 11, tzinfo=UTC), BERLIN) == friday


def test_without_any_office_hours_days_are_calendar_days():
    at = datetime(2026, 11, 27, 15, tzinfo=UTC)
    assert parse_span("2 business days").after(at, NEVER) == at + timedelta(days=2)
    assert parse_span("4 office hours").before(at, NEVER) == at - timedelta(hours=4)


@pytest.mark.parametrize(
    ("text", "calendar"),
    [
        ("12h", timedelta(hours=12)),
        ("1 business day", timedelta(days=3)),
        ("5 business days", timedelta(days=7)),
        ("4 office hours", timedelta(days=3)),
    ],
)
def test_on_the_calendar_alone_an_ordinary_week_has_five_days_of_eight_hours(text: str, calendar: timedelta):
    assert parse_span(text).calendar == calendar


@pytest.mark.parametrize(
    "text", ["2h", "1 business day", "1 office hour", "4 office hours", "1 business day 3 office hours 7h"]
)
@pytest.mark.parametrize("worktime", [BERLIN, AWAY, NEVER], ids=["berlin", "away", "never"])
def test_whatever_is_so_near_lies_within_reach(text: str, worktime: WorkTime):
    span, now = parse_span(text), datetime(2026, 11, 26, 7, tzinfo=UTC)
    for hour in range(0, 24 * 5, 11):
        at = now + timedelta(hours=hour)
        reach = span.reach(at, worktime)
        dues = [at + timedelta(hours=3 * number) for number in range(8 * 30)]
        assert all(due <= at + reach for due in dues if span.before(due, worktime) <= at)


def test_elapsed_time_reaches_no_further_than_itself():
    assert parse_span("2h").reach(datetime(2026, 11, 27, 15, tzinfo=UTC), BERLIN) == timedelta(hours=2)
