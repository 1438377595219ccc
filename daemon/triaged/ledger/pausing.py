"""What a person has put over her configuration: a pause, and days away. Kept in `meta`, by the person's key."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from triaged.ledger.engine import Connection
from triaged.ledger.instants import from_ms, to_ms
from triaged.ledger.rows import REMEMBER, begins
from triaged.ledger.said import By, Said, owe_the_log
from triaged.ledger.store import Store, commit, rows

IS_PAUSED = "EXISTS (SELECT 1 FROM meta WHERE key = 'pause:' || {person})"
"""A condition on a person's key: nothing is sent or moved for her now."""

_PAUSE, _AWAY = "pause:", "away:"
_DAY = timedelta(days=1)

_AWAYS = "SELECT a.login, m.value FROM account a JOIN meta m ON m.key = 'away:' || a.person"

Days = tuple[date, date]
"""The first and the last day of an absence."""


def pause(store: Store, person: str, until: datetime | None, by: By = "command") -> bool:
    """Nothing is sent or moved from now on, until that instant or until it is lifted. False: it was so before."""
    at = "" if until is None else str(to_ms(until))
    with commit(store, "pause") as db:
        changed = db.execute(
            "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
            " WHERE meta.value <> excluded.value",
            (f"{_PAUSE}{person}", at),
        ).rowcount
        if changed:
            owe_the_log(db, Said("service.paused", by, words=person))
        return changed > 0


def resume(store: Store, person: str, by: By | None = "command", *, due: datetime | None = None) -> bool:
    """The pause is over; `due`: only if its time has come by then. False: there was none, or it goes on."""
    with commit(store, "resume") as db:
        given = (f"{_PAUSE}{person}", to_ms(due), to_ms(due))
        sql = "DELETE FROM meta WHERE key = ? AND (CAST(? AS INTEGER) IS NULL OR value <> '' AND CAST(value AS INTEGER) <= ?)"
        changed = db.execute(sql, given).rowcount
        if changed and by is not None:
            owe_the_log(db, Said("service.resumed", by, words=person))
        return changed > 0


def pauses(store: Store) -> Mapping[str, datetime | None]:
    """Who pauses, by her key, and until when; None: until it is lifted."""
    found = rows(store, f"SELECT key, value FROM meta WHERE {begins('key', _PAUSE)}")  # noqa: S608 — a constant
    return {key.removeprefix(_PAUSE): from_ms(int(value)) if value else None for key, value in found}


def is_paused(db: Connection, person: str) -> bool:
    """Inside a transaction: whether nothing is sent or moved for her now."""
    return db.execute("SELECT 1 FROM meta WHERE key = ?", (f"{_PAUSE}{person}",)).fetchone() is not None


def be_away(store: Store, person: str, days: Days, by: By = "command") -> bool:
    """She is away on these days, from the first to the last. False: that is known."""
    with commit(store, "be_away") as db:
        return _write(db, person, sorted({*_read(db, person), days}), by)


def not_away(store: Store, person: str, days: Days | None, by: By = "command") -> bool:
    """She is not away on these days after all; None: on none that were kept here. False: she was not."""
    with commit(store, "not_away") as db:
        kept = [] if days is None else [piece for one in _read(db, person) for piece in _without(one, days)]
        return _write(db, person, kept, by)


def aways(store: Store) -> Mapping[str, Sequence[Days]]:
    """When each person is away, as kept here, by the logins of her accounts."""
    return {login: _days(value) for login, value in rows(store, _AWAYS)}


def days_kept(path: Path) -> Mapping[str, Sequence[Days]]:
    """The same from a file that is only read: nothing where there is none, or where it cannot be read."""
    if not path.exists():
        return {}
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as db:
            return {login: _days(value) for login, value in db.execute(_AWAYS)}
    except (sqlite3.Error, ValueError):
        return {}


def _read(db: Connection, person: str) -> list[Days]:
    found = db.execute("SELECT value FROM meta WHERE key = ?", (f"{_AWAY}{person}",)).fetchone()
    return _days(found[0]) if found else []


def _days(text: str) -> list[Days]:
    return [(date.fromisoformat(first), date.fromisoformat(last)) for first, last in json.loads(text)]


def _write(db: Connection, person: str, days: Sequence[Days], by: By) -> bool:
    key, before = f"{_AWAY}{person}", _read(db, person)
    if list(days) == before:
        return False
    if days:
        value = json.dumps([[first.isoformat(), last.isoformat()] for first, last in days])
        db.execute(REMEMBER, (key, value))
    else:
        db.execute("DELETE FROM meta WHERE key = ?", (key,))
    owe_the_log(db, Said("config.reloaded", by, words=person))
    return True


def _without(one: Days, days: Days) -> list[Days]:
    """What is left of an absence: a part before, a part after."""
    pieces = (one[0], min(one[1], days[0] - _DAY)), (max(one[0], days[1] + _DAY), one[1])
    return [piece for piece in pieces if piece[0] <= piece[1]]
