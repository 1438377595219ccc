"""Starting after any stop: is this the ledger that we left, and what was under way?

The generation is raised in the ledger first, in the file beside it then; so only a ledger that is older than its file
was restored. A backup says so itself, wherever it is put. Whatever a restored ledger still wants to send is held for a
person, and what arrived before now is not replied to, since nobody knows what was sent after the backup.
"""

# ruff: noqa: S608 — statements are put together from constants of this room only; values are always bound

import contextlib
import time
from datetime import datetime
from pathlib import Path

from triaged import crash, statefolder
from triaged.ledger import numbers
from triaged.ledger.birthtime import made_at
from triaged.ledger.copying import IS_A_COPY, must_not_be_a_trial
from triaged.ledger.engine import Connection
from triaged.ledger.entries import Recovery, ReplyRow
from triaged.ledger.errors import LedgerFull, LedgerUnavailable
from triaged.ledger.instants import to_ms
from triaged.ledger.opening import generation_file
from triaged.ledger.replies import doubt
from triaged.ledger.rows import effects_of, reply_of
from triaged.ledger.signedin import sign_out_everybody
from triaged.ledger.store import Store, commit

_ENOSPC = 28
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_STOPPED_AS = "stopped_as"
_PENDING = "state IN ('waiting','held','sending','drafted','in_doubt')"


def recover(store: Store, now: datetime) -> Recovery:
    """Put the rows in order before anything else is done. The caller holds the `StateLock`.

    restored older ledger: what waits is held. Interrupted before the body of a mail: it waits again. Interrupted after:
    in doubt. Effects that were begun are listed; the account's loop looks where the messages are.
    """
    must_not_be_a_trial(store)
    beside = _read_generation(store.path)
    at = to_ms(now)
    with commit(store, "recover") as db:
        mine = _generation(db)
        copied = db.execute("DELETE FROM meta WHERE key = ?", (IS_A_COPY,)).rowcount > 0
        restored = copied or (beside is not None and mine < beside)
        in_doubt = _replies(db, "state = 'sending' AND stage = 'data'")
        for reply in in_doubt:
            doubt(db, reply.id, at, "stopped while it was being sent")
        held = _hold_all(db) if restored else []
        if restored:
            _put_meta(db, "restored_at", str(at))
            numbers.leap(db)
            sign_out_everybody(db)  # a device that was ended since would be signed in again
        waiting = [] if restored else _replies(db, "state = 'sending'")
        db.execute(f"UPDATE reply SET state = 'waiting', stage = NULL WHERE state = 'sending' AND {_PENDING}")
        generation = max(mine, beside or 0) + 1
        running = _put_meta(db, "running", "yes")
        unclean = running == "yes"
        familiar = running is None or (not unclean and _put_meta(db, _STOPPED_AS, "") == _as_it_is(store.path))
        _put_meta(db, "generation", str(generation))
        _put_meta(db, "opened_at", now.isoformat())
        trying = effects_of(db, "state = 'trying' AND state IN ('planned','trying') ORDER BY due_at, id", ())
        recovery = Recovery(
            generation=generation,
            restored=restored,
            unclean=unclean,
            familiar=familiar and not restored,
            held=_fresh(db, held),
            waiting=_fresh(db, waiting),
            in_doubt=_fresh(db, in_doubt),
            trying=tuple(trying),
        )
    _write_generation(store.path, generation)
    return recovery


def stopping(store: Store, now: datetime) -> None:
    """A stop of our own: the next start need not suspect the message that was in hand."""
    with commit(store, "stopping") as db:
        _put_meta(db, "running", "no")
        _put_meta(db, _STOPPED_AS, _as_it_is(store.path))
    raise_generation(store, now)


def raise_generation(store: Store, now: datetime) -> int:
    """One more, in the ledger first. Returns the new one."""
    with commit(store, "generation") as db:
        generation = _generation(db) + 1
        _put_meta(db, "generation", str(generation))
        _put_meta(db, "generation_at", now.isoformat())
    _write_generation(store.path, generation)
    return generation


def _as_it_is(path: Path | None) -> str:
    """By what a file is known again on the machine that runs on: a copy of it, or another start of the machine, is another."""
    if path is None:
        return "in memory"
    try:
        boot = (
            _BOOT.read_bytes().decode("ascii").strip()
        )  # with the rights of another, Python may not find a codec that it has yet to load
    except OSError:  # hidden from a service: about when it started
        boot = str(round((time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)) / 600))
    found = path.stat()
    return f"{boot} {found.st_dev} {found.st_ino} {made_at(path)}"


def _hold_all(db: Connection) -> list[ReplyRow]:
    found = _replies(db, "(state = 'waiting' OR state = 'sending')")
    db.executemany(
        "UPDATE reply SET state = 'held', stage = NULL, raw = NULL, reason = 'restored'"
        " WHERE id = ? AND state IN ('waiting','sending')",
        [(r.id,) for r in found],
    )
    return found


def _replies(db: Connection, where: str) -> list[ReplyRow]:
    ids = [r[0] for r in db.execute(f"SELECT id FROM reply WHERE {where} AND {_PENDING} ORDER BY id")]
    return [reply for found in ids if (reply := reply_of(db, found))]


def _fresh(db: Connection, replies: list[ReplyRow]) -> tuple[ReplyRow, ...]:
    return tuple(found for reply in replies if (found := reply_of(db, reply.id)))


def _generation(db: Connection) -> int:
    found = db.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()
    return int(found[0]) if found else 0


def _put_meta(db: Connection, key: str, value: str) -> str | None:
    """Set it, and say what it was."""
    before = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    db.execute(
        "INSERT INTO meta (key, value) VALUES (?,?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, value),
    )
    return before[0] if before else None


def _read_generation(path: Path | None) -> int | None:
    """What the file beside the ledger says; None: there is none, or it says nothing that can be read."""
    if path is None:
        return None
    file = generation_file(path)
    with contextlib.suppress(FileNotFoundError, ValueError), statefolder.opened(file.parent) as folder:
        return int(statefolder.read_in(folder, file.name).decode("ascii"))
    return None


def _write_generation(path: Path | None, generation: int) -> None:
    """Replace the file durably: written, synced, renamed, the folder synced."""
    if path is None:
        return
    file = generation_file(path)
    crash.point("ledger.generation_file.before")
    try:
        with statefolder.opened(file.parent) as folder:
            statefolder.replace_in(folder, file.name, f"{generation}\n".encode("ascii"))
    except OSError as error:
        kind = LedgerFull if error.errno == _ENOSPC else LedgerUnavailable
        raise kind(f"{file} cannot be written: {statefolder.why(error)}") from error
    crash.point("ledger.generation_file.after")
