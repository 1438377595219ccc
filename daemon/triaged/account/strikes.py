"""One message at a time, for when one of them may be to blame: after a stop that was none of ours, or an answer without sense.

Each is preceded by a strike of its own in the ledger, so that a message that ends the process counts too. At the third it
is unreadable: urgent, flagged, left where it is, and never in the way of those behind it.
"""

from collections.abc import Sequence

from triaged.account.admit import admit, fetch
from triaged.account.visit import Visit
from triaged.core.errors import TriagedError
from triaged.ledger import InHand, Ledger, Watermark
from triaged.ledger.entries import FolderRow, Place, Strike
from triaged.mailbox import Fetched, Garbled, Lost, Refused


async def admit_one_by_one(visit: Visit, row: FolderRow, uids: Sequence[int]) -> None:
    """Fetch and admit these, each by itself."""
    for uid in uids:
        await _one(visit, row, uid)


async def _one(visit: Visit, row: FolderRow, uid: int) -> None:
    place = Place(row.name, row.uidvalidity, uid)
    known = await visit.write(Ledger.item_at, visit.row.id, place)
    if known is not None and known.state != "new":
        return
    strike = await visit.write(Ledger.strike, InHand(visit.row, place, visit.now(), visit.account.mode.value))
    if strike.unreadable:
        _say_given_up(visit, place, strike)
        return
    try:
        fetched = await fetch(visit, row, [uid])
    except Lost as lost:
        if lost.goodbye or isinstance(lost, Garbled):
            await _blame(visit, strike, place, str(lost))
        raise
    except Refused as refusal:
        await _blame(visit, strike, place, str(refusal))
        return
    if fetched and fetched[0].is_withheld:
        await _give_up(visit, place, strike)
    elif fetched:
        await _admit(visit, row, strike, fetched)
    else:  # a hand was faster, or it is older than what `start` asks for
        await visit.write(Ledger.unstrike, strike.item)
        await visit.write(Ledger.advance, visit.row.id, Watermark(row.name, uid + 1))


async def _admit(visit: Visit, row: FolderRow, strike: Strike, fetched: Sequence[Fetched]) -> None:
    uid = fetched[0].uid
    try:
        await admit(visit, row, fetched, next_uid=uid + 1)
    except TriagedError:
        raise
    except Exception as error:  # noqa: BLE001 — the top of one message's path: keep the mail, say it, go on
        words = f"{type(error).__name__}: {error}"
        await _blame(visit, strike, Place(row.name, row.uidvalidity, uid), words)
        visit.events.emit(
            "account.degraded", level="error", item=strike.item, folder=row.name, uid=uid, error=words,
            reason="a message cannot be decided; it stays where it is and is tried again",
        )  # fmt: skip


async def _give_up(visit: Visit, place: Place, strike: Strike) -> None:
    """A header that stays empty when it is asked for again: a damaged store, a gateway. Nobody knows whose message it is."""
    await _blame(visit, strike, place, "the server gives no header of this message")
    while strike.tries and not strike.unreadable:
        strike = await visit.write(Ledger.strike, InHand(visit.row, place, visit.now(), visit.account.mode.value))
    if strike.unreadable:
        _say_given_up(visit, place, strike, "it cannot be read; it stays where it is")


async def _blame(visit: Visit, strike: Strike, place: Place, why: str) -> None:
    """Keep the strike, with its reason; those behind the message must not wait for it."""
    await visit.write(Ledger.blame, strike.item, why)
    await visit.write(Ledger.advance, visit.row.id, Watermark(place.folder, place.uid + 1))


_THREE_TIMES = "it could not be dealt with three times; it stays where it is"


def _say_given_up(visit: Visit, place: Place, strike: Strike, reason: str = _THREE_TIMES) -> None:
    visit.events.emit(
        "message.unreadable", mode=visit.account.mode, item=strike.item, folder=place.folder, uid=place.uid,
        verdict="urgent", reason=reason, error=strike.reason,
    )  # fmt: skip
