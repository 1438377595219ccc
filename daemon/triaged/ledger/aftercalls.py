"""What a call that took place does to the points of its agenda. One commit, and none when it was done before."""

# ruff: noqa: S608 — statements are put together from constants of this room only; values are always bound

from collections.abc import Sequence
from datetime import datetime

from triaged.ledger.entries import Item
from triaged.ledger.instants import to_ms
from triaged.ledger.leaving import leave_replies
from triaged.ledger.rows import ITEM, encode, item_from
from triaged.ledger.settling import mark_settled
from triaged.ledger.store import Store, commit, rows

_POINTS = "FROM item WHERE id IN (SELECT CAST(value AS INTEGER) FROM json_each(?)) AND (call_at IS NULL OR call_at < ?)"
_OPEN = "answered_at IS NULL AND settled_at IS NULL AND state <> 'gone'"
_PROMISED = (
    "EXISTS (SELECT 1 FROM promise p WHERE p.id = item.promise AND p.kind = 'answer' AND p.state IN ('open','overdue'))"
)


def not_called_yet(store: Store, points: Sequence[int], call_at: datetime) -> bool:
    """Whether it has not been written down yet that one of these points was on the agenda of this call."""
    return bool(rows(store, f"SELECT 1 {_POINTS} LIMIT 1", (encode(list(points)), to_ms(call_at))))


def after_call(store: Store, points: Sequence[int], call_at: datetime, now: datetime, *, settles: bool) -> list[Item]:
    """The points were on the agenda of this call. Returns those that nobody had touched and that are still open.

    `settles`: they are closed by it, but for those to which an answer is promised.
    """
    given = (encode(list(points)), to_ms(call_at))
    with commit(store, "after_call") as db:
        found = [
            item_from(r) for r in db.execute(f"SELECT {ITEM} {_POINTS} AND {_OPEN} ORDER BY arrived_at, id", given)
        ]
        closing = (
            [r[0] for r in db.execute(f"SELECT id {_POINTS} AND {_OPEN} AND NOT {_PROMISED}", given)] if settles else []
        )
        db.execute(f"UPDATE item SET call_at = ? WHERE id IN (SELECT id {_POINTS})", (to_ms(call_at), *given))
        for item in closing:
            mark_settled(db, item, to_ms(now), "agenda")
            leave_replies(db, item, "settled", to_ms(now))
    return [item for item in found if item.id not in closing]
