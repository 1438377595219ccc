"""What we owe the mailbox, carried out: flags, moves aside, returns, copies. Only what the ledger planned, and once.

Each batch is marked `trying` before the command and `done` after it; what a crash or a lost connection leaves in
`trying` is looked for on the server before anything is tried again (a dropped connection means unknown, not failed).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from triaged.account import appends, marks
from triaged.account.loglines import of_item, tell
from triaged.account.places import find_in, presence, taken
from triaged.core.effects import HANDS
from triaged.core.settings import Account, Mode, Person
from triaged.ledger import Ledger
from triaged.ledger.values import EffectRow, Item, Place
from triaged.log.vocabulary import Level
from triaged.mailbox import NotMovable, Refused, Session
from triaged.mailbox import Place as LandedAt

if TYPE_CHECKING:
    from triaged.account.accountloop import Desk

_RETRY_FIRST = timedelta(minutes=1)
_RETRY_LAST = timedelta(hours=1)
ALARM_AFTER = 3
"""A return is tried for ever; from the third failure on it is an alarm."""

Owed = tuple[EffectRow, Item]
"""An effect and the message it is about."""

MOVES = ("aside", "urgent", "back")


@dataclass(frozen=True, slots=True)
class Due:
    """What is owed now to one mailbox, and the messages it is about by their ids."""

    effects: Sequence[EffectRow]
    items: Mapping[int, Item | None]

    @property
    def wants_look(self) -> bool:
        """Whether a return is due: before it the mailbox is looked at, because a person may have been faster."""
        return any(effect.kind == "back" for effect in self.effects)


NOTHING = Due((), {})


async def due(desk: "Desk") -> Due:
    """Ask the ledger, in one turn of it."""
    now = desk.office.now()
    return Due(*await desk.office.write(Ledger.owed, desk.row.id, now))


async def settle(desk: "Desk", session: Session, account: Account) -> None:
    """After a new connection: find out what became of the moves that were being tried."""
    trying = await desk.office.write(Ledger.trying_effects, desk.row.id)
    for effect in trying:
        if effect.kind in MOVES:
            await _settle_move(desk, session, account, effect)


async def carry_out(desk: "Desk", session: Session, account: Account, owed: Due) -> bool:
    """Do what is due, storage first. True when anything was done."""
    acted = False
    for kind in ("flag", "aside", "urgent", "back"):
        batch = [(effect, owed.items.get(effect.item or 0)) for effect in owed.effects if effect.kind == kind]
        if batch:
            acted |= await _batches(desk, session, account, kind, batch)
    for effect in owed.effects:
        if effect.kind in ("append", "remove"):
            acted |= await appends.carry_out(desk, session, account, effect)
    return acted


async def _batches(
    desk: "Desk", session: Session, account: Account, kind: str, batch: Sequence[tuple[EffectRow, Item | None]]
) -> bool:
    """Group by where the messages lie and where they go; one command a group."""
    person, _ = desk.settings()
    groups: dict[tuple[str, int, str], list[Owed]] = defaultdict(list)
    for effect, item in batch:
        place = item.place if item else None
        target = _target(desk, account, effect)
        if kind != "back" and _observed(person, account, item):
            await _drop(desk, effect, "it is only observed now")
        elif item is None or place is None:
            await _unplaced(desk, effect, item)
        elif kind != "flag" and (target is None or target == place.folder):
            await _nowhere(desk, effect, already=target == place.folder)
        else:
            groups[place.folder, place.uidvalidity, target or ""].append((effect, item))
    acted = False
    for (folder, uidvalidity, target), pairs in groups.items():
        acted |= await _group(desk, session, kind, folder, uidvalidity, target, pairs)
    return acted


def _observed(person: Person, account: Account, item: Item | None) -> bool:
    client = person.roster.by_label(item.client) if item and item.client else None
    return account.mode_with(client) is Mode.OBSERVE


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


async def _nowhere(desk: "Desk", effect: EffectRow, *, already: bool) -> None:
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
    pairs: Sequence[Owed],
) -> bool:
    try:
        uidnext = None
        if kind != "flag":
            status = await session.status(target)
            if status is None:
                # a folder that a person renamed is not made again for a return: there nobody would look for it
                target = await session.ensure(desk.settings()[1].watch[0] if kind == "back" else target)
                status = await session.status(target)
            uidnext = status.uidnext if status else None
        selected = await session.select(folder)
        if selected.uidvalidity != uidvalidity:
            await _postpone_all(desk, pairs, f"{folder} has been numbered anew")
            return False
        here = await session.flags([item.uid for _, item in pairs if item.uid is not None])
        present = [(effect, item) for effect, item in pairs if item.uid in here]
        untouched = [pair for pair in present if not _touched(kind, here[pair[1].uid or 0])]
        acted = bool(untouched) and await _act(desk, session, kind, target, untouched, uidnext)
        free = {effect.id for effect, _ in untouched}
        for effect, item in present:
            if effect.id not in free:
                await _leave(desk, effect, item)
        await _absent(desk, session, [pair for pair in pairs if pair[1].uid not in here])
    except (Refused, NotMovable) as refusal:
        await desk.learn(session)
        await _postpone_all(desk, pairs, str(refusal))
        return False
    return acted


def _touched(kind: str, flags: frozenset[str]) -> bool:
    """Hands first: what a person has read, flagged or answered meanwhile is not moved away (our own flag aside)."""
    found = {flag.lower() for flag in flags} & HANDS
    if kind == "back":
        return "\\deleted" in found
    return bool(found if kind == "aside" else found - {"\\flagged"} if kind == "urgent" else frozenset())


async def _leave(desk: "Desk", effect: EffectRow, item: Item) -> None:
    """A person was faster: it stays where it is."""
    if effect.kind == "back":
        now = desk.office.now()
        tell(desk.events, await desk.office.write(Ledger.hand, item.id, "gone", None, now))
        return
    why = "a person has taken it up already: it stays where it is"
    await _drop(desk, effect, why)
    if effect.kind == "aside":
        _tell_deferred(desk, item, folder=item.folder, uid=item.uid, reason=why, by="person")


async def _absent(desk: "Desk", session: Session, pairs: Sequence[Owed]) -> None:
    """A hand was faster: what was planned is void."""
    for effect, _ in pairs:
        if effect.kind == "flag":
            await _drop(desk, effect, "it is no longer there")
    await taken(desk, session, [item for _, item in pairs])


async def _act(
    desk: "Desk", session: Session, kind: str, target: str, pairs: Sequence[Owed], uidnext: int | None
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
        await office.write(Ledger.done_many, [(effect.id, None) for effect, _ in pairs], now, moved=False)
        return True
    unread = [item.uid for _, item in pairs if item.uid is not None and item.answered_at is None]
    if kind == "back" and unread:
        # the one case in which \Seen is removed: it comes back unread, unless it has been answered; our mark has served
        await session.store(unread, remove=["\\Seen", await marks.mark_of(desk)])
    landed = await session.move(uids, target)
    await _moved(desk, [(pair, _in(target, landed[pair[1].uid])) for pair in pairs if pair[1].uid in landed], target)
    for effect, item in pairs:
        if item.uid not in landed:
            await _postpone(desk, effect, "the server did not move it")
    return True


def _in(folder: str, landed: LandedAt | None) -> Place | None:
    return Place(folder, landed.uidvalidity, landed.uid) if landed else None


async def _moved(desk: "Desk", moved: Sequence[tuple[Owed, Place | None]], target: str) -> None:
    """Write down and say where they are now; None: nobody said, the next look finds it."""
    now = desk.office.now()
    await desk.office.write(Ledger.done_many, [(effect.id, place) for (effect, _), place in moved], now)
    for (effect, item), place in moved:
        _tell_moved(desk, effect, item, place, target)


def _tell_moved(desk: "Desk", effect: EffectRow, item: Item, place: Place | None, target: str) -> None:
    uid = place.uid if place else None
    if effect.kind == "aside":
        _tell_deferred(desk, item, folder=target, uid=uid, reason=item.reason, from_folder=item.folder)
    elif effect.kind == "back":
        by = effect.args.get("by")
        desk.events.emit(
            "message.returned",
            **of_item(item),
            verdict=item.verdict,
            rule=item.rule,
            arrived=item.arrived_at,
            folder=target,
            uid=uid,
            from_folder=item.folder,
            reason="triaged release" if by == "command" else "it is due",
            by=by,
        )


def _tell_deferred(
    desk: "Desk",
    item: Item,
    *,
    folder: str | None,
    uid: int | None,
    reason: str | None,
    from_folder: str | None = None,
    by: str | None = None,
) -> None:
    desk.events.emit(
        "message.deferred",
        **of_item(item),
        kind=item.kind,
        verdict=item.verdict,
        rule=item.rule,
        reason=reason,
        arrived=item.arrived_at,
        until=_moment(item, "until"),
        promise=_moment(item, "promise"),
        no_reply=item.no_reply,
        folder=folder,
        uid=uid,
        from_folder=from_folder,
        by=by,
    )


def _moment(item: Item, which: str) -> datetime | None:
    moment = (item.decision or {}).get("moments", {}).get(which)
    return datetime.fromisoformat(moment["at"]) if moment else None


async def _settle_move(desk: "Desk", session: Session, account: Account, effect: EffectRow) -> None:
    """LEDGER 4.3.3: still at the source: it will be tried again. In the target: it is done. Nowhere: a hand has it."""
    office = desk.office
    item = await office.write(Ledger.item, effect.item) if effect.item is not None else None
    target = _target(desk, account, effect)
    if item is None or target is None:
        return
    at_source = await presence(session, item.place) if item.place else "unknown"
    if at_source == "here" and session.capabilities.move:
        await office.write(Ledger.postpone, effect.id, office.now(), "the outcome was unknown")
        return
    since = (effect.args.get("uidnext") or {}).get(target) or 1
    found = await find_in(session, target, item, int(since))
    if found is not None:
        if item.place is not None and at_source in ("here", "deleted"):
            await session.select(item.place.folder)  # the copy lies there: end what COPY began
            await session.finish_move([item.place.uid])
        await _moved(desk, [((effect, item), found)], target)
    elif at_source == "here":
        await office.write(Ledger.postpone, effect.id, office.now(), "the outcome was unknown")
    elif at_source != "unknown":
        await _absent(desk, session, [(effect, item)])


async def _postpone_all(desk: "Desk", pairs: Sequence[Owed], why: str) -> None:
    for effect, _ in pairs:
        await _postpone(desk, effect, why)


async def _postpone(desk: "Desk", effect: EffectRow, why: str) -> None:
    """Try again later, at most hourly. Nothing that is owed is ever given up."""
    tries = effect.tries + 1
    wait = min(_RETRY_FIRST * 2 ** min(tries - 1, 10), _RETRY_LAST)
    now = desk.office.now()
    await desk.office.write(Ledger.postpone, effect.id, now + wait, why)
    alarm = tries >= ALARM_AFTER
    if desk.is_news(f"{effect.kind} {why}{' again' if alarm else ''}"):
        level: Level | None = "error" if alarm else None
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
