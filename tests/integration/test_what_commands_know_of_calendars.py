"""`explain`, `calendar`, `status`, `check` and the check-up over a calendar of which the ledger remembers two states."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import tomli

from triaged.calendars import Window, as_text, from_text
from triaged.calendars.expanding import expanded
from triaged.cli import main
from triaged.config import load
from triaged.core.settings import Person
from triaged.ledger import Ledger
from triaged.ledger.calendarpast import CalendarRow
from triaged.setup import calendarcheck
from unit.calendars.feeds import BY_DANA, DANA_HAS_ACCEPTED, GARY, ICLOUD, OUTLOOK, calendar, event

CONFIGURATION = """
[service]
state = "sqlite:{state}"
[me]
name = "Dana Roth"
timezone = "Europe/Berlin"
[hours]
mon-fri = "09:00-17:00"
holidays = "DE"
[account.work]
addresses = ["dana@roth.example"]
imap = {{ host = "imap.roth.example", user = "dana", password = "x" }}
[client.harbor]
name = "Harbor Trust"
from = ["*@harbor.example"]
calls = ["fri 10:00 for 45m"]
[calendar.mine]
url = "{url}"
use = ["calls", "focus"]
[[rule]]
name = "Everything waits for the call"
then = "defer"
until = "start of office hours"
promise = ["next call", "2 business days"]
"""
MAIL = b"From: gary@harbor.example\r\nTo: dana@roth.example\r\nSubject: quick question\r\nMessage-ID: <a@harbor.example>\r\n\r\nCan you ring me?\r\n"
BEFORE, AFTER = datetime(2026, 11, 24, 8, 0, tzinfo=UTC), datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def harbor(clock: str) -> bytes:
    """A series on Fridays at that hour, Berlin's."""
    start, end = (f";TZID=Europe/Berlin:20261127T{clock}{minutes}00" for minutes in ("00", "30"))
    return calendar(
        event("RRULE:FREQ=WEEKLY", BY_DANA, DANA_HAS_ACCEPTED, GARY, "SUMMARY:Harbor", start=start, end=end)
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A configuration whose ledger knows the calendar as of eight (the call is at 14:00) and as of noon (at 16:00)."""
    path = tmp_path / "dana.toml"
    path.write_text(CONFIGURATION.format(state=tmp_path / "triaged.db", url=(tmp_path / "dana.ics").as_uri()))
    window = Window.around(BEFORE, ZoneInfo("Europe/Berlin"))
    job = {"from": window.start.isoformat(), "to": window.end.isoformat(), "zone": "Europe/Berlin"}
    with Ledger.open(tmp_path / "triaged.db", now=BEFORE) as ledger:
        login = load(path).persons[0].accounts[0].login
        [account] = ledger.register("dana", [login], BEFORE).values()
        for at, clock in ((BEFORE, "14"), (AFTER, "16")):
            content = as_text(from_text(json.dumps(expanded([harbor(clock)], job)["appointments"])))
            ledger.calendar_read(account.person, CalendarRow("mine", at, at, window.end, clock, 1, content))
    return path


def with_calls(file: Path, line: str) -> Path:
    file.write_text(file.read_text().replace('calls = ["fri 10:00 for 45m"]', line))
    return file


def told(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    main(list(words))
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize(
    ("at", "promise"),
    [
        ("2026-11-23 10:00", "2026-11-27T10:00:00+01:00"),  # nothing was known: the configuration says when
        ("2026-11-24 10:00", "2026-11-27T14:00:00+01:00"),
        ("2026-11-24 15:00", "2026-11-27T16:00:00+01:00"),
    ],
)
def test_explain_tells_the_call_that_was_known_then(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], at: str, promise: str
):
    mail = tmp_path / "a.eml"
    mail.write_bytes(MAIL)
    [one] = told(capsys, "explain", "-c", str(file), "--json", "--at", at, str(mail))
    assert one["promise"] == promise


def test_calendar_shows_the_calls_that_the_calendar_holds(file: Path, capsys: pytest.CaptureFixture[str]):
    days = told(capsys, "calendar", "-c", str(file), "--json", "--weeks", "8")
    calls = {(call["start"][11:16], call["source"]) for day in days for call in day.get("calls", ())}
    assert ("16:00", "calendar") in calls
    assert ("10:00", "configuration") not in calls


def test_status_says_when_a_calendar_was_last_read(file: Path, capsys: pytest.CaptureFixture[str]):
    [person] = told(capsys, "status", "-c", str(file), "--json")
    [one] = person["calendars"]
    assert one == {"calendar": "mine", "read_at": "2026-11-24T13:00:00+01:00", "events": 1, "error": None}


def test_check_says_that_the_calendar_beats_the_configuration(file: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["check", "-c", str(file)]) == 0
    assert "fri 10:00 for 45m serves beyond" in " ".join("".join(capsys.readouterr()).split())


def test_check_refuses_a_call_by_calendar_where_none_is_read(file: Path, capsys: pytest.CaptureFixture[str]):
    text = file.read_text().replace('use = ["calls", "focus"]', 'use = ["focus"]')
    file.write_text(text.replace('calls = ["fri 10:00 for 45m"]', 'calls = ["calendar"]'))
    assert main(["check", "-c", str(file)]) == 78
    assert "none is read for calls" in "".join(capsys.readouterr())


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('url = "ftp://calendar.example/a.ics"', "no address of a calendar"),
        ('url = "https://calendar.example/a.ics"\npassword = "x"', "whose?"),
        ('url = "https://calendar.example/a.ics"\nuse = ["call"]', "calls"),
        ('url = "https://calendar.example/a.ics"\nevry = "5m"', "every"),
    ],
)
def test_what_is_wrong_in_a_calendars_table_is_told_with_its_place(
    file: Path, line: str, why: str, capsys: pytest.CaptureFixture[str]
):
    head, _, rest = file.read_text().partition("[calendar.mine]\n")
    file.write_text(f"{head}[calendar.mine]\n{line}\n[[rule]]{rest.partition('[[rule]]')[2]}")
    assert main(["check", "-c", str(file)]) == 78
    output = capsys.readouterr()
    found = [one for one in (output.out + output.err).splitlines() if "error" in one and why in one]
    assert found
    assert found[0].startswith(str(file))


async def test_the_check_up_proposes_to_bind_a_series_without_people(file: Path, tmp_path: Path):
    (tmp_path / "dana.ics").write_bytes(OUTLOOK)
    person = load(file).persons[0]
    found = {one.topic: one for one in (await calendarcheck.look(person, person.calendars["mine"], BEFORE)).findings}
    assert found["people"].found == "no attendees: calls only by title"
    assert found["series"].follows == (
        'If it is: calls = ["calendar: Harbor weekly"] in [client.harbor]. If not: no_calls = ["Harbor weekly"] in [calendar.mine].'
    )


async def test_what_was_proposed_or_declined_is_not_proposed_again(file: Path, tmp_path: Path):
    (tmp_path / "dana.ics").write_bytes(OUTLOOK)
    for text, told in (("", ["Harbor weekly"]), ('no_calls = ["harbor WEEKLY"]', [])):
        person = with_line(file, text)
        found = await calendarcheck.look(person, person.calendars["mine"], BEFORE, told)
        assert "series" not in {one.topic for one in found.findings}


def test_the_check_up_proposes_a_series_once_where_there_is_a_ledger(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "dana.ics").write_bytes(upcoming("SUMMARY:Harbor weekly"))
    said = []
    for _ in range(2):
        main(["doctor", "-c", str(file)])
        said.append(" ".join(capsys.readouterr().out.split()))
    assert ["may be a call with harbor" in one for one in said] == [True, False]
    main(["doctor", "-c", str(file), "--json"])
    assert "may be a call with harbor" in capsys.readouterr().out, "machines are told each time"


def with_line(file: Path, text: str) -> Person:
    """With one more line in her calendar's table."""
    file.write_text(file.read_text().replace("[[rule]]", f"{text}\n[[rule]]"))
    return load(file).persons[0]


def upcoming(*lines: str) -> bytes:
    """A weekly series of half an hour, from today on."""
    start = datetime.now(UTC).replace(hour=10, minute=0, second=0, microsecond=0)
    begin, end = (f"{at:%Y%m%dT%H%M%SZ}" for at in (start, start + timedelta(minutes=30)))
    return calendar(event("RRULE:FREQ=WEEKLY", *lines, start=begin, end=end))


@pytest.mark.parametrize(
    "lines",
    [
        ["SUMMARY:Harbor weekly", "ORGANIZER:mailto:stranger@evil.example", "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:dana@roth.example"],
        ["SUMMARY:Harbor, inside", BY_DANA, "ATTENDEE;PARTSTAT=ACCEPTED:mailto:colin@roth-partners.example"],
        ["SUMMARY:Harbor weekly", "STATUS:CANCELLED"],
        ["SUMMARY:Harbor weekly", "CLASS:PRIVATE"],
        ["SUMMARY:Lunch"],
    ],
)  # fmt: skip
async def test_no_series_is_proposed_that_would_not_count_or_shows_its_people(
    file: Path, tmp_path: Path, lines: list[str]
):
    (tmp_path / "dana.ics").write_bytes(upcoming(*lines))
    person = load(file).persons[0]
    found = await calendarcheck.look(person, person.calendars["mine"], datetime.now(UTC))
    assert "series" not in {one.topic for one in found.findings}


async def test_a_series_that_is_called_no_call_is_none_with_the_client_in_it(file: Path, tmp_path: Path):
    (tmp_path / "dana.ics").write_bytes(harbor("10"))
    for text, counted in (("", "with harbor"), ('no_calls = ["Harbor"]', "none with a client")):
        person = with_line(file, text)
        found = {
            one.topic: one for one in (await calendarcheck.look(person, person.calendars["mine"], BEFORE)).findings
        }
        assert counted in found["calls"].found


async def test_what_is_proposed_for_a_series_is_toml_whatever_its_title_says(file: Path, tmp_path: Path):
    title = 'Harbor "weekly" \\ standup'
    plain = event(
        "RRULE:FREQ=WEEKLY",
        f"SUMMARY:{title}".replace("\\", "\\\\"),
        start="20261127T100000Z",
        end="20261127T103000Z",
    )
    (tmp_path / "dana.ics").write_bytes(calendar(plain))
    person = load(file).persons[0]
    [found] = [
        one
        for one in (await calendarcheck.look(person, person.calendars["mine"], BEFORE)).findings
        if one.topic == "series"
    ]
    line = found.follows.removeprefix("If it is: ").partition(" in [client.harbor].")[0]
    assert tomli.loads(line) == {"calls": [f"calendar: {title}"]}
    bound = load(with_calls(file, line)).persons[0]
    findings = (await calendarcheck.look(bound, bound.calendars["mine"], BEFORE)).findings
    assert not [one for one in findings if one.topic == "series"]
    assert next(one.found for one in findings if one.topic == "calls").endswith("with harbor")


async def test_the_check_up_says_what_it_has_read_and_what_it_could_not(file: Path, tmp_path: Path):
    person = load(file).persons[0]
    mine = person.calendars["mine"]
    stopped = await calendarcheck.look(person, mine, BEFORE)
    assert not stopped.works
    (tmp_path / "dana.ics").write_bytes(ICLOUD)
    read = await calendarcheck.look(person, replace(mine, use=("focus",)), BEFORE + timedelta(days=7))
    assert read.works
    assert "3 events" in read.findings[0].found
