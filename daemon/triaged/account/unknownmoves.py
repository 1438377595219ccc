"""After a new connection: what became of the moves that were being tried when the last one ended.

A dropped connection means unknown, not failed: the server is asked before anything is tried again.
"""

from triaged.account.owed import MOVES, moved, postpone, target_of, void_absent
from triaged.account.places import find_in, presence
from triaged.account.visit import Visit
from triaged.ledger import Ledger
from triaged.ledger.entries import EffectRow
from triaged.mailbox import NotMovable, Refused

_UNKNOWN = "the outcome was unknown"


async def find_out(visit: Visit) -> None:
    """Bring every move that is marked `trying` to an end, or back to where it can be tried again."""
    for effect in await visit.write(Ledger.trying_effects, visit.row.id):
        if effect.kind in MOVES:
            try:
                await _settle(visit, effect)
            except (Refused, NotMovable) as refusal:  # one folder's trouble must not end every connection
                await postpone(visit, effect, str(refusal))


async def _settle(visit: Visit, effect: EffectRow) -> None:
    """Still at the source: it will be tried again. In the target: it is done. Nowhere: a hand has it."""
    session = visit.session
    item = await visit.write(Ledger.item, effect.item) if effect.item is not None else None
    target = target_of(visit, effect)
    if item is None or target is None:
        return
    at_source = await presence(session, item.place) if item.place else "unknown"
    if at_source == "here" and session.capabilities.move:
        await visit.write(Ledger.postpone, effect.id, visit.now(), _UNKNOWN)
        return
    since = (effect.args.get("uidnext") or {}).get(target) or 1
    found = await find_in(session, target, item, int(since))
    if found is not None:
        if item.place is not None and at_source in ("here", "deleted"):
            await session.select(item.place.folder)  # the copy lies there: end what COPY began
            await session.finish_move([item.place.uid])
        await moved(visit, [((effect, item), found)], target)
    elif at_source == "here":
        await visit.write(Ledger.postpone, effect.id, visit.now(), _UNKNOWN)
    elif at_source != "unknown":
        await void_absent(visit, [(effect, item)])
