"""What was read of calendars: each content with the time from which it was known, so that it can be told what was known when."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from triaged.ledger.instants import from_ms, span_ms, to_ms
from triaged.ledger.store import Store, commit, rows

_KEPT = timedelta(days=60)
"""How long contents are kept that others have replaced."""


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """One content of a calendar: known since `since`, last seen to be so at `seen_at`, read as far as `until`.

    `version` is what the calendar room recognises an unchanged one by; `events` counts what it holds at all.
    """

    label: str
    since: datetime
    seen_at: datetime
    until: datetime
    version: str
    events: int
    content: str


def calendars(store: Store, person: str, at: datetime) -> list[CalendarRow]:
    """What was known of each calendar of a person at an instant."""
    sql = """
      SELECT c.label, c.since, c.seen_at, c.until, c.version, c.events, c.content FROM calendar c
      WHERE c.person = ? AND c.since =
        (SELECT max(o.since) FROM calendar o WHERE o.person = c.person AND o.label = c.label AND o.since <= ?)
      ORDER BY c.label
    """
    return [
        CalendarRow(r[0], from_ms(r[1]), min(from_ms(r[2]), at), from_ms(r[3]), *r[4:])
        for r in rows(store, sql, (person, to_ms(at)))
    ]


def calendar_read(store: Store, person: str, row: CalendarRow) -> None:
    """Remember a content that is new, and forget those that were replaced long ago."""
    with commit(store, "calendar_read") as db:
        db.execute(
            "INSERT INTO calendar (person, label, since, seen_at, until, version, events, content)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (person, label, since) DO UPDATE SET seen_at = excluded.seen_at,"
            " until = excluded.until, version = excluded.version, events = excluded.events, content = excluded.content",
            (
                *(person, row.label, to_ms(row.since), to_ms(row.seen_at), to_ms(row.until)),
                *(row.version, row.events, row.content),
            ),
        )
        db.execute(
            "DELETE FROM calendar WHERE person = ? AND label = ? AND seen_at < ? AND since < ?",
            (person, row.label, to_ms(row.since) - span_ms(_KEPT), to_ms(row.since)),
        )


def calendar_unchanged(store: Store, person: str, row: CalendarRow, now: datetime) -> None:
    """It was looked at again, and is as it was."""
    with commit(store, "calendar_unchanged", synced=False) as db:
        db.execute(
            "UPDATE calendar SET seen_at = ? WHERE person = ? AND label = ? AND since = ? AND seen_at < ?",
            (to_ms(now), person, row.label, to_ms(row.since), to_ms(now)),
        )
