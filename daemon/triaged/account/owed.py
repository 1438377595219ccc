"""What is owed to a mailbox, and how an effect ends: done, void, or tried again. Nothing that is owed is ever given up."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from triaged.account.byhand import taken
from triaged.account.loglines import of_item, of_plan
from triaged.account.visit import Visit
from triaged.core.backoff import EFFECT
from triaged.core.identify import identify
from triaged.core.message import read
from triaged.ledger import Ledger
from triaged.ledger.entries import EffectRow, Item, Place
from triaged.ledger.settling import ARCHIVE
from triaged.ledger.snoozing import DEFERRED
from triaged.log.vocabulary import Level

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


async def due(visit: Visit) -> Due:
    """Ask the ledger, in one turn of it."""
    return Due(*await visit.write(Ledger.owed, visit.row.id, visit.now()))


def target_of(visit: Visit, effect: EffectRow) -> str | None:
    """The folder that a move goes to; None: there is none, or it is no move."""
    match effect.kind:
        case "aside":
            return visit.layout.deferred
        case "urgent":
            wished = {ARCHIVE: visit.layout.archive, DEFERRED: visit.layout.deferred}
            return wished.get(str(effect.args.get("to")), visit.layout.urgent)
        case "back":
            return str(effect.args.get("to") or visit.layout.home)
        case _:
            return None


def is_archiving(effect: EffectRow) -> bool:
    """Whether it moves what a person has settled to the archive."""
    return effect.args.get("to") == ARCHIVE


def is_wish(effect: EffectRow) -> bool:
    """Whether a person has asked for this very move: what she has read or flagged is moved as well."""
    if effect.kind == "urgent":
        return effect.args.get("to") in (ARCHIVE, DEFERRED)
    return effect.kind == "aside" and "wish" in effect.args


async def reminded(visit: Visit, effect: EffectRow) -> EffectRow:
    """A mail of mine that was to come back if nobody answers it: where somebody has, it goes quietly back to where it was sent."""
    remind, sent = effect.args.get("remind"), next(iter(visit.layout.sent), None)
    if not remind or effect.item is None:
        return effect
    if not await visit.write(Ledger.answered_since, effect.item) and not await _somebody_answered(visit, effect.item):
        return effect
    # of a copy the original lies in Sent: one of them goes where deleted mail goes
    to = visit.layout.trash if remind == "copy" and visit.layout.trash else sent or visit.layout.home
    return await visit.write(Ledger.redirect, effect.id, to) or effect


async def _somebody_answered(visit: Visit, number: int) -> bool:
    """Whether an answer to it lies where mail arrives or is filed, of somebody who is on no roster; no machine's, and not mine."""
    item, session = await visit.write(Ledger.item, number), visit.session
    if item is None or item.message_id is None:
        return False
    for folder in dict.fromkeys([*visit.layout.watch, visit.layout.archive]):
        if folder is None or await session.status(folder) is None:
            continue
        await session.select(folder)
        for found in await session.answers_to(item.message_id, item.dated_at or item.arrived_at):
            message = read(found.header)
            who = identify(message, visit.person, visit.account)
            if item.message_id in message.references and not (who.mine or who.team or who.automatic):
                return True
    return False


async def drop(visit: Visit, effect: EffectRow, why: str) -> None:
    """It is not owed any more."""
    await visit.write(Ledger.void, [effect.id], why, visit.now())


async def void_absent(visit: Visit, pairs: Iterable[Owed]) -> None:
    """A hand was faster than what was planned: write down where the messages are now."""
    absent = list(pairs)
    for effect, _ in absent:
        if effect.kind == "flag":
            await drop(visit, effect, "it is no longer there")
    await taken(visit, [item for _, item in absent])


async def moved(visit: Visit, pairs: Sequence[tuple[Owed, Place | None]], target: str) -> None:
    """Write down and say where they are now; None: nobody said, the next look finds it."""
    await visit.write(Ledger.done_many, [(effect.id, place) for (effect, _), place in pairs], visit.now())
    if any(effect.kind == "back" for (effect, _), _ in pairs):
        visit.memory.health.returned_at = visit.now()
    for owed, place in pairs:
        _tell_moved(visit, owed, target, place.uid if place else None)


_ASKED = {"command": "triaged release", "page": "on the page"}


def _tell_moved(visit: Visit, owed: Owed, target: str, uid: int | None) -> None:
    effect, item = owed
    if effect.kind == "aside":
        visit.events.emit(
            "message.deferred", **of_plan(item), reason=item.reason, folder=target, uid=uid, from_folder=item.folder
        )
    elif effect.kind == "back" and not effect.args.get("quiet"):
        by = effect.args.get("by")
        visit.events.emit(
            "message.returned",
            **of_item(item),
            verdict=item.verdict,
            rule=item.rule,
            arrived=item.arrived_at,
            folder=target,
            uid=uid,
            from_folder=item.folder,
            reason=_ASKED.get(str(by), "it is due"),
            by=by,
        )


async def postpone_all(visit: Visit, pairs: Iterable[Owed], why: str) -> None:
    """Try these again later."""
    for effect, item in pairs:
        await postpone(visit, effect, why, item)


async def postpone(visit: Visit, effect: EffectRow, why: str, item: Item | None = None) -> None:
    """Try it again later, at most hourly. `item`: the message that it is about, for the log."""
    tries = effect.tries + 1
    wait = EFFECT.after(tries)
    await visit.write(Ledger.postpone, effect.id, visit.now() + wait, why)
    alarm = tries >= ALARM_AFTER
    where = item.folder if item else ""
    if visit.is_news(f"{effect.kind} {where} {why}{' again' if alarm else ''}"):
        level: Level | None = "error" if alarm else None
        visit.events.emit(
            "account.degraded",
            level=level,
            **({**of_item(item), "folder": item.folder, "uid": item.uid} if item else {"item": effect.item}),
            error=why,
            reason=f"{_WORDS[effect.kind]}{_into(visit, effect)} is tried again in {wait}",
        )


def _into(visit: Visit, effect: EffectRow) -> str:
    target = target_of(visit, effect)
    return f" into {target}" if target else ""


_WORDS = {
    "flag": "flagging",
    "urgent": "moving to the urgent folder",
    "aside": "putting aside",
    "back": "the return",
    "append": "a copy",
    "remove": "removing a draft",
    "notify": "a push",
}
