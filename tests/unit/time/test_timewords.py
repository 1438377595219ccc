"""Times, slots, weekdays and dates as the configuration writes them."""

from datetime import date, time

import pytest

from triaged.core.publicholidays import holidays_of, parse_holidays
from triaged.core.timewords import (
    END_OF_DAY,
    Slot,
    is_between,
    merge_week,
    parse_between,
    parse_clock,
    parse_dates,
    parse_slots,
    parse_weekdays,
)


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("16:30", time(16, 30)),
        ("9:05", time(9, 5)),
        ("16:30:00", time(16, 30)),
        (" 00:00 ", time(0)),
        ("07:32:00.000", time(7, 32)),
    ],
)
def test_a_time_of_day_is_read(text: str, clock: time):
    assert parse_clock(text) == clock


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("4pm", 'write "16:00"'),
        ("12.30 a.m.", 'write "00:30"'),
        ("24:00", 'write "00:00"'),
        ("25:00", "hours go to 23"),
        ("09:60", "minutes to 59"),
        ("nine", 'as in "16:30"'),
        ("13pm", 'as in "16:30"'),
        ("", 'as in "16:30"'),
        ("٠٩:٠٠", 'as in "16:30"'),
    ],
)
def test_a_wrong_time_of_day_is_told_what_to_write(text: str, hint: str):
    with pytest.raises(ValueError, match=hint):
        parse_clock(text)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("fri", (4,)),
        ("Friday", (4,)),
        ("mon-fri", (0, 1, 2, 3, 4)),
        ("sat-mon", (0, 5, 6)),
        ("tue,thu", (1, 3)),
        ("mon-tue, sat", (0, 1, 5)),
        ("wed-wed", (2,)),
    ],
)
def test_days_of_the_week_are_read(text: str, days: tuple[int, ...]):
    assert parse_weekdays(text) == days


def test_a_misspelt_day_of_the_week_is_told_the_nearest():
    with pytest.raises(ValueError, match='"frid" is no day of the week; did you mean "fri"'):
        parse_weekdays("frid")
    with pytest.raises(ValueError, match="write mon, tue"):
        parse_weekdays("xyz")


def test_slots_are_put_in_order():
    wanted = (Slot(time(9), time(12, 30)), Slot(time(13, 30), time(17, 30)))
    assert parse_slots(["13:30-17:30", "09:00-12:30"]) == wanted
    assert parse_slots("09:00-12:30, 13:30-17:30") == wanted


def test_a_day_may_end_at_24_00():
    (slot,) = parse_slots("18:00-24:00")
    assert slot == Slot(time(18), END_OF_DAY)
    assert str(slot) == "18:00-24:00"
    assert time(23, 59, 59) in slot


def test_no_slots_are_no_hours():
    assert parse_slots([]) == ()


def test_a_slot_contains_its_start_and_not_its_end():
    (slot,) = parse_slots("09:00-12:30")
    assert time(9) in slot
    assert time(12, 30) not in slot


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("22:00-06:00", 'write "22:00-24:00" and "00:00-06:00" on the next day'),
        ("22:00-00:00", 'write "22:00-24:00"$'),
        ("09:00-09:00", 'write "00:00-24:00" for the whole day'),
        ("09:00", "write start and end"),
        ("09:00-12:00, 11:00-13:00", "overlap"),
        ("20:00-24:00, 23:00-24:00", "overlap"),
        ("09:00-5pm", 'write "17:00"'),
    ],
)
def test_wrong_slots_are_told_what_to_write(text: str, hint: str):
    with pytest.raises(ValueError, match=hint):
        parse_slots(text)


@pytest.mark.parametrize(
    ("text", "clock", "inside"),
    [
        ("18:00-22:00", time(18), True),
        ("18:00-22:00", time(22), False),
        ("22:00-06:00", time(23, 30), True),
        ("22:00-06:00", time(0), True),
        ("22:00-06:00", time(6), False),
        ("22:00-06:00", time(12), False),
        ("00:00-24:00", time(23, 59), True),
    ],
)
def test_between_may_wrap_midnight(text: str, clock: time, *, inside: bool):
    assert is_between(parse_between(text), clock) is inside


def test_a_single_day_wins_over_a_range_in_either_order():
    long, short = parse_slots("09:00-17:00"), parse_slots("09:00-12:00")
    for entries in ({"mon-fri": long, "fri": short}, {"fri": short, "mon-fri": long}):
        week = merge_week(entries)
        assert week[3] == long
        assert week[4] == short
        assert 5 not in week


@pytest.mark.parametrize("entries", [("mon-wed", "wed-fri"), ("fri", "friday"), ("mon-fri", "tue,thu")])
def test_two_entries_that_claim_the_same_day_are_refused(entries: tuple[str, str]):
    with pytest.raises(ValueError, match="only a single day wins over a range"):
        merge_week(dict.fromkeys(entries, ()))


def test_dates_and_ranges_are_read():
    assert parse_dates(["2026-12-24..2027-01-03", "2027-02-12"]) == (
        (date(2026, 12, 24), date(2027, 1, 3)),
        (date(2027, 2, 12), date(2027, 2, 12)),
    )
    assert parse_dates("2028-02-29") == ((date(2028, 2, 29), date(2028, 2, 29)),)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("2027-02-29", "there is no such day"),
        ("24.12.2026", "as in"),
        ("2027-01-03..2026-12-24", 'write "2026-12-24..2027-01-03"'),
        ("20261224", "as in"),
    ],
)
def test_wrong_dates_are_told_what_to_write(text: str, hint: str):
    with pytest.raises(ValueError, match=hint):
        parse_dates(text)


@pytest.mark.parametrize(
    ("text", "code"), [("DE-BE", "DE-BE"), ("de-be", "DE-BE"), ("DE", "DE"), ("gb-sct", "GB-SCT"), ("", "")]
)
def test_a_country_or_subdivision_is_read(text: str, code: str):
    assert parse_holidays(text) == code


@pytest.mark.parametrize(
    ("text", "hint"), [("DE-XX", "DE-BE"), ("XX", "country code"), ("germany", "write a country code")]
)
def test_an_unknown_country_is_told_what_to_write(text: str, hint: str):
    with pytest.raises(ValueError, match=hint):
        parse_holidays(text)


def test_a_subdivision_has_its_own_holidays():
    assert date(2026, 3, 8) in holidays_of("DE-BE", 2026)
    assert date(2026, 3, 8) not in holidays_of("DE-BY", 2026)
    assert holidays_of("", 2026) == {}
    assert holidays_of("DE-BE", 9999) == {}
