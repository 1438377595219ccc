"""The course of a period."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from support.reportkit import DAY, HOUR, MONDAY, report, row, told
from triaged.core.worktime import WorkTime, merge_week, parse_slots
from triaged.report.series import grid, stretches

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("since", "until", "step", "count", "first", "last"),
    [
        (date(2026, 11, 2), date(2026, 11, 9), "day", 7, date(2026, 11, 2), date(2026, 11, 8)),
        (date(2026, 9, 1), date(2026, 12, 1), "week", 14, date(2026, 8, 31), date(2026, 11, 30)),
        (date(2025, 1, 15), date(2026, 12, 1), "month", 23, date(2025, 1, 1), date(2026, 11, 1)),
    ],
)
def test_a_period_is_divided_so_that_a_person_can_see_it(
    since: date, until: date, step: str, count: int, first: date, last: date
):
    def midnight(day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=BERLIN)

    found, starts = stretches(midnight(since), midnight(until), BERLIN)
    assert (found, len(starts), starts[0], starts[-1]) == (step, count, first, last)


def test_answers_and_promises_stand_where_the_question_and_the_telling_were():
    found = report(
        row(1, MONDAY, answered_at=MONDAY + 2 * HOUR, promise=told(1, MONDAY + 5 * HOUR)),
        row(2, MONDAY + DAY, answered_at=MONDAY + DAY + 4 * HOUR),
        promises=[told(1, state="kept"), told(2, told_at=MONDAY + DAY, state="late")],
    ).whole.series
    monday, tuesday, *others = found.stretches
    assert (monday.received, monday.answered.median, monday.promised) == (1, 2 * HOUR, 5 * HOUR)
    assert (tuesday.received, tuesday.answered.median, tuesday.promised) == (1, 4 * HOUR, None)
    assert (monday.promises["kept"], tuesday.promises["late"]) == (1, 1)
    assert [one.received for one in others] == [0] * 6  # from nine to nine: the eighth day is the next Monday


def test_the_hour_of_a_message_is_that_of_the_zone_of_the_agreed_hours():
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)  # half past midnight on Monday in Berlin
    found = grid([late], WorkTime(BERLIN, merge_week({"mon": parse_slots("09:00-12:30")})), BERLIN, MONDAY)
    assert found.counts[0][0] == 1
    assert found.agreed(0) == ((9.0, 12.5),)
    assert found.agreed(1) == ()


def test_without_hours_everything_is_agreed():
    assert grid([], WorkTime(BERLIN), BERLIN, MONDAY).agreed(6) == ((0.0, 24.0),)


def test_a_question_from_before_the_period_is_in_no_part_of_it():
    sunday = MONDAY - timedelta(hours=12)
    found = report(row(1, sunday, answered_at=MONDAY + HOUR)).whole.series
    assert sum(one.answered.count for one in found.stretches) == 0
