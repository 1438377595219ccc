"""Copies of a ledger: a backup, a copy before the schema changes, a move into another file, a trial that only reads.

A move is whole and checked: each table is hashed here and there, and only then the source is stamped. From that instant on it is
refused at opening, so that no two daemons ever work by the same past.
"""

# ruff: noqa: S608 — statements are put together from constants of this room only; values are always bound

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from triaged import statefolder
from triaged.ledger.engine import Connection
from triaged.ledger.errors import LedgerDamaged, LedgerMoved, LedgerUnavailable
from triaged.ledger.rows import REMEMBER, begins
from triaged.ledger.sqlite import SQLite, connected, in_a_file, raise_ours
from triaged.ledger.store import Store, commit, rows
from triaged.ledger.whose import Sum, keep_only, sums

IS_A_COPY = "copy"
"""The key in `meta` that only a backup has."""
MOVED, TRIAL, INCOMING = "moved", "trial", "incoming"
"""Keys in `meta`: where it was moved to; that it only reads; that it is being copied into."""

COMES_ALONG = (
    f"key NOT IN ('schema','{MOVED}','{TRIAL}','{INCOMING}','{IS_A_COPY}') AND NOT ({begins('key', f'{MOVED}:')})"
)
"""The condition for what of `meta` is of the past, and not of one copy of it."""


@dataclass(frozen=True, slots=True)
class Copying:
    """What is to be copied where. `person`: a key of the ledger, None: everybody; `trial`: the copy only reads, the source stays."""

    target: Path
    person: str | None = None
    trial: bool = False


def copy(store: Store, how: Copying, now: datetime) -> Mapping[str, Sum]:
    """Copy, check and, unless it is a trial, stamp the source as moved; what each table of the copy holds.

    The caller holds the `StateLock` of the source, or it is a trial.

    Raises:
        LedgerUnavailable: the target is there, or cannot be written.
        LedgerDamaged: the copy is not what the source is; nothing was stamped.
    """
    if how.target.exists():
        raise LedgerUnavailable(f"{how.target} is there already: a ledger is copied into a new file")
    with commit(store, "copy") as db:
        before = sums(db, how.person)
        with _laid(how.target) as scratch:
            _fill(in_a_file(db), scratch, how)
            after = _checked(scratch, before, how)
            if not how.trial:
                key = MOVED if how.person is None else f"{MOVED}:{how.person}"
                words = f"{how.target.absolute()} on {now:%Y-%m-%d %H:%M} UTC"
                db.execute(REMEMBER, (key, words))
                db.finish()  # first: there may be none for an instant, but never two
                db.begin()
    return after


def _fill(db: SQLite, scratch: Path, how: Copying) -> None:
    """Everything, then only what is wanted of it, and its marks."""
    with _written(scratch) as copy:
        _copy_pages(db, copy)
        copy.execute("BEGIN IMMEDIATE")
        if how.person is not None:
            keep_only(copy, how.person)
        copy.execute(f"DELETE FROM meta WHERE key = '{MOVED}' OR {begins('key', f'{MOVED}:')}")
        if how.trial:
            copy.execute(REMEMBER, (TRIAL, "yes"))
        copy.execute("COMMIT")
        if how.person is not None:
            copy.execute("VACUUM")  # what was others' must not stand in free pages


def _copy_pages(db: SQLite, copy: SQLite) -> None:
    """The whole file as it was committed last: a connection of its own sees nothing of this transaction."""
    (path,) = [file for _, name, file in db.execute("PRAGMA database_list") if name == "main"]
    if not path:
        copy.executescript("\n".join(db.iterdump()))
        return
    with closing(sqlite3.connect(f"file:{Path(path).as_posix()}?mode=ro", uri=True)) as source:
        source.backup(copy)
    copy.execute("PRAGMA journal_mode=DELETE")


def _checked(scratch: Path, before: Mapping[str, Sum], how: Copying) -> Mapping[str, Sum]:
    with _written(scratch) as copy:
        after = sums(copy, how.person)
        (broken,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
        foreign = copy.execute("PRAGMA foreign_key_check").fetchone()
    wrong = [table for table in before if after.get(table) != before[table]]
    if wrong or broken != "ok" or foreign is not None:
        what = f"tables {', '.join(wrong)} differ" if wrong else str(broken if broken != "ok" else foreign)
        raise LedgerDamaged(f"the copy is not what it was made from ({what}); the source is as it was")
    return after


@contextmanager
def _written(path: Path) -> Iterator[SQLite]:
    db = connected(path)
    try:
        yield db
    except sqlite3.Error as error:
        raise_ours(error, path)
    finally:
        db.close()


@contextmanager
def _laid(target: Path) -> Iterator[Path]:
    """A file beside the target that takes its name when the block ends well; nothing is left otherwise."""
    scratch = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with statefolder.as_owner_of(target.parent):  # SQLite opens by name, and follows links
            with statefolder.opened(target.parent) as folder:
                os.close(statefolder.open_in(folder, scratch.name, os.O_RDWR | os.O_CREAT | os.O_EXCL))
            try:
                yield scratch
                scratch.replace(target)
            finally:
                scratch.unlink(missing_ok=True)
    except OSError as error:
        raise LedgerUnavailable(f"{target} cannot be written: {statefolder.why(error)}") from error


def lay_copy(db: SQLite, target: Path, good: Callable[[SQLite], bool] = lambda _: True) -> None:
    """An online copy that says of itself that it is one, readable by its owner only. One that is not `good` is not kept.

    Raises:
        LedgerUnavailable, LedgerFull.
    """
    with _laid(target) as scratch, _written(scratch) as copy:
        db.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        copy.execute(REMEMBER, (IS_A_COPY, "yes"))
        if not good(copy):
            raise LedgerUnavailable(f"{target}: the ledger has changed meanwhile")


def must_be_here(db: Connection, where: Path | str) -> None:
    """Refuse a ledger that was moved, or that has not arrived.

    Raises:
        LedgerMoved, LedgerUnavailable.
    """
    sql = "SELECT key, value FROM meta WHERE key IN (?,?)"
    for key, value in db.execute(sql, (MOVED, INCOMING)).fetchall():
        if key == MOVED:
            raise LedgerMoved(f"{where} was moved to {value}: use that one; this one is not worked with any more")
        raise LedgerUnavailable(
            f"{where} was being copied into, and the source is not stamped: empty it, and copy again"
        )


def read_only_where_trial(db: SQLite) -> None:
    """A copy for trials is read and never written."""
    if db.execute("SELECT 1 FROM meta WHERE key = ?", (TRIAL,)).fetchone():
        db.execute("PRAGMA query_only=ON")


def must_not_be_a_trial(store: Store) -> None:
    """A daemon writes: it cannot work with a trial.

    Raises:
        LedgerMoved.
    """
    if rows(store, "SELECT 1 FROM meta WHERE key = ?", (TRIAL,)):
        raise LedgerMoved(
            f"{store.path} is a copy for trials, which is only read: `triaged ledger copy` without --trial"
        )


def moved(store: Store) -> Mapping[str, str]:
    """The keys of persons who were moved from this ledger, and where to."""
    found = rows(store, f"SELECT key, value FROM meta WHERE {begins('key', f'{MOVED}:')}")
    return {key.removeprefix(f"{MOVED}:"): where for key, where in found}
