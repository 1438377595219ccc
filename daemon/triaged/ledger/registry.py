"""Who the accounts are and what is remembered of their folders.

A person is the set of her accounts; her key is made at first contact and found again by login, so that renaming a file or
a table forgets nothing.
"""

# ruff: noqa: S608 — statements are put together from constants of this room only; values are always bound

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from triaged.ledger.changes import cancel_reply
from triaged.ledger.engine import Connection
from triaged.ledger.entries import AccountRow, FolderRow, Watermark
from triaged.ledger.errors import LedgerBusy
from triaged.ledger.instants import to_ms
from triaged.ledger.rows import ACCOUNT, FOLDER, account_from, decode, encode, folder_from
from triaged.ledger.store import Store, commit, row, rows

_MOVED_BY_ACCOUNT = ("item", "effect", "reply", "sent")
_DOUBLED = """
SELECT r.id FROM reply r WHERE r.account = ? AND r.kind = 'ack' AND r.state IN ('waiting','held','sending') AND EXISTS (
  SELECT 1 FROM reply o WHERE o.person = ? AND o.correspondent = r.correspondent AND o.kind = 'ack'
  AND o.state IN ('waiting','held','sending'))
"""  # two persons may each have a live reply to the same correspondent: one of them is enough


def register(
    store: Store, person_label: str, logins: Sequence[str], now: datetime, *, taken: Collection[str] = ()
) -> dict[str, AccountRow]:
    """The accounts of one person by login, made if they are new.

    `taken`: the keys that other persons of this configuration already have. An account that has come to another person
    brings the history of its messages along.
    """
    with commit(store, "register") as db:
        known = {login: found for login in logins if (found := _account(db, login))}
        keys = [known[login].person for login in logins if login in known and known[login].person not in taken]
        key = keys[0] if keys else _free_key(db, person_label, set(taken))
        for login in logins:
            if login not in known:
                db.execute("INSERT INTO account (person, login) VALUES (?, ?)", (key, login))
            elif known[login].person != key:
                _move(db, known[login], key, now)
        return {login: account for login in logins if (account := _account(db, login))}


def accounts(store: Store) -> list[AccountRow]:
    """All accounts that were ever registered."""
    return [account_from(r) for r in rows(store, f"SELECT {ACCOUNT} FROM account ORDER BY person, login")]


def learned(store: Store, account: int) -> Mapping[str, Any]:
    """What is remembered about an account's server, and of what was done for it."""
    found = row(store, f"SELECT {ACCOUNT} FROM account WHERE id = ?", (account,))
    return account_from(found).learned if found else {}


def learn(store: Store, /, account: int, **facts: Any) -> None:
    """Remember something about a server: merged key by key, None forgets."""
    with commit(store, "learn") as db:
        (before,) = db.execute("SELECT learned FROM account WHERE id = ?", (account,)).fetchone()
        learned = {**decode(before), **facts}
        kept = encode({key: value for key, value in learned.items() if value is not None})
        given = (kept, account, before)
        if not db.execute("UPDATE account SET learned = ? WHERE id = ? AND learned = ?", given).rowcount:
            raise LedgerBusy(f"what is known of account {account} has changed meanwhile")


def older_mark(store: Store) -> str:
    """The keyword that earlier versions kept here, which is on what they were going to answer; "" there is none."""
    found = row(store, "SELECT value FROM meta WHERE key = 'mark'")
    return str(found[0]) if found else ""


def folder(store: Store, account: int, name: str) -> FolderRow | None:
    """What is remembered of a folder."""
    found = row(store, f"SELECT {FOLDER} FROM folder WHERE account = ? AND name = ?", (account, name))
    return folder_from(found) if found else None


def folders(store: Store, account: int) -> list[FolderRow]:
    """All folders of an account that are remembered."""
    found = rows(store, f"SELECT {FOLDER} FROM folder WHERE account = ? ORDER BY role, name", (account,))
    return [folder_from(r) for r in found]


def put_folder(store: Store, folder: FolderRow) -> None:
    """Remember a folder as given, whatever was remembered before: first contact, or another UIDVALIDITY."""
    with commit(store, "put_folder") as db:
        db.execute(
            f"INSERT INTO folder ({FOLDER}) VALUES (?,?,?,?,?,?,?) ON CONFLICT (account, name) DO UPDATE SET"
            " role=excluded.role, uidvalidity=excluded.uidvalidity, next_uid=excluded.next_uid,"
            " baseline_uid=excluded.baseline_uid, last_internal_at=excluded.last_internal_at",
            (
                folder.account,
                folder.name,
                folder.role,
                folder.uidvalidity,
                folder.next_uid,
                folder.baseline_uid,
                to_ms(folder.last_internal_at),
            ),
        )


_UNDER_NEW_NAME = """
UPDATE item SET folder = :new WHERE account = :account AND folder = :old AND NOT EXISTS (SELECT 1 FROM item o
  WHERE o.account = item.account AND o.folder = :new AND o.uidvalidity = item.uidvalidity AND o.uid = item.uid)
"""


def rename_folder(store: Store, account: int, old: str, new: str) -> None:
    """A hand has renamed a folder: what is remembered of it, and of what lies there, holds under its new name."""
    with commit(store, "rename_folder") as db:
        db.execute("DELETE FROM folder WHERE account = ? AND name = ?", (account, new))
        db.execute("UPDATE folder SET name = ? WHERE account = ? AND name = ?", (new, account, old))
        db.execute(_UNDER_NEW_NAME, {"account": account, "old": old, "new": new})


def advance(store: Store, account: int, read: Watermark) -> None:
    """Everything below the mark is done with. Never goes back."""
    with commit(store, "advance") as db:
        move_watermark(db, account, read)


def move_watermark(db: Connection, account: int, read: Watermark) -> None:
    """Inside a transaction: raise `next_uid`, and the newest INTERNALDATE that was seen."""
    db.execute(
        "UPDATE folder SET next_uid = max(next_uid, ?), last_internal_at ="
        " nullif(max(coalesce(last_internal_at, 0), coalesce(?, 0)), 0) WHERE account = ? AND name = ?",
        (read.next_uid, to_ms(read.newest), account, read.folder),
    )


def ruleset(store: Store, digest: str, body: str, now: datetime) -> None:
    """Remember once what the rules were, so that old decisions stay explainable."""
    if row(store, "SELECT 1 FROM ruleset WHERE hash = ?", (digest,)):
        return
    with commit(store, "ruleset") as db:
        db.execute(
            "INSERT INTO ruleset (hash, at, body) VALUES (?,?,?) ON CONFLICT DO NOTHING", (digest, to_ms(now), body)
        )


def ruleset_body(store: Store, digest: str) -> str | None:
    """The rules of that hash."""
    found = row(store, "SELECT body FROM ruleset WHERE hash = ?", (digest,))
    return found[0] if found else None


def _account(db: Connection, login: str) -> AccountRow | None:
    found = db.execute(f"SELECT {ACCOUNT} FROM account WHERE login = ?", (login,)).fetchone()
    return account_from(found) if found else None


def _free_key(db: Connection, label: str, taken: set[str]) -> str:
    used = taken | {r[0] for r in db.execute("SELECT DISTINCT person FROM account")}
    if label not in used:
        return label
    return next(key for n in range(2, len(used) + 3) if (key := f"{label}-{n}") not in used)


def _move(db: Connection, account: AccountRow, key: str, now: datetime) -> None:
    """File an account and the history of its messages under another person."""
    old = account.person
    for (reply,) in db.execute(_DOUBLED, (account.id, key)).fetchall():
        cancel_reply(db, reply, "account moved", to_ms(now))
    mine = "(SELECT id FROM item WHERE account = :account)"
    ours = "(SELECT promise FROM item WHERE account = :account AND promise IS NOT NULL)"
    given = {"key": key, "account": account.id, "old": old}
    db.execute(f"UPDATE pass SET person = :key WHERE item IN {mine} AND person = :old", given)
    db.execute(f"UPDATE promise SET person = :key WHERE id IN {ours} AND person = :old", given)
    for table in _MOVED_BY_ACCOUNT:
        db.execute(f"UPDATE {table} SET person = :key WHERE account = :account AND person = :old", given)
    db.execute(
        "INSERT INTO correspondent SELECT :key, address, client, last_reply, last_reply_at, opted_out_at, bounced_until,"
        " robot_until, opted_out_until, answer, reasons, new_since FROM correspondent WHERE person = :old ON CONFLICT (person, address) DO UPDATE SET"
        " last_reply_at = nullif(max(coalesce(correspondent.last_reply_at, 0), coalesce(excluded.last_reply_at, 0)), 0),"
        " opted_out_at = coalesce(correspondent.opted_out_at, excluded.opted_out_at),"
        " bounced_until = coalesce(correspondent.bounced_until, excluded.bounced_until),"
        " robot_until = coalesce(correspondent.robot_until, excluded.robot_until),"
        " opted_out_until = coalesce(correspondent.opted_out_until, excluded.opted_out_until)",
        given,
    )
    db.execute("UPDATE account SET person = :key WHERE id = :account AND person = :old", given)
