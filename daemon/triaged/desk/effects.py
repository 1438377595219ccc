"""What we owe the mailbox, carried out: flags, moves aside, returns, copies. Only what the ledger planned, and once.

Each batch is marked `trying` before the command and `done` after it; what a crash or a lost connection leaves in
`trying` is looked for on the server before anything is tried again (FAULTS R6: a dropped connection means unknown).
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from triaged.core.message import read
from triaged.core.settings import Account, Mode
from triaged.desk import appends
from triaged.desk.telling import of_item, tell
from triaged.ledger import Ledger
from triaged.ledger.values import EffectRow, Item, Place
from triaged.log.events import Level
from triaged.mailbox import NotMovable, Refused, Session

if TYPE_CHECKING:
    from triaged.desk.account import Desk

_RETRY_FIRST = timedelta(minutes=1)
_RETRY_LAST = timedelta(hours=1)
ALARM_AFTER = 3
"""A return is tried for ever; from the third failure on it is an alarm."""

MOVES = ("aside", "urgent", "back")


async def wants_look(desk: "Desk") -> bool:
    """Whether a return is due: before it the mailbox is looked at, because a person may have been faster."""
    now = desk.office.now()
    due = await desk.office.write(Ledger.due_effects, desk.row.id, now)
    return any(effect.kind == "back" for effect in due)


async def settle(desk: "Desk", session: Session, account: Account) -> None:
    """After a new connection: find out what became of the moves that were being tried."""
    trying = await desk.office.write(Ledger.trying_effects, desk.row.id)
    for effect in trying:
        if effect.kind in MOVES:
            await _settle_move(desk, session, account, effect)


async def carry_out(desk: "Desk", session: Session, account: Account) -> bool:
    """Do what is due, storage first. True when anything was done."""
    now = desk.office.now()
    due = await desk.office.write(Ledger.due_effects, desk.row.id, now)
    acted = False
    for kind in ("flag", "aside", "urgent", "back"):
        batch = [effect for effect in due if effect.kind == kind]
        if batch:
            acted |= await _batches(desk, session, account, kind, batch)
    for effect in due:
        if effect.kind in ("append", "remove"):
            acted |= await appends.carry_out(desk, session, account, effect)
    return acted


async def _batches(desk: "Desk", session: Session, account: Account, kind: str, batch: Sequence[EffectRow]) -> bool:
    """Group by where the messages lie and where they go; one command a group."""
    groups: dict[tuple[str, int, str], list[tuple[EffectRow, Item]]] = defaultdict(list)
    for effect in batch:
        item = await desk.office.write(Ledger.item, effect.item)
        place = item.place if item else None
        target = _target(desk, account, effect)
        if account.mode is Mode.OBSERVE and kind != "back":
            await _drop(desk, effect, "the account is in observe now")
        elif item is None or place is None:
            await _unplaced(desk, effect, item)
        elif kind != "flag" and (target is None or target == place.folder):
            await _nowhere(desk, effect, target == place.folder)
        else:
            groups[place.folder, place.uidvalidity, target or ""].append((effect, item))
    acted = False
    for (folder, uidvalidity, target), pairs in groups.items():
        acted |= await _group(desk, session, kind, folder, uidvalidity, target, pairs)
    return acted


def _target(desk: "Desk", account: Account, effect: EffectRow) -> str | None:
    layout = desk.layout
    if layout is None:
        return None
    match effect.kind:
        case "aside":
            return layout.deferred
        case "urgent":
            return layout.urgent
        case "back":
            return str(effect.args.get("to") or account.watch[0])
        case _:
            return None


async def _unplaced(desk: "Desk", effect: EffectRow, item: Item | None) -> None:
    """Its place is not known (yet): the next look around finds it, or says that a hand took it."""
    why = "its place is not known" if item else "it is not in the ledger"
    await _postpone(desk, effect, why)


async def _nowhere(desk: "Desk", effect: EffectRow, already: bool) -> None:
    now = desk.office.now()
    if already:
        await desk.office.write(Ledger.done, effect.id, now)
        return
    why = desk.layout.why if desk.layout and desk.layout.why else "there is no folder to move it to"
    if effect.kind == "back":
        await _postpone(desk, effect, why)
    else:
        await _drop(desk, effect, why)


async def _drop(desk: "Desk", effect: EffectRow, why: str) -> None:
    now = desk.office.now()
    await desk.office.write(Ledger.void, [effect.id], why, now)


async def _group(
    desk: "Desk",
    session: Session,
    kind: str,
    folder: str,
    uidvalidity: int,
    target: str,
    pairs: Sequence[tuple[EffectRow, Item]],
) -> bool:
    status = None
    try:
        if kind != "flag":
            status = await session.status(target)
            if status is None:
                target = await session.ensure(target)
                status = await session.status(target)
        if session.selected != folder:
            selected = await session.select(folder)
            if selected.uidvalidity != uidvalidity:
                await _postpone_all(desk, pairs, f"{folder} has been numbered anew")
                return False
        here = await session.flags([item.uid for _, item in pairs if item.uid is not None])
        present = [(effect, item) for effect, item in pairs if item.uid in here]
        for effect, item in pairs:
            if item.uid not in here:
                await _absent(desk, effect, item)
        if not present:
            return False
        return await _act(desk, session, kind, target, present, status.uidnext if status else None)
    except (Refused, NotMovable) as refusal:
        await _postpone_all(desk, pairs, str(refusal))
        return False


async def _absent(desk: "Desk", effect: EffectRow, item: Item) -> None:
    """A hand was faster: what was planned is void; the next look around says where it went."""
    now = desk.office.now()
    if effect.kind == "flag":
        await _drop(desk, effect, "it is no longer there")
    told = await desk.office.write(Ledger.hand, item.id, "released", None, now)
    tell(desk.events, told)


async def _act(
    desk: "Desk", session: Session, kind: str, target: str, pairs: Sequence[tuple[EffectRow, Item]], uidnext: int | None
) -> bool:
    office = desk.office
    now = office.now()
    ids = [effect.id for effect, _ in pairs]
    begun = await office.write(Ledger.begin, ids, now, {target: uidnext or 1} if target else None)
    still = {effect.id for effect in begun}
    pairs = [(effect, item) for effect, item in pairs if effect.id in still]
    uids = [item.uid for _, item in pairs if item.uid is not None]
    if not uids:
        return False
    if kind == "flag":
        await session.store(uids, add=["\\Flagged"])
        for effect, _ in pairs:
            await office.write(Ledger.done, effect.id, now)
        return True
    if kind == "back":
        # the one case in which \Seen is removed: it comes back unread
        await session.store(uids, remove=["\\Seen"])
    places = await session.move(uids, target)
    for effect, item in pairs:
        landed = places.get(item.uid) if item.uid is not None else None
        place = Place(target, landed.uidvalidity, landed.uid) if landed else None
        if landed is None and item.uid not in places:
            await _postpone(desk, effect, "the server did not move it")
            continue
        await _moved(desk, effect, item, place, target)
    return True


async def _moved(desk: "Desk", effect: EffectRow, item: Item, place: Place | None, target: str) -> None:
    now = desk.office.now()
    unknown = place is None
    await desk.office.write(Ledger.done, effect.id, now, place, unknown_place=unknown)
    uid = place.uid if place else None
    match effect.kind:
        case "aside":
            desk.events.emit(
                "message.deferred",
                **of_item(item),
                kind=item.kind,
                verdict=item.verdict,
                rule=item.rule,
                reason=item.reason,
                arrived=item.arrived_at,
                until=_moment(item, "until"),
                promise=_moment(item, "promise"),
                no_reply=item.no_reply,
                folder=target,
                uid=uid,
                from_folder=item.folder,
            )
        case "back":
            desk.events.emit(
                "message.returned",
                **of_item(item),
                verdict=item.verdict,
                rule=item.rule,
                arrived=item.arrived_at,
                folder=target,
                uid=uid,
                from_folder=item.folder,
                reason=str(effect.args.get("why") or "it is due"),
            )
        case _:
            pass


def _moment(item: Item, which: str) -> datetime | None:
    moment = (item.decision or {}).get("moments", {}).get(which)
    return datetime.fromisoformat(moment["at"]) if moment else None


async def _settle_move(desk: "Desk", session: Session, account: Account, effect: EffectRow) -> None:
    """LEDGER 4.3.3: still at the source: it will be tried again. In the target: it is done. Nowhere: a hand has it."""
    item = await desk.office.write(Ledger.item, effect.item)
    target = _target(desk, account, effect)
    if item is None or target is None:
        return
    if item.place is not None and await _still_there(session, item.place):
        now = desk.office.now()
        await desk.office.write(Ledger.postpone, effect.id, now, "the outcome was unknown")
        return
    since = (effect.args.get("uidnext") or {}).get(target) or 1
    found = await find_in(session, target, item, int(since))
    if found is not None:
        await _moved(desk, effect, item, found, target)
    elif item.place is not None:
        await _absent(desk, effect, item)


async def _still_there(session: Session, place: Place) -> bool:
    if await session.status(place.folder) is None:
        return False
    selected = await session.select(place.folder)
    if selected.uidvalidity != place.uidvalidity:
        return False
    flags = await session.flags([place.uid])
    return place.uid in flags and "\\deleted" not in {flag.lower() for flag in flags[place.uid]}


async def find_in(session: Session, folder: str, item: Item, since: int) -> Place | None:
    """The message in a folder at UIDs from `since` on: by digest."""
    if await session.status(folder) is None:
        return None
    selected = await session.select(folder)
    for fetched in await session.headers(await session.uids_from(since)):
        if read(fetched.header).digest == item.digest:
            return Place(folder, selected.uidvalidity, fetched.uid)
    return None


async def _postpone_all(desk: "Desk", pairs: Sequence[tuple[EffectRow, Item]], why: str) -> None:
    for effect, _ in pairs:
        await _postpone(desk, effect, why)


async def _postpone(desk: "Desk", effect: EffectRow, why: str) -> None:
    """Try again later, at most hourly. Nothing that is owed is ever given up."""
    tries = effect.tries + 1
    wait = min(_RETRY_FIRST * 2 ** min(tries - 1, 10), _RETRY_LAST)
    now = desk.office.now()
    await desk.office.write(Ledger.postpone, effect.id, now + wait, why)
    if tries in (1, ALARM_AFTER):
        level: Level | None = "error" if tries >= ALARM_AFTER else None
        desk.events.emit(
            "account.degraded",
            level=level,
            item=effect.item,
            error=why,
            reason=f"{_WORDS[effect.kind]} is tried again in {wait}",
        )


_WORDS = {
    "flag": "flagging",
    "urgent": "moving to the urgent folder",
    "aside": "putting aside",
    "back": "the return",
    "append": "a copy",
    "remove": "removing a draft",
    "notify": "a push",
}
