"""The promise clock: warned, overdue, kept; and the mails that follow from a promise. Told promises only ever get earlier."""

# ruff: noqa: S608 — statements are put together from constants of this room only; values are always bound

from datetime import datetime, timedelta

from triaged.core.decision import PromisePlan
from triaged.ledger.changes import STOPPABLE, beside, cancel_reply, close_promise, plan_effect, told_last
from triaged.ledger.engine import Connection
from triaged.ledger.entries import NewEffect, NewReply, PromiseRow, ReplyRow, WhenLate
from triaged.ledger.instants import from_ms, span_ms, to_ms
from triaged.ledger.numbers import NEXT
from triaged.ledger.rows import PROMISE, promise_from, promise_of, replies_of
from triaged.ledger.store import Store, commit, reading, row, rows

_REPLY = f"""
INSERT INTO reply (id, person, account, client, correspondent, rcpt, kind, template, language, auto, promise, tell_at, tell_kind,
  tell_call, message_id, mode, state, made_at, send_at, try_at)
VALUES ({NEXT}, :person, :account, :client, :correspondent, :rcpt, :kind, :template, :language, 'auto-generated', :promise, :tell_at,
  :tell_kind, :tell_call, :message_id, :mode, 'waiting', :now, :send_at, :send_at)
"""
_NEXT_DUE = """
SELECT min(at) FROM (
  SELECT min(due_at) AS at FROM promise WHERE state = 'open' AND due_at > :now
  UNION ALL SELECT min(due_at) - :early FROM promise
  WHERE state = 'open' AND due_at > :now + :early AND warned_at IS NULL AND kind = 'answer') AS found
"""


def promises_due(
    store: Store, now: datetime, warn_before: timedelta = timedelta(0), person: str | None = None
) -> list[PromiseRow]:
    """Told promises about which something is to be done: an answer to be warned of or overdue, a call that has begun."""
    at = to_ms(now)
    found = rows(
        store,
        f"SELECT {PROMISE} FROM promise WHERE state = 'open' AND (CAST(? AS TEXT) IS NULL OR person = ?) AND (due_at <= ?"
        " OR (due_at <= ? AND kind = 'answer' AND warned_at IS NULL)) ORDER BY due_at, id",
        (person, person, at, at + span_ms(warn_before)),
    )
    return [promise_from(r) for r in found]


def next_promise_due(store: Store, now: datetime, warn_before: timedelta) -> datetime | None:
    """The next instant after `now` at which a told promise falls due, or its warning (a timedelta before)."""
    found = row(store, _NEXT_DUE, {"now": to_ms(now), "early": span_ms(warn_before)})
    return from_ms(found[0]) if found else None


def promise(store: Store, promise_id: int) -> PromiseRow | None:
    """The promise of that id."""
    with reading(store) as db:
        return promise_of(db, promise_id)


def promises_open(store: Store, person: str | None = None, *, planned: bool = False) -> list[PromiseRow]:
    """What the client has been told and is not settled, the earliest first; with `planned`, also what waits to be told."""
    sql = (
        f"SELECT {PROMISE} FROM promise WHERE state IN ('planned','open','overdue') AND (? = 1 OR state <> 'planned')"
        " AND (CAST(? AS TEXT) IS NULL OR person = ?) ORDER BY due_at, id"
    )
    return [promise_from(r) for r in rows(store, sql, (planned, person, person))]


def promise_items(store: Store, promise_id: int) -> list[int]:
    """The ids of the messages that a promise covers, in the order of their arrival."""
    return [r[0] for r in rows(store, "SELECT id FROM item WHERE promise = ? ORDER BY arrived_at, id", (promise_id,))]


def promise_reply(store: Store, promise_id: int) -> ReplyRow | None:
    """The acknowledgement that told a promise; None: none has."""
    where = f"{_TELLS} AND state IN ('sent','in_doubt','drafted') ORDER BY ended_at NULLS FIRST LIMIT 1"
    with reading(store) as db:
        return next(iter(replies_of(db, where, (promise_id, promise_id))), None)


_TELLS = """
kind = 'ack' AND (promise = ? OR id IN (SELECT c.reply FROM item i JOIN reply_item c ON c.item = i.id AND c.told = 1 WHERE i.promise = ?))
"""  # it was made for its thread, or told of it beside


def promises_beside(store: Store, reply_id: int) -> list[PromiseRow]:
    """The promises of other threads that a reply has made when it went."""
    with reading(store) as db:
        return beside(db, reply_id)


def warned(store: Store, promise_id: int, now: datetime, note: NewEffect | None = None) -> bool:
    """The person is warned, once; `note`: the mail into the inbox that is owed by this."""
    with commit(store, "warned") as db:
        changed = db.execute(
            "UPDATE promise SET warned_at = ? WHERE id = ? AND warned_at IS NULL AND state = 'open'",
            (to_ms(now), promise_id),
        ).rowcount
        if changed and note is not None:
            plan_effect(db, note)
        return changed > 0


def overdue(store: Store, promise_id: int, now: datetime, owed: WhenLate | None = None) -> tuple[bool, int | None]:
    """The moment has passed without an answer. Returns whether it changed, and the slip reply's id if one is owed now.

    No slip where a hand has touched one of the messages.
    """
    at, owed = to_ms(now), owed or WhenLate()
    with commit(store, "overdue") as db:
        changed = db.execute(
            "UPDATE promise SET state = 'overdue', overdue_at = ? WHERE id = ? AND state = 'open' AND kind = 'answer'"
            " AND due_at <= ? RETURNING person, client",
            (at, promise_id, at),
        ).fetchone()
        if changed is None:
            return False, None
        person, client = changed
        for channel in owed.channels:
            key = f"notify:promise:{promise_id}:{channel}"
            args = {"channel": channel, "promise": promise_id, "client": client}
            plan_effect(db, NewEffect(key, "notify", person, now, owed.account, args=args))
        return True, None if owed.slip is None or _touched(db, promise_id) else _add(db, promise_id, owed.slip, at)


def _touched(db: Connection, promise_id: int) -> bool:
    sql = "SELECT 1 FROM item WHERE promise = ? AND (state IN ('released','gone') OR hushed_at IS NOT NULL) LIMIT 1"
    return db.execute(sql, (promise_id,)).fetchone() is not None


def call_kept(store: Store, promise_id: int, now: datetime) -> PromiseRow | None:
    """The call has begun. Late, if it had moved to later and the client was never told."""
    with commit(store, "call_kept") as db:
        found = db.execute(
            "SELECT due_at FROM promise WHERE id = ? AND kind = 'call' AND due_at <= ?", (promise_id, to_ms(now))
        ).fetchone()
        return close_promise(db, promise_id, found[0], "call") if found else None


def settled(db: Connection, promise_id: int, now: int, by: str) -> PromiseRow | None:
    """Inside a transaction: a person says that it is settled, and no second mail about it goes. None: it was not open."""
    changed = db.execute(
        "UPDATE promise SET state = 'settled', closed_at = ?, closed_by = ? WHERE id = ? AND state IN ('open','overdue')",
        (now, by, promise_id),
    )
    if not changed.rowcount:
        return None
    for second in replies_of(db, "promise = ? AND kind IN ('slip','moved')", (promise_id,)):
        cancel_reply(db, second.id, "settled", now)
    return promise_of(db, promise_id)


def move_promise(store: Store, promise_id: int, call: PromisePlan, now: datetime) -> PromiseRow | None:
    """A change of the configuration moved the call. What the client was told first stays in `first_due_at`.

    A notice of an earlier move that has not gone is cancelled: it would tell what is no longer so.
    """
    due = to_ms(call.due_at)
    with commit(store, "move_promise") as db:
        changed = db.execute(
            "UPDATE promise SET due_at = ?, call = ? WHERE id = ? AND kind = 'call' AND state IN ('planned','open') AND"
            " (due_at <> ? OR call IS NOT ?)",
            (due, call.call, promise_id, due, call.call),
        )
        if not changed.rowcount:
            return None
        db.execute("UPDATE promise SET first_due_at = ? WHERE id = ? AND state = 'planned'", (due, promise_id))
        for notice in replies_of(db, "promise = ? AND kind = 'moved'", (promise_id,)):
            cancel_reply(db, notice.id, "moved back" if due == told_last(db, promise_id) else "moved again", to_ms(now))
        db.execute(
            "UPDATE reply SET tell_at = ?, tell_call = ? WHERE promise = ? AND tell_kind = 'call' AND state IN ('waiting','held')",
            (due, call.call, promise_id),
        )
        return promise_of(db, promise_id)


def call_vanished(store: Store, promise_id: int, now: datetime, note: NewEffect) -> bool:
    """Its call does not take place any more, and none follows: a call keeps it no longer. What nobody was told is told anew.

    False: there is nothing that the client has been told.
    """
    at = to_ms(now)
    with commit(store, "call_vanished") as db:
        db.execute(
            "UPDATE reply SET tell_at = made_at WHERE promise = ? AND tell_kind = 'call' AND state IN ('waiting','held')"
            " AND kind = 'ack'",
            (promise_id,),
        )
        for notice in replies_of(db, "promise = ? AND kind = 'moved'", (promise_id,)):
            cancel_reply(db, notice.id, "its call is gone", at)
        changed = db.execute(
            "UPDATE promise SET kind = 'answer', warned_at = ? WHERE id = ? AND kind = 'call' AND state = 'open'",
            (at, promise_id),
        ).rowcount
        if changed:
            plan_effect(db, note)
        return changed > 0


def call_again(store: Store, promise_id: int, call: PromisePlan) -> bool:
    """The call takes place again, or another follows: a call keeps the promise."""
    with commit(store, "call_again") as db:
        changed = db.execute(
            "UPDATE promise SET kind = 'call', due_at = ?, call = ?, warned_at = NULL WHERE id = ? AND kind = 'answer'"
            " AND call IS NOT NULL AND state = 'open'",
            (to_ms(call.due_at), call.call, promise_id),
        )
        return changed.rowcount > 0


def client_expects(store: Store, promise_id: int) -> datetime | None:
    """The moment that the client was told last: by the reply, or by the notice of a move."""
    with reading(store) as db:
        return from_ms(told_last(db, promise_id))


def add_reply(store: Store, promise_id: int, new: NewReply, now: datetime) -> int | None:
    """A slip, once per promise; or a notice that the call has moved, once per moment; None: there is one already, or nothing was ever told."""
    with commit(store, "add_reply") as db:
        return _add(db, promise_id, new, to_ms(now))


def _add(db: Connection, promise_id: int, new: NewReply, now: int) -> int | None:
    told = promise_of(db, promise_id)
    ack = next(
        iter(replies_of(db, f"{_TELLS} ORDER BY promise IS NOT ?, id LIMIT 1", (promise_id, promise_id, promise_id))),
        None,
    )
    if told is None or ack is None or told.told_at is None or told.state not in ("open", "overdue"):
        return None
    if new.kind == "slip" and not _waits_for_it(db, promise_id):
        return None
    if new.kind == "slip" and (waiting := _waiting_slip(db, told)) is not None:
        _cover(db, waiting, promise_id)
        return waiting
    if db.execute(_SAID, (promise_id, new.kind, new.kind, new.kind, to_ms(new.tell_at))).fetchone():
        return None
    reply = db.insert(
        _REPLY,
        {
            "person": told.person,
            "account": ack.account,
            "client": told.client,
            "correspondent": ack.correspondent,
            "rcpt": ack.rcpt,
            "kind": new.kind,
            "template": new.template,
            "language": new.language,
            "promise": promise_id,
            "tell_at": to_ms(new.tell_at),
            "tell_kind": told.kind if new.tell_at else None,
            "tell_call": new.tell_call,
            "message_id": new.message_id,
            "mode": new.mode,
            "now": now,
            "send_at": to_ms(new.send_at),
        },
    )
    _cover(db, reply, promise_id)
    return reply


def _waiting_slip(db: Connection, promise: PromiseRow) -> int | None:
    """One to the same person that has not gone: of several broken threads one mail tells."""
    sql = (
        "SELECT id FROM reply WHERE person = ? AND correspondent = ? AND kind = 'slip' AND state IN ('waiting','held')"
        " AND promise <> ? ORDER BY id LIMIT 1"
    )
    found = db.execute(sql, (promise.person, promise.correspondent, promise.id)).fetchone()
    return found[0] if found else None


def _cover(db: Connection, reply: int, promise: int) -> None:
    sql = "INSERT INTO reply_item (reply, item) SELECT ?, id FROM item WHERE promise = ? AND answered_at IS NULL ON CONFLICT DO NOTHING"
    db.execute(sql, (reply, promise))


def _waits_for_it(db: Connection, promise: int) -> bool:
    """Whether a message that it was made for has no answer: a reply that a person sends again promises what she has done."""
    sql = "SELECT 1 FROM item WHERE promise = ? AND answered_at IS NULL LIMIT 1"
    return db.execute(sql, (promise,)).fetchone() is not None


_SAID = """
SELECT 1 FROM reply WHERE promise = ? AND kind = ? AND (
  state IN ('waiting','held','sending') OR (state = 'drafted' AND (? <> 'moved' OR reason IS NULL))
  OR (state NOT IN ('cancelled','drafted') AND (? <> 'moved' OR tell_at IS ?)))
"""  # one apology a promise; of moves one notice each, never two at a time


def reply_again(db: Connection, old: ReplyRow, message_id: str, now: int) -> int:
    """Inside a transaction: a copy of a reply, to be sent now, under an id of its own."""
    made = db.insert(
        "INSERT INTO reply (id, person, account, client, correspondent, rcpt, kind, template, language, auto, promise, tell_at,"
        f" tell_kind, tell_call, slot, message_id, mode, state, made_at, send_at, try_at) SELECT {NEXT}, person, account, client,"
        " correspondent, rcpt, kind, template, language, auto, promise, tell_at, tell_kind, tell_call, slot, ?, mode, 'waiting', ?, ?, ?"
        " FROM reply WHERE id = ?",
        (message_id, now, now, now, old.id),
    )
    db.execute("INSERT INTO reply_item (reply, item) SELECT ?, item FROM reply_item WHERE reply = ?", (made, old.id))
    return made


def live_notice(store: Store, promise_id: int) -> ReplyRow | None:
    """The moved notice of a promise that has not gone, and can be stopped."""
    where = (
        f"promise = ? AND kind = 'moved' AND state IN {STOPPABLE} AND (state <> 'drafted' OR reason IS NULL) LIMIT 1"
    )
    with reading(store) as db:
        return next(iter(replies_of(db, where, (promise_id,))), None)
