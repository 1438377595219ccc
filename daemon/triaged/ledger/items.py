"""Reading items: by id, by place, by identity, by what is still open about them."""

# ruff: noqa: S608 — statements are put together from constants of this room only; values are always bound

from triaged.core.message import Message
from triaged.ledger.entries import FolderRow, Item, Place
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


def items_aside(store: Store, account: int) -> list[Item]:
    """What is believed to lie in the deferred folder, by its place."""
    sql = f"SELECT {ITEM} FROM item WHERE account = ? AND state = 'aside' AND state IN ('new','aside','unreadable') ORDER BY uid, id"
    return [item_from(r) for r in rows(store, sql, (account,))]


def resting(store: Store, account: int, folder: FolderRow) -> frozenset[int]:
    """The UIDs of what was settled and has stayed in a folder since: it is no business of ours any more."""
    sql = (
        "SELECT uid FROM item WHERE account = ? AND folder = ? AND uidvalidity = ? AND uid IS NOT NULL"
        " AND settled_at IS NOT NULL AND state = 'released'"
    )
    return frozenset(uid for (uid,) in rows(store, sql, (account, folder.name, folder.uidvalidity)))


def items_watching(store: Store, account: int) -> list[Item]:
    """Items whose flags are worth a look: put aside, or with a promise or a reply that an answer would end."""
    return [item_from(r) for r in rows(store, watching(columns(ITEM, "i")), {"account": account})]


def watching(what: str) -> str:
    """The query for them. Promises and replies of the person alone are gone through, not everybody's."""
    whose = "(SELECT person FROM account WHERE id = :account)"
    return f"""
    SELECT {what} FROM item i WHERE i.account = :account AND i.state = 'aside' AND i.state IN ('new','aside','unreadable') AND i.answered_at IS NULL
    UNION SELECT {what} FROM promise p CROSS JOIN item i ON i.promise = p.id
      WHERE p.person = {whose} AND p.state IN ('planned','open','overdue')
      AND +i.account = :account AND i.state IN ('here','aside','released') AND i.answered_at IS NULL
    UNION SELECT {what} FROM reply r CROSS JOIN reply_item c ON c.reply = r.id CROSS JOIN item i ON i.id = c.item
      WHERE r.state IN ('waiting','held','sending','drafted','in_doubt') AND +r.person = {whose} AND +i.account = :account
      AND i.state IN ('here','aside','released') AND i.answered_at IS NULL
    """
