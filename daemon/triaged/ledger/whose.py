"""Whose a row is: the rows of one person in every table, whatever tables there are, and what is made of them.

A row belongs to a person by its column `person`, or by the account, item or reply it names. Rules and `meta` are the service's.
"""

# ruff: noqa: S608 — statements are put together from the schema's own names; values are always bound

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from triaged.ledger.engine import Connection

_BY = {
    "person": "person = :person",
    "account": "account IN (SELECT id FROM account WHERE person = :person)",
    "item": "item IN (SELECT id FROM item WHERE person = :person)",
    "reply": "reply IN (SELECT id FROM reply WHERE person = :person)",
}
_LAST = ("reply", "item", "promise", "account")
"""Tables by which rows of others are known to be hers."""

_UNUSED = "NOT EXISTS (SELECT 1 FROM item WHERE item.ruleset = ruleset.hash)"
_SERVICE = frozenset({"meta"})


@dataclass(frozen=True, slots=True)
class Sum:
    """How many rows a table has, and a hash of all that stands in them."""

    rows: int
    digest: str


def hers(db: Connection, table: str) -> str | None:
    """The condition for the rows of :person in a table; None: its rows are nobody's own."""
    columns = db.columns(table)
    return next((condition for column, condition in _BY.items() if column in columns), None)


def _own(db: Connection) -> Iterator[tuple[str, str]]:
    """Tables with rows of persons, those first by which no other row is known."""
    known = [(name, condition) for name in db.tables() if (condition := hers(db, name)) is not None]
    return iter(sorted(known, key=lambda one: _LAST.index(one[0]) + 1 if one[0] in _LAST else 0))


def erase(db: Connection, person: str, rules_kept: Collection[str] = ()) -> Mapping[str, int]:
    """Inside a transaction: everything of a person goes; how many rows of which table. `rules_kept`: hashes that are in force."""
    db.let_references_wait()
    rules = db.execute(
        "SELECT DISTINCT ruleset FROM item WHERE person = ? AND ruleset IS NOT NULL", (person,)
    ).fetchall()
    gone = {}
    for table, condition in _own(db):
        gone[table] = db.execute(f"DELETE FROM {table} WHERE {condition}", {"person": person}).rowcount
    rules = [each for each in rules if each[0] not in rules_kept]  # others may have the same
    db.executemany(f"DELETE FROM ruleset WHERE hash = ? AND {_UNUSED}", rules)
    return {table: count for table, count in gone.items() if count}


def keep_only(db: Connection, person: str) -> None:
    """Inside a transaction: everything of everybody else goes."""
    for (other,) in db.execute("SELECT DISTINCT person FROM account WHERE person <> ?", (person,)).fetchall():
        erase(db, other)
    db.let_references_wait()
    for table, condition in _own(db):  # rows of persons who have no account any more
        db.execute(f"DELETE FROM {table} WHERE NOT ({condition})", {"person": person})
    db.execute(f"DELETE FROM ruleset WHERE {_UNUSED}")  # a start writes down those that hold


def sums(db: Connection, person: str | None = None) -> Mapping[str, Sum]:
    """Of each table with rows of persons, all of them or one's, how much there is and what."""
    found = {}
    for table in db.tables():
        condition = hers(db, table)
        if table in _SERVICE or (person is not None and condition is None):
            continue
        where = f" WHERE {condition}" if person is not None else ""
        found[table] = _sum(db, table, where, {"person": person} if person is not None else {})
    return found


def _sum(db: Connection, table: str, where: str, given: Mapping[str, str]) -> Sum:
    names = ", ".join(db.columns(table))
    rows = (
        hashlib.sha256(repr(row).encode("utf-8", "surrogatepass")).digest()
        for row in db.execute(f"SELECT {names} FROM {table}{where}", dict(given))
    )
    found = sorted(rows)  # engines differ in the order of rows
    return Sum(len(found), hashlib.sha256(b"".join(found)).hexdigest())
