"""The paper for a call: on the office day before it a mail to the client lies in Drafts, or goes: what there is for the call.

It is made for the next call alone, once; where that call has moved and nobody has sent it, it is made anew.
"""

from collections.abc import Sequence
from datetime import timedelta

from triaged.account import callpaper
from triaged.account.loglines import of_reply
from triaged.core.calls import CALL_NOTICE, Occurrence
from triaged.core.clients import Client
from triaged.core.settings import Mode
from triaged.core.template import choose_language
from triaged.ids import new_message_id
from triaged.ledger import Ledger
from triaged.ledger.entries import Item, ReplyRow
from triaged.ledger.papers import NewPaper
from triaged.person.personcontext import OwnAccount, PersonContext

GRACE = timedelta(hours=1)
"""One that goes by itself waits so long: she may read it in `queue` and digest, and stop it."""

BY_HAND = 3
"""So many to a client are sent by hand before one goes by itself."""

MOVED = "its call has moved"
_LIVE = frozenset({"waiting", "held", "sending", "drafted"})
_GONE = frozenset({"sent", "in_doubt"})


async def deliver(context: PersonContext) -> None:
    """Write those that are due, and take back those whose call has moved."""
    plan = context.person.digest
    if plan is None or plan.agenda_to_client == "off":
        return
    for client in context.person.roster.clients:
        if client.has_calls and client.replies and client.caller_address is not None:
            await _deliver(context, client)


async def _deliver(context: PersonContext, client: Client) -> None:
    schedule, now = context.person.schedule(client), context.now()
    call = schedule.next_call(now)
    due = call is not None and schedule.day_before(call.start) <= now and schedule.call_at_hand(now) is None
    written = await context.write(Ledger.papers_for, context.key, client.label)
    live = next((one for one in written if one.state in _LIVE), None)
    if live is not None:
        await _follow(context, client, live)
    elif call is not None and due and not _is_there(context, client, call, written):
        await _write(context, client, call, written)


def _is_there(context: PersonContext, client: Client, call: Occurrence, written: Sequence[ReplyRow]) -> bool:
    """Whether there was one for this call, sent or thrown away; or one went since the call before."""
    since = context.person.schedule(client).call_before(call.start)
    return any(
        (one.tell_call == call.id and one.reason != MOVED)
        or (one.state in _GONE and (since is None or (one.ended_at or one.made_at) > since))
        for one in written
    )


async def _follow(context: PersonContext, client: Client, paper: ReplyRow) -> None:
    """Take it back where its call takes place at another time now; then it is made anew. One that goes is let go."""
    starts, now = paper.tell_at, context.now()
    if starts is None or starts <= now + CALL_NOTICE or context.person.schedule(client).takes_place_at(starts):
        return
    cancelled = await context.write(Ledger.cancel, paper.id, MOVED, now)
    if cancelled is not None:
        context.events.emit("reply.cancelled", **of_reply(cancelled), reason=MOVED)
    elif paper.state == "drafted" and paper.reason is None:
        await context.look()  # it may have been sent by now: it is taken back once Sent has been looked at
    _wake(context)


async def _write(context: PersonContext, client: Client, call: Occurrence, written: Sequence[ReplyRow]) -> None:
    now, to = context.now(), client.caller_address
    items = await callpaper.items_for(context.context, context.key, client.label)
    account = _account(context, items)
    mode = account.mode_with(client)
    if to is None or mode is Mode.OBSERVE or not callpaper.points_of(items, context.person, client, call.start):
        return
    by_itself = mode is Mode.SEND and _may_go(context, written)
    send_at = (context.person.worktime.next_available(now + GRACE) or now + GRACE) if by_itself else now
    if send_at >= call.start - CALL_NOTICE:
        send_at, by_itself = now, False  # too near to be read and stopped: she sends it, if at all
    planned = NewPaper(
        person=context.key,
        account=account.id,
        client=client.label,
        correspondent=client.counted_as(to),
        rcpt=to.spec,
        language=_language(context, client, items),
        message_id=new_message_id(context.context.chance, account.settings.addresses[0].domain),
        mode="send" if by_itself else "draft",
        call=call.id,
        starts=call.start,
        send_at=send_at,
    )
    made = await context.write(Ledger.plan_paper, planned, now)
    if made is not None:
        context.events.emit(
            "reply.scheduled", **of_reply(made), send_at=made.send_at, reason="what there is for the call"
        )
        _wake(context)


def _account(context: PersonContext, items: Sequence[Item]) -> OwnAccount:
    """The one to which the client wrote last, else the first."""
    return next((one for item in reversed(items) if (one := context.account_of(item.account))), context.home)


def _may_go(context: PersonContext, written: Sequence[ReplyRow]) -> bool:
    """Whether the person wants it so, and has sent enough of them to this client herself."""
    plan = context.person.digest
    by_hand = sum(one.state == "sent" and one.mode == "draft" for one in written)
    return plan is not None and plan.agenda_to_client == "send" and by_hand >= BY_HAND


def _language(context: PersonContext, client: Client, items: Sequence[Item]) -> str:
    """The client's; else that in which he was answered last; else mine."""
    template = context.person.reply(callpaper.PAPER)
    assert template is not None  # there is a built-in one
    answered = (
        item.decision["reply"]["language"] for item in reversed(items) if item.decision and item.decision["reply"]
    )
    known = choose_language(template, client.language, next(answered, None), context.person.language)
    return known or template.languages[0]


def _wake(context: PersonContext) -> None:
    for account in context.accounts.values():
        account.loop.on_news()
