"""The reply queue over a real ledger and a server that counts: at most once, whatever happens on the way."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from fakes.smtp import Act, End, Late, Part, Say, ScriptedSmtp, Silence
from fakes.smtp import Stage as Where
from server.clock import DrivenClock, settle
from support.ledgerkit import ANNE, GARY, HOUR, MINUTE, MONDAY, World, answered, daily, joining, mail
from support.loglines import LogLines
from support.replykit import ALWAYS, DANA, letter
from triaged.core.address import Address
from triaged.core.decision import Forward
from triaged.core.errors import TriagedError
from triaged.core.reply import write
from triaged.core.settings import Rate
from triaged.core.spans import parse_span
from triaged.delivery import Envelope, Outcome, SmtpDelivery
from triaged.delivery.smtp import Limits
from triaged.ledger import Ledger, LedgerFull, LedgerThread
from triaged.ledger.entries import NewReply, Place, ReplyRow
from triaged.outbox import Cancelled, Held, NotNow, Outbox, Prepared, Ready, Suppressed, Way

PROMISED = MONDAY + timedelta(days=1)
QUICK = Limits(connect=15, command=15, body=15)


@dataclass
class Room:
    """Who keeps the mailbox, as the outbox sees it: what it was asked for, and what a test wants it to say."""

    book: LedgerThread
    settings: Way
    text: str = "I have your message.\n"
    says: Prepared | Exception | None = None
    looks: list[tuple[int, ...]] = field(default_factory=list)
    look_fails: bool = False
    while_looking: Callable[[Ledger], object] | None = None
    while_preparing: list[Callable[[Ledger], object]] = field(default_factory=list)
    drafts: list[bytes] = field(default_factory=list)
    draft_fails: bool = False
    moments: DrivenClock | None = None

    def way(self) -> Way:
        return self.settings

    async def look(self, due: Sequence[ReplyRow]) -> None:
        self.looks.append(tuple(reply.id for reply in due))
        if self.look_fails:
            raise TriagedError("not connected")
        if self.while_looking:
            await self.book.call(self.while_looking)

    async def prepare(self, reply: ReplyRow) -> Prepared:
        if isinstance(self.says, Exception):
            raise self.says
        if self.says is not None:
            return self.says
        raw = write(letter(self.text, message_id=reply.message_id, reply_id=reply.id, now=self.moments.now())).raw
        if self.while_preparing:
            await self.book.call(self.while_preparing.pop(0))
        return Ready(raw, Envelope(GARY, DANA.address), daily, reply.items)

    async def learned(self, facts: Mapping[str, bool]) -> None:
        await self.book.call(lambda ledger: ledger.learn(1, **facts))

    async def begin(self, reply: ReplyRow) -> None:
        return None

    async def take_back(self, reply: ReplyRow) -> None:
        return None

    async def draft(self, reply: ReplyRow, raw: bytes) -> Place | None:
        if self.draft_fails:
            raise TriagedError("no connection")
        self.drafts.append(raw)
        return Place("Drafts", 5, len(self.drafts))


@dataclass
class Stage:
    """Everything on it: the past, the clock, the room, the server, the outbox."""

    world: World
    clock: DrivenClock
    room: Room
    server: ScriptedSmtp
    outbox: Outbox
    log: LogLines

    def plan(self, number: int | str = 1, *, to: Address = GARY, **more: Any) -> int:
        """A message that is acknowledged in ten minutes; the reply's id."""
        now = self.world.now = self.clock.now()
        admission = self.world.admit(
            mail(number, sender=to.spec, at=now), answered(now, promise=PROMISED, to=to), correspondent=to.key, **more
        )
        assert admission.reply is not None
        return admission.reply

    def reply(self, number: int) -> ReplyRow:
        found = self.world.ledger.reply(number)
        assert found is not None
        return found

    async def after(self, span: timedelta = 10 * MINUTE) -> None:
        """So much later, one round."""
        await self.clock.advance(span)
        await self.outbox.once()


Setting = Callable[..., Awaitable[Stage]]


@pytest.fixture
async def staged(log_lines: LogLines) -> AsyncIterator[Setting]:
    ended: list[Callable[[], Awaitable[object]]] = []

    async def make(script: dict[Where, Act | list[Act]] | None = None, **more: Any) -> Stage:
        world, clock, server = World.new(), DrivenClock(MONDAY), ScriptedSmtp(script or {})
        await server.__aenter__()
        book = LedgerThread(world.ledger)
        limits = more.pop("limits", QUICK)
        delivery = SmtpDelivery(server.settings, password=password, limits=limits, **more.pop("delivery", {}))
        way = Way(delivery, late=parse_span("12h"), worktime=ALWAYS, fuse=Rate(60, HOUR), saves_sent=True)
        room = Room(book, replace(way, **more), moments=clock)
        outbox = Outbox(
            world.account.id, room, book=book, clock=clock, events=log_lines.events, chance=random.Random(1)
        )
        ended.extend((server.__aexit__, delivery.close, book.close))
        return Stage(world, clock, room, server, outbox, log_lines)

    yield make
    for end in reversed(ended):
        await end()


async def password() -> str:
    return "right"


async def test_a_due_reply_is_looked_for_sent_and_remembered(staged: Setting):
    stage = await staged(saves_sent=False)
    reply = stage.plan()
    assert await stage.outbox.once() == 0  # its time has not come
    assert stage.room.looks == []
    await stage.after()
    row = stage.reply(reply)
    assert (row.state, row.code, row.tries) == ("sent", 250, 1)
    assert stage.room.looks == [(reply,)]
    (body,) = stage.server.accepted
    assert row.message_id.encode() in body
    promise = stage.world.ledger.promise(row.promise or 0)
    assert promise is not None
    assert promise.state == "open"
    assert [
        effect.kind for effect in stage.world.ledger.due_effects(stage.world.account.id, PROMISED) if effect.reply
    ] == ["append"]
    sent = stage.log.one("reply.sent")
    assert (sent["reply"], sent["to"], sent["client"]) == (reply, GARY.key, "harbor")
    assert stage.log.one("promise.made")["promise"] == sent["promise"]
    assert await stage.outbox.once() == 0


async def test_no_copy_is_owed_where_the_provider_keeps_one(staged: Setting):
    stage = await staged()
    stage.plan()
    await stage.after()
    assert [e for e in stage.world.ledger.due_effects(stage.world.account.id, PROMISED) if e.kind == "append"] == []


async def test_one_look_serves_all_that_are_due_and_the_loop_sleeps_between(staged: Setting):
    stage = await staged()
    one = stage.plan(1)
    two = stage.plan(2, to=ANNE)
    running = asyncio.create_task(stage.outbox.run())
    await _until(lambda: stage.clock.sleeping == 1)
    await stage.clock.advance(11 * MINUTE)
    await _until(lambda: len(stage.server.accepted) == 2, stage.clock)
    assert stage.room.looks == [(one, two)]
    stage.outbox.stop()
    await running


async def _until(true: Callable[[], bool], clock: DrivenClock | None = None) -> None:
    """Threads and sockets are at work: let them, as long as the test's time-out allows; with a clock, time passes too."""
    while not true():
        await asyncio.sleep(0.001)
        if clock is not None and clock.sleeping:
            await clock.advance(1)


async def test_what_the_look_finds_stops_the_reply(staged: Setting):
    stage = await staged()
    reply = stage.plan()
    stage.room.while_looking = lambda ledger: ledger.cancel(reply, "answered by hand", stage.clock.now())
    await stage.after()
    assert stage.reply(reply).state == "cancelled"
    assert stage.server.connections == 0


async def test_without_a_look_nothing_goes_and_what_is_late_is_held(staged: Setting):
    stage = await staged()
    reply = stage.plan()
    stage.room.look_fails = True
    await stage.after()
    assert stage.reply(reply).state == "waiting"
    await stage.outbox.once()
    assert len(stage.room.looks) == 1  # a minute of rest
    await stage.after(13 * HOUR)
    assert stage.reply(reply).state == "held"
    assert "could not be looked at" in stage.log.one("reply.held")["reason"]
    assert stage.server.connections == 0


async def test_a_mailbox_that_can_be_looked_at_again_ends_the_rest(staged: Setting):
    stage = await staged()
    reply = stage.plan()
    stage.room.look_fails = True
    await stage.after()
    stage.room.look_fails = False
    await stage.outbox.once()
    assert stage.reply(reply).state == "waiting"
    stage.outbox.look_again()
    await stage.outbox.once()
    assert stage.reply(reply).state == "sent"


async def test_a_submission_server_that_asked_for_a_rest_gets_it_whatever_the_mailbox_does(staged: Setting):
    stage = await staged({"connect": Say("421 4.3.2 come back later", "fin")})
    stage.plan()
    await stage.after()
    tried = stage.server.connections
    stage.outbox.look_again()
    await stage.outbox.once()
    assert (tried, stage.server.connections) == (1, 1)


async def test_a_reply_that_is_late_is_held(staged: Setting):
    stage = await staged()
    reply = stage.plan()
    await stage.after(12 * HOUR + 11 * MINUTE)
    assert stage.reply(reply).state == "held"
    assert "late" in (stage.reply(reply).reason or "")
    assert stage.server.bodies == []


@pytest.mark.parametrize(
    ("says", "state", "event"),
    [
        (Suppressed("call-now", "the call is near"), "suppressed", "reply.suppressed"),
        (Held("its template is gone"), "held", "reply.held"),
        (Cancelled("moved by hand"), "cancelled", "reply.cancelled"),
        (NotNow("the original cannot be read"), "waiting", None),
        (TriagedError("connection lost"), "waiting", None),
        (ZeroDivisionError("a mistake of ours"), "held", "reply.held"),
    ],
)
async def test_what_the_guard_says_the_second_time_holds(
    staged: Setting, says: Prepared | Exception, state: str, event: str | None
):
    stage = await staged()
    reply = stage.plan()
    stage.room.says = says
    await stage.after()
    assert stage.reply(reply).state == state
    assert stage.server.connections == 0
    assert stage.log.names() == ([event] if event else [])


async def test_a_text_that_cannot_be_rendered_is_held_with_its_line(staged: Setting):
    stage = await staged()
    reply = stage.plan()
    stage.room.text = "{{ next_call | when }}"
    await stage.after()
    assert stage.reply(reply).state == "held"
    assert "line 1" in stage.log.one("reply.held")["reason"]


async def test_what_joins_while_it_is_rendered_is_in_the_reply_that_goes(staged: Setting):
    stage = await staged()
    reply = stage.plan(1)
    stage.room.while_preparing = [
        lambda _: stage.world.admit(mail(2, at=stage.clock.now()), joining(answered(stage.clock.now())))
    ]
    await stage.after()
    assert stage.reply(reply).state == "sent"
    assert len(stage.reply(reply).items) == 2
    assert len(stage.server.bodies) == 1


async def test_the_second_acknowledgement_of_a_day_is_suppressed(staged: Setting):
    stage = await staged()
    stage.plan(1)
    await stage.after()
    second = stage.plan(2)
    await stage.after()
    assert stage.reply(second).state == "suppressed"
    assert stage.log.one("reply.suppressed")["no_reply"] == "recently-replied"
    assert len(stage.server.accepted) == 1


async def test_beyond_the_fuse_replies_are_held_with_one_alarm(staged: Setting):
    stage = await staged(fuse=Rate(1, HOUR))
    replies = [stage.plan(n, to=Address(f"n{n}", "harbor.example")) for n in range(4)]
    await stage.after()
    assert [stage.reply(reply).state for reply in replies] == ["sent", "held", "held", "held"]
    assert len(stage.log.of("reply.held")) == 3
    assert "reply_fuse" in stage.log.one("account.degraded")["reason"]


# -- faults on the way out


GREYLISTED: list[tuple[Where, Act]] = [
    ("mail", Say("451 4.7.1 greylisted")),
    ("rcpt", Say("450 4.2.0 greylisted")),
    ("data", Say("451 4.3.0 later")),
    ("body", Say("451 4.7.1 greylisted")),
    ("mail", Say("421 4.3.0 closing", "fin")),
    ("data", End("fin")),
    ("rcpt", End("rst")),
    ("mail", Say("rubbish")),
]


@pytest.mark.parametrize(("where", "act"), GREYLISTED, ids=str)
async def test_what_was_not_taken_goes_later_with_the_same_octets(staged: Setting, where: Where, act: Act):
    stage = await staged({where: [act, act]}, delivery={"envelope": "me"})
    reply = stage.plan()
    await stage.after()
    assert stage.reply(reply).state == "waiting"
    assert stage.reply(reply).try_at > stage.clock.now()
    first = stage.world.ledger.reply_raw(reply)
    for _ in range(3):
        await stage.after(20 * MINUTE)
    assert stage.reply(reply).state == "sent"
    assert len(stage.server.accepted) == 1
    assert stage.world.ledger.reply_raw(reply) == first
    assert [line["reply"] for line in stage.log.of("reply.retrying")] == [reply, reply]
    assert stage.reply(reply).tries == 3


DOUBTS: list[Act] = [End("fin"), End("rst"), Part("25"), Say("rubbish"), Say("354 what?"), Silence()]


@pytest.mark.parametrize("act", DOUBTS, ids=str)
async def test_a_doubt_is_shown_counted_as_told_and_never_sent_again(staged: Setting, act: Act):
    stage = await staged({"body": [act]}, limits=Limits(connect=15, command=15, body=0.2))
    reply = stage.plan()
    await stage.after()
    row = stage.reply(reply)
    assert row.state == "in_doubt"
    promise = stage.world.ledger.promise(row.promise or 0)
    assert promise is not None
    assert promise.state == "open"
    assert stage.log.one("reply.in_doubt")["reply"] == reply
    for _ in range(30):
        await stage.after(HOUR)
    assert len(stage.server.bodies) == 1
    assert stage.reply(reply).state == "in_doubt"


@pytest.mark.parametrize("answer", ["550 5.1.1 nobody here", "554 5.7.1 rejected"])
async def test_a_refusal_is_final_and_an_address_that_is_none_is_not_written_to_again(staged: Setting, answer: str):
    stage = await staged({"rcpt": Say(answer)})
    reply = stage.plan()
    await stage.after()
    assert stage.reply(reply).state == "failed"
    assert answer in stage.log.one("reply.failed")["error"]
    await stage.clock.advance(timedelta(days=2))
    again = stage.plan(2)
    await stage.after()
    assert stage.reply(again).state == ("suppressed" if "5.1.1" in answer else "failed")


async def test_a_full_mailbox_is_tried_three_times(staged: Setting):
    stage = await staged({"rcpt": Say("552 5.2.2 full")}, delivery={"envelope": "me"})
    reply = stage.plan()
    for _ in range(6):
        await stage.after(30 * MINUTE)
    assert (stage.reply(reply).state, stage.reply(reply).tries) == ("failed", 3)


async def test_what_cannot_go_within_late_is_held(staged: Setting):
    stage = await staged({"mail": Say("451 4.7.1 later")}, late=parse_span("1h"))
    reply = stage.plan()
    for _ in range(20):
        await stage.after(5 * MINUTE)
    assert stage.reply(reply).state == "held"
    assert stage.server.bodies == []


async def test_a_wrong_password_makes_the_account_rest_longer_and_longer(staged: Setting):
    auth = {"ehlo": Say("250-fake\r\n250 AUTH PLAIN LOGIN"), "auth": Say("535 5.7.8 wrong")}
    stage = await staged(auth)
    replies = [stage.plan(n, to=Address(f"n{n}", "harbor.example")) for n in range(3)]
    await stage.after()
    assert _sign_ins(stage) == 1
    await stage.after(14 * MINUTE)
    assert _sign_ins(stage) == 1
    await stage.after(2 * MINUTE)
    assert _sign_ins(stage) == 2
    await stage.after(16 * MINUTE)
    assert _sign_ins(stage) == 2
    assert {stage.reply(reply).state for reply in replies} == {"waiting"}
    assert {line["event"] for line in stage.log.lines} == {"account.auth_failed", "reply.retrying"}
    stage.server.script = {}
    await stage.after(15 * MINUTE)
    assert {stage.reply(reply).state for reply in replies} == {"sent"}


def _sign_ins(stage: Stage) -> int:
    return sum(line.startswith("AUTH") for line in stage.server.lines)


async def test_a_server_that_is_down_costs_no_reply(staged: Setting):
    stage = await staged({"connect": [Say("421 4.3.2 down", "fin"), End("rst")]})
    reply = stage.plan()
    await stage.after()
    for _ in range(4):
        await stage.after(4 * MINUTE)
    assert stage.reply(reply).state == "sent"
    assert len(stage.server.accepted) == 1


async def test_a_refused_null_sender_is_remembered_for_the_account(staged: Setting):
    stage = await staged({"mail": [Say("550 5.7.1 no null sender")]})
    stage.plan()
    await stage.after()
    (account,) = stage.world.ledger.accounts()
    assert account.learned["null_sender"] is False


async def test_without_a_submission_server_it_is_held(staged: Setting):
    stage = await staged(delivery={})
    stage.room.settings = replace(stage.room.settings, delivery=None)
    reply = stage.plan()
    await stage.after()
    assert stage.reply(reply).state == "held"


async def test_the_pace_of_the_provider_is_kept(staged: Setting):
    stage = await staged(per_minute=30)
    for n in range(3):
        stage.plan(n, to=Address(f"n{n}", "harbor.example"))
    await stage.clock.advance(10 * MINUTE)
    round_ = asyncio.create_task(stage.outbox.once())
    await _until(lambda: len(stage.server.accepted) == 1 and stage.clock.sleeping == 1)
    await stage.clock.advance(2)
    await _until(lambda: len(stage.server.accepted) == 2 and stage.clock.sleeping == 1)
    await stage.clock.advance(2)
    await round_
    assert len(stage.server.accepted) == 3


class Broken:
    """A way out with a mistake of ours in it, after the body has begun."""

    async def deliver(self, envelope: Envelope, raw: bytes, on_data: Callable[[], Awaitable[None]]) -> Outcome:
        await on_data()
        raise ZeroDivisionError("a mistake of ours")

    async def close(self) -> None:
        """Nothing is open."""


async def test_a_mistake_after_the_body_has_begun_is_a_doubt(staged: Setting):
    stage = await staged()
    stage.room.settings = replace(stage.room.settings, delivery=Broken())
    reply = stage.plan()
    await stage.after()
    assert stage.reply(reply).state == "in_doubt"


async def test_a_row_that_was_taken_away_meanwhile_is_not_sent(staged: Setting):
    stage = await staged()
    reply = stage.plan()
    stage.room.while_preparing = [lambda ledger: ledger.cancel(reply, "by command", stage.clock.now())]
    await stage.after()
    assert stage.reply(reply).state == "cancelled"
    assert stage.server.bodies == []


async def test_more_than_one_round_can_hold_are_served_all_the_same(staged: Setting):
    stage = await staged(fuse=None)
    for n in range(101):
        stage.plan(n, to=Address(f"n{n}", "harbor.example"))
    await stage.clock.advance(10 * MINUTE)
    assert await stage.outbox.once() == 101
    assert len(stage.server.accepted) == 101
    assert [len(look) for look in stage.room.looks] == [100, 1]


async def test_a_forward_is_told_as_one(staged: Setting):
    stage = await staged()
    tom = Address("tom", "roth-partners.example")
    now = stage.clock.now()
    decision = replace(answered(now), reply=None, promise=None, effects=(Forward("tom", tom),))
    stage.world.admit(mail(1, at=now), decision)
    await stage.outbox.once()
    line = stage.log.one("message.forwarded")
    assert "language" not in line
    assert (line["to"], line["template"]) == (tom.key, "tom")
    assert "reply.sent" not in stage.log.names()


async def test_an_apology_for_a_promise_is_no_new_promise(staged: Setting):
    stage = await staged()
    reply = stage.plan()
    await stage.after()
    promise = stage.reply(reply).promise
    assert promise is not None
    slip = NewReply("slip", "slip", "en", "<triaged.slip@roth.example>", stage.clock.now(), "send")
    made = stage.world.ledger.add_reply(promise, slip, stage.clock.now())
    assert made is not None
    await stage.outbox.once()
    assert stage.reply(made).state == "sent"
    assert [line["template"] for line in stage.log.of("reply.sent")] == ["until-call", "slip"]
    assert len(stage.log.of("promise.made")) == 1


# -- drafts


async def test_a_draft_goes_into_drafts_and_nowhere_else(staged: Setting):
    stage = await staged()
    reply = stage.plan(mode="draft")
    await stage.after()
    row = stage.reply(reply)
    assert (row.state, row.place) == ("drafted", Place("Drafts", 5, 1))
    promise = stage.world.ledger.promise(row.promise or 0)
    assert promise is not None
    assert promise.state == "planned"
    assert stage.server.connections == 0
    assert stage.log.one("reply.drafted")["folder"] == "Drafts"


async def test_a_draft_that_cannot_be_put_down_is_tried_again(staged: Setting):
    stage = await staged()
    reply = stage.plan(mode="draft")
    stage.room.draft_fails = True
    await stage.after()
    assert stage.reply(reply).state == "waiting"
    stage.room.draft_fails = False
    await stage.after(5 * MINUTE)
    assert stage.reply(reply).state == "drafted"
    assert len(stage.room.drafts) == 1


async def test_an_account_that_observes_says_nothing(staged: Setting):
    stage = await staged()
    reply = stage.plan(mode="observe")
    await stage.after()
    assert stage.reply(reply).state == "simulated"
    assert stage.server.connections == 0


# -- stopping, clocks, a ledger without room


async def test_a_stop_lets_the_delivery_in_hand_end_and_begins_no_other(staged: Setting):
    stage = await staged({"body": Late("250 2.0.0 ok")})
    one, two = stage.plan(1), stage.plan(2, to=ANNE)
    running = asyncio.create_task(stage.outbox.run())
    await _until(stage.server.got_body.is_set, stage.clock)
    stage.outbox.stop()
    stage.server.now.set()
    await running
    assert [stage.reply(one).state, stage.reply(two).state] == ["sent", "waiting"]


async def test_a_cancellation_waits_for_the_delivery_in_hand(staged: Setting):
    stage = await staged({"body": Late("250 2.0.0 ok")})
    reply = stage.plan()
    await stage.clock.advance(10 * MINUTE)
    working = asyncio.create_task(stage.outbox.once())
    await stage.server.got_body.wait()
    working.cancel()
    await settle()
    assert not working.done()
    stage.server.now.set()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert stage.reply(reply).state == "sent"


async def test_after_the_clock_was_set_nothing_is_sent_for_ten_minutes(staged: Setting):
    stage = await staged()
    reply = stage.plan()
    stage.clock.set_wall(MONDAY + HOUR)
    await stage.outbox.once()
    assert stage.reply(reply).state == "waiting"
    await stage.after(9 * MINUTE)
    assert stage.reply(reply).state == "waiting"
    await stage.after(2 * MINUTE)
    assert stage.reply(reply).state == "sent"


async def test_time_that_passes_in_suspension_is_no_set_clock(staged: Setting):
    stage = await staged()
    reply = stage.plan()
    await stage.clock.leap(HOUR)
    await stage.outbox.once()
    assert stage.reply(reply).state == "sent"


class FullAt:
    """Makes one verb of the ledger find the disk full, once."""

    def __init__(self, ledger: Ledger, verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.times = 0
        usual = getattr(ledger, verb)

        def full(*args: Any, **named: Any) -> Any:
            self.times += 1
            if self.times == 1:
                raise LedgerFull("no room left on the disk")
            return usual(*args, **named)

        monkeypatch.setattr(ledger, verb, full, raising=False)


async def test_what_cannot_be_claimed_or_marked_is_not_sent(staged: Setting, monkeypatch: pytest.MonkeyPatch):
    stage = await staged()
    reply = stage.plan()
    FullAt(stage.world.ledger, "claim", monkeypatch)
    with pytest.raises(LedgerFull):
        await stage.after()
    assert stage.server.bodies == []
    FullAt(stage.world.ledger, "mark_data", monkeypatch)
    await stage.after(MINUTE)
    assert stage.server.bodies == []
    assert stage.reply(reply).state == "waiting"
    await stage.after(5 * MINUTE)
    assert stage.reply(reply).state == "sent"


async def test_the_loop_goes_on_when_the_ledger_has_room_again(staged: Setting, monkeypatch: pytest.MonkeyPatch):
    stage = await staged()
    reply = stage.plan()
    await stage.clock.advance(10 * MINUTE)
    FullAt(stage.world.ledger, "claim", monkeypatch)
    running = asyncio.create_task(stage.outbox.run())
    await _until(lambda: "account.degraded" in stage.log.names())
    await _until(lambda: stage.reply(reply).state == "sent", stage.clock)
    stage.outbox.stop()
    await running


@pytest.mark.parametrize(
    ("verb", "act"), [("sent", Say("250 ok")), ("in_doubt", End("fin")), ("failed", Say("554 5.6.0 no"))]
)
async def test_what_has_happened_is_written_down_however_long_it_takes(
    staged: Setting, monkeypatch: pytest.MonkeyPatch, verb: str, act: Act
):
    stage = await staged({"body": [act]}, delivery={"envelope": "me"})
    reply = stage.plan()
    full = FullAt(stage.world.ledger, verb, monkeypatch)
    await stage.clock.advance(10 * MINUTE)
    working = asyncio.create_task(stage.outbox.once())
    await _until(lambda: full.times == 1 and stage.clock.sleeping == 1)
    await stage.clock.advance(5)
    await working
    assert stage.reply(reply).state == verb
    assert len(stage.server.bodies) == 1


DISABLED = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant."
WITH_AUTH = "250-fake.example\r\n250 AUTH PLAIN"


async def test_since_when_no_reply_can_go_is_known_until_one_went(staged: Setting):
    stage = await staged({"ehlo": Say(WITH_AUTH), "auth": [Say(DISABLED)] * 3})
    reply = stage.plan()
    assert stage.outbox.stuck is None
    await stage.after()
    began = stage.clock.now()
    for _ in range(8):
        await stage.after(15 * MINUTE)
        stuck = stage.outbox.stuck
        if stage.reply(reply).state == "sent":
            break
        assert stuck is not None
        assert stuck.since == began
        assert "disabled for the Tenant" in stuck.error
    assert stage.reply(reply).state == "sent"
    assert stage.outbox.stuck is None


async def test_what_is_told_about_one_message_is_no_trouble_of_the_account(staged: Setting):
    stage = await staged({"rcpt": Say("450 4.2.0 greylisted")})
    stage.plan()
    await stage.after()
    assert stage.outbox.stuck is None


async def test_what_cannot_go_and_waits_no_more_is_no_trouble_either(staged: Setting):
    stage = await staged({"ehlo": Say(WITH_AUTH), "auth": Say(DISABLED)})
    reply = stage.plan()
    await stage.after()
    assert stage.outbox.stuck is not None
    stage.world.ledger.cancel_by_hand(reply, stage.clock.now())
    loop = asyncio.create_task(stage.outbox.run())
    stage.outbox.try_now()
    await _until(lambda: stage.outbox.stuck is None)
    stage.outbox.stop()
    await loop


async def test_whoever_wants_it_tried_now_waits_for_no_pause(staged: Setting):
    stage = await staged({"ehlo": Say(WITH_AUTH), "auth": [Say(DISABLED)]})
    reply = stage.plan()
    await stage.after()
    await stage.after(MINUTE)
    assert stage.reply(reply).state == "waiting"  # a quarter of an hour is kept
    stage.outbox.try_now()
    await stage.outbox.once()
    assert stage.reply(reply).state == "sent"


async def test_trying_now_brings_no_reply_forward_whose_time_has_not_come(staged: Setting):
    stage = await staged()
    reply = stage.plan()
    stage.outbox.try_now()
    await stage.outbox.once()
    assert stage.reply(reply).state == "waiting"
