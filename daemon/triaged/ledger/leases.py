"""Who serves whom, where several hosts share a ledger: each person belongs to one process at a time, by a lease and a token.

A lease is untouched while its host is seen; the token fences every commit of its owner (`store.commit` by `Ledger.of`). Time, which is
the database's alone, only permits: a host that has not been seen for a while may be taken from. Taking is recovery: what that host
was sending waits again, or is in doubt, in the very transaction in which the token changes.
"""

# ruff: noqa: S608 — statements are put together from constants of this room only; values are always bound

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from triaged.ledger.engine import Connection, Fence
from triaged.ledger.entries import EffectRow, ReplyRow
from triaged.ledger.instants import from_ms, span_ms, to_ms
from triaged.ledger.replies import doubt
from triaged.ledger.rows import effects_of, encode, replies_of
from triaged.ledger.store import Store, commit, row, rows

LEASE = timedelta(seconds=30)
"""For so long a host need not be seen before its persons are taken; and who was not seen itself takes nobody for as long."""

_NOW = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
_GONE = f"{_NOW} - {span_ms(LEASE)}"
_BEAT = f"""
INSERT INTO host (instance, name, version, weight, seen_at) VALUES (:instance, :name, :version, :weight, {_NOW})
ON CONFLICT (instance) DO UPDATE SET seen_at = {_NOW}, weight = excluded.weight,
  rests_until = CASE WHEN host.seen_at < {_GONE} THEN {_NOW} + {span_ms(LEASE)} ELSE host.rests_until END
RETURNING seen_at, rests_until > seen_at
"""
_MAY_TAKE = f"SELECT 1 FROM host WHERE instance = ? AND seen_at >= {_GONE} AND rests_until <= {_NOW} FOR SHARE"
_KNOWN = "INSERT INTO lease (person) SELECT value FROM json_each(?) WHERE true ORDER BY value ON CONFLICT DO NOTHING"
_FREE = f"""
SELECT l.person FROM lease l WHERE l.person IN (SELECT value FROM json_each(:persons))
  AND NOT EXISTS (SELECT 1 FROM host h WHERE h.instance = l.instance AND h.seen_at >= {_GONE})
ORDER BY (SELECT min(e.due_at) FROM effect e WHERE e.person = l.person AND e.state IN ('planned','trying')) NULLS LAST, l.person
LIMIT :most FOR UPDATE OF l SKIP LOCKED
"""
_TAKE = f"UPDATE lease SET instance = ?, token = ?, taken_at = {_NOW} WHERE person = ? RETURNING taken_at"
_SENDING = "person = ? AND state = 'sending' AND state IN ('waiting','held','sending','drafted','in_doubt')"
_TRYING = "person = ? AND state = 'trying' AND state IN ('planned','trying') ORDER BY due_at, id"
_SERVED = f"""
SELECT l.person, h.name, h.instance, h.version, l.taken_at, h.seen_at, h.seen_at >= {_GONE} FROM lease l
JOIN host h ON h.instance = l.instance ORDER BY l.person
"""


@dataclass(frozen=True, slots=True)
class Process:
    """One process that serves, for as long as it lives. `instance`: by what it is known; the name is for people."""

    name: str
    version: str
    weight: int = 1
    instance: str = field(default_factory=lambda: str(uuid4()))


@dataclass(frozen=True, slots=True)
class Beat:
    """What a heartbeat has found."""

    at: datetime  # by the database's clock
    ahead: timedelta  # how far the clock here is ahead of it
    rests: bool  # it had not been seen for a while: it takes nobody yet, and others may have taken its persons


@dataclass(frozen=True, slots=True)
class Taken:
    """A person who is served here from now on, and what whoever served her before had in hand."""

    fence: Fence
    waiting: tuple[ReplyRow, ...]
    in_doubt: tuple[ReplyRow, ...]
    trying: tuple[EffectRow, ...]


@dataclass(frozen=True, slots=True)
class Served:
    """For people: by whom a person is served, since when, and whether that host is still seen."""

    person: str
    host: str
    instance: str
    version: str
    since: datetime
    seen_at: datetime
    is_seen: bool


def beat(store: Store, process: Process, now: datetime) -> Beat:
    """Be seen. To be called every ten seconds, on a connection that waits for nothing else."""
    given = {
        "instance": process.instance, "name": process.name, "version": process.version, "weight": process.weight,
    }  # fmt: skip
    at, rests = row(store, _BEAT, given) or (to_ms(now), True)
    seen_at = from_ms(at)
    return Beat(seen_at, now - seen_at, bool(rests))


def take(store: Store, process: Process, persons: Collection[str], most: int) -> list[Taken]:
    """Serve some of these persons whom nobody serves, the one first to whom something was owed first. `most`: how many.

    Nobody, where this process has not been seen itself.
    """
    with commit(store, "take") as db:
        if not persons or db.execute(_MAY_TAKE, (process.instance,)).fetchone() is None:
            return []
        wanted = encode(sorted(persons))
        db.execute(_KNOWN, (wanted,))
        found = db.execute(_FREE, {"persons": wanted, "most": most}).fetchall()
        return [_taken(db, process, person) for (person,) in found]


def _taken(db: Connection, process: Process, person: str) -> Taken:
    fence = Fence(person, str(uuid4()))
    (at,) = db.execute(_TAKE, (process.instance, fence.token, person)).fetchone()
    doubtful = [r.id for r in replies_of(db, f"{_SENDING} AND stage = 'data' ORDER BY id", (person,))]
    for reply in doubtful:
        doubt(db, reply, at, "its host was gone while it was being sent")
    again = [r.id for r in replies_of(db, f"{_SENDING} ORDER BY id", (person,))]
    db.execute(f"UPDATE reply SET state = 'waiting', stage = NULL WHERE {_SENDING}", (person,))
    return Taken(
        fence,
        waiting=_now(db, again),
        in_doubt=_now(db, doubtful),
        trying=tuple(effects_of(db, _TRYING, (person,))),
    )


def _now(db: Connection, replies: Collection[int]) -> tuple[ReplyRow, ...]:
    chosen = "id IN (SELECT CAST(value AS INTEGER) FROM json_each(?)) ORDER BY id"
    return tuple(replies_of(db, chosen, (encode(list(replies)),)))


def held(store: Store, process: Process) -> Mapping[str, Fence]:
    """Whom this process serves, as the ledger has it: of whoever is missing, or has another token, all loops end."""
    found = rows(store, "SELECT person, token FROM lease WHERE instance = ?", (process.instance,))
    return {person: Fence(person, token) for person, token in found}


def give_back(store: Store, process: Process, persons: Collection[str]) -> int:
    """Serve these no more: another takes them at once. Their loops have ended. How many they were."""
    with commit(store, "give_back") as db:
        sql = "UPDATE lease SET instance = NULL, token = NULL WHERE instance = ? AND person IN (SELECT value FROM json_each(?))"
        return db.execute(sql, (process.instance, encode(sorted(persons)))).rowcount


def leave(store: Store, instance: str) -> int:
    """A process that is no more serves nobody: at its own end, or where the lock of its state folder proves that it has died."""
    with commit(store, "leave") as db:
        freed = db.execute("UPDATE lease SET instance = NULL, token = NULL WHERE instance = ?", (instance,)).rowcount
        db.execute("DELETE FROM host WHERE instance = ?", (instance,))
        return freed


def served(store: Store) -> list[Served]:
    """Who serves whom."""
    return [
        Served(person, name, instance, version, from_ms(taken), from_ms(seen), bool(is_seen))
        for person, name, instance, version, taken, seen, is_seen in rows(store, _SERVED)
    ]


def share(store: Store, process: Process, persons: int) -> int:
    """How many of so many persons are this process's to serve, by its weight among those that are seen."""
    found = row(store, f"SELECT sum(weight) FROM host WHERE seen_at >= {_GONE} AND instance <> ?", (process.instance,))
    others = (found[0] if found else None) or 0
    return -(-persons * process.weight // (others + process.weight))
