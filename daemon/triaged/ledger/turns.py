"""Whose turn it is: what one client, or all whom nobody vouches for, may have of the hour's replies.

A flood of one client's mail, or of a forger's, must not hold up the replies to all others. What is beyond waits for the next
hour; the guard's fuse, which holds, is for the account as a whole.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from triaged.core.settings import Rate
from triaged.core.trust import Level
from triaged.ledger.engine import Connection
from triaged.ledger.entries import Attempt, ReplyRow
from triaged.ledger.instants import span_ms, to_ms

_HOUR: Final = timedelta(hours=1)
_SHARES: Final = 4
_LEAST: Final = 2  # a quarter of a fuse that lets go fewer than twice that many is none

_CLAIMED: Final = """
SELECT count(*), min(claimed_at) FROM reply WHERE account = :account AND claimed_at > :since AND claimed_at <= :now
  AND id IS NOT :reply AND kind = 'ack' AND (client = :client OR CAST(:client AS TEXT) IS NULL) AND trust <= :level
"""
_TO_NEW: Final = """
SELECT count(*), min(r.claimed_at) FROM reply r JOIN correspondent c ON c.person = r.person AND c.address = r.correspondent
WHERE r.account = :account AND r.claimed_at > :since AND r.claimed_at <= :now AND r.id IS NOT :reply AND r.kind = 'ack'
  AND r.client = :client AND c.new_since >= :today
"""
_IS_NEW: Final = "SELECT 1 FROM correspondent WHERE person = ? AND address = ? AND new_since >= ?"


def turn_at(db: Connection, reply: ReplyRow, attempt: Attempt) -> int | None:
    """Inside the claim: when its turn comes, in milliseconds; None: it is its turn."""
    turns = attempt.turns
    if turns is None or reply.kind != "ack":
        return None
    fuse = attempt.fuse
    waits = [_to_new(db, reply, attempt)]
    if fuse is not None and fuse.count >= _SHARES * _LEAST:
        quarter = Rate(fuse.count // _SHARES, fuse.period)
        if turns.shared:
            waits.append(_beyond(db, reply, attempt, _Share(quarter, reply.client)))
        if reply.level <= Level.UNVERIFIED:
            waits.append(_beyond(db, reply, attempt, _Share(quarter, level=Level.UNVERIFIED)))
    return max((at for at in waits if at is not None), default=None)


@dataclass(frozen=True, slots=True)
class _Share:
    """So many go of one client's, or of all; made for messages of at most that evidence."""

    rate: Rate
    client: str | None = None
    level: Level = Level.PROVED


def _beyond(db: Connection, reply: ReplyRow, attempt: Attempt, share: _Share) -> int | None:
    given = {**_within(reply, attempt, share.rate.period), "client": share.client, "level": share.level.value}
    return _after(db.execute(_CLAIMED, given).fetchone(), share.rate)


def _to_new(db: Connection, reply: ReplyRow, attempt: Attempt) -> int | None:
    """People whom I know are not counted: a customer's team of fifteen on a bad Monday is answered."""
    turns = attempt.turns
    assert turns is not None
    today = to_ms(turns.today)
    if db.execute(_IS_NEW, (reply.person, reply.correspondent, today)).fetchone() is None:
        return None
    given = {**_within(reply, attempt, _HOUR), "client": reply.client, "today": today}
    return _after(db.execute(_TO_NEW, given).fetchone(), Rate(turns.to_new, _HOUR))


def _within(reply: ReplyRow, attempt: Attempt, period: timedelta) -> dict[str, int | None]:
    now = to_ms(attempt.now)
    return {"account": reply.account, "reply": reply.id, "now": now, "since": now - span_ms(period)}


def _after(counted: tuple[int, int | None], most: Rate) -> int | None:
    count, first = counted
    return first + span_ms(most.period) + 1 if first is not None and count >= most.count else None
