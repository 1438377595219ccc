"""What may have changed in the deferred folder since the last look: a look must not cost more the more lies there.

With CONDSTORE the server says whose flags have changed. Without it those are asked for that come back or wait for a reply, and
of the rest a slice at each look. What has come or gone is seen by the UIDs alone.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from triaged.account.intervals import AsideSeen
from triaged.account.visit import Visit
from triaged.ledger import Ledger
from triaged.ledger.entries import FolderRow
from triaged.mailbox import Selected

SLICE = 500
"""How many flags are asked for at a look, beside those that matter now."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What a look at the folder goes through."""

    there: Sequence[int]  # all UIDs above the line of first contact, ascending
    uids: Sequence[int]  # those that have come, or may have changed
    gone: AbstractSet[int]
    flags: Mapping[int, frozenset[str]] | None  # as far as the server has told them on the way
    through: bool  # everything is gone through, from end to end
    seen: AsideSeen  # to be remembered once it has been


async def since_last_look(visit: Visit, row: FolderRow, selected: Selected) -> Changes:
    """Ask the selected folder."""
    there = await visit.session.uids_from(row.baseline_uid)
    key = (row.name, row.uidvalidity, row.baseline_uid, visit.account.mode, visit.session.keeps_keywords)
    checks, now = visit.memory.checks, visit.now()
    seen = AsideSeen(key, selected.modseq, frozenset(there), now)
    before = checks.aside
    if before is None or before.key != key or visit.memory.unclear_aside or checks.through_due(now):
        return Changes(there, there, frozenset(), None, through=True, seen=seen)
    put = await visit.write(Ledger.uids_aside, row, max(before.uids, default=0))  # by us, since then
    come, gone = seen.uids - before.uids, (before.uids | put) - seen.uids
    seen = replace(seen, through=before.through)
    if _tells(before, selected, come):
        changed = await _changed(visit, there, before.modseq, selected.modseq)
        if unheard := sorted(come - changed.keys()):
            changed |= await visit.session.flags(unheard)
        return Changes(there, sorted(come | changed.keys()), gone, changed, through=False, seen=seen)
    some = _slice(there, before.asked)
    seen = replace(seen, asked=max(some, default=0) if len(some) < len(there) else 0)
    pressing = await visit.write(Ledger.pressing, row, now)
    return Changes(there, sorted(come | set(some) | (pressing & seen.uids)), gone, None, through=False, seen=seen)


def _tells(before: AsideSeen, selected: Selected, come: AbstractSet[int]) -> bool:
    """Whether mod-sequences can be trusted; there are servers that offer them and do not count on."""
    return bool(before.modseq and selected.modseq) and not (come and selected.modseq <= before.modseq)


async def _changed(visit: Visit, there: Sequence[int], since: int, now: int) -> dict[int, frozenset[str]]:
    return {} if since == now else await visit.session.changed(there, since)


def _slice(there: Sequence[int], asked: int) -> Sequence[int]:
    """The next ones behind those that were asked about; from the beginning again behind the last."""
    rest = [uid for uid in there if uid > asked]
    return (rest or there)[:SLICE]
