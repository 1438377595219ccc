"""A message's path: fetched, read, decided about and written down in one transaction, told in the log.

What becomes of it afterwards (flags, moves, replies) is read from the ledger by others. Here the mailbox is changed
in nothing but our mark on what a reply is planned for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from triaged.account import evidence, marks, trustedserver
from triaged.account.arriving import arriving
from triaged.account.byhand import reappeared
from triaged.account.judge import Judge
from triaged.account.loglines import tell_admission
from triaged.account.places import presence
from triaged.account.sentmail import is_evidence, known_again, sent_seen
from triaged.account.visit import Visit
from triaged.core.identify import Identified
from triaged.core.settings import Terms
from triaged.core.trust import Act, may
from triaged.ledger import Elsewhere, Ledger, SentWindow, Watermark
from triaged.ledger.entries import Admission, FolderRow, Place, Window
from triaged.mailbox import Fetched, Refused


@dataclass(frozen=True, slots=True)
class _Seen:
    """One fetched message, read and identified."""

    fetched: Fetched
    who: Identified


async def fetch(visit: Visit, row: FolderRow, uids: Sequence[int]) -> list[Fetched]:
    """Messages of a watched folder that are to be decided, with as much of their text as rules and replies look at."""
    session, person = visit.session, visit.person
    if session.selected != row.name:
        await session.select(row.name)
    fetched = await session.fetch(uids, text=person.rules.needs_text or bool(person.replies))
    start, first = visit.account.start, visit.memory.first_contact
    if start == "all":
        return fetched
    # what was there at first contact gets a high UID when it is moved into another watched folder, and is old all the same
    line = None if isinstance(start, str) else visit.now() - start.calendar
    return [
        one
        for one in fetched
        if (line is not None and one.arrived >= line)
        or not (one.uid < row.baseline_uid or (first is not None and first.is_old(one)))
    ]


async def admit(visit: Visit, row: FolderRow, fetched: Sequence[Fetched], *, next_uid: int) -> None:
    """Write down the verdict about each message of a window, in UID order, in one transaction; then say it."""
    seen = [_look_at(visit, one) for one in sorted(fetched, key=lambda one: one.uid)]
    await trustedserver.tell(visit)
    await _take_evidence(visit, seen)
    if not seen:
        await visit.write(Ledger.advance, visit.row.id, Watermark(row.name, next_uid))
        return
    admissions = await _decide(visit, row, seen, next_uid=next_uid)
    visit.on_news()
    await marks.mark_admitted(visit, admissions)
    for admission in admissions:
        if admission.how == "reappeared" and admission.item is not None:
            await reappeared(visit, admission.item, admission.arriving.place, admission.arriving.flags)


def _look_at(visit: Visit, fetched: Fetched) -> _Seen:
    return _Seen(fetched, trustedserver.identified(visit, fetched.as_message()))


async def _decide(visit: Visit, row: FolderRow, seen: Sequence[_Seen], *, next_uid: int) -> list[Admission]:
    now = visit.now()
    judge = Judge(Terms(visit.person, visit.account, movable=visit.layout.movable))
    await marks.prove(visit, row.name, [one.fetched for one in seen])
    messages = [arriving(visit, row, one.fetched, one.who) for one in seen]
    window = replace(judge.window(visit.row, visit.siblings, now, messages), next_uid=next_uid)
    while True:
        try:
            admissions = await visit.write(Ledger.admit, window, judge.decide, judge.record)
            break
        except Elsewhere as known:
            window = await _asked(visit, window, known.places)
    for admission in admissions:
        tell_admission(visit.events, admission, folder=row.name)
    _count_left_alone(visit, admissions)
    visit.memory.health.last_message = now
    return admissions


def _count_left_alone(visit: Visit, admissions: Sequence[Admission]) -> None:
    """What may have been in hand before, where no keyword could say so, is neither put aside nor answered: it is counted."""
    fresh = [one.arriving for one in admissions if one.item is not None and not one.known and one.arriving.ours]
    if count := sum(not visit.is_ours(arriving.flags) for arriving in fresh):
        visit.memory.left_alone += count
        visit.memory.health.unadopted += count
        visit.events.emit(
            "account.degraded",
            error=f"{count} message{'s' if count > 1 else ''} may have been in hand before this start",
            reason="this server keeps no keywords that would say so: they stay where they are, and nobody is answered",
        )


async def _asked(visit: Visit, window: Window, places: Mapping[int, Place]) -> Window:
    """Whether messages that were decided still lie where they lay: then what looks like them is a second one."""
    standing = {item for item, place in places.items() if await _stands(visit, place)}
    return replace(window, asked=window.asked | places.keys(), standing=window.standing | standing)


async def _stands(visit: Visit, place: Place) -> bool:
    """Whether a message is known to lie there still; a folder that does not answer says nothing about the watched one."""
    try:
        return await presence(visit.session, place) in ("here", "deleted")
    except Refused:
        return False


async def _take_evidence(visit: Visit, seen: Sequence[_Seen]) -> None:
    """What a window says about mails of ours: those that came back, and what I and the team have written."""
    for one in seen:
        if "delivery-report" in one.who.kinds and may(Act.REPORT, one.who.level):
            await evidence.take_report(visit, one.who.message, one.fetched.body)
    own = [
        replace(
            known_again(
                sent_seen(one.who.message, one.fetched.arrived, visit.person.roster, one.who.level),
                one.who.message,
                visit.install,
            ),
            by_team=not one.who.mine,
        )
        for one in seen
        if may(Act.SILENCE, one.who.level)
        and (one.who.mine or (one.who.team and one.who.client is None))
        and is_evidence(one.who.message)
    ]
    if own:
        await evidence.notice_strangers_mark(
            visit, [one for one in own if may(Act.MARK, one.level) and not one.by_team]
        )
        visit.tell(await visit.write(Ledger.saw_sent, SentWindow(visit.row.id, visit.now(), own)))
