"""Opening a ledger in PostgreSQL, and making one. A daemon opens and never changes the tables; making them is an act of its own.

In: a URI as libpq reads it. The tables stand in the first schema of the search path.
"""

from collections.abc import Iterable, Sequence
from contextlib import closing

from triaged.ledger.copying import must_be_here
from triaged.ledger.errors import LedgerNewer, LedgerUnavailable
from triaged.ledger.postgres import Postgres, described
from triaged.ledger.postgresschema import BESIDE, later, tables
from triaged.ledger.postgresspeech import FUNCTIONS
from triaged.ledger.schema import MIGRATIONS

_VERSION = "schema"
"""The key in `meta` under which its version stands."""


def connect(uri: str, *, steps: Sequence[str] = MIGRATIONS, busy: float) -> Postgres:
    """Open a ledger that is there, at this version.

    Raises:
        LedgerUnavailable: it cannot be reached, or there is none, or it is of an earlier version.
        LedgerNewer.
    """
    db = _reached(uri, busy)
    try:
        _must_be_ready(db, _version(db), steps)
        must_be_here(db, db.where)
        db.enter()
    except db.failures as error:
        db.close()
        db.raise_ours(error)
    except BaseException:
        db.close()
        raise
    return db


def make_ready(uri: str, *, steps: Sequence[str] = MIGRATIONS, busy: float = 5.0) -> int:
    """Make the tables, or bring them up to date, in one transaction; the version before.

    Raises:
        LedgerUnavailable, LedgerNewer.
    """
    with closing(_reached(uri, busy)) as db:
        try:
            db.begin()
            at = _version(db)
            _must_not_be_newer(db, at, steps)
            _apply(db, later(steps[at:]) if at else [*tables(steps), *BESIDE, FUNCTIONS])
            sql = "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
            db.execute(sql, (_VERSION, str(len(steps))))
            db.finish()
        except db.failures as error:
            db.undo()
            db.raise_ours(error)
        except BaseException:
            db.undo()
            raise
    return at


def _apply(db: Postgres, statements: Iterable[str]) -> None:
    for statement in statements:
        db.do(statement)


def _reached(uri: str, busy: float) -> Postgres:
    try:
        return Postgres(uri, busy)
    except Postgres.failures as error:
        why = " ".join(str(error).split())
        raise LedgerUnavailable(f"{described(uri)} cannot be reached: {why}") from error


def _version(db: Postgres) -> int:
    """0: there is no ledger in this schema."""
    if "meta" not in db.tables():
        return 0
    found = db.execute("SELECT value FROM meta WHERE key = ?", (_VERSION,)).fetchone()
    if found is None:
        raise LedgerUnavailable(f"{db.where} has a table meta that is not triaged's: give it a schema of its own")
    return int(found[0])


def _must_be_ready(db: Postgres, at: int, steps: Sequence[str]) -> None:
    _must_not_be_newer(db, at, steps)
    if at < len(steps):
        what = f"is of an earlier version (schema {at}, this one knows {len(steps)})" if at else "is not there yet"
        raise LedgerUnavailable(f"{db.where} {what}: its tables are made by an act of their own, never by a daemon")


def _must_not_be_newer(db: Postgres, at: int, steps: Sequence[str]) -> None:
    if at > len(steps):
        raise LedgerNewer(
            f"{db.where} was made ready by a later version of triaged (schema {at}, this one knows {len(steps)});"
            " install that version"
        )
