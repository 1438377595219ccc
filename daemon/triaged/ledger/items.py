"""Reading items: by id, by place, by identity, by what is still open about them."""

# ruff: noqa: S608 — statements are put together from constants of this room only; values are always bound

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from triaged.core.message import Message
from triaged.ledger.entries import FolderRow, Item, Place
from triaged.ledger.instants import to_ms
from triaged.ledger.rows import ITEM, columns, item_from, item_of
from triaged.ledger.store import Store, reading, row, rows


def item(store: Store, item_id: int) -> Item | None:
    """The item of that id."""
    with reading(store) as db:
        return item_of(db, item_id)


def item_at(store: Store, account: int, place: Place) -> Item | None:
    """The item that is believed to lie there."""
    found = row(
        store,
        f"SELECT {ITEM} FROM item WHERE account = ? AND folder = ? AND uidvalidity = ? AND uid = ?",
        (account, place.folder, place.uidvalidity, place.uid),
    )
    return item_from(found) if found else None


def item_by_digest(store: Store, account: int, message: Message) -> Item | None:
    """The item that is made of the same fields; of several the first."""
    given = (account, message.digest, message.older_digest)
    found = row(store, f"SELECT {ITEM} FROM item WHERE account = ? AND digest IN (?,?) ORDER BY id", given)
    return item_from(found) if found else None


_PENDING = "('waiting','held','sending','drafted','in_doubt')"
_ASIDE = "account = :account AND state = 'aside' AND state IN ('new','aside','unreadable')"
_THERE = f"{_ASIDE} AND folder = :folder AND uidvalidity = :uidvalidity"


_PLACED = f"SELECT id FROM item WHERE {_ASIDE} AND uid IS NOT NULL"
_FOLDERS_ASIDE = f"""
WITH RECURSIVE first(id) AS (
  SELECT ({_PLACED} ORDER BY folder, uidvalidity LIMIT 1)
  UNION ALL SELECT coalesce(
      ({_PLACED} AND folder = i.folder AND uidvalidity > i.uidvalidity ORDER BY uidvalidity LIMIT 1),
      ({_PLACED} AND folder > i.folder ORDER BY folder, uidvalidity LIMIT 1))
    FROM first f JOIN item i ON i.id = f.id
)
SELECT i.folder, i.uidvalidity FROM first f JOIN item i ON i.id = f.id
"""  # from one folder to the next by the index: DISTINCT would go through everything that lies in them


def items_aside(store: Store, account: int) -> list[Item]:
    """What is believed to lie in the deferred folder, by its place."""
    sql = f"SELECT {ITEM} FROM item WHERE {_ASIDE} ORDER BY uid NULLS FIRST, id"
    return [item_from(r) for r in rows(store, sql, {"account": account})]


def is_any_aside(store: Store, account: int) -> bool:
    """Whether there is any."""
    return row(store, f"SELECT 1 FROM item WHERE {_ASIDE} LIMIT 1", {"account": account}) is not None


def uids_aside(store: Store, folder: FolderRow, above: int = 0) -> frozenset[int]:
    """The UIDs of what is put aside in a folder, `above` that one."""
    given = {"account": folder.account, "folder": folder.name, "uidvalidity": folder.uidvalidity, "above": above}
    return frozenset(uid for (uid,) in rows(store, f"SELECT uid FROM item WHERE {_THERE} AND uid > :above", given))


def uids_aside_at(store: Store, folder: FolderRow, uids: Iterable[int]) -> frozenset[int]:
    """Of these UIDs those at which something is put aside in a folder."""
    return frozenset(uid for (uid,) in _aside_at(store, "uid", folder, uids))


def items_aside_at(store: Store, folder: FolderRow, uids: Iterable[int]) -> list[Item]:
    """What is put aside in a folder at one of these UIDs."""
    return [item_from(r) for r in _aside_at(store, ITEM, folder, uids)]


def _aside_at(store: Store, what: str, folder: FolderRow, uids: Iterable[int]) -> list[Any]:
    given = {"account": folder.account, "folder": folder.name, "uidvalidity": folder.uidvalidity}
    sql = f"SELECT {what} FROM item WHERE {_THERE} AND uid IN (SELECT CAST(value AS INTEGER) FROM json_each(:uids)) ORDER BY uid"
    return rows(store, sql, {**given, "uids": json.dumps(list(uids))})


def items_aside_in(store: Store, account: int, folder: str | None) -> list[Item]:
    """What is put aside in a folder, whatever its numbers; None: nobody knows in which, or at which UID."""
    which = "uid IS NULL" if folder is None else "folder = :folder"
    sql = f"SELECT {ITEM} FROM item WHERE {_ASIDE} AND {which} ORDER BY uid NULLS FIRST, id"
    return [item_from(r) for r in rows(store, sql, {"account": account, "folder": folder})]


def folders_aside(store: Store, account: int) -> list[tuple[str, int]]:
    """The folders, each with its UIDVALIDITY, in which something is put aside."""
    return rows(store, _FOLDERS_ASIDE, {"account": account})


def made_of(store: Store, account: int, message: Message) -> list[Item]:
    """What is put aside and is made of the same fields; of a second one like another the digest says so, and more."""
    sql = f"SELECT {ITEM} FROM item WHERE {_ASIDE} AND (digest = :digest OR digest > :digest || '+' AND digest < :digest || ',')"
    found = {
        item.id: item
        for digest in (message.digest, message.older_digest)
        for item in map(item_from, rows(store, sql, {"account": account, "digest": digest}))
    }
    return [found[each] for each in sorted(found)]


def pressing(store: Store, folder: FolderRow, now: datetime) -> frozenset[int]:
    """The UIDs of what is put aside in a folder and comes back now, or waits for a reply."""
    sql = f"""
    SELECT i.uid FROM effect e CROSS JOIN item i ON i.id = e.item WHERE e.account = :account AND e.kind = 'back'
      AND e.state IN ('planned','trying') AND e.due_at <= :now AND i.folder = :folder AND i.uidvalidity = :uidvalidity
    UNION SELECT i.uid FROM reply r CROSS JOIN reply_item c ON c.reply = r.id CROSS JOIN item i ON i.id = c.item
      WHERE r.state IN {_PENDING} AND i.account = :account AND i.folder = :folder AND i.uidvalidity = :uidvalidity
    """
    given = {"account": folder.account, "folder": folder.name, "uidvalidity": folder.uidvalidity, "now": to_ms(now)}
    return frozenset(uid for (uid,) in rows(store, sql, given) if uid is not None)


def resting_at(store: Store, folder: FolderRow, uids: Iterable[int]) -> frozenset[int]:
    """Of these UIDs those of what was settled and has stayed in a folder since: it is no business of ours any more."""
    sql = (
        "SELECT uid FROM item WHERE account = ? AND folder = ? AND uidvalidity = ? AND uid IN (SELECT CAST(value AS INTEGER) FROM json_each(?))"
        " AND settled_at IS NOT NULL AND state = 'released'"
    )
    given = (folder.account, folder.name, folder.uidvalidity, json.dumps(list(uids)))
    return frozenset(uid for (uid,) in rows(store, sql, given))


def items_watching(store: Store, account: int) -> list[Item]:
    """Items whose flags are worth a look: put aside, or with a promise or a reply that an answer would end."""
    aside = f"SELECT {columns(ITEM, 'i')} FROM item i WHERE {_ASIDE} AND i.answered_at IS NULL"
    sql = f"SELECT DISTINCT * FROM ({aside} UNION ALL {expecting(columns(ITEM, 'i'))}) AS found"
    return [item_from(r) for r in rows(store, sql, {"account": account})]


def items_watching_here(store: Store, account: int) -> list[Item]:
    """Those of them that lie where they arrived."""
    sql = f"SELECT DISTINCT * FROM ({expecting(columns(ITEM, 'i'), _HERE)}) AS found"
    return [item_from(r) for r in rows(store, sql, {"account": account})]


def is_watching_here(store: Store, account: int) -> bool:
    """Whether there is one."""
    return row(store, f"SELECT EXISTS ({expecting('1', _HERE)})", {"account": account}) == (1,)


_KEPT = "('here','aside','released')"
_HERE = "('here')"


def expecting(what: str, states: str = _KEPT) -> str:
    """The query for those with a promise or a reply that an answer would end; one may be named twice.

    Promises and replies of the person alone are gone through, not everybody's.
    """
    whose = "(SELECT person FROM account WHERE id = :account)"
    return f"""
    SELECT {what} FROM promise p CROSS JOIN item i ON i.promise = p.id
      WHERE p.person = {whose} AND p.state IN ('planned','open','overdue')
      AND +i.account = :account AND i.state IN {states} AND i.answered_at IS NULL
    UNION ALL SELECT {what} FROM reply r CROSS JOIN reply_item c ON c.reply = r.id CROSS JOIN item i ON i.id = c.item
      WHERE r.state IN {_PENDING} AND +r.person = {whose} AND +i.account = :account
      AND i.state IN {states} AND i.answered_at IS NULL
    """
