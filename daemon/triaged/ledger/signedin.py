"""Who is signed in to the page: links that sign a device in once, and the devices that have come in by one.

Of a link's or a device's token only the hash stands here. A device stays signed in until it was not used for a month.
"""

# ruff: noqa: S608 — statements are put together from constants of this room only; values are always bound

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from triaged.ledger.changes import plan_effect
from triaged.ledger.engine import Connection
from triaged.ledger.entries import NewEffect
from triaged.ledger.instants import from_ms, span_ms, to_ms
from triaged.ledger.store import Store, commit, row, rows

LINK: Final = timedelta(minutes=10)
"""How long a link signs in; once."""
DEVICE: Final = timedelta(days=30)
"""How long a device stays signed in from its last use."""
_MOST_LINKS: Final = 20
"""Links of a person that may be open at a time: the oldest gives way."""
_MOST_DEVICES: Final = 50
"""Devices of a person: the one that was not used for longest gives way."""
_MOST_ASKED: Final = 3
_ASKED_IN: Final = timedelta(hours=1)
"""So many links a person may have sent to her inbox in this time."""
_NOTED_AFTER: Final = timedelta(hours=1)
"""A use is written down when the last one was longer ago: looking costs no write."""


@dataclass(frozen=True, slots=True)
class Device:
    """A browser that is signed in as a person."""

    id: int
    person: str
    name: str
    since: datetime
    used_at: datetime


@dataclass(frozen=True, slots=True)
class NewDevice:
    """A browser that is to be signed in: the token by which it will be known, what it is called."""

    token: str
    name: str


_COLUMNS: Final = "id, person, name, since, used_at"


def make_link(store: Store, person: str, token: str, now: datetime) -> None:
    """That token signs a device of hers in, once, from now on for ten minutes."""
    with commit(store, "make_link") as db:
        db.execute("DELETE FROM link WHERE made_at <= ?", (to_ms(now) - span_ms(LINK),))
        db.execute(
            "DELETE FROM link WHERE person = ? AND hash NOT IN"
            " (SELECT hash FROM link WHERE person = ? ORDER BY made_at DESC LIMIT ?)",
            (person, person, _MOST_LINKS - 1),
        )
        db.execute("INSERT INTO link (hash, person, made_at) VALUES (?, ?, ?)", (_hash(token), person, to_ms(now)))


def sign_in(store: Store, link: str, new: NewDevice, now: datetime) -> Device | None:
    """Use a link up: from now on a device is signed in. None: it is no link, or none any more."""
    at = to_ms(now)
    if row(store, "SELECT 1 FROM link WHERE hash = ?", (_hash(link),)) is None:
        return None  # whoever guesses costs no write
    with commit(store, "sign_in") as db:
        used = db.execute("DELETE FROM link WHERE hash = ? RETURNING person, made_at", (_hash(link),)).fetchone()
        if used is None or not 0 <= at - used[1] < span_ms(LINK):
            return None
        db.execute("DELETE FROM device WHERE used_at <= ?", (at - span_ms(DEVICE),))
        db.execute(
            "DELETE FROM device WHERE person = ? AND id NOT IN"
            " (SELECT id FROM device WHERE person = ? ORDER BY used_at DESC, id DESC LIMIT ?)",
            (used[0], used[0], _MOST_DEVICES - 1),
        )
        made = db.execute(
            f"INSERT INTO device (person, hash, name, since, used_at) VALUES (?, ?, ?, ?, ?) RETURNING {_COLUMNS}",
            (used[0], _hash(new.token), new.name, at, at),
        ).fetchone()
        return _device(made)


def device(store: Store, token: str, now: datetime) -> Device | None:
    """The device that shows this token, used now; None: it is signed in no more, or never was."""
    found = row(store, f"SELECT {_COLUMNS} FROM device WHERE hash = ?", (_hash(token),))
    if found is None or now - from_ms(found[4]) >= DEVICE:
        return None
    known = _device(found)
    if now - known.used_at >= _NOTED_AFTER:
        with commit(store, "used_device", synced=False) as db:
            db.execute(
                "UPDATE device SET used_at = :now WHERE id = :id AND used_at < :now",
                {"now": to_ms(now), "id": known.id},
            )
    return known


def devices(store: Store, person: str, now: datetime) -> list[Device]:
    """Her devices, the one used last first."""
    sql = f"SELECT {_COLUMNS} FROM device WHERE person = ? AND used_at > ? ORDER BY used_at DESC, id DESC"
    return [_device(found) for found in rows(store, sql, (person, to_ms(now) - span_ms(DEVICE)))]


def end_device(store: Store, person: str, number: int | None) -> int:
    """A device of hers is signed in no more; None: none of them is, and no open link signs in. How many there were."""
    with commit(store, "end_device") as db:
        if number is None:
            db.execute("DELETE FROM link WHERE person = ?", (person,))
        return db.execute("DELETE FROM device WHERE person = ? AND id = coalesce(?, id)", (person, number)).rowcount


def sign_out_everybody(db: Connection) -> None:
    """Inside a transaction: no device is signed in any more, and no link signs in."""
    db.execute("DELETE FROM link")
    db.execute("DELETE FROM device")


def ask_for_link(store: Store, new: NewEffect) -> bool:
    """Owe her inbox a mail with a link, at most three an hour; the key of `new` is made here. False: that would be more."""
    first, at = f"sign-in:{new.person}:", to_ms(new.due_at)
    with commit(store, "ask_for_link") as db:
        found = db.execute(
            "SELECT due_at FROM effect WHERE key >= ? AND key < ? ORDER BY due_at DESC LIMIT ?",
            (first, f"{first}:", _MOST_ASKED),
        ).fetchall()
        if len(found) == _MOST_ASKED and at - found[-1][0] < span_ms(_ASKED_IN):
            return False
        (number,) = db.execute("SELECT coalesce(max(id), 0) + 1 FROM effect").fetchone()
        plan_effect(db, replace(new, key=f"{first}{number}"))
        return True


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _device(r: tuple[int, str, str, int, int]) -> Device:
    return Device(r[0], r[1], r[2], from_ms(r[3]), from_ms(r[4]))
