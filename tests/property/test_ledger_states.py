"""Whatever happens in whatever order, what the ledger promises about its rows holds after every step."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from support.engines import Databases, assert_nothing_dangles, giving
from support.ledgerkit import ANNE, DAY, GARY, HOUR, MINUTE, World, answered, daily, left, mail, urgent
from triaged.core.address import Address
from triaged.core.decision import Decision, PromisePlan
from triaged.core.facts import Facts
from triaged.core.settings import Rate
from triaged.ledger import (
    Accepted,
    Attempt,
    ByHand,
    Claimed,
    NewEffect,
    NewReply,
    Nowhere,
    Place,
    ReplyRow,
    Response,
    SentSeen,
    SentWindow,
    WhenLate,
)
from triaged.ledger.entries import Arriving
from triaged.ledger.leaving import Withdrawal

WHO = st.sampled_from([GARY, ANNE])
HOURS = st.integers(1, 72)
MODES = st.sampled_from(["send", "send", "send", "draft", "observe"])
PICK = st.integers(0, 10_000)
ENDS = st.sampled_from(["sent", "sent", "sent", "doubt", "later", "refused", "crash", "crash in body"])
LIVE = ("waiting", "held", "sending")
CLOSED = ("sent", "failed", "cancelled", "suppressed", "simulated")


def honest(decision: Decision) -> Callable[[Arriving, Facts], Decision]:
    """As the real decision does: joins what waits, keeps to what the thread was promised, leaves who wants none."""

    def decide(_: Arriving, facts: Facts) -> Decision:
        if decision.reply is None:
            return decision
        if facts.opted_out or facts.duplicate:
            return replace(decision, reply=None, promise=None, no_reply="opted-out")
        plan, joins = decision.promise, facts.waiting.id if facts.waiting else None
        before = facts.promise
        if plan is not None and before is not None and before.due_at > facts.now:
            earlier = min(plan.due_at, before.due_at)
            plan = PromisePlan("answer", earlier, continues=before.id)
        return replace(decision, promise=plan, reply=replace(decision.reply, joins=joins))

    return decide


class Days(RuleBasedStateMachine):
    """Verbs in any order, as the desk, the outbox, a person and a crash would call them."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World.new()
        self.ledger = self.world.ledger
        self.number = 0
        self.sockets: dict[int, int] = {}  # how often each reply reached the body of a mail
        self.charged: dict[str, list[tuple[datetime, int]]] = {}  # acknowledgements claimed, by correspondent
        self.told: dict[int, datetime] = {}  # the earliest moment each promise was told for
        self.verdicts: dict[int, str | None] = {}
        self.ended: dict[int, str] = {}
        self.allowed: set[int] = set()  # made by a person's own act

    def teardown(self) -> None:
        self.ledger.close()

    def column(self, sql: str) -> list[Any]:
        return [row[0] for row in self.ledger.db.execute(sql)]

    def one(self, sql: str, pick: int) -> Any:
        found = self.column(sql)
        return found[pick % len(found)] if found else None

    # --- the desk

    @rule(who=WHO, promise=st.none() | HOURS, mode=MODES, thread=st.none() | PICK)
    def a_message_arrives(self, who: Address, promise: int | None, mode: str, thread: int | None) -> None:
        self.number += 1
        now = self.world.now
        about = (f"<{1 + thread % self.number}@client>",) if thread is not None else ()
        due = now + promise * HOUR if promise else None
        self.world.admit(
            mail(self.number, at=now, references=about, sender=who.spec),
            honest(answered(now, promise=due, to=who)),
            mode=mode,
            correspondent=who.key,
        )

    @rule(who=WHO, promise=st.none() | HOURS, end=ENDS, again=ENDS, pause=st.integers(0, 30))
    def two_messages_are_acknowledged_one_after_the_other(
        self, who: Address, promise: int | None, end: str, again: str, pause: int
    ) -> None:
        for ending in (end, again):
            self.a_message_arrives(who=who, promise=promise, mode="send", thread=None)
            self.world.tick(11 * MINUTE)
            self.what_is_due_is_moved(ends=["done"])
            self.a_due_reply_is_served(pick=0, end=ending)
            self.world.tick(pause * HOUR)

    @rule(who=WHO, kind=st.sampled_from(["urgent", "stop", "again", "again", "again", "again"]), pick=PICK)
    def something_else_arrives(self, who: Address, kind: str, pick: int) -> None:
        self.number += 1
        number = 1 + pick % self.number if kind == "again" else self.number
        decision = urgent() if kind == "urgent" else replace(left(), opt_out=kind == "stop", correspondent=who.key)
        self.world.admit(mail(number, sender=who.spec), decision, correspondent=who.key)

    @rule(hours=st.integers(0, 40))
    def time_passes(self, hours: int) -> None:
        self.world.tick(timedelta(hours=hours, minutes=1))

    @rule(ends=st.lists(st.sampled_from(["done", "unknown", "postpone", "fail", "crash"]), min_size=1, max_size=6))
    def what_is_due_is_moved(self, ends: list[str]) -> None:
        due = self.ledger.due_effects(None, self.world.now)
        for effect, end in zip(due, ends * (len(due) // len(ends) + 1), strict=False):
            if not self.ledger.begin([effect.id], self.world.now, {"Deferred": 1}):
                continue
            place = Place("Deferred" if effect.kind == "aside" else "INBOX", 9, 100_000 + effect.id)
            if end == "done":
                self.ledger.done(effect.id, self.world.now, place)
            elif end == "unknown":
                self.ledger.done(effect.id, self.world.now, Nowhere.KNOWN)
            elif end == "postpone":
                self.ledger.postpone(effect.id, self.world.now + HOUR, "later")
            elif end == "fail":
                self.ledger.fail(effect.id, "never", self.world.now)

    @rule(warn=st.booleans())
    def the_promise_clock_ticks(self, *, warn: bool) -> None:
        now = self.world.now
        for promise in self.ledger.promises_due(now, 2 * HOUR if warn else timedelta(0)):
            slip = NewReply("slip", "slip", "en", f"<slip{promise.id}@roth>", now, "send")
            if promise.due_at <= now:
                self.ledger.overdue(promise.id, now, WhenLate(slip=slip))
            else:
                self.ledger.warned(promise.id, now, NewEffect(f"warn:{promise.id}", "append", promise.person, now))

    # --- the outbox

    @rule(
        pick=PICK, end=st.sampled_from(["sent", "sent", "sent", "doubt", "later", "refused", "crash", "crash in body"])
    )
    def a_due_reply_is_served(self, pick: int, end: str) -> None:
        self._drafts_are_taken_back()
        due = self.ledger.due_replies(self.world.now)
        if not due:
            return
        reply = due[pick % len(due)]
        now = self.world.now
        claim = self.ledger.claim(
            reply.id, Attempt(b"x", now, now + MINUTE, daily, items=reply.items, fuse=Rate(5, HOUR))
        )
        if isinstance(claim, Claimed):
            self._deliver(claim.reply, end)

    def _drafts_are_taken_back(self) -> None:
        """By the look at Sent that goes before every reply: the client has got none of them."""
        for draft, why in self.ledger.db.execute(
            "SELECT id, reason FROM reply WHERE state = 'drafted' AND reason IS NOT NULL"
        ).fetchall():
            self.number += 1
            self.ledger.withdraw(draft, Withdrawal(why, f"<again{self.number}@roth>", self.world.now))
            for claims in self.charged.values():
                claims[:] = [claim for claim in claims if claim[1] != draft]

    def _deliver(self, reply: ReplyRow, end: str) -> None:
        now = self.world.now
        if reply.kind == "ack":
            self.charged.setdefault(reply.correspondent, []).append((now, reply.id))
        if reply.mode == "draft":
            self.ledger.drafted(reply.id, now, None)
        elif end == "later":
            self.ledger.retry_reply(reply.id, now + MINUTE, Response(451, "later"))
        elif end == "refused":
            self.ledger.failed(reply.id, now, Response(550, "no"))
        elif end == "crash":
            self.ledger.recover(now)
        else:
            assert self.ledger.mark_data(reply.id)
            self.sockets[reply.id] = self.sockets.get(reply.id, 0) + 1
            if end == "doubt":
                self.ledger.in_doubt(reply.id, now, "lost")
            elif end == "crash in body":
                self.ledger.recover(now)
            else:
                self.ledger.sent(reply.id, Accepted(now, Response(250), saves_copy=bool(reply.id % 2)))

    # --- a person

    @rule(pick=PICK, who=WHO, number=PICK)
    @precondition(lambda self: self.number > 0)
    def i_write(self, pick: int, who: Address, number: int) -> None:
        about = f"<{1 + pick % self.number}@client>"
        seen = SentSeen(f"<mine{number}@roth>", (about,), self.world.now, (who.key,))
        self.ledger.saw_sent(SentWindow(self.world.account.id, self.world.now, [seen]))

    @rule(pick=PICK, what=st.sampled_from(["released", "gone", "aside", "here"]))
    def a_hand_moves_a_message(self, pick: int, what: Any) -> None:
        item = self.one("SELECT id FROM item WHERE state <> 'new'", pick)
        if item is not None:
            place = None if what == "gone" else Place("INBOX", 7, 200_000 + item)
            self.ledger.hand(item, ByHand(what, place, self.world.now, back_at=self.world.now + DAY))

    @rule(pick=PICK)
    def a_message_is_flagged_answered(self, pick: int) -> None:
        item = self.one("SELECT id FROM item WHERE state <> 'new'", pick)
        if item is not None:
            self.ledger.saw_answered_flag(item, self.world.now)

    @rule(
        pick=PICK,
        act=st.sampled_from(["release", "cancel", "now", "again", "again", "settle", "in", "in", "evidence", "draft"]),
    )
    def a_command_is_given(self, pick: int, act: str) -> None:
        now, reply = self.world.now, self.one("SELECT id FROM reply", pick)
        promised = self.one("SELECT id FROM item WHERE promise IS NOT NULL", pick)
        if act == "release":
            self.ledger.release(pick % (self.number + 1), now)
        elif act == "in":
            self.ledger.remove_opt_out(GARY.key)
        elif act == "settle" and promised:
            self.ledger.settle_by_hand(promised, now)
        elif reply:
            self._act_on(reply, act)

    def _act_on(self, reply: int, act: str) -> None:
        now = self.world.now
        if act == "cancel":
            self.ledger.cancel_by_hand(reply, now)
        elif act == "now":
            self.ledger.send_now(reply, now)
        elif act == "evidence":
            self.ledger.evidence(reply, now)
        elif act == "draft":
            self._draft_is_seen_in_sent(reply)
        elif act == "again":
            self.number += 1
            made = self.ledger.send_again(reply, f"<again{self.number}@roth>", now)
            if isinstance(made, ReplyRow):
                self.allowed.add(made.id)

    def _draft_is_seen_in_sent(self, reply: int) -> None:
        row, now = self.ledger.reply(reply), self.world.now
        if row is not None and row.state == "drafted":
            seen = SentSeen(row.message_id, (), now, (row.correspondent,))
            self.ledger.saw_sent(SentWindow(self.world.account.id, now, [seen]))

    @rule()
    def the_daemon_is_started_again(self) -> None:
        self.ledger.recover(self.world.now)

    @rule(days=st.integers(0, 120))
    def what_is_old_is_purged(self, days: int) -> None:
        gone = set(self.column("SELECT id FROM item"))
        self.ledger.purge(self.world.now + days * DAY, 100 * DAY)
        gone -= set(self.column("SELECT id FROM item"))
        left_over = self.column("SELECT id FROM promise WHERE state IN ('planned','open','overdue')")
        for item in gone:
            self.verdicts.pop(item, None)
        assert left_over == self.column("SELECT id FROM promise WHERE state IN ('planned','open','overdue')")
        for kept, table in ((self.ended, "reply"), (self.told, "promise"), (self.sockets, "reply")):
            for forgotten in set(kept) - set(self.column(f"SELECT id FROM {table}")):
                del kept[forgotten]  # type: ignore[attr-defined]  # their ids may be given again

    # --- what holds

    @invariant()
    def what_is_put_aside_has_exactly_one_return(self) -> None:
        counts = self.column(
            "SELECT (SELECT count(*) FROM effect e WHERE e.item = i.id AND e.kind = 'back'"
            " AND e.state IN ('planned','trying')) FROM item i WHERE i.state = 'aside'"
        )
        assert set(counts) <= {1}

    @invariant()
    def a_correspondent_has_at_most_one_live_acknowledgement(self) -> None:
        counts = self.column(
            "SELECT count(*) FROM reply WHERE kind = 'ack' AND state IN ('waiting','held','sending')"
            " GROUP BY person, correspondent"
        )
        assert set(counts) <= {1}

    @invariant()
    def no_mail_goes_twice(self) -> None:
        assert set(self.sockets.values()) <= {1}

    @invariant()
    def nobody_is_acknowledged_twice_within_every(self) -> None:
        for claims in self.charged.values():
            for (first, one), (second, other) in pairwise(claims):
                assert one == other or other in self.allowed or second - first >= DAY

    @invariant()
    def a_verdict_stays(self) -> None:
        for item, verdict in self.ledger.db.execute("SELECT id, verdict FROM item WHERE decided_at IS NOT NULL"):
            assert self.verdicts.setdefault(item, verdict) == verdict

    @invariant()
    def what_has_ended_stays_ended(self) -> None:
        after: dict[int, str] = dict(self.ledger.db.execute("SELECT id, state FROM reply").fetchall())
        for reply, state in self.ended.items():
            now = after[reply]
            assert now in (state, "sent")  # what lies in Sent is sent, whatever was believed
        self.ended = {reply: state for reply, state in after.items() if state in (*CLOSED, "in_doubt")}

    @invariant()
    def an_open_promise_was_told_and_never_gets_later(self) -> None:
        for promise in self.ledger.promises_open():
            assert promise.told_at is not None
            replies = self.column(f"SELECT state FROM reply WHERE promise = {promise.id}")
            assert {"sent", "in_doubt"} & set(replies)
            assert promise.due_at <= self.told.setdefault(promise.id, promise.due_at)
            self.told[promise.id] = promise.due_at

    @invariant()
    def a_planned_promise_has_a_reply_that_will_tell_it(self) -> None:
        assert not self.column(
            "SELECT id FROM promise p WHERE state = 'planned' AND NOT EXISTS (SELECT 1 FROM reply r WHERE r.promise = p.id"
            " AND r.state IN ('waiting','held','sending','drafted'))"
        )

    @invariant()
    def what_is_live_speaks_of_something(self) -> None:
        for reply in self.ledger.queue():
            if reply.state in LIVE:
                assert reply.items
            assert (reply.stage is not None) == (reply.state == "sending")

    @invariant()
    def nothing_was_done_that_was_not_begun(self) -> None:
        assert not self.column("SELECT key FROM effect WHERE state IN ('done','trying','failed') AND tries = 0")
        assert not self.column(
            "SELECT id FROM reply WHERE state IN ('sending','sent','in_doubt','drafted') AND tries = 0"
            " AND (state <> 'sent' OR substr(reason, 1, 12) <> 'lies in Sent')"
        )

    @invariant()
    def observing_owes_nothing(self) -> None:
        assert not self.column(
            "SELECT e.key FROM effect e JOIN item i ON i.id = e.item WHERE i.mode = 'observe' AND e.kind <> 'back'"
        )
        assert not self.column("SELECT id FROM reply WHERE mode = 'observe' AND state NOT IN ('simulated','cancelled')")

    @invariant()
    def every_reference_leads_somewhere(self) -> None:
        assert_nothing_dangles(self.ledger)


Days.TestCase.settings = settings(max_examples=40, stateful_step_count=40, suppress_health_check=[HealthCheck.too_slow])
TestDays = Days.TestCase


class DaysInPostgres(Days):
    """The same in a server: fewer, since each statement goes there and back."""


@pytest.mark.server
class TestDaysInPostgres(DaysInPostgres.TestCase):
    settings = settings(Days.TestCase.settings, max_examples=6)

    @pytest.fixture(autouse=True)
    def in_postgres(self, databases: Databases) -> Iterator[None]:
        self.databases = databases
        with giving(databases.give):
            yield
        databases.take_back()
