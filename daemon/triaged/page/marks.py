"""What a page showed when it was drawn, as a short text that its forms give back: by it a form is known to be stale."""

from datetime import datetime
from zoneinfo import ZoneInfo

from triaged.ledger import Ledger
from triaged.ledger.entries import DeferredRow, Item, ReplyRow
from triaged.page.shownmoments import moment


def of_item(item: Item, until: datetime | None = None) -> str:
    """A message: its state, when it comes back, whether it is dealt with."""
    return ".".join((item.state, *map(_seconds, (until, item.answered_at, item.settled_at))))


def of_aside(row: DeferredRow) -> str:
    """A message that is put aside."""
    return of_item(row.item, row.until)


def of_reply(reply: ReplyRow) -> str:
    """A reply: its state, when it goes, and what it covers."""
    return ".".join((reply.state, _seconds(reply.send_at), *map(str, reply.items)))


def until_of(ledger: Ledger, item: Item) -> datetime | None:
    """When a message comes back, as the lists say it."""
    if item.state != "aside":
        return None
    return next((row.until for row in ledger.deferred(item.person) if row.item.id == item.id), None)


def item_meanwhile(item: Item, until: datetime | None, zone: ZoneInfo) -> str:
    """What has become of a message since a page was drawn, in words."""
    if item.settled_at is not None:
        return f"it was settled meanwhile, {moment(item.settled_at, zone).text}"
    if item.answered_at is not None:
        return f"it was answered meanwhile, {moment(item.answered_at, zone).text}"
    if item.state == "aside":
        return f"it is put aside meanwhile{f' until {moment(until, zone).text}' if until else ''}"
    states = {"here": "it lies in the inbox meanwhile", "released": "it was taken out by hand meanwhile"}
    return states.get(item.state, f"it is {item.state} meanwhile")


def reply_meanwhile(reply: ReplyRow, zone: ZoneInfo) -> str:
    """What has become of a reply since a page was drawn, in words."""
    state = reply.state.replace("_", " ")
    if reply.ended_at is not None:
        return f"reply {reply.id} to {reply.rcpt} is {state} since {moment(reply.ended_at, zone).text}"
    covers = f", and covers {len(reply.items)} messages" if len(reply.items) > 1 else ""
    return f"reply {reply.id} to {reply.rcpt} is {state} now, for {moment(reply.send_at, zone).text}{covers}"


def _seconds(at: datetime | None) -> str:
    return str(int(at.timestamp())) if at is not None else ""
