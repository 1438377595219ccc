"""Mail that my server has found out as forged in a client's name. It is nobody's, gets no item, and causes nothing but this row."""

from triaged.core.decision import Decision
from triaged.ledger.engine import Connection
from triaged.ledger.entries import Arriving, Forgery, Period, Window
from triaged.ledger.instants import from_ms, to_ms
from triaged.ledger.store import Store, rows

_NOTE = "INSERT INTO forged (account, digest, client, sender, subject, at) VALUES (?,?,?,?,?,?) ON CONFLICT DO NOTHING"
_LIST = """
SELECT a.login, f.client, f.sender, f.subject, f.at FROM forged f JOIN account a ON a.id = f.account
WHERE a.person = ? AND f.at >= ? AND f.at < ? ORDER BY f.at
"""


def note(db: Connection, window: Window, arriving: Arriving, decision: Decision) -> None:
    """Inside the admission: it came, in whose name."""
    given = (decision.claims, decision.sender or "", arriving.message.subject, to_ms(arriving.arrived_at))
    db.execute(_NOTE, (window.account.id, arriving.message.digest, *given))


def forged(store: Store, period: Period) -> list[Forgery]:
    """What came to a person in that time, oldest first."""
    found = rows(store, _LIST, (period.person, to_ms(period.since), to_ms(period.until)))
    return [Forgery(login, client, sender, subject, from_ms(at)) for login, client, sender, subject, at in found]
