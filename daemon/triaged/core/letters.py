"""The acknowledgement of one or more messages, put together: who writes to whom, in which language, with which values.

The same function serves the outbox, `explain` and `replay`: what is shown is what would go out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from triaged.core import passes
from triaged.core.address import Address, Mailbox, read_address
from triaged.core.clients import Client
from triaged.core.facts import Facts
from triaged.core.hearing import pass_rules
from triaged.core.lures import without_lures
from triaged.core.record import Record
from triaged.core.reply import Kind, Letter, Origin
from triaged.core.settings import Account, Person
from triaged.core.template import Incoming, Named, PassesLeft, ReplyTemplate, Variables
from triaged.core.trust import Act, may
from triaged.core.worktime import WorkTime

LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Parties:
    """Who writes to whom: I, from one of my accounts, to a client."""

    person: Person
    account: Account
    client: Client


@dataclass(frozen=True, slots=True)
class Planned:
    """What was fixed when the reply was planned, and is the same in each attempt."""

    template: ReplyTemplate
    language: str
    to: Address
    message_id: str
    reply_id: int
    kind: Kind
    install: str = ""
    told: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What a reply tells, as it is known when it is claimed."""

    now: datetime
    promise: datetime | None
    last_answer: datetime | None
    promised_before: bool
    passes: PassesLeft | None


def letter(parties: Parties, planned: Planned, records: Sequence[Record], told: Told) -> Letter:
    """Put an acknowledgement together; `records` are the messages it answers, the one that it was made for first.

    Subject, name and thread are that one's; of the others `messages` tells.
    """
    first = records[0]
    return Letter(
        template=planned.template,
        language=planned.language,
        variables=replace(_variables(parties, records, told), dated=planned.kind == "draft"),
        sender=Mailbox(from_address(parties.account, first), parties.person.name),
        to=planned.to,
        message_id=planned.message_id,
        reply_id=planned.reply_id,
        now=told.now,
        kind=planned.kind,
        install=planned.install,
        told=planned.told,
        origin=None if first.called else Origin(first.message_id, first.in_reply_to, first.references),
        precedence=parties.account.precedence,
    )


def told_now(parties: Parties, promise: datetime | None, facts: Facts) -> Told:
    """What a reply tells at the instant of these facts. `promise`: the moment that it names."""
    return Told(facts.now, promise, facts.last_answer, facts.promised_before, _passes(parties, facts))


def _passes(parties: Parties, facts: Facts) -> PassesLeft | None:
    """What may be offered as of now; None: the client has no passes."""
    person, client = parties.person, parties.client
    if client.passes is None:
        return None
    whens = [rule.when for rule in pass_rules(client, person)]
    offer = passes.offer(facts, client.passes, person.worktime, whens)
    return PassesLeft(offer.left, client.passes.count, offer.until)


def from_address(account: Account, record: Record) -> Address:
    """The address of mine that the client wrote to, else the account's first."""
    written = read_address(record.mine) if record.mine else None
    return written if written is not None and written in account.addresses else account.addresses[0]


def _variables(parties: Parties, records: Sequence[Record], told: Told) -> Variables:
    person, client, now = parties.person, parties.client, told.now
    first = records[0]
    zone = client.zone
    call = person.schedule(client).next_call(now)
    until = first.until if first.until is not None and first.until > now else None
    delegate = person.delegates.get(first.delegate) if first.delegate else None
    return Variables(
        me=Named(person.name, ""),
        client=Named(client.name),
        sender=Named(sender_name(client, first), first.sender_address),
        subject="" if first.called else said_subject(first),
        received=first.received,
        messages=tuple(Incoming(said_subject(record), record.received) for record in records),
        zone=zone,
        mine=person.worktime.zone,
        now=now,
        promise=told.promise,
        until=until,
        next_call=call.start if call else None,
        last_answer=told.last_answer,
        promised_before=told.promised_before,
        passes=told.passes,
        address=client.address,
        today=_has_hours_today(person.worktime, now),
        delegate=Named(delegate.name, delegate.address.spec) if delegate else None,
    )


def _has_hours_today(worktime: WorkTime, now: datetime) -> bool:
    """Whether office hours lie ahead on the day that it is now."""
    last = worktime.last_hour(worktime.date_of(now))
    return last is not None and last > now


@dataclass(frozen=True, slots=True)
class Points:
    """What there is for a call: of each thread its first message, the oldest first."""

    open: tuple[Record, ...] = ()
    answered: tuple[Record, ...] = ()  # since the call before

    def __bool__(self) -> bool:
        return bool(self.open or self.answered)


def paper(parties: Parties, planned: Planned, points: Points, told: Told) -> Letter:
    """The paper for a call: a new mail to the client, of nothing but what he wrote himself. `told.promise`: when it begins."""
    made = letter(parties, planned, points.open or points.answered, told)
    to = planned.to
    variables = replace(
        made.variables,
        sender=Named(parties.client.people.get(to.key, ""), to.spec),
        messages=tuple(Incoming(said_subject(one), one.received) for one in points.open),
        answered=tuple(Incoming(said_subject(one), one.received) for one in points.answered),
        subject="",
        until=None,
    )
    return replace(made, variables=variables, origin=None)


def said_subject(record: Record) -> str:
    """The subject as it may be repeated in my name: whole, where my server vouches for its sender; never what is garbled."""
    if "\ufffd" in record.subject:
        return ""
    return record.subject if may(Act.ECHO, record.level) else without_lures(record.subject)


def sender_name(client: Client, record: Record) -> str:
    """How to address the sender: from `people`, else a plain display name of a sender who is verified, else ""."""
    address = read_address(record.sender_address)
    known = client.people.get(address.key) if address else None
    if known is not None:
        return known
    if record.called:
        caller = client.caller_address
        return client.people.get(caller.key, "") if caller else ""
    return record.sender_name if may(Act.ECHO, record.level) and is_plain_name(record.sender_name) else ""


def is_plain_name(name: str) -> bool:
    """Whether a display name reads as a person's name: letters, spaces, a few marks, no address, no title in capitals."""
    return (
        0 < len(name) <= LONGEST_NAME
        and "@" not in name
        and all(letter.isalpha() or letter in " .'’-" for letter in name)
    )
