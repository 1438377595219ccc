"""Copies of one message: of several persons of the service to whom a client writes, one answers.

A copy that was merely seen (Cc, Bcc, by a list, for a client without replies, a draft before a person) blocks nobody. The
first in To's order, else in the configuration's, whose rule plans a reply answers: a later one's gives way while it waits,
what was claimed never does.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from triaged.core.address import is_mine, read_address
from triaged.core.message import Message
from triaged.core.trust import Level
from triaged.ledger.engine import Connection
from triaged.ledger.entries import Arriving, ReplyRow, Window
from triaged.ledger.leaving import leave_replies
from triaged.ledger.rows import encode

_ANSWERED = """
SELECT 1 FROM item i WHERE i.message_id = :message_id AND i.id IS NOT :but AND i.decided_at IS NOT NULL
  AND i.id NOT IN (SELECT CAST(j.value AS INTEGER) FROM json_each(:behind) j) AND (i.mode <> 'observe' OR :mode = 'observe') AND (
    (i.account = :account AND coalesce(i.no_reply, '') NOT IN ('mailing-list','bulk') AND i.trust >= :level)
    OR EXISTS (SELECT 1 FROM reply_item c JOIN reply r ON r.id = c.reply WHERE c.item = i.id
      AND (i.person <> :person OR i.trust >= :level OR r.state IN ('sending','sent','in_doubt') OR r.kind = 'forward') AND (
      i.person = :person OR (r.kind = 'ack' AND (
        (r.state IN ('waiting','held','sending') AND r.mode <> 'draft') OR r.state IN ('sent','in_doubt','simulated')
        OR i.answered_at IS NOT NULL)))))
LIMIT 1
"""
_WAITING = """
SELECT DISTINCT i.id, i.account, json_extract(i.decision, '$.mine') FROM item i CROSS JOIN reply_item c ON c.item = i.id
CROSS JOIN reply r ON r.id = c.reply
WHERE i.message_id = ? AND i.person <> ? AND r.kind = 'ack' AND r.state IN ('waiting','held') AND r.mode = 'send'
  AND (r.trust <= ? OR ? >= 2) LIMIT 50
"""  # ids are not secret: what a server was asked about and does not vouch for takes the place of nothing that is surer


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy that may be answered: whose, and which items give way to it."""

    message_id: str | None
    but: int | None  # its own item, when there is one
    mode: str
    account: int
    person: str
    level: Level  # how sure we are of it: what is less sure and was not answered stands not in its way
    behind: Sequence[int] = ()


def is_duplicate(db: Connection, copy: Copy) -> bool:
    """Whether it came to this account before, or is answered, or about to be. What was only observed stands in nobody's way."""
    if copy.message_id is None:
        return False
    given = {
        "message_id": copy.message_id,
        "but": copy.but,
        "mode": copy.mode,
        "account": copy.account,
        "person": copy.person,
        "level": copy.level.value,
        "behind": encode(list(copy.behind)),
    }
    return db.execute(_ANSWERED, given).fetchone() is not None


def behind(db: Connection, window: Window, a: Arriving) -> list[int]:
    """Items of other persons whose waiting replies to the same message give way to a reply to this copy."""
    message, account = a.message, window.account
    if message.message_id is None or a.mode != "send":
        return []
    mine = (_position(message, a.mine), account.id)
    found = db.execute(_WAITING, (message.message_id, account.person, a.who.level.value, a.who.level.value))
    return [item for item, other, theirs in found if mine < (_position(message, theirs), other)]


def give_way(db: Connection, items: Sequence[int], now: int) -> tuple[ReplyRow, ...]:
    """Inside a transaction: these messages are answered by another person; the replies that were for them alone."""
    gone: list[ReplyRow] = []
    for item in items:
        gone += [reply for reply, alone in leave_replies(db, item, "duplicate", now) if alone]
        db.execute("UPDATE item SET no_reply = 'duplicate' WHERE id = ? AND no_reply IS NULL", (item,))
    return tuple(gone)


def _position(message: Message, address: str | None) -> int:
    """Where To names an address; behind all of them where it does not."""
    own = read_address(address) if address is not None else None
    if own is None:
        return len(message.to)
    return next((at for at, named in enumerate(message.to) if is_mine(named, (own,))), len(message.to))
