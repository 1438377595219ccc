"""When moments are."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from triaged.core.calls import Schedule, parse_call
from triaged.core.moments import parse_moment, resolve, resolve_first
from triaged.core.timewords import merge_week, parse_dates, parse_slots
from triaged.core.worktime import WorkTime

ZONE = ZoneInfo("Europe/Berlin")
DANA = WorkTime(
    ZONE,
    merge_week({"mon-thu": parse_slots(["09:00-12:30", "13:30-17:30"]), "fri": parse_slots("09:00-15:00")}),
    holidays="DE-BE",
    away=parse_dates("2026-12-24..2027-01-03"),
    focus=merge_week({"tue": parse_slots("09:00-11:00")}),
)
CALLS = (parse_call("fri 10:00 for 45m"),)
TUESDAY = "2026-11-24 15:10"


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def moment(text: str, at: str = TUESDAY, worktime: WorkTime = DANA) -> str | None:
    found = resolve(parse_moment(text), berlin(at), Schedule(worktime, CALLS))
    return f"{found.at.astimezone(ZONE):%Y-%m-%d %H:%M}" if found else None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("now", "2026-11-24 15:10"),
        ("in 15m", "2026-11-24 15:25"),
        ("in 1 day", "2026-11-25 15:10"),
        ("16:30", "2026-11-24 16:30"),
        ("16:30:00", "2026-11-24 16:30"),
        ("15:10", "2026-11-25 15:10"),
        ("fri 10:00", "2026-11-27 10:00"),
        ("tue 15:10", "2026-12-01 15:10"),
        ("mon-wed 09:00", "2026-11-25 09:00"),
        ("Friday 10:00", "2026-11-27 10:00"),
        ("tomorrow 09:00", "2026-11-25 09:00"),
        ("next office day 10:00", "2026-11-25 10:00"),
        ("next office hours", "2026-11-24 15:10"),
        ("start of office hours", "2026-11-25 09:00"),
        ("end of office hours", "2026-11-24 17:30"),
        ("1 business day", "2026-11-25 17:30"),
        ("2 business days", "2026-11-26 17:30"),
        ("3 business days", "2026-11-27 15:00"),
        ("2 business days 10:00", "2026-11-26 10:00"),
        ("in 2 business days", "2026-11-26 17:30"),
        ("4 office hours", "2026-11-25 10:40"),
        ("in 4 office hours", "2026-11-25 10:40"),
        ("next call", "2026-11-27 10:00"),
        ("1h before next call", "2026-11-27 09:00"),
        ("30m after fri 10:00", "2026-11-27 10:30"),
        ("1 business day before next call", "2026-11-26 10:00"),
        ("2 office hours before next call", "2026-11-26 16:30"),
        ("5m after 1h before next call", "2026-11-27 09:05"),
        ("1h before now", "2026-11-24 14:10"),
    ],
)
def test_a_moment_is_found_forward_from_now(text: str, wanted: str):
    assert moment(text) == wanted


@pytest.mark.parametrize(
    ("text", "at", "wanted"),
    [
        ("start of office hours", "2026-11-24 08:00", "2026-11-24 11:00"),  # focus until eleven
        ("next office hours", "2026-11-24 09:30", "2026-11-24 11:00"),
        ("start of office hours", "2026-11-25 09:00", "2026-11-25 13:30"),  # strictly after now
        ("end of office hours", "2026-11-24 17:30", "2026-11-25 17:30"),
        ("end of office hours", "2026-11-24 10:00", "2026-11-24 17:30"),  # focus is not counted out
        ("end of office hours", "2026-11-28 12:00", "2026-11-30 17:30"),
        ("1 business day", "2026-11-28 12:00", "2026-11-30 17:30"),
        ("next office day 10:00", "2026-12-23 12:00", "2027-01-04 10:00"),  # away over the turn of the year
        ("2 business days", "2026-12-23 12:00", "2027-01-05 17:30"),
        ("4 office hours", "2026-12-23 15:30", "2027-01-04 11:00"),
        ("next call", "2026-12-18 09:31", "2027-01-08 10:00"),  # 25 December and 1 January do not take place
        ("next call", "2026-11-27 09:30", "2026-11-27 10:00"),
        ("next call", "2026-11-27 09:31", "2026-12-04 10:00"),
        ("1h before next call", "2026-11-27 09:15", "2026-11-27 09:00"),  # chosen first, then shifted
        ("02:30", "2026-03-28 12:00", "2026-03-29 03:30"),  # skipped
        ("tomorrow 02:30", "2026-10-24 12:00", "2026-10-25 02:30"),
    ],
)
def test_edges_of_days_and_years_are_kept(text: str, at: str, wanted: str):
    assert moment(text, at) == wanted


def test_a_clock_that_comes_twice_counts_once():
    again = datetime(2026, 10, 25, 1, 15, tzinfo=UTC)  # 02:15 for the second time
    found = resolve(parse_moment("02:30"), again, Schedule(DANA))
    assert found is not None
    assert found.at == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "next office day 10:00",
        "next office hours",
        "start of office hours",
        "end of office hours",
        "2 business days",
        "4 office hours",
    ],
)
def test_without_any_hours_there_is_no_such_moment(text: str):
    assert moment(text, worktime=WorkTime(ZONE, {})) is None


def test_without_a_call_there_is_no_next_call():
    assert resolve(parse_moment("1h before next call"), berlin(TUESDAY), Schedule(DANA)) is None


def test_a_moment_beyond_two_years_does_not_exist():
    assert moment("900 business days") is None
    assert moment("next call", worktime=WorkTime(ZONE, away=parse_dates("2026-01-01..2030-01-01"))) is None


def test_always_available_hours_end_at_midnight_and_never_start():
    always = WorkTime(ZONE)
    assert moment("end of office hours", worktime=always) == "2026-11-25 00:00"
    assert moment("start of office hours", worktime=always) is None


def test_the_first_that_lies_ahead_is_taken():
    moments = (parse_moment("1h before next call"), parse_moment("start of office hours"))
    before = resolve_first(moments, berlin("2026-11-27 08:00"), Schedule(DANA, CALLS))
    near = resolve_first(moments, berlin("2026-11-27 09:15"), Schedule(DANA, CALLS))
    assert before is not None
    assert before.at == berlin("2026-11-27 09:00")
    assert before.call is not None
    assert near is not None
    assert near.at == berlin("2026-11-30 09:00")
    assert near.call is None
    assert near.steps[0] == '"1h before next call" would be Fri 27 Nov 2026 09:00, which is not ahead'


def test_when_none_lies_ahead_there_is_none():
    assert resolve_first((parse_moment("now"), parse_moment("next call")), berlin(TUESDAY), Schedule(DANA)) is None
    assert resolve_first((), berlin(TUESDAY), Schedule(DANA)) is None


@pytest.mark.parametrize(
    ("text", "at", "wanted"),
    [
        ("16:30", TUESDAY, ("the next 16:30 is Tue 24 Nov 2026 16:30",)),
        (
            "02:30",
            "2026-03-28 12:00",
            ("the next 02:30 is Sun 29 Mar 2026 03:30", "02:30 is skipped on Sun 29 Mar 2026: the clock goes forward"),
        ),
        (
            "4 office hours",
            TUESDAY,
            (
                "available: 2h 20m on Tue 24 Nov 2026, 1h 40m on Wed 25 Nov 2026",
                "4h of it have passed by Wed 25 Nov 2026 10:40",
            ),
        ),
        (
            "1 business day",
            "2026-10-02 12:00",
            (
                "not counted: Sat 3 Oct 2026 (German Unity Day)",
                "the next office day after Fri 2 Oct 2026 is Mon 5 Oct 2026",
                "its office hours end at 17:30",
            ),
        ),
        (
            "1h before next call",
            "2026-12-18 09:45",
            (
                "the call on Fri 18 Dec 2026 10:00 begins in less than 30m",
                "the call on Fri 25 Dec 2026 10:00 does not take place: Christmas Day",
                "the call on Fri 1 Jan 2027 10:00 does not take place: New Year's Day",
                "the next call is on Fri 8 Jan 2027 10:00 (fri 10:00 for 45m)",
                "1h before it is Fri 8 Jan 2027 09:00",
            ),
        ),
    ],
)
def test_the_steps_tell_how_it_was_computed(text: str, at: str, wanted: tuple[str, ...]):
    found = resolve(parse_moment(text), berlin(at), Schedule(DANA, CALLS))
    assert found is not None
    assert found.steps == wanted


def test_a_long_count_of_office_hours_is_told_briefly():
    found = resolve(parse_moment("60 office hours"), berlin(TUESDAY), Schedule(DANA))
    assert found is not None
    assert found.steps[0].startswith("available: 2h 20m on Tue 24 Nov 2026, ")
    assert "days in full or in part" in found.steps[0]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("neext call", 'did you mean "next call"'),
        ("start of ofice hours", 'did you mean "start of office hours"'),
        ("fri", "write one of now"),
        ("", "write one of now"),
        ("4pm", 'write "16:00"'),
        ("fri 4pm", 'write "16:00"'),
        ("16", 'write "16:00"'),
        ("9.45", 'write "09:45"'),
        ("noon", "no moment"),
        ("30m before the next call", 'did you mean "30m before next call"'),
        ("24:00", 'write "00:00"'),
        ("2 hours", 'write "in 2 hours"'),
        ("15m", 'write "in 15m"'),
        ("today 16:30", "write the time alone"),
        ("2026-11-27 10:00", "moments recur"),
        ("0 business days", "end of office hours"),
        ("x before next call", '"x" is no duration'),
        ("1m after 1m after 1m after 1m after 1m after now", "too many"),
        ("frid 10:00", 'did you mean "fri"'),
        ("next office day", 'did you mean "next office day 10:00"'),
    ],
)
def test_a_wrong_moment_is_told_what_to_write(text: str, hint: str):
    with pytest.raises(ValueError, match=hint):
        parse_moment(text)


def test_a_moment_says_what_it_needs():
    assert parse_moment("1h before next call").needs_call
    assert not parse_moment("fri 10:00").needs_call
    assert str(parse_moment("  1h   before next call ")) == "1h before next call"
