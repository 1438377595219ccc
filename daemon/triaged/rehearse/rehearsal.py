"""A rehearsal: the same admission, decision and replies as in the daemon, over a ledger in memory and a clock made of arrivals.

Goes in: raw messages in order. Comes out: for each one what would happen, with the reply as it would go out. Nothing is
touched outside; a message from me counts as my answer. `explain`, `replay` and the rules' examples are all this.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from triaged.account.judge import Judge
from triaged.account.sentmail import sent_seen
from triaged.core.address import is_mine, read_address
from triaged.core.decide import decide
from triaged.core.decision import Decision
from triaged.core.facts import Facts
from triaged.core.guard import Due, refusal_again
from triaged.core.identify import Identified, identify
from triaged.core.letters import Parties, Planned, letter, told_now
from triaged.core.message import Message
from triaged.core.record import from_record
from triaged.core.reply import ComposeError, Kind, Written, write
from triaged.core.settings import Account, Mode, Person, Terms
from triaged.core.template import ReplyTemplate, TemplateError, fingerprint
from triaged.core.trust import evidence_of_sent
from triaged.ledger import Accepted, AsOf, Attempt, Ledger, Response, SentWindow
from triaged.ledger.entries import AccountRow, Arriving, Claimed, ReplyRow

DAWN = datetime(1990, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What would happen to one message, and everything that led there."""

    message: Message
    who: Identified
    person: Person
    account: Account
    arrived: datetime
    facts: Facts
    decision: Decision
    reply: Written | None = None
    reply_to: str | None = None
    trouble: str = ""  # why a reply that was planned could not be written


class Rehearsal:
    """One run through messages of one person, from an empty past."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self._ledger = Ledger.open(":memory:", now=DAWN)
        rows = self._ledger.register(person.label, [account.login for account in person.accounts], DAWN)
        self._rows: dict[str, AccountRow] = {account.label: rows[account.login] for account in person.accounts}
        self._ids = {label: row.id for label, row in self._rows.items()}
        self._accounts = {row.id: account for account in person.accounts for row in [self._rows[account.label]]}
        self._ledger.ruleset(person.ruleset_hash, person.ruleset_text, DAWN)
        self._count = 0
        self._due: list[datetime] = []  # a heap: when a reply goes out, a promise falls due

    def close(self) -> None:
        """Let the ledger in memory go."""
        self._ledger.close()

    def play(self, message: Message, arrived: datetime, *, show: bool = True) -> Rehearsed:
        """One message arrives; everything that was due before it happens first. `show` False: no reply is rendered."""
        account = account_for(message, self.person)
        who = identify(message, self.person, account)
        if self._due and self._due[0] <= arrived:
            self._until(arrived)
        if who.mine or (who.team and who.client is None):
            level = evidence_of_sent(message, who.authentication, who.level, self.person.addresses)
            seen = replace(sent_seen(message, arrived, self.person.roster, level), by_team=not who.mine)
            self._ledger.saw_sent(SentWindow(self._rows[account.label].id, arrived, [seen]))
        judge = Judge(Terms(self.person, account, trace=show))
        if who.client is None:  # nothing of the past matters, and nothing is remembered
            nothing = Facts(now=arrived, arrived=arrived)
            return Rehearsed(message, who, self.person, account, arrived, nothing, decide(who, nothing, judge.terms))
        window = judge.window(self._rows[account.label], self._ids, arrived, [self._arriving(who, account, arrived)])
        record = judge.record if show else None  # only a reply that is written reads it
        [admission] = self._ledger.admit(window, judge.decide, record)
        facts, decision = admission.facts, admission.decision
        if facts is None or decision is None:  # the very same message once more
            facts = replace(self._ledger.facts(window, admission.arriving), duplicate=True)
            decision = judge.decide(admission.arriving, facts)
        decision = self._within_fuse(decision, account, admission.reply)
        self._expect(decision)
        written, trouble = (None, "")
        if show and decision.reply is not None and decision.no_reply is None and admission.reply is not None:
            written, trouble = self._written(admission.reply, decision.reply.send_at)
        return Rehearsed(
            message,
            who,
            self.person,
            account,
            arrived,
            facts,
            decision,
            written,
            decision.reply.to.spec if decision.reply else None,
            trouble,
        )

    def _within_fuse(self, decision: Decision, account: Account, reply: int | None) -> Decision:
        """What would be held when it falls due, by the replies that go before it, is told with the decision."""
        plan = decision.reply
        if plan is None or reply is None or decision.no_reply is not None:
            return decision
        fuse = account.reply_fuse
        as_of = AsOf(plan.send_at, fuse=fuse.period)
        going = self._ledger.replies_going(self._rows[account.label].id, as_of, but=reply)
        facts = Facts(now=plan.send_at, arrived=plan.send_at, replies_in_fuse=going)
        beyond = refusal_again(Due(facts=facts, every=timedelta(0), fuse=fuse.count), "claiming", "ack")
        if beyond is None:
            return decision
        self._ledger.hold(reply, beyond.code)
        return replace(decision, no_reply=beyond.code, refusals=(*decision.refusals, beyond))

    # --- the time between two messages --------------------------------------------------------------------------

    def _expect(self, decision: Decision) -> None:
        if decision.reply is not None:
            heapq.heappush(self._due, decision.reply.send_at)
        if decision.promise is not None:
            heapq.heappush(self._due, decision.promise.due_at)

    def _until(self, now: datetime) -> None:
        """Send what falls due before `now`, let calls begin and promises run out."""
        while self._due and self._due[0] <= now:
            heapq.heappop(self._due)
        for reply in self._ledger.due_replies(now):
            template = self.person.reply(reply.template)
            if reply.kind != "ack" or template is None:
                self._ledger.cancel(reply.id, "only acknowledgements are rehearsed", now)
                continue
            every = partial(template.every.after, worktime=self.person.worktime)
            tells_all = template.uses("messages", reply.language)
            claimed = self._ledger.claim(
                reply.id,
                Attempt(b"", reply.try_at, now, every, tells_all=tells_all, words=self._words(reply, template)),
            )
            if isinstance(claimed, Claimed):
                self._ledger.mark_data(reply.id)
                self._ledger.sent(reply.id, Accepted(reply.try_at, Response(), saves_copy=True))
        for promise in self._ledger.promises_due(now, timedelta(0)):
            if promise.kind == "call":
                self._ledger.call_kept(promise.id, promise.due_at)
            elif promise.due_at <= now:
                self._ledger.overdue(promise.id, promise.due_at)

    def _words(self, reply: ReplyRow, template: ReplyTemplate) -> int:
        """The fingerprint of the text that would go."""
        if len(template.variants(reply.language)) == 1 or not reply.items:
            return 0
        [first, *_] = self._ledger.reply_items(reply.id)
        facts = self._ledger.facts_again(first, AsOf(reply.try_at, fuse=timedelta(0)), reply.id)
        return fingerprint(template.fresh(reply.language, facts.had, facts.now) or "")

    def _written(self, reply_id: int, at: datetime) -> tuple[Written | None, str]:
        """The reply as it would go out at its send time, if nothing else happened."""
        reply = self._ledger.reply(reply_id)
        items = self._ledger.reply_items(reply_id)
        client = self.person.roster.by_label(reply.client) if reply else None
        template = self.person.reply(reply.template) if reply else None
        if reply is None or template is None or client is None or not items or (to := read_address(reply.rcpt)) is None:
            return None, ""
        account = self._accounts[reply.account]
        facts = self._ledger.facts_again(items[0], AsOf(at, fuse=account.reply_fuse.period), reply_id)
        parties = Parties(self.person, account, client)
        kind: Kind = "draft" if account.mode_with(client) is Mode.DRAFT else reply.auto
        planned = Planned(template, reply.language, to, reply.message_id, reply.id, kind)
        records = [from_record(item.decision) for item in items if item.decision]
        try:
            made = letter(parties, planned, records, told_now(parties, reply.tell_at, facts))
            source = template.fresh(reply.language, facts.had, facts.now)
            return write(replace(made, variables=replace(made.variables, source=source))), ""
        except (TemplateError, ComposeError) as fault:
            return None, str(fault)

    # --- gathering ----------------------------------------------------------------------------------------------

    def _arriving(self, who: Identified, account: Account, arrived: datetime) -> Arriving:
        self._count += 1
        message_id = f"<triaged.rehearsal{self._count}@{account.addresses[0].domain}>"
        return Arriving(who, arrived, "send", new_message_id=message_id)


def arrival_of(message: Message, now: datetime) -> datetime:
    """When a message arrived, as far as it says so itself: the topmost Received header's date, else Date, else now."""
    return message.received or message.date or now


def account_for(message: Message, person: Person) -> Account:
    """The account that the message was written to, else the first."""
    for account in person.accounts:
        if any(is_mine(named, account.addresses) for named in (*message.to, *message.cc)):
            return account
    return person.accounts[0]


def person_for(message: Message, persons: Sequence[Person]) -> Person:
    """Whose message it is: the one whose address it names, else the first."""
    named = (*message.to, *message.cc)
    return next((p for p in persons if any(is_mine(address, p.addresses) for address in named)), persons[0])
