"""Rows as the ledger gives them to the report, and the report of some rows."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from triaged.core.settings import Person
from triaged.ledger.reporting import ReceivedRow, ToldPromise
from triaged.report.report import Past, Report, tell

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
