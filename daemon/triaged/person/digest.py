"""The digest, as a mail to myself: at each of its moments once, late rather than never.

What was missed while nothing ran is merged into the next one. The first of a day is short, and not written when there is
nothing. The subject is the headline, and counts what stands below it.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from textwrap import shorten

from triaged.core.calls import Schedule
from triaged.core.moments import Moment, resolve
from triaged.core.settings import Mode
from triaged.ledger import Ledger, Period
from triaged.person import closings, forgedmail, notarrived, unsent, watched
from triaged.person.digestday import gather
from triaged.person.digesthints import hints
from triaged.person.digestsections import Sections, Told
from triaged.person.mailpage import Entry, Page, Section
from triaged.person.personcontext import PersonContext
from triaged.person.phrasing import Phrasing
from triaged.person.selfmail import SelfMail, owe

_BACK = timedelta(days=8)
_DAY = timedelta(days=1)
MOST = 15
"""Entries that a digest shows; the rest is counted."""

_WIDTH = 120
HEADS = ("waits", "promised", "held", "drafts", "out", "back", "aside")


async def deliver(context: PersonContext) -> None:
    """Write the digest if it is due."""
    home, now = context.home, context.now()
    plan = context.person.digest
    if plan is None or not plan.at or home.settings.mode is Mode.OBSERVE:
        return
    written = (await context.write(Ledger.learned, home.id)).get("digest_until")
    if written is None:
        # the first start: there is no day behind it to tell of
        await context.write(Ledger.learn, home.id, digest_until=now.isoformat())
        return
    since = datetime.fromisoformat(written)
    due = max(_come(context, plan.at, max(since, now - _BACK), now), default=None)
    if due is None:
        return
    await context.look()  # an answer may have gone from another device a minute ago
    facts: dict[str, object] = {}
    if _is_mornings(context, due):
        page = await _morning(context, since)
    else:
        page, facts = await _day(context, since)
    if page is not None:
        key = f"digest:{context.key}:{due.isoformat(timespec='minutes')}"
        await owe(context, SelfMail.of(key, page, Phrasing.of(context.person).words.language), event="digest.delivered")
    told = {} if _is_mornings(context, due) else {"digest_told": now.isoformat()}
    await context.write(Ledger.learn, home.id, digest_until=due.isoformat(), **told, **facts)


def _come(context: PersonContext, moments: Sequence[Moment], since: datetime, now: datetime) -> Iterator[datetime]:
    """Every such moment that has come since then, on days with office hours."""
    worktime = context.person.worktime
    for moment in moments:
        after = since
        while (found := resolve(moment, after, Schedule(worktime))) is not None and found.at <= now:
            after = found.at
            if worktime.office_day(worktime.date_of(after)):
                yield after


def _is_mornings(context: PersonContext, due: datetime) -> bool:
    """Whether it is one of the beginning of the day, with others to come: she has the day before her."""
    worktime, plan = context.person.worktime, context.person.digest
    if plan is None or len(plan.at) == 1:
        return False
    midnight = worktime.instant(worktime.date_of(due), time(0))
    first = worktime.next_available(midnight)
    return first is not None and due <= first


async def _morning(context: PersonContext, since: datetime) -> Page | None:
    """Short: what waits and what the day wants."""
    until = context.now()
    told = await Sections(context, await gather(context, since, until)).short()
    return await _page(context, until, since, told) if told or await _pause(context) else None


async def _day(context: PersonContext, last: datetime) -> tuple[Page | None, dict[str, object]]:
    """Everything since the last one that told everything; None where there is nothing to tell."""
    until = context.now()
    full = (await context.write(Ledger.learned, context.home.id)).get("digest_told")
    since = max(datetime.fromisoformat(full) if full else last, until - _BACK)
    day = await gather(context, since, until)
    told = await Sections(context, day).all()
    period = Period(since, until, person=context.key)
    beside = [
        section for room in (notarrived, forgedmail, closings) for section in await room.sections(context, period)
    ]
    suggested, facts = await hints(context, day)
    news = [one for one in told if one.head != "held"] or beside or suggested
    if (
        not news
        and not await _pause(context)
        and not any(unsent.waits_for_her(one, since) and unsent.is_news(one, since) for one in day.queue)
    ):
        return None, {}
    pressing = [one for one in told if one.head in ("waits", "promised", "held", "drafts")]
    others = [one for one in told if one not in pressing]
    sections = [*pressing, *(Told(one.title, one.entries) for one in beside), *others, *suggested]
    return await _page(context, until, since, sections), facts


async def _page(context: PersonContext, until: datetime, since: datetime, told: Sequence[Told]) -> Page:
    phrasing = Phrasing.of(context.person)
    words = phrasing.words
    title = words.digest_title.format(date=phrasing.date(until))
    headline = ", ".join(_heads(phrasing, told))
    foot = phrasing.foot(context.person.roster.clients, until)
    watching = await watched.foot(context, since)
    lead = (await _pause(context), title if headline else "")
    return Page(
        headline or title,
        " ".join(part for part in lead if part),
        tuple(_sections(phrasing, told)),
        f"{foot}\n{watching}".rstrip(),
        _opening(told[0].entries[0]) if told else "",
    )


async def _pause(context: PersonContext) -> str:
    """That nothing is sent or moved for her now, and until when; "" where it is not so."""
    pauses = await context.write(Ledger.pauses)
    if context.key not in pauses:
        return ""
    phrasing, until = Phrasing.of(context.person), pauses[context.key]
    return phrasing.words.paused.format(at=phrasing.when(until)) if until else phrasing.words.paused_open


def _heads(phrasing: Phrasing, told: Sequence[Told]) -> Iterator[str]:
    """What the headline counts: the very entries of the sections below it."""
    counts = {one.head: len(one.entries) for one in told if one.head}
    for head in HEADS:
        if n := counts.get(head, 0):
            words = phrasing.words.head_one if n == 1 else phrasing.words.head_many
            yield words[head].format(n=n)


def _sections(phrasing: Phrasing, told: Sequence[Told]) -> Iterator[Section]:
    """The first entries of all, and below each heading how many there are more."""
    left = MOST
    for one in told:
        shown = tuple(one.entries[:left])
        left -= len(shown)
        hidden = len(one.entries) - len(shown)
        more = phrasing.words.more.format(n=hidden) if hidden else ""
        yield Section(f"{one.title} ({len(one.entries)})" if one.head else one.title, shown, more)


def _opening(entry: Entry) -> str:
    """The most pressing entry in one line, as a telephone shows it."""
    notes = f" ({entry.notes[0]})" if entry.notes else ""
    who = f"{entry.who}: " if entry.at and entry.who else ""  # a line about several says itself who it is
    return shorten(f"{who}{entry.subject}{notes}", _WIDTH, placeholder="…")
