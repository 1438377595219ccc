"""Rows as the ledger gives them to the report, and the report of some rows."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from triaged.config import load
from triaged.core.settings import Person
from triaged.ledger.reporting import ReceivedRow, ToldPromise
from triaged.report.summary import Past, Report, tell

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def row(number: int, at: datetime, **more: Any) -> ReceivedRow:
    """A question of Gary's, put aside and answered by nobody, unless said otherwise."""
    values: dict[str, Any] = {
        "item": number, "person": "dana", "login": "dana@imap", "client": "harbor", "correspondent": "gary@harbor.example",
        "sender": "gary@harbor.example", "message_id": f"<{number}@h>", "thread": f"<{number}@h>", "arrived_at": at,
        "kind": ("new",), "automatic": False, "subject": f"question {number}", "verdict": "deferrable", "rule": "all",
        "ruleset": None, "mode": "send", "state": "here", "answered_at": None, "acknowledged_at": None,
        "returned_at": None, "by_hand": None, "pass_spent": False, "promise": None,
    }  # fmt: skip
    return ReceivedRow(**{**values, **more})


def told(number: int, due_at: datetime = MONDAY + DAY, **more: Any) -> ToldPromise:
    """An answer that was promised on Monday and is open, unless said otherwise."""
    values: dict[str, Any] = {
        "id": number, "client": "harbor", "kind": "answer", "due_at": due_at, "state": "open", "told_at": MONDAY,
        "closed_at": None,
    }  # fmt: skip
    return ToldPromise(**{**values, **more})


def report(
    *rows: ReceivedRow,
    promises: Sequence[ToldPromise] = (),
    person: Person | None = None,
    since: datetime = MONDAY,
    until: datetime = MONDAY + 7 * DAY,
    now: datetime | None = None,
) -> Report:
    """The report of a week from Monday, made at its end."""
    return tell(Past(since, until, rows, promises, {}), person, now or until)


PEOPLE = """
[me]
name = "Dana Roth"
language = "en"
timezone = "Europe/Berlin"

[hours]
mon-thu = ["09:00-12:30", "13:30-17:30"]
fri = "09:00-15:00"

[account.work]
addresses = ["dana@roth.example"]
imap = { host = "imap.roth.example", user = "dana", password = { credential = "work" } }
smtp = { host = "smtp.roth.example" }

[client.harbor]
name = "Harbor Trust"
from = ["*@harbor.example"]
timezone = "Europe/London"
hours = { mon-fri = "08:00-18:00" }
calls = ["fri 10:00 for 45m", "tue,thu 16:00 every 2 weeks from 2026-11-24"]

[client.lindenhof]
name = "Lindenhof e. V."
language = "de"
from = ["*@lindenhof.example"]

[[rule]]
name = "all"
then = "urgent"
"""


def dana(folder: Path) -> Person:
    """A person with two clients, one in another zone with agreed hours and calls, one who reads German."""
    path = folder / "dana.toml"
    path.write_text(PEOPLE, encoding="utf-8")
    loaded = load(path)
    assert not loaded.errors
    return loaded.persons[0]


def quarter(person: Person, clients: Sequence[str] = ("harbor", "lindenhof")) -> Report:
    """Thirteen weeks with some of everything, the same in every run."""
    chance = random.Random(7)
    begin = MONDAY - 91 * DAY
    rows, promises = [], []
    for number in range(1, 401):
        at = begin + timedelta(minutes=chance.randrange(91 * 24 * 60))
        client = clients[number % len(clients)]
        answered = at + timedelta(hours=chance.lognormvariate(1, 1)) if chance.random() < 0.95 else None
        promise = told(
            number, at + chance.choice((8, 24, 48)) * HOUR, client=client, told_at=at + timedelta(minutes=10),
            state=chance.choice(("kept", "kept", "kept", "late", "overdue", "open", "settled")),
        )  # fmt: skip
        promises.append(promise)
        more = {"client": client, "promise": promise, "by_hand": "back" if number % 9 == 0 else None}
        rows.append(row(number, at, answered_at=answered, acknowledged_at=promise.told_at, **more))
    rows.sort(key=lambda one: one.arrived_at)
    promises.sort(key=lambda one: one.told_at or MONDAY)
    return report(*rows, promises=promises, person=person, since=begin, until=MONDAY)
