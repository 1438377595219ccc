"""What a person's hand did in the mailbox. It always wins: what was planned is void, what was told stays told.

Also the places: adopting what was dragged in, mapping a folder whose UIDVALIDITY changed.
"""

# ruff: noqa: S608 — statements are put together from constants of this room only; values are always bound

from collections.abc import Mapping, Sequence
from datetime import datetime

from triaged.core.decision import Decision, Verdict
from triaged.ledger.adopted import PUT_BY_HAND
from triaged.ledger.answers import leave
from triaged.ledger.changes import cancel_reply, item_now, plan_return, void_effects, void_moves
from triaged.ledger.consequences import Consequence, EffectsVoided, HandSeen, TooLate
from triaged.ledger.engine import Connection
from triaged.ledger.entries import Arriving, ByHand, FolderRow, Item, Place, ReplyRow, Window
from triaged.ledger.instants import to_ms
from triaged.ledger.kept import keep
from triaged.ledger.leaving import stoppable_replies_of
from triaged.ledger.owing import Writing
from triaged.ledger.pastfacts import gather, question_of
from triaged.ledger.recognition import adoptable, is_second, put_place
from triaged.ledger.rows import effects_of, replies_of
from triaged.ledger.settling import put_off_untold
from triaged.ledger.store import Store, commit
from triaged.ledger.writing import insert_item

ANOTHER = "another triaged answers it"

_JUST = 3_600_000
"""Whoever takes a message back within an hour of its reply may think that it was in time."""

_JUST_WENT = (
    "kind = 'ack' AND id IN (SELECT reply FROM reply_item WHERE item = ?)"
    " AND (state = 'sending' OR state IN ('sent','in_doubt') AND ended_at >= ?)"
)

_FROM = {
    "released": "('here','aside','gone','unreadable')",
    "gone": "('here','aside','released','unreadable')",
    "aside": "('here','released','gone')",
    "here": "('here','released','gone','unreadable')",
}


def hand(store: Store, item_id: int, by_hand: ByHand) -> list[Consequence]:
    """A person moved or deleted a message. Seen a second time it has no consequences."""
    what = by_hand.what
    with commit(store, "hand") as db:
        before = item_now(db, item_id)
        place = by_hand.place or (_seen_there(db, item_id) if what == "released" else None)
        changed = db.execute(f"UPDATE item SET state = ? WHERE id = ? AND state IN {_FROM[what]}", (what, item_id))
        if place is not None or what in ("gone", "released"):
            put_place(db, item_id, place)
        if not changed.rowcount or what == "here":
            return []
        follows = _follow(db, before, by_hand)
        if what == "aside":
            db.execute(
                "UPDATE item SET settled_at = NULL, settled_by = NULL WHERE id = ? AND state = 'aside'", (item_id,)
            )
            origin = by_hand.origin or _came_from(db, item_id) or by_hand.home or before.folder
            plan_return(db, item_id, to_ms(by_hand.back_at or by_hand.now), origin)
            put_off_untold(db, item_now(db, item_id), by_hand.promised)
        return follows


def _came_from(db: Connection, item_id: int) -> str | None:
    """Where a message was to come back that lies in the deferred folder again: a mark of deletion was taken off it."""
    returns = effects_of(db, "item = ? AND kind = 'back'", (item_id,))
    return next((str(to) for back in reversed(returns) if (to := back.args.get("to"))), None)


def _seen_there(db: Connection, item_id: int) -> Place | None:
    """Where a message was seen that we believed put aside (`admission`), before anybody knew what to make of it."""
    for back in effects_of(db, "item = ? AND kind = 'back' AND state IN ('planned','trying')", (item_id,)):
        if seen := back.args.get("seen"):
            return Place(*seen)
    return None


def _follow(db: Connection, before: Item, by_hand: ByHand) -> list[Consequence]:
    what, now = by_hand.what, to_ms(by_hand.now)
    follows: list[Consequence] = []
    if voided := void_effects(db, before.id, f"by hand: {what}", now):
        follows.append(EffectsVoided(voided))
    if what != "aside":  # putting aside is no answer: what waits to be said is said
        follows += leave(db, before.id, "moved by hand" if what != "gone" else "deleted by hand", now)
    if what == "released" and before.state == "aside":
        follows += [TooLate(before, reply) for reply in replies_of(db, _JUST_WENT, (before.id, now - _JUST))]
    if what == "gone" and (kept := keep(db, before.id)) is not None:
        follows.append(kept)
    return [HandSeen(item_now(db, before.id), before.state, before.folder, by_hand.back_at), *follows]


def adopt(store: Store, window: Window, back_at: datetime, origin: str = "INBOX") -> Item:
    """The message of a window that a person dragged into the deferred folder, never decided: it comes back, no reply."""
    [arriving] = window.messages
    at = to_ms(window.now)
    with commit(store, "adopt") as db:
        item = adoptable(db, window.account, arriving) or _insert_adopted(db, window, arriving)
        put_place(db, item, arriving.place)
        if db.execute(f"UPDATE item SET state = 'aside' WHERE id = ? AND state IN {_FROM['aside']}", (item,)).rowcount:
            void_effects(db, item, "by hand: aside", at)
        plan_return(db, item, to_ms(back_at), _came_from(db, item) or origin)
        return item_now(db, item)


def give_way(store: Store, item_ids: Sequence[int], now: datetime) -> list[ReplyRow]:
    """Another triaged answers these: what was to be said about them is not, and counts as said by it; nothing moves them.

    Returns the replies that are cancelled. A return that was planned stays: what lies aside must come back.
    """
    at = to_ms(now)
    with commit(store, "give_way") as db:
        replies = {reply.id: reply for item in item_ids for reply in stoppable_replies_of(db, item)}
        for item in item_ids:
            void_moves(db, item, ANOTHER, at)
        for reply in replies.values():
            db.execute(
                "UPDATE correspondent SET last_reply_at = max(coalesce(last_reply_at, 0), ?) WHERE person = ? AND address = ?",
                (at, reply.person, reply.correspondent),
            )
        return [ended for reply in replies if (ended := cancel_reply(db, reply, ANOTHER, at))]


def _insert_adopted(db: Connection, window: Window, a: Arriving) -> int:
    by_hand = Decision(
        Verdict.DEFERRABLE, PUT_BY_HAND, client=a.client, kind=tuple(sorted(a.who.kinds)), no_reply="rule"
    )
    facts = gather(db, question_of(db, window, a), a)
    second = is_second(db, window.account, a)
    return insert_item(Writing(db, window, a, by_hand, facts, second=second), uidvalidity=None, uid=None)


def remap(store: Store, folder: FolderRow, mapping: Mapping[int, int]) -> None:
    """A folder got another UIDVALIDITY: these items lie at these UIDs now, all others of the folder nobody knows where."""
    with commit(store, "remap") as db:
        db.execute(
            "UPDATE item SET uidvalidity = NULL, uid = NULL WHERE account = ? AND folder = ? AND uid IS NOT NULL",
            (folder.account, folder.name),
        )
        for item, uid in mapping.items():
            put_place(db, item, Place(folder.name, folder.uidvalidity, uid))


def place_item(store: Store, item_id: int, place: Place | None) -> None:
    """Where a message lies, found out without anything having happened to it."""
    with commit(store, "place_item") as db:
        put_place(db, item_id, place)
