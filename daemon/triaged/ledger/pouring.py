"""Everything of a ledger into another that is empty, whatever engine each has: numbers are kept, each table is compared.

Copying a file into a file is `copying`'s; this is the way into a server and back.
"""

# ruff: noqa: S608 — statements are put together from the schema's own names; values are always bound

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from triaged.ledger.copying import COMES_ALONG, INCOMING, MOVED
from triaged.ledger.engine import Connection
from triaged.ledger.errors import LedgerDamaged, LedgerUnavailable
from triaged.ledger.rows import REMEMBER
from triaged.ledger.store import Store, commit
from triaged.ledger.whose import Sum, sums

_AT_A_TIME = 500


def pour(source: Store, target: Store, where: str, now: datetime) -> Mapping[str, Sum]:
    """Copy, compare, stamp the source as moved to `where`; what each table holds there. Nobody else may be using either.

    Raises:
        LedgerUnavailable: the target holds something.
        LedgerDamaged: what is there is not what is here; nothing was stamped, and nothing was kept.
    """
    with commit(source, "copy") as here:
        here.be_patient()
        before = sums(here)
        with commit(target, "copied") as there:
            there.be_patient()
            _must_be_empty(there)
            there.let_references_wait()
            for table in here.tables():
                _pour_table(here, there, table)
            there.count_on()
            after = sums(there)
            if wrong := [table for table in before if after.get(table) != before[table]]:
                raise LedgerDamaged(
                    f"tables {', '.join(wrong)} differ from what they were copied from; nothing was kept"
                )
            there.execute(REMEMBER, (INCOMING, "yes"))  # until the source is stamped nobody works with it
        here.execute(REMEMBER, (MOVED, f"{where} on {now:%Y-%m-%d %H:%M} UTC"))
    with commit(target, "copied") as there:  # there may be none for an instant, but never two
        there.execute("DELETE FROM meta WHERE key = ?", (INCOMING,))
    return after


def _must_be_empty(there: Connection) -> None:
    for table in there.tables():
        but = f" WHERE {COMES_ALONG}" if table == "meta" else ""
        if there.execute(f"SELECT 1 FROM {table}{but} LIMIT 1").fetchone():
            raise LedgerUnavailable("the ledger that was to be copied into holds something already")


def _pour_table(here: Connection, there: Connection, table: str) -> None:
    names = here.columns(table)
    listed = ", ".join(names)
    but = f" WHERE {COMES_ALONG}" if table == "meta" else ""
    put = f"INSERT INTO {table} ({listed}) VALUES ({', '.join('?' * len(names))})"
    found = iter(here.execute(f"SELECT {listed} FROM {table}{but}"))
    for some in _some(found):
        there.executemany(put, some)


def _some(found: Iterator[Any]) -> Iterator[list[Any]]:
    while some := list(islice(found, _AT_A_TIME)):
        yield some
