"""Until when, and from when to when, as people say it; and what is told where it is no time."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from triaged.core.calls import Schedule, parse_call
from triaged.core.moments import parse_moment, resolve
from triaged.core.untilwords import NoTime, day_of, until
from triaged.core.worktime import WorkTime, merge_week, parse_slots

BERLIN = ZoneInfo("Europe/Berlin")
HOURS = WorkTime(
    BERLIN, merge_week({"mon-thu": parse_slots("09:00-12:30,13:30-17:30"), "fri": parse_slots("09:00-15:00")})
)
TUESDAY = datetime(2026, 11, 24, 15, 10, tzinfo=BERLIN)


def said(words: str, language: str = "en", now: datetime = TUESDAY) -> str:
    schedule = Schedule(HOURS, (parse_call("fri 10:00"),))
    return f"{until(words, now, schedule, language).astimezone(BERLIN):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("words", "at"),
    [
        ("friday", "2026-11-27 09:00"),
        ("Fri 15:00", "2026-11-27 15:00"),
        ("until friday at 15:00", "2026-11-27 15:00"),
        ("until Friday.", "2026-11-27 09:00"),
        ("tue", "2026-12-01 09:00"),
        ("tuesday 16:00", "2026-11-24 16:00"),
        ("tuesday 15:00", "2026-12-01 15:00"),
        ("saturday", "2026-11-28 09:00"),
        ("tomorrow", "2026-11-25 09:00"),
        ("2026-12-04", "2026-12-04 09:00"),
        ("2026-12-04 15:00", "2026-12-04 15:00"),
        ("4.12.", "2026-12-04 09:00"),
        ("15 December", "2026-12-15 09:00"),
        ("Dec. 15th 16:00", "2026-12-15 16:00"),
        ("the 3rd of january", "2027-01-03 09:00"),
        ("2h", "2026-11-24 17:10"),
        ("in 3 days", "2026-11-27 15:10"),
        ("3 days", "2026-11-27 15:10"),
        ("next week", "2026-11-30 09:00"),
        ("next call", "2026-11-27 09:30"),
        ("1h before next call", "2026-11-27 09:00"),
        ("3 office hours", "2026-11-25 09:40"),
        ("16:30", "2026-11-24 16:30"),
    ],
)
def test_a_time_as_people_say_it(words: str, at: str):
    assert said(words) == at


@pytest.mark.parametrize(
    ("words", "language", "at"),
    [
        ("bis Freitag", "de", "2026-11-27 09:00"),
        ("bis Freitag um 15 Uhr", "de", "2026-11-27 15:00"),
        ("bis morgen", "de", "2026-11-25 09:00"),
        ("bis 15. Dezember um 16 Uhr", "de", "2026-12-15 16:00"),
        ("bis 15.12.", "de", "2026-12-15 09:00"),
        ("jusqu’au 1er décembre", "fr", "2026-12-01 09:00"),
        ("hasta el 15 de diciembre", "es", "2026-12-15 09:00"),
        ("bis nächste Woche", "de", "2026-11-30 09:00"),
        ("jusqu’à vendredi", "fr", "2026-11-27 09:00"),
        ("jusqu'à demain", "fr", "2026-11-25 09:00"),
        ("hasta el viernes a las 15:00", "es", "2026-11-27 15:00"),
        ("until friday", "de", "2026-11-27 09:00"),
    ],
)
def test_also_in_the_persons_language(words: str, language: str, at: str):
    assert said(words, language) == at


@pytest.mark.parametrize(
    "words", ["yesterday", "friday 25:00", "", "soon", "2026-13-01", "bis Freitag", "the 31st", "until"]
)
def test_no_time_is_told_with_what_to_write(words: str):
    with pytest.raises(NoTime, match="write friday"):
        said(words)


def test_what_is_past_is_told():
    for words in ("2020-01-01", "today", "2026-11-24 15:10"):
        with pytest.raises(NoTime, match="past"):
            said(words)


def test_there_is_no_next_call_without_calls():
    with pytest.raises(NoTime, match="no call ahead"):
        until("next call", TUESDAY, Schedule(HOURS))


def test_until_four_in_the_morning_it_is_still_yesterday():
    night = datetime(2026, 11, 25, 3, 59, tzinfo=BERLIN)
    assert said("tomorrow", now=night) == "2026-11-25 09:00"
    assert said("tomorrow", now=night.replace(hour=4, minute=0)) == "2026-11-26 09:00"


@pytest.mark.parametrize(
    ("moment", "now", "at"),
    [
        ("start of next office day", "2026-11-24 15:10", "2026-11-25 09:00"),
        ("start of next office day", "2026-11-25 03:59", "2026-11-25 09:00"),
        ("start of next office day", "2026-11-25 04:00", "2026-11-26 09:00"),
        ("start of next office day", "2026-11-27 08:00", "2026-11-30 09:00"),
        ("start of next office day", "2026-11-28 02:00", "2026-11-30 09:00"),
        ("start of next week", "2026-11-24 15:10", "2026-11-30 09:00"),
        ("start of next week", "2026-11-29 23:00", "2026-11-30 09:00"),
        ("start of next week", "2026-11-30 03:00", "2026-11-30 09:00"),
        ("start of next week", "2026-11-30 04:00", "2026-12-07 09:00"),
        ("30m before start of next week", "2026-11-24 15:10", "2026-11-30 08:30"),
    ],
)
def test_the_next_day_and_the_next_week_begin_when_their_hours_do(moment: str, now: str, at: str):
    found = resolve(parse_moment(moment), datetime.fromisoformat(now).replace(tzinfo=BERLIN), Schedule(HOURS))
    assert found is not None
    assert f"{found.at.astimezone(BERLIN):%Y-%m-%d %H:%M}" == at


def test_a_week_that_begins_with_days_away_begins_later():
    away = WorkTime(BERLIN, HOURS.week, away=((date(2026, 11, 30), date(2026, 12, 1)),))
    found = resolve(parse_moment("start of next week"), TUESDAY, Schedule(away))
    assert found is not None
    assert found.at == datetime(2026, 12, 2, 8, 0, tzinfo=UTC)


def test_days_are_named_by_date_day_of_the_week_and_tomorrow():
    assert str(day_of("Friday", TUESDAY, HOURS)) == "2026-11-27"
    assert str(day_of("tuesday", TUESDAY, HOURS)) == "2026-11-24"
    assert str(day_of("morgen", TUESDAY, HOURS, "de")) == "2026-11-25"
    assert day_of("friday 15:00", TUESDAY, HOURS) is None
