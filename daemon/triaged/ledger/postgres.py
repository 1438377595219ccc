"""PostgreSQL: a server that several hosts reach. In: statements of the room; out: rows, and what became of a commit.

Whoever writes is alone, as in SQLite: a transaction begins by taking the ledger's lock. A connection that breaks is made again by the
next use. What had been begun is then undone, and says so; only where the answer to a COMMIT is lost, it is asked what became of it.
"""

# ruff: noqa: S608 — statements are put together from the schema's own names, numbers and uuids of ours; values are always bound

import contextlib
import time
from collections.abc import Iterable
from typing import Any, NoReturn
from uuid import uuid4

import psycopg
from psycopg import adapt, pq
from psycopg.conninfo import conninfo_to_dict
from psycopg.types.numeric import Int8Dumper, IntLoader

from triaged.ledger.engine import Cursor, Fence, fit
from triaged.ledger.errors import (
    LeaseLost,
    LedgerBusy,
    LedgerDamaged,
    LedgerError,
    LedgerFull,
    LedgerUnavailable,
    LedgerUnknown,
)
from triaged.ledger.postgresspeech import given, spoken

APART = frozenset({"committed", "host", "lease"})
"""Tables beside the ledger's: who serves whom, and what each connection has written."""

_BUSY = frozenset({"55P03", "57014", "40001", "40P01"})  # waited too long, or met another: the same may be tried again
_FULL = frozenset({"53100"})
_DAMAGED = frozenset({"XX001", "XX002"})
_GONE = ("08", "57P", "25P03")
"""Of a connection that is no more: https://www.postgresql.org/docs/15/errcodes-appendix.html"""
_MISTAKES = ("22", "23", "42")
_NOT_OURS = frozenset({"42501"})  # a right that the role does not have

_SETTINGS = """
SET idle_in_transaction_session_timeout = '10s'; SET statement_timeout = '15s'; SET lock_timeout = {busy};
SET default_transaction_isolation = 'read committed'; SET synchronous_commit = on; SET client_min_messages = error;
"""  # a host that freezes within a transaction must not keep the others from theirs
_LINE = {
    "connect_timeout": "5", "keepalives_idle": "10", "keepalives_interval": "5", "keepalives_count": "3",
    "tcp_user_timeout": "20000",
}  # fmt: skip
_HELD = "SELECT 1 FROM lease WHERE person = ? AND token = ? FOR SHARE"
_COUNTED = """
SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema() AND is_identity = 'YES'
"""
_KEPT_PREPARED = 1000
_ACTS = "SELECT acts FROM committed WHERE connection = $1"
_FORGET_OLD = "DELETE FROM committed WHERE since < now() - interval '30 days'"
_PATIENCE = 15.0
"""Seconds for which it is asked what became of a commit."""


class _Truth(adapt.Dumper):
    """True and False as the numbers that columns hold."""

    oid = psycopg.adapters.types["int8"].oid

    def dump(self, obj: Any) -> bytes:
        return b"1" if obj else b"0"


class Postgres:
    """One connection as the verbs need it. `busy`: seconds to wait for others."""

    failures = psycopg.Error
    conflict = psycopg.IntegrityError
    shares_commits = False  # it waits for the disk once for all who commit at a time, by itself

    def __init__(self, uri: str, busy: float) -> None:
        self._uri = uri
        self._busy = busy
        self.where = described(uri)
        self.name = str(uuid4())
        self._acts = 0
        self._begun = False
        self._lock = 0
        self._entered = False  # the server counts what is written here
        self._db = self._connected()

    @property
    def in_transaction(self) -> bool:
        """As in `engine.Connection`."""
        return self._db.info.transaction_status not in (pq.TransactionStatus.IDLE, pq.TransactionStatus.UNKNOWN)

    def execute(self, sql: str, parameters: Any = (), /) -> Cursor:
        """As in `engine.Connection`. A question outside of a transaction is asked again where the connection has broken."""
        said, places = spoken(sql)
        values = given(places, fit(parameters))
        try:
            return self._db.execute(said.encode(), values)
        except psycopg.Error:
            if self._begun or not self._is_broken():
                raise
        self._db = self._again()
        return self._db.execute(said.encode(), values)

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> Cursor:
        """As in `engine.Connection`."""
        said, places = spoken(sql)
        cursor = self._db.cursor()
        cursor.executemany(said.encode(), [given(places, fit(each)) for each in parameters])
        return cursor

    def insert(self, sql: str, parameters: Any, /) -> int:
        """As in `engine.Connection`."""
        (made,) = self.execute(f"{sql.rstrip()} RETURNING id", parameters).fetchone()
        return int(made)

    def begin(self, *, synced: bool = True) -> None:
        """As in `engine.Connection`. Not `synced`: a crash of the server may take it until the next commit has ended."""
        lazily = "" if synced else "SET LOCAL synchronous_commit = off; "
        words = f"BEGIN; {lazily}SELECT pg_advisory_xact_lock({self._lock})"
        try:
            self._say(words)
        except psycopg.Error:
            if not self._is_broken():
                raise
            self._db = self._again()  # nothing had begun
            self._say(words)
        self._begun = True

    def hold(self, fence: Fence) -> None:
        """As in `engine.Connection`."""
        if not self.execute(_HELD, (fence.person, fence.token)).fetchone():
            raise LeaseLost(f"{fence.person} is served by another process of {self.where}")

    def finish(self) -> None:
        """As in `engine.Connection`: each commit counts itself, so that it can be asked afterwards whether it has been.

        Raises:
            LedgerUnavailable: the connection broke, and nothing of it is written.
            LedgerUnknown: the connection broke, and nobody can say.
        """
        count = self._acts + 1
        counted = f"UPDATE committed SET acts = {count} WHERE connection = '{self.name}'"
        try:
            tag = self._say(f"{counted}; COMMIT")
        except psycopg.Error as error:
            if not self._is_broken():
                raise
            self._begun = False
            if self._became(count, error):
                self._acts = count
                return
            raise LedgerUnavailable(
                f"the connection to {self.where} broke: nothing of this step was written"
            ) from error
        self._begun = False
        if tag != "COMMIT":
            raise LedgerError(f"{self.where}: a statement had failed, so that nothing of this step was written")
        self._acts = count

    def undo(self) -> None:
        """As in `engine.Connection`. What a lost connection had begun, the server undoes."""
        self._begun = False
        if self.in_transaction:
            with contextlib.suppress(psycopg.Error):
                self._say("ROLLBACK")

    def raise_ours(self, error: Exception) -> NoReturn:
        """As in `engine.Connection`."""
        code = getattr(error, "sqlstate", None) or ""
        if code in _BUSY:
            raise LedgerBusy(f"{self.where} is kept busy by others") from error
        if code in _FULL:
            raise LedgerFull(f"no room left on the disk of {self.where}") from error
        if code in _DAMAGED:
            raise LedgerDamaged(f"{self.where} is damaged ({_said(error)}); restore it from a backup") from error
        if code.startswith(_MISTAKES) and code not in _NOT_OURS:
            raise error
        if not code or code.startswith(_GONE) or isinstance(error, psycopg.OperationalError) or code in _NOT_OURS:
            raise LedgerUnavailable(f"{self.where} cannot be used: {_said(error)}") from error
        raise LedgerError(f"{self.where}: {_said(error)}") from error

    def tables(self) -> list[str]:
        """As in `engine.Connection`."""
        found = self.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename")
        return [name for (name,) in found if name not in APART]

    def columns(self, table: str) -> list[str]:
        """As in `engine.Connection`."""
        sql = (
            "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = ?"
            " ORDER BY ordinal_position"
        )
        return [name for (name,) in self.execute(sql, (table,))]

    def do(self, script: str) -> None:
        """Statements without values and without an answer, in this engine's own words."""
        self._say(script)

    def let_references_wait(self) -> None:
        """As in `engine.Connection`."""
        self._say("SET CONSTRAINTS ALL DEFERRED")

    def be_patient(self) -> None:
        """As in `engine.Connection`."""
        self._say("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0")

    def count_on(self) -> None:
        """As in `engine.Connection`."""
        for table, column in self.execute(_COUNTED).fetchall():
            sql = f"SELECT setval(pg_get_serial_sequence(?, ?), coalesce(max({column}), 0) + 1, false) FROM {table}"
            self.execute(sql, (table, column))

    def forget_thoroughly(self) -> None:
        """As in `engine.Connection`: here VACUUM does, which is the server's own."""

    def fold_in(self) -> None:
        """As in `engine.Connection`: the server's own."""

    def is_sound(self) -> bool:
        """As in `engine.Connection`: it answers; checksums are the server's own."""
        return bool(self.execute("SELECT 1").fetchone() == (1,))

    def close(self) -> None:
        """As in `engine.Connection`."""
        if not self._db.closed:
            with contextlib.suppress(psycopg.Error):
                self._say(f"DELETE FROM committed WHERE connection = '{self.name}'")
        self._db.close()

    def _connected(self) -> psycopg.Connection[Any]:
        db = psycopg.connect(
            self._uri,
            autocommit=True,
            cursor_factory=psycopg.RawCursor,
            prepare_threshold=0,
            client_encoding="utf8",
            **_unless_said(self._uri),
        )
        db.prepared_max = _KEPT_PREPARED
        for kind in (int, bool):
            db.adapters.register_dumper(kind, Int8Dumper if kind is int else _Truth)
        db.adapters.register_loader("numeric", IntLoader)  # a sum of whole numbers
        self._db = db
        try:
            self._say(_SETTINGS.format(busy=round(self._busy * 1000)))
            (self._lock,) = db.execute("SELECT hashtext('triaged.' || current_schema())").fetchone() or (0,)
        except BaseException:
            db.close()
            raise
        return db

    def _again(self) -> psycopg.Connection[Any]:
        """A line in place of the one that broke, to a server that still has what it had said was written.

        Raises:
            LedgerUnknown: it has not, now and at every later use.
        """
        db = self._connected()
        found = db.execute(_ACTS, (self.name,)).fetchone()
        if self._entered and (found is None or found[0] < self._acts):
            db.close()
            raise LedgerUnknown(
                f"{self.where} has lost what it had said was written: what was done by it, nobody knows"
            )
        self._acts = found[0] if found is not None else 0
        return db

    def enter(self) -> None:
        """A commit is asked after by the row that this makes. Of those who ended without a word what is old goes."""
        self.execute(_FORGET_OLD)
        self.execute("INSERT INTO committed (connection, acts) VALUES (?, 0)", (self.name,))
        self._entered = True

    def _became(self, count: int, error: Exception) -> bool:
        """Whether the commit of that number has been. While it may still be going on, its lock is waited for.

        Raises:
            LedgerUnknown.
        """
        end = time.monotonic() + _PATIENCE
        why: Exception = error
        while time.monotonic() < end:
            try:
                self._db = self._connected()
                self._say(f"BEGIN; SELECT pg_advisory_xact_lock({self._lock})")
                found = self._db.execute(_ACTS, (self.name,)).fetchone()
                self._say("COMMIT")
            except psycopg.Error as another:
                why = another
                time.sleep(0.2)
                continue
            if found is not None and found[0] in (count, count - 1):
                return bool(found[0] == count)
            raise LedgerUnknown(f"{self.where} has lost what it had said was written; whether this was, nobody knows")
        raise LedgerUnknown(f"{self.where} cannot be asked whether this step was written: {_said(why)}") from error

    def _is_broken(self) -> bool:
        return self._db.closed or self._db.pgconn.status != pq.ConnStatus.OK

    def _say(self, words: str) -> str:
        """Statements without values, at once; the tag of the last. It keeps what is prepared, which `execute` would drop."""
        result = self._db.pgconn.exec_(words.encode())
        if result.status in (pq.ExecStatus.FATAL_ERROR, pq.ExecStatus.BAD_RESPONSE):
            if self._db.pgconn.status != pq.ConnStatus.OK:
                raise psycopg.OperationalError(
                    result.error_message.decode("utf-8", "replace") or "the connection broke"
                )
            raise psycopg.errors.error_from_result(result)
        return (result.command_status or b"").decode()


def described(uri: str) -> str:
    """Which database, in words that tell no password."""
    try:
        parts = conninfo_to_dict(uri)
    except psycopg.Error:
        return "the ledger in PostgreSQL"
    name = parts.get("dbname") or parts.get("service") or "its database"
    return f"the ledger {name} on {parts.get('host') or parts.get('service') or 'PostgreSQL'}"


def _unless_said(uri: str) -> dict[str, Any]:
    said = conninfo_to_dict(uri)
    return {name: value for name, value in {**_LINE, "application_name": "triaged"}.items() if name not in said}


def _said(error: Exception) -> str:
    return " ".join(str(error).split())
