"""One message at a time, for when one of them may be to blame: after a stop that was none of ours, or an answer without sense.

Each is preceded by a strike of its own in the ledger, so that a message that ends the process counts too. At the third it
is unreadable: urgent, flagged, left where it is, and never in the way of those behind it (LEDGER 4.2 A').
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from triaged.account import watch
from triaged.core.errors import TriagedError
from triaged.core.settings import Account, Person
from triaged.ledger import Ledger
from triaged.ledger.values import FolderRow, Place, Strike
from triaged.mailbox import Garbled, Session

if TYPE_CHECKING:
    from triaged.account.accountloop import Desk


async def one_by_one(
    desk: "Desk", session: Session, person: Person, account: Account, row: FolderRow, uids: Sequence[int]
) -> None:
    """Fetch and admit these, each by itself."""
    for uid in uids:
        await _one(desk, session, person, account, row, uid)


async def _one(desk: "Desk", session: Session, person: Person, account: Account, row: FolderRow, uid: int) -> None:
    office = desk.office
    now = office.now()
    place = Place(row.name, row.uidvalidity, uid)
    known = await office.write(Ledger.item_at, desk.row.id, place)
    if known is not None and known.state != "new":
        return
    strike = await office.write(Ledger.strike, desk.row, place, now, mode=account.mode.value)
    if strike.unreadable:
        _say_given_up(desk, account, place, strike)
        return
    try:
        fetched = await watch.fetch(desk, session, person, account, row, [uid])
    except Garbled as garbled:
        await office.write(Ledger.blame, strike.item, str(garbled))
        await office.write(Ledger.advance, desk.row.id, row.name, uid + 1)  # those behind it must not wait for it
        raise
    if not fetched:  # a hand was faster, or it is older than what `start` asks for
        await office.write(Ledger.unstrike, strike.item)
        await office.write(Ledger.advance, desk.row.id, row.name, uid + 1)
        return
    try:
        await watch.admit(desk, session, person, account, row, fetched, next_uid=uid + 1)
    except TriagedError:
        raise
    except Exception as error:  # noqa: BLE001 — the top of one message's path: keep the mail, say it, go on
        words = f"{type(error).__name__}: {error}"
        await office.write(Ledger.blame, strike.item, words)
        await office.write(Ledger.advance, desk.row.id, row.name, uid + 1)
        desk.events.emit(
            "account.degraded", level="error", item=strike.item, folder=row.name, uid=uid, error=words,
            reason="a message cannot be decided; it stays where it is and is tried again",
        )  # fmt: skip


def _say_given_up(desk: "Desk", account: Account, place: Place, strike: Strike) -> None:
    desk.events.emit(
        "message.unreadable", mode=account.mode, item=strike.item, folder=place.folder, uid=place.uid, verdict="urgent",
        reason="it could not be dealt with three times; it stays where it is", error=strike.reason,
    )  # fmt: skip
