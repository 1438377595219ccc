"""The promise clock: what was told to clients falls due. Calls begin, answers are warned of, and what is late is said.

Before anything is concluded the mailboxes are looked at: the answer may have gone out from another device a minute ago.
"""

import base64
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from triaged.account.accountloop import AccountLoop
from triaged.account.context import Context
from triaged.account.loglines import of_promise, of_reply
from triaged.core.calls import Occurrence
from triaged.core.clients import Client
from triaged.core.decision import PromisePlan
from triaged.core.reply import Head, compose_note
from triaged.core.settings import Mode, PromisePolicy
from triaged.core.template import built_in, choose_language
from triaged.ids import new_message_id
from triaged.ledger import Ledger, NewEffect, WhenLate
from triaged.ledger.values import NewReply, PromiseRow
from triaged.person.personcontext import Household
from triaged.person.pushwords import warning_words

GRACE = timedelta(hours=1)
"""A notice that a call has moved waits so long: the change may be undone."""

MOST_MOVED = 3
"""More promises than this moved by one change of the configuration: the notices are held for a person."""


async def keep(office: Context, household: Household) -> None:
    """Do what is due about one person's promises."""
    now = office.now()
    warn = household.person.promises.warn.fixed
    due = await office.write(Ledger.promises_due, now, warn, household.key)
    for promise in due:
        if promise.kind == "call":
            await _call_begins(office, household, promise)
    if all(promise.kind == "call" for promise in due):
        return
    unseen = await household.look()
    now = office.now()
    for promise in await office.write(Ledger.promises_due, now, warn, household.key):
        if promise.kind == "call":
            continue
        if promise.due_at > now:
            await _warn(office, household, promise)
        elif await _may_conclude(office, promise, unseen):
            await _overdue(office, household, promise, apologise=not unseen)


async def _may_conclude(office: Context, promise: PromiseRow, unseen: frozenset[int]) -> bool:
    """Whether the mailbox has been seen from which the answer would have gone."""
    told = await office.write(Ledger.promise_reply, promise.id) if unseen else None
    return told is None or told.account not in unseen


async def _call_begins(office: Context, household: Household, promise: PromiseRow) -> None:
    now = office.now()
    kept = await office.write(Ledger.call_kept, promise.id, now)
    if kept is not None:
        late = kept.state == "late"
        household.events.emit("promise.kept", **of_promise(kept), by="call", reason=_CALL[late])


_CALL = {
    False: "the call begins",
    True: "the call begins, later than the client was told",
}


async def _warn(office: Context, household: Household, promise: PromiseRow) -> None:
    """A note into the inbox before an answer falls due: the first account's, or, where that only observes, the promise's own."""
    home = household.home
    if home is None or promise.warned_at is not None:
        return
    items = await office.write(Ledger.promise_items, promise.id)
    desks = (home, await _teller(office, household, promise))
    desk = next((one for one in desks if one and _mode(household, promise, one) is not Mode.OBSERVE), None)
    note = await _note(office, household, promise, items, desk) if desk is not None else None
    if await office.write(Ledger.warned, promise.id, office.now(), note):
        (desk or home).wake.set()
        household.events.emit("promise.warned", **of_promise(promise), reason="an answer falls due", item=_last(items))


async def _note(
    office: Context, household: Household, promise: PromiseRow, items: Sequence[int], desk: AccountLoop
) -> NewEffect:
    now = office.now()
    item = await office.write(Ledger.item, items[-1]) if items else None
    subject, text = warning_words(household.person, promise, item, now)
    message_id = new_message_id(office.chance, household.address.domain)
    raw = compose_note(Head(household.me, household.address, subject, message_id, now), text)
    args = {
        "promise": promise.id,
        "raw": base64.b64encode(raw).decode("ascii"),
        "message_id": message_id,
        "folder": desk.settings()[1].watch[0],
        "flags": [],
    }
    return NewEffect(f"warn:{promise.id}", "append", promise.person, now, desk.row.id, args=args)


async def _teller(office: Context, household: Household, promise: PromiseRow) -> AccountLoop | None:
    """The desk from which the client was told, and will be told more; None: its account is no longer configured."""
    told = await office.write(Ledger.promise_reply, promise.id)
    desks = household.desks.values()
    return next((desk for desk in desks if told is not None and desk.row.id == told.account), None)


def _mode(household: Household, promise: PromiseRow, desk: AccountLoop) -> Mode:
    client = household.person.roster.by_label(promise.client)
    return desk.settings()[1].mode_with(client)


async def _overdue(office: Context, household: Household, promise: PromiseRow, *, apologise: bool) -> None:
    """The moment has passed: said in the log, pushed, and, where it is wanted and sure, to the client."""
    now = office.now()
    person = household.person
    home = household.home
    slip = await _slip(office, household, promise, person.promises, now) if apologise else None
    owed = WhenLate(slip, person.promises.notify, home.row.id if home else None)
    changed, slipped = await office.write(Ledger.overdue, promise.id, now, owed)
    if not changed:
        return
    items = await office.write(Ledger.promise_items, promise.id)
    household.events.emit(
        "promise.overdue", **of_promise(promise), item=_last(items), reason="no answer went out by the promised moment"
    )
    if slipped is not None:
        household.events.emit(
            "promise.slipped", **of_promise(promise), reply=slipped, reason=f"slip is {person.promises.slip}"
        )
        for desk in household.desks.values():
            desk.on_news()


async def _slip(
    office: Context, household: Household, promise: PromiseRow, policy: PromisePolicy, now: datetime
) -> NewReply | None:
    client = household.person.roster.by_label(promise.client)
    if policy.slip == "off" or client is None or not client.replies:
        return None
    desk = await _teller(office, household, promise)
    mode = _mode(household, promise, desk) if desk is not None else Mode.OBSERVE
    return _notice(
        office, household, client, mode, "slip", policy.slip_reply or "slip", policy.slip, now, promise.due_at
    )


def _notice(
    office: Context,
    household: Household,
    client: Client,
    mode: Mode,
    kind: Literal["slip", "moved"],
    label: str,
    how: str,
    send_at: datetime,
    tell_at: datetime,
    call: str | None = None,
) -> NewReply | None:
    """A second mail about a promise; None where nothing may be sent now."""
    if mode is Mode.OBSERVE:
        return None
    person = household.person
    template = person.replies.get(label) or built_in(kind)
    return NewReply(
        kind=kind,
        template=template.label,
        language=choose_language(template, client.language, None, person.language) or template.languages[0],
        message_id=new_message_id(office.chance, household.address.domain),
        send_at=send_at,
        mode="draft" if how == "draft" or mode is Mode.DRAFT else "send",
        tell_at=tell_at,
        tell_call=call,
    )


# --- calls that a change of the configuration moved -----------------------------------------------------------------


async def follow_calls(office: Context, household: Household) -> None:
    """After a reload: promises of calls that are now at another time move along; the notice to the client waits an hour."""
    now = office.now()
    person = household.person
    promises = await office.write(Ledger.promises_open, household.key, planned=True)
    moved: list[tuple[PromiseRow, Client]] = []
    for promise in promises:
        client = person.roster.by_label(promise.client)
        if promise.kind != "call" or client is None or promise.due_at <= now:
            continue
        there = _same_call(client, household, promise, now)
        if there is None or (there.start == promise.due_at and there.id == promise.call):
            continue
        notice = await office.write(Ledger.live_notice, promise.id)
        after = await office.write(Ledger.move_promise, promise.id, PromisePlan("call", there.start, there.id), now)
        if after is None or after.due_at == promise.due_at:  # the same call, written otherwise
            continue
        household.events.emit("promise.moved", **of_promise(after), reason="its call has moved")
        if notice is not None and (ended := await office.write(Ledger.reply, notice.id)) is not None:
            household.events.emit("reply.cancelled", **of_reply(ended), reason=ended.reason)
        expected = await office.write(Ledger.client_expects, promise.id)
        if after.told_at is not None and after.due_at != expected:
            moved.append((after, client))
    await _tell_moved(office, household, moved, now)


def _same_call(client: Client, household: Household, promise: PromiseRow, now: datetime) -> Occurrence | None:
    """Where the promised call takes place now: unmoved if it still does, else the client's next one from now."""
    schedule = household.person.schedule(client)
    for occurrence in schedule.occurrences(now):
        if occurrence.start == promise.due_at:
            return occurrence
        if occurrence.start > promise.due_at + timedelta(days=14):
            break
    return schedule.next_call(now)


async def _tell_moved(
    office: Context, household: Household, moved: Sequence[tuple[PromiseRow, Client]], now: datetime
) -> None:
    policy = household.person.promises
    if policy.slip == "off":
        return
    for promise, client in moved:
        desk = await _teller(office, household, promise)
        mode = _mode(household, promise, desk) if desk is not None else Mode.OBSERVE
        notice = _notice(
            office, household, client, mode, "moved", "moved", policy.slip, now + GRACE, promise.due_at, promise.call
        )
        made = await office.write(Ledger.add_reply, promise.id, notice, now) if notice is not None else None
        row = await office.write(Ledger.reply, made) if made is not None else None
        if row is None:
            continue
        why = "the call that was promised has moved"
        if len(moved) <= MOST_MOVED:
            household.events.emit(
                "reply.scheduled", **of_reply(row), send_at=row.send_at, promise=row.tell_at, reason=why
            )
            continue
        why = f"one change of the configuration moved {len(moved)} promised calls"
        await office.write(Ledger.hold, row.id, why)
        household.events.emit("reply.held", **of_reply(row), reason=why)


def _last(items: Sequence[int]) -> int | None:
    return items[-1] if items else None
