"""Mails of ours in Sent that the ledger has forgotten: it was put back, or lost. They say what was told (`core.memento`)."""

from typing import Any

from triaged.core.memento import Memento, about, hash_of
from triaged.ledger import numbers
from triaged.ledger.changes import close_promise, item_now
from triaged.ledger.consequences import Consequence, PromiseOpened, ReplyFound
from triaged.ledger.engine import Connection
from triaged.ledger.entries import AccountRow, ReplyRow, SentSeen
from triaged.ledger.instants import to_ms
from triaged.ledger.replies import SentCopy, Sighting, note_sent
from triaged.ledger.rows import insertion, promise_of, reply_of

_UNKNOWN = "; what it promised is not known"


def remember(db: Connection, account: AccountRow, seen: SentSeen) -> list[Consequence]:
    """Inside a transaction: a mail from here that this ledger does not know: its number is taken, and its words are told."""
    assert seen.ours is not None
    numbers.given(db, seen.ours)
    at = to_ms(seen.at)
    for address in seen.rcpts:
        db.execute(_WRITTEN_TO, (account.person, address, at))
    if not seen.clients or not seen.rcpts or seen.message_id is None:
        return []
    memento = seen.memento or Memento()
    mails = memento.mails or about(seen.references[-1:])
    promise = _promise(db, account, seen, memento) or _promise_of(db, account, mails)
    reply = _put_reply(db, account, seen, promise)
    for mail in mails if memento.kind == "ack" else ():
        db.execute(
            "INSERT INTO told (account, mail, reply) VALUES (?,?,?) ON CONFLICT DO NOTHING",
            (account.id, mail, reply.id),
        )
    for item, message_id in db.execute(_MAYBE, (account.id, at - _FAR, at + _FAR)).fetchall():
        if hash_of(message_id) in mails and memento.kind == "ack":
            _cover(db, item, reply)
    told = promise_of(db, promise) if promise is not None and memento.kind == "ack" else None
    return [ReplyFound(reply), *([PromiseOpened(told, reply)] if told else [])]


_FAR = 400 * 86_400_000
_MAYBE = """
SELECT id, message_id FROM item WHERE account = ? AND message_id IS NOT NULL AND arrived_at BETWEEN ? AND ? AND promise IS NULL
ORDER BY id DESC LIMIT 5000
"""
_WRITTEN_TO = """
INSERT INTO correspondent (person, address, last_reply_at) VALUES (?,?,?) ON CONFLICT (person, address)
DO UPDATE SET last_reply_at = max(coalesce(correspondent.last_reply_at, 0), excluded.last_reply_at)
"""


def _promise(db: Connection, account: AccountRow, seen: SentSeen, memento: Memento) -> int | None:
    if memento.promise is None or memento.due_at is None or memento.kind != "ack":
        return None
    due = to_ms(memento.due_at)
    columns = {
        "person": account.person,
        "client": seen.clients[0],
        "correspondent": seen.rcpts[0],
        "kind": memento.promise,
        "due_at": due,
        "first_due_at": due,
        "call": memento.call,
        "state": "open",
        "told_at": to_ms(seen.at),
    }
    return db.insert(insertion("promise", tuple(columns)), tuple(columns.values()))


def _promise_of(db: Connection, account: AccountRow, mails: tuple[str, ...]) -> int | None:
    """The promise that an apology or the notice of a move is about."""
    for mail in mails:
        sql = "SELECT r.promise FROM told t JOIN reply r ON r.id = t.reply WHERE t.account = ? AND t.mail = ?"
        if (found := db.execute(sql, (account.id, mail)).fetchone()) is not None:
            return int(found[0]) if found[0] is not None else None
    return None


def _put_reply(db: Connection, account: AccountRow, seen: SentSeen, promise: int | None) -> ReplyRow:
    memento = seen.memento or Memento()
    at, number = to_ms(seen.at), seen.ours or 0
    if reply_of(db, number) is not None:
        (number,) = db.execute(f"SELECT {numbers.NEXT}").fetchone()
    unknown = "" if seen.memento is not None else _UNKNOWN
    columns: dict[str, Any] = {
        "id": number,
        "person": account.person,
        "account": account.id,
        "client": seen.clients[0],
        "correspondent": seen.rcpts[0],
        "rcpt": seen.rcpts[0],
        "kind": memento.kind,
        "template": memento.template,
        "promise": promise,
        "tell_at": to_ms(memento.due_at),
        "tell_kind": memento.promise,
        "tell_call": memento.call,
        "message_id": seen.message_id,
        "mode": "send",
        "state": "sent",
        "made_at": at,
        "send_at": at,
        "try_at": at,
        "claimed_at": at,
        "ended_at": at,
        "reason": Sighting(at, at).words + unknown,
    }
    db.execute(insertion("reply", tuple(columns)), tuple(columns.values()))
    made = reply_of(db, number)
    assert made is not None
    note_sent(db, made, SentCopy(at, seen.rcpts, seen.message_id))
    return made


def recall(db: Connection, account: int, item: int, message_id: str | None) -> None:
    """Inside a transaction: a message that is new here, and about which a mail of ours in Sent was: that covers it."""
    if message_id is None:
        return
    for (reply,) in db.execute(
        "SELECT reply FROM told WHERE account = ? AND mail = ?", (account, hash_of(message_id))
    ).fetchall():
        if (found := reply_of(db, reply)) is not None:
            _cover(db, item, found)


def _cover(db: Connection, item: int, reply: ReplyRow) -> None:
    db.execute("INSERT INTO reply_item (reply, item) VALUES (?,?) ON CONFLICT DO NOTHING", (reply.id, item))
    if reply.promise is None:
        return
    db.execute("UPDATE item SET promise = ? WHERE id = ? AND promise IS NULL", (reply.promise, item))
    covered = item_now(db, item)
    db.execute("UPDATE promise SET thread = ? WHERE id = ? AND thread IS NULL", (covered.thread, reply.promise))
    if covered.answered_at is not None:
        close_promise(db, reply.promise, to_ms(covered.answered_at), "answer")
