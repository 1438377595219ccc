"""Keeping the file in order: what is too old goes, copies are made, the write-ahead log is folded in."""

# ruff: noqa: S608 — statements are put together from constants of this room only; values are always bound

from datetime import datetime, timedelta
from pathlib import Path

from triaged.ledger import numbers
from triaged.ledger.copying import lay_copy
from triaged.ledger.engine import Connection
from triaged.ledger.instants import span_ms, to_ms
from triaged.ledger.recovery import raise_generation
from triaged.ledger.sqlite import in_a_file
from triaged.ledger.store import Store, commit, reading

_LEAST_KEPT = timedelta(days=90)
"""Whatever the configuration says: passes, threads and correspondents need the months just past."""

_CLOSED = (
    "state NOT IN ('new','aside') AND arrived_at < :before"
    " AND NOT EXISTS (SELECT 1 FROM promise p WHERE p.id = item.promise AND p.state IN ('planned','open','overdue'))"
    " AND NOT EXISTS (SELECT 1 FROM effect e WHERE e.item = item.id AND e.state IN ('planned','trying'))"
    " AND NOT EXISTS (SELECT 1 FROM reply_item c JOIN reply r ON r.id = c.reply WHERE c.item = item.id"
    " AND r.state IN ('waiting','held','sending'))"
)


def purge(store: Store, now: datetime, keep: timedelta) -> int:
    """Forget closed items, replies and mails older than `keep`. Returns how many items went.

    Excerpts and the octets of replies go as soon as what they belong to is closed. What is open is never forgotten.
    """
    before = to_ms(now - max(keep, _LEAST_KEPT))
    with commit(store, "purge") as db:
        _let_go_of_texts(db, to_ms(now))
        going = [r[0] for r in db.execute(f"SELECT id FROM item WHERE {_CLOSED}", {"before": before})]
        ids = [(item,) for item in going]
        for sql in (
            "DELETE FROM reply_item WHERE item = ?",
            "DELETE FROM pass WHERE item = ?",
            "DELETE FROM effect WHERE item = ?",
            "DELETE FROM line WHERE item = ?",
        ):
            db.executemany(sql, ids)
        db.executemany("DELETE FROM item WHERE id = ?", ids)
        _forget_replies(db, before)
        db.execute("DELETE FROM forged WHERE at < ?", (before,))
        db.execute(
            "DELETE FROM ruleset WHERE at < ? AND NOT EXISTS (SELECT 1 FROM item WHERE item.ruleset = ruleset.hash)",
            (before,),
        )
    return len(going)


def _let_go_of_texts(db: Connection, now: int) -> None:
    month = now - span_ms(timedelta(days=31))
    db.execute(
        "UPDATE item SET excerpt = NULL WHERE excerpt IS NOT NULL AND (answered_at IS NOT NULL OR state IN ('released','gone')"
        " OR verdict = 'left' OR arrived_at < ?) AND state <> 'aside' AND NOT EXISTS (SELECT 1 FROM promise p"
        " WHERE p.id = item.promise AND p.state IN ('planned','open','overdue'))",
        (month,),
    )
    db.execute(
        "UPDATE reply SET raw = NULL WHERE raw IS NOT NULL AND state NOT IN ('waiting','held','sending','drafted','in_doubt')"
        " AND NOT (mode = 'draft' AND state = 'cancelled' AND ended_at > ?)"
        " AND NOT EXISTS (SELECT 1 FROM effect e WHERE e.reply = reply.id AND e.state IN ('planned','trying'))",
        (now - span_ms(timedelta(days=7)),),  # a draft may have been sent before it was taken back
    )


def _forget_replies(db: Connection, before: int) -> None:
    numbers.keep(db)
    db.execute("DELETE FROM sent WHERE at < ?", (before,))
    db.execute("DELETE FROM line WHERE made_at < ?", (before,))

    db.execute("DELETE FROM told WHERE reply IN (SELECT id FROM reply WHERE made_at < ?)", (before,))
    db.execute("DELETE FROM effect WHERE done_at < ? AND item IS NULL AND state NOT IN ('planned','trying')", (before,))
    db.execute(
        "DELETE FROM reply WHERE made_at < ? AND state NOT IN ('waiting','held','sending') AND NOT EXISTS"
        " (SELECT 1 FROM reply_item c WHERE c.reply = reply.id) AND NOT EXISTS (SELECT 1 FROM sent s WHERE s.reply = reply.id)"
        " AND NOT EXISTS (SELECT 1 FROM promise p WHERE p.id = reply.promise AND p.state IN ('planned','open','overdue'))",
        (before,),
    )
    db.execute(
        "DELETE FROM promise WHERE due_at < ? AND state NOT IN ('planned','open','overdue') AND NOT EXISTS"
        " (SELECT 1 FROM item WHERE item.promise = promise.id) AND NOT EXISTS (SELECT 1 FROM reply WHERE reply.promise = promise.id)",
        (before,),
    )


def backup(store: Store, target: Path) -> None:
    """An online copy, readable by its owner only. It says of itself that it is one: whoever works with it is careful."""
    lay_copy(in_a_file(store.db), target)


def checkpoint(store: Store, now: datetime) -> int:
    """Fold the write-ahead log in and raise the generation, so that a plain copy of the file made before is known as old.

    Returns the generation. To be called hourly.
    """
    generation = raise_generation(store, now)
    with reading(store) as db:
        db.fold_in()
    return generation


def check(store: Store) -> bool:
    """Whether what is kept is sound, as far as a quick look finds. To be called daily."""
    with reading(store) as db:
        return db.is_sound()
