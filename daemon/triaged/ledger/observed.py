"""What would be put aside, and which replies would wait, if an account did more than observe. Reading only."""

# ruff: noqa: S608 — statements are put together from constants of this room only; values are always bound

from collections.abc import Iterator
from datetime import datetime

from triaged.ledger.entries import DeferredRow, ReplyRow
from triaged.ledger.instants import to_ms
from triaged.ledger.rows import ITEM, columns, item_from, promise_of, replies_of
from triaged.ledger.store import Store, reading, rows

_DEFERRABLE = f"""
SELECT {columns(ITEM, "i")}, json_extract(i.decision, '$.until') FROM item i
WHERE i.mode = 'observe' AND i.verdict = 'deferrable' AND i.state = 'here' AND i.answered_at IS NULL
  AND json_extract(i.decision, '$.until') IS NOT NULL AND (CAST(? AS TEXT) IS NULL OR i.person = ?)
"""


def would_be_aside(store: Store, person: str | None, now: datetime) -> list[DeferredRow]:
    """Messages that an account that only observes would have put aside until a moment that lies ahead, the earliest first."""
    return sorted(_ahead(store, person, now), key=lambda one: (one.until or now, one.item.id))


def _ahead(store: Store, person: str | None, now: datetime) -> Iterator[DeferredRow]:
    for *item, until in rows(store, _DEFERRABLE, (person, person)):
        at = datetime.fromisoformat(until)
        if at > now:
            found = item_from(tuple(item))
            with reading(store) as db:
                promise = promise_of(db, found.promise) if found.promise else None
                replies = replies_of(
                    db, "id IN (SELECT reply FROM reply_item WHERE item = ?) ORDER BY id DESC", (found.id,)
                )
            yield DeferredRow(found, at, promise, replies[0] if replies else None)


def would_wait(store: Store, person: str | None, now: datetime) -> list[ReplyRow]:
    """Replies that would go at an instant that lies ahead, the earliest first."""
    where = "state = 'simulated' AND send_at > ? AND (CAST(? AS TEXT) IS NULL OR person = ?) ORDER BY send_at, id"
    with reading(store) as db:
        return replies_of(db, where, (to_ms(now), person, person))
