"""Watched folders: what has come into them since the last visit is admitted, oldest first, in windows.

First contact draws the line between what is old and what is new; a folder that was numbered anew is mapped first.
"""

import contextlib
from collections.abc import Sequence
from datetime import datetime

from triaged.account.admit import admit, fetch
from triaged.account.firstcontact import FirstContact
from triaged.account.folderlayout import as_seen
from triaged.account.remap import renumbered
from triaged.account.strikes import admit_one_by_one
from triaged.account.visit import Visit
from triaged.core.errors import TriagedError
from triaged.ledger import Ledger
from triaged.ledger.entries import FolderRow, Item
from triaged.mailbox import Fetched, Lost, Refused, Selected, Session

LIVE_WINDOW = 20
BACKLOG_WINDOW = 500
"""Messages that are fetched and admitted at a time: few while mail trickles in, many when there is a backlog."""


async def sweep(visit: Visit, *, everywhere: bool = False) -> None:
    """Take in what is new in every watched folder. `everywhere`: also in those that were asked a moment ago.

    So it is before a look: what a filter has moved to another watched folder was not taken away by a hand.
    """
    now, memory = visit.now(), visit.memory
    others_due = everywhere or memory.checks.others_due(now)
    rows, struck = await visit.write(Ledger.standing, visit.row.id, now)
    watched = [row for folder, row in rows.items() if folder in visit.layout.watch]
    if watched and memory.first_contact is None:
        await _met_before(visit, watched)
    for folder in visit.layout.absent:
        visit.not_watched(folder, "there is no such folder")
    waiting_in = visit.layout.waiting_in
    for folder in sorted(visit.layout.watch, key=lambda folder: folder != waiting_in):
        configured = visit.layout.watch[folder]
        row, again = rows.get(folder), [item for item in struck if item.folder == folder]
        try:
            if folder == waiting_in or again or (others_due and await _has_news(visit.session, folder, row)):
                await _take_in(visit, folder, row, again)
            elif not others_due:
                continue
            visit.watched(configured)
        except Refused as refusal:
            visit.not_watched(configured, str(refusal))
    memory.one_by_one = False
    visit.forget_doubts()
    visit.forget_unwatched({*visit.layout.absent, *visit.layout.watch.values()})
    if others_due:
        memory.checks.asked_others = now


async def more_has_come(visit: Visit) -> bool:
    """Go back to the first watched folder; True when it has something that was not seen yet."""
    first = visit.layout.waiting_in
    if not visit.layout.watch or visit.session.selected == first:
        return False
    try:
        selected = await visit.session.select(first)
    except Refused as refusal:
        visit.not_watched(visit.layout.watch[first], str(refusal))
        return False
    row = await visit.write(Ledger.folder, visit.row.id, first)
    return row is None or row.uidvalidity != selected.uidvalidity or (selected.uidnext or 0) > row.next_uid


async def _has_news(session: Session, folder: str, row: FolderRow | None) -> bool:
    """Ask by STATUS whether a folder that is not selected has anything that was not seen yet."""
    status = await session.status(folder)
    if status is None:
        raise Refused("there is no such folder any more")
    return not as_seen(row, status)


async def _take_in(visit: Visit, folder: str, row: FolderRow | None, again: Sequence[Item]) -> None:
    """Take in everything of a watched folder that was not seen yet, oldest first; then what is to be tried `again`."""
    row, uids = await _unseen(visit, folder, row)
    size = BACKLOG_WINDOW if len(uids) > LIVE_WINDOW else LIVE_WINDOW
    for start in range(0, len(uids), size):
        await _window(visit, row, uids[start : start + size])
        visit.memory.one_by_one = False
    struck = [item.uid for item in again if item.uid and item.uidvalidity == row.uidvalidity]
    await admit_one_by_one(visit, row, struck)


async def _window(visit: Visit, row: FolderRow, uids: Sequence[int]) -> None:
    """Fetch and admit one window; where one of its messages is to blame for trouble, they are taken one by one."""
    if visit.memory.one_by_one:
        await admit_one_by_one(visit, row, uids)
        return
    try:
        fetched = await fetch(visit, row, uids)
    except Lost as lost:
        visit.memory.lost_at((row.name, uids[0]), lost)
        raise
    except Refused as refusal:
        visit.doubts(row.name, f"the server does not show messages in it: {refusal}")
        await admit_one_by_one(visit, row, uids)
        return
    visit.memory.losses = 0
    if withheld := sum(one.is_withheld for one in fetched):
        visit.doubts(row.name, f"the server gives no header of {withheld} messages in it")
        await admit_one_by_one(visit, row, uids)
        return
    try:
        await admit(visit, row, fetched, next_uid=uids[-1] + 1)
    except TriagedError:
        raise
    except Exception:  # noqa: BLE001 — one of them: each gets its own turn, and the one to blame its strike
        await admit_one_by_one(visit, row, uids)


# --- where the line is between old and new ----------------------------------------------------------------------


async def _unseen(visit: Visit, folder: str, row: FolderRow | None) -> tuple[FolderRow, list[int]]:
    """A watched folder, selected, and the UIDs in it that were not seen yet."""
    session = visit.session
    if row is not None and session.selected == folder and not select_due(visit):
        return row, (await session.news_from(row.next_uid))[0]
    row = await _selected(visit, folder, row)
    uids = await session.uids_from(row.next_uid)
    if session.unfound:
        visit.doubts(folder, f"the server's search does not find {session.unfound} of the messages in it")
    return row, uids


def select_due(visit: Visit) -> bool:
    """Whether the selected folder is to be selected again; one that a hand can rename or delete each minute."""
    checks, now = visit.memory.checks, visit.now()
    return checks.select_due(now) if visit.session.selected == "INBOX" else checks.others_due(now)


async def _selected(visit: Visit, folder: str, row: FolderRow | None) -> FolderRow:
    """Select a watched folder; first contact or a change of UIDVALIDITY has been dealt with afterwards."""
    selected = await visit.session.select(folder)
    visit.memory.checks.selected = visit.now()
    if row is None:
        return await _first_contact(visit, folder, selected.uidvalidity, await _uidnext(visit.session, selected))
    fell_back = selected.uidnext is not None and selected.uidnext < row.next_uid
    if row.uidvalidity != selected.uidvalidity or fell_back:
        return await renumbered(visit, row, selected.uidvalidity, await _uidnext(visit.session, selected))
    return row


async def _uidnext(session: Session, selected: Selected) -> int:
    """UIDNEXT; where the server names none the number after the newest, which says nothing about renumbering."""
    return selected.uidnext or max(await session.uids_from(1), default=0) + 1


async def _first_contact(visit: Visit, folder: str, uidvalidity: int, uidnext: int) -> FolderRow:
    """Draw the line in a folder never seen before: what lies there is old, and is never replied to."""
    await _meet(visit, folder, uidnext)
    start = visit.account.start
    begin = uidnext
    if start == "all":
        begin = 1
    elif start != "new":
        begin = await _first_since(visit.session, visit.now() - start.calendar, uidnext)
    row = FolderRow(
        account=visit.row.id,
        name=folder,
        role="watch",
        uidvalidity=uidvalidity,
        next_uid=begin,
        baseline_uid=uidnext,
        last_internal_at=None,
    )
    await visit.write(Ledger.put_folder, row)
    return row


async def _meet(visit: Visit, folder: str, uidnext: int) -> None:
    """At the first folder of an account: remember the newest arrival in any. Leaves `folder`, which was at `uidnext`, selected."""
    if visit.memory.first_contact is not None:
        return
    there: list[Fetched] = []
    for other in sorted(visit.layout.watch, key=lambda each: each == folder):
        with contextlib.suppress(Refused):
            await visit.session.select(other)
            uids = [uid for uid in await visit.session.uids_from(1) if other != folder or uid < uidnext]
            there += await visit.session.headers(uids[-LIVE_WINDOW:])
    visit.memory.first_contact = FirstContact.among(there)
    await visit.write(Ledger.learn, visit.row.id, first_contact=visit.memory.first_contact.learned())


async def _met_before(visit: Visit, rows: Sequence[FolderRow]) -> None:
    """In a ledger of before there was such an instant: that of the newest of what lies below the lines that were drawn then."""
    there: list[Fetched] = []
    for row in rows:
        with contextlib.suppress(Refused):
            if (await visit.session.select(row.name)).uidvalidity == row.uidvalidity:
                uids = [uid for uid in await visit.session.uids_from(1) if uid < row.baseline_uid]
                there += await visit.session.headers(uids[-LIVE_WINDOW:])
    visit.memory.first_contact = FirstContact.among(there)
    await visit.write(Ledger.learn, visit.row.id, first_contact=visit.memory.first_contact.learned())


async def _first_since(session: Session, since: datetime, uidnext: int) -> int:
    """The lowest UID of what arrived after `since`, looking backwards from the newest as far as there is any."""
    uids = await session.uids_from(1)
    first = uidnext
    for end in range(len(uids), 0, -BACKLOG_WINDOW):
        window = await session.headers(uids[max(0, end - BACKLOG_WINDOW) : end])
        young = [fetched.uid for fetched in window if fetched.arrived >= since]
        if not young:
            break
        first = min(young)
    return first
