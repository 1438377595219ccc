"""`triaged calendar` over a configuration as people write it."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from triaged.cli import main
from triaged.config import load
from triaged.core.daysahead import days_ahead, outlook
from triaged.core.settings import Person

CONFIGURATION = """
[me]
name = "Dana Roth"
language = "en"
timezone = "Europe/Berlin"
[hours]
mon-thu = ["09:00-12:30", "13:30-17:30"]
fri = "09:00-15:00"
holidays = "DE-BE"
away = ["2026-12-28..2026-12-30"]
focus = { tue = "09:00-11:00", wed = "12:00-14:00" }
[account.work]
mode = "send"
addresses = ["dana@roth.example"]
imap = { host = "imap.roth.example", user = "dana", password = { credential = "work-imap" } }
smtp = { host = "smtp.roth.example" }
[client.harbor]
from = ["*@harbor.example"]
timezone = "Europe/London"
calls = ["fri 10:00 for 45m"]
[client.linden]
from = ["office@linden.example"]
calls = ["fri 09:00", "mon 23:45 for 30m"]
[client.boss]
from = ["boss@roth.example"]
always = "urgent"
[reply.until-call]
text = "Can it wait until {{ promise | when }}?"
[[rule]]
name = "Everything else waits"
when = { client = "*" }
then = "defer"
until = ["1h before next call", "start of office hours"]
promise = ["next call", "2 business days"]
reply = "until-call"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "dana.toml"
    path.write_text(CONFIGURATION)
    return path


@pytest.fixture
def dana(file: Path) -> Person:
    (person,) = load(file).persons
    return person


def test_days_are_given_with_hours_focus_and_what_stands_against_them(dana: Person):
    days = {day.date: day for day in days_ahead(dana.worktime, (), date(2026, 12, 21), 14)}
    tuesday, wednesday, christmas = (days[date(2026, 12, number)] for number in (22, 23, 25))
    assert len(days) == 14
    assert [(a.hour, b.hour) for a, b in tuesday.focus] == [(8, 10)]
    assert [(a.hour, a.minute, b.hour, b.minute) for a, b in wednesday.focus] == [(11, 0, 11, 30), (12, 30, 13, 0)]
    assert christmas.holiday == "Christmas Day"
    assert christmas.office == ()
    assert days[date(2026, 12, 28)].away
    assert days[date(2026, 12, 26)].weekend
    for day in days.values():
        assert sum((b - a).seconds for a, b in (*day.focus, *day.free)) == sum((b - a).seconds for a, b in day.office)


def test_calls_are_given_in_time_order_with_why_they_do_not_take_place(dana: Person):
    (day,) = days_ahead(dana.worktime, dana.roster.clients, date(2026, 12, 25), 1)
    assert [(call.client, call.occurrence.skipped) for call in day.calls] == [
        ("linden", "Christmas Day"),
        ("harbor", "Christmas Day"),
    ]


def test_a_mail_arriving_now_is_decided_by_the_rules(dana: Person):
    harbor, boss = dana.roster.by_label("harbor"), dana.roster.by_label("boss")
    assert harbor is not None
    assert boss is not None
    found = outlook(dana, harbor, datetime(2026, 11, 24, 14, 10, tzinfo=UTC))
    assert found is not None
    assert found.decision.promise_moment is not None
    assert found.decision.promise_moment.at == datetime(2026, 11, 27, 9, tzinfo=UTC)
    assert found.decision.reply is not None
    assert found.decision.reply.template == "until-call"
    urgent = outlook(dana, boss, datetime(2026, 11, 24, 14, 10, tzinfo=UTC))
    assert urgent is not None
    assert urgent.decision.verdict == "urgent"


def test_the_command_lists_every_day_and_every_client(file: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["calendar", "-c", str(file), "--weeks", "3"]) == 0
    shown = capsys.readouterr().out
    assert shown.count("Mon ") >= 3
    assert "23:45-00:15 linden" in shown
    assert "10:00-10:45 harbor, 09:00 in Europe/London" in shown
    assert "Everything else waits" in shown


def test_the_command_gives_one_object_a_day_and_one_a_client(file: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["calendar", "-c", str(file), "--json", "harbor"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(rows) == 15
    assert {call["client"] for row in rows[:14] for call in row["calls"]} == {"harbor"}
    assert rows[-1]["client"] == "harbor"
    assert datetime.fromisoformat(rows[-1]["if_now"]["promise"]).utcoffset() is not None


def test_an_unknown_client_is_told_the_known_ones(file: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["calendar", "-c", str(file), "nobody"]) == 1
    assert "harbor, linden, boss" in capsys.readouterr().err


@pytest.mark.parametrize("weeks", ["0", "-1", "1000", "two"])
def test_a_number_of_weeks_that_makes_no_sense_is_wrong_usage(
    file: Path, capsys: pytest.CaptureFixture[str], weeks: str
):
    with pytest.raises(SystemExit) as ended:
        main(["calendar", "-c", str(file), "--weeks", weeks])
    assert ended.value.code == 2
    assert "write a number of weeks from 1 to 104" in capsys.readouterr().err
