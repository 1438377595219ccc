"""Empty ledgers for tests: in memory, or in a PostgreSQL whose databases are emptied and given again."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg

from server.postgres import Postgres
from triaged.ledger import Ledger
from triaged.ledger.postgresopening import make_ready
from triaged.ledger.sqlite import SQLite

_gives: list[Callable[[], Ledger]] = []


def empty_ledger() -> Ledger:
    """A ledger of which nothing else knows, on the engine that the test is to run on."""
    return _gives[-1]() if _gives else Ledger.open(":memory:")


@contextmanager
def giving(give: Callable[[], Ledger]) -> Iterator[None]:
    """While this lasts, `empty_ledger` gives these."""
    _gives.append(give)
    try:
        yield
    finally:
        _gives.pop()


def assert_nothing_dangles(ledger: Ledger) -> None:
    """No row names one that is not there. PostgreSQL looks at every commit; SQLite can be asked."""
    if isinstance(ledger.db, SQLite):
        assert ledger.db.execute("PRAGMA foreign_key_check").fetchall() == []


class Databases:
    """Ledgers in one cluster: each open one has a database of its own, and what is given back is emptied for the next."""

    def __init__(self, server: Postgres) -> None:
        self._server = server
        self._free: list[str] = []
        self._given: list[tuple[str, Ledger]] = []

    def give(self) -> Ledger:
        """An empty ledger."""
        uri = self.ready()
        ledger = Ledger.open(uri)
        self._given.append((uri, ledger))
        return ledger

    def ready(self) -> str:
        """Where an empty ledger is, which nobody has opened; `free` gives it back."""
        if self._free:
            uri = self._free.pop()
            empty(uri)
            return uri
        uri = self._server.new_database()
        make_ready(uri)
        return uri

    def free(self, uri: str) -> None:
        """Nobody has it open any more."""
        self._free.append(uri)

    def uri_of(self, ledger: Ledger) -> str:
        """Where one of them is."""
        return next(uri for uri, given in self._given if given is ledger)

    def take_back(self) -> None:
        """All that were given are closed."""
        for uri, ledger in self._given:
            ledger.close()
            self._free.append(uri)
        self._given.clear()


def empty(uri: str) -> None:
    """Nothing is left of what was in it."""
    with psycopg.connect(uri, autocommit=True) as db:
        found = db.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        numbers = db.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'").fetchall()
        gone = [f"DELETE FROM {name}" + " WHERE key <> 'schema'" * (name == "meta") for (name,) in found]
        words = [
            "SET session_replication_role = replica",
            *gone,
            *(f"ALTER SEQUENCE {name} RESTART" for (name,) in numbers),
        ]
        db.execute("; ".join(words).encode())
