"""Numbers of replies: a person types them and they stand in the mails, so none is given twice, whatever was put back or purged."""

# ruff: noqa: S608 — statements are put together from constants of this room only; values are always bound

from triaged.ledger.engine import Connection

_GIVEN = "last_reply"
_AHEAD = 1000
"""How far a ledger that was put back leaps: what it had given after its copy was made, nobody knows."""

NEXT = f"""(SELECT 1 + max(coalesce((SELECT max(id) FROM reply), 0),
  coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = '{_GIVEN}'), 0)))"""
"""The next number, as an expression."""


def given(db: Connection, number: int) -> None:
    """Inside a transaction: that number has been given, and no lower one will be."""
    db.execute(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
        " WHERE CAST(meta.value AS INTEGER) < CAST(excluded.value AS INTEGER)",
        (_GIVEN, str(number)),
    )


def keep(db: Connection) -> None:
    """Inside a transaction: remember the highest, before replies are forgotten."""
    given(db, _next(db) - 1)


def leap(db: Connection) -> None:
    """Inside a transaction: leave those out that may have been given after this ledger was copied."""
    given(db, (_next(db) // _AHEAD + 1) * _AHEAD)


def _next(db: Connection) -> int:
    (found,) = db.execute(f"SELECT {NEXT}").fetchone()
    return int(found)
