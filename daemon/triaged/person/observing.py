"""After two office days of observing one mail shows what would have been done, how to go on and how to stop.

It is the only thing that an account which only observes lays into the inbox by itself, and it does so once. Each reply stands
in it in full. It can be answered with a pause; how far triaged goes is changed where it runs, and by no mail.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from triaged.account.preparing import as_it_would_go
from triaged.core.settings import Mode
from triaged.ledger import Ledger, Period
from triaged.ledger.entries import Item, ReplyRow
from triaged.person.mailpage import Entry, Page, Section
from triaged.person.personcontext import PersonContext
from triaged.person.phrasing import Phrasing
from triaged.person.selfmail import SelfMail, owe
from triaged.words import LEXICON

_OFFICE_DAYS = 2
_BACK = timedelta(days=14)
_MOST = 15


async def deliver(context: PersonContext) -> None:
    """Write it, if two office days have ended since the observing began."""
    home, now = context.home, context.now()
    learned = await context.write(Ledger.learned, home.id)
    if home.settings.mode is not Mode.OBSERVE or learned.get("observed_told"):
        return
    began = learned.get("observes_since")
    if began is None:
        await context.write(Ledger.learn, home.id, observes_since=now.isoformat())
        return
    since = datetime.fromisoformat(began)
    if _office_days(context, since, now) < _OFFICE_DAYS:
        return
    page = await _page(context, max(since, now - _BACK))
    if page is None:
        return  # nobody has written yet: there is nothing to show
    await owe(context, SelfMail.of(f"observed:{context.key}", page, Phrasing.of(context.person).words.language))
    await context.write(Ledger.learn, home.id, observed_told=now.isoformat())


def _office_days(context: PersonContext, since: datetime, now: datetime) -> int:
    """How many have ended since then."""
    worktime = context.person.worktime
    first, last = worktime.date_of(since), worktime.date_of(now)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    ends = (worktime.last_hour(day) for day in days)
    return sum(end is not None and since < end <= now for end in ends)


async def _page(context: PersonContext, since: datetime) -> Page | None:
    rows = await context.write(Ledger.received, Period(since, context.now(), person=context.key))
    aside = [row for row in rows if row.verdict == "deferrable" and row.mode == "observe" and row.item is not None]
    items = [item for row in aside if row.item is not None and (item := await context.write(Ledger.item, row.item))]
    replies = await context.write(Ledger.would_wait, context.key, since)
    if not items and not replies:
        return None
    phrasing = Phrasing.of(context.person)
    words = LEXICON.section(phrasing.words.language, "observed")
    counts = {"aside": len(items), "replies": len(replies)}
    return Page(
        words["title"].format(**counts),
        words["lead"].format(**counts),
        tuple(
            one
            for one in (_aside(phrasing, items, words["aside"]), await _replies(context, replies, words))
            if one.entries
        ),
        phrasing.words.footer,
        words["how"],
    )


def _aside(phrasing: Phrasing, items: Sequence[Item], title: str) -> Section:
    return _section(phrasing, title, [phrasing.entry(item, *_until(phrasing, item)) for item in items])


def _until(phrasing: Phrasing, item: Item) -> tuple[str, ...]:
    until = (item.decision or {}).get("until")
    return (phrasing.words.comes_back.format(at=phrasing.when(datetime.fromisoformat(str(until)))),) if until else ()


async def _replies(context: PersonContext, replies: Sequence[ReplyRow], words: Mapping[str, str]) -> Section:
    return _section(
        Phrasing.of(context.person), words["replies"], [await _reply(context, one, words) for one in replies]
    )


async def _reply(context: PersonContext, reply: ReplyRow, words: Mapping[str, str]) -> Entry:
    """The whole mail that a client would have got, as of the instant at which it would have gone."""
    phrasing, account = Phrasing.of(context.person), context.account_of(reply.account)
    mail = await as_it_would_go(account.loop, reply, reply.send_at) if account is not None else None
    told = (words["promise"].format(at=phrasing.when(reply.tell_at)),) if reply.tell_at else ()
    notes = (words["reply"].format(template=reply.template), *told)
    if mail is None:
        return Entry(phrasing.when(reply.send_at), reply.rcpt, words["unwritten"], notes=notes)
    subject = words["subject"].format(subject=mail.subject)
    return Entry(phrasing.when(reply.send_at), reply.rcpt, subject, notes=notes, letter=mail.text)


def _section(phrasing: Phrasing, title: str, entries: Sequence[Entry]) -> Section:
    hidden = len(entries) - _MOST
    more = phrasing.words.more.format(n=hidden) if hidden > 0 else ""
    return Section(f"{title} ({len(entries)})", tuple(entries[:_MOST]), more)
