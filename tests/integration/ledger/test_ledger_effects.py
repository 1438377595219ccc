"""What we owe the mailbox: begun before it is done, done once, a return never given up."""

from dataclasses import replace

import pytest

from support.ledgerkit import DAY, HOUR, MINUTE, MONDAY, World, left, mail, urgent
from triaged.ledger import EffectRow, Item, NewEffect, Nowhere, Place
from triaged.ledger.entries import Rings


def the(world: World, key: str) -> EffectRow:
    found = world.ledger.effect(key)
    assert found is not None
    return found


def item_of(world: World, item: int | None) -> Item:
    found = world.ledger.item(item or 0)
    assert found is not None
    return found


def test_a_move_is_begun_with_what_is_needed_to_find_it_again_and_then_done(world: World):
    made = world.deferred(1)
    [aside] = world.ledger.due_effects(world.account.id, world.now)
    [begun] = world.ledger.begin([aside.id], world.now, {"Deferred": 17})
    assert (begun.state, begun.tries, begun.args) == (
        "trying",
        1,
        {"origin": "INBOX", "until": "start of office hours", "uidnext": {"Deferred": 17}},
    )
    assert world.ledger.done(aside.id, world.now, Place("Deferred", 9, 17))
    item = item_of(world, made.item)
    assert (item.state, item.place) == ("aside", Place("Deferred", 9, 17))
    assert the(world, "aside:1").state == "done"
    assert not world.ledger.done(aside.id, world.now, Place("Deferred", 9, 99))
    assert item_of(world, made.item).place == Place("Deferred", 9, 17)


def test_a_move_whose_target_nobody_told_leaves_the_place_unknown(world: World):
    made = world.deferred(1)
    aside = the(world, "aside:1")
    world.ledger.begin([aside.id], world.now)
    world.ledger.done(aside.id, world.now, Nowhere.KNOWN)
    assert (item_of(world, made.item).state, item_of(world, made.item).place) == ("aside", None)


def test_a_batch_of_moves_is_done_in_one_commit(world: World):
    world.deferred(1)
    world.deferred(2)
    ids = [effect.id for effect in world.ledger.due_effects(None, world.now)]
    world.ledger.begin(ids, world.now)
    world.ledger.done_many([(ids[0], Place("Deferred", 9, 1)), (ids[1], None)], world.now)
    items = world.ledger.items_aside(world.account.id)
    assert [(item.id, item.place) for item in items] == [(2, None), (1, Place("Deferred", 9, 1))]


def test_a_return_is_due_at_its_time_and_only_when_the_message_is_put_aside(world: World):
    made = world.deferred(1)
    world.tick(2 * DAY)
    assert [e.kind for e in world.ledger.due_effects(None, world.now)] == ["aside"]
    world.now = MONDAY
    world.put_aside(made)
    assert world.ledger.due_effects(None, MONDAY + HOUR) == []
    assert world.ledger.next_at(world.account.id, MONDAY) == MONDAY + DAY
    [back] = world.ledger.due_effects(None, MONDAY + DAY)
    world.ledger.begin([back.id], MONDAY + DAY)
    assert world.ledger.done(back.id, MONDAY + DAY, Place("INBOX", 7, 60))
    item = item_of(world, made.item)
    assert (item.state, item.place) == ("here", Place("INBOX", 7, 60))
    assert world.ledger.next_at(world.account.id, MONDAY) is None


def test_what_was_never_put_aside_and_is_due_back_stays_where_it_is(world: World):
    world.deferred(1)
    world.tick(2 * DAY)
    [aside] = world.ledger.due_effects(None, world.now)
    assert world.ledger.begin([aside.id], world.now) == []
    assert {e.state for e in world.ledger.effects_for(1)} == {"void"}


def test_a_move_that_the_server_refused_until_its_return_fell_due_is_given_up(world: World):
    world.deferred(1)
    aside = the(world, "aside:1")
    world.ledger.begin([aside.id], world.now)
    world.ledger.postpone(aside.id, MONDAY + 2 * DAY, "NO quota")
    assert world.ledger.begin([aside.id], MONDAY + 2 * DAY) == []
    assert {e.state for e in world.ledger.effects_for(1)} == {"void"}


def test_a_move_that_was_begun_is_not_given_up_for_being_late(world: World):
    world.deferred(1)
    aside = the(world, "aside:1")
    world.ledger.begin([aside.id], world.now)
    world.tick(2 * DAY)
    assert [e.id for e in world.ledger.begin([aside.id], world.now)] == [aside.id]


def test_whatever_is_put_aside_comes_back_even_if_its_return_was_lost(world: World):
    made = world.deferred(1)
    world.ledger.begin([the(world, "aside:1").id], world.now)
    world.ledger.db.execute("UPDATE effect SET state = 'void' WHERE kind = 'back'")
    world.ledger.done(the(world, "aside:1").id, world.now, Place("Deferred", 9, 1))
    assert the(world, f"back:{made.item}:2").state == "planned"


def test_an_effect_that_failed_this_time_is_tried_again_later(world: World):
    world.deferred(1)
    aside = the(world, "aside:1")
    world.ledger.begin([aside.id], world.now)
    world.ledger.postpone(aside.id, world.now + HOUR, "NO try again")
    assert world.ledger.due_effects(None, world.now) == []
    [again] = world.ledger.due_effects(None, world.now + HOUR)
    assert (again.state, again.tries, again.error) == ("planned", 1, "NO try again")


def test_a_move_that_can_never_be_done_takes_its_return_along(world: World):
    made = world.deferred(1)
    failed = world.ledger.fail(the(world, "aside:1").id, "no such folder", world.now)
    assert failed is not None
    assert (failed.state, failed.error) == ("failed", "no such folder")
    assert the(world, "back:1:1").state == "void"
    assert item_of(world, made.item).state == "here"


def test_a_return_cannot_fail(world: World):
    made = world.deferred(1)
    world.put_aside(made)
    assert world.ledger.fail(the(world, "back:1:1").id, "NO", world.now) is None
    assert the(world, "back:1:1").state == "planned"


def test_a_void_effect_is_not_begun(world: World):
    world.deferred(1)
    aside = the(world, "aside:1")
    assert world.ledger.void([aside.id], "not movable", world.now) == 1
    assert world.ledger.void([aside.id], "not movable", world.now) == 0
    assert world.ledger.begin([aside.id], world.now) == []
    assert the(world, "back:1:1").state == "void"


def test_voiding_something_else_does_not_touch_the_return_of_what_is_put_aside(world: World):
    made = world.deferred(1)
    world.put_aside(made)
    world.ledger.void([the(world, "aside:1").id], "done long ago", world.now)
    assert the(world, "back:1:1").state == "planned"


def test_a_digest_is_owed_once_per_key(world: World):
    first = world.ledger.plan(
        NewEffect("digest:dana:2026-11-24", "append", "dana", MONDAY, world.account.id, args={"n": 1})
    )
    assert first is not None
    assert world.ledger.plan(NewEffect("digest:dana:2026-11-24", "append", "dana", MONDAY)) is None
    assert the(world, "digest:dana:2026-11-24").args == {"n": 1}
    assert the(world, "digest:dana:2026-11-24") == world.ledger.effect(first)


def test_effects_of_one_account_are_asked_for_alone(world: World):
    other = World.new(world.ledger, "eva")
    world.deferred(1)
    other.deferred(1)
    assert [e.key for e in world.ledger.due_effects(other.account.id, MONDAY)] == ["aside:2"]
    assert [e.key for e in world.ledger.due_effects(None, MONDAY, limit=1)] == ["aside:1"]
    world.ledger.begin([e.id for e in world.ledger.due_effects(None, MONDAY)], MONDAY)
    assert [e.key for e in world.ledger.trying_effects()] == ["aside:1", "aside:2"]
    assert [e.key for e in world.ledger.trying_effects(world.account.id)] == ["aside:1"]


def test_what_is_due_next_is_the_earliest_of_all_that_is_owed(world: World):
    assert world.ledger.next_due() is None
    made = world.deferred(1, promise=MONDAY + 5 * HOUR)
    assert world.ledger.next_due() == MONDAY
    world.put_aside(made)
    assert world.ledger.next_due() == MONDAY + 10 * MINUTE
    world.tick(HOUR)
    world.send(made.reply)
    assert world.ledger.next_due() == MONDAY + 5 * HOUR
    assert world.ledger.next_due(warn_before=2 * HOUR) == MONDAY + 3 * HOUR
    world.ledger.warned(made.promise or 0, world.now)
    assert world.ledger.next_due(warn_before=2 * HOUR) == MONDAY + 5 * HOUR


PHONE = Rings("phone", "harbor", vouched=False)


def test_pushes_of_a_client_through_a_channel_are_counted(world: World):
    made = world.admit(mail(1), urgent())
    assert world.ledger.pushed_since("dana", PHONE, MONDAY) == 0
    [push] = world.ledger.due_effects(None, world.now)
    world.ledger.begin([push.id], world.now)
    assert world.ledger.done(push.id, world.now)
    assert world.ledger.pushed_since("dana", PHONE, MONDAY) == 1
    assert world.ledger.pushed_since("dana", PHONE, MONDAY + MINUTE) == 0
    assert world.ledger.pushed_since("dana", replace(PHONE, vouched=True), MONDAY) == 0
    assert world.ledger.pushed_since("dana", replace(PHONE, channel="desk"), MONDAY) == 0
    assert item_of(world, made.item).state == "here"


def test_two_pushes_within_a_minute_are_two_and_one_about_two_messages_is_one(world: World):
    for number in range(3):
        world.admit(mail(number), urgent())
    first, *others = (push.id for push in world.ledger.due_effects(None, world.now))
    world.ledger.begin([first], world.now, push=first)
    world.ledger.begin(others, world.now, push=others[0])
    for push in (first, *others):
        world.ledger.done(push, world.now)
    assert world.ledger.pushed_since("dana", PHONE, MONDAY) == 2


def test_items_worth_watching_are_those_that_an_answer_would_change(world: World):
    put_aside = world.deferred(1)
    world.put_aside(put_aside)
    world.admit(mail(2), left())
    assert [item.id for item in world.ledger.items_watching(world.account.id)] == [put_aside.item]
    world.ledger.saw_answered_flag(put_aside.item or 0, world.now)
    assert world.ledger.items_watching(world.account.id) == []


def test_items_are_found_by_what_identifies_them(world: World):
    message = mail(1)
    made = world.admit(message, left())
    by_digest = world.ledger.item_by_digest(world.account.id, message)
    assert by_digest is not None
    assert by_digest.id == made.item
    assert world.ledger.item_at(world.account.id, Place("INBOX", 7, 99)) is None
    assert world.ledger.effect("nothing") is None


def test_a_return_that_is_postponed_still_says_when_it_was_due(world: World):
    world.deferred(1)
    aside = the(world, "aside:1")
    world.ledger.begin([aside.id], world.now)
    world.ledger.done(aside.id, world.now, Place("Deferred", 9, 1))
    [before] = world.ledger.deferred()
    assert before.until is not None
    assert before.next_try is None
    [back] = [effect for effect in world.ledger.effects_for(1) if effect.kind == "back"]
    for hours in (1, 2):
        world.ledger.postpone(back.id, before.until + hours * HOUR, "NO quota")
    [late] = world.ledger.deferred()
    assert (late.until, late.next_try, late.error) == (before.until, before.until + 2 * HOUR, "NO quota")
    world.ledger.reschedule(back.id, before.until + DAY)
    [moved] = world.ledger.deferred()
    assert (moved.until, moved.next_try) == (before.until + DAY, None)


@pytest.mark.parametrize("verb", ["postpone", "fail", "done"])
def test_what_is_done_is_not_undone(world: World, verb: str):
    made = world.deferred(1)
    world.put_aside(made)
    aside = the(world, "aside:1")
    if verb == "postpone":
        world.ledger.postpone(aside.id, world.now, "x")
    elif verb == "fail":
        assert world.ledger.fail(aside.id, "x", world.now) is None
    else:
        assert not world.ledger.done(aside.id, world.now, Nowhere.KNOWN)
    assert the(world, "aside:1").state == "done"
    assert item_of(world, made.item).state == "aside"
