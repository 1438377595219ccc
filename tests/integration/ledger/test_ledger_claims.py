"""The claim and what follows: at most one sender a reply, at most one reply a correspondent, no way out of doubt."""

from dataclasses import replace
from typing import Any

import pytest

from support.ledgerkit import (
    ANNE,
    DAY,
    GARY,
    HOUR,
    MINUTE,
    MONDAY,
    World,
    answered,
    joining,
    left,
    mail,
)
from triaged.core.address import Address
from triaged.core.decision import Forward, PromisePlan
from triaged.core.settings import Rate
from triaged.core.trust import Level
from triaged.ledger import (
    Accepted,
    Admission,
    Claimed,
    NewReply,
    NotClaimed,
    Place,
    Response,
    SentSeen,
    SentWindow,
    WhenLate,
)
from triaged.ledger.entries import PromiseRow, ReplyRow, Turns
from triaged.ledger.instants import to_ms
from triaged.ledger.leaving import Withdrawal, leave_replies
from triaged.ledger.store import commit


def reply_of(world: World, reply: int | None) -> ReplyRow:
    found = world.ledger.reply(reply or 0)
    assert found is not None
    return found


def promise_of(world: World, promise: int | None) -> PromiseRow:
    found = world.ledger.promise(promise or 0)
    assert found is not None
    return found


def due(world: World, number: int = 1) -> int:
    """A reply whose time has come."""
    reply = world.deferred(number, promise=MONDAY + 2 * DAY).reply
    world.tick(HOUR)
    assert reply is not None
    return reply


def code(claim: Claimed | NotClaimed) -> str:
    assert isinstance(claim, NotClaimed)
    return claim.code


def test_a_due_reply_is_claimed_once(world: World):
    reply = due(world)
    assert [r.id for r in world.ledger.due_replies(world.now)] == [reply]
    claim = world.claim(reply, raw=b"From: me")
    assert isinstance(claim, Claimed)
    assert (claim.reply.state, claim.reply.stage, claim.reply.tries) == ("sending", "envelope", 1)
    assert claim.reply.try_at == world.now + MINUTE
    assert world.ledger.reply_raw(reply) == b"From: me"
    assert code(world.claim(reply)) == "gone"
    assert world.ledger.due_replies(world.now + DAY) == []


@pytest.mark.parametrize("much", ["claimed", "refused"])
def test_after_a_claim_that_the_disk_is_not_waited_for_every_commit_is_durable_again(
    world: World, much: str, engine: str
):
    reply = due(world)
    claim = world.claim(reply, synced=False, items=None if much == "claimed" else (-1,))
    assert isinstance(claim, Claimed) == (much == "claimed")
    asked, durable = {"sqlite": ("PRAGMA synchronous", 2), "postgresql": ("SHOW synchronous_commit", "on")}[engine]
    assert world.ledger.db.execute(asked).fetchone() == (durable,)


def test_a_reply_is_not_claimed_before_its_time_or_without_existing(world: World):
    reply = world.deferred(1).reply
    assert world.ledger.due_replies(world.now) == []
    assert code(world.claim(reply)) == "gone"
    assert code(world.claim(99)) == "gone"


def test_a_second_reply_within_every_is_suppressed_and_its_promise_void(world: World):
    world.send(due(world))
    second = world.admit(mail(2), answered(world.now, promise=MONDAY + 2 * DAY))
    world.tick(HOUR)
    assert code(world.claim(second.reply)) == "recently-replied"
    found = reply_of(world, second.reply)
    assert (found.state, found.reason, found.stage) == ("suppressed", "recently-replied", None)
    assert promise_of(world, second.promise).state == "void"
    world.tick(DAY)
    third = world.admit(mail(3), answered(world.now))
    world.tick(HOUR)
    assert isinstance(world.claim(third.reply), Claimed)


def test_every_is_counted_from_the_claim_over_all_accounts_of_the_person(world: World):
    world.send(due(world))
    other = world.ledger.register("dana", ["dana@imap.example", "second@imap.example"], MONDAY)["second@imap.example"]
    world.tick(HOUR)
    second = world.admit(mail(2), answered(world.now), account=other)
    world.tick(HOUR)
    assert code(world.claim(second.reply)) == "recently-replied"
    assert code(World.new(world.ledger, "eva").claim(second.reply)) == "gone"


def test_a_reply_that_was_put_off_is_claimed_again_although_it_was_charged(world: World):
    reply = due(world)
    world.claim(reply)
    assert world.ledger.retry_reply(reply, world.now + 5 * MINUTE, Response(451, "try later"))
    waiting = reply_of(world, reply)
    assert (waiting.state, waiting.stage, waiting.code, waiting.reason) == ("waiting", None, 451, "try later")
    world.tick(5 * MINUTE)
    claim = world.claim(reply)
    assert isinstance(claim, Claimed)
    assert claim.reply.tries == 2


@pytest.mark.parametrize("why", ["opted-out", "bounced"])
def test_a_correspondent_that_is_closed_to_us_gets_nothing(world: World, why: str):
    sent = due(world)
    world.send(sent)
    made = world.admit(mail(2), answered(world.now, promise=MONDAY + 2 * DAY))
    world.tick(2 * DAY)
    if why == "opted-out":
        world.admit(mail(3), replace(left(), sender=ANNE.key, correspondent=ANNE.key))
        world.ledger.db.execute("UPDATE correspondent SET opted_out_at = 1 WHERE address = ?", (GARY.key,))
    else:
        world.ledger.bounced(sent, world.now + DAY, world.now)
    assert code(world.claim(made.reply)) == why
    assert reply_of(world, made.reply).state == "suppressed"


def test_whose_answers_are_muted_is_written_to_about_the_next_message(world: World):
    made = world.deferred(1)
    world.admit(mail(2), replace(left(), marks_robot="it says the same"))
    world.tick(10 * MINUTE)
    assert isinstance(world.claim(made.reply), Claimed)


def test_beyond_the_fuse_a_reply_is_held(world: World):
    world.send(due(world))
    second = world.admit(mail(2), answered(world.now, to=ANNE), correspondent=ANNE.key)
    world.tick(20 * MINUTE)
    assert code(world.claim(second.reply, fuse=Rate(1, HOUR))) == "rate-limit"
    assert (reply_of(world, second.reply).state, reply_of(world, second.reply).reason) == ("held", "rate-limit")
    assert reply_of(world, world.ledger.queue()[0].id).id == second.reply
    world.ledger.send_now(second.reply or 0, world.tick(DAY))
    assert isinstance(world.claim(second.reply, fuse=Rate(1, HOUR)), Claimed)


def test_what_joined_since_it_was_rendered_makes_it_be_rendered_again(world: World):
    reply = due(world)
    before = reply_of(world, reply).items
    made = world.admit(mail(2), joining(answered(world.now)))
    assert code(world.claim(reply, items=before)) == "changed"
    assert reply_of(world, reply).state == "waiting"
    assert isinstance(world.claim(reply, items=(*before, made.item)), Claimed)


def test_a_mail_of_mine_to_the_correspondent_since_the_arrival_cancels_it_at_the_claim(world: World):
    # it lay in Sent before the message was taken in: nothing waited then that could have been cancelled
    mine = SentSeen("<mine@roth>", (), MONDAY + MINUTE, (GARY.key,))
    world.ledger.saw_sent(SentWindow(world.account.id, MONDAY + HOUR, [mine]))
    reply = due(world)
    assert code(world.claim(reply)) == "already-answered"
    assert reply_of(world, reply).state == "cancelled"


def test_a_mail_of_mine_from_before_the_arrival_cancels_nothing(world: World):
    world.ledger.saw_sent(SentWindow(world.account.id, MONDAY, [SentSeen("<mine@roth>", (), MONDAY, (GARY.key,))]))
    assert isinstance(world.claim(due(world)), Claimed)


def test_a_forward_is_outside_every_and_has_a_fuse_of_its_own(world: World):
    world.send(due(world))
    tom = Address("tom", "roth.example")
    for number in (2, 3):
        made = world.admit(mail(number), replace(left(), effects=(Forward("tom", tom),)))
        [forward] = world.ledger.replies_for(made.item or 0)
        assert isinstance(world.claim(forward.id), Claimed)
    made = world.admit(mail(4), replace(left(), effects=(Forward("tom", tom),)))
    [forward] = world.ledger.replies_for(made.item or 0)
    assert code(world.claim(forward.id, fuse=Rate(2, HOUR))) == "rate-limit"
    reply = world.admit(mail(5), answered(world.now, to=ANNE), correspondent=ANNE.key).reply
    world.tick(10 * MINUTE)
    assert isinstance(world.claim(reply, fuse=Rate(2, HOUR)), Claimed), "what was sent on holds up no reply"


# --- outcomes


def test_sent_opens_the_promise_and_owes_a_copy_where_the_provider_keeps_none(world: World):
    reply = due(world)
    world.claim(reply)
    assert world.ledger.mark_data(reply)
    assert reply_of(world, reply).stage == "data"
    promise = world.ledger.sent(reply, Accepted(world.now, Response(250, "ok"), saves_copy=False))
    assert promise is not None
    assert (promise.state, promise.told_at, promise.due_at) == ("open", world.now, MONDAY + 2 * DAY)
    found = reply_of(world, reply)
    assert (found.state, found.stage, found.code, found.ended_at) == ("sent", None, 250, world.now)
    copy = world.ledger.effect(f"sentcopy:{reply}")
    assert copy is not None
    assert (copy.kind, copy.reply, copy.args) == ("append", reply, {"message_id": found.message_id})
    assert world.ledger.reply_raw(reply) == b"octets"


def test_where_the_provider_keeps_a_copy_none_is_owed(world: World):
    reply = due(world)
    world.send(reply)
    assert world.ledger.effect(f"sentcopy:{reply}") is None


def test_an_outcome_is_recorded_once(world: World):
    reply = due(world)
    world.send(reply)
    again = world.ledger.sent(reply, Accepted(world.now + DAY, Response(250), saves_copy=False))
    assert again is not None
    assert again.told_at == world.now
    assert reply_of(world, reply).ended_at == world.now
    assert world.ledger.effect(f"sentcopy:{reply}") is None
    assert not world.ledger.retry_reply(reply, world.now, Response())
    assert not world.ledger.failed(reply, world.now, Response())
    assert world.ledger.in_doubt(reply, world.now) is None
    assert not world.ledger.mark_data(reply)
    assert not world.ledger.suppress(reply, "late", world.now)
    assert not world.ledger.hold(reply, "late")
    assert world.ledger.cancel(reply, "x", world.now) is None
    assert not world.ledger.drafted(reply, world.now, None)
    assert world.ledger.evidence(reply, world.now) == []
    assert reply_of(world, reply).state == "sent"


def test_a_refused_reply_told_nothing(world: World):
    made = world.deferred(1, promise=MONDAY + DAY)
    world.tick(HOUR)
    world.claim(made.reply)
    assert world.ledger.failed(made.reply or 0, world.now, Response(550, "no such user"))
    assert (reply_of(world, made.reply).state, reply_of(world, made.reply).code) == ("failed", 550)
    assert promise_of(world, made.promise).state == "void"


def test_from_doubt_no_verb_leads_to_a_socket(world: World):
    reply = due(world)
    world.claim(reply)
    world.ledger.mark_data(reply)
    promise = world.ledger.in_doubt(reply, world.now, "connection lost")
    assert promise is not None
    assert promise.state == "open"
    world.ledger.retry_reply(reply, world.now, Response())
    world.ledger.send_now(reply, world.now)
    world.ledger.hold(reply, "x")
    world.ledger.recover(world.now)
    assert code(world.claim(reply)) == "gone"
    assert [r.id for r in world.ledger.in_doubt_replies()] == [reply]
    assert world.ledger.in_doubt_replies(world.now + DAY) == []


@pytest.mark.parametrize("how", ["evidence", "sent", "bounce"])
def test_doubt_ends_by_evidence_only(world: World, how: str):
    reply = due(world)
    world.claim(reply)
    world.ledger.mark_data(reply)
    world.ledger.in_doubt(reply, world.now)
    if how == "evidence":
        assert world.ledger.evidence(reply, world.now) is not None
    elif how == "bounce":
        assert world.ledger.bounced(reply, world.now + DAY, world.now)
    else:
        seen = SentSeen(reply_of(world, reply).message_id, (), world.now, (GARY.key,), ours=reply)
        world.ledger.saw_sent(SentWindow(world.account.id, world.now, [seen]))
    assert reply_of(world, reply).state == "sent"
    assert world.ledger.in_doubt_replies() == []


def test_a_bounce_of_a_reply_that_never_was_is_nothing(world: World):
    assert not world.ledger.bounced(99, world.now, world.now)


def test_a_reply_may_be_held_before_the_body_goes_but_not_after(world: World):
    reply = due(world)
    world.claim(reply)
    assert world.ledger.hold(reply, "template gone")
    assert reply_of(world, reply).state == "held"
    world.ledger.send_now(reply, world.now)
    world.claim(reply)
    world.ledger.mark_data(reply)
    assert not world.ledger.hold(reply, "template gone")


def test_a_held_reply_may_still_be_suppressed_or_cancelled(world: World):
    first = due(world)
    world.ledger.hold(first, "late")
    assert world.ledger.suppress(first, "too-old", world.now)
    second = world.admit(mail(2), answered(world.now)).reply
    world.ledger.hold(second or 0, "late")
    assert world.ledger.cancel(second or 0, "answered", world.now) is not None


def test_a_moment_that_passed_before_it_was_told_is_told_anew(world: World):
    made = world.deferred(1, promise=MONDAY + HOUR)
    world.tick(2 * HOUR)
    promise = world.ledger.replan_promise(made.reply or 0, PromisePlan("call", MONDAY + DAY, "call-7"))
    assert promise is not None
    assert (promise.kind, promise.due_at, promise.first_due_at, promise.call) == (
        "call",
        MONDAY + DAY,
        MONDAY + DAY,
        "call-7",
    )
    world.send(made.reply)
    assert promise_of(world, made.promise).due_at == MONDAY + DAY
    world.ledger.replan_promise(made.reply or 0, PromisePlan("answer", MONDAY + 9 * DAY))
    assert promise_of(world, made.promise).due_at == MONDAY + DAY


def test_a_reply_is_found_by_its_message_id(world: World):
    reply = due(world)
    found = world.ledger.reply_by_message_id(reply_of(world, reply).message_id)
    assert found is not None
    assert found.id == reply
    assert world.ledger.reply_by_message_id("<nothing>") is None
    assert [item.message_id for item in world.ledger.reply_items(reply)] == ["<1@client>"]


# --- drafts


def test_a_draft_opens_its_promise_when_a_person_has_sent_it(world: World):
    made = world.deferred(1, promise=MONDAY + DAY, mode="draft")
    world.tick(HOUR)
    world.claim(made.reply)
    assert world.ledger.drafted(made.reply or 0, world.now, Place("Drafts", 3, 12))
    draft = reply_of(world, made.reply)
    assert (draft.state, draft.place) == ("drafted", Place("Drafts", 3, 12))
    assert [r.id for r in world.ledger.drafts(world.account.id)] == [made.reply]
    assert promise_of(world, made.promise).state == "planned"
    world.ledger.saw_sent(
        SentWindow(world.account.id, world.now, [SentSeen(draft.message_id, (), world.now, (GARY.key,))])
    )
    assert promise_of(world, made.promise).state == "open"
    assert world.ledger.drafts(world.account.id) == []


def test_a_stale_draft_is_to_be_removed(world: World):
    made = world.deferred(1, promise=MONDAY + DAY, mode="draft")
    world.tick(HOUR)
    world.claim(made.reply)
    world.ledger.drafted(made.reply or 0, world.now, Place("Drafts", 3, 12))
    assert world.ledger.cancel(made.reply or 0, "stale", world.now) is None, "Sent is looked at first"
    taken = world.ledger.withdraw(made.reply or 0, Withdrawal("stale", "<triaged.again@roth>", world.now))
    assert taken is not None
    cancelled = taken.reply
    effect = world.ledger.effect(f"undraft:{made.reply}")
    assert effect is not None
    assert effect.kind == "remove"
    assert effect.args == {"message_id": cancelled.message_id, "folder": "Drafts", "uidvalidity": 3, "uid": 12}
    assert promise_of(world, made.promise).state == "void"


# --- leaving


def leave(world: World, admission: Admission) -> list[tuple[ReplyRow, bool]]:
    with commit(world.ledger, "leave") as db:
        return leave_replies(db, admission.item or 0, "by hand", to_ms(world.now))


def test_a_message_leaves_its_reply_and_the_last_one_cancels_it(world: World):
    first = world.deferred(1, promise=MONDAY + DAY)
    second = world.admit(mail(2), joining(answered(world.now)))
    [(reply, alone)] = leave(world, first)
    assert (reply.id, alone, reply.items) == (first.reply, False, (second.item,))
    gone = world.ledger.item(first.item or 0)
    assert gone is not None
    assert gone.promise is None
    [(reply, alone)] = leave(world, second)
    assert (alone, reply.state, reply.reason) == (True, "cancelled", "by hand")
    assert promise_of(world, first.promise).state == "void"
    assert leave(world, second) == []


# --- once more, by a person's own act


def test_sent_again_is_a_new_reply_that_passes_the_claim_and_every(world: World):
    made = world.deferred(1, promise=MONDAY + 2 * DAY)
    world.tick(HOUR)
    world.claim(made.reply)
    world.ledger.mark_data(made.reply or 0)
    world.ledger.in_doubt(made.reply or 0, world.now)
    again = world.ledger.send_again(made.reply or 0, "<again@roth.example>", world.now)
    assert isinstance(again, ReplyRow)
    assert (again.state, again.items, again.message_id) == ("waiting", (made.item,), "<again@roth.example>")
    assert again.id != made.reply
    assert isinstance(world.claim(again.id), Claimed)
    world.ledger.sent(again.id, Accepted(world.now, Response(250), saves_copy=True))
    assert reply_of(world, made.reply).state == "in_doubt"
    assert promise_of(world, made.promise).state == "open"


def test_a_failed_reply_sent_again_promises_again(world: World):
    made = world.deferred(1, promise=MONDAY + 2 * DAY)
    world.tick(HOUR)
    world.claim(made.reply)
    world.ledger.failed(made.reply or 0, world.now, Response(550, "no"))
    again = world.ledger.send_again(made.reply or 0, "<again@roth.example>", world.now)
    assert isinstance(again, ReplyRow)
    assert promise_of(world, made.promise).state == "planned"
    world.send(again.id)
    assert promise_of(world, made.promise).state == "open"


def test_a_slip_goes_outside_every_but_not_to_somebody_who_wants_none(world: World):
    made = world.deferred(1, promise=MONDAY + DAY)
    world.tick(HOUR)
    world.send(made.reply)
    world.tick(DAY)
    slip = NewReply("slip", "slip", "en", "<slip@roth>", world.now, "send")
    changed, reply = world.ledger.overdue(made.promise or 0, world.now, WhenLate(slip=slip))
    assert changed
    assert isinstance(world.claim(reply), Claimed)
    world.ledger.retry_reply(reply or 0, world.now, Response())
    world.admit(mail(2), replace(left(), opt_out=True, correspondent=GARY.key))
    assert code(world.claim(reply)) == "opted-out"


# --- whose turn it is


def waits(world: World, number: int, **more: Any) -> int:
    """A reply to an address of its own, due now."""
    to = Address(f"x{number}", "harbor.example")
    decision = replace(answered(world.now - 10 * MINUTE, to=to), **more.pop("decided", {}))
    made = world.admit(mail(f"t{number}", sender=to.spec), decision, correspondent=to.key, **more)
    assert made.reply is not None
    return made.reply


def turns(world: World, *, shared: bool = False, to_new: int = 10) -> Turns:
    return Turns(shared, to_new, world.now.replace(hour=0, minute=0))


def test_addresses_that_nobody_knows_get_ten_replies_an_hour_together_and_the_rest_waits(world: World):
    replies = [waits(world, number) for number in range(11)]
    found = [world.claim(reply, turns=turns(world)) for reply in replies]
    assert [isinstance(one, Claimed) for one in found] == [True] * 10 + [False]
    assert code(found[-1]) == "later"
    last = reply_of(world, replies[-1])
    assert (last.state, last.try_at > world.now + 59 * MINUTE) == ("waiting", True)
    world.now = last.try_at
    assert isinstance(world.claim(replies[-1], turns=turns(world)), Claimed)


def test_people_who_wrote_before_today_and_whom_i_wrote_to_are_not_counted(world: World):
    for number in range(3):
        key = f"x{number}@harbor.example"
        world.admit(mail(number), replace(left(), sender=key, correspondent=key), correspondent=key)
    world.ledger.db.execute("UPDATE correspondent SET new_since = new_since - 86400000")
    seen = SentSeen("<mine@roth>", (), MONDAY - DAY, ("x3@harbor.example",), clients=("harbor",))
    world.ledger.saw_sent(SentWindow(world.account.id, MONDAY, [seen]))
    replies = [waits(world, number) for number in range(6)]
    found = [isinstance(world.claim(reply, turns=turns(world, to_new=1)), Claimed) for reply in replies]
    assert found == [True, True, True, True, True, False]


def test_one_client_of_several_has_a_quarter_of_the_fuse(world: World):
    fuse = Rate(8, HOUR)
    replies = [waits(world, number) for number in range(3)]
    claims = [world.claim(reply, fuse=fuse, turns=turns(world, shared=True)) for reply in replies]
    assert [isinstance(one, Claimed) for one in claims] == [True, True, False]
    other = waits(world, 7, decided={"client": "linden"}, client="linden")
    assert isinstance(world.claim(other, fuse=fuse, turns=turns(world, shared=True)), Claimed)
    alone = [waits(world, number) for number in (8, 9)]
    assert all(isinstance(world.claim(reply, fuse=fuse, turns=turns(world)), Claimed) for reply in alone)


def test_senders_that_nobody_vouches_for_have_a_quarter_together(world: World):
    fuse = Rate(8, HOUR)
    forged = [waits(world, number, level=Level.UNVERIFIED) for number in range(3)]
    assert [isinstance(world.claim(one, fuse=fuse, turns=turns(world)), Claimed) for one in forged] == [
        True,
        True,
        False,
    ]
    honest = waits(world, 7, level=Level.VERIFIED)
    assert isinstance(world.claim(honest, fuse=fuse, turns=turns(world)), Claimed)
