"""What the guard looks at, gathered from the message, the past and the configuration. Pure."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from triaged.core.clients import Client
from triaged.core.facts import Facts
from triaged.core.guard.sending import Due, Sending
from triaged.core.identify import Identified
from triaged.core.rules import Rule
from triaged.core.settings import Person, Terms
from triaged.core.template import SAYS_SO, ReplyTemplate


@dataclass(frozen=True, slots=True)
class Wanted:
    """The reply that a rule asks for, and when it would go. `left_courtesy`: the rule has not named mere thanks."""

    rule: Rule | None
    template: ReplyTemplate
    send_at: datetime | None
    lacks_promise: bool
    left_courtesy: bool
    language: str = ""


def gathered(who: Identified, facts: Facts, terms: Terms, wanted: Wanted | None = None) -> Sending:
    """Everything the guard looks at. `wanted` None: no rule asks for a reply."""
    person, account = terms.person, terms.account
    send_at = wanted.send_at if wanted is not None else None
    near = None
    if who.client is not None:
        schedule = person.schedule(who.client)
        near = schedule.call_at_hand(facts.now)
        if near is None and send_at is not None:
            near = schedule.call_at_hand(send_at)
    return Sending(
        message=who.message,
        facts=facts,
        mine=person.addresses,
        client=who.client,
        match=who.match,
        authentication=who.authentication,
        level=facts.level if facts.level is not None else who.level,
        rule=wanted.rule if wanted is not None else None,
        kinds=who.kinds if wanted is None or wanted.left_courtesy else who.kinds - {"courtesy"},
        notice=who.notice,
        require_auth=account.require_auth,
        every=_every(facts, person, wanted.template) if wanted is not None else timedelta(days=1),
        late=account.late.after(facts.arrived, person.worktime) - facts.arrived,
        fuse=account.reply_fuse.count,
        call=near.call.text if near is not None else None,
        lacks_promise=wanted is not None and wanted.lacks_promise,
        roster=person.roster,
        send_at=send_at,
        today=person.worktime.instant(person.worktime.date_of(facts.now), time(0)),
        once_a_thread=wanted is not None and wanted.template.once_a_thread,
        repeats=wanted is not None and _repeats(wanted.template, wanted.language, facts),
        reply=wanted.template.label if wanted is not None else "",
        says_so=wanted is not None and wanted.template.label in SAYS_SO,
    )


def _repeats(template: ReplyTemplate, language: str, facts: Facts) -> bool:
    return language in template.texts and template.fresh(language, facts.had, facts.now) is None


def gathered_again(facts: Facts, person: Person, client: Client, template: ReplyTemplate) -> Due:
    """What the guard looks at when a reply that was decided is about to be written."""
    near = person.schedule(client).call_at_hand(facts.now)
    return Due(
        facts=facts,
        client=client,
        every=_every(facts, person, template),
        once_a_thread=template.once_a_thread,
        today=person.worktime.instant(person.worktime.date_of(facts.now), time(0)),
        call=near.call.text if near is not None else None,
    )


def _every(facts: Facts, person: Person, template: ReplyTemplate) -> timedelta:
    """How long after the last reply to this correspondent the next may go: counted from there, as at the claim."""
    last = facts.last_reply_at
    return template.every.after(last, person.worktime) - last if last is not None else timedelta(0)
