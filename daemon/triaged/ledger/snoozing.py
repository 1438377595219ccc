"""What a person drags into a snooze folder: it comes back then, or it is dealt with. It rests there for a minute, and moves on.

One commit a message. What its sender is waiting for stays as it is: putting aside is no answer.
"""

# ruff: noqa: S608 — statements are put together from constants of this room only; values are always bound

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from triaged.ledger.adopted import PUT_BY_HAND
from triaged.ledger.changes import item_now, plan_effect, plan_return, void_effects
from triaged.ledger.consequences import Consequence, SnoozedThere
from triaged.ledger.engine import Connection
from triaged.ledger.entries import EffectRow, Item, NewEffect, Place
from triaged.ledger.instants import to_ms
from triaged.ledger.recognition import put_place
from triaged.ledger.rows import decode, effects_of, encode, item_of
from triaged.ledger.settling import Settled, put_off_untold, settle_there, settled_by_copy
from triaged.ledger.store import Store, commit, reading, row

DEFERRED = "deferred"
"""The target of a move from a snooze folder to the deferred one."""

RESTS = timedelta(minutes=1)
"""So long it stays where it was dragged to: she sees it there, and then that it was understood."""

_STATES = "('here','released','gone','aside','unreadable')"
_BACK = "item = ? AND kind = 'back' AND state IN ('planned','trying')"
_ANSWERED = """
SELECT 1 FROM item x JOIN item m ON m.id = ? WHERE x.person = m.person AND x.client IS NOT NULL AND x.id <> m.id
  AND x.arrived_at >= coalesce(m.dated_at, m.arrived_at) AND x.state <> 'new' AND x.automatic = 0
  AND (x.thread = m.thread OR EXISTS (SELECT 1 FROM json_each(x.refs) j WHERE j.value = m.message_id)) LIMIT 1
"""
_NOTE = """
SELECT args FROM effect WHERE kind = 'append' AND person = (SELECT person FROM account WHERE id = ?)
  AND json_extract(args, '$.message_id') = ? LIMIT 1
"""
_ABOUT = """
SELECT id FROM item WHERE promise = ? AND answered_at IS NULL AND settled_at IS NULL AND state <> 'gone'
ORDER BY arrived_at DESC, id DESC LIMIT 1
"""

_COPY = f"""
SELECT c.id FROM item c WHERE c.account = :account AND c.id <> :item AND c.reason = '{PUT_BY_HAND}' AND c.rule IS NULL
  AND c.uid IS NOT NULL AND (c.state IN ('aside','here') OR c.settled_at IS NOT NULL)
  AND (c.digest = :digest OR substr(c.digest, 1, length(:digest) + 1) = :digest || '+') ORDER BY c.id DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Dragged:
    """Where it lies now, when and where to it comes back, what a client who was told nothing yet is told at the earliest.

    `how`: more about its return: `read`, it stays read; `quiet`, the log says nothing; `remind`, only if nobody has answered.
    """

    place: Place
    until: datetime
    now: datetime
    origin: str
    promised: datetime | None = None
    how: Mapping[str, Any] = field(default_factory=dict)


def dragged(store: Store, item_id: int, it: Dragged) -> list[Consequence]:
    """A message lies in a snooze folder: whatever was planned for it, it comes back then."""
    now = to_ms(it.now)
    with commit(store, "dragged") as db:
        before = item_now(db, item_id)
        origin = _came_from(db, item_id) or it.origin
        void_effects(db, item_id, "by hand: snoozed", now)
        db.execute(
            f"UPDATE item SET state = 'aside', settled_at = NULL, settled_by = NULL WHERE id = ? AND state IN {_STATES}",
            (item_id,),
        )
        put_place(db, item_id, it.place)
        back = plan_return(db, item_id, to_ms(it.until), origin)
        args = encode({"snoozed": "person", **it.how})
        db.execute("UPDATE effect SET args = json_patch(args, ?) WHERE id = ? AND state = 'planned'", (args, back))
        _owe_move(db, before, it.now)
        put_off_untold(db, item_now(db, item_id), it.promised)
        return [] if it.how.get("quiet") else [SnoozedThere(item_now(db, item_id), it.until, before.folder)]


def copy_by_hand(store: Store, item: Item) -> tuple[Item, datetime | None] | None:
    """What a person has made of a message by copying it to where mail is put aside, and when that comes back; None: nothing."""
    with reading(store) as db:
        copy = _copy_of(db, item)
        back = next(iter(effects_of(db, _BACK, (copy.id,))), None) if copy else None
        return (copy, back.due_at if back else None) if copy else None


def _copy_of(db: Connection, item: Item) -> Item | None:
    given = {"account": item.account, "item": item.id, "digest": item.digest.partition("+")[0]}
    found = db.execute(_COPY, given).fetchone()
    return item_of(db, found[0]) if found else None


def moved_by_copy(
    store: Store, item_id: int, now: datetime, promised: datetime | None
) -> list[Consequence] | Settled | None:
    """The original of such a copy goes, whenever that is: they are one message, which was never gone. None: there is no copy any more."""
    with commit(store, "moved_by_copy") as db:
        before = item_now(db, item_id)
        copy = _copy_of(db, before)
        if copy is None:
            return None
        void_effects(db, item_id, "by hand: copied", to_ms(now))
        owed = effects_of(db, "item = ? AND state IN ('planned','trying')", (copy.id,))
        db.execute("UPDATE effect SET item = ? WHERE item = ? AND state IN ('planned','trying')", (item_id, copy.id))
        db.execute("UPDATE item SET state = 'gone' WHERE id = ? AND state = ?", (copy.id, copy.state))
        db.execute(f"UPDATE item SET state = ? WHERE id = ? AND state IN {_STATES}", (copy.state, item_id))
        put_place(db, item_id, copy.place)
        back = next((one for one in owed if one.kind == "back"), None)
        if back is None:  # it has come back already, or is dealt with
            return settled_by_copy(db, item_id, now) if copy.settled_at else []
        put_off_untold(db, item_now(db, item_id), promised)
        return [SnoozedThere(item_now(db, item_id), back.due_at, before.folder)]


def _came_from(db: Connection, item_id: int) -> str | None:
    """Where to a message was to come back that is put aside already."""
    back = next(iter(effects_of(db, _BACK, (item_id,))), None)
    return str(back.args["to"]) if back is not None and back.args.get("to") else None


def _owe_move(db: Connection, item: Item, now: datetime) -> None:
    """Owe the move out of the snooze folder, which empties by it."""
    (number,) = db.execute("SELECT count(*) + 1 FROM effect WHERE item = ?", (item.id,)).fetchone()
    args = {"to": DEFERRED}
    new = NewEffect(
        f"rested:{item.id}:{number}", "urgent", item.person, now + RESTS, item.account, item=item.id, args=args
    )
    plan_effect(db, new)


def dragged_to_settled(store: Store, item_id: int, place: Place, now: datetime) -> Settled | None:
    """A message lies in the folder for what is dealt with; None: it was so before."""
    with commit(store, "dragged_to_settled") as db:
        put_place(db, item_id, place)
        return settle_there(db, item_id, now, to_ms(now + RESTS))


def unsettle(store: Store, item_id: int, effect_id: int, now: datetime) -> Item:
    """It was taken back before it was filed: it is not dealt with after all."""
    with commit(store, "unsettle") as db:
        db.execute(
            "UPDATE effect SET state = 'void', error = 'taken back by hand', done_at = ? WHERE id = ? AND state IN"
            " ('planned','trying')",
            (to_ms(now), effect_id),
        )
        db.execute(
            "UPDATE item SET settled_at = NULL, settled_by = NULL WHERE id = ? AND settled_at IS NOT NULL", (item_id,)
        )
        return item_now(db, item_id)


def answered_since(store: Store, item_id: int) -> bool:
    """Whether a client has written in the thread of a mail of mine since it went; no absence notice is an answer."""
    return row(store, _ANSWERED, (item_id,)) is not None


def redirect(store: Store, effect_id: int, to: str) -> EffectRow | None:
    """A return goes elsewhere, read, and nobody need know of it. None: it is not owed any more."""
    with commit(store, "redirect") as db:
        args = encode({"to": to, "read": True, "quiet": True, "remind": None})
        db.execute(
            "UPDATE effect SET args = json_patch(args, ?) WHERE id = ? AND state IN ('planned','trying')",
            (args, effect_id),
        )
        return next(iter(effects_of(db, "id = ? AND state IN ('planned','trying')", (effect_id,))), None)


def is_note(store: Store, account: int, message_id: str) -> bool:
    """Whether we laid a mail of that id into this very mailbox."""
    sql = (
        "SELECT 1 FROM effect WHERE kind = 'append' AND account = ? AND reply IS NULL"
        " AND json_extract(args, '$.message_id') = ? LIMIT 1"
    )
    return row(store, sql, (account, message_id)) is not None


def note_is_about(store: Store, account: int, message_id: str) -> Item | None:
    """The one message that a mail of ours to the person is about: a warning; None: it is about several, or none of ours."""
    with reading(store) as db:
        found = db.execute(_NOTE, (account, message_id)).fetchone()
        promise = decode(found[0]).get("promise") if found else None
        about = db.execute(_ABOUT, (promise,)).fetchone() if promise is not None else _only_line(db, message_id)
        return item_of(db, about[0]) if about else None


def _only_line(db: Connection, message_id: str) -> tuple[int] | None:
    """Of a mail with numbered entries the one message, if it has but one."""
    found = db.execute("SELECT DISTINCT item FROM line WHERE message_id = ? LIMIT 2", (message_id,)).fetchall()
    return found[0] if len(found) == 1 and found[0][0] is not None else None


def bring_back_thread(db: Connection, person: str, thread: str | None, now: int) -> None:
    """Inside a transaction: a message of a thread stays in the inbox: what was snoozed of that thread comes back to it."""
    if thread is not None:
        db.execute(
            "UPDATE effect SET due_at = min(due_at, ?) WHERE kind = 'back' AND state = 'planned' AND item IN (SELECT id FROM item"
            " WHERE person = ? AND thread = ? AND state = 'aside' AND client IS NOT NULL)"
            " AND json_extract(args, '$.snoozed') IS NOT NULL",
            (now, person, thread),
        )
