"""SQLite: one file, one writer at a time, no server. The default."""

import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from threading import Lock
from typing import Any, NoReturn
from weakref import WeakSet

from triaged.ledger.engine import Connection, Fence, fit
from triaged.ledger.errors import LedgerBusy, LedgerDamaged, LedgerError, LedgerFull, LedgerUnavailable

_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_UNAVAILABLE = frozenset(
    {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}
)
_LEAST_FREE = 256 * 1024
"""Octets. An I/O error on a disk with less room than this is a full disk: growing the WAL index reports it so."""

_STATEMENTS = 512
"""How many are kept prepared a connection."""


class SQLite(sqlite3.Connection):
    """A connection as the verbs need it. Made by `connected`."""

    failures = sqlite3.Error
    conflict = sqlite3.IntegrityError
    shares_commits = True
    path: Path | None = None  # None: in memory
    inode: int | None = None
    _unsynced = False

    def opened(self, file: Path) -> None:
        """It is a connection to this file, from now until it is closed."""
        self.path, self.inode = file, os.stat(file).st_ino  # noqa: PTH116 — as it is asked before every commit
        with _LOCK:
            _OPEN.add(self)

    def close(self) -> None:
        """As in `sqlite3`."""
        with _LOCK:
            _OPEN.discard(self)
        super().close()

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """As in `sqlite3`, with what is handed in made fit."""
        return super().execute(sql, fit(parameters) if parameters else parameters)

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> sqlite3.Cursor:
        """As in `sqlite3`, with what is handed in made fit."""
        return super().executemany(sql, map(fit, parameters))

    def insert(self, sql: str, parameters: Any, /) -> int:
        """As in `engine.Connection`."""
        made = self.execute(sql, parameters).lastrowid
        assert made is not None
        return made

    def begin(self, *, synced: bool = True) -> None:
        """As in `engine.Connection`; refused where the file was removed or replaced: it would be lost without a word.

        BEGIN IMMEDIATE always: a transaction that starts by reading and then writes fails at once when another process has
        written meanwhile, whatever the busy time-out. Not `synced`: it survives the process, and a power cut from the next
        commit on, which syncs this one with its own (the log is one file, read from its start).
        """
        if self.path is not None:
            self._must_be_there(self.path)
        if not synced:
            self._unsynced = True
            super().execute("PRAGMA synchronous=NORMAL")
        super().execute("BEGIN IMMEDIATE")

    def hold(self, fence: Fence) -> None:
        """As in `engine.Connection`: of a file the lock of its state folder is the fence."""

    def finish(self) -> None:
        """As in `engine.Connection`."""
        super().execute("COMMIT")
        self._sync_again()

    def undo(self) -> None:
        """As in `engine.Connection`. SQLite has already rolled back after some errors (a full disk); a second one would raise."""
        if self.in_transaction:
            super().execute("ROLLBACK")
        self._sync_again()

    def _sync_again(self) -> None:
        if self._unsynced:
            super().execute("PRAGMA synchronous=FULL")
            self._unsynced = False

    def _must_be_there(self, path: Path) -> None:
        try:
            inode = os.stat(path).st_ino  # noqa: PTH116 — before every commit; a Path costs more than the call
        except FileNotFoundError:
            inode = None
        if inode != self.inode:
            raise LedgerDamaged(f"{path} was removed or replaced while in use; restore it and start again")

    def raise_ours(self, error: Exception) -> NoReturn:
        """As in `engine.Connection`."""
        raise_ours(error, self.path)

    def tables(self) -> list[str]:
        """As in `engine.Connection`."""
        sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        return [name for (name,) in super().execute(sql)]

    def columns(self, table: str) -> list[str]:
        """As in `engine.Connection`."""
        return [name for _, name, *_ in super().execute(f"PRAGMA table_info({table})")]

    def let_references_wait(self) -> None:
        """As in `engine.Connection`."""
        super().execute("PRAGMA defer_foreign_keys=ON")

    def be_patient(self) -> None:
        """As in `engine.Connection`: nothing limits it."""

    def count_on(self) -> None:
        """As in `engine.Connection`: it counts from the highest."""

    def forget_thoroughly(self) -> None:
        """As in `engine.Connection`."""
        super().execute("PRAGMA secure_delete=ON")

    def fold_in(self) -> None:
        """As in `engine.Connection`."""
        if self.path is not None:
            super().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def is_sound(self) -> bool:
        """As in `engine.Connection`."""
        found = super().execute("PRAGMA quick_check(1)").fetchone()
        return found is not None and found[0] == "ok"


_OPEN: "WeakSet[SQLite]" = WeakSet()
_LOCK = Lock()


def is_open_here(file: Path) -> bool:
    """Whether this process has a connection to it. To close any other descriptor of the file would give up its locks (fcntl)."""
    inode = file.stat().st_ino
    with _LOCK:
        return any(one.inode == inode for one in _OPEN)


def connected(file: Path | str, busy: float = 0) -> SQLite:
    """A connection to a file or to ":memory:". `busy`: seconds to wait for another process."""
    return sqlite3.connect(
        file,
        timeout=busy,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=_STATEMENTS,
        factory=SQLite,
    )


def in_a_file(db: Connection) -> SQLite:
    """The same: what copies a file asks for one.

    Raises:
        LedgerUnavailable: it is kept by a server, which has means of its own.
    """
    if not isinstance(db, SQLite):
        raise LedgerUnavailable("a ledger in PostgreSQL is copied by PostgreSQL's own means: pg_dump or a base backup")
    return db


def raise_ours(error: Exception, path: Path | None) -> NoReturn:
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


def _no_room(path: Path | None) -> bool:
    if path is None:
        return False
    disk = os.statvfs(path.parent)
    return disk.f_bavail * disk.f_frsize < _LEAST_FREE
