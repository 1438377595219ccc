"""The decision: a message, the past and the configuration go in, one `Decision` comes out.

Pure, total and deterministic: equal input gives an equal decision, and it never raises on any message. What it says is
carried out from the ledger by others; what `explain` shows is the very same value.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from triaged.core import hearing, passes
from triaged.core.address import Address
from triaged.core.calls import Occurrence, Schedule
from triaged.core.clients import Client
from triaged.core.conditions import View, evaluate, kinds_by_past, matches_words, thread_kind
from triaged.core.decision import Decision, Effect, PromisePlan, ReplyPlan, Verdict
from triaged.core.disposition import by_third_parties, in_storage
from triaged.core.echo import AT_ONCE, said, sign_of_machine
from triaged.core.facts import Facts, OpenPromise
from triaged.core.gather import Wanted, gathered
from triaged.core.guard import Refusal, Sending, destination, first_refusal, forward_refusal, refusals
from triaged.core.identify import Identified, counts_for_nothing, is_neighbour
from triaged.core.kinds import is_stop
from triaged.core.moments import (
    Moment,
    Resolved,
    parse_moment,
    resolve,
    resolve_first,
)
from triaged.core.replylanguage import noted, of_reply
from triaged.core.rules import NOTHING, Rule, RuleMatch, Then, TraceLine
from triaged.core.settings import Delegate, Person, Terms
from triaged.core.template import NONE_LEFT, ReplyTemplate
from triaged.core.trust import Act, Level, may

_LATELY = timedelta(days=60)
_HELD_ONLY = frozenset({"rate-limit"})
_JOINS = frozenset({"joined", "recently-replied", "rate-limit"})
_VERDICTS = {Then.URGENT: Verdict.URGENT, Then.DEFER: Verdict.DEFERRABLE, Then.LEAVE: Verdict.LEFT}
_NOW = parse_moment("now")
_SOON = (parse_moment("1 business day"), parse_moment("in 1 day"))


def decide(who: Identified, facts: Facts, terms: Terms) -> Decision:
    """Say what is to happen to a message, by whom it is from and what the past says about it."""
    client = who.client
    if who.mine or client is None:
        return _nobodys(who, facts, terms)
    return _Case(who, facts, terms, client).decision()


def _nobodys(who: Identified, facts: Facts, terms: Terms) -> Decision:
    sending = gathered(who, facts, terms)
    refused = refusals(sending) if terms.trace else first_refusal(sending)
    reason = refused[0].reason if refused else "not from a client"
    claimed = terms.person.roster.find(who.sender) if who.sender and not may(Act.SHOW, who.level) else None
    return Decision(
        verdict=Verdict.LEFT,
        reason=reason,
        sender=who.sender.key if who.sender else None,
        correspondent=who.correspondent,
        kind=kinds(who, facts),
        no_reply=refused[0].code if refused else "stranger",
        refusals=refused,
        verified=who.verified,
        level=who.level,
        claims=claimed.client.name if claimed is not None else None,
        neighbour=is_neighbour(who, terms.person),
        automatic=who.automatic,
    )


def kinds(who: Identified, facts: Facts) -> tuple[str, ...]:
    """All kinds of a message: its place in the thread first, then those that it shows itself."""
    place = thread_kind(facts)
    found = who.kinds | kinds_by_past(who.message, facts, automatic=who.automatic)
    return (place, *sorted(found - {place}))


@dataclass(slots=True)
class _Case:
    """One client's message while it is being decided. Every step reads what the steps before it found."""

    who: Identified
    facts: Facts
    terms: Terms
    client: Client
    rule: Rule | None = None
    trace: tuple[TraceLine, ...] = ()
    verdict: Verdict = Verdict.URGENT
    reason: str = ""
    call: Occurrence | None = None
    pass_needed: bool = False
    pass_wanted: str | None = None
    passes_left: int | None = None
    late: bool = False  # it was found too late to be acknowledged: nobody hides it for still longer
    says_so: str = ""  # the text that goes instead of the rule's: his no, or the word offered, moves nothing
    alarm: tuple[str, ...] = ()  # the channels that hear of a no
    no_forward: Refusal | None = None
    machine: str = ""  # why it is a machine's answer to a reply of ours

    @property
    def person(self) -> Person:
        """Whose rules hold."""
        return self.terms.person

    @property
    def schedule(self) -> Schedule:
        """My hours, with this client's calls."""
        return self.person.schedule(self.client)

    def decision(self) -> Decision:
        """Go through the steps in their order."""
        self._find_rule()
        until = self._until()
        promised = self._promised(until) or (self._as_soon(until) if self.says_so else None)
        template = self._template()
        self._join_only_its_like(template)
        self.call = self._call_at_hand(template)
        promise = self._promise(promised, template)
        plan, refused = self._reply(template, promise)
        planned = plan is not None
        self.late = template is not None and bool(refused) and refused[0].code == "too-old" and not self.facts.baseline
        effects = self._effects(until)
        stop = self._says_stop()
        return Decision(
            verdict=self.verdict,
            reason=self.reason,
            client=self.client.label,
            sender=self.who.sender.key if self.who.sender else None,
            correspondent=self.who.correspondent,
            kind=kinds(self.who, self.facts),
            rule=self.rule.name if self.rule else None,
            until=until,
            promise_moment=promised,
            promise=promise if planned and template is not None and template.uses("promise") else None,
            reply=plan,
            no_reply=refused[0].code if refused else None,
            refusals=refused,
            effects=effects,
            no_forward=self.no_forward,
            notify=self._notify,
            delegate=self._delegate(),
            spends_pass=self.pass_needed,
            passes_left=self.passes_left,
            pass_wanted=self.pass_wanted,
            verified=self.who.verified,
            level=self.level,
            automatic=self.who.automatic,
            cancels_replies=self.verdict is Verdict.URGENT and not counts_for_nothing(self.who),
            opt_out=stop and bool(self.facts.spoken_to),
            opts_out=self.facts.spoken_to if stop else (),
            pauses=stop and not self.facts.spoken_to,
            marks_robot=self.machine if self._is_at_once() else "",
            said=said(self.who.message) if self.facts.answers_own is not None else None,
            language=noted(self.who, self.person),
            trace=self.trace,
        )

    @property
    def level(self) -> Level:
        """How sure we are of the sender, by what we know of him."""
        return self.facts.level if self.facts.level is not None else self.who.level

    # --- the rule -----------------------------------------------------------------------------------------------

    def _find_rule(self) -> None:
        if self.facts.answers_own is not None:
            self.machine = sign_of_machine(self.who, self.facts, languages(self.person))
        muted = self.facts.robot_until
        if self.machine and (self._is_at_once() or (muted is not None and muted > self.facts.now)):
            self.verdict, self.reason = Verdict.LEFT, f"a machine's answer to a reply of mine: {self.machine}"
            return
        worktime = self.person.worktime
        allowance = self.client.passes
        view = self._view()
        left = passes.left(self.facts, allowance, worktime)
        has_one = passes.thread_has_one(self.facts, allowance, worktime)
        # automatic mail spends none; a thread that spent one goes on with it
        usable = 1 if has_one else 0 if self.who.automatic else left
        found = self.person.rules.match(view, usable if allowance else None, trace=self.terms.trace)
        if self.client.always == "urgent":
            found = self._always_urgent(view, found)
        self.rule, self.reason, self.trace = found.rule, found.because, found.trace
        self.pass_wanted = found.exhausted.name if found.exhausted and not self.who.automatic else None
        if self.who.message.unreadable and not (found.rule is not None and found.rule.then is Then.URGENT):
            self.rule, self.verdict = None, Verdict.URGENT
            self.reason = f"nobody but you can read it: {self.who.message.unreadable}"
        elif found.rule is None:
            self._no_rule()
        else:
            self._by_rule(found.rule, view)
        if self.rule is not None and self.rule.spends_pass and self.verdict is Verdict.URGENT:
            self.pass_needed = not has_one
        elif self.verdict is not Verdict.URGENT and not self.who.automatic:
            self._hear(view, 1 if has_one else left, has_one=has_one)
        if allowance is not None:
            self.passes_left = left - self.pass_needed

    def _hear(self, view: View, left: int, *, has_one: bool) -> None:
        """His own words: a no to a reply of ours, unless the rule names that kind; the word that a text has offered him."""
        objects = "objection" in view.all_kinds and not (self.rule is not None and self.rule.names_kind("objection"))
        if objects and hearing.may_be_heard(view, left):
            self.pass_needed = self.client.passes is not None and not has_one
            self.alarm = hearing.channels_of_alarm(view, self.person)
            cost = ", which costs a pass" if self.pass_needed else ""
            self.rule, self.verdict, self.reason = None, Verdict.URGENT, f"it says no to a reply of mine{cost}"
        elif (objects and self.client.passes is not None) or hearing.uses_offer(view, self.person):
            self.says_so = hearing.what_to_say(view, self.person, left) if not objects else NONE_LEFT

    def _view(self) -> View:
        return View(
            message=self.who.message,
            facts=self.facts,
            worktime=self.person.worktime,
            authentication=self.who.authentication,
            client=self.client,
            kinds=self.who.kinds,
            automatic=self.who.automatic,
            notice=self.who.notice,
            mine=self.person.addresses,
            languages=languages(self.person) if self.person.rules.needs_language else (),
        )

    def _always_urgent(self, view: View, found: RuleMatch) -> RuleMatch:
        """`always = "urgent"`: no rule can defer or leave it; a rule that says urgent still says whom to notify."""
        reason = f"mail from {self.client.name} is always urgent"
        if found.rule is not None and found.rule.then is Then.URGENT:
            return found
        for rule in self.person.rules.rules:
            if rule.then is not Then.URGENT or rule.spends_pass:
                continue
            outcome = evaluate(rule.when, view) if rule.when is not None else None
            if outcome is None or outcome.matched:
                return RuleMatch(rule, outcome.because if outcome else reason, found.trace)
        return RuleMatch(None, reason, found.trace)

    def _no_rule(self) -> None:
        if self.client.always == "urgent":
            self.verdict = Verdict.URGENT
        elif "courtesy" in self.who.kinds:
            self.verdict, self.reason = Verdict.LEFT, "nothing but thanks"
        elif self.who.automatic:
            self.verdict, self.reason = Verdict.LEFT, "no rule matches, and no person wrote it"
        else:
            self.verdict, self.reason = Verdict.URGENT, "no rule matches, and a person wrote it"

    def _by_rule(self, rule: Rule, view: View) -> None:
        self.verdict = _VERDICTS[rule.then]
        if "courtesy" in self.who.kinds and matches_words(rule.when, view):
            self.who = replace(self.who, kinds=self.who.kinds - {"courtesy"})  # thanks that name what the rule is about
        always = self.client.always == "urgent"
        if "courtesy" in self.who.kinds and not rule.names_kind("courtesy") and not always:
            self.verdict = Verdict.LEFT
            self.reason = "nothing but thanks: it is left where it is"

    @property
    def _is_left_courtesy(self) -> bool:
        return (
            "courtesy" in self.who.kinds
            and self.verdict is Verdict.LEFT
            and not (self.rule is not None and self.rule.names_kind("courtesy"))
        )

    # --- moments ------------------------------------------------------------------------------------------------

    def _resolve(self, moments: tuple[Moment, ...]) -> Resolved | None:
        return resolve_first(moments, self.facts.now, self.schedule)

    def _until(self) -> Resolved | None:
        if self.verdict is not Verdict.DEFERRABLE or self.rule is None:
            return None
        found = self._resolve(self.rule.back)
        return found or resolve(_NOW, self.facts.now, self.schedule)

    def _promised(self, until: Resolved | None) -> Resolved | None:
        """The rule's own promise: what it writes, else its `until` where the reply's text uses it."""
        rule = self.rule
        if rule is None or rule.promise is NOTHING or self._is_left_courtesy:
            return None
        if isinstance(rule.promise, tuple):
            return self._resolve(rule.promise)
        template = self._template()
        if template is None or not template.uses("promise"):
            return None
        return until

    def _as_soon(self, until: Resolved | None) -> Resolved | None:
        """The earliest honest moment of what the rule itself promises nothing about."""
        return until if until is not None and until.at > self.facts.now else self._resolve(_SOON)

    def _promise(self, promised: Resolved | None, template: ReplyTemplate | None) -> PromisePlan | None:
        """The moment the client is told: never later than what the thread was promised before."""
        mine = None
        if promised is not None:
            call = promised.call if promised.moment.needs_call else None
            mine = PromisePlan("call" if call else "answer", promised.at, call.id if call else None)
        before = self.facts.promise
        if template is None or not template.uses("promise") or before is None or before.due_at <= self.facts.now:
            return mine
        if mine is None or before.due_at <= mine.due_at or not may(Act.JOIN, self.level, before.level):
            return _kept(before)  # what rests on less evidence makes no promise earlier
        return PromisePlan(mine.kind, mine.due_at, mine.call, continues=before.id)

    # --- the reply ----------------------------------------------------------------------------------------------

    def _join_only_its_like(self, template: ReplyTemplate | None) -> None:
        """Urgent mail ends the replies that wait, but for one that says the very same: that one it joins.

        What rests on less evidence it takes the place of; what rests on more it leaves alone, and gets none.
        """
        if template is not None and template.once_a_thread:
            self.facts = replace(self.facts, waiting=self.facts.waiting_here)
        waiting = self.facts.waiting
        if waiting is None or not may(Act.CANCEL, self.level, waiting.level):
            return
        other = self.verdict is Verdict.URGENT and template and waiting.template != template.label
        if other or self.level > waiting.level:
            self.facts = replace(self.facts, waiting=None)

    def _call_at_hand(self, template: ReplyTemplate | None) -> Occurrence | None:
        """The call that makes a reply needless: under way or near, now or when the reply would go."""
        near = self.schedule.call_at_hand(self.facts.now)
        if near is not None or template is None:
            return near
        send = resolve(template.send, self.facts.now, self.schedule)
        return self.schedule.call_at_hand(send.at) if send else None

    def _template(self) -> ReplyTemplate | None:
        if self.says_so:
            return self.person.reply(self.says_so)
        if self.rule is None or self.rule.reply is None:
            return None
        return self.person.replies.get(self.rule.reply)

    def _reply(
        self, template: ReplyTemplate | None, promise: PromisePlan | None
    ) -> tuple[ReplyPlan | None, tuple[Refusal, ...]]:
        if template is None:
            return None, self._refusals(self._sending(None, None))
        send = resolve(template.send, self.facts.now, self.schedule)
        send_at = send.at if send else self.facts.now
        lacks = template.uses("promise") and promise is None
        sending = self._sending(template, send_at, lacks_promise=lacks)
        refused = self._refusals(sending)
        codes = {refusal.code for refusal in refused}
        to = destination(sending)
        if to is None or codes - _JOINS:
            return None, refused
        waiting = self.facts.waiting
        if "joined" in codes and waiting is None:
            return None, refused
        if codes - _HELD_ONLY and "joined" not in codes:
            return None, refused
        joins = waiting.id if waiting is not None and "joined" in codes else None
        return self._plan(
            template, send_at if joins is None or waiting is None else waiting.send_at, to, joins
        ), refused

    def _refusals(self, sending: Sending) -> tuple[Refusal, ...]:
        """All of them where they are told; else the first: those that only join or hold stand last in the order."""
        return refusals(sending) if self.terms.trace else first_refusal(sending)

    def _plan(self, template: ReplyTemplate, send_at: datetime, to: Address, joins: int | None) -> ReplyPlan:
        return ReplyPlan(
            template=template.label,
            language=of_reply(template, self.who, self.facts, self.person),
            send_at=send_at,
            to=to,
            kind="auto-generated" if self.who.notice is not None else "auto-replied",
            account=self.terms.account.label,
            joins=joins,
            slot=self.facts.thread or "" if template.once_a_thread else "",
            ousts=bool(self.says_so),
            counted_as=self.client.counted_as(to),
        )

    def _sending(
        self, template: ReplyTemplate | None, send_at: datetime | None, *, lacks_promise: bool = False
    ) -> Sending:
        if template is None or (self.rule is None and not self.says_so):
            return gathered(self.who, self.facts, self.terms)
        wanted = Wanted(
            self.rule,
            template,
            send_at,
            lacks_promise,
            self._is_left_courtesy,
            of_reply(template, self.who, self.facts, self.person),
        )
        return gathered(self.who, self.facts, self.terms, wanted)

    # --- effects ------------------------------------------------------------------------------------------------

    def _effects(self, until: Resolved | None) -> tuple[Effect, ...]:
        """Mail storage first, third parties last."""
        if self.late:
            until = None
        if self.call is not None:
            until = None  # within half an hour of the call, and during it, the message is wanted where it is
        unreadable = self.who.message.unreadable
        terms = replace(self.terms, movable=False) if unreadable else self.terms
        found = [*in_storage(self.verdict, until, self.facts, terms)]
        if not self._is_left_courtesy:
            found += by_third_parties(self._notify, self._forwards_to(), self.facts)
        return tuple(found)

    @property
    def _notify(self) -> tuple[str, ...]:
        """The channels that are told; of a machine's answer from somebody who is always urgent, none that did not ask for it."""
        machine = sorted(self.who.kinds & {"auto-reply", "delivery-report"})
        if self.client.always == "urgent" and machine:
            return self.rule.notify if self.rule and any(map(self.rule.names_kind, machine)) else ()
        return self.rule.notify if self.rule else self.alarm

    def _delegate(self) -> str | None:
        """Who looks after it. Nobody is told to ask himself."""
        label = (self.rule.delegate if self.rule else None) or self.client.delegate
        known = self.person.delegates.get(label) if label else None
        sender = self.who.sender
        own = known is not None and sender is not None and self.client.is_same_person(sender, known.address)
        return None if known is None or own else label

    def _forwards_to(self) -> Delegate | None:
        """Who gets it, too, if the guard lets it go in my name."""
        delegate = self.person.delegates.get(self._delegate() or "")
        if self.rule is None or not self.rule.forward or delegate is None:
            return None
        sending = replace(gathered(self.who, self.facts, self.terms), delegate=delegate.address)
        self.no_forward = forward_refusal(sending)
        if self.no_forward is not None:
            self.reason = f"{self.reason}; not sent on: {self.no_forward.reason}"
        return delegate if self.no_forward is None else None

    # --- what the message says about its sender -----------------------------------------------------------------

    def _says_stop(self) -> bool:
        """STOP: to a reply of ours or in its thread; or from somebody who has had one lately."""
        had = self.facts.had_reply_at
        lately = had is not None and self.facts.arrived - had <= _LATELY
        if not self.facts.spoken_to and not lately:
            return False
        return any(is_stop(self.who.message, language) for language in languages(self.person))

    def _is_at_once(self) -> bool:
        """Whether it answered one of our automatic replies to its very sender faster than a person reads."""
        answered = self.facts.answers_own
        return answered is not None and self.facts.arrived - answered < AT_ONCE


def _kept(before: OpenPromise) -> PromisePlan:
    return PromisePlan(before.kind, before.due_at, before.call, continues=before.id)


def languages(person: Person) -> tuple[str, ...]:
    """The languages a message may be expected in: those of the replies, of the clients and of the rules, and mine."""
    found = [person.language]
    found.extend(language for reply in person.replies.values() for language in reply.languages)
    found.extend(client.language for client in person.roster.clients if client.language)
    found.extend(person.rules.languages)
    return tuple(dict.fromkeys(found))
