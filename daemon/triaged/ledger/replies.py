"""The reply queue: what is due, the claim, and the stages of a delivery. At most once: from doubt no way leads to a socket."""

# ruff: noqa: S608 — statements are put together from constants of this room only; values are always bound

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from triaged.core.decision import PromisePlan
from triaged.ledger.changes import End, cancel_reply, end_reply, hold_reply, plan_effect, tell_promise
from triaged.ledger.engine import Connection
from triaged.ledger.entries import Accepted, Item, NewEffect, Place, PromiseRow, ReplyRow, Response
from triaged.ledger.instants import from_ms, to_ms
from triaged.ledger.pausing import IS_PAUSED
from triaged.ledger.rows import encode, item_of, items_covered, promise_of, replies_of, reply_of
from triaged.ledger.store import Store, commit, reading, row

GOES = f"NOT {IS_PAUSED.format(person='reply.person')}"
"""A condition on a reply: nothing keeps it but its time."""


def due_replies(store: Store, now: datetime, account: int | None = None, limit: int = 500) -> list[ReplyRow]:
    """Replies whose time has come, the longest waiting first."""
    where = f"state = 'waiting' AND try_at <= ? AND (CAST(? AS INTEGER) IS NULL OR account = ?) AND {GOES} ORDER BY try_at, id LIMIT ?"
    with reading(store) as db:
        return replies_of(db, where, (to_ms(now), account, account, limit))


def next_reply_due(store: Store, account: int) -> datetime | None:
    """When the account's next waiting reply is to be tried; it may be in the past. None: none waits."""
    found = row(store, f"SELECT min(try_at) FROM reply WHERE state = 'waiting' AND account = ? AND {GOES}", (account,))
    return from_ms(found[0]) if found else None


def reply(store: Store, reply_id: int) -> ReplyRow | None:
    """The reply of that id."""
    with reading(store) as db:
        return reply_of(db, reply_id)


def reply_by_message_id(store: Store, message_id: str) -> ReplyRow | None:
    """The reply that carries that Message-ID."""
    with reading(store) as db:
        return next(iter(replies_of(db, "message_id = ?", (message_id,))), None)


def reply_items(store: Store, reply_id: int) -> list[Item]:
    """The messages that a reply covers, the one that it was made for first."""
    with reading(store) as db:
        return [item for found in items_covered(db, reply_id) if (item := item_of(db, found))]


def reply_raw(store: Store, reply_id: int) -> bytes | None:
    """The octets that were claimed for sending; None: not rendered yet, or let go."""
    found = row(store, "SELECT raw FROM reply WHERE id = ?", (reply_id,))
    return found[0] if found else None


def mark_data(store: Store, reply_id: int) -> bool:
    """The server said 354; from here on a lost connection is doubt. False: the reply is not ours to send."""
    with commit(store, "mark_data") as db:
        changed = db.execute(
            "UPDATE reply SET stage = 'data' WHERE id = ? AND state = 'sending' AND stage = 'envelope'", (reply_id,)
        )
        return changed.rowcount > 0


def sent(store: Store, reply_id: int, accepted: Accepted) -> PromiseRow | None:
    """The server took it. The promise is told; where the provider keeps no copy, one is owed to Sent.

    Returns the promise as it is now.
    """
    at, response = to_ms(accepted.now), accepted.response
    with commit(store, "sent") as db:
        changed = db.execute(
            "UPDATE reply SET state = 'sent', stage = NULL, code = ?, reason = ?, ended_at = ? WHERE id = ? AND state = 'sending'",
            (response.code, response.text or None, at, reply_id),
        )
        reply = reply_of(db, reply_id)
        if reply is None or not changed.rowcount:
            return promise_of(db, reply.promise) if reply and reply.promise else None
        note_sent(db, reply, SentCopy(at, accepted.rcpts, reply.message_id))
        if not accepted.saves_copy:
            key, args = f"sentcopy:{reply_id}", {"message_id": reply.message_id}
            owed = NewEffect(key, "append", reply.person, accepted.now, reply.account, reply=reply_id, args=args)
            plan_effect(db, owed)
        return tell_promise(db, reply, at)


@dataclass(frozen=True, slots=True)
class SentCopy:
    """One of ours in Sent: when it went, to whom (nobody knows: to its correspondent), under which Message-ID."""

    at: int
    rcpts: Sequence[str]
    message_id: str | None


def note_sent(db: Connection, reply: ReplyRow, copy: SentCopy) -> None:
    """Inside a transaction: one of ours lies in Sent, and is never an answer."""
    db.execute(
        "INSERT INTO sent (person, account, message_id, thread, at, rcpts, clients, reply) SELECT ?,?,?,"
        " (SELECT thread FROM item WHERE id = ?),?,?,?,? ON CONFLICT (account, message_id) DO UPDATE SET reply = excluded.reply",
        (
            reply.person,
            reply.account,
            copy.message_id or reply.message_id,
            reply.items[0] if reply.items else None,
            copy.at,
            encode(list(copy.rcpts or (reply.correspondent,))),
            encode([reply.client]),
            reply.id,
        ),
    )


def retry_reply(store: Store, reply_id: int, try_at: datetime, response: Response) -> bool:
    """Not this time: back to waiting. Only from the envelope, or from an answer that leaves no doubt."""
    with commit(store, "retry_reply") as db:
        changed = db.execute(
            "UPDATE reply SET state = 'waiting', stage = NULL, try_at = ?, code = ?, reason = ? WHERE id = ? AND state = 'sending'",
            (to_ms(try_at), response.code, response.text or None, reply_id),
        )
        return changed.rowcount > 0


def put_off(store: Store, reply_id: int, try_at: datetime, reason: str) -> bool:
    """Not now, and why: what it speaks of cannot be had at the moment. It goes on waiting, and no other waits for it."""
    with commit(store, "put_off") as db:
        changed = db.execute(
            "UPDATE reply SET try_at = ?, reason = ? WHERE id = ? AND state = 'waiting'",
            (to_ms(try_at), reason, reply_id),
        )
        return changed.rowcount > 0


def failed(store: Store, reply_id: int, now: datetime, response: Response) -> bool:
    """The server refused it for good."""
    end = End("failed", response.text, to_ms(now), response.code)
    with commit(store, "failed") as db:
        return end_reply(db, reply_id, end, "('sending')") is not None


def in_doubt(store: Store, reply_id: int, now: datetime, text: str = "") -> PromiseRow | None:
    """It may have gone. It is not sent again; the promise counts as told."""
    with commit(store, "in_doubt") as db:
        return doubt(db, reply_id, to_ms(now), text)


def doubt(db: Connection, reply_id: int, now: int, text: str) -> PromiseRow | None:
    """Inside a transaction: from sending to in_doubt."""
    changed = db.execute(
        "UPDATE reply SET state = 'in_doubt', stage = NULL, reason = ?, ended_at = ? WHERE id = ? AND state = 'sending'",
        (text or None, now, reply_id),
    )
    reply = reply_of(db, reply_id)
    if reply is None or not changed.rowcount:
        return None
    return tell_promise(db, reply, now)


def suppress(store: Store, reply_id: int, code: str, now: datetime) -> bool:
    """The guard, run again, says no."""
    with commit(store, "suppress") as db:
        return end_reply(db, reply_id, End("suppressed", code, to_ms(now)), "('waiting','held')") is not None


def hold(store: Store, reply_id: int, reason: str) -> bool:
    """It waits for a person: too late, a template that is gone, a look that is impossible. Also before DATA."""
    with commit(store, "hold") as db:
        return hold_reply(db, reply_id, reason)


def cancel(store: Store, reply_id: int, reason: str, now: datetime) -> ReplyRow | None:
    """It will not go; its planned promise is void. None: too late."""
    with commit(store, "cancel") as db:
        return cancel_reply(db, reply_id, reason, to_ms(now))


def drafted(store: Store, reply_id: int, now: datetime, place: Place | None) -> bool:
    """It lies in Drafts. The promise opens when a person has sent it."""
    with commit(store, "drafted") as db:
        changed = db.execute(
            "UPDATE reply SET state = 'drafted', stage = NULL, reason = NULL, ended_at = ?, folder = ?, uidvalidity = ?, uid = ?"
            " WHERE id = ? AND state = 'sending'",
            (
                to_ms(now),
                place.folder if place else None,
                place.uidvalidity if place else None,
                place.uid if place else None,
                reply_id,
            ),
        )
        return changed.rowcount > 0


def live_replies(store: Store, account: int) -> list[ReplyRow]:
    """What waits to be sent, or is held."""
    where = "state IN ('waiting','held') AND state IN ('waiting','held','sending','drafted','in_doubt') AND account = ? ORDER BY id"
    with reading(store) as db:
        return replies_of(db, where, (account,))


def unsaid_items(store: Store, reply_id: int) -> list[Item]:
    """The messages that a reply covers and that no other of its kind was ever sent about, as far as is known here."""
    with reading(store) as db:
        return [item for (found,) in db.execute(_UNSAID, (reply_id,)) if (item := item_of(db, found))]


_UNSAID = """
SELECT c.item FROM reply_item c JOIN reply r ON r.id = c.reply WHERE r.id = ? AND NOT EXISTS (
  SELECT 1 FROM reply_item d JOIN reply o ON o.id = d.reply WHERE d.item = c.item AND o.id <> r.id AND o.kind = r.kind
  AND (o.claimed_at IS NOT NULL OR o.state IN ('sent','in_doubt')))
"""


def may_have_gone(store: Store, reply_id: int, now: datetime, why: str) -> bool:
    """By the mailbox a reply was about to be sent, and this ledger does not know of it: it is in doubt, and its promise told."""
    with commit(store, "may_have_gone") as db:
        db.execute(
            "UPDATE reply SET state = 'sending', stage = NULL WHERE id = ? AND state IN ('waiting','held')", (reply_id,)
        )
        doubt(db, reply_id, to_ms(now), why)
        after = reply_of(db, reply_id)
        return after is not None and after.state == "in_doubt"


@dataclass(frozen=True, slots=True)
class Sighting:
    """When a reply ended for us, and since when it lies in Sent."""

    ended: int
    since: int

    @property
    def words(self) -> str:
        """What `queue` and `send` say of it."""
        return f"lies in Sent since {from_ms(self.since):%Y-%m-%d %H:%M} UTC"


_SLIPPED = """(kind = 'slip' AND EXISTS (SELECT 1 FROM reply o WHERE o.promise = reply.promise AND o.kind = 'slip'
  AND o.id <> reply.id AND o.state IN ('waiting','held','sending','sent','drafted')))"""
"""Another slip of its promise goes or has gone: of two, one counts (`reply_once`)."""


def went(db: Connection, reply_id: int, seen: Sighting, states: str) -> PromiseRow | None:
    """Inside a transaction: it is sent, whatever was believed; its correspondent was written to, its promise is told.

    None: it was not in one of `states`, or tells none.
    """
    before = reply_of(db, reply_id)
    changed = db.execute(
        "UPDATE reply SET state = 'sent', stage = NULL, reason = CASE WHEN mode = 'draft' THEN NULL ELSE ? END,"
        f" ended_at = CASE WHEN mode = 'draft' THEN ? ELSE coalesce(ended_at, ?) END WHERE id = ? AND state IN ({states}) AND NOT {_SLIPPED}",
        (seen.words, seen.ended, seen.ended, reply_id),
    )
    if not changed.rowcount or before is None:
        return None
    note_sent(db, before, SentCopy(seen.ended, (), before.message_id))
    if before.mode == "draft":
        _count_draft(db, before, seen.ended)
    elif before.kind == "ack":
        db.execute(
            "UPDATE correspondent SET last_reply = ?, last_reply_at = ? WHERE person = ? AND address = ?"
            " AND coalesce(last_reply_at, 0) <= ?",
            (reply_id, seen.since, before.person, before.correspondent, seen.since),
        )
    if before.tell_at is not None:  # it told this after all
        db.execute(
            "UPDATE promise SET state = 'planned', closed_at = NULL, closed_by = NULL WHERE id = ? AND state = 'void' AND told_at IS NULL",
            (before.promise,),
        )
    return tell_promise(db, before, seen.ended)


def _count_draft(db: Connection, reply: ReplyRow, now: int) -> None:
    """The client holds it in writing, whatever was made of it meanwhile; from now on it counts for `every`."""
    db.execute(
        "UPDATE promise SET state = 'planned', closed_at = NULL, closed_by = NULL WHERE id = ? AND state = 'void'"
        " AND told_at IS NULL AND closed_by <> 'observe'",
        (reply.promise,),
    )
    if reply.kind == "ack":
        db.execute(
            "UPDATE correspondent SET last_reply = ?, last_reply_at = ? WHERE person = ? AND address = ?"
            " AND coalesce(last_reply_at, 0) < ?",
            (reply.id, now, reply.person, reply.correspondent, now),
        )


def replan_promise(store: Store, reply_id: int, plan: PromisePlan) -> PromiseRow | None:
    """The moment passed before the client was told: tell another one."""
    with commit(store, "replan_promise") as db:
        given = {"reply": reply_id, "kind": plan.kind, "due": to_ms(plan.due_at), "call": plan.call}
        db.execute(
            "UPDATE reply SET tell_at = :due, tell_kind = :kind, tell_call = :call WHERE id = :reply AND state IN ('waiting','held')",
            given,
        )
        db.execute(
            "UPDATE promise SET due_at = :due, first_due_at = :due, kind = :kind, call = :call WHERE state = 'planned'"
            " AND id = (SELECT promise FROM reply WHERE id = :reply AND state IN ('waiting','held'))",
            given,
        )
        reply = reply_of(db, reply_id)
        return promise_of(db, reply.promise) if reply and reply.promise else None


def in_doubt_replies(store: Store, since: datetime | None = None) -> list[ReplyRow]:
    """Replies of which nobody knows whether they went, oldest first."""
    where = "state = 'in_doubt' AND state IN ('waiting','held','sending','drafted','in_doubt') AND ended_at >= ? ORDER BY id"
    with reading(store) as db:
        return replies_of(db, where, (to_ms(since) if since else 0,))


def drafts(store: Store, account: int) -> list[ReplyRow]:
    """Drafts that neither were sent nor removed."""
    where = (
        "state = 'drafted' AND state IN ('waiting','held','sending','drafted','in_doubt') AND account = ? ORDER BY id"
    )
    with reading(store) as db:
        return replies_of(db, where, (account,))


def drafts_taken_back(store: Store, account: int, since: datetime) -> list[ReplyRow]:
    """Drafts that were taken back since: each may have been sent before."""
    where = "account = ? AND claimed_at IS NOT NULL AND mode = 'draft' AND state = 'cancelled' AND ended_at >= ? ORDER BY id"
    with reading(store) as db:
        return replies_of(db, where, (account, to_ms(since)))
