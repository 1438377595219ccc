"""What a person does from the command line: one conditional update each, and the answer says what happened."""

# ruff: noqa: S608 — statements are put together from constants of this room only; values are always bound

from datetime import datetime, timedelta

from triaged.ledger.changes import cancel_reply
from triaged.ledger.engine import Connection
from triaged.ledger.entries import BY_HAND, Item, NotDone, PromiseRow, ReplyRow
from triaged.ledger.instants import to_ms
from triaged.ledger.pausing import is_paused
from triaged.ledger.promises import reply_again, settled
from triaged.ledger.rows import ITEM, REMEMBER, begins, columns, item_from, item_of, reply_of
from triaged.ledger.said import By, Said, owe_the_log
from triaged.ledger.store import Store, commit, rows

_AGAIN = ("in_doubt", "failed", "suppressed", "cancelled")
_WANTED = "wanted:"
_RELOAD = "reload"
_RETURN_NOW = (
    "UPDATE effect SET due_at = min(due_at, ?), args = json_set(args, '$.by', ?)"
    " WHERE item = ? AND kind = 'back' AND state IN ('planned','trying')"
)
_BY_HAND = {"gone": ": it was deleted by hand", "released": ": it was taken out by hand"}


def release(store: Store, item_id: int, now: datetime, by: By = "command") -> Item | NotDone:
    """Bring a message back now."""
    with commit(store, "release") as db:
        found = item_of(db, item_id)
        if found is None:
            return NotDone(f"there is no item {item_id}")
        if not db.execute(_RETURN_NOW, (to_ms(now), by, item_id)).rowcount:
            return NotDone(f"item {item_id} is not put aside{_BY_HAND.get(found.state, '')}")
        return found


def release_all(store: Store, login: str, now: datetime) -> list[Item]:
    """Bring back now everything of an account."""
    i = columns(ITEM, "i")
    with commit(store, "release_all") as db:
        found = db.execute(
            f"SELECT {i} FROM account a JOIN item i ON i.account = a.id WHERE a.login = ? AND i.state = 'aside'"
            " AND i.state IN ('new','aside','unreadable') ORDER BY i.id",
            (login,),
        ).fetchall()
        items = [item_from(r) for r in found]
        for item in items:
            db.execute(_RETURN_NOW, (to_ms(now), "command", item.id))
        return items


def cancel_by_hand(store: Store, reply_id: int, now: datetime, by: By = "command") -> ReplyRow | NotDone:
    """Do not send it. The daemon tells its log: `told`."""
    with commit(store, "cancel_by_hand") as db:
        cancelled = cancel_reply(db, reply_id, "by hand", to_ms(now))
        draft = reply_of(db, reply_id)
        if cancelled is None and draft is not None and draft.state == "drafted":
            return draft  # the daemon looks first whether it has been sent
        if cancelled:
            owe_the_log(db, Said("reply.cancelled", by, reply_id))
        return cancelled or _why_not(reply_of(db, reply_id), reply_id)


def settle_by_hand(store: Store, item_id: int, now: datetime) -> PromiseRow | NotDone:
    """What was promised about this message is settled: by telephone, or it is no longer wanted."""
    at = to_ms(now)
    with commit(store, "settle_by_hand") as db:
        item = item_of(db, item_id)
        if item is None:
            return NotDone(f"there is no item {item_id}")
        promise = settled(db, item.promise, at, "command") if item.promise is not None else None
        if promise is None:
            return NotDone(f"no promise about item {item_id} is open")
        owe_the_log(db, Said("promise.settled", "command", promise.id))
        return promise


WAIT = timedelta(seconds=30)
"""So long a reply that is sent from the page can be taken back."""


def send_now(store: Store, reply_id: int, now: datetime, by: By = "command") -> ReplyRow | NotDone:
    """Send what waits or is held; the guard is still asked when it is claimed. From the page it goes after `WAIT`."""
    waits = by == "page"
    at = to_ms(now + WAIT if waits else now)
    with commit(store, "send_now") as db:
        held = reply_of(db, reply_id)
        if held is not None and is_paused(db, held.person):
            return NotDone("nothing is sent while you pause: `triaged pause off` first")
        changed = db.execute(
            "UPDATE reply SET state = 'waiting', send_at = ?, try_at = CASE WHEN ? = 1 THEN ? ELSE made_at END, reason = ?"
            " WHERE id = ? AND state IN ('waiting','held')",
            (at, waits, at, BY_HAND, reply_id),
        )
        if changed.rowcount:
            owe_the_log(db, Said("reply.scheduled", by, reply_id))
        reply = reply_of(db, reply_id)
        return reply if reply and changed.rowcount else _why_not(reply, reply_id)


def try_now(store: Store, login: str, now: datetime) -> int | NotDone:
    """Sign in and send now: `wanted` tells the daemon. How many replies wait for another attempt."""
    with commit(store, "try_now") as db:
        found = db.execute("SELECT id FROM account WHERE login = ?", (login,)).fetchone()
        if found is None:
            return NotDone(f"{login} is not known yet: the first `triaged run` makes it so")
        db.execute(REMEMBER, (f"{_WANTED}{login}", to_ms(now)))
        return _hurry(db, found[0], to_ms(now))


def hurry(store: Store, account: int, now: datetime) -> int:
    """What failed and waits for another attempt is due now. How many replies that is."""
    with commit(store, "hurry") as db:
        return _hurry(db, account, to_ms(now))


def _hurry(db: Connection, account: int, at: int) -> int:
    return db.execute(
        "UPDATE reply SET try_at = min(try_at, ?) WHERE account = ? AND state = 'waiting' AND tries > 0", (at, account)
    ).rowcount


def wanted(store: Store) -> list[str]:
    """The logins of the accounts that a command has wanted to be tried since this was asked last."""
    keys = begins("key", _WANTED)
    if not rows(store, f"SELECT 1 FROM meta WHERE {keys} LIMIT 1"):
        return []
    with commit(store, "wanted") as db:
        found = db.execute(f"DELETE FROM meta WHERE {keys} RETURNING key").fetchall()
        return [key.removeprefix(_WANTED) for (key,) in found]


def ask_reload(store: Store) -> None:
    """The daemon is to read its configuration again: `wants_reload` tells it."""
    with commit(store, "ask_reload") as db:
        db.execute(REMEMBER, (_RELOAD, ""))


def wants_reload(store: Store) -> bool:
    """Whether a command has changed the configuration, and it has not been read since."""
    return bool(rows(store, "SELECT 1 FROM meta WHERE key = ?", (_RELOAD,)))


def reloaded(store: Store) -> None:
    """The configuration has been read, whatever came of it."""
    with commit(store, "reloaded") as db:
        db.execute("DELETE FROM meta WHERE key = ?", (_RELOAD,))


def send_again(store: Store, reply_id: int, new_message_id: str, now: datetime) -> ReplyRow | NotDone:
    """A new reply in place of one that may not have gone, a person's own act: `every` does not stand in its way."""
    at = to_ms(now)
    with commit(store, "send_again") as db:
        old = reply_of(db, reply_id)
        if old is None or not (old.state in _AGAIN or _is_found(old)):
            return _why_not(old, reply_id)
        live = db.execute(
            "SELECT id FROM reply WHERE (person = ? AND correspondent = ? AND kind = 'ack' AND ? = 'ack' OR promise = ? AND"
            " kind = ? AND kind <> 'ack') AND state IN ('waiting','held','sending')",
            (old.person, old.correspondent, old.kind, old.promise, old.kind),
        ).fetchone()
        if live:
            return NotDone(f"reply {live[0]} to {old.correspondent} is on its way already")
        new = reply_again(db, old, new_message_id, at)
        db.execute(
            "UPDATE promise SET state = 'planned', closed_at = NULL, closed_by = NULL WHERE id = ? AND state = 'void' AND told_at IS NULL",
            (old.promise,),
        )
        if old.kind == "ack":
            db.execute(
                "UPDATE correspondent SET last_reply = ? WHERE person = ? AND address = ?",
                (new, old.person, old.correspondent),
            )
        made = reply_of(db, new)
        assert made is not None
        return made


def refund(store: Store, item_id: int, now: datetime) -> Item | NotDone:
    """Give a client the pass back that this message spent."""
    with commit(store, "refund") as db:
        changed = db.execute(
            "UPDATE pass SET refunded_at = ? WHERE item = ? AND refunded_at IS NULL", (to_ms(now), item_id)
        )
        found = item_of(db, item_id)
        if found is None or not changed.rowcount:
            return NotDone(f"item {item_id} spent no pass, or has it back already")
        owe_the_log(db, Said("pass.refunded", "command", item_id))
        return found


def _is_found(reply: ReplyRow) -> bool:
    """Whether it counts as sent because it was found in Sent."""
    return reply.state == "sent" and (reply.reason or "").startswith("lies in Sent")


def _why_not(reply: ReplyRow | None, reply_id: int) -> NotDone:
    if reply is None:
        return NotDone(f"there is no reply {reply_id}")
    if _is_found(reply):
        return NotDone(f"reply {reply_id} to {reply.correspondent} {reply.reason}: it is not sent a second time")
    ended = f" since {reply.ended_at:%Y-%m-%d %H:%M} UTC" if reply.ended_at else ""
    return NotDone(f"reply {reply_id} to {reply.correspondent} is {reply.state.replace('_', ' ')}{ended}")
