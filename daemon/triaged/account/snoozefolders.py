"""Folders below the deferred one that say when: what a person drags there comes back at that moment.

Made where [snooze] is written, once: what they are called then stays, and one that she deletes is not made again. A message
rests there for a minute, so that she sees where she put it; then it goes to the deferred folder, or to the archive.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from triaged.account.arriving import arriving
from triaged.account.byhand import left
from triaged.account.folderlayout import Layout
from triaged.account.places import came_by_delivery, holds, presence
from triaged.account.remap import renumbered
from triaged.account.visit import Visit
from triaged.core.calls import Schedule
from triaged.core.flags import folded
from triaged.core.identify import Identified, identify
from triaged.core.message import Message, read
from triaged.core.moments import parse_moment, resolve_first
from triaged.core.settings import Mode
from triaged.ids import is_as_made
from triaged.ledger import Ledger, Watermark
from triaged.ledger.entries import FolderRow, Item, Place, Window
from triaged.ledger.settling import Snooze
from triaged.ledger.snoozing import RESTS, Dragged
from triaged.mailbox import Fetched, FolderStatus, Refused, Session

_ELSE = parse_moment("start of office hours")
_FACT, _BESIDE = "snooze", "beside_snooze"


# --- where they are -----------------------------------------------------------------------------------------------


async def laid_out(visit: Visit, *, make: bool) -> Layout:
    """The layout with the snooze folders that are there; `make` those that were never made."""
    layout, wanted = visit.layout, visit.person.snooze
    if layout.deferred is None or not wanted:
        return layout
    learned = await visit.write(Ledger.learned, visit.row.id)
    known: dict[str, str] = dict(learned.get(_FACT) or {})
    beside = await _beside(visit, layout.deferred)
    before = learned.get(_BESIDE)
    there = await _places(visit, known, frozenset(beside).difference(beside if before is None else before))
    known |= there
    for name in [name for name in wanted if make and name not in known]:
        if made := await _make(visit, layout.deferred, name):
            known[name] = there[name] = made
            beside = sorted({*beside, made})
    now = {_FACT: known, _BESIDE: beside}
    if any(learned.get(fact) != value for fact, value in now.items()):
        await visit.write(Ledger.learn, visit.row.id, **now)
    return replace(layout, snooze={there[name]: name for name in wanted if name in there})


async def _beside(visit: Visit, deferred: str) -> list[str]:
    """The folders below the deferred one, or beside it under a name that begins with its."""
    infos = await visit.session.folders()
    return sorted(
        one.name for one in infos if one.selectable and one.name.startswith(deferred) and one.name != deferred
    )


async def _places(visit: Visit, known: Mapping[str, str], appeared: frozenset[str]) -> dict[str, str]:
    """Of the folders that were made those that are still there; one that she has renamed under its new name."""
    there = {name: real for name, real in known.items() if await visit.session.status(real) is not None}
    missing = known.keys() - there.keys()
    for name in missing:
        new = appeared.difference(there.values())
        if renamed := await _renamed(visit, known[name], there.values(), new if len(missing) == len(new) == 1 else ()):
            there[name] = renamed
    return there


async def _renamed(visit: Visit, real: str, others: Iterable[str], alone: Collection[str]) -> str | None:
    """The one folder that has its UIDVALIDITY, which stays with a folder that is renamed; None: it was deleted, or binned.

    Some servers give a renamed folder another (Courier), or all folders the same (Cyrus, those made within a second). There it is the one
    that has appeared below the deferred folder since the last look, `alone`, and whose numbers go on.
    """
    layout, session = visit.layout, visit.session
    row = await visit.write(Ledger.folder, visit.row.id, real)
    if row is None:
        return None
    known = {
        *others,
        *layout.watch,
        *layout.sent,
        layout.deferred,
        layout.urgent,
        layout.drafts,
        layout.trash,
        layout.archive,
    }
    found, going_on = [], []
    for info in await session.folders():
        if info.selectable and info.name not in known and not _is_below(info.name, layout.trash):
            status = await session.status(info.name)
            if status is not None and _goes_on(status, row):
                going_on.append(info.name)
                found += [info.name] if status.uidvalidity == row.uidvalidity else []
    if len(found) != 1:
        found = [name for name in going_on if name in alone]
    if len(found) != 1:
        return None
    await visit.write(Ledger.rename_folder, visit.row.id, real, found[0])
    return found[0]


def _is_below(name: str, folder: str | None) -> bool:
    """A mail program that deletes a folder moves it into the bin."""
    return folder is not None and name.startswith(folder) and not name[len(folder)].isalnum()


def _goes_on(status: FolderStatus, row: FolderRow) -> bool:
    """Whether it has held as many messages as the one that is missing: one that was just made has not."""
    return status.uidnext is None or status.uidnext >= row.next_uid


async def _make(visit: Visit, deferred: str, name: str) -> str | None:
    """Make a folder below the deferred one; beside it where the server has none inside others. None: it refuses."""
    session, configured = visit.session, visit.account.folders.deferred
    delimiter = await session.delimiter()
    plain = name.replace(delimiter, "-") if delimiter else name
    for wanted in ([f"{configured}/{plain}"] if delimiter else []) + [f"{configured}-{plain}"]:
        try:
            made = await session.ensure(wanted)
            await _meet(visit, made)
        except Refused as refusal:
            why = str(refusal)
        else:
            return made
    visit.events.emit(
        "account.degraded", folder=f"{deferred}/{name}", error=why, reason="this snooze folder is not there"
    )
    return None


async def _meet(visit: Visit, folder: str) -> FolderRow:
    """Draw the line: what lies there now is never touched."""
    selected = await visit.session.select(folder)
    uidnext = selected.uidnext or 1
    row = FolderRow(visit.row.id, folder, "deferred", selected.uidvalidity, uidnext, uidnext)
    await visit.write(Ledger.put_folder, row)
    return row


# --- what a hand has put there --------------------------------------------------------------------------------------


async def look_into(visit: Visit) -> bool:
    """See what was dragged into them, and what has left them since. False: one of them is not there any more."""
    if not visit.layout.snooze:
        return True
    complete = True
    rows = {row.name: row for row in await visit.write(Ledger.folders, visit.row.id)}
    for folder, name in visit.layout.snooze.items():
        status = await visit.session.status(folder)
        if status is None:
            complete = False  # she has renamed it; or deleted it, and does not want it
            continue
        row, ours = rows.get(folder), await visit.write(Ledger.items_aside_in, visit.row.id, folder)
        if status.exists or ours:
            await _look_into(visit, _Folder(folder, visit.person.snooze.get(name, ())), row, ours)
    return complete


@dataclass(frozen=True, slots=True)
class _Folder:
    """A snooze folder, and when what lies there comes back; no moments: it is dealt with."""

    name: str
    moments: Sequence[object]


async def _look_into(visit: Visit, folder: _Folder, row: FolderRow | None, ours: Sequence[Item]) -> None:
    if row is None:
        await _meet(visit, folder.name)
        return
    selected = await visit.session.select(folder.name)
    if row.uidvalidity != selected.uidvalidity:
        row = await renumbered(visit, row, selected.uidvalidity, selected.uidnext or 1)
    placed = {item.uid for item in ours if item.uidvalidity == row.uidvalidity}
    strange = [uid for uid in await visit.session.uids_from(row.baseline_uid) if uid not in placed]
    resting = await visit.write(Ledger.resting_at, row, strange)
    uids = [uid for uid in strange if uid not in resting]
    if uids and visit.account.mode is not Mode.OBSERVE:
        await _put_there(visit, folder, row, await visit.session.headers(uids))
        done = min((uid for uid in uids if _waits(visit, row, uid)), default=uids[-1] + 1)
        if done > row.next_uid:
            await visit.write(Ledger.advance, visit.row.id, Watermark(row.name, done))
    await visit.session.select(folder.name)
    await left(visit, folder.name, ours)


def _waits(visit: Visit, row: FolderRow, uid: int) -> bool:
    """Whether it is not decided yet what it is: the folder is looked into again."""
    return Place(row.name, row.uidvalidity, uid) in visit.memory.copies


@dataclass(frozen=True, slots=True)
class _Found:
    """One message in a snooze folder: whose it is, and as what the ledger knows it."""

    fetched: Fetched
    who: Identified
    item: Item | None

    @property
    def message(self) -> Message:
        return self.who.message

    @property
    def thread(self) -> str:
        """What the messages of a thread share."""
        known = self.item.thread if self.item else None
        return known or next(iter(self.message.references), None) or self.message.message_id or str(self.fetched.uid)


async def _put_there(visit: Visit, folder: _Folder, row: FolderRow, messages: Sequence[Fetched]) -> None:
    """Messages of one thread that arrive within a look are one."""
    threads: dict[str, list[_Found]] = {}
    for fetched in messages:
        if "\\deleted" not in folded(fetched.flags) and (found := await _found(visit, row, fetched)) is not None:
            threads.setdefault(found.thread, []).append(found)
    for thread in threads.values():
        await _thread(visit, _Dragging(folder, row, thread))


async def _found(visit: Visit, row: FolderRow, fetched: Fetched) -> _Found | None:
    """Who wrote it and whether it is known; None: no hand has put it there."""
    message = read(fetched.header, b"", size=fetched.size, complete=False)
    item = await visit.write(Ledger.item_by_digest, visit.row.id, message)
    if item is not None and item.state == "aside" and item.place is not None:
        place = Place(row.name, row.uidvalidity, fetched.uid)
        if item.place != place and await presence(visit.session, item.place) == "here":
            if visit.memory.may_be_moving(place, visit.now()):
                return None  # by the next look the first may be marked as deleted
            item = None  # a copy made by hand of what lies aside already is an item of its own
        visit.memory.copies.pop(place, None)
    if item is None and came_by_delivery(message, row.name, visit.person.addresses):
        return None
    return _Found(fetched, identify(message, visit.person, visit.account), item)


@dataclass(frozen=True, slots=True)
class _Dragging:
    """A thread, or one message, that was dragged into a folder."""

    folder: _Folder
    row: FolderRow
    messages: Sequence[_Found]

    def place_of(self, one: _Found) -> Place:
        """Where one of them lies."""
        return Place(self.row.name, self.row.uidvalidity, one.fetched.uid)

    @property
    def theirs(self) -> list[_Found]:
        return [one for one in self.messages if not one.who.mine]

    @property
    def mine(self) -> list[_Found]:
        return [one for one in self.messages if one.who.mine]


async def _thread(visit: Visit, dragging: _Dragging) -> None:
    theirs, settled = dragging.theirs, not dragging.folder.moments
    if not theirs:
        for one in dragging.mine:
            await _alone_of_mine(visit, dragging, one)
        return
    newest = max(theirs, key=lambda one: one.fetched.arrived)
    until = _until(visit, dragging.folder, newest.who)
    for one in dragging.messages:
        if one.who.mine or (len(dragging.messages) > 1 and _is_filed(visit, one)):
            await _back_at_once(visit, dragging, one)
        elif settled:
            await _settle(visit, dragging, one)
        else:
            await _aside(visit, dragging, one, _Return(until, {} if one is newest else {"read": True}))


def _until(visit: Visit, folder: _Folder, who: Identified) -> datetime:
    """When it comes back: at the first moment that lies ahead, else at the start of office hours."""
    now, person = visit.now(), visit.person
    schedule = person.schedule(who.client) if who.client is not None else Schedule(person.worktime)
    found = resolve_first((*visit.person.snooze[visit.layout.snooze[folder.name]], _ELSE), now, schedule)
    return found.at if found else now + RESTS


def _is_filed(visit: Visit, one: _Found) -> bool:
    """Whether it lay where she had filed it: of a thread that is dragged it only came along."""
    folder = one.item.folder if one.item else None
    return folder is not None and folder not in visit.layout.watch and not visit.layout.keeps(folder)


@dataclass(frozen=True, slots=True)
class _Return:
    """When it comes back, and how; `to`: where to, if not to where it was."""

    until: datetime
    how: Mapping[str, object] = field(default_factory=dict)
    to: str | None = None


async def _aside(visit: Visit, dragging: _Dragging, one: _Found, back: _Return) -> None:
    """It comes back then, from wherever it lies until that."""
    layout, worktime = visit.layout, visit.person.worktime
    known = one.item.folder if one.item else None
    origin = back.to or (known if known is not None and known in layout.watch else layout.home)
    item = one.item.id if one.item else await _adopted(visit, dragging, one, _Return(back.until, to=origin))
    promised = worktime.last_hour(worktime.date_of(back.until))
    it = Dragged(dragging.place_of(one), back.until, visit.now(), origin, promised, back.how)
    visit.tell(await visit.write(Ledger.dragged, item, it))


async def _adopted(visit: Visit, dragging: _Dragging, one: _Found, back: _Return) -> int:
    """A message that nobody has decided about: anybody's mail can be put aside."""
    window = Window(visit.row, visit.now(), [arriving(visit, dragging.row, one.fetched, one.who)])
    return (await visit.write(Ledger.adopt, window, back.until, back.to or visit.layout.home)).id


async def _back_at_once(visit: Visit, dragging: _Dragging, one: _Found) -> None:
    """It only came along: it goes back to where it was, read."""
    sent = next(iter(visit.layout.sent), None) if one.who.mine else None
    to = sent or (one.item.folder if one.item and _is_filed(visit, one) else None)
    await _aside(visit, dragging, one, _Return(visit.now() + RESTS, {"read": True, "quiet": True}, to))


async def _settle(visit: Visit, dragging: _Dragging, one: _Found) -> None:
    """It is dealt with."""
    now = visit.now()
    item = one.item.id if one.item else await _adopted(visit, dragging, one, _Return(now + RESTS))
    done = await visit.write(Ledger.dragged_to_settled, item, dragging.place_of(one), now)
    if done is None:
        return
    visit.tell(done.follows)
    visit.say_settled(done)


async def _alone_of_mine(visit: Visit, dragging: _Dragging, one: _Found) -> None:
    """A warning of ours is about one message; a mail that I have sent comes back if nobody answers it."""
    message_id = one.message.message_id
    ours = message_id is not None and is_as_made(message_id)
    about = await visit.write(Ledger.note_is_about, visit.row.id, message_id or "") if ours else None
    until = _until(visit, dragging.folder, one.who)
    if about is not None:
        await _about(visit, dragging, about, until)
        await _settle(visit, dragging, one)
    elif not dragging.folder.moments:
        await _settle(visit, dragging, one)
    else:
        remind = await _how_sent(visit.session, visit.layout, one.message)
        await _aside(visit, dragging, one, _Return(until, {"remind": remind}))


async def _about(visit: Visit, dragging: _Dragging, about: Item, until: datetime) -> None:
    """What a warning is about is put off, or dealt with."""
    now = visit.now()
    if dragging.folder.moments:
        promised = visit.person.worktime.last_hour(visit.person.worktime.date_of(until))
        await visit.write(Ledger.snooze, about.id, Snooze(until, now, "person", promised))
    else:
        await visit.write(Ledger.settle, [about.id], now, "person")
    visit.on_news()


async def _how_sent(session: Session, layout: Layout, message: Message) -> str:
    """Whether a mail of mine was copied there, or moved: of a copy the original lies in Sent."""
    if message.message_id is None:
        return "moved"
    return "copy" if any([await holds(session, folder, message.message_id) for folder in layout.sent]) else "moved"
