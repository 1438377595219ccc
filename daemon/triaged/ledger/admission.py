"""Admitting a window: known or new; if new, the facts, the decision, the rows. One transaction in UID order.

What the first message of a window writes, the second already finds in its facts. Nothing outside happens here.
"""

# ruff: noqa: S608 — statements are put together from constants of this room only; values are always bound

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from triaged.core.backoff import STRIKE
from triaged.core.decision import Aside, Decision, Flag, Notify
from triaged.core.facts import Facts
from triaged.core.flags import folded
from triaged.ledger import forgeries
from triaged.ledger.changes import plan_effect
from triaged.ledger.dayslist import note_newcomer
from triaged.ledger.engine import Connection
from triaged.ledger.entries import (
    Admission,
    Arriving,
    InHand,
    Item,
    NewEffect,
    Strike,
    Watermark,
    Window,
)
from triaged.ledger.instants import to_ms
from triaged.ledger.owing import Writing
from triaged.ledger.pastfacts import gather, question_of
from triaged.ledger.recognition import are_all_new, ask_about, is_second, known
from triaged.ledger.registry import move_watermark
from triaged.ledger.rows import ITEM, item_from
from triaged.ledger.snoozing import bring_back_thread
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
_AT = "SELECT id FROM item WHERE account = ? AND folder = ? AND uidvalidity = ? AND uid = ?"


def admit(store: Store, window: Window, decide: Decide, record: Record | None = None) -> list[Admission]:
    """Decide a window, once. What became of its messages comes back in their order.

    `decide` is asked in order, inside the transaction, and must neither wait nor raise; if it raises nothing is written.
    Without `record` the decision itself is not kept.

    Raises:
        Elsewhere: whether one of them is a known one, only the mailbox can say; nothing is written.
    """
    messages = window.messages
    if not messages and window.next_uid is None:
        return []
    with commit(store, "admit") as db:
        admitting = _Admitting(db, window, decide, record, new=are_all_new(db, window))
        if not admitting.new:
            ask_about(db, window)
        admitted = [admitting.one(a) for a in messages]
        place = messages[0].place if messages else None
        if window.next_uid is not None and place is not None:
            newest = max(a.arrived_at for a in messages)
            move_watermark(db, window.account.id, Watermark(place.folder, window.next_uid, newest))
    return admitted


@dataclass(frozen=True, slots=True)
class _Admitting:
    """A window that is being admitted. `new`: none of its messages can be known."""

    db: Connection
    window: Window
    decide: Decide
    record: Record | None
    new: bool

    def one(self, a: Arriving) -> Admission:
        """Recognise it, or decide it."""
        if self.new:
            return self._decided(a, second=False)
        return known(self.db, self.window, a) or self._decided(a, second=is_second(self.db, self.window.account, a))

    def _decided(self, a: Arriving, *, second: bool) -> Admission:
        facts = gather(self.db, question_of(self.db, self.window, a), a)
        decision = self.decide(a, facts)
        if not any(isinstance(effect, Aside) for effect in decision.effects) and a.mode != "observe" and not a.who.mine:
            bring_back_thread(self.db, self.window.account.person, facts.thread, to_ms(self.window.now))
        if decision.client is None:
            if decision.claims is not None:
                forgeries.note(self.db, self.window, a, decision)
            elif decision.neighbour and not a.baseline:
                note_newcomer(self.db, self.window.account.person, decision.sender, to_ms(a.arrived_at))
            return Admission(a, decision, facts, how="stranger")
        if second:  # that it came is shown; that the like of it came was told
            decision = replace(
                decision, notify=(), effects=tuple(e for e in decision.effects if not isinstance(e, Notify))
            )
        if a.ours:  # it was put aside, or answered, by a ledger that this one does not remember: it stays where it is
            decision = replace(decision, effects=tuple(e for e in decision.effects if isinstance(e, Flag)))
        answered = facts.answered_at or _marked(a, self.window.now)
        writing = Writing(self.db, self.window, a, decision, facts, second=second)
        if answered is not None:
            shown = {"answered_at": to_ms(answered), "answered_by": "answer" if facts.answered_at else "flag"}
        else:
            shown = {}
        return write_decision(writing, shown, self.record(decision, a) if self.record else None)


def _marked(a: Arriving, now: datetime) -> datetime | None:
    r"""When a mail client's \Answered is noticed at first sight; of old mail nobody knows when it was set."""
    return now if not a.baseline and "\\answered" in folded(a.flags) else None


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
    return db.insert(
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


def struck(store: Store, account: int, now: datetime | None = None) -> list[Item]:
    """Messages that could not be read so far; with `now`, those that are to be tried again."""
    sql = f"SELECT {ITEM} FROM item WHERE account = ? AND state = 'new' AND state IN ('new','aside','unreadable') AND (CAST(? AS INTEGER) IS NULL OR retry_at <= ?) ORDER BY uid NULLS FIRST"
    at = to_ms(now)
    return [item_from(r) for r in rows(store, sql, (account, at, at))]


def unstrike(store: Store, item: int) -> None:
    """Forget the strikes of a message that is nobody's business, or gone."""
    with commit(store, "unstrike") as db:
        db.execute("DELETE FROM item WHERE id = ? AND state = 'new'", (item,))
