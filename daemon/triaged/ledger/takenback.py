"""What a person takes back of what she has just done: it is as it was before, as far as nothing has come of it."""

from dataclasses import dataclass
from datetime import datetime

from triaged.ledger.changes import item_now, plan_effect, plan_return
from triaged.ledger.engine import Connection
from triaged.ledger.entries import BY_HAND, Item, NewEffect, NotDone, ReplyRow
from triaged.ledger.instants import to_ms
from triaged.ledger.rows import item_of, reply_of
from triaged.ledger.said import By, Said, owe_the_log
from triaged.ledger.store import Store, commit, unless_taken

_AS_BEFORE = """
UPDATE reply SET state = :state, send_at = :send_at, try_at = :try_at, reason = :reason, ended_at = NULL
WHERE id = :id AND (state = 'cancelled' AND reason = :by_hand OR state = 'waiting' AND reason = :by_hand AND try_at > :now)
"""
_TOLD_AFTER_ALL = """
UPDATE promise SET state = 'planned', closed_at = NULL, closed_by = NULL
WHERE id = ? AND state = 'void' AND closed_by = 'cancelled' AND told_at IS NULL
"""
_FILED = "item = ? AND kind = 'urgent' AND json_extract(args, '$.to') = 'archive'"


def reply_as_before(store: Store, before: ReplyRow, now: datetime, by: By) -> ReplyRow | NotDone:
    """It was to be sent at once, or not at all: neither. Only while it waits, or nothing else goes in its place."""
    if before.state not in ("waiting", "held") or (before.mode == "draft" and before.tries):
        return NotDone(f"reply {before.id} was not waiting before")
    given = {
        "id": before.id, "state": before.state, "send_at": to_ms(before.send_at), "try_at": to_ms(before.try_at),
        "reason": before.reason, "by_hand": BY_HAND, "now": to_ms(now),
    }  # fmt: skip
    with commit(store, "reply_as_before") as db:
        changed = unless_taken(db, _AS_BEFORE, given)
        if changed is None:  # one live reply a correspondent
            return NotDone(f"another reply to {before.rcpt} is on its way")
        reply = reply_of(db, before.id)
        if reply is None or not changed:
            return NotDone(
                f"reply {before.id} to {before.rcpt} is {reply.state.replace('_', ' ') if reply else 'gone'}"
            )
        db.execute(_TOLD_AFTER_ALL, (before.promise,))
        owe_the_log(db, Said("reply.scheduled", by, before.id))
        return reply


@dataclass(frozen=True, slots=True)
class WasOpen:
    """A message before it was settled; `until`, `to`: when and where to it was to come back, if it was put aside."""

    item: Item
    until: datetime | None = None
    to: str | None = None


def not_settled(store: Store, before: WasOpen, now: datetime, by: By) -> Item | NotDone:
    """It is not dealt with after all: open again where it lies, or put aside once more."""
    number = before.item.id
    with commit(store, "not_settled") as db:
        found = item_of(db, number)
        if found is None or found.settled_at is None or found.state == "gone" or found.answered_at is not None:
            return NotDone(f"message {number} has gone its way meanwhile")
        if db.execute(f"SELECT 1 FROM effect WHERE {_FILED} AND state = 'trying'", (number,)).fetchone():  # noqa: S608 — a constant
            return NotDone(f"message {number} is being filed at this moment")
        db.execute(
            "UPDATE item SET settled_at = NULL, settled_by = NULL WHERE id = ? AND settled_at IS NOT NULL", (number,)
        )
        if before.until is not None:
            _put_aside_again(db, before, found, now)
        owe_the_log(db, Said("message.snoozed" if before.until else "message.returned", by, number))
        return item_now(db, number)


def _put_aside_again(db: Connection, before: WasOpen, found: Item, now: datetime) -> None:
    given = ("taken back", to_ms(now), found.id)
    sql = f"UPDATE effect SET state = 'void', error = ?, done_at = ? WHERE {_FILED} AND state = 'planned'"  # noqa: S608 — a constant
    lies_there = db.execute(sql, given).rowcount > 0 or found.folder == before.item.folder
    stands = "aside" if lies_there else "here"
    db.execute("UPDATE item SET state = ? WHERE id = ? AND state = ?", (stands, found.id, found.state))
    to = before.to or found.folder
    if not lies_there:
        (count,) = db.execute("SELECT count(*) + 1 FROM effect WHERE item = ?", (found.id,)).fetchone()
        args = {"origin": found.folder, "wish": "page"}
        key = f"aside:{found.id}:again{count}"
        plan_effect(db, NewEffect(key, "aside", found.person, now, found.account, item=found.id, args=args))
    assert before.until is not None
    plan_return(db, found.id, to_ms(before.until), to)
