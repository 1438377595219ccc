"""Messages that lie where we put them, and of which the ledger does not know: it was put back, or lost."""

# ruff: noqa: S608 — statements are put together from constants of this room only; values are always bound

from dataclasses import replace
from datetime import datetime

from triaged.core.decision import Aside
from triaged.ledger.admission import Decide, Record
from triaged.ledger.changes import item_now, plan_return
from triaged.ledger.engine import Connection
from triaged.ledger.entries import Admission, Item, NotDone, Place, Window
from triaged.ledger.instants import to_ms
from triaged.ledger.owing import Writing
from triaged.ledger.pastfacts import gather, question_of
from triaged.ledger.recognition import is_second, put_place
from triaged.ledger.rows import REMEMBER, begins
from triaged.ledger.store import Store, commit, row, rows
from triaged.ledger.writing import write_decision

_OPEN = "item = ? AND state IN ('planned','trying')"
_DONE = f"UPDATE effect SET state = 'done', done_at = ?, error = NULL WHERE {_OPEN}"


def was_put_aside(store: Store, item_id: int, place: Place, now: datetime) -> bool:
    """A message that was to be put aside lies in the deferred folder: it was. False: it was not to be."""
    at = to_ms(now)
    with commit(store, "was_put_aside") as db:
        if not db.execute(f"{_DONE} AND kind = 'aside'", (at, item_id)).rowcount:
            return False
        db.execute("UPDATE item SET state = 'aside' WHERE id = ? AND state = 'here'", (item_id,))
        put_place(db, item_id, place)
        plan_return(db, item_id, at, None)  # where none is owed: whatever is put aside comes back
        return True


def came_back(store: Store, item_id: int, place: Place, now: datetime) -> bool:
    """A message that is put aside, or was to be, has been brought back. False: it was known to be here."""
    at = to_ms(now)
    with commit(store, "came_back") as db:
        put_place(db, item_id, place)
        moved = db.execute(f"{_DONE} AND kind IN ('aside','urgent','back')", (at, item_id)).rowcount
        db.execute("UPDATE item SET state = 'here' WHERE id = ? AND state = 'aside'", (item_id,))
        return moved > 0


_ADOPT = "adopt:"
_WANTED = "wanted"


def ask_adoption(store: Store, login: str) -> bool:
    """What lies aside in no row is to be taken in; the daemon says what came of it. False: the account is not known."""
    with commit(store, "ask_adoption") as db:
        if db.execute("SELECT 1 FROM account WHERE login = ?", (login,)).fetchone() is None:
            return False
        db.execute(REMEMBER, (_ADOPT + login, _WANTED))
        return True


def adoptions_wanted(store: Store) -> list[str]:
    """The logins of the accounts for which that was asked and not done."""
    found = rows(store, f"SELECT key FROM meta WHERE {begins('key', _ADOPT)} AND value = ?", (_WANTED,))
    return [key.removeprefix(_ADOPT) for (key,) in found]


def tell_adoption(store: Store, login: str, what: str | NotDone) -> None:
    """Leave what came of it for whoever asked, in words."""
    words = f"!{what.why}" if isinstance(what, NotDone) else f"={what}"
    with commit(store, "tell_adoption") as db:
        db.execute("UPDATE meta SET value = ? WHERE key = ? AND value = ?", (words, _ADOPT + login, _WANTED))


def adoption(store: Store, login: str) -> str | NotDone | None:
    """What came of it; None: the daemon has not been at it yet."""
    found = row(store, "SELECT value FROM meta WHERE key = ?", (_ADOPT + login,))
    if found is None or found[0] == _WANTED:
        return None
    words = str(found[0])
    return NotDone(words[1:]) if words.startswith("!") else words[1:]


def regain(store: Store, window: Window, decide: Decide, record: Record) -> tuple[Item, datetime] | None:
    """A message of ours in the deferred folder that is in no row: decided again, as of its arrival; nobody is answered or told.

    Returns it, and when it comes back (at once, where its moment has passed or it does not wait by the rules of today).
    None: it is no client's.
    """
    [a] = window.messages
    as_of = replace(window, now=max(a.arrived_at, a.came_at or a.arrived_at))
    with commit(store, "regain") as db:
        facts = gather(db, question_of(db, as_of, a), a)
        decision = decide(a, facts)
        if decision.client is None:
            return None
        until = next((effect.back_at for effect in decision.effects if isinstance(effect, Aside)), window.now)
        plain = replace(decision, effects=(), reply=None, promise=None, cancels_replies=False, spends_pass=False)
        writing = Writing(db, as_of, a, plain, facts, second=is_second(db, window.account, a))
        answered = facts.answered_at
        shown = {"answered_at": to_ms(answered), "answered_by": "answer"} if answered is not None else {}
        admission = write_decision(writing, shown, record(decision, a))
        item = _lies_aside(db, admission, a.place)
        back_at = max(until, window.now)
        plan_return(db, item, to_ms(back_at), None)
        return item_now(db, item), back_at


def _lies_aside(db: Connection, admission: Admission, place: Place | None) -> int:
    item = admission.item
    assert item is not None
    db.execute("UPDATE item SET state = 'aside' WHERE id = ? AND state = 'here'", (item,))
    put_place(db, item, place)
    return item
