"""What a person says about a message, from a command, a folder or a mail: come back then instead; it is dealt with.

One conditional update each; what the log has to say is owed with it (`said`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from triaged.ledger.answers import leave
from triaged.ledger.changes import item_now, plan_effect, plan_return, void_effects
from triaged.ledger.consequences import Consequence
from triaged.ledger.engine import Connection
from triaged.ledger.entries import Item, NewEffect, NotDone, PromiseRow
from triaged.ledger.instants import from_ms, to_ms
from triaged.ledger.kept import is_open
from triaged.ledger.promises import settled
from triaged.ledger.rows import item_of
from triaged.ledger.said import By, Said, owe_the_log
from triaged.ledger.store import Store, commit

ARCHIVE = "archive"
"""The target of a move that goes to the server's archive, whatever that is called."""

_PUT_OFF = """
UPDATE effect SET due_at = :until, error = NULL, tries = 0,
  args = json_set(json_remove(args, '$.was_due', '$.until'), '$.snoozed', :by)
WHERE item = :item AND kind = 'back' AND state = 'planned'
"""
_OPEN = "SELECT state FROM effect WHERE item = ? AND kind = 'back' AND state IN ('planned','trying')"
_UNTOLD_LATER = """
UPDATE promise SET due_at = :at, first_due_at = :at WHERE id = :promise AND state = 'planned' AND kind = 'answer' AND due_at < :at
"""
_TELLS_LATER = """
UPDATE reply SET tell_at = :at WHERE promise = :promise AND tell_kind = 'answer' AND state IN ('waiting','held') AND tell_at < :at
"""
_ELSE_WAITS = """
SELECT 1 FROM item WHERE promise = ? AND state <> 'aside' AND answered_at IS NULL AND settled_at IS NULL AND id <> ? LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Snooze:
    """When it is to come back. `promised`: what a client who has been told nothing yet is to be told at the earliest."""

    until: datetime
    now: datetime
    by: By
    promised: datetime | None = None


def snooze(store: Store, item_id: int, how: Snooze) -> Item | NotDone:
    """It comes back then instead; what lies in the inbox is put aside until then. A waiting reply stays."""
    with commit(store, "snooze") as db:
        found = item_of(db, item_id)
        if found is None:
            return NotDone(f"there is no item {item_id}")
        if found.state in ("gone", "new"):
            return NotDone(f"item {item_id} {'was deleted' if found.state == 'gone' else 'could not be read yet'}")
        if why := _snoozed(db, found, how):
            return NotDone(why)
        put_off_untold(db, found, how.promised)
        owe_the_log(db, Said("message.snoozed", how.by, item_id))
        return item_now(db, item_id)


def _snoozed(db: Connection, item: Item, how: Snooze) -> str:
    """Owe the return at another time; why not."""
    back = db.execute(_OPEN, (item.id,)).fetchone()
    if back is None:
        return _put_aside(db, item, how)
    given = {"until": to_ms(how.until), "by": how.by, "item": item.id}
    return "" if db.execute(_PUT_OFF, given).rowcount else f"item {item.id} is coming back at this moment"


def _put_aside(db: Connection, item: Item, how: Snooze) -> str:
    if item.place is None:
        return f"nobody knows where item {item.id} lies"
    db.execute(
        "UPDATE item SET state = 'here', settled_at = NULL, settled_by = NULL WHERE id = ? AND state = ?",
        (item.id, item.state),
    )
    (number,) = db.execute("SELECT count(*) + 1 FROM effect WHERE item = ? AND kind = 'aside'", (item.id,)).fetchone()
    args = {"origin": item.folder, "wish": how.by}
    key = f"aside:{item.id}" if number == 1 else f"aside:{item.id}:{number}"
    plan_effect(db, NewEffect(key, "aside", item.person, how.now, item.account, item=item.id, args=args))
    plan_return(db, item.id, to_ms(how.until), item.folder)
    return ""


def put_off_untold(db: Connection, item: Item, at: datetime | None) -> None:
    """Inside a transaction: what nobody has been told yet is not promised for earlier than it comes back."""
    if at is None or item.promise is None or db.execute(_ELSE_WAITS, (item.promise, item.id)).fetchone():
        return
    given = {"at": to_ms(at), "promise": item.promise}
    if db.execute(_UNTOLD_LATER, given).rowcount:
        db.execute(_TELLS_LATER, given)


@dataclass(frozen=True, slots=True)
class Settled:
    """A message that is dealt with: as it is now, the promise that ended with it, and what follows for replies."""

    item: Item
    promise: PromiseRow | None
    follows: tuple[Consequence, ...]


def settle(store: Store, item_ids: Sequence[int], now: datetime, by: By) -> list[Settled | NotDone]:
    """Dealt with: it comes back no more, no reply goes, its promise ends if nothing else that it covers is open.

    What is put aside is moved to the server's archive by the daemon, and stays where it lies where there is none.
    """
    with commit(store, "settle") as db:
        return [_settle(db, each, to_ms(now), by) for each in dict.fromkeys(item_ids)]


def _settle(db: Connection, item_id: int, now: int, by: By) -> Settled | NotDone:
    before = item_of(db, item_id)
    if before is None:
        return NotDone(f"there is no item {item_id}")
    if not mark_settled(db, item_id, now, by):
        return NotDone(f"item {item_id} is settled already")
    void_effects(db, item_id, "settled", now)
    follows = tuple(leave(db, item_id, "settled", now))
    promise = _end_promise(db, before, now, by)
    if before.state == "aside":
        db.execute("UPDATE item SET state = 'released' WHERE id = ? AND state = 'aside'", (item_id,))
        owe_archive(db, before, now)
    for one in (Said("message.settled", by, item_id), *((Said("promise.settled", by, promise.id),) if promise else ())):
        owe_the_log(db, one)
    return Settled(item_now(db, item_id), promise, follows)


def mark_settled(db: Connection, item_id: int, now: int, by: By) -> bool:
    """Inside a transaction: on no list any more; False: it was so before."""
    sql = "UPDATE item SET settled_at = ?, settled_by = ? WHERE id = ? AND settled_at IS NULL"
    return db.execute(sql, (now, by, item_id)).rowcount > 0


def settle_there(db: Connection, item_id: int, now: datetime, archive_at: int) -> Settled | None:
    """Inside a transaction: a person has put it where what is dealt with goes; it is filed a little later."""
    before = item_now(db, item_id)
    if before.settled_at is None:
        void_effects(db, item_id, "settled", to_ms(now))
    settled_there = settled_by_copy(db, item_id, now)
    owe_archive(db, before, archive_at)  # dragged out of the archive and back, it is filed once more
    return settled_there


def settled_by_copy(db: Connection, item_id: int, now: datetime) -> Settled | None:
    """Inside a transaction: it lies where what is dealt with goes; where it goes from there is owed already. None: it was so before."""
    before, at = item_now(db, item_id), to_ms(now)
    if not mark_settled(db, item_id, at, "person"):
        return None
    follows = tuple(leave(db, item_id, "settled", at))
    promise = _end_promise(db, before, at, "person")
    db.execute("UPDATE item SET state = 'released' WHERE id = ? AND state = ?", (item_id, before.state))
    return Settled(item_now(db, item_id), promise, follows)


def _end_promise(db: Connection, item: Item, now: int, by: By) -> PromiseRow | None:
    if item.promise is None or is_open(db, item.promise):
        return None
    return settled(db, item.promise, now, by)


def owe_archive(db: Connection, item: Item, now: int) -> None:
    """Inside a transaction: owe the move to the archive, read as it is."""
    (number,) = db.execute("SELECT count(*) + 1 FROM effect WHERE item = ? AND kind = 'urgent'", (item.id,)).fetchone()
    args = {"to": ARCHIVE}
    new = NewEffect(
        f"archive:{item.id}:{number}", "urgent", item.person, from_ms(now), item.account, item=item.id, args=args
    )
    plan_effect(db, new)
