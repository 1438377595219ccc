"""The clock was ahead for a while, and is back: what was computed in that future is computed again; verdicts and moves stay.

Also after a start: whatever says that it was done later than now was done by a wrong clock.
"""

from datetime import datetime

from triaged.ledger.changes import cancel_reply
from triaged.ledger.engine import Connection
from triaged.ledger.instants import to_ms
from triaged.ledger.store import Store, commit, row

_SLACK = 120_000
WRONG = "the clock was wrong"

_PROMISES = (
    # judged by the wrong clock, and due later than now: it is open as it was
    "UPDATE promise SET state = 'open', overdue_at = NULL WHERE state = 'overdue' AND overdue_at > :ahead AND due_at > :now",
    "UPDATE promise SET overdue_at = :now WHERE overdue_at > :ahead",
    (
        "UPDATE promise SET state = 'open', closed_at = NULL, closed_by = NULL WHERE kind = 'call' AND closed_by = 'call'"
        " AND state IN ('kept','late') AND due_at > :ahead"
    ),
    "UPDATE promise SET warned_at = NULL WHERE warned_at > :ahead",
    "UPDATE promise SET told_at = :now WHERE told_at > :ahead",
    # what is told once under a key of its own is told when its time has come
    "DELETE FROM effect WHERE due_at > :ahead AND item IS NULL AND reply IS NULL AND kind IN ('append','notify')",
)
_REPLIES = (
    # nobody has been told yet: the moment is computed anew when it goes
    (
        "UPDATE promise SET due_at = :now, first_due_at = :now WHERE state = 'planned' AND id IN"
        " (SELECT promise FROM reply WHERE state IN ('waiting','held') AND made_at > :ahead)"
    ),
    "UPDATE reply SET tell_at = :now WHERE tell_at IS NOT NULL AND state IN ('waiting','held') AND made_at > :ahead",
    (
        "UPDATE reply SET send_at = :now + max(send_at - made_at, 0), try_at = :now + max(send_at - made_at, 0), made_at = :now"
        " WHERE state IN ('waiting','held') AND made_at > :ahead"
    ),
    "UPDATE reply SET try_at = max(send_at, :now) WHERE state = 'waiting' AND tries > 0 AND try_at > max(send_at, :now)",
    "UPDATE reply SET state = 'waiting', reason = NULL, try_at = max(send_at, :now) WHERE state = 'held' AND reason >= 'late:' AND reason < 'late;'",
    "UPDATE reply SET claimed_at = :now WHERE claimed_at > :ahead",
    "UPDATE reply SET ended_at = :now WHERE ended_at > :ahead",
    "UPDATE reply SET made_at = :now WHERE made_at > :ahead",
)
_ITEMS = (
    (
        "UPDATE effect SET args = json_set(args, '$.again', 1), due_at = :now + max(due_at - (SELECT decided_at FROM item WHERE id = effect.item), 0)"
        " WHERE state = 'planned' AND kind = 'back' AND tries = 0 AND json_extract(args, '$.by') IS NULL"
        " AND item IN (SELECT id FROM item WHERE decided_at > :ahead)"
    ),
    "UPDATE effect SET due_at = :now WHERE state IN ('planned','trying') AND kind <> 'back' AND due_at > :ahead",
    (
        "UPDATE effect SET due_at = :now WHERE state IN ('planned','trying') AND kind = 'back' AND tries > 0 AND due_at > :ahead"
        " AND CAST(json_extract(args, '$.was_due') AS INTEGER) <= :now"
    ),
    "UPDATE effect SET done_at = :now WHERE done_at > :ahead AND state IN ('done','void','failed')",
    "UPDATE item SET decided_at = :now WHERE decided_at > :ahead",
    "UPDATE item SET retry_at = :now WHERE retry_at > :ahead AND state = 'new'",
    "UPDATE correspondent SET last_reply_at = :now WHERE last_reply_at > :ahead",
    "UPDATE sent SET at = :now WHERE at > :ahead",
)


def clock_set_back(store: Store, now: datetime) -> int:
    """Put in order what a clock that was ahead has written; how many rows that were. Slips that it made do not go."""
    given = {"now": to_ms(now), "ahead": to_ms(now) + _SLACK}
    with commit(store, "clock_set_back") as db:
        changed = _stop_slips(db, given)
        for sql in (*_PROMISES, *_REPLIES, *_ITEMS):
            changed += db.execute(sql, given).rowcount
        return changed


def was_ahead(store: Store, now: datetime) -> bool:
    """Whether the ledger says of anything that it was done later than now."""
    return row(store, _LATEST, {"ahead": to_ms(now) + _SLACK}) is not None


_LATEST = """
SELECT 1 FROM item WHERE decided_at > :ahead UNION ALL SELECT 1 FROM promise WHERE overdue_at > :ahead OR warned_at > :ahead
UNION ALL SELECT 1 FROM reply WHERE made_at > :ahead OR ended_at > :ahead LIMIT 1
"""


def _stop_slips(db: Connection, given: dict[str, int]) -> int:
    made = db.execute(
        "SELECT id FROM reply WHERE kind = 'slip' AND state IN ('waiting','held','drafted') AND made_at > :ahead", given
    ).fetchall()
    return sum(cancel_reply(db, slip, WRONG, given["now"]) is not None for (slip,) in made)
