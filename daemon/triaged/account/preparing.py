"""What the outbox asks of the desk that keeps a mailbox: a look before it speaks, the words as of now, a place for drafts.

The guard is asked again here, with facts of this instant; between the plan and the sending the world has gone on.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from triaged.account import lookaround, marks
from triaged.account.accountloop import Desk
from triaged.core.address import Address, Mailbox, read_address
from triaged.core.clients import Client
from triaged.core.errors import TriagedError
from triaged.core.facts import Facts
from triaged.core.gather import gathered_again
from triaged.core.guard import refusal_again
from triaged.core.letters import Parties, Planned, from_address, letter, told_now
from triaged.core.moments import Resolved, resolve_first
from triaged.core.providers import profile_of, submission_for
from triaged.core.record import Record, from_record
from triaged.core.reply import LARGEST_FORWARD, Head, Kind, PassedOn, compose_forward, write
from triaged.core.settings import Account, Mode, Person
from triaged.core.template import ReplyTemplate, built_in, choose_language
from triaged.delivery import Delivery, Envelope
from triaged.ledger import Ledger
from triaged.ledger.values import Item, Place, ReplyRow
from triaged.mailbox import Session
from triaged.outbox import Cancelled, Held, NotNow, Prepared, Ready, Suppressed, Way, ended

PATIENCE = 15.0
"""Seconds that a look at another account of the person may take."""


@dataclass(slots=True)
class Post:
    """One account's part in answering. `delivery` is asked for with each step: a reload may have changed it."""

    desk: Desk
    delivery: Callable[[Account], Delivery | None]
    others: Callable[[], Sequence[Desk]] = tuple  # the person's other accounts: she may have answered from one of them

    # --- Preparation --------------------------------------------------------------------------------------------

    def way(self) -> Way:
        """How replies leave now."""
        _, account = self.desk.settings()
        profile = self.desk.profile or profile_of(account.imap)
        submission = submission_for(account, profile, self.desk.row.learned)
        match account.save_sent:
            case "yes":
                saves = False
            case "no":
                saves = True
            case "auto":
                saves = submission.saves_sent
        return Way(
            delivery=self.delivery(account),
            late=account.late.fixed if account.late else timedelta(hours=12),
            fuse=account.reply_fuse,
            saves_sent=saves,
            per_minute=submission.per_minute,
        )

    async def look(self, due: Sequence[ReplyRow]) -> None:
        """See what a person did meanwhile: new mail, Sent, the deferred folder, flags; and Sent of her other accounts."""
        for other in self.others():
            with contextlib.suppress(
                TriagedError, TimeoutError
            ):  # where it cannot be had, it does not hold up this one
                async with asyncio.timeout(PATIENCE):
                    await other.ask(_look_at_sent)
        await self.desk.ask(lambda desk, session: _look(desk, session, due))

    async def prepare(self, reply: ReplyRow) -> Prepared:
        """Ask the guard again, and write the words."""
        person, account = self.desk.settings()
        client = person.roster.by_label(reply.client)
        to = read_address(reply.rcpt)
        if client is None:
            return Held(f"{reply.client} is no longer on the roster")
        if (why := _mode_forbids(reply, client, account)) is not None:
            return Held(why)
        if to is None:
            return Suppressed("no-valid-address", f"{reply.rcpt} is no address that can be written to")
        match reply.kind:
            case "ack":
                return await self._acknowledgement(person, account, client, reply, to)
            case "slip" | "moved":
                return await self._notice(person, account, client, reply, to)
            case "forward":
                return await self._forward(person, account, reply, to)

    async def draft(self, reply: ReplyRow, raw: bytes) -> Place | None:
        """Put it into Drafts, unless it lies there already from an attempt whose end was not seen."""

        async def put(desk: Desk, session: Session) -> Place | None:
            folder = desk.layout.drafts if desk.layout else None
            if folder is None:
                folder = await session.ensure("Drafts")
            selected = await session.select(folder)
            if found := await session.find(reply.message_id, 1):
                return Place(folder, selected.uidvalidity, found[-1])
            landed = await session.append(folder, raw, ["\\Draft", "\\Seen"], desk.office.now())
            return Place(folder, landed.uidvalidity, landed.uid) if landed else None

        return await self.desk.ask(put)

    # --- acknowledgements ---------------------------------------------------------------------------------------

    async def _acknowledgement(
        self, person: Person, account: Account, client: Client, reply: ReplyRow, to: Address
    ) -> Prepared:
        template = person.replies.get(reply.template)
        if template is None:
            return Held(f"there is no [reply.{reply.template}] any more")
        now = self.desk.office.now()
        items = await self.desk.office.write(Ledger.reply_items, reply.id)
        if not items:
            return Cancelled("nothing is left that it would answer")
        facts = await self._facts(items[-1], account, reply, now)
        due = gathered_again(facts, person, client, template)
        refusal = refusal_again(due, "sending", reply.outgoing)
        if refusal is None and template.uses("promise"):
            lacks = not await self._still_ahead(person, client, items, reply, now)
            refusal = refusal_again(replace(due, lacks_promise=lacks), "sending", reply.outgoing)
        if refusal is not None:
            return ended(refusal)
        fresh = await self.desk.office.write(Ledger.reply, reply.id) or reply
        parties = Parties(person, account, client)
        planned = _planned(fresh, template, parties, to)
        written = write(letter(parties, planned, _records(items), told_now(parties, fresh.tell_at, facts)))
        return Ready(
            raw=written.raw,
            envelope=Envelope(rcpt=to, me=from_address(account, _records(items)[-1])),
            every=lambda last: template.every.after(last, person.worktime),
            items=tuple(item.id for item in items),
        )

    async def _facts(self, item: Item, account: Account, reply: ReplyRow, now: datetime) -> Facts:
        return await self.desk.office.write(
            Ledger.facts_again, item, now, lookback=timedelta(0), fuse=account.reply_fuse.period, but_reply=reply.id
        )

    async def _still_ahead(
        self, person: Person, client: Client, items: Sequence[Item], reply: ReplyRow, now: datetime
    ) -> bool:
        """Whether the moment it tells lies ahead; if not, it is computed anew while nobody has been told."""
        if reply.tell_at is not None and reply.tell_at > now:
            return True
        again = _promised_anew(person, client, items, now)
        if again is None:
            return False
        call = again.call.id if again.call is not None and again.moment.needs_call else None
        kind = "call" if call else "answer"
        planned = await self.desk.office.write(Ledger.replan_promise, reply.id, kind, again.at, call)
        return planned is not None

    # --- the other kinds ----------------------------------------------------------------------------------------

    async def _notice(self, person: Person, account: Account, client: Client, reply: ReplyRow, to: Address) -> Prepared:
        """A short honest second mail: the promise will not be kept, or the call has moved."""
        template = person.replies.get(reply.template)
        if template is None:
            template = built_in("moved" if reply.kind == "moved" else "slip")
        now = self.desk.office.now()
        items = await self.desk.office.write(Ledger.reply_items, reply.id)
        if not items:
            return Cancelled("nothing is left that it would be about")
        facts = await self._facts(items[-1], account, reply, now)
        due = gathered_again(facts, person, client, template)
        if (refusal := refusal_again(due, "sending", reply.outgoing)) is not None:
            return ended(refusal)
        if reply.kind == "moved" and reply.tell_at is not None and reply.tell_at <= now:
            return Cancelled("the call has begun")
        parties = Parties(person, account, client)
        planned = _planned(reply, template, parties, to)
        written = write(letter(parties, planned, _records(items), told_now(parties, reply.tell_at, facts)))
        return Ready(written.raw, Envelope(rcpt=to, me=from_address(account, _records(items)[-1])))

    async def _forward(self, person: Person, account: Account, reply: ReplyRow, to: Address) -> Prepared:
        """A mail of mine to a delegate, the original attached."""
        items = await self.desk.office.write(Ledger.reply_items, reply.id)
        delegate = person.delegates.get(reply.template)
        if not items or delegate is None:
            return Held(f"there is no [delegate.{reply.template}] any more" if items else "the message is gone")
        item = items[0]
        if item.place is None:
            return NotNow("the message's place is not known yet")
        original = await self.desk.ask(lambda _, session: _raw(session, item.place))
        record = _records(items)[0]
        sender = Mailbox(from_address(account, record), person.name)
        raw = compose_forward(
            Head(sender, to, item.subject or "", reply.message_id, self.desk.office.now()),
            PassedOn(reply.id, person.language, delegate.name, original),
        )
        return Ready(raw, Envelope(rcpt=to, me=from_address(account, record), bounces=True))


async def _look_at_sent(desk: Desk, session: Session) -> None:
    person, _ = desk.settings()
    await lookaround.look_at_sent(desk, session, person)


async def _look(desk: Desk, session: Session, due: Sequence[ReplyRow]) -> None:
    """One look serves all that are due."""
    person, account = desk.settings()
    await desk.sweep(session, person, account, everywhere=True)
    await lookaround.look(desk, session, person, account)
    await marks.mark_due(desk, session, due)


async def _raw(session: Session, place: Place | None) -> bytes | None:
    """The whole message, None where it is too large to be sent on."""
    if place is None:
        return None
    await session.select(place.folder)
    raw = await session.raw(place.uid, LARGEST_FORWARD + 1)
    return raw if len(raw) <= LARGEST_FORWARD else None


def _records(items: Sequence[Item]) -> list[Record]:
    return [from_record(item.decision) for item in items if item.decision]


def _mode_forbids(reply: ReplyRow, client: Client, account: Account) -> str | None:
    """A switch to a quieter mode holds what was planned in a louder one."""
    mode = account.mode_with(client)
    if mode is Mode.OBSERVE:
        return "the account is in observe now"
    if mode is Mode.DRAFT and reply.mode == "send":
        return "the account writes drafts now; send it by hand, or cancel it"
    return None


def _promised_anew(person: Person, client: Client, items: Sequence[Item], now: datetime) -> Resolved | None:
    """The earliest of the moments that the rules of these messages promise, as of now."""
    rules = {rule.name: rule for rule in person.rules.rules}
    found = [
        resolve_first(rules[item.rule].tells, now, person.schedule(client)) for item in items if item.rule in rules
    ]
    return min((moment for moment in found if moment is not None), key=lambda moment: moment.at, default=None)


def _planned(reply: ReplyRow, template: ReplyTemplate, parties: Parties, to: Address) -> Planned:
    kind: Kind = "draft" if reply.mode == "draft" else reply.auto
    return Planned(template, _language(template, reply, parties), to, reply.message_id, reply.id, kind)


def _language(template: ReplyTemplate, reply: ReplyRow, parties: Parties) -> str:
    if reply.language in template.languages:
        return reply.language
    known = choose_language(template, parties.client.language, None, parties.person.language)
    return known or template.languages[0]
