"""The claim: one reply, one sender, one acknowledgement a correspondent within `every`; or the reason why not.

In: a due reply, rendered. Out: the reply as it is now ours to send, or what ended it, written in the same commit.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Any, Literal

from triaged.ledger.changes import cancel_reply, end_reply, hold_reply
from triaged.ledger.gather import claims_since
from triaged.ledger.instants import from_ms, to_ms
from triaged.ledger.rows import reply_of
from triaged.ledger.store import Store, commit
from triaged.ledger.values import Claimed, NotClaimed, ReplyRow

Refusal = Literal["recently-replied", "opted-out", "bounced", "robot-sender"]

_CLAIM = """
UPDATE reply SET state = 'sending', stage = 'envelope', tries = tries + 1, try_at = :next, raw = :raw, claimed_at = :now
WHERE id = :reply AND state = 'waiting' AND try_at <= :now
"""
_CHARGE = """
UPDATE correspondent SET last_reply = :reply, last_reply_at = :now
WHERE person = :person AND address = :address AND opted_out_at IS NULL AND coalesce(bounced_until, 0) < :now
  AND coalesce(robot_until, 0) < :now AND (last_reply IS :reply OR last_reply_at IS NULL OR last_reply_at IS :free)
"""
_OPEN_TO_US = """
SELECT opted_out_at, coalesce(bounced_until, 0) >= :now, coalesce(robot_until, 0) >= :now FROM correspondent
WHERE person = :person AND address = :address
"""

_MAIL_TO = """
SELECT at FROM sent WHERE person = ? AND at >= ? AND reply IS NULL AND by_team = 0
  AND EXISTS (SELECT 1 FROM json_each(sent.rcpts) j WHERE j.value = ?) ORDER BY at DESC LIMIT 1
"""


def claim(
    store: Store,
    reply_id: int,
    *,
    raw: bytes,
    now: datetime,
    next_try: datetime,
    every: Callable[[datetime], datetime],
    fuse_count: int | None = None,
    fuse_period: timedelta = timedelta(hours=1),
    items: Sequence[int] | None = None,
    synced: bool = True,
) -> Claimed | NotClaimed:
    """Take a due reply for sending, or end it with the reason, in one commit.

    `every`: from the last acknowledgement to this correspondent to the earliest instant of the next. `items`: what `raw`
    speaks of; when something joined or left since, nothing is taken and the code is 'changed'. `synced` False: for what is
    sent with `mark_data` between the envelope and the body. That commit takes this one with it; a power cut before it has
    lost an attempt of which no octet of the body went out.
    """
    with commit(store, "claim", synced=synced) as db:
        before = reply_of(db, reply_id)
        at = to_ms(now)
        if before is None or before.state != "waiting" or to_ms(before.try_at) > at:
            return NotClaimed("gone", before)
        if items is not None and set(items) != set(before.items):
            return NotClaimed("changed", before)
        if _answered(db, before):
            return NotClaimed("answered", cancel_reply(db, reply_id, "answered", at))
        if fuse_count is not None and claims_since(db, before.account, now, fuse_period, but=reply_id) >= fuse_count:
            hold_reply(db, reply_id, "rate-limit")
            return NotClaimed("rate-limit", reply_of(db, reply_id))
        if (refused := _charge(db, before, at, every)) is not None:
            end_reply(db, reply_id, "suppressed", refused, at)
            return NotClaimed(refused, reply_of(db, reply_id))
        db.execute(_CLAIM, {"reply": reply_id, "now": at, "next": to_ms(next_try), "raw": raw})
        after = reply_of(db, reply_id)
        assert after is not None
        return Claimed(after)


def _answered(db: Connection, reply: ReplyRow) -> bool:
    """A mail of mine to that correspondent since the first of these messages arrived, in whatever thread."""
    if reply.kind != "ack" or not reply.items:
        return False
    (since,) = db.execute(
        "SELECT max(i.arrived_at) FROM reply_item r JOIN item i ON i.id = r.item WHERE r.reply = ?", (reply.id,)
    ).fetchone()
    return db.execute(_MAIL_TO, (reply.person, since + 1, reply.correspondent)).fetchone() is not None


def _charge(db: Connection, reply: ReplyRow, now: int, every: Callable[[datetime], datetime]) -> Refusal | None:
    """Charge the acknowledgement to its correspondent; a refusal leaves the row untouched. Other kinds are not charged."""
    if reply.kind == "forward":
        return None
    given: dict[str, Any] = {"person": reply.person, "address": reply.correspondent, "now": now, "reply": reply.id}
    if reply.kind == "ack":
        db.execute(
            "INSERT OR IGNORE INTO correspondent (person, address, client) VALUES (?,?,?)",
            (reply.person, reply.correspondent, reply.client),
        )
        last = db.execute(
            "SELECT last_reply_at FROM correspondent WHERE person = :person AND address = :address", given
        ).fetchone()[0]
        free = last if last is not None and to_ms(every(from_ms(last))) <= now else None
        if db.execute(_CHARGE, {**given, "free": free}).rowcount:
            return None
    return _why_not(db, given, charged=reply.kind == "ack")


def _why_not(db: Connection, given: dict[str, Any], *, charged: bool) -> Refusal | None:
    opted_out, bounced, robot = db.execute(_OPEN_TO_US, given).fetchone() or (None, 0, 0)
    if opted_out is not None:
        return "opted-out"
    if bounced:
        return "bounced"
    if robot:
        return "robot-sender"
    return "recently-replied" if charged else None
