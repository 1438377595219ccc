"""Changes of state that several verbs share, each inside the caller's transaction and each compare-and-set.

Instants are milliseconds here. What is already so stays so: every change may be repeated.
"""

# ruff: noqa: S608 — statements are put together from constants of this room only; values are always bound

from dataclasses import dataclass
from typing import Any, Literal

from triaged.ledger.engine import Connection
from triaged.ledger.entries import EffectRow, Item, NewEffect, PromiseRow, ReplyRow
from triaged.ledger.instants import from_ms, to_ms
from triaged.ledger.rows import PROMISE, effects_of, encode, item_of, promise_from, promise_of, reply_of

LIVE = "('waiting','held','sending')"
STOPPABLE = "('waiting','held','drafted')"
"""States of a reply that nobody has got yet and no socket holds. A draft counts: it lies before the person only."""


def plan_effect(db: Connection, new: NewEffect) -> int | None:
    """Owe something, once per key; None: it was owed before."""
    made = db.execute(
        "INSERT INTO effect (key, kind, person, due_at, account, item, reply, args, state) VALUES (?,?,?,?,?,?,?,?,'planned')"
        " ON CONFLICT DO NOTHING RETURNING id",
        (
            new.key,
            new.kind,
            new.person,
            to_ms(new.due_at),
            new.account,
            new.item,
            new.reply,
            encode(new.args),
        ),
    ).fetchone()
    if made is None:
        return None
    told = [
        (new.person, new.args["message_id"], number, item, line.reply, to_ms(new.due_at))
        for number, line in new.lines.items()
        for item in (line.items or (None,))
    ]
    db.executemany("INSERT INTO line (person, message_id, number, item, reply, made_at) VALUES (?,?,?,?,?,?)", told)
    return int(made[0])


def plan_return(db: Connection, item_id: int, back_at: int, to: str | None) -> int | None:
    """Owe the return of a message that is put aside, under the next free number; None: one is owed already."""
    if db.execute(_OPEN_RETURN, (item_id,)).fetchone():
        return None
    item = item_now(db, item_id)
    (number,) = db.execute("SELECT count(*) + 1 FROM effect WHERE item = ? AND kind = 'back'", (item.id,)).fetchone()
    key, args = f"back:{item.id}:{number}", {"to": to} if to else {}
    return plan_effect(db, NewEffect(key, "back", item.person, from_ms(back_at), item.account, item=item.id, args=args))


_OPEN_RETURN = "SELECT 1 FROM effect WHERE item = ? AND kind = 'back' AND state IN ('planned','trying')"


def void_effects(db: Connection, item: int, reason: str, now: int) -> tuple[EffectRow, ...]:
    """What was planned for a message in the mailbox will not be done."""
    return _void(db, "item = ? AND kind IN ('flag','urgent','aside','back')", item, (reason, now))


def void_moves(db: Connection, item: int, reason: str, now: int) -> tuple[EffectRow, ...]:
    """The message stays where it is; what lies aside comes back all the same."""
    return _void(db, "item = ? AND kind IN ('aside','urgent')", item, (reason, now))


def _void(db: Connection, where: str, item: int, end: tuple[str, int]) -> tuple[EffectRow, ...]:
    owed = f"{where} AND state IN ('planned','trying')"
    found = effects_of(db, owed, (item,))
    if found:
        db.execute(f"UPDATE effect SET state = 'void', error = ?, done_at = ? WHERE {owed}", (*end, item))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class End:
    """How a reply ended, and when. `code`: the server's."""

    state: Literal["cancelled", "suppressed", "failed"]
    reason: str | None
    now: int
    code: int | None = None


def end_reply(db: Connection, reply: int, end: End, before: str) -> ReplyRow | None:
    """A reply that will not go (any more). A promise that only it would have told is void.

    `before`: the states from which it may end so; None: it was in none of them.
    """
    changed = db.execute(
        "UPDATE reply SET state = ?, stage = NULL, reason = ?, code = coalesce(?, code), ended_at = ?,"
        f" raw = CASE WHEN mode = 'draft' THEN raw END WHERE id = ? AND state IN {before}",
        (end.state, end.reason, end.code, end.now, reply),
    )
    if not changed.rowcount:
        return None
    void_untold(db, reply, end.state, end.now)
    ended = reply_of(db, reply)
    if ended is not None and ended.mode == "draft" and ended.tries:
        remove_draft(db, ended, end.now)  # also where nobody saw the end of the attempt that wrote it
    return ended


def void_untold(db: Connection, reply: int, why: str, now: int) -> None:
    """A planned promise that no other live reply is going to tell is void."""
    db.execute(
        "UPDATE promise SET state = 'void', closed_at = ?, closed_by = ? WHERE state = 'planned'"
        " AND id = (SELECT promise FROM reply WHERE id = ?)"
        f" AND NOT EXISTS (SELECT 1 FROM reply o WHERE o.promise = promise.id AND o.state IN {LIVE})",
        (now, why, reply),
    )


def cancel_reply(db: Connection, reply: int, reason: str, now: int) -> ReplyRow | None:
    """A reply that has not gone will not go; None: too late, or done before.

    One that lies in Drafts may have been sent by now: it is taken back after the next look at Sent (`withdraw`).
    """
    noted = db.execute(
        "UPDATE reply SET reason = ? WHERE id = ? AND state = 'drafted' AND reason IS NULL", (reason, reply)
    )
    return None if noted.rowcount else end_reply(db, reply, End("cancelled", reason, now), "('waiting','held')")


def remove_draft(db: Connection, reply: ReplyRow, now: int) -> None:
    """Owe the removal of a draft from the Drafts folder."""
    args: dict[str, Any] = {"message_id": reply.message_id}
    if reply.place:
        args |= {"folder": reply.place.folder, "uidvalidity": reply.place.uidvalidity, "uid": reply.place.uid}
    key, due_at = f"undraft:{reply.id}", from_ms(now)
    plan_effect(db, NewEffect(key, "remove", reply.person, due_at, reply.account, reply=reply.id, args=args))


def hold_reply(db: Connection, reply_id: int, reason: str) -> bool:
    """It waits for a person. False: it is past that, or was never waiting."""
    changed = db.execute(
        "UPDATE reply SET state = 'held', stage = NULL, reason = ?, raw = NULL WHERE id = ?"
        " AND (state = 'waiting' OR (state = 'sending' AND stage = 'envelope'))",
        (reason, reply_id),
    )
    return changed.rowcount > 0


def tell_promise(db: Connection, reply: ReplyRow, now: int) -> PromiseRow | None:
    """The client has been told (or may have been). A told promise never gets later, an earlier moment wins."""
    if reply.promise is None or reply.tell_at is None:
        return None
    db.execute(
        "UPDATE promise SET due_at = r.tell_at, kind = r.tell_kind, call = r.tell_call,"
        " first_due_at = CASE WHEN promise.told_at IS NULL THEN r.tell_at ELSE min(first_due_at, r.tell_at) END"
        " FROM reply r WHERE r.id = ? AND promise.id = r.promise"
        " AND promise.state IN ('planned','open','overdue') AND (promise.told_at IS NULL OR r.tell_at < promise.due_at)",
        (reply.id,),
    )
    db.execute(
        "UPDATE promise SET state = CASE state WHEN 'planned' THEN 'open' ELSE state END, told_at = coalesce(told_at, ?)"
        " WHERE id = ? AND state IN ('planned','open','overdue')",
        (now, reply.promise),
    )
    _tell_beside(db, reply, now)
    return promise_of(db, reply.promise)


_OF_OTHER_THREADS = """
SELECT i.thread, max(i.promise) FROM reply_item c JOIN item i ON i.id = c.item WHERE c.reply = ? AND c.told = 1
  AND i.answered_at IS NULL AND i.thread IS NOT (SELECT thread FROM item WHERE id = ?) GROUP BY i.thread
"""
_PROMISE_BESIDE = """
INSERT INTO promise (person, client, correspondent, thread, kind, due_at, first_due_at, call, state, told_at)
SELECT person, client, correspondent, ?, tell_kind, tell_at, tell_at, tell_call, 'open', ? FROM reply WHERE id = ?
"""
_EARLIER = """
UPDATE promise SET due_at = r.tell_at, kind = r.tell_kind, call = r.tell_call, first_due_at = min(first_due_at, r.tell_at)
FROM reply r WHERE r.id = ? AND promise.id = ? AND promise.state IN ('open','overdue') AND r.tell_at < promise.due_at
"""


def _tell_beside(db: Connection, reply: ReplyRow, now: int) -> None:
    """What the words told of other threads: the same moment is promised to each, and each is kept by itself."""
    for thread, promise in db.execute(
        _OF_OTHER_THREADS, (reply.id, reply.items[0] if reply.items else None)
    ).fetchall():
        if promise is not None:
            db.execute(_EARLIER, (reply.id, promise))
            continue
        made = db.insert(_PROMISE_BESIDE, (thread, now, reply.id))
        db.execute(
            "UPDATE item SET promise = ? WHERE thread IS ? AND promise IS NULL AND id IN"
            " (SELECT item FROM reply_item WHERE reply = ? AND told = 1)",
            (made, thread, reply.id),
        )


def beside(db: Connection, reply: int) -> list[PromiseRow]:
    """The promises of other threads that a reply has made when it went."""
    sql = (
        f"SELECT {PROMISE} FROM promise WHERE id IN (SELECT i.promise FROM reply_item c JOIN item i ON i.id = c.item"
        " WHERE c.reply = :reply) AND EXISTS (SELECT 1 FROM reply r WHERE r.id = :reply AND r.ended_at = promise.told_at"
        " AND r.promise <> promise.id) ORDER BY id"
    )
    return [promise_from(r) for r in db.execute(sql, {"reply": reply})]


def told_last(db: Connection, promise: int) -> int | None:
    """The moment that the client was told last: by a notice that the call has moved, else by the reply."""
    found = db.execute(
        "SELECT coalesce((SELECT tell_at FROM reply WHERE promise = p.id AND kind = 'moved' AND state IN ('sent','in_doubt')"
        " ORDER BY ended_at DESC NULLS LAST, id DESC LIMIT 1), first_due_at) FROM promise p WHERE id = ?",
        (promise,),
    ).fetchone()
    return found[0] if found else None


def deadline(db: Connection, promise: int) -> int | None:
    """By when it had to be kept: a call that moved later without a notice to the client counts from what was told."""
    found = db.execute("SELECT due_at FROM promise WHERE id = ?", (promise,)).fetchone()
    told = told_last(db, promise)
    return min(found[0], told) if found and told is not None else None


def close_promise(db: Connection, promise: int, at: int, by: str) -> PromiseRow | None:
    """Kept, or late, judged by its deadline; None: it was not open."""
    limit = deadline(db, promise)
    if limit is None:
        return None
    state = "kept" if at <= limit else "late"
    changed = db.execute(
        "UPDATE promise SET state = ?, closed_at = ?, closed_by = ? WHERE id = ? AND state IN ('open','overdue')",
        (state, at, by, promise),
    )
    return promise_of(db, promise) if changed.rowcount else None


def item_now(db: Connection, item: int) -> Item:
    """The item as it is after a change. Raises LookupError for an id that was never given."""
    found = item_of(db, item)
    if found is None:
        raise LookupError(f"no item {item}")
    return found
