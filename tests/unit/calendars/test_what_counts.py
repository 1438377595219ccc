"""What of a calendar counts: calls with clients, focus, days away; on whose word."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from triaged.config import load
from triaged.core.appointments import Appointment, Reading, Standing, diary, standing, with_diary
from triaged.core.moments import parse_moment, resolve
from triaged.core.settings import Person

CONFIGURATION = """
[me]
name = "Dana Roth"
timezone = "Europe/Berlin"

[hours]
mon-fri = "09:00-17:00"
holidays = "DE"

[account.work]
addresses = ["dana@roth.example"]
imap = { host = "127.0.0.1", tls = "none", user = "dana", password = "x" }

[client.harbor]
from = ["*@harbor.example"]
calls = ["fri 10:00 for 45m"]

[client.lindenhof]
from = ["*@lindenhof.example"]
calls = ["calendar: Lindenhof jour fixe"]

[client.roth]
from = ["*@partner.example"]

[calendar.mine]
url = "https://calendar.example/dana.ics"
use = ["calls", "focus", "away"]
me = ["dana.private@mail.example"]
"""
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
GARY, PETRA, DANA = "gary@harbor.example", "petra@lindenhof.example", "dana@roth.example"


@pytest.fixture
def person(tmp_path: Path) -> Person:
    (tmp_path / "triaged.toml").write_text(CONFIGURATION)
    loaded = load(tmp_path / "triaged.toml")
    assert not loaded.errors
    return loaded.persons[0]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def appointment(start: str = "2026-11-26 13:00", minutes: int = 30, **more: Any) -> Appointment:
    begins = at(start)
    given = {
        "uid": "u",
        "original": start,
        "start": begins,
        "end": begins + timedelta(minutes=minutes),
        "title": "A talk",
    }
    return Appointment(**given | more)


def mine(*people: str, **more: Any) -> Appointment:
    """Mine, with people who have accepted."""
    return appointment(organizer=DANA, attendees=tuple((name, "ACCEPTED") for name in people), **more)


def days(first: str, last: str, **more: Any) -> Appointment:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return appointment(f"{first} 00:00", 24 * 60 * ((end - start).days + 1), days=(start, end), **more)


def reading(person: Person, appointments: Sequence[Appointment], *use: str, read_at: datetime = NOW) -> Reading:
    calendar = person.calendars["mine"]
    calendar = replace(calendar, use=use) if use else calendar
    return Reading(calendar, tuple(appointments), read_at, NOW + timedelta(days=180))


def calls(person: Person, *appointments: Appointment) -> dict[str, list[str]]:
    found = diary(person, [reading(person, appointments)]).calls
    return {label: [f"{one.start:%a %H:%M}" for one in those] for label, those in found.items()}


# --- on whose word ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (appointment(), Standing.COUNTS),
        (appointment(organizer=DANA), Standing.COUNTS),
        (appointment(organizer=DANA, attendees=((GARY, "NEEDS-ACTION"),)), Standing.COUNTS),
        (appointment(organizer=GARY, attendees=((DANA, "ACCEPTED"),)), Standing.COUNTS),
        (appointment(organizer=GARY, attendees=(("Dana@Roth.Example", "ACCEPTED"),)), Standing.COUNTS),
        (appointment(organizer=GARY, attendees=(("dana.private@mail.example", "ACCEPTED"),)), Standing.COUNTS),
        (appointment(organizer=GARY, attendees=((DANA, "NEEDS-ACTION"),)), Standing.SHOWN),
        (appointment(organizer=GARY, attendees=((DANA, "TENTATIVE"),)), Standing.SHOWN),
        (appointment(organizer=GARY, attendees=((DANA, "DELEGATED"),)), Standing.SHOWN),
        (appointment(organizer=GARY, attendees=((DANA, "DECLINED"),)), Standing.NOTHING),
        (appointment(organizer=GARY, attendees=((PETRA, "ACCEPTED"),)), Standing.SHOWN),
        (appointment(organizer=GARY), Standing.SHOWN),
        (appointment(organizer="stranger@evil.example", attendees=((DANA, "NEEDS-ACTION"),)), Standing.SHOWN),
        (appointment(attendees=((GARY, "ACCEPTED"),)), Standing.SHOWN),
        (appointment(status="TENTATIVE"), Standing.SHOWN),
        (appointment(status="CANCELLED"), Standing.NOTHING),
        (appointment(organizer="", attendees=((DANA, "ACCEPTED"), (GARY, "ACCEPTED"))), Standing.COUNTS),
    ],
)
def test_what_i_organise_have_alone_or_accepted_counts(person: Person, one: Appointment, expected: Standing):
    assert standing(one, (*person.addresses, *person.calendars["mine"].me)) is expected


# --- calls ------------------------------------------------------------------------------------------------------------


def test_an_event_with_an_accepted_person_of_a_client_is_a_call_with_it(person: Person):
    assert calls(person, mine(GARY)) == {"harbor": ["Thu 13:00"]}
    assert calls(person, appointment(organizer=GARY, attendees=((DANA, "ACCEPTED"),))) == {"harbor": ["Thu 13:00"]}


def test_a_clients_person_who_has_not_answered_makes_no_call(person: Person):
    assert calls(person, appointment(organizer=DANA, attendees=((GARY, "NEEDS-ACTION"),))) == {}


def test_several_clients_share_a_call_but_not_more_than_three(person: Person):
    assert calls(person, mine(GARY, PETRA)) == {"harbor": ["Thu 13:00"], "lindenhof": ["Thu 13:00"]}


@pytest.mark.parametrize(
    "one",
    [
        mine(GARY, minutes=5),
        mine(GARY, minutes=240),
        mine(GARY, start="2026-11-26 20:00"),
        mine(GARY, start="2026-11-28 10:00"),
        mine(GARY, private=True, title=""),
        mine(GARY, *(f"p{number}@many.example" for number in range(12))),
        appointment(title="Send Harbor invoice"),
        days("2026-11-26", "2026-11-26", organizer=DANA, attendees=((GARY, "ACCEPTED"),)),
    ],
)
def test_what_is_no_call(person: Person, one: Appointment):
    assert calls(person, one) == {}


def test_a_series_is_bound_by_its_title_or_uid_also_outside_of_hours(person: Person):
    bound = appointment("2026-11-26 18:00", title="Lindenhof  Jour Fixe", recurring=True)
    assert calls(person, bound) == {"lindenhof": ["Thu 18:00"]}
    assert calls(person, appointment(title="Lindenhof jour fixe (invoice)")) == {}


def test_a_series_in_somebody_elses_invitation_is_not_bound_by_its_title(person: Person):
    forged = appointment(
        title="Lindenhof jour fixe", organizer="stranger@evil.example", attendees=((DANA, "NEEDS-ACTION"),)
    )
    assert calls(person, forged) == {}


# --- moments ----------------------------------------------------------------------------------------------------------


def next_call(person: Person, label: str, now: datetime = NOW) -> str:
    client = person.roster.by_label(label)
    assert client is not None
    found = resolve(parse_moment("next call"), now, person.schedule(client))
    return f"{found.at:%a %d %H:%M}" if found else "none"


def test_where_a_calendar_holds_a_series_it_alone_says_when(person: Person):
    moved = mine(GARY, start="2026-11-27 13:00", recurring=True)
    assert next_call(person, "harbor") == "Fri 27 09:00"
    assert next_call(with_diary(person, [reading(person, [moved])]), "harbor") == "Fri 27 13:00"


def test_a_single_event_stands_beside_the_standing_call(person: Person):
    single = with_diary(person, [reading(person, [mine(GARY, start="2026-11-26 13:00")])])
    assert next_call(single, "harbor") == "Thu 26 13:00"
    assert next_call(single, "harbor", at("2026-11-26 13:00")) == "Fri 27 09:00"


def test_the_configuration_serves_beyond_what_was_read(person: Person):
    series = with_diary(person, [reading(person, [mine(GARY, start="2026-11-27 13:00", recurring=True)])])
    assert next_call(series, "harbor", at("2027-06-21 08:00")) == "Fri 25 08:00"


def test_a_calendar_not_read_for_six_hours_promises_no_call_of_today(person: Person):
    today = mine(GARY, start="2026-11-24 13:00", recurring=True)
    tomorrow = replace(today, start=at("2026-11-25 13:00"), end=at("2026-11-25 13:30"), original="later")
    stale = with_diary(person, [reading(person, [today, tomorrow], read_at=NOW - timedelta(hours=7))])
    fresh = with_diary(person, [reading(person, [today, tomorrow], read_at=NOW - timedelta(hours=5))])
    assert next_call(stale, "harbor") == "Wed 25 13:00"
    assert next_call(fresh, "harbor") == "Tue 24 13:00"


def test_a_call_on_a_holiday_does_not_take_place(person: Person):
    christmas = mine(GARY, start="2026-12-25 09:00", recurring=True)
    bound = replace(christmas, title="Lindenhof jour fixe")
    assert calls(person, christmas) == {}
    laid = with_diary(person, [reading(person, [bound])])
    client = laid.roster.by_label("lindenhof")
    assert client is not None
    [call] = laid.schedule(client).calls_on(date(2026, 12, 25))
    assert call.skipped


# --- focus ------------------------------------------------------------------------------------------------------------


def test_events_without_other_people_that_are_busy_are_focus(person: Person):
    laid = with_diary(
        person, [reading(person, [appointment("2026-11-26 09:00", 60), mine(GARY, start="2026-11-26 12:00")])]
    )
    assert laid.worktime.hours(at("2026-11-26 09:30")) == "focus"
    assert laid.worktime.hours(at("2026-11-26 12:15")) == "office"


def test_gaps_under_half_an_hour_are_filled_and_free_time_is_none(person: Person):
    blocks = [
        appointment("2026-11-26 09:00", 60),
        appointment("2026-11-26 10:20", 30),
        appointment("2026-11-26 11:20", 30, busy=False),
    ]
    worktime = with_diary(person, [reading(person, blocks)]).worktime
    assert [worktime.hours(at(f"2026-11-26 {clock}")) for clock in ("10:10", "10:55", "11:30")] == [
        "focus",
        "office",
        "office",
    ]


def test_office_time_of_promises_does_not_count_what_a_calendar_holds(person: Person):
    laid = with_diary(person, [reading(person, [appointment("2026-11-24 08:00", 120)])])
    plain, held = (
        resolve(parse_moment("4 office hours"), NOW, one.schedule(one.roster.clients[0])) for one in (person, laid)
    )
    assert plain is not None and held is not None and plain.at == held.at  # noqa: PT018 — one equation
    soon = resolve(parse_moment("next office hours"), NOW + timedelta(minutes=5), laid.schedule(laid.roster.clients[0]))
    assert soon is not None
    assert soon.at == at("2026-11-24 10:00")


def test_busy_makes_all_events_focus_and_calls_alone_make_none(person: Person):
    meeting = mine("somebody@else.example", start="2026-11-26 09:00")
    assert with_diary(person, [reading(person, [meeting], "busy")]).worktime.hours(at("2026-11-26 09:15")) == "focus"
    assert with_diary(person, [reading(person, [meeting], "calls")]).worktime.hours(at("2026-11-26 09:15")) == "office"


# --- away -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "away"),
    [
        (days("2026-11-26", "2026-11-27", title="Urlaub"), True),
        (days("2026-11-26", "2026-11-27", title="urlaub an der See"), True),
        (days("2026-11-26", "2026-11-27", title="Vacaciones"), True),
        (days("2026-11-26", "2026-11-27", title="Team outing", out_of_office=True), True),
        (days("2026-11-26", "2026-11-27", title="", private=True, out_of_office=True), True),
        (days("2026-11-26", "2026-11-27", title="Tom: Urlaub"), False),
        (days("2026-11-26", "2026-11-27", title="Urlaub planen", organizer=DANA, attendees=((GARY, "ACCEPTED"),)), False),
        (days("2026-11-26", "2026-11-27", title="Urlaub", organizer="stranger@evil.example", attendees=((DANA, "NEEDS-ACTION"),)), False),
        (days("2026-11-26", "2026-11-27", title="Petra’s birthday"), False),
        (appointment("2026-11-26 09:00", 480, title="Urlaub"), False),
    ],
)  # fmt: skip
def test_whole_days_that_are_mine_and_called_so_are_away(person: Person, one: Appointment, away: bool):  # noqa: FBT001
    worktime = with_diary(person, [reading(person, [one])]).worktime
    assert worktime.is_away(date(2026, 11, 26)) is worktime.is_away(date(2026, 11, 27)) is away
    assert not worktime.is_away(date(2026, 11, 28))


def test_a_day_that_is_asked_about_first_does_not_count_and_its_neighbours_do(person: Person):
    absence = days("2026-11-26", "2026-11-30", title="Urlaub")
    laid = with_diary(person, [reading(person, [absence])], not_away={date(2026, 11, 27), date(2026, 12, 4)})
    assert [laid.worktime.is_away(date(2026, 11, day)) for day in (26, 27, 30)] == [True, False, True]
    assert laid.away_in_question == (date(2026, 11, 27),)
