"""A message's path: seen on the server, read, decided about and written down in one transaction, told in the log.

What becomes of it afterwards (flags, moves, replies) is read from the ledger by others. Here the mailbox is changed
in nothing but our mark on what a reply is planned for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from triaged.account import evidence, lookaround, marks, remap, strikes
from triaged.account.folderlayout import as_seen
from triaged.account.judge import Judge
from triaged.account.loglines import tell, tell_admission
from triaged.account.sentmail import is_evidence, sent_seen
from triaged.core.authres import Verdict as Trusted
from triaged.core.errors import TriagedError
from triaged.core.identify import Identified, identify
from triaged.core.message import read
from triaged.core.record import excerpt_of
from triaged.core.settings import Account, Person
from triaged.ids import new_message_id
from triaged.ledger import Ledger
from triaged.ledger.values import Arriving, FolderRow, Item, Place
from triaged.mailbox import Fetched, Garbled, Session

if TYPE_CHECKING:
    from triaged.account.accountloop import Desk

LIVE_WINDOW = 20
BACKLOG_WINDOW = 500
"""Messages that are fetched and admitted at a time: few while mail trickles in, many when there is a backlog."""


async def has_news(session: Session, folder: str, row: FolderRow | None) -> bool:
    """Ask by STATUS whether a folder that is not selected has anything that was not seen yet."""
    status = await session.status(folder)
    return status is not None and not as_seen(row, status)


async def arrive_at(desk: "Desk", session: Session, folder: str) -> bool:
    """Select a watched folder again after work elsewhere; True when it has news."""
    selected = await session.select(folder)
    row = await desk.office.write(Ledger.folder, desk.row.id, folder)
    return row is None or row.uidvalidity != selected.uidvalidity or (selected.uidnext or 0) > row.next_uid


async def sweep(
    desk: "Desk",
    session: Session,
    person: Person,
    account: Account,
    folder: str,
    row: FolderRow | None,
    again: Sequence[Item],
) -> None:
    """Take in everything of a watched folder that was not seen yet, oldest first; then what is to be tried `again`."""
    row, uids = await _unseen(desk, session, account, folder, row)
    size = BACKLOG_WINDOW if len(uids) > LIVE_WINDOW else LIVE_WINDOW
    for start in range(0, len(uids), size):
        await _window(desk, session, person, account, row, uids[start : start + size])
        desk.careful = False
    struck = [item.uid for item in again if item.uid and item.uidvalidity == row.uidvalidity]
    await strikes.one_by_one(desk, session, person, account, row, struck)


async def _unseen(
    desk: "Desk", session: Session, account: Account, folder: str, row: FolderRow | None
) -> tuple[FolderRow, list[int]]:
    """A watched folder, selected, and the UIDs in it that were not seen yet."""
    if row is not None and session.selected == folder and not desk.rhythm.select_due(desk.office.now()):
        return row, (await session.news_from(row.next_uid))[0]
    row = await _selected(desk, session, account, folder, row)
    return row, await session.uids_from(row.next_uid)


async def _selected(desk: "Desk", session: Session, account: Account, folder: str, row: FolderRow | None) -> FolderRow:
    """Select a watched folder; first contact or a change of UIDVALIDITY has been dealt with afterwards."""
    selected = await session.select(folder)
    desk.rhythm.selected = desk.office.now()
    uidnext = selected.uidnext if selected.uidnext is not None else await _uidnext(session)
    if row is None:
        row = await first_contact(desk, session, account, folder, selected.uidvalidity, uidnext)
    elif row.uidvalidity != selected.uidvalidity or uidnext < row.next_uid:
        row = await remap.renumbered(desk, session, row, selected.uidvalidity, uidnext)
    return row


async def _uidnext(session: Session) -> int:
    # 163.com and Winmail name no UIDNEXT in SELECT
    uids = await session.uids_from(1)
    return max(uids, default=0) + 1


async def first_contact(
    desk: "Desk", session: Session, account: Account, folder: str, uidvalidity: int, uidnext: int
) -> FolderRow:
    """Draw the line in a folder never seen before: what lies there is old, and is never replied to."""
    now = desk.office.now()
    begin = uidnext
    if account.start == "all":
        begin = 1
    elif account.start != "new":
        begin = await _first_since(session, now - account.start.fixed, uidnext)
    row = FolderRow(
        account=desk.row.id,
        name=folder,
        role="watch",
        uidvalidity=uidvalidity,
        next_uid=begin,
        baseline_uid=uidnext,
        last_internal_at=None,
    )
    await desk.office.write(Ledger.put_folder, row)
    return row


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


async def _window(
    desk: "Desk", session: Session, person: Person, account: Account, row: FolderRow, uids: Sequence[int]
) -> None:
    """Fetch and admit one window; where one of its messages is to blame for trouble, they are taken one by one."""
    if desk.careful:
        await strikes.one_by_one(desk, session, person, account, row, uids)
        return
    try:
        fetched = await fetch(desk, session, person, account, row, uids)
    except Garbled:
        desk.careful = True
        raise
    try:
        await admit(desk, session, person, account, row, fetched, next_uid=uids[-1] + 1)
    except TriagedError:
        raise
    except Exception:  # noqa: BLE001 — one of them: each gets its own turn, and the one to blame its strike
        await strikes.one_by_one(desk, session, person, account, row, uids)


async def fetch(
    desk: "Desk", session: Session, person: Person, account: Account, row: FolderRow, uids: Sequence[int]
) -> list[Fetched]:
    """Messages of a watched folder that are to be decided, with as much of their text as rules and replies look at."""
    if session.selected != row.name:
        await session.select(row.name)
    fetched = await session.fetch(uids, text=person.rules.needs_text or bool(person.replies))
    if isinstance(account.start, str):
        return fetched
    # old mail that was copied into the folder before first contact has a high UID, and is old all the same
    line = desk.office.now() - account.start.fixed
    return [one for one in fetched if one.uid >= row.baseline_uid or one.arrived >= line]


@dataclass(frozen=True, slots=True)
class _Seen:
    """One fetched message, read and identified."""

    fetched: Fetched
    who: Identified


async def admit(
    desk: "Desk",
    session: Session,
    person: Person,
    account: Account,
    row: FolderRow,
    fetched: Sequence[Fetched],
    *,
    next_uid: int,
) -> None:
    """Write down the verdict about each message of a window, in UID order, in one transaction; then say it."""
    seen = [_look_at(one, person, account) for one in sorted(fetched, key=lambda one: one.uid)]
    now = desk.office.now()
    await _take_evidence(desk, person, seen, now)
    if not seen:
        await desk.office.write(Ledger.advance, desk.row.id, row.name, next_uid)
        return
    judge = Judge(person, account, movable=desk.layout is None or desk.layout.movable)
    messages = [arriving(desk, account, row, one.fetched, one.who) for one in seen]
    window = judge.window(desk.row, desk.siblings(), now, messages)
    admissions = await desk.office.write(Ledger.admit, replace(window, next_uid=next_uid), judge.decide, judge.record)
    for admission in admissions:
        tell_admission(desk.events, admission, folder=row.name)
    desk.health.last_message = now
    desk.on_news()
    await marks.mark_admitted(desk, session, admissions)
    for admission in admissions:
        if admission.how == "reappeared" and admission.item is not None:
            await lookaround.reappeared(desk, session, admission.item, admission.arriving.place)


async def _take_evidence(desk: "Desk", person: Person, seen: Sequence[_Seen], now: datetime) -> None:
    """What a window says about mails of ours: those that came back, and what I and the team have written."""
    for one in seen:
        if "delivery-report" in one.who.kinds:
            await evidence.take_report(desk, evidence.returned_ids(one.fetched.body, one.who.message.references))
    own = [
        sent_seen(one.who.message, one.fetched.arrived, person.roster, by_team=not one.who.mine)
        for one in seen
        if one.who.authentication.verdict is not Trusted.FAIL
        and (one.who.mine or (one.who.team and one.who.client is None))
        and is_evidence(one.who.message)
    ]
    if own:
        await evidence.notice_strangers_mark(desk, own)
        tell(desk.events, await desk.office.write(Ledger.saw_sent, desk.row.id, own, now))


def _look_at(fetched: Fetched, person: Person, account: Account) -> _Seen:
    message = read(fetched.header, fetched.body, size=fetched.size, complete=fetched.complete)
    return _Seen(fetched, identify(message, person, account))


def arriving(desk: "Desk", account: Account, row: FolderRow, fetched: Fetched, who: Identified) -> Arriving:
    """What the ledger must know of a message in a folder."""
    return Arriving(
        who=who,
        arrived_at=fetched.arrived,
        mode=account.mode_with(who.client).value,
        place=Place(row.name, row.uidvalidity, fetched.uid),
        flags=fetched.flags,
        baseline=fetched.uid < row.baseline_uid,
        excerpt=excerpt_of(who.message),
        server_id=fetched.server_id,
        new_message_id=new_message_id(desk.office.chance, account.addresses[0].domain),
    )
