"""The promise clock: warned once, overdue at its moment, a told promise never gets later, a moved call is judged honestly."""

from dataclasses import replace

import pytest

from support.ledgerkit import DAY, GARY, HOUR, MINUTE, MONDAY, World, answered, later, mail
from triaged.core.decision import PromisePlan
from triaged.ledger import ByHand, NewEffect, NewReply, NotDone, PromiseRow, SentSeen, SentWindow, WhenLate
from triaged.ledger.entries import Admission


def told(world: World, kind: str = "answer") -> Admission:
    """Promised for tomorrow, and told."""
    made = world.admit(mail(1), replace(answered(MONDAY), promise=later(MONDAY + DAY, kind)))
    world.tick(HOUR)
    world.send(made.reply)
    return made


def the(world: World, made: Admission) -> PromiseRow:
    found = world.ledger.promise(made.promise or 0)
    assert found is not None
    return found


def slip(world: World, kind: str = "slip") -> NewReply:
    tells = MONDAY + 2 * DAY if kind == "moved" else None
    return NewReply(
        "moved" if kind == "moved" else "slip", kind, "en", f"<{kind}@roth>", world.now + HOUR, "send", tells
    )


def due(world: World, **more: object) -> list[int]:
    return [promise.id for promise in world.ledger.promises_due(world.now, **more)]  # type: ignore[arg-type]  # by name


def test_a_promise_that_was_not_told_is_never_due(world: World):
    world.deferred(1, promise=MONDAY + DAY)
    world.tick(9 * DAY)
    assert due(world) == []
    assert world.ledger.promises_open() == []
    assert len(world.ledger.promises_open(planned=True)) == 1


def test_an_answer_is_warned_of_once_and_then_overdue(world: World):
    made = told(world)
    world.now = MONDAY + DAY - 2 * HOUR
    assert due(world, warn_before=HOUR) == []
    assert due(world, warn_before=2 * HOUR) == [made.promise]
    args = {"promise": made.promise, "until": "10:00"}
    owed = NewEffect(f"warn:{made.promise}", "append", "dana", world.now, world.account.id, args=args)
    assert world.ledger.warned(made.promise or 0, world.now, owed)
    assert not world.ledger.warned(made.promise or 0, world.now)
    note = world.ledger.effect(f"warn:{made.promise}")
    assert note is not None
    assert (note.kind, note.args) == ("append", {"promise": made.promise, "until": "10:00"})
    assert due(world, warn_before=2 * HOUR) == []
    assert world.ledger.overdue(made.promise or 0, world.now) == (False, None)
    world.tick(2 * HOUR)
    assert due(world) == [made.promise]
    assert world.ledger.overdue(
        made.promise or 0, world.now, WhenLate(channels=("phone",), account=world.account.id)
    ) == (
        True,
        None,
    )
    assert the(world, made).overdue_at == world.now
    assert world.ledger.effect(f"notify:promise:{made.promise}:phone") is not None
    assert world.ledger.overdue(made.promise or 0, world.now) == (False, None)
    assert due(world) == []
    assert [p.id for p in world.ledger.promises_open("dana")] == [made.promise]


def test_the_next_promise_to_look_at_is_the_one_to_be_warned_of_then_the_one_that_falls_due(world: World):
    made = told(world)
    assert world.ledger.next_promise_due(world.now, 2 * HOUR) == MONDAY + DAY - 2 * HOUR
    world.now = MONDAY + DAY - 2 * HOUR
    assert world.ledger.next_promise_due(world.now, 2 * HOUR) == MONDAY + DAY
    assert world.ledger.warned(made.promise or 0, world.now)
    assert world.ledger.next_promise_due(MONDAY, 2 * HOUR) == MONDAY + DAY
    assert world.ledger.next_promise_due(MONDAY + DAY, 2 * HOUR) is None


def test_a_warning_without_a_note_owes_nothing(world: World):
    made = told(world)
    world.now = MONDAY + DAY - HOUR
    assert world.ledger.warned(made.promise or 0, world.now)
    assert world.ledger.effect(f"warn:{made.promise}") is None


def test_a_slip_goes_once_to_the_same_correspondent_about_the_same_messages(world: World):
    made = told(world)
    world.tick(DAY)
    changed, reply = world.ledger.overdue(made.promise or 0, world.now, WhenLate(slip=slip(world)))
    assert changed
    row = world.ledger.reply(reply or 0)
    assert row is not None
    assert (row.kind, row.rcpt, row.items, row.auto) == ("slip", GARY.spec, (made.item,), "auto-generated")
    assert world.ledger.add_reply(made.promise or 0, slip(world), world.now) is None


@pytest.mark.parametrize("hand", ["released", "gone"])
def test_no_slip_where_a_hand_has_touched_the_message(world: World, hand: str):
    made = told(world)
    world.put_aside(made)
    world.ledger.hand(made.item or 0, ByHand("gone" if hand == "gone" else "released", None, world.now))
    world.tick(DAY)
    assert world.ledger.overdue(made.promise or 0, world.now, WhenLate(slip=slip(world))) == (True, None)


def test_a_call_is_kept_when_it_begins_and_is_neither_warned_of_nor_overdue(world: World):
    made = told(world, "call")
    world.now = MONDAY + DAY - MINUTE
    assert due(world, warn_before=HOUR) == []
    assert world.ledger.call_kept(made.promise or 0, world.now) is None
    world.tick(MINUTE)
    assert due(world) == [made.promise]
    assert world.ledger.overdue(made.promise or 0, world.now) == (False, None)
    kept = world.ledger.call_kept(made.promise or 0, world.now + HOUR)
    assert kept is not None
    assert (kept.state, kept.closed_by) == ("kept", "call")
    assert world.ledger.call_kept(made.promise or 0, world.now) is None


def test_a_call_moved_later_without_a_word_was_kept_late(world: World):
    made = told(world, "call")
    moved = world.ledger.move_promise(made.promise or 0, PromisePlan("call", MONDAY + 2 * DAY, "call-2"), world.now)
    assert moved is not None
    assert (moved.due_at, moved.first_due_at, moved.call) == (MONDAY + 2 * DAY, MONDAY + DAY, "call-2")
    world.now = MONDAY + 2 * DAY
    kept = world.ledger.call_kept(made.promise or 0, world.now)
    assert kept is not None
    assert kept.state == "late"


def test_a_call_moved_later_with_a_notice_was_kept(world: World):
    made = told(world, "call")
    world.ledger.move_promise(made.promise or 0, PromisePlan("call", MONDAY + 2 * DAY, "call-2"), world.now)
    notice = world.ledger.add_reply(made.promise or 0, slip(world, "moved"), world.now)
    assert world.ledger.live_notice(made.promise or 0) is not None
    world.tick(HOUR)
    world.send(notice)
    assert world.ledger.live_notice(made.promise or 0) is None
    world.now = MONDAY + 2 * DAY
    kept = world.ledger.call_kept(made.promise or 0, world.now)
    assert kept is not None
    assert kept.state == "kept"


def test_a_change_that_is_undone_cancels_the_notice(world: World):
    made = told(world, "call")
    world.ledger.move_promise(made.promise or 0, PromisePlan("call", MONDAY + 2 * DAY, "call-2"), world.now)
    notice = world.ledger.add_reply(made.promise or 0, slip(world, "moved"), world.now)
    world.ledger.move_promise(made.promise or 0, PromisePlan("call", MONDAY + DAY, "call-1"), world.now)
    row = world.ledger.reply(notice or 0)
    assert row is not None
    assert (row.state, row.reason) == ("cancelled", "moved back")
    assert (
        world.ledger.add_reply(made.promise or 0, replace(slip(world, "moved"), message_id="<m2@roth>"), world.now)
        is not None
    )


def test_a_call_that_nobody_was_told_of_simply_moves(world: World):
    made = world.admit(mail(1), replace(answered(MONDAY), promise=later(MONDAY + DAY, "call")))
    moved = world.ledger.move_promise(made.promise or 0, PromisePlan("call", MONDAY + 2 * DAY, "call-2"), world.now)
    assert moved is not None
    assert moved.first_due_at == MONDAY + 2 * DAY
    reply = world.ledger.reply(made.reply or 0)
    assert reply is not None
    assert (reply.tell_at, reply.tell_call) == (MONDAY + 2 * DAY, "call-2")
    assert (
        world.ledger.move_promise(made.promise or 0, PromisePlan("call", MONDAY + 2 * DAY, "call-2"), world.now) is None
    )


def test_an_answer_does_not_move(world: World):
    made = told(world)
    assert world.ledger.move_promise(made.promise or 0, PromisePlan("call", MONDAY + 9 * DAY, None), world.now) is None
    assert the(world, made).due_at == MONDAY + DAY


def test_a_notice_about_a_promise_that_nobody_was_told_of_is_not_made(world: World):
    made = world.deferred(1, promise=MONDAY + DAY)
    assert world.ledger.add_reply(made.promise or 0, slip(world), world.now) is None
    assert world.ledger.add_reply(99, slip(world), world.now) is None


def test_a_person_settles_it_and_the_slip_stays_at_home(world: World):
    made = told(world)
    world.tick(DAY)
    _, reply = world.ledger.overdue(made.promise or 0, world.now, WhenLate(slip=slip(world)))
    settled = world.ledger.settle_by_hand(made.item or 0, world.now)
    assert isinstance(settled, PromiseRow)
    assert (settled.state, settled.closed_by) == ("settled", "command")
    row = world.ledger.reply(reply or 0)
    assert row is not None
    assert row.state == "cancelled"
    assert isinstance(world.ledger.settle_by_hand(made.item or 0, world.now), NotDone)
    world.ledger.saw_sent(
        SentWindow(world.account.id, world.now, [SentSeen("<x@roth>", ("<1@client>",), world.now, (GARY.key,))])
    )
    assert the(world, made).state == "settled"


def test_a_promise_knows_its_messages_and_the_reply_that_told_it(world: World):
    made = told(world)
    assert world.ledger.promise_items(made.promise or 0) == [made.item]
    reply = world.ledger.promise_reply(made.promise or 0)
    assert reply is not None
    assert reply.id == made.reply
    assert world.ledger.promise_reply(99) is None
    assert [p.id for p in world.ledger.promises_due(MONDAY + DAY, person="dana")] == [made.promise]
    assert world.ledger.promises_due(MONDAY + DAY, person="eva") == []
