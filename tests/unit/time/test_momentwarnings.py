"""What `check` warns about in moments."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from triaged.core.calls import Schedule, parse_call
from triaged.core.momentwarnings import call_warnings, moment_warnings, no_call_warnings, order_warnings
from triaged.core.momentwords import Moment, parse_moment
from triaged.core.timewords import merge_week, parse_dates, parse_slots
from triaged.core.worktime import WorkTime

ZONE = ZoneInfo("Europe/Berlin")
TODAY = date(2026, 11, 20)
CALLS = (parse_call("fri 10:00 for 45m"),)
WEEKDAYS = WorkTime(ZONE, merge_week({"mon-fri": parse_slots("09:00-17:30")}))
HOLIDAYS = WorkTime(ZONE, WEEKDAYS.week, holidays="DE-BE", away=parse_dates("2026-12-28..2027-01-03"))


def moments(*texts: str) -> tuple[Moment, ...]:
    return tuple(parse_moment(text) for text in texts)


@pytest.mark.parametrize(
    ("text", "worktime", "day"),
    [
        ("16:30", WEEKDAYS, "Sat 21 Nov 2026"),
        ("tomorrow 10:00", WEEKDAYS, "Sat 21 Nov 2026"),
        ("sat 10:00", WEEKDAYS, "Sat 21 Nov 2026"),
        ("1h before fri 10:00", HOLIDAYS, "Fri 25 Dec 2026 (Christmas Day)"),
        ("mon 10:00", HOLIDAYS, "Mon 28 Dec 2026 (away)"),
    ],
)
def test_a_clock_that_can_fall_on_a_day_off_is_warned_about(text: str, worktime: WorkTime, day: str):
    (warning,) = moment_warnings(parse_moment(text), worktime, TODAY)
    assert f"as {day}:" in warning


@pytest.mark.parametrize(
    ("text", "worktime"),
    [
        ("fri 10:00", WEEKDAYS),
        ("16:30", WorkTime(ZONE)),
        ("2 business days", HOLIDAYS),
        ("next office day 10:00", HOLIDAYS),
        ("next call", HOLIDAYS),
    ],
)
def test_a_moment_that_keeps_to_office_days_is_not(text: str, worktime: WorkTime):
    assert moment_warnings(parse_moment(text), worktime, TODAY) == ()


@pytest.mark.parametrize(
    ("until", "promise", "calls"),
    [
        (("start of office hours",), ("in 1 day",), ()),
        (("4 office hours",), ("end of office hours",), ()),
        (("fri 10:00",), ("2 business days",), ()),
        (("next office day 09:00",), ("next call",), CALLS),
        (("1h before next call", "start of office hours"), ("next call", "2 business days"), CALLS),
    ],
)
def test_mail_that_can_come_back_after_its_promise_is_warned_about(
    until: tuple[str, ...], promise: tuple[str, ...], calls: tuple
):
    (warning,) = order_warnings(moments(*until), moments(*promise), [Schedule(HOLIDAYS, calls)], TODAY)
    assert warning.startswith("`until` can lie after `promise`: a message of ")


@pytest.mark.parametrize(
    ("until", "promise", "calls"),
    [
        (("start of office hours",), ("2 business days",), ()),
        (("next call",), ("next call",), CALLS),
        (("1h before next call", "31m before next call"), ("next call",), CALLS),
        (("next call",), ("2 business days",), ()),
        (("in 1 day",), (), ()),
        ((), ("in 1 day",), ()),
    ],
)
def test_mail_that_comes_back_in_time_is_not(until: tuple[str, ...], promise: tuple[str, ...], calls: tuple):
    assert order_warnings(moments(*until), moments(*promise), [Schedule(HOLIDAYS, calls)], TODAY) == ()


def test_only_a_week_off_can_show_that_mail_comes_back_late():
    until, promise = moments("start of office hours"), moments("in 4 days")
    worktime = WorkTime(ZONE, WEEKDAYS.week, away=parse_dates("2027-06-07..2027-06-18"))
    (warning,) = order_warnings(until, promise, [Schedule(worktime)], TODAY)
    assert "Mon 21 Jun 2027" in warning
    assert order_warnings(until, promise, [Schedule(WEEKDAYS)], TODAY) == ()


def test_a_call_promised_to_a_client_without_one_is_warned_about():
    clients = {"harbor": CALLS, "linden": (), "atlas": ()}
    (warning,) = no_call_warnings(moments("next call"), clients)
    assert '"atlas", "linden"' in warning
    assert no_call_warnings(moments("next call", "2 business days"), clients) == ()
    assert no_call_warnings(moments("next call"), {"harbor": CALLS}) == ()
    assert no_call_warnings((), clients) == ()


def test_calls_of_the_next_eight_weeks_that_do_not_take_place_are_told():
    (warning,) = call_warnings(Schedule(HOLIDAYS, (*CALLS, parse_call("tue,thu 16:00"))), TODAY)
    assert warning == (
        "no call takes place on Fri 25 Dec 2026 10:00 (Christmas Day), Tue 29 Dec 2026 16:00 (away), "
        "Thu 31 Dec 2026 16:00 (away), Fri 1 Jan 2027 10:00 (New Year's Day)"
    )
    (many,) = call_warnings(Schedule(HOLIDAYS, (parse_call("mon-sun 12:00"),)), TODAY)
    assert many.endswith("and 5 more")
    assert call_warnings(Schedule(HOLIDAYS, CALLS), date(2026, 6, 1)) == ()
