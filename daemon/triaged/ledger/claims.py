"""The claim: one reply, one sender, one acknowledgement a correspondent within `every`; or the reason why not.

In: a due reply, rendered. Out: the reply as it is now ours to send, or what ended it, written in the same commit. The guard
is asked for the last time here; what it says is true as long as the commit lasts.
"""

from datetime import timedelta
from typing import Any

from triaged.core.guard import Due, Refusal, refusal_again
from triaged.ledger.changes import End, cancel_reply, end_reply, hold_reply
from triaged.ledger.engine import Connection
from triaged.ledger.entries import BY_HAND, AsOf, Attempt, Claimed, NotClaimed, ReplyRow
from triaged.ledger.instants import to_ms
from triaged.ledger.pastfacts import facts_at_claim
from triaged.ledger.pausing import is_paused
from triaged.ledger.rows import reply_of
from triaged.ledger.store import Store, commit
from triaged.ledger.turns import turn_at

_CLAIM = """
UPDATE reply SET state = 'sending', stage = 'envelope', tries = tries + 1, try_at = :next, raw = :raw, claimed_at = :now, words = :words
WHERE id = :reply AND state = 'waiting' AND try_at <= :now
"""
_CHARGE = """
UPDATE correspondent SET last_reply = :reply, last_reply_at = :now
WHERE person = :person AND address = :address AND opted_out_at IS NULL AND coalesce(bounced_until, 0) < :now
  AND (last_reply IS :reply OR last_reply_at IS NULL OR last_reply_at IS :free)
"""

_TOLD = "UPDATE reply_item SET told = CASE WHEN ? = 1 OR item = ? THEN 1 ELSE 0 END WHERE reply = ?"
_TAKEN = Refusal("recently-replied", "another reply to this correspondent was taken first")


def claim(store: Store, reply_id: int, attempt: Attempt) -> Claimed | NotClaimed:
    """Take a due reply for sending, or end it with the reason, in one commit.

    When something joined or left since the attempt was rendered, nothing is taken and the code is 'changed'.
    """
    with commit(store, "claim", synced=attempt.synced) as db:
        before = reply_of(db, reply_id)
        at = to_ms(attempt.now)
        if before is None or before.state != "waiting" or to_ms(before.try_at) > at or is_paused(db, before.person):
            return NotClaimed("gone", before)
        if attempt.items is not None and set(attempt.items) != set(before.items):
            return NotClaimed("changed", before)
        refusal = refusal_again(_due(db, before, attempt), "claiming", before.outgoing)
        if refusal is None and before.reason != BY_HAND and (wait := turn_at(db, before, attempt)) is not None:
            db.execute("UPDATE reply SET try_at = ? WHERE id = ? AND state = 'waiting'", (wait, reply_id))
            return NotClaimed("later", reply_of(db, reply_id))
        if refusal is None and before.kind == "ack" and before.mode == "send" and not _charge(db, before, at):
            refusal = _TAKEN
        if refusal is not None:
            return NotClaimed(refusal.code, _ended(db, before, refusal, at), refusal)
        if before.kind == "ack" and before.items:
            db.execute(_TOLD, (attempt.tells_all, before.items[0], reply_id))
        db.execute(
            _CLAIM,
            {"reply": reply_id, "now": at, "next": to_ms(attempt.next_try), "raw": attempt.raw, "words": attempt.words},
        )
        after = reply_of(db, reply_id)
        assert after is not None
        return Claimed(after)


def _due(db: Connection, reply: ReplyRow, attempt: Attempt) -> Due:
    fuse = attempt.fuse if reply.reason != BY_HAND else None
    facts = facts_at_claim(db, reply, AsOf(attempt.now, fuse=fuse.period if fuse else timedelta(0)))
    last = facts.last_reply_at
    every = attempt.every(last) - last if last is not None else timedelta(0)
    return Due(facts=facts, every=every, fuse=fuse.count if fuse else None)


def _ended(db: Connection, reply: ReplyRow, refusal: Refusal, now: int) -> ReplyRow | None:
    match refusal.ends:
        case "cancelled":
            cancel_reply(db, reply.id, refusal.code, now)
        case "held":
            hold_reply(db, reply.id, refusal.code)
        case "suppressed":
            end_reply(db, reply.id, End("suppressed", refusal.code, now), "('waiting')")
    return reply_of(db, reply.id)


def _charge(db: Connection, reply: ReplyRow, now: int) -> bool:
    """Charge the acknowledgement to its correspondent, as the guard has just found him; False: he is not so any more."""
    given: dict[str, Any] = {"person": reply.person, "address": reply.correspondent, "now": now, "reply": reply.id}
    db.execute(
        "INSERT INTO correspondent (person, address, client) VALUES (?,?,?) ON CONFLICT DO NOTHING",
        (reply.person, reply.correspondent, reply.client),
    )
    (free,) = db.execute(
        "SELECT last_reply_at FROM correspondent WHERE person = :person AND address = :address", given
    ).fetchone()
    return db.execute(_CHARGE, {**given, "free": free}).rowcount > 0
