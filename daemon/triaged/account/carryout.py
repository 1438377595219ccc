"""What we owe the mailbox, carried out: flags, moves aside, returns, copies. Only what the ledger planned, and once.

Each batch is marked `trying` before the command and `done` after it; what a crash or a lost connection leaves in
`trying` is looked for on the server before anything is tried again (`settle`).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from triaged.account import appends, marks
from triaged.account.byhand import taken
from triaged.account.loglines import of_item, of_plan
from triaged.account.owed import (
    ALARM_AFTER,
    Due,
    Owed,
    drop,
    is_archiving,
    is_wish,
    moved,
    postpone,
    postpone_all,
    reminded,
    target_of,
    void_absent,
)
from triaged.account.visit import Visit
from triaged.core.disposition import HANDS
from triaged.core.flags import folded
from triaged.core.settings import Mode
from triaged.ledger import ByHand, Ledger
from triaged.ledger.entries import EffectRow, Item, Place
from triaged.mailbox import NotMovable, Refused
from triaged.mailbox import Place as LandedAt


@dataclass(frozen=True, slots=True)
class _Batch:
    """Effects of one kind on messages of one folder, with one target ("": none): one command does them all."""

    kind: str
    folder: str
    uidvalidity: int
    target: str
    pairs: Sequence[Owed]

    def of(self, uids: Iterable[int]) -> "_Batch":
        """Those of it that are about these messages."""
        wanted = frozenset(uids)
        return replace(self, pairs=[pair for pair in self.pairs if pair[1].uid in wanted])

    @property
    def uids(self) -> list[int]:
        """The messages it is about."""
        return [item.uid for _, item in self.pairs if item.uid is not None]


async def carry_out(visit: Visit, owed: Due) -> bool:
    """Do what is due, storage first. True when anything was done."""
    acted = False
    for kind in ("flag", "aside", "urgent", "back"):
        pairs = [(effect, owed.items.get(effect.item or 0)) for effect in owed.effects if effect.kind == kind]
        for batch in await _batches(visit, kind, pairs):
            acted |= await _carry_out(visit, batch)
    for effect in owed.effects:
        if effect.kind in ("append", "remove"):
            acted |= await appends.carry_out(visit, effect)
    return acted


async def _batches(visit: Visit, kind: str, pairs: Iterable[tuple[EffectRow, Item | None]]) -> list[_Batch]:
    """Group by where the messages lie and where they go; what cannot be done comes to its end here."""
    groups: dict[tuple[str, int, str], list[Owed]] = defaultdict(list)
    for planned, item in pairs:
        effect = await reminded(visit, planned)
        place = item.place if item else None
        target = target_of(visit, effect)
        if item is not None and is_archiving(effect) and item.folder in visit.layout.watch:
            taken_back = await visit.write(Ledger.unsettle, item.id, effect.id, visit.now())
            visit.events.emit("message.released", **of_item(taken_back), folder=item.folder, uid=item.uid,
                              reason="taken back by hand", by="person")  # fmt: skip
        elif kind != "back" and _observed(visit, effect, item):
            await _stays(visit, effect, item, "it is only observed now")
        elif kind == "back" and item is not None and place is None:
            await _seek(visit, [(effect, item)], "nobody knows where it lies")
        elif item is None or place is None:  # the next look around finds it, or says that a hand took it
            await postpone(visit, effect, "its place is not known" if item else "it is not in the ledger", item)
        elif kind != "flag" and target is None:
            await _nowhere(visit, effect, item)
        elif kind != "flag" and target == place.folder:
            await visit.write(Ledger.done, effect.id, visit.now())
        else:
            groups[place.folder, place.uidvalidity, target or ""].append((effect, item))
    return [_Batch(kind, *key, found) for key, found in groups.items()]


def _observed(visit: Visit, effect: EffectRow, item: Item | None) -> bool:
    if is_wish(effect):  # also mail of a client who is only observed, if she puts it aside herself
        return visit.account.mode is Mode.OBSERVE
    client = visit.person.roster.by_label(item.client) if item and item.client else None
    return visit.account.mode_with(client) is Mode.OBSERVE


async def _nowhere(visit: Visit, effect: EffectRow, item: Item) -> None:
    why = visit.layout.why or "there is no folder to move it to"
    if effect.kind == "back":
        await postpone(visit, effect, why, item)
    else:
        await _stays(visit, effect, item, why)


async def _stays(visit: Visit, effect: EffectRow, item: Item | None, why: str, *, by: str | None = None) -> None:
    """It is not owed any more; of what was to be put aside nothing has been said yet."""
    await drop(visit, effect, why)
    if effect.kind == "aside" and item is not None:
        visit.events.emit("message.left", **of_plan(item), folder=item.folder, uid=item.uid, reason=why, by=by)


async def _carry_out(visit: Visit, batch: _Batch) -> bool:
    try:
        return await _tried(visit, batch)
    except (Refused, NotMovable) as refusal:
        await _learn(visit)
        if len(batch.pairs) > 1 and isinstance(refusal, Refused) and refusal.code not in _OF_ALL:
            return await _one_by_one(visit, batch)
        await postpone_all(visit, batch.pairs, str(refusal))
        return False


_OF_ALL = frozenset({"NOPERM", "TRYCREATE", "NONEXISTENT", "NOUIDVALIDITY", "READ-ONLY"})
"""Refusals that are about a folder, whatever is moved."""
_IN_A_ROW = 10
"""Single messages that may be refused before the others wait for another time."""


async def _one_by_one(visit: Visit, batch: _Batch) -> bool:
    """One that is too large, or that the server does not like, holds up no other."""
    acted, refused = False, 0
    for number, pair in enumerate(batch.pairs):
        done = await _carry_out(visit, replace(batch, pairs=[pair]))
        acted, refused = acted or done, 0 if done else refused + 1
        if refused == _IN_A_ROW:
            await postpone_all(visit, batch.pairs[number + 1 :], "the server refuses one message after the other")
            break
    return acted


async def _learn(visit: Visit) -> None:
    """Keep what the connection has learned of its server, if it is new."""
    found, known = visit.session.learned, visit.memory.learned
    if any(known.get(name) != fact for name, fact in found.items()):
        await visit.learn(**found)


async def _tried(visit: Visit, batch: _Batch) -> bool:
    uidnext = None
    if batch.kind != "flag":
        target, uidnext = await _made_ready(visit, batch)
        batch = replace(batch, target=target)
    if batch.kind == "back" and await visit.session.status(batch.folder) is None:
        await _seek(visit, batch.pairs, f"there is no folder {batch.folder} any more")
        return False
    selected = await visit.session.select(batch.folder)
    if selected.uidvalidity != batch.uidvalidity:
        renumbered = f"{batch.folder} has been numbered anew"
        if batch.kind == "back":
            await _seek(visit, batch.pairs, renumbered)
        else:
            await postpone_all(visit, batch.pairs, renumbered)
        return False
    flags = await visit.session.flags(batch.uids)
    wished = {item.uid for effect, item in batch.pairs if is_wish(effect)}
    untouched = batch.of(
        uid for uid, found in flags.items() if not _touched("back" if uid in wished else batch.kind, found)
    )
    if batch.kind == "aside" and (bare := [uid for uid in untouched.uids if not visit.is_ours(flags[uid])]):
        # a death came before they were marked; where another was faster they are no longer owed
        await marks.mark(visit, {item.id: item.place for _, item in untouched.of(bare).pairs})
    acted = bool(untouched.pairs) and await _act(visit, untouched, uidnext)
    free = {effect.id for effect, _ in untouched.pairs}
    for effect, item in batch.pairs:
        if item.uid in flags and effect.id not in free:
            await _leave(visit, effect, item)
    await void_absent(visit, (pair for pair in batch.pairs if pair[1].uid not in flags))
    return acted


async def _seek(visit: Visit, pairs: Sequence[Owed], why: str) -> None:
    """They are due, and are not where they were put aside. A few minutes later they are found elsewhere, or gone.

    Each look before that has sought them in the deferred folder, also under another name; a server may be out of order.
    """
    await postpone_all(visit, pairs, f"{why}: it is looked for")
    late = [item for effect, item in pairs if effect.tries + 1 >= ALARM_AFTER]
    if late:
        visit.memory.unclear_aside = True  # should the folder come back
        await taken(visit, late)


async def _made_ready(visit: Visit, batch: _Batch) -> tuple[str, int | None]:
    """The folder that a move goes to, made where it is missing, and its UIDNEXT before the move."""
    session, target = visit.session, batch.target
    status = await session.status(target)
    if status is None:
        # a folder that a person renamed is not made again for a return: there nobody would look for it
        target = await session.ensure(visit.layout.home if batch.kind == "back" else target)
        status = await session.status(target)
    return target, status.uidnext if status else None


def _touched(kind: str, flags: frozenset[str]) -> bool:
    """Hands first: what a person has read, flagged or answered meanwhile is not moved away (our own flag aside)."""
    found = folded(flags) & HANDS
    if kind == "back":
        return "\\deleted" in found
    return bool(found if kind == "aside" else found - {"\\flagged"} if kind == "urgent" else frozenset())


async def _leave(visit: Visit, effect: EffectRow, item: Item) -> None:
    """A person was faster: it stays where it is."""
    if effect.kind == "back":
        visit.tell(await visit.write(Ledger.hand, item.id, ByHand("gone", None, visit.now())))
        return
    await _stays(visit, effect, item, "a person has taken it up already: it stays where it is", by="person")


async def _act(visit: Visit, batch: _Batch, uidnext: int | None) -> bool:
    now = visit.now()
    expected = {batch.target: uidnext or 1} if batch.target else None
    begun = await visit.write(Ledger.begin, [effect.id for effect, _ in batch.pairs], now, expected)
    still = {effect.id for effect in begun}
    for effect, item in batch.pairs:
        if effect.kind == "aside" and effect.id not in still:
            why = "it would be due back already: it stays where it is"
            visit.events.emit("message.left", **of_plan(item), folder=item.folder, uid=item.uid, reason=why)
    batch = replace(batch, pairs=[(effect, item) for effect, item in batch.pairs if effect.id in still])
    if not batch.uids:
        return False
    if batch.kind == "flag":
        await visit.session.store(batch.uids, add=["\\Flagged"])
        await visit.write(Ledger.done_many, [(effect.id, None) for effect, _ in batch.pairs], now, moved=False)
        return True
    unread = [
        item.uid
        for effect, item in batch.pairs
        if item.uid is not None and item.answered_at is None and not effect.args.get("read")
    ]
    if batch.kind == "back":
        await marks.say_back(visit, batch.uids)
        # the one case in which \Seen is removed: it comes back unread, unless it has been answered
        await visit.session.store(unread, remove=["\\Seen"])
    await _landed(visit, batch, await visit.session.move(batch.uids, batch.target))
    return True


async def _landed(visit: Visit, batch: _Batch, landed: Mapping[int, LandedAt | None]) -> None:
    """Write down of each where it landed; None: the server did not say."""
    there = batch.of(landed)
    places = [_in(batch.target, landed[uid]) for uid in there.uids]
    await moved(visit, list(zip(there.pairs, places, strict=True)), batch.target)
    for effect, item in batch.pairs:
        if item.uid not in landed:
            await postpone(visit, effect, "the server did not move it", item)


def _in(folder: str, landed: LandedAt | None) -> Place | None:
    return Place(folder, landed.uidvalidity, landed.uid) if landed else None
