"""Occurrences of what several programs write, with all that RFC 5545 lets happen to a series."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from triaged.calendars import expanding
from triaged.calendars.expanding import Unreadable, expanded
from unit.calendars.feeds import FASTMAIL, GOOGLE, HEAD, ICLOUD, NEXTCLOUD, OUTLOOK, calendar, event

WINDOW = {"from": "2026-11-26T00:00:00+00:00", "to": "2027-01-08T00:00:00+00:00", "zone": "Europe/Berlin"}


def found(*texts: bytes, **window: str) -> list[dict[str, Any]]:
    appointments: list[dict[str, Any]] = expanded(list(texts), {**WINDOW, **window})["appointments"]
    return appointments


def starts(*texts: bytes, **window: str) -> list[str]:
    return [f"{datetime.fromisoformat(one['start']):%d.%m. %H:%M}" for one in found(*texts, **window)]


def test_a_moved_occurrence_is_at_its_new_time_and_keeps_its_name():
    calls = found(GOOGLE)
    assert starts(GOOGLE)[:3] == ["27.11. 09:00", "04.12. 13:00", "11.12. 09:00"]
    assert {one["uid"] for one in calls} == {"weekly@google.example"}
    assert calls[1]["original"] == "2026-12-04T09:00:00+00:00"
    assert all(one["recurring"] for one in calls)


def test_a_zone_by_windows_name_is_known():
    assert starts(OUTLOOK)[0] == "27.11. 09:00"


def test_whole_days_end_on_their_last_day_and_are_marked_out_of_office():
    [outing] = [one for one in found(OUTLOOK) if one["days"]]
    assert outing["days"] == ["2026-12-21", "2026-12-23"]
    assert outing["out_of_office"]


def test_a_private_event_has_no_title_and_tasks_are_none():
    titles = {one["uid"]: one["title"] for one in found(ICLOUD)}
    assert titles == {"A1-ICLOUD": "Focus: write the report", "A2-ICLOUD": "", "A3-ICLOUD": "Petra’s birthday"}


def test_dates_left_out_and_added_are_heeded_and_count_ends_the_series():
    assert starts(NEXTCLOUD) == ["01.12. 15:00", "10.12. 15:00", "15.12. 15:00", "22.12. 15:00"]


def test_a_change_of_this_and_all_that_follow_moves_them_all():
    assert starts(FASTMAIL)[:4] == ["02.12. 15:00", "09.12. 15:00", "16.12. 16:00", "23.12. 16:00"]


def test_a_floating_time_is_in_the_persons_zone_or_in_that_of_the_calendar():
    floating = event(start="20261201T100000", end="20261201T103000")
    assert starts(calendar(floating)) == ["01.12. 09:00"]
    assert starts(calendar(floating, head=HEAD + "X-WR-TIMEZONE:America/New_York\r\n")) == ["01.12. 15:00"]


def test_an_override_without_its_series_is_an_occurrence_of_its_own():
    orphan = event("RECURRENCE-ID:20261204T090000Z", start="20261205T090000Z", end="20261205T093000Z")
    assert starts(calendar(orphan)) == ["05.12. 09:00"]


def test_a_duration_stands_for_an_end():
    lasting = event("DURATION:PT45M").replace("DTEND:20261127T094500Z\r\n", "")
    [one] = found(calendar(lasting))
    assert one["end"] == "2026-11-27T09:45:00+00:00"


def test_a_free_busy_list_says_when_and_nothing_else():
    busy = "BEGIN:VFREEBUSY\r\nUID:f\r\nFREEBUSY;FBTYPE=BUSY:20261201T100000Z/PT1H\r\nFREEBUSY;FBTYPE=FREE:20261202T100000Z/PT1H\r\nEND:VFREEBUSY\r\n"
    [one] = found(calendar(busy))
    assert (one["start"], one["private"], one.get("title", "")) == ("2026-12-01T10:00:00+00:00", True, "")


def test_what_recurs_by_the_hour_is_left_out_and_counted_and_the_rest_is_read():
    bomb = event("RRULE:FREQ=SECONDLY", uid="bomb")
    told = expanded([calendar(bomb, event(uid="call"))], WINDOW)
    assert told["left_out"] == 1
    assert [one["uid"] for one in told["appointments"]] == ["call"]


def test_one_damaged_event_spoils_no_other():
    damaged = "BEGIN:VEVENT\r\nUID:x\r\nDTSTART:tomorrow\r\nRRULE:FREQ=SOMETIMES\r\nEND:VEVENT\r\n"
    assert [one["uid"] for one in found(calendar(damaged, event(uid="call")))] == ["call"]


@pytest.mark.parametrize(
    "damaged",
    [
        "BEGIN:VEVENT\r\nUID:x\r\nSUMMARY:When?\r\nEND:VEVENT\r\n",
        event("RRULE:FREQ=DAILY;INTERVAL=0", uid="x"),
        event("RRULE:FREQ=WEEKLY;BYDAY=XX", uid="x"),
        event(
            f"RRULE:FREQ=DAILY;BYMINUTE={','.join(map(str, range(60)))};BYSECOND={','.join(map(str, range(60)))}",
            uid="x",
        ),
    ],
    ids=["no beginning", "no step", "no day", "each second"],
)
def test_what_no_program_could_show_is_left_out_and_the_rest_is_read(damaged: str):
    assert [one["uid"] for one in found(calendar(damaged, event(uid="call")))] == ["call"]


def test_people_are_known_however_a_program_names_them():
    people = event(
        'ORGANIZER;CN="Roth, Dana";EMAIL="dana@roth.example":/aMTU/principal/',
        "ATTENDEE;CUTYPE=INDIVIDUAL;EMAIL=dana@roth.example;PARTSTAT=ACCEPTED:urn:uuid:53f1",
        "ATTENDEE;PARTSTAT=accepted:MailTo:%67ary@harbor.example",
        "ATTENDEE;EMAIL=gary@harbor.example;PARTSTAT=ACCEPTED:mailto:mallory@evil.example",
        "ATTENDEE;PARTSTAT=ACCEPTED:invalid:nomail",
    )  # fmt: skip
    [one] = found(calendar(people))
    assert one["organizer"] == "dana@roth.example"
    assert [who for who, _ in one["attendees"]] == [
        "dana@roth.example", "gary@harbor.example", "mallory@evil.example", "invalid:nomail",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("zone", "clock"),
    [
        ("tzone://Microsoft/Utc", "10:00"),
        ("/freeassociation.sourceforge.net/Europe/Berlin", "09:00"),
        ('"(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna"', "09:00"),
        ("Romance Standard Time", "09:00"),
        ("Eastern Standard Time", "15:00"),
    ],
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_zone_is_known_by_whatever_name_programs_give_it(zone: str, clock: str):
    one = event(start=f";TZID={zone}:20261127T100000", end=f";TZID={zone}:20261127T103000")
    assert starts(calendar(one)) == [f"27.11. {clock}"]


def test_what_stands_before_and_behind_a_calendar_is_not_in_its_way():
    one = calendar(event(uid="call"))
    for text in (b"\xef\xbb\xbf" + one, one + b"\r\n\x1a\0", one.replace(b"\r\n", b"\n")):
        assert [each["uid"] for each in found(text)] == ["call"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "a web page, as of a sign-in,"),
        (b"", "something else"),
        (b'{"error": "not found"}', "something else"),
    ],
)
def test_what_is_no_calendar_is_named(text: bytes, why: str):
    with pytest.raises(Unreadable, match=why):
        expanded([text], WINDOW)


def test_more_occurrences_than_anybody_has_are_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(expanding, "MOST_OCCURRENCES", 40)
    with pytest.raises(Unreadable, match="occurrences"):
        expanded([calendar(event("RRULE:FREQ=DAILY"))], WINDOW)


def test_more_events_than_anybody_has_are_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(expanding, "MOST_EVENTS", 3)
    with pytest.raises(Unreadable, match="events"):
        expanded([calendar(*(event(uid=str(number)) for number in range(4)))], WINDOW)


# --- two years, by another hand ---------------------------------------------------------------------------------------

_SERIES = {
    "FREQ=WEEKLY;BYDAY=FR": lambda day: day.weekday() == 4,
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE": lambda day: (
        day.weekday() in (0, 2) and (day - date(2025, 12, 29)).days // 7 % 2 == 0
    ),
    "FREQ=MONTHLY;BYDAY=-1FR": lambda day: day.weekday() == 4 and (day + timedelta(days=7)).month != day.month,
    "FREQ=MONTHLY;BYMONTHDAY=31": lambda day: day.day == 31,
    "FREQ=DAILY;INTERVAL=3": lambda day: (day - date(2026, 1, 2)).days % 3 == 0,
}


@pytest.mark.parametrize("rule", _SERIES)
def test_two_years_of_a_series_are_what_a_calendar_on_the_wall_says(rule: str):
    falls_on = _SERIES[rule]
    days = (date(2026, 1, 2) + timedelta(days=n) for n in range(729))
    expected = [f"{day:%Y-%m-%d}" for day in days if falls_on(day)]
    first = next(day for day in expected)
    text = calendar(
        event(
            f"RRULE:{rule}",
            start=f";TZID=Europe/Berlin:{first.replace('-', '')}T100000",
            end=f";TZID=Europe/Berlin:{first.replace('-', '')}T103000",
        )
    )
    window = {"from": "2026-01-01T00:00:00+00:00", "to": "2028-01-01T00:00:00+00:00"}
    calls = found(text, **window)
    assert [one["original"][:10] for one in calls] == expected
    clocks = {datetime.fromisoformat(one["start"]).hour for one in calls}
    assert clocks == {8, 9}  # ten o'clock in Berlin, in summer and in winter


B = ";TZID=Europe/Berlin"


def friday(*lines: str, zone: str = B) -> str:
    """Four Fridays at ten."""
    return event("RRULE:FREQ=WEEKLY;COUNT=4", *lines, start=f"{zone}:20261127T100000", end=f"{zone}:20261127T104500")


def change(named: str, day: str, clock: str = "140000", end: str = "144500", *lines: str) -> str:
    """Another time for one of them, or from one of them on."""
    return event(f"RECURRENCE-ID{named}", *lines, start=f"{B}:{day}T{clock}", end=f"{B}:{day}T{end}")


@pytest.mark.parametrize(
    "left_out",
    [
        "EXDATE;VALUE=DATE:20261204",
        "EXDATE:20261204T090000Z",
        "EXDATE:20261204T100000",
        "EXDATE;TZID=Europe/London:20261204T090000",
        "EXDATE;TZID=W. Europe Standard Time:20261204T100000",
    ],
)
@pytest.mark.parametrize("zone", [B, "", ";TZID=Mars/Olympus"])
def test_a_date_is_left_out_however_a_program_names_it(left_out: str, zone: str):
    assert starts(calendar(friday(left_out, zone=zone))) == ["27.11. 09:00", "11.12. 09:00", "18.12. 09:00"]


@pytest.mark.parametrize(
    "zone", [";TZID=Mars/Olympus", ";TZID=Customized Time Zone 1", ';TZID="(UTC+01:00) Amsterdam, Berlin"']
)
def test_a_zone_that_nobody_knows_is_the_calendars_own_and_is_named(zone: str):
    until = friday(zone=zone).replace("COUNT=4", "UNTIL=20261218T090000Z")
    read = expanded([calendar(until)], WINDOW)
    assert [one["start"][11:16] for one in read["appointments"]] == ["09:00"] * 4
    assert read["zones"] == [zone.removeprefix(";TZID=").strip('"')]
    assert starts(calendar(until, head=HEAD + "X-WR-TIMEZONE:Eastern Standard Time\r\n"))[0] == "27.11. 15:00"


def test_a_calendar_whose_own_zone_nobody_knows_is_in_the_persons():
    read = expanded([calendar(friday(zone=""), head=HEAD + "X-WR-TIMEZONE:Nowhere/Land\r\n")], WINDOW)
    assert ([one["start"][11:16] for one in read["appointments"]], read["zones"]) == (["09:00"] * 4, ["Nowhere/Land"])


@pytest.mark.parametrize(
    "named", [":20261204T090000Z", f"{B}:20261204T100000", ";VALUE=DATE:20261204", ":20261204T100000"]
)
def test_one_that_was_moved_is_there_once_however_it_is_named(named: str):
    read = found(calendar(friday(), change(named, "20261204")))
    assert [one["start"][5:16] for one in read] == ["11-27T09:00", "12-04T13:00", "12-11T09:00", "12-18T09:00"]
    assert [one["original"][5:16] for one in read] == ["11-27T09:00", "12-04T09:00", "12-11T09:00", "12-18T09:00"]


@pytest.mark.parametrize("named", [":20261204T090000Z", f"{B}:20261204T100000"])
def test_all_that_follow_a_change_keep_their_own_names(named: str):
    read = found(calendar(friday(), change(f";RANGE=THISANDFUTURE{named}", "20261205")))
    assert [one["original"][5:16] for one in read] == ["11-27T09:00", "12-04T09:00", "12-11T09:00", "12-18T09:00"]
    assert [one["start"][5:16] for one in read] == ["11-27T09:00", "12-05T13:00", "12-12T13:00", "12-19T13:00"]


def test_all_that_follow_are_cancelled_and_of_two_changes_each_has_its_own():
    gone = change(f";RANGE=THISANDFUTURE{B}:20261211T100000", "20261211", "100000", "104500", "STATUS:CANCELLED")
    assert [one["status"] for one in found(calendar(friday(), gone))] == ["", "", "CANCELLED", "CANCELLED"]
    first = change(f";RANGE=THISANDFUTURE{B}:20261204T100000", "20261204")
    second = change(f"{B}:20261211T100000", "20261211", "080000", "083000")
    read = found(calendar(friday(), first, second))
    assert [one["start"][11:16] for one in read] == ["09:00", "13:00", "07:00", "13:00"]
    assert len({one["original"] for one in read}) == 4


def test_dates_are_added_as_a_period_or_as_a_date():
    added = "RDATE;VALUE=PERIOD:20261210T160000Z/PT30M"
    assert [(one["start"][5:16], one["end"][11:16]) for one in found(calendar(event(added)))][1] == (
        "12-10T16:00",
        "16:30",
    )
    assert starts(calendar(friday("RDATE;VALUE=DATE:20261210")))[2] == "10.12. 09:00"


def test_one_that_begins_in_the_hour_that_spring_leaves_out_ends_after_it():
    night = event("RRULE:FREQ=DAILY;COUNT=2", start=f"{B}:20270327T023000", end=f"{B}:20270327T030000")
    read = found(calendar(night), to="2027-04-08T00:00:00+00:00")
    assert [(one["start"][11:16], one["end"][11:16]) for one in read] == [("01:30", "02:00"), ("01:30", "02:00")]


@pytest.mark.parametrize("word", ["PRIVATE", "CONFIDENTIAL", "X-PERSONAL"])
def test_a_change_of_a_private_event_is_private_and_a_private_change_is_it_alone(word: str):
    series = friday("SUMMARY:Dentist", f"CLASS:{word}")
    read = found(calendar(series, change(f"{B}:20261204T100000", "20261204", "140000", "144500", "SUMMARY:Dentist")))
    assert {(one["private"], one["title"]) for one in read} == {(True, "")}
    hidden = change(f"{B}:20261204T100000", "20261204", "140000", "144500", "SUMMARY:Dentist", f"CLASS:{word}")
    read = found(calendar(friday("SUMMARY:Weekly"), hidden))
    assert [one["title"] for one in read] == ["Weekly", "", "Weekly", "Weekly"]


@pytest.mark.parametrize(
    "rule",
    ["FREQ=SECONDLY", "FREQ=FORTNIGHTLY", "RSCALE=CHINESE;FREQ=YEARLY", "FREQ=WEEKLY\r\nEXRULE:FREQ=WEEKLY;INTERVAL=2"],
)
def test_what_nobody_can_follow_is_left_out_and_counted_never_in_silence(rule: str):
    read = expanded([calendar(event(f"RRULE:{rule}", uid="bad"), friday())], WINDOW)
    assert ({one["uid"] for one in read["appointments"]}, read["left_out"]) == ({"one@roth.example"}, 1)


def test_a_scale_that_is_the_usual_one_is_followed():
    assert len(found(calendar(event("RRULE:RSCALE=GREGORIAN;FREQ=WEEKLY;COUNT=3;SKIP=OMIT")))) == 3
