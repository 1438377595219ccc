"""A message leaves the replies that cover it: what it was alone in does not go, what others wait for is made anew.

Inside the caller's transaction; instants are milliseconds.
"""

# ruff: noqa: S608 — statements are put together from constants of this room only; values are always bound

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from triaged.ledger.changes import STOPPABLE, End, cancel_reply, end_reply
from triaged.ledger.engine import Connection
from triaged.ledger.entries import ReplyRow
from triaged.ledger.instants import to_ms
from triaged.ledger.promises import reply_again
from triaged.ledger.rows import decode, encode, promise_of, replies_of, reply_of
from triaged.ledger.store import Store, commit

_TELLS = f"""
UPDATE reply SET tell_at = :due, tell_kind = :kind, tell_call = :call WHERE id = :reply AND state IN {STOPPABLE}
"""
_PROMISE = """
INSERT INTO promise (person, client, correspondent, thread, kind, due_at, first_due_at, call, state)
SELECT person, client, correspondent, ?, tell_kind, tell_at, tell_at, tell_call, 'planned' FROM reply WHERE id = ?
"""
_TAKES_OVER = f"""
UPDATE reply SET promise = :promise, account = (SELECT account FROM item WHERE id = :item), rcpt = :rcpt, language = :language,
  auto = :auto, trust = (SELECT trust FROM item WHERE id = :item) WHERE id = :reply AND state IN {STOPPABLE}
"""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Why a draft is taken back, and the Message-ID of the one in its place, if there is to be one."""

    reason: str
    message_id: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A draft that was taken back, and the reply in its place."""

    reply: ReplyRow
    instead: ReplyRow | None = None


def stoppable_replies_of(db: Connection, item: int) -> list[ReplyRow]:
    """Acknowledgements that cover a message and have not gone. A reply that a socket holds is past stopping."""
    where = f"kind = 'ack' AND state IN {STOPPABLE} AND id IN (SELECT reply FROM reply_item WHERE item = ?)"
    return replies_of(db, where, (item,))


def leave_replies(db: Connection, item: int, reason: str, now: int) -> list[tuple[ReplyRow, bool]]:
    """The message leaves every acknowledgement that has not gone; True: it was the only one, the reply is cancelled."""
    left: list[tuple[ReplyRow, bool]] = []
    for reply in stoppable_replies_of(db, item):
        if reply.state == "drafted":
            if reply.items[0] == item or _speaks_of(db, reply, item):
                cancel_reply(db, reply.id, reason, now)
            continue
        if len(reply.items) == 1:
            cancelled = cancel_reply(db, reply.id, reason, now)
            left.append((cancelled or reply, True))
            continue
        db.execute("DELETE FROM reply_item WHERE reply = ? AND item = ?", (reply.id, item))
        db.execute(
            "UPDATE item SET promise = NULL WHERE id = ? AND promise = (SELECT id FROM promise WHERE id = ? AND state = 'planned')",
            (item, reply.promise),
        )
        _make_anew(db, reply, item)
        left.append((reply_of(db, reply.id) or reply, False))
    return left


def _speaks_of(db: Connection, reply: ReplyRow, item: int) -> bool:
    """Whether the words of one that was written tell of a message beside the one that it is for."""
    sql = "SELECT told FROM reply_item WHERE reply = ? AND item = ?"
    return bool(db.execute(sql, (reply.id, item)).fetchone()[0])


def withdraw(store: Store, reply_id: int, withdrawal: Withdrawal) -> Withdrawn | None:
    """Sent has been looked at, and a draft is not there: it is taken back. For what else it covered there is a new one.

    None: it is no draft any more.
    """
    now = to_ms(withdrawal.now)
    with commit(store, "withdraw") as db:
        before = reply_of(db, reply_id)
        ended = end_reply(db, reply_id, End("cancelled", withdrawal.reason, now), "('drafted')")
        if before is None or ended is None:
            return None
        rest = [item for item in before.items if _is_open(db, item)] if before.kind == "ack" else []
        if not rest or len(rest) == len(before.items):
            return Withdrawn(ended)
        if live := _live_beside(db, before):  # what has come since the draft was given up is answered by it
            added = "INSERT INTO reply_item (reply, item, told) SELECT ?, CAST(value AS INTEGER), 0 FROM json_each(?) WHERE true ON CONFLICT DO NOTHING"
            db.execute(added, (live, encode(rest)))
            return Withdrawn(ended)
        again = reply_again(db, before, withdrawal.message_id, now)
        db.execute(
            "DELETE FROM reply_item WHERE reply = ? AND item NOT IN (SELECT CAST(value AS INTEGER) FROM json_each(?))",
            (again, encode(rest)),
        )
        made = reply_of(db, again)
        assert made is not None
        _tell_earliest(db, made, rest)
        _take_over(db, made, rest)
        return Withdrawn(ended, reply_of(db, again))


def _live_beside(db: Connection, reply: ReplyRow) -> int | None:
    """The acknowledgement of that correspondent that is on its way."""
    sql = (
        "SELECT id FROM reply WHERE person = ? AND correspondent = ? AND slot = ? AND kind = 'ack'"
        " AND state IN ('waiting','held','sending')"
    )
    found = db.execute(sql, (reply.person, reply.correspondent, reply.slot)).fetchone()
    return found[0] if found else None


def _is_open(db: Connection, item: int) -> bool:
    """Whether a message still waits where it was put: no hand has had it, and nobody has answered it."""
    sql = "SELECT 1 FROM item WHERE id = ? AND answered_at IS NULL AND state IN ('here','aside')"
    return db.execute(sql, (item,)).fetchone() is not None


def _make_anew(db: Connection, reply: ReplyRow, gone: int) -> None:
    """For the oldest that is left, at the same time; it tells the earliest promise of those that are left."""
    rest = [item for item in reply.items if item != gone]
    told = _promised(db, gone)
    if told is not None and reply.tell_at is not None and _due(told) <= reply.tell_at:
        _tell_earliest(db, reply, rest)
    if reply.items[0] == gone:
        _take_over(db, reply, rest)


def _tell_earliest(db: Connection, reply: ReplyRow, rest: Sequence[int]) -> None:
    """Of the moments that were decided for those that are left."""
    plans = [plan for item in rest if (plan := _promised(db, item)) is not None]
    if plans:
        first = min(plans, key=_due)
        given = {"reply": reply.id, "due": to_ms(_due(first)), "kind": first["kind"], "call": first["call"]}
        db.execute(_TELLS, given)
        db.execute(
            "UPDATE promise SET due_at = :due, first_due_at = :due, kind = :kind, call = :call WHERE state = 'planned'"
            " AND id = (SELECT promise FROM reply WHERE id = :reply)",
            given,
        )


def _take_over(db: Connection, reply: ReplyRow, rest: Sequence[int]) -> None:
    """Thread, promise, recipient and language are those of the message that it is for now."""
    item, record = rest[0], _record(db, rest[0])
    planned = record.get("reply") or {}
    given = {
        "reply": reply.id,
        "item": item,
        "promise": _own_promise(db, reply, rest),
        "rcpt": planned.get("to", reply.rcpt),
        "language": planned.get("language", reply.language),
        "auto": "auto-generated" if record.get("called") else "auto-replied",
    }
    db.execute(_TAKES_OVER, given)


def _own_promise(db: Connection, reply: ReplyRow, rest: Sequence[int]) -> int | None:
    """The promise of its own thread that it tells: the open one, else a new one; what nobody tells any more is void."""
    if reply.promise is None:
        return None
    sql = (
        "SELECT p.id, i.thread FROM item i LEFT JOIN promise p ON p.id = i.promise AND p.state <> 'void' WHERE i.id = ?"
    )
    promise, thread = db.execute(sql, (rest[0],)).fetchone()
    before = promise_of(db, reply.promise)
    if promise is None and before is not None and before.state == "planned" and before.thread == thread:
        promise = before.id
    if promise is None:
        promise = db.insert(_PROMISE, (thread, reply.id))
    for item in rest:
        db.execute(
            "UPDATE item SET promise = ? WHERE id = ? AND thread IS ? AND (promise IS NULL OR promise ="
            " (SELECT id FROM promise WHERE id = ? AND state = 'void'))",
            (promise, item, thread, reply.promise),
        )
    if promise != reply.promise:
        db.execute(
            "UPDATE promise SET state = 'void', closed_by = 'cancelled' WHERE id = ? AND state = 'planned'",
            (reply.promise,),
        )
    return int(promise)


def _record(db: Connection, item: int) -> dict[str, Any]:
    (text,) = db.execute("SELECT decision FROM item WHERE id = ?", (item,)).fetchone()
    return decode(text) or {}


def _promised(db: Connection, item: int) -> dict[str, Any] | None:
    """What was decided to be promised about a message."""
    return _record(db, item).get("promise")


def _due(promised: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(promised["due_at"])
