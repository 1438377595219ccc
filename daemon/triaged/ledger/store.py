"""One connection, and how it is used: every write in `commit`, every read through `rows` or `row`, every error translated.

Verbs of the other modules are functions over a `Store`; `Ledger` is one that carries them all.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from triaged import crash
from triaged.ledger.engine import Connection, Fence, Params


class Store(Protocol):
    """What a verb needs."""

    db: Connection
    path: Path | None  # None: in memory, or no file
    fence: Fence | None  # whose owner writes; None: a command, or one host for all
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


def _part(db: Connection, use: Callable[[], Any]) -> Outcome:
    db.execute("SAVEPOINT part")
    try:
        found = Outcome(use())
    except Exception as error:
        if not db.in_transaction:  # the engine has rolled back all of it (a full disk)
            raise
        db.execute("ROLLBACK TO part")
        found = Outcome(error=error)
    db.execute("RELEASE part")
    return found


def unless_taken(db: Connection, sql: str, parameters: Params) -> int | None:
    """Inside a transaction: how many rows it has changed; None where what it would make is there already."""
    db.execute("SAVEPOINT attempt")
    try:
        changed = db.execute(sql, parameters).rowcount
    except db.conflict:
        db.execute("ROLLBACK TO attempt")
        changed = None
    db.execute("RELEASE attempt")
    return changed


@contextmanager
def commit(store: Store, verb: str, *, synced: bool = True) -> Iterator[Connection]:
    """One transaction, written durably when the block ends, undone when it raises; or a part of one that is shared.

    It is alone: nobody else writes between its first question and its end. `synced` False: the disk is not waited for, and
    a power cut may take it until the next commit has ended.
    """
    if store.shared is None:
        with _transaction(store, [verb], synced=synced) as db:
            yield db
        return
    try:
        yield store.db
    except store.db.failures as error:
        store.db.raise_ours(error)
    store.shared.append(verb)


@contextmanager
def _transaction(store: Store, verbs: Sequence[str], *, synced: bool = True) -> Iterator[Connection]:
    db = store.db
    try:
        db.begin(synced=synced)
        if store.fence is not None:
            db.hold(store.fence)
        yield db
        for verb in verbs:
            crash.point(f"ledger.{verb}.before")
        db.finish()
    except db.failures as error:
        db.undo()
        db.raise_ours(error)
    except BaseException:
        db.undo()
        raise
    for verb in verbs:
        crash.point(f"ledger.{verb}.after")


@contextmanager
def reading(store: Store) -> Iterator[Connection]:
    """A read of several queries."""
    try:
        yield store.db
    except store.db.failures as error:
        store.db.raise_ours(error)


def rows(store: Store, sql: str, params: Params = ()) -> list[Any]:
    """All rows of a query, as tuples."""
    with reading(store) as db:
        return db.execute(sql, params).fetchall()


def row(store: Store, sql: str, params: Params = ()) -> Any | None:
    """The first row of a query, as a tuple."""
    with reading(store) as db:
        return db.execute(sql, params).fetchone()
