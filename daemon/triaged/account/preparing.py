"""What the outbox asks of an account: a look before it speaks, the words as of now, a place for drafts.

The guard is asked again here, with facts of this instant; between the plan and the sending the world has gone on.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from typing import Any, Protocol, TypeVar

from triaged.account import attempts, callpaper, marks, notyet
from triaged.account.context import Context
from triaged.account.lookaround import sweep_and_look
from triaged.account.memory import Memory
from triaged.account.sentfolder import look_at_sent
from triaged.account.visit import Visit
from triaged.core.address import Address, Mailbox, read_address
from triaged.core.decision import PromisePlan
from triaged.core.errors import TriagedError
from triaged.core.facts import Facts
from triaged.core.gather import gathered_again
from triaged.core.guard import refusal_again
from triaged.core.letters import Parties, Planned, from_address, letter, told_now
from triaged.core.memento import Memento, about, packed
from triaged.core.moments import Resolved, resolve_first
from triaged.core.provider import Profile
from triaged.core.providers import profile_of, submission_for
from triaged.core.record import Record, from_record
from triaged.core.reply import LARGEST_FORWARD, Head, Kind, PassedOn, Written, compose_forward, marked, write
from triaged.core.settings import Account, Mode, Person
from triaged.core.template import Rendered, ReplyTemplate, built_in, choose_language, fingerprint
from triaged.delivery import Delivery, Envelope
from triaged.installkey import InstallKey
from triaged.ledger import AsOf, Ledger
from triaged.ledger.entries import BY_HAND, AccountRow, Item, Place, ReplyKind, ReplyRow, Turns
from triaged.mailbox import Session
from triaged.outbox import AlreadyBegun, Cancelled, Held, NotNow, Prepared, Ready, Suppressed, Way, ended

T = TypeVar("T")

PATIENCE = 15.0
"""Seconds that a look at another account of the person may take."""


class WatchedMailbox(Protocol):
    """An account's loop, as far as its replies need it."""

    context: Context
    row: AccountRow
    profile: Profile | None
    memory: Memory

    @property
    def settings(self) -> Callable[[], tuple[Person, Account]]:
        """The settings of this instant."""
        ...

    async def learn(self, **facts: Any) -> None:
        """Remember something about its servers."""
        ...

    async def do(self, act: Callable[[Visit], Awaitable[T]]) -> T:
        """Have something done over the account's connection; TriagedError: there is none."""
        ...


class Looked(Protocol):
    """As much of it as it takes to look at what would go."""

    @property
    def context(self) -> Context:
        """Whoever has it can ask the ledger."""
        ...

    @property
    def settings(self) -> Callable[[], tuple[Person, Account]]:
        """The settings of this instant."""
        ...


@dataclass(frozen=True, slots=True)
class _Outgoing:
    """A reply that is to be written now, and the settings that hold for it."""

    reply: ReplyRow
    to: Address
    parties: Parties
    items: Sequence[Item]
    now: datetime
    install: InstallKey

    @property
    def records(self) -> list[Record]:
        """What was decided about the messages it is about, the one that it was made for first."""
        return [from_record(item.decision) for item in self.items if item.decision]

    @property
    def sender(self) -> Address:
        """The address it leaves from."""
        return from_address(self.parties.account, self.records[0])


@dataclass(slots=True)
class ReplyPreparer:
    """One account's part in answering. `delivery` is asked for with each step: a reload may have changed it."""

    mailbox: WatchedMailbox
    delivery: Callable[[Account], Delivery | None]
    others: Callable[[], Sequence[WatchedMailbox]] = tuple  # the person's other accounts: she may have answered there
    left_over: set[int] = field(default_factory=set)  # replies that did not go, and whose marks could not be taken off

    # --- before anything is said --------------------------------------------------------------------------------

    def way(self) -> Way:
        """How replies leave now."""
        person, account = self.mailbox.settings()
        profile = self.mailbox.profile or profile_of(account.imap)
        submission = submission_for(account, profile, self.mailbox.memory.learned)
        match account.save_sent:
            case "yes":
                saves = False
            case "no":
                saves = True
            case "auto":
                saves = submission.saves_sent
        return Way(
            delivery=self.delivery(account),
            late=account.late,
            worktime=person.worktime,
            fuse=account.reply_fuse,
            saves_sent=saves,
            per_minute=submission.per_minute,
        )

    async def look(self, due: Sequence[ReplyRow]) -> None:
        """See what a person did meanwhile: new mail, Sent, the deferred folder, flags; and Sent of her other accounts."""
        if self.mailbox.settings()[1].only_returns:
            raise TriagedError("its person is left out, because her configuration is not valid")
        for other in self.others():
            # where it cannot be had, it does not hold up this one
            with contextlib.suppress(TriagedError, TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    await other.do(look_at_sent)
        await self.mailbox.do(lambda visit: _look(visit, due))

    async def begin(self, reply: ReplyRow) -> None:
        """Mark the messages that a reply is about, in whichever of the person's accounts they lie."""
        for mailbox in await self._mailboxes_of(reply):
            if await _in_time(mailbox, lambda visit: attempts.begin(visit, reply)) or reply.id in self.left_over:
                continue
            raise AlreadyBegun(attempts.UNKNOWN)
        self.left_over.discard(reply.id)

    async def take_back(self, reply: ReplyRow) -> None:
        """Take the marks off again; where that cannot be done, know that they are left over."""
        for mailbox in await self._mailboxes_of(reply):
            try:
                await _in_time(mailbox, lambda visit: attempts.take_back(visit, reply))
            except TriagedError:
                self.left_over.add(reply.id)

    async def _mailboxes_of(self, reply: ReplyRow) -> list[WatchedMailbox]:
        accounts = {item.account for item in await self.mailbox.context.write(Ledger.reply_items, reply.id)}
        return [one for one in (self.mailbox, *self.others()) if one.row.id in accounts]

    async def draft(self, reply: ReplyRow, raw: bytes) -> Place | None:
        """Put it into Drafts, unless it lies there already from an attempt whose end was not seen."""
        return await self.mailbox.do(lambda visit: _put_into_drafts(visit, reply, raw))

    async def learned(self, facts: Mapping[str, bool]) -> None:
        """Keep what sending has taught about the submission server, with its name: another one may do otherwise."""
        _, account = self.mailbox.settings()
        if account.smtp is not None and facts.get("null_sender") is False:
            await self.mailbox.learn(no_null_sender=account.smtp.host)

    # --- the words ----------------------------------------------------------------------------------------------

    async def prepare(self, reply: ReplyRow) -> Prepared:
        """Ask the guard again, and write the words."""
        person, account = self.mailbox.settings()
        client = person.roster.by_label(reply.client)
        to = read_address(reply.rcpt)
        why = _mode_forbids(reply, account.mode_with(client)) if client is not None else None
        if client is None or why is not None:
            return Held(why or f"{reply.client} is no longer on the roster")
        if to is None:
            return Suppressed("no-valid-address", f"{reply.rcpt} is no address that can be written to")
        items = await self.mailbox.context.write(Ledger.reply_items, reply.id)
        if (hidden := notyet.out_of_sight(items, self.mailbox.memory.unseen)) is not None:
            return NotNow(hidden)
        context = self.mailbox.context
        outgoing = _Outgoing(reply, to, Parties(person, account, client), items, context.now(), context.install)
        write_words: Mapping[ReplyKind, Callable[[_Outgoing], Awaitable[Prepared]]] = {
            "ack": self._acknowledgement,
            "slip": self._notice,
            "moved": self._notice,
            "forward": self._forward,
            "paper": self._paper,
        }
        return await write_words[reply.kind](outgoing)

    async def _acknowledgement(self, outgoing: _Outgoing) -> Prepared:
        reply, person, client = outgoing.reply, outgoing.parties.person, outgoing.parties.client
        template = person.reply(reply.template)
        if template is None:
            return Held(f"there is no [reply.{reply.template}] any more")
        if not outgoing.items:
            return Cancelled("nothing is left that it would answer")
        if template.uses("until") and (open_ := await self.mailbox.context.write(notyet.still_to_move, outgoing.items)):
            return NotNow(open_)
        facts = await self._facts(outgoing)
        repeats = template.fresh(_language(template, reply, outgoing.parties), facts.had, facts.now) is None
        due = replace(gathered_again(facts, person, client, template), repeats=repeats)
        refusal = refusal_again(due, "sending", reply.outgoing)
        if refusal is None and template.uses("promise"):
            lacks = not await self._still_ahead(outgoing)
            refusal = refusal_again(replace(due, lacks_promise=lacks), "sending", reply.outgoing)
        if refusal is not None:
            return ended(refusal)
        fresh = await self.mailbox.context.write(Ledger.reply, reply.id) or reply
        written = _written(replace(outgoing, reply=fresh), template, facts)
        return Ready(
            raw=written.raw,
            envelope=Envelope(rcpt=outgoing.to, me=outgoing.sender),
            every=lambda last: template.every.after(last, person.worktime),
            items=tuple(item.id for item in outgoing.items),
            turns=_turns(outgoing),
            words=fingerprint(_source(template, written.rendered.language, facts) or ""),
            tells_all=template.uses("messages", written.rendered.language),
        )

    async def _notice(self, outgoing: _Outgoing) -> Prepared:
        """A short honest second mail: the promise will not be kept, or the call has moved."""
        reply, person, client = outgoing.reply, outgoing.parties.person, outgoing.parties.client
        template = person.replies.get(reply.template) or built_in("moved" if reply.kind == "moved" else "slip")
        if reply.kind == "slip":
            outgoing = replace(outgoing, items=[item for item in outgoing.items if item.answered_at is None])
        if not outgoing.items:
            return Cancelled("nothing is left that it would be about")
        facts = await self._facts(outgoing)
        due = gathered_again(facts, person, client, template)
        if (refusal := refusal_again(due, "sending", reply.outgoing)) is not None:
            return ended(refusal)
        if reply.kind == "moved" and reply.tell_at is not None and reply.tell_at <= outgoing.now:
            return Cancelled("the call has begun")
        written = _written(outgoing, template, facts, back=_back(outgoing))
        return Ready(
            written.raw, Envelope(rcpt=outgoing.to, me=outgoing.sender), items=tuple(item.id for item in outgoing.items)
        )

    async def _paper(self, outgoing: _Outgoing) -> Prepared:
        """What there is for a call, as of now."""
        reply, parties = outgoing.reply, outgoing.parties
        made = await callpaper.letter_of(self.mailbox.context, reply, parties)
        if made is None:
            return Cancelled("nothing is left that the call would be about")
        facts = Facts(now=outgoing.now, arrived=reply.made_at)
        due = gathered_again(facts, parties.person, parties.client, made.template)
        if (refusal := refusal_again(due, "sending", reply.outgoing)) is not None:
            return ended(refusal)
        if reply.tell_at is None or reply.tell_at <= outgoing.now:
            return Cancelled("the call has begun")
        return Ready(write(made).raw, Envelope(rcpt=outgoing.to, me=made.sender.address))

    async def _forward(self, outgoing: _Outgoing) -> Prepared:
        """A mail of mine to a delegate, the original attached."""
        reply, person, items = outgoing.reply, outgoing.parties.person, outgoing.items
        delegate = person.delegates.get(reply.template)
        if not items or delegate is None:
            return Held(f"there is no [delegate.{reply.template}] any more" if items else "the message is gone")
        item, place = items[0], items[0].place
        if place is None:
            return NotNow("the message's place is not known yet")
        original = await self.mailbox.do(lambda visit: _raw(visit.session, place))
        now = self.mailbox.context.now()
        sender = from_address(outgoing.parties.account, outgoing.records[0])
        raw = compose_forward(
            Head(Mailbox(sender, person.name), outgoing.to, item.subject or "", reply.message_id, now),
            PassedOn(reply.id, person.language, delegate.name, original, self.mailbox.context.install.install),
        )
        return Ready(raw, Envelope(rcpt=outgoing.to, me=sender, bounces=True))

    async def _facts(self, outgoing: _Outgoing) -> Facts:
        as_of = AsOf(outgoing.now, fuse=outgoing.parties.account.reply_fuse.period)
        return await self.mailbox.context.write(Ledger.facts_again, outgoing.items[0], as_of, outgoing.reply.id)

    async def _still_ahead(self, outgoing: _Outgoing) -> bool:
        """Whether the moment it tells lies ahead; if not, it is computed anew while nobody has been told."""
        reply = outgoing.reply
        if reply.tell_at is not None and reply.tell_at > outgoing.now:
            return True
        again = _promised_anew(outgoing)
        if again is None:
            return False
        call = again.call.id if again.call is not None and again.moment.needs_call else None
        plan = PromisePlan("call" if call else "answer", again.at, call)
        return await self.mailbox.context.write(Ledger.replan_promise, reply.id, plan) is not None


async def preview(mailbox: Looked, reply: ReplyRow) -> str:
    """The words of an acknowledgement, or of a paper, as it would go now; "" where they cannot be written."""
    rendered = await as_it_would_go(mailbox, reply, mailbox.context.now())
    return rendered.text if rendered is not None else ""


async def as_it_would_go(mailbox: Looked, reply: ReplyRow, now: datetime) -> Rendered | None:
    """Its subject and words at an instant; None where they cannot be written. Nothing is asked or changed by it."""
    person, account = mailbox.settings()
    client, to, template = person.roster.by_label(reply.client), read_address(reply.rcpt), person.reply(reply.template)
    if reply.kind == "paper" and client is not None:
        made = await callpaper.letter_of(mailbox.context, reply, Parties(person, account, client))
        return write(made).rendered if made is not None else None
    items = await mailbox.context.write(Ledger.reply_items, reply.id)
    if reply.kind != "ack" or client is None or to is None or template is None or not items:
        return None
    as_of = AsOf(now, fuse=account.reply_fuse.period)
    facts = await mailbox.context.write(Ledger.facts_again, items[0], as_of, reply.id)
    outgoing = _Outgoing(reply, to, Parties(person, account, client), items, now, mailbox.context.install)
    return _written(outgoing, template, facts).rendered


def _mode_forbids(reply: ReplyRow, mode: Mode) -> str | None:
    """A switch to a quieter mode holds what was planned in a louder one."""
    if mode is Mode.OBSERVE:
        return "the account is in observe now"
    if mode is Mode.DRAFT and reply.mode == "send":
        return "the account writes drafts now; send it by hand, or cancel it"
    return None


def _promised_anew(outgoing: _Outgoing) -> Resolved | None:
    """The earliest of the moments that the rules of these messages promise, as of now."""
    person, client = outgoing.parties.person, outgoing.parties.client
    rules = {rule.name: rule for rule in person.rules.rules}
    found = [
        resolve_first(rules[item.rule].tells, outgoing.now, person.schedule(client))
        for item in outgoing.items
        if item.rule in rules
    ]
    return min((moment for moment in found if moment is not None), key=lambda moment: moment.at, default=None)


def _turns(outgoing: _Outgoing) -> Turns:
    parties = outgoing.parties
    worktime = parties.person.worktime
    today = worktime.instant(worktime.date_of(outgoing.now), time(0))
    return Turns(len(parties.person.roster.clients) > 1, parties.client.replies_per_hour, today)


def _back(outgoing: _Outgoing) -> datetime | None:
    """When I am there again, where this is no office day of mine."""
    worktime = outgoing.parties.person.worktime
    here = worktime.office_day(worktime.date_of(outgoing.now))
    return None if here else worktime.next_available(outgoing.now)


def _written(outgoing: _Outgoing, template: ReplyTemplate, facts: Facts, *, back: datetime | None = None) -> Written:
    reply, parties = outgoing.reply, outgoing.parties
    kind: Kind = "draft" if reply.mode == "draft" else reply.auto
    install = outgoing.install
    told = install.seal(packed(_memento(outgoing)), marked(reply.id, install.install))
    language = _language(template, reply, parties)
    planned = Planned(template, language, outgoing.to, reply.message_id, reply.id, kind, install.install, told)
    made = letter(parties, planned, outgoing.records, told_now(parties, reply.tell_at, facts))
    made = replace(made, variables=replace(made.variables, source=_source(template, language, facts)))
    if reply.kind != "ack":  # of the message it is about there is no return to tell of
        made = replace(made, variables=replace(made.variables, until=back))
    return write(made)


def _source(template: ReplyTemplate, language: str, facts: Facts) -> str | None:
    """Which of its texts goes."""
    return template.fresh(language, facts.had, facts.now)


def _memento(outgoing: _Outgoing) -> Memento:
    reply = outgoing.reply
    mails = about([item.message_id for item in outgoing.items])
    return Memento(reply.kind, reply.tell_at, reply.tell_kind, reply.tell_call, reply.template, mails)


def _language(template: ReplyTemplate, reply: ReplyRow, parties: Parties) -> str:
    if reply.language in template.languages:
        return reply.language
    known = choose_language(template, parties.client.language, None, parties.person.language)
    return known or template.languages[0]


# --- done over the account's connection -----------------------------------------------------------------------------


async def _look(visit: Visit, due: Sequence[ReplyRow]) -> None:
    """One look serves all that are due."""
    await sweep_and_look(visit)
    if not visit.memory.sent_seen:
        await attempts.look_back(visit)
        visit.memory.sent_seen = True
    await attempts.look_for(visit, [reply for reply in due if reply.reason == BY_HAND])
    await marks.mark_due(visit, due)


async def _in_time(mailbox: WatchedMailbox, act: Callable[[Visit], Awaitable[T]]) -> T | None:
    """Have something done while a submission server waits; what comes too late is not begun."""
    given_up = False

    async def begun(visit: Visit) -> T | None:
        return None if given_up else await act(visit)

    try:
        async with asyncio.timeout(PATIENCE):
            return await mailbox.do(begun)
    except TimeoutError:
        given_up = True
        raise TriagedError(f"{mailbox.row.login} takes too long to be marked") from None


async def _put_into_drafts(visit: Visit, reply: ReplyRow, raw: bytes) -> Place | None:
    session = visit.session
    folder = visit.layout.drafts or await session.ensure("Drafts")
    selected = await session.select(folder)
    if found := await session.find(reply.message_id, 1):
        return Place(folder, selected.uidvalidity, found[-1])
    landed = await session.append(folder, raw, ["\\Draft", "\\Seen"], visit.now())
    return Place(folder, landed.uidvalidity, landed.uid) if landed else None


async def _raw(session: Session, place: Place) -> bytes | None:
    """The whole message, None where it is too large to be sent on."""
    await session.select(place.folder)
    raw = await session.raw(place.uid, LARGEST_FORWARD + 1)
    return raw if len(raw) <= LARGEST_FORWARD else None
