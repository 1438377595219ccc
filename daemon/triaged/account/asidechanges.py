"""What may have changed in the deferred folder since the last look: a look must not cost more the more lies there.

With CONDSTORE the server says whose flags have changed. Without it those are asked for that come back or wait for a reply, and
of the rest a slice at each look. What has come or gone is seen by the UIDs alone.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
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

    uids: Sequence[int]  # those that have come, or may have changed
    gone: AbstractSet[int]
    flags: Mapping[int, frozenset[str]] | None  # as far as the server has told them on the way
    through: bool  # everything is gone through, from end to end
    seen: AsideSeen  # to be remembered once it has been


async def since_last_look(visit: Visit, row: FolderRow, selected: Selected) -> Changes:
    """Ask the selected folder."""
    key = (row.name, row.uidvalidity, row.baseline_uid, visit.account.mode, visit.session.keeps_keywords)
    checks, now = visit.memory.checks, visit.now()
    before = checks.aside
    if before is None or before.key != key or visit.memory.unclear_aside or checks.through_due(now):
        there = await visit.session.uids_from(row.baseline_uid)
        seen = _seen(AsideSeen(key, 0, array("I"), None, now), selected, there)
        return Changes(there, frozenset(), None, through=True, seen=seen)
    seen, come, gone = await _come_and_gone(visit, row, selected, before)
    if _tells(before, selected, come):
        changed = await _changed(visit, seen.uids, before.modseq, selected.modseq)
        if unheard := sorted(come - changed.keys()):
            changed |= await visit.session.flags(unheard)
        return Changes(sorted(come | changed.keys()), gone, changed, through=False, seen=seen)
    some = _slice(seen.uids, before.asked)
    seen = replace(seen, asked=max(some, default=0) if len(some) < len(seen.uids) else 0)
    pressing = (uid for uid in await visit.write(Ledger.pressing, row, now) if _lies(seen.uids, uid))
    return Changes(sorted({*come, *some, *pressing}), gone, None, through=False, seen=seen)


def asked_about_again(seen: AsideSeen, uids: AbstractSet[int]) -> AsideSeen:
    """What is not there any more, and of which nobody knows yet what became of it."""
    return replace(seen, uids=array("I", sorted({*seen.uids, *uids})), others=None) if uids else seen


async def _come_and_gone(
    visit: Visit, row: FolderRow, selected: Selected, before: AsideSeen
) -> tuple[AsideSeen, AbstractSet[int], AbstractSet[int]]:
    """The folder now, the UIDs that have come and those that have gone; all UIDs are asked for only where some have."""
    last = before.uids[-1] if before.uids else row.baseline_uid - 1
    put = await visit.write(Ledger.uids_aside, row, last)  # by us, since then
    come = set(await visit.session.uids_from(last + 1))
    if before.others == selected.exists - len(before.uids) - len(come):
        return _seen(before, selected, before.uids + array("I", sorted(come))), come, put - come
    there = await visit.session.uids_from(row.baseline_uid)
    known, found = set(before.uids), set(there)
    return _seen(before, selected, there), found - known, (known | put) - found


def _seen(before: AsideSeen, selected: Selected, there: Iterable[int]) -> AsideSeen:
    """The folder as it is now. What came after it was selected is not in the number of its messages."""
    uids = array("I", there)
    sure = not uids or uids[-1] < (selected.uidnext or 0)
    return replace(before, modseq=selected.modseq, uids=uids, others=selected.exists - len(uids) if sure else None)


def _tells(before: AsideSeen, selected: Selected, come: AbstractSet[int]) -> bool:
    """Whether mod-sequences can be trusted; there are servers that offer them and do not count on."""
    return bool(before.modseq and selected.modseq) and not (come and selected.modseq <= before.modseq)


async def _changed(visit: Visit, there: Sequence[int], since: int, now: int) -> dict[int, frozenset[str]]:
    return {} if since == now else await visit.session.changed(there, since)


def _slice(there: Sequence[int], asked: int) -> Sequence[int]:
    """The next ones behind those that were asked about; from the beginning again behind the last."""
    first = bisect_right(there, asked)
    return there[first : first + SLICE] or there[:SLICE]


def _lies(there: Sequence[int], uid: int) -> bool:
    at = bisect_left(there, uid)
    return at < len(there) and there[at] == uid
