"""One connection, and how it is used: every write in `commit`, every read through `rows` or `row`, every error translated.

Verbs of the other modules are functions over a `Store`; `Ledger` is one that carries them all.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, Protocol

from triaged import crash
from triaged.ledger.errors import (
    LedgerBusy,
    LedgerDamaged,
    LedgerError,
    LedgerFull,
    LedgerUnavailable,
)

Params = Sequence[Any] | dict[str, Any]

_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_UNAVAILABLE = frozenset(
    {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}
)
_LEAST_FREE = 256 * 1024
"""Octets. An I/O error on a disk with less room than this is a full disk: growing the WAL index reports it so."""


class Store(Protocol):
    """What a verb needs."""

    db: sqlite3.Connection
    path: Path | None  # None: in memory
    inode: int | None
    shared: list[str] | None  # the verbs of the transaction that several uses share, while there is one


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one of several uses gave, or why it did not."""

    value: Any = None
    error: BaseException | None = None


def in_one(store: Store, uses: Sequence[Callable[[], Any]]) -> list[Outcome]:
    """Several uses of the ledger in one transaction: one wait for the disk. What raises is undone alone.

    Nothing of it may be told to anybody before this returns. Where the transaction itself fails, all of them have failed.
    """
    verbs = store.shared = []
    try:
        with _transaction(store, verbs):
            return [_part(store.db, use) for use in uses]
    except BaseException as error:  # noqa: BLE001 — it is each caller's to see
        return [Outcome(error=error)] * len(uses)
    finally:
        store.shared = None


def _part(db: sqlite3.Connection, use: Callable[[], Any]) -> Outcome:
    db.execute("SAVEPOINT part")
    try:
        found = Outcome(use())
    except Exception as error:
        if not db.in_transaction:  # SQLite has rolled back all of it (a full disk)
            raise
        db.execute("ROLLBACK TO part")
        found = Outcome(error=error)
    db.execute("RELEASE part")
    return found


@contextmanager
def commit(store: Store, verb: str, *, synced: bool = True) -> Iterator[sqlite3.Connection]:
    """One transaction, written durably when the block ends, undone when it raises; or a part of one that is shared.

    BEGIN IMMEDIATE always: a transaction that starts by reading and then writes fails at once when another process has
    written meanwhile, whatever the busy time-out. `synced` False: the disk is not waited for. It survives the process,
    and a power cut from the next commit on, which syncs this one with its own (the log is one file, read from its start).
    """
    if store.shared is None:
        with _transaction(store, [verb], synced=synced) as db:
            yield db
        return
    try:
        yield store.db
    except sqlite3.Error as error:
        translate(error, store.path)
    store.shared.append(verb)


@contextmanager
def _transaction(store: Store, verbs: Sequence[str], *, synced: bool = True) -> Iterator[sqlite3.Connection]:
    db = store.db
    try:
        _still_there(store)
        if not synced:
            db.execute("PRAGMA synchronous=NORMAL")
        db.execute("BEGIN IMMEDIATE")
        yield db
        for verb in verbs:
            crash.point(f"ledger.{verb}.before")
        db.execute("COMMIT")
    except sqlite3.Error as error:
        _undo(db)
        translate(error, store.path)
    except BaseException:
        _undo(db)
        raise
    finally:
        if not synced:
            db.execute("PRAGMA synchronous=FULL")
    for verb in verbs:
        crash.point(f"ledger.{verb}.after")


@contextmanager
def reading(store: Store) -> Iterator[sqlite3.Connection]:
    """A read of several queries."""
    try:
        yield store.db
    except sqlite3.Error as error:
        translate(error, store.path)


def rows(store: Store, sql: str, params: Params = ()) -> list[Any]:
    """All rows of a query, as tuples."""
    with reading(store) as db:
        return db.execute(sql, params).fetchall()


def row(store: Store, sql: str, params: Params = ()) -> Any | None:
    """The first row of a query, as a tuple."""
    with reading(store) as db:
        return db.execute(sql, params).fetchone()


def translate(error: sqlite3.Error, path: Path | None) -> NoReturn:
    """Raise our own error for one of sqlite3's, keeping it as the cause. What is a mistake of ours stays what it is."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:  # raised by the module itself: a wrong parameter, a closed connection
        raise error
    primary = code & 0xFF
    where = path or "the ledger in memory"
    if primary in _DAMAGED:
        raise LedgerDamaged(f"{where} is damaged ({error}); restore it from a backup") from error
    if primary in _BUSY:
        raise LedgerBusy(f"{where} is in use by another process") from error
    if primary == sqlite3.SQLITE_FULL or (primary == sqlite3.SQLITE_IOERR and _no_room(path)):
        raise LedgerFull(f"no room left on the disk of {where}") from error
    if primary in _UNAVAILABLE:
        raise LedgerUnavailable(f"{where} cannot be used: {error}") from error
    if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError):
        raise error
    raise LedgerError(f"{where}: {error}") from error


def _still_there(store: Store) -> None:
    """Refuse to write into a file that was removed or replaced under us: it would be lost without a word."""
    if store.path is None:
        return
    try:
        inode = os.stat(store.path).st_ino  # noqa: PTH116 — before every commit; a Path costs more than the call
    except FileNotFoundError:
        inode = None
    if inode != store.inode:
        raise LedgerDamaged(f"{store.path} was removed or replaced while in use; restore it and start again")


def _undo(db: sqlite3.Connection) -> None:
    """SQLite has already rolled back after some errors (a full disk); a second ROLLBACK would raise."""
    if db.in_transaction:
        db.execute("ROLLBACK")


def _no_room(path: Path | None) -> bool:
    if path is None:
        return False
    disk = os.statvfs(path.parent)
    return disk.f_bavail * disk.f_frsize < _LEAST_FREE
