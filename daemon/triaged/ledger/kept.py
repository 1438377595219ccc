"""When a told promise is kept. One rule, whichever of two hands was first.

Each thread that it covers has an answer, and none of its messages still wants one. Deleting is no answer: a thread of which
nothing was answered stays promised; within an answered one it takes the message off.
"""

from triaged.ledger.changes import close_promise, deadline
from triaged.ledger.consequences import PromiseKept
from triaged.ledger.engine import Connection
from triaged.ledger.entries import AnsweredBy

_OPEN = """
SELECT 1 FROM item i WHERE i.promise = :promise AND i.answered_at IS NULL AND i.settled_at IS NULL AND (i.state <> 'gone'
  OR NOT EXISTS (SELECT 1 FROM item o WHERE o.promise = :promise AND o.thread IS i.thread AND o.answered_at IS NOT NULL))
LIMIT 1
"""
_LAST = """
SELECT answered_at, answered_by FROM item WHERE promise = ? AND answered_at IS NOT NULL ORDER BY answered_at DESC, id DESC LIMIT 1
"""


def is_open(db: Connection, promise: int) -> bool:
    """Inside a transaction: whether something that it covers still wants an answer."""
    return db.execute(_OPEN, {"promise": promise}).fetchone() is not None


def keep(db: Connection, item: int, by: AnsweredBy | None = None) -> PromiseKept | None:
    """Inside a transaction: the promise about a message is closed, if by now it is kept. `by`: what shows it."""
    (promise,) = db.execute("SELECT promise FROM item WHERE id = ?", (item,)).fetchone()
    if promise is None or db.execute(_OPEN, {"promise": promise}).fetchone():
        return None
    if db.execute("SELECT 1 FROM promise WHERE id = ? AND kind = 'call'", (promise,)).fetchone():
        return None  # a call is kept when it begins
    last = db.execute(_LAST, (promise,)).fetchone()
    kept = close_promise(db, promise, last[0], by or last[1] or "answer") if last else None
    return PromiseKept(kept, kept.state == "late") if kept else None


def shown_by(db: Connection, item: int, at: int, by: AnsweredBy) -> None:
    """Inside a transaction: the mail is found for which a mail client's mark stood; its promise is judged by the mail."""
    db.execute("UPDATE item SET answered_at = ?, answered_by = ? WHERE id = ? AND answered_by = 'flag'", (at, by, item))
    (promise,) = db.execute("SELECT promise FROM item WHERE id = ?", (item,)).fetchone()
    limit = deadline(db, promise) if promise is not None else None
    last = db.execute(_LAST, (promise,)).fetchone()
    if limit is not None and last is not None:
        db.execute(
            "UPDATE promise SET state = ?, closed_at = ?, closed_by = ? WHERE id = ? AND closed_by = 'flag'",
            ("kept" if last[0] <= limit else "late", *last, promise),
        )
