"""Forgetting: a person who has left, with everything that is remembered of her; a client, but for what keeps replies from doubling.

A person is forgotten in two steps: her mail comes back, then her rows go. A client's open messages, replies and promises stay as they
are until they are closed.
"""

# ruff: noqa: S608 — statements are put together from constants of this room only; values are always bound

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from triaged.ledger.changes import cancel_reply
from triaged.ledger.engine import Connection
from triaged.ledger.instants import to_ms
from triaged.ledger.rows import REMEMBER, begins
from triaged.ledger.store import Store, commit, reading, rows
from triaged.ledger.whose import erase

_WANTED = "forget:"
_BACK, _LEAVE = "back", "leave"

_OPEN_ITEM = (
    "(i.state IN ('new','aside') OR EXISTS (SELECT 1 FROM promise p WHERE p.id = i.promise AND p.state IN"
    " ('planned','open','overdue')) OR EXISTS (SELECT 1 FROM effect e WHERE e.item = i.id AND e.state IN ('planned','trying'))"
    " OR EXISTS (SELECT 1 FROM reply_item c JOIN reply r ON r.id = c.reply WHERE c.item = i.id AND r.state IN"
    " ('waiting','held','sending','drafted','in_doubt')))"
)


@dataclass(frozen=True, slots=True)
class Left:
    """What there still is of a person: messages put aside, promises that clients were told."""

    aside: int
    promises: int


def forget_person(store: Store, key: str, now: datetime, *, leave: bool) -> Left:
    """Begin: what is put aside is due now, no reply goes any more, and the daemon brings back and then erases.

    `leave`: nothing is brought back, the messages stay in their folder.
    """
    at = to_ms(now)
    with commit(store, "forget_person") as db:
        db.execute(
            "UPDATE effect SET due_at = min(due_at, ?), args = json_set(args, '$.by', 'command')"
            " WHERE person = ? AND kind = 'back' AND state IN ('planned','trying')",
            (at, key),
        )
        ours = db.execute("SELECT id FROM reply WHERE person = ? AND state IN ('waiting','held')", (key,)).fetchall()
        for (reply,) in ours:
            cancel_reply(db, reply, "forgotten", at)
        given = (f"{_WANTED}{key}", _LEAVE if leave else _BACK)
        db.execute(REMEMBER, given)
        return _left(db, key)


def left_of(store: Store, key: str) -> Left:
    """What there still is of a person."""
    return _left(store.db, key)


def _left(db: Connection, key: str) -> Left:
    aside, promises = db.execute(
        "SELECT (SELECT count(*) FROM item WHERE person = :key AND state = 'aside'),"
        " (SELECT count(*) FROM promise WHERE person = :key AND state IN ('open','overdue'))",
        {"key": key},
    ).fetchone()
    return Left(aside, promises)


def to_forget(store: Store) -> Mapping[str, bool]:
    """The keys of persons who are to be forgotten; whether their mail is to be brought back first."""
    found = rows(store, f"SELECT key, value FROM meta WHERE {begins('key', _WANTED)}")
    return {key.removeprefix(_WANTED): how == _BACK for key, how in found}


def erase_person(store: Store, key: str, rules_kept: Collection[str] = ()) -> Mapping[str, int]:
    """Everything that is remembered of a person goes; how many rows of which table. Nobody may work on her accounts."""
    with commit(store, "erase_person") as db:
        db.forget_thoroughly()
        gone = erase(db, key, rules_kept)
        for prefix in (_WANTED, "pause:", "away:"):
            db.execute(
                "DELETE FROM meta WHERE key = ? OR key >= ? AND key < ?",
                (f"{prefix}{key}", f"{prefix}{key}:", f"{prefix}{key};"),
            )
    return gone


def forget_client(store: Store, key: str, client: str) -> tuple[int, int]:
    """Nothing is remembered of what a client wrote and was told, but for that a reply was made; messages forgotten, still open.

    What stays is what keeps replies from doubling: which message was dealt with (its id and digest), to which address a reply
    went and when, who wants none.
    """
    given = {"person": key, "client": client}
    with commit(store, "forget_client") as db:
        db.forget_thoroughly()
        closed = f"i.person = :person AND i.client = :client AND NOT {_OPEN_ITEM}"
        items = [number for (number,) in db.execute(f"SELECT i.id FROM item i WHERE {closed}", given)]
        db.executemany("DELETE FROM pass WHERE item = ?", [(item,) for item in items])
        db.executemany("DELETE FROM effect WHERE item = ? AND state NOT IN ('planned','trying')", [(i,) for i in items])
        db.executemany(
            "UPDATE item SET client = NULL, sender = NULL, subject = NULL, excerpt = NULL, language = NULL, decision = NULL,"
            " rule = NULL, reason = 'forgotten', kind = '[]', refs = '[]', ruleset = NULL, promise = NULL WHERE id = ? AND client = ?",
            [(item, client) for item in items],
        )
        db.execute(
            "UPDATE reply SET client = '', template = '', reason = NULL, raw = NULL, promise = NULL WHERE person = :person AND"
            " client = :client AND state NOT IN ('waiting','held','sending','drafted','in_doubt')",
            given,
        )
        db.execute(
            "DELETE FROM promise WHERE person = :person AND client = :client AND state NOT IN ('planned','open','overdue')"
            " AND NOT EXISTS (SELECT 1 FROM item WHERE item.promise = promise.id)"
            " AND NOT EXISTS (SELECT 1 FROM reply WHERE reply.promise = promise.id)",
            given,
        )
        db.execute("UPDATE correspondent SET client = NULL WHERE person = :person AND client = :client", given)
        _without_client(db, key, client)
        (still,) = db.execute("SELECT count(*) FROM item WHERE person = :person AND client = :client", given).fetchone()
    with reading(store) as db:
        db.fold_in()
    return len(items), int(still)


def _without_client(db: Connection, key: str, client: str) -> None:
    """Mails to the client, and rules of before that name it: what is in force is known by the files."""
    for number, clients in db.execute("SELECT id, clients FROM sent WHERE person = ?", (key,)).fetchall():
        named = json.loads(clients)
        if client in named:
            kept = json.dumps([one for one in named if one != client])
            db.execute(
                "UPDATE sent SET clients = ?, rcpts = CASE WHEN ? = '[]' THEN '[]' ELSE rcpts END WHERE id = ? AND clients = ?",
                (kept, kept, number, clients),
            )
    for digest, body in db.execute("SELECT hash, body FROM ruleset").fetchall():
        rules = json.loads(body)
        if isinstance(rules, dict) and isinstance(rules.get("client"), dict) and client in rules["client"]:
            del rules["client"][client]
            db.execute(
                "UPDATE ruleset SET body = ? WHERE hash = ? AND body = ?",
                (json.dumps(rules, ensure_ascii=False), digest, body),
            )
