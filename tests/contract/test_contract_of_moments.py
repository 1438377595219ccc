"""Moments, as the reference says what they mean: `until` of a rule, asked by `explain --at`."""

from pathlib import Path

import pytest

from support.explaining import BASE, TUESDAY, Explained

SATURDAY = "2026-11-28 12:00"
IN_FOCUS = "2026-11-24 09:30"


def resolved(folder: Path, moment: str, at: str) -> str:
    """The rule's `until`, without seconds and offset."""
    given = moment if moment.startswith("[") else f"'{moment}'"
    rule = f'[[rule]]\nname = "r"\nthen = "defer"\nuntil = {given}\n'
    until = Explained(folder, BASE + rule).one(at=at)["until"]
    assert isinstance(until, str)
    return until.removesuffix(":00+01:00").replace("T", " ")


@pytest.mark.parametrize(
    ("moment", "at", "expected"),
    [
        ("now", TUESDAY, TUESDAY),
        ("in 15m", TUESDAY, "2026-11-24 15:25"),
        ("16:30", TUESDAY, "2026-11-24 16:30"),
        ("15:10", TUESDAY, "2026-11-25 15:10"),
        ("tue 15:10", TUESDAY, "2026-12-01 15:10"),
        ("tue 15:11", TUESDAY, "2026-11-24 15:11"),
        ("fri 10:00", TUESDAY, "2026-11-27 10:00"),
        ("tomorrow 09:00", TUESDAY, "2026-11-25 09:00"),
        ("next office day 10:00", TUESDAY, "2026-11-25 10:00"),
        ("next office day 10:00", SATURDAY, "2026-11-30 10:00"),
        ("next office hours", TUESDAY, TUESDAY),
        ("next office hours", SATURDAY, "2026-11-30 09:00"),
        ("next office hours", IN_FOCUS, "2026-11-24 11:00"),
        ("start of office hours", TUESDAY, "2026-11-25 09:00"),
        ("start of office hours", IN_FOCUS, "2026-11-24 11:00"),
        ("start of office hours", "2026-11-24 12:30", "2026-11-24 13:30"),
        ("end of office hours", TUESDAY, "2026-11-24 17:30"),
        ("end of office hours", IN_FOCUS, "2026-11-24 17:30"),
        ("end of office hours", "2026-11-24 17:30", "2026-11-25 17:30"),
        ("end of office hours", SATURDAY, "2026-11-30 17:30"),
        ("2 business days", TUESDAY, "2026-11-26 17:30"),
        ("2 business days", SATURDAY, "2026-12-01 17:30"),
        ("2 business days 10:00", TUESDAY, "2026-11-26 10:00"),
        ("4 office hours", TUESDAY, "2026-11-25 10:40"),
        ("4 office hours", "2026-11-24 08:00", "2026-11-24 16:00"),
        ("next call", TUESDAY, "2026-11-27 10:00"),
        ("1h before next call", TUESDAY, "2026-11-27 09:00"),
        ("30m after next call", TUESDAY, "2026-11-27 10:30"),
        ("next call", "2026-11-27 09:30", "2026-11-27 10:00"),
        ("next call", "2026-11-27 09:31", "2026-12-04 10:00"),
        ("next call within 5 business days", "2026-11-27 09:31", "2026-12-04 10:00"),
        ('["next call within 4 business days", "2 business days"]', "2026-11-27 09:31", "2026-12-01 17:30"),
        ('["1h before next call within 3 days", "16:30"]', TUESDAY, "2026-11-27 09:00"),
        ('["1h before next call within 2 days", "16:30"]', TUESDAY, "2026-11-24 16:30"),
        ("next call within 66h 50m", TUESDAY, "2026-11-27 10:00"),
        ('["next call within 66h 49m", "16:30"]', TUESDAY, "2026-11-24 16:30"),
        ('["next call within 2 weeks", "16:30"]', "2026-12-20 18:00", "2026-12-21 16:30"),
    ],
)
def test_a_moment_is_counted_forward_from_the_arrival(tmp_path: Path, moment: str, at: str, expected: str):
    assert resolved(tmp_path, moment, at) == expected


@pytest.mark.parametrize(
    ("moment", "at", "expected"),
    [
        ("start of office hours", "2026-12-05 09:00", "2026-12-05 10:00"),  # a Saturday with hours of its own
        ("start of office hours", "2026-12-07 18:00", "2026-12-09 09:00"),  # the eighth has none
        ("start of office hours", "2026-12-23 18:00", "2027-01-04 09:00"),  # away, both ends included
        ("2 business days", "2026-12-23 10:00", "2027-01-05 17:30"),
        ("next call", "2026-12-20 18:00", "2027-01-08 10:00"),  # none on a holiday, none on an away day
    ],
)
def test_holidays_away_days_and_dates_with_hours_of_their_own_count(
    tmp_path: Path, moment: str, at: str, expected: str
):
    assert resolved(tmp_path, moment, at) == expected


def about_moments(said: str) -> list[str]:
    """The warnings of `check` that are about when."""
    signs = ("can fall on a day without office hours", "promises a call", "can lie after")
    return [line for line in said.splitlines() if "warning: " in line and any(sign in line for sign in signs)]


def test_a_skipped_wall_clock_is_moved_forward_by_the_gap(tmp_path: Path):
    assert resolved(tmp_path, "02:30", "2026-03-28 12:00") == "2026-03-29 03:30:00+02:00"


def test_a_wall_clock_that_comes_twice_is_the_first(tmp_path: Path):
    assert resolved(tmp_path, "02:30", "2026-10-24 12:00") == "2026-10-25 02:30:00+02:00"


def test_a_list_means_the_first_in_the_order_written_that_exists_and_lies_ahead(tmp_path: Path):
    assert resolved(tmp_path, '["6h before next call", "16:30"]', "2026-11-27 05:00") == "2026-11-27 16:30"
    assert resolved(tmp_path, '["1h before next call", "in 5m"]', "2026-11-27 05:00") == "2026-11-27 09:00"


def test_where_none_is_left_until_is_now(tmp_path: Path):
    assert resolved(tmp_path, '["6h before next call"]', "2026-11-27 05:00") == "2026-11-27 05:00"


@pytest.mark.parametrize(
    ("promise", "warned"),
    [
        ('"16:30"', True),
        ('"sat 10:00"', True),
        ('"next office day 16:30"', False),
        ('"next call"', True),
        ('["next call", "2 business days"]', False),
    ],
)
def test_check_warns_of_a_promise_that_can_fall_on_a_day_off_or_needs_a_call_that_there_is_not(
    tmp_path: Path, promise: str, *, warned: bool
):
    rule = f'[[rule]]\nname = "r"\nthen = "defer"\nuntil = "in 10m"\nreply = "later"\npromise = {promise}\n'
    code, said = Explained(tmp_path, BASE + rule).check()
    assert code == 0
    assert bool(about_moments(said)) is warned, said


def test_check_warns_of_an_until_that_can_lie_after_its_promise(tmp_path: Path):
    rule = '[[rule]]\nname = "r"\nthen = "defer"\nuntil = "3 business days"\npromise = "2 business days"\nreply = "later"\n'
    code, said = Explained(tmp_path, BASE + rule).check()
    assert code == 0
    assert len(about_moments(said)) == 1, said
