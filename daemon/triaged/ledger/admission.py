"""Admitting a window: known or new; if new, the facts, the decision, the rows. One transaction in UID order.

What the first message of a window writes, the second already finds in its facts. Nothing outside happens here.
"""

# ruff: noqa: S608 — statements are put together from constants of this room only; values are always bound

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from sqlite3 import Connection
from typing import Any

from triaged.core.backoff import STRIKE
from triaged.core.decision import Decision
from triaged.core.facts import Facts
from triaged.core.flags import folded
from triaged.ledger.changes import plan_effect
from triaged.ledger.entries import (
    AccountRow,
    Admission,
    Arriving,
    InHand,
    Item,
    NewEffect,
    Place,
    Strike,
    Watermark,
    Window,
)
from triaged.ledger.instants import to_ms
from triaged.ledger.owing import Writing
from triaged.ledger.pastfacts import gather, question_of
from triaged.ledger.registry import move_watermark
from triaged.ledger.rows import ITEM, encode, item_from
from triaged.ledger.store import Store, commit, rows
from triaged.ledger.writing import write_decision

Decide = Callable[[Arriving, Facts], Decision]
Record = Callable[[Decision, Arriving], Mapping[str, Any]]
"""How a decision is kept as JSON: everything that `explain ITEM` prints."""

STRIKES = 3
STOPPED = "triaged ended while it was in hand"
"""Why a message has strikes, unless something else was seen."""

_STRIKE = f"""
UPDATE item SET tries = tries + 1, reason = coalesce(reason, '{STOPPED}') WHERE id = ? AND state = 'new'
RETURNING tries, reason
"""
_AT = "SELECT id, state FROM item WHERE account = ? AND folder = ? AND uidvalidity = ? AND uid = ?"
_BY_DIGEST = "SELECT id, state, folder, uidvalidity, uid FROM item WHERE account = ? AND digest = ?"
_BY_IDENTITY = """
SELECT id, state, folder, uidvalidity, uid FROM item WHERE message_id = ? AND person = ? AND account = ? AND sender IS ?
AND dated_at IS ? AND uid IS NULL AND state <> 'new' ORDER BY id DESC LIMIT 1
"""
_ANY_KNOWN = """
SELECT 1 FROM item WHERE account = :account AND folder = :folder AND uidvalidity = :uidvalidity AND uid >= :first AND uid <= :last
UNION ALL
SELECT 1 FROM json_each(:digests) j CROSS JOIN item i ON i.account = :account AND i.digest = j.value
UNION ALL
SELECT 1 FROM json_each(:ids) j CROSS JOIN item i ON i.message_id = j.value AND i.person = :person AND i.account = :account
  AND i.uid IS NULL AND i.state <> 'new'
LIMIT 1
"""
_MANY = 5  # messages: for fewer it costs more than it saves
_MOVING = "SELECT 1 FROM effect WHERE item = ? AND kind IN ('aside','urgent','back') AND state IN ('planned','trying')"
_SEEN_THERE = (
    "UPDATE effect SET args = json_patch(args, ?) WHERE item = ? AND kind = 'back' AND state IN ('planned','trying')"
)


def admit(store: Store, window: Window, decide: Decide, record: Record | None = None) -> list[Admission]:
    """Decide a window, once. What became of its messages comes back in their order.

    `decide` is asked in order, inside the transaction, and must neither wait nor raise; if it raises nothing is written.
    Without `record` the decision itself is not kept.
    """
    messages = window.messages
    if not messages and window.next_uid is None:
        return []
    with commit(store, "admit") as db:
        new = _are_all_new(db, window)
        admitted = [
            (None if new else _known(db, window.account, a)) or _admit_new(db, window, a, decide, record)
            for a in messages
        ]
        place = messages[0].place if messages else None
        if window.next_uid is not None and place is not None:
            newest = max(a.arrived_at for a in messages)
            move_watermark(db, window.account.id, Watermark(place.folder, window.next_uid, newest))
    return admitted


def _admit_new(db: Connection, window: Window, a: Arriving, decide: Decide, record: Record | None) -> Admission:
    question = question_of(db, window, a)
    facts = gather(db, question, a)
    decision = decide(a, facts)
    if decision.client is None:
        return Admission(a, decision, facts, how="stranger")
    answered = facts.answered_at or _marked(a, window.now)
    writing = Writing(db, window, a, decision, facts)
    return write_decision(writing, to_ms(answered), record(decision, a) if record else None)


def _marked(a: Arriving, now: datetime) -> datetime | None:
    r"""When a mail client's \Answered is noticed at first sight; of old mail nobody knows when it was set."""
    return now if not a.baseline and "\\answered" in folded(a.flags) else None


def _are_all_new(db: Connection, window: Window) -> bool:
    """Whether none of many messages of a folder can be known: one question. Where any may be, each is asked about."""
    messages = window.messages
    if len(messages) < _MANY:
        return False
    digests = {a.message.digest for a in messages}
    uids = {a.place.uid for a in messages if a.place is not None}
    folders = {(a.place.folder, a.place.uidvalidity) for a in messages if a.place is not None}
    if len(folders) != 1 or not len(digests) == len(uids) == len(messages):
        return False
    ((folder, uidvalidity),) = folders
    given = {
        "account": window.account.id,
        "person": window.account.person,
        "digests": encode(list(digests)),
        "ids": encode([a.message.message_id for a in messages if a.message.message_id is not None]),
        "folder": folder,
        "uidvalidity": uidvalidity,
        "first": min(uids),
        "last": max(uids),
    }
    return db.execute(_ANY_KNOWN, given).fetchone() is None


def _known(db: Connection, account: AccountRow, a: Arriving) -> Admission | None:
    """The item that this message is, if it was decided before: by place, by digest, by who wrote it when."""
    if a.place is not None:
        at = db.execute(_AT, (account.id, a.place.folder, a.place.uidvalidity, a.place.uid)).fetchone()
        if at and at[1] == "new":
            # the strikes of a message that could be read after all
            db.execute("DELETE FROM item WHERE id = ? AND state = 'new'", (at[0],))
        elif at:
            return Admission(a, item=at[0], known=True, how="same")
    found = db.execute(_BY_DIGEST, (account.id, a.message.digest)).fetchone() or _by_identity(db, account, a)
    return _seen_again(db, account, a, found) if found else None


def _by_identity(db: Connection, account: AccountRow, a: Arriving) -> Any:
    """A message whose Received fields a server has touched: only one whose place was lost can be it."""
    message = a.message
    if message.message_id is None or a.place is None:
        return None
    given = (message.message_id, account.person, account.id, a.who.correspondent, to_ms(message.date))
    return db.execute(_BY_IDENTITY, given).fetchone()


def _seen_again(db: Connection, account: AccountRow, a: Arriving, found: Sequence[Any]) -> Admission:
    """Known at another place. Where nothing is under way the new place is simply remembered."""
    item, state, folder, uidvalidity, uid = found
    if a.place is None:
        return Admission(a, item=item, known=True, how="same")
    outdated = uid is None or (folder == a.place.folder and uidvalidity != a.place.uidvalidity)
    moving = not outdated and (state == "aside" or db.execute(_MOVING, (item,)).fetchone())
    if moving or (outdated and state == "aside" and not _is_deferred(db, account, a.place)):
        # whoever looks may be killed before he has; the watermark has passed it by then
        db.execute(_SEEN_THERE, (encode({"seen": [a.place.folder, a.place.uidvalidity, a.place.uid]}), item))
        return Admission(a, item=item, known=True, how="reappeared")
    put_place(db, item, a.place)
    if state == "gone":
        db.execute("UPDATE item SET state = 'here' WHERE id = ? AND state = 'gone'", (item,))
    return Admission(a, item=item, known=True, how="placed")


def _is_deferred(db: Connection, account: AccountRow, place: Place) -> bool:
    found = db.execute("SELECT role FROM folder WHERE account = ? AND name = ?", (account.id, place.folder)).fetchone()
    return found is not None and found[0] == "deferred"


def put_place(db: Connection, item: int, place: Place | None) -> None:
    """Inside a transaction: where it lies now. Whoever was believed to lie there has lost its place."""
    if place is None:
        db.execute("UPDATE item SET uidvalidity = NULL, uid = NULL WHERE id = ? AND uid IS NOT NULL", (item,))
        return
    lost = db.execute(
        "UPDATE item SET uidvalidity = NULL, uid = NULL WHERE account = (SELECT account FROM item WHERE id = ?)"
        " AND folder = ? AND uidvalidity = ? AND uid = ? AND id <> ? RETURNING id, state",
        (item, place.folder, place.uidvalidity, place.uid, item),
    ).fetchall()
    for other, state in lost:
        if state in ("new", "unreadable"):  # nobody had read it: it is the very message that is known by another item
            _never_was(db, other)
    db.execute(
        "UPDATE item SET folder = ?, uidvalidity = ?, uid = ? WHERE id = ? AND state <> 'new'",
        (place.folder, place.uidvalidity, place.uid, item),
    )


def _never_was(db: Connection, item: int) -> None:
    db.execute("DELETE FROM effect WHERE item = ?", (item,))
    db.execute("DELETE FROM item WHERE id = ?", (item,))


def strike(store: Store, one: InHand) -> Strike:
    """A message could not be fetched or read; or is about to be, after a stop that was none of ours.

    At the third strike it is unreadable: urgent, flagged, it stays where it is, and those behind it pass.
    """
    place, next_uid = one.place, one.next_uid
    with commit(store, "strike") as db:
        found = db.execute(_AT, (one.account.id, place.folder, place.uidvalidity, place.uid)).fetchone()
        item = found[0] if found else _first_strike(db, one)
        struck_now = db.execute(_STRIKE, (item,)).fetchone()
        if struck_now is None:  # it has been read, or given up, meanwhile
            return Strike(item, 0, unreadable=False, reason="")
        tries, reason = struck_now
        unreadable = tries >= STRIKES
        if unreadable:
            _give_up(db, item, one)
            next_uid = place.uid + 1
        else:
            retry_at = to_ms(one.now + STRIKE.after(tries))
            db.execute("UPDATE item SET retry_at = ? WHERE id = ? AND state = 'new'", (retry_at, item))
        if next_uid is not None:
            move_watermark(db, one.account.id, Watermark(place.folder, next_uid))
    return Strike(item, tries, unreadable, reason)


def blame(store: Store, item: int, reason: str) -> None:
    """Remember why a message could not be read or decided this time."""
    with commit(store, "blame") as db:
        db.execute("UPDATE item SET reason = ? WHERE id = ? AND state = 'new'", (reason, item))


def _give_up(db: Connection, item: int, one: InHand) -> None:
    db.execute(
        "UPDATE item SET state = 'unreadable', verdict = 'urgent', decided_at = ?,"
        " retry_at = NULL WHERE id = ? AND state = 'new'",
        (to_ms(one.now), item),
    )
    if one.mode != "observe":
        account = one.account
        plan_effect(db, NewEffect(f"flag:{item}", "flag", account.person, one.now, account.id, item=item))


def _first_strike(db: Connection, one: InHand) -> int:
    place = one.place
    made = db.execute(
        "INSERT INTO item (person, account, digest, arrived_at, mode, state, folder, uidvalidity, uid)"
        " VALUES (?,?,?,?,?,'new',?,?,?)",
        (
            one.account.person,
            one.account.id,
            f"unread:{place.folder}:{place.uidvalidity}:{place.uid}",
            to_ms(one.now),
            one.mode,
            place.folder,
            place.uidvalidity,
            place.uid,
        ),
    )
    assert made.lastrowid is not None
    return made.lastrowid


def struck(store: Store, account: int, now: datetime | None = None) -> list[Item]:
    """Messages that could not be read so far; with `now`, those that are to be tried again."""
    sql = f"SELECT {ITEM} FROM item WHERE account = ? AND state = 'new' AND state IN ('new','aside','unreadable') AND (? IS NULL OR retry_at <= ?) ORDER BY uid"
    at = to_ms(now)
    return [item_from(r) for r in rows(store, sql, (account, at, at))]


def unstrike(store: Store, item: int) -> None:
    """Forget the strikes of a message that is nobody's business, or gone."""
    with commit(store, "unstrike") as db:
        db.execute("DELETE FROM item WHERE id = ? AND state = 'new'", (item,))
