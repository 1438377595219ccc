"""What lies in the deferred folder with our mark and is in no row: counted; decided again, and brought back when its time comes.

What has come there since the ledger's copy was made is decided again at once. What lies below the line of first contact, since
the ledger was lost, is counted and told until a person says so (`triaged adopt`); so is what lies there with the mark of a
key that is not here, which may have been lost, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from triaged.account import trustedserver
from triaged.account.arriving import arriving
from triaged.account.judge import Judge
from triaged.account.loglines import of_item
from triaged.account.visit import Visit
from triaged.core.errors import TriagedError
from triaged.core.identify import identify
from triaged.core.message import read
from triaged.core.settings import Terms
from triaged.ledger import Ledger
from triaged.ledger.entries import FolderRow, Window

_WHY = "put aside from here, which the ledger had forgotten: decided again"


@dataclass(frozen=True, slots=True)
class Adopted:
    """How many messages wait for their moment again, and how many are brought back at once."""

    waiting: int = 0
    back: int = 0


async def count(visit: Visit, row: FolderRow) -> None:
    """Keep how many lie there that no ledger knows, and say so. Selects the folder."""
    unknown = await _unknown(visit, row)
    found = len(unknown.ours) + len(unknown.others) + visit.memory.left_alone
    if found and found != visit.memory.health.unadopted:
        put = "put" if visit.session.keeps_keywords and not unknown.others else "may have put"
        alone = "" if not unknown.others else "if no other triaged works on this mailbox, "
        visit.events.emit(
            "account.degraded",
            level="error",
            folder=row.name,
            error=f"{found} message{'s' if found > 1 else ''} that triaged {put} aside are in no row of its ledger",
            reason=f"{alone}nobody brings them back until you say so: triaged adopt {visit.account.label}",
        )
    visit.memory.health.unadopted = found


async def adopt(visit: Visit) -> Adopted:
    """Take in all of them: what is a client's is decided again, the rest is brought back.

    Raises:
        TriagedError: there is no deferred folder.
    """
    folder = visit.layout.deferred
    row = await visit.write(Ledger.folder, visit.row.id, folder) if folder is not None else None
    if row is None:
        raise TriagedError("there is no deferred folder that was looked at")
    now, waiting, back = visit.now(), 0, 0
    unknown = await _unknown(visit, row)
    for uid in (*unknown.ours, *unknown.others):
        back_at = await regain(visit, row, uid) or await _bring_back(visit, row, uid)
        waiting, back = (waiting + 1, back) if back_at > now else (waiting, back + 1)
    await count(visit, row)
    return Adopted(waiting, back)


@dataclass(frozen=True, slots=True)
class _Unknown:
    """UIDs of what lies there in no row."""

    ours: Sequence[int]
    others: Sequence[int] = ()  # since before first contact, with the mark of a key that is not here


async def _unknown(visit: Visit, row: FolderRow) -> _Unknown:
    selected = await visit.session.select(row.name)
    known = await visit.write(Ledger.uids_aside, replace(row, uidvalidity=selected.uidvalidity))
    if not visit.session.keeps_keywords:
        return _Unknown(sorted(await _still_there(visit, visit.memory.left_there - known)))
    ours = [uid for uid in await visit.session.marked(sorted(visit.marks)) if uid not in known]
    if not (marks := visit.session.marks_there - visit.marks):
        return _Unknown(ours)
    old = [uid for uid in await visit.session.marked(sorted(marks)) if uid < row.baseline_uid]
    return _Unknown(ours, [uid for uid in old if uid not in {*known, *ours}])


async def _still_there(visit: Visit, uids: set[int]) -> set[int]:
    """Of messages of the selected folder those that lie there."""
    return set(await visit.session.flags(sorted(uids))) if uids else set()


async def _bring_back(visit: Visit, row: FolderRow, uid: int) -> datetime:
    """It is nobody's on the roster."""
    now = visit.now()
    await visit.session.select(row.name)
    for fetched in await visit.session.headers([uid]):
        message = read(fetched.header, b"", size=fetched.size, complete=False)
        arrived = arriving(visit, row, fetched, identify(message, visit.person, visit.account))
        await visit.write(Ledger.adopt, Window(visit.row, now, [arrived]), now, visit.layout.home)
    return now


async def regain(visit: Visit, row: FolderRow, uid: int) -> datetime | None:
    """Decide a message of that folder again; when it comes back. None: it is no client's, or not there."""
    await visit.session.select(row.name)
    found = await visit.session.fetch([uid], text=True)
    if not found:
        return None
    who = trustedserver.identified(visit, found[0].as_message())
    judge = Judge(Terms(visit.person, visit.account, movable=True))
    # what a person did with it where it lies is no sign that she wants it there
    message = arriving(visit, row, replace(found[0], flags=frozenset({visit.mark})), who)
    window = judge.window(visit.row, visit.siblings, visit.now(), [message])
    regained = await visit.write(Ledger.regain, window, judge.decide, judge.record)
    if regained is None:
        return None
    item, back_at = regained
    visit.events.emit(
        "message.deferred",
        **of_item(item),
        verdict=item.verdict,
        rule=item.rule,
        reason=_WHY,
        arrived=item.arrived_at,
        until=back_at,
        folder=row.name,
        uid=uid,
    )
    return back_at
