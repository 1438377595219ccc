"""Opening the file: create, mark as ours, migrate, check. Never recreates what was there before, never repairs.

In: a path or ":memory:". Out: a connection in WAL mode with `synchronous=FULL`, at the newest schema version.
"""

import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from triaged import crash, statefolder
from triaged.ledger.copying import lay_copy, must_be_here, read_only_where_trial
from triaged.ledger.engine import Connection
from triaged.ledger.errors import LedgerDamaged, LedgerNewer, LedgerUnavailable
from triaged.ledger.schema import APPLICATION_ID, MIGRATIONS
from triaged.ledger.sqlite import SQLite, connected, is_open_here, raise_ours

MEMORY = ":memory:"
SERVERS = ("postgresql://", "postgres://")
BUSY_SECONDS = 5.0
_WRITE_VERSION, _ROLLBACK = 18, b"\1"
"""Where the file says how it is written (https://www.sqlite.org/fileformat2.html), and what only a backup says: no log."""

_LOG_PAGES = 4000  # of the write-ahead log, before a commit has to fold it in
_CACHE_KIB = 16 * 1024


def connect(path: Path | str, *, migrations: Sequence[str] = MIGRATIONS, busy: float = BUSY_SECONDS) -> SQLite:
    """Open and bring up to date. Raises a LedgerError; a damaged or missing file is left as it is."""
    if path == MEMORY:
        db = connected(MEMORY)
        db.execute("PRAGMA foreign_keys=ON")
        _migrate(db, migrations)
        return db
    file = Path(path)
    _must_be_usable(file)
    try:
        return _connect(file, migrations, busy)
    except sqlite3.Error as error:
        raise_ours(error, file)


def connect_to_server(uri: str, *, migrations: Sequence[str] = MIGRATIONS, busy: float = BUSY_SECONDS) -> Connection:
    """Open a ledger in PostgreSQL, which is there already. Raises a LedgerError."""
    try:
        from triaged.ledger import postgresopening
    except ImportError as error:
        raise LedgerUnavailable("a ledger in PostgreSQL needs psycopg: pip install 'triaged[postgres]'") from error
    return postgresopening.connect(uri, steps=migrations, busy=busy)


def generation_file(path: Path) -> Path:
    """The file beside the ledger that remembers its generation."""
    return path.with_name("generation")


def _must_be_usable(file: Path) -> None:
    """A missing or empty ledger where there was one is damage. A new one is made for nobody else's eyes."""
    try:
        there = file.exists() and file.stat().st_size > 0
        if not there and generation_file(file).exists():
            raise LedgerDamaged(
                f"{file} is {'empty' if file.exists() else 'gone'}, but {generation_file(file)} says that it was in use;"
                " restore it from a backup. Without one, move what is left of the folder away: a new ledger takes in"
                " by `triaged adopt ACCOUNT` what was put aside"
            )
        if not there:
            with statefolder.opened(file.parent, make=True) as folder:
                os.close(statefolder.open_in(folder, file.name, os.O_RDWR | os.O_CREAT))
        _must_be_alone(file)
    except OSError as error:
        raise LedgerUnavailable(f"{file} cannot be used: {statefolder.why(error)}") from error


def _must_be_alone(file: Path) -> None:
    """A backup that was put beside the log of the ledger before it: SQLite would fold that log into it, and ruin it."""
    log = file.with_name(f"{file.name}-wal")
    if not log.exists() or not log.stat().st_size or is_open_here(file):
        return
    with file.open("rb") as there:
        there.seek(_WRITE_VERSION)
        if there.read(1) == _ROLLBACK:
            raise LedgerDamaged(
                f"{log} belongs to the ledger that was there before {file.name}; move it away, and start"
            )


def _connect(file: Path, migrations: Sequence[str], busy: float) -> SQLite:
    db = connected(file, busy)
    try:
        _must_be_ours(db, file)
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")  # a lost `sending` would be a second reply
        db.execute("PRAGMA foreign_keys=ON")
        db.execute(f"PRAGMA wal_autocheckpoint={_LOG_PAGES}")
        db.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
        _check(db, file)
        _must_be_here(db, file)
        _keep_copy(db, migrations, file)
        _migrate(db, migrations, file)
        if version(db):
            read_only_where_trial(db)
        db.opened(file)
    except BaseException:
        db.close()
        raise
    return db


def _must_be_ours(db: SQLite, file: Path) -> None:
    (mark,) = db.execute("PRAGMA application_id").fetchone()
    (tables,) = db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if mark != APPLICATION_ID and tables:
        raise LedgerDamaged(f"{file} is not a ledger of triaged")


def _check(db: SQLite, file: Path) -> None:
    (found,) = db.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        found = " ".join(found.replace("*** in database main ***", "").split())  # of several lines; we say one
        raise LedgerDamaged(f"{file} is damaged ({found}); restore it from a backup")


def _must_be_here(db: SQLite, file: Path) -> None:
    if version(db):
        must_be_here(db, file)


def _keep_copy(db: SQLite, migrations: Sequence[str], file: Path) -> None:
    """Before the schema changes, the ledger as it is is laid beside it: the way back to the version before."""
    at = version(db)
    if not 0 < at < len(migrations):
        return
    target = file.with_name(f"{file.stem}.schema-{at}{file.suffix}")
    lay_copy(db, target, lambda copy: version(copy) == at)
    for older in file.parent.glob(f"{file.stem}.schema-*{file.suffix}"):
        if older != target:
            older.unlink(missing_ok=True)


def version(db: SQLite) -> int:
    """The schema version of the file."""
    found: int = db.execute("PRAGMA user_version").fetchone()[0]
    return found


def _migrate(db: SQLite, migrations: Sequence[str], file: Path | None = None) -> None:
    """Apply what is missing, each step in one transaction with its number."""
    newest = len(migrations)
    while (at := version(db)) != newest:
        if at > newest:
            raise LedgerNewer(
                f"{file} was written by a later version of triaged (schema {at}, this one knows {newest});"
                " install that version, or restore a backup from before"
            )
        db.execute("BEGIN IMMEDIATE")
        try:
            if version(db) == at:  # nobody else has just done it
                for statement in _statements(migrations[at]):
                    db.execute(statement)
                db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                db.execute(f"PRAGMA user_version = {at + 1}")
            crash.point("ledger.migrate.before")
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        crash.point("ledger.migrate.after")


def _statements(script: str) -> list[str]:
    """The statements of a script; executescript would commit before the first."""
    found: list[str] = []
    pending = ""
    for line in script.splitlines():
        pending += line + "\n"
        if sqlite3.complete_statement(pending):
            found.append(pending.strip())
            pending = ""
    return found
