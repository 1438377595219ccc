"""Admission: one verdict a message, written with everything that follows from it, in one transaction."""

from dataclasses import replace
from datetime import timedelta

import pytest

from support.ledgerkit import (
    ANNE,
    DAY,
    GARY,
    HOUR,
    MINUTE,
    MONDAY,
    World,
    admit_moved,
    answered,
    joining,
    later,
    left,
    mail,
    plan,
    stranger,
    urgent,
)
from triaged.core.address import Address
from triaged.core.decision import Decision, Flag, Forward, Notify, ToUrgent, Verdict
from triaged.core.facts import Facts
from triaged.core.guard import Refusal
from triaged.core.message import Message
from triaged.core.trust import Level
from triaged.ledger import ByHand, Claimed, Elsewhere, InHand, Ledger, Nowhere, Place
from triaged.ledger.entries import Arriving, ReplyRow


def keys(world: World) -> list[str]:
    return [effect.key for effect in world.ledger.due_effects(None, MONDAY + 100 * DAY)]


def reply_of(world: World, reply: int | None) -> ReplyRow:
    assert reply is not None
    found = world.ledger.reply(reply)
    assert found is not None
    return found


def test_everything_that_follows_from_a_decision_is_written_with_it(world: World):
    decision = replace(answered(MONDAY, promise=MONDAY + 2 * DAY), spends_pass=True)
    made = world.admit(mail(1), decision)
    item = world.ledger.item(made.item or 0)
    assert item is not None
    assert (item.state, item.verdict, item.rule, item.reason) == ("here", "deferrable", "wait", "everything else waits")
    assert (item.client, item.correspondent, item.subject) == ("harbor", GARY.key, "a question")
    assert (item.arrived_at, item.decided_at, item.place) == (MONDAY, MONDAY, Place("INBOX", 7, 1))
    aside, back = world.ledger.effects_for(item.id)
    assert (aside.key, aside.due_at, aside.args) == (
        "aside:1",
        MONDAY,
        {"origin": "INBOX", "until": "start of office hours"},
    )
    assert (back.key, back.due_at, back.args["to"]) == ("back:1:1", MONDAY + DAY, "INBOX")
    reply = reply_of(world, made.reply)
    assert (reply.state, reply.send_at, reply.items) == ("waiting", MONDAY + 10 * MINUTE, (item.id,))
    promise = world.ledger.promise(made.promise or 0)
    assert promise is not None
    assert (promise.state, promise.due_at, promise.thread, promise.told_at) == (
        "planned",
        MONDAY + 2 * DAY,
        "<1@client>",
        None,
    )
    assert item.promise == promise.id
    assert made.pass_spent


def test_the_window_moves_the_folder_on_in_the_same_commit(world: World):
    world.deferred(1)
    folder = world.ledger.folder(world.account.id, "INBOX")
    assert folder is not None
    assert (folder.next_uid, folder.last_internal_at) == (2, MONDAY)


def test_a_window_whose_decision_fails_writes_nothing(world: World):
    first, second = world.arriving(mail(1)), world.arriving(mail(2))

    def decide(arriving: Arriving, facts: Facts) -> Decision:
        if arriving is second:
            raise ValueError("no")
        return answered(MONDAY)

    with pytest.raises(ValueError, match="no"):
        world.ledger.admit(world.window(first, second, next_uid=3), decide)
    assert keys(world) == []
    folder = world.ledger.folder(world.account.id, "INBOX")
    assert folder is not None
    assert folder.next_uid == 1


def test_the_second_message_of_a_window_finds_what_the_first_has_written(world: World):
    window = world.window(mail(1), mail(2), lookback=HOUR, next_uid=3)
    seen: list[Facts] = []

    def decide(arriving: Arriving, facts: Facts) -> Decision:
        seen.append(facts)
        return joining(answered(MONDAY))(arriving, facts)

    first, second = world.ledger.admit(window, decide)
    assert seen[0].waiting is None
    assert seen[0].recent == ()
    assert seen[1].waiting is not None
    assert seen[1].waiting.id == first.reply
    assert [arrival.at for arrival in seen[1].recent] == [MONDAY]
    assert second.joined
    assert second.reply == first.reply


def test_strangers_leave_no_row(world: World):
    made = world.admit(mail(1), stranger(), client=None)
    assert (made.item, made.how) == (None, "stranger")
    assert world.ledger.item(1) is None
    folder = world.ledger.folder(world.account.id, "INBOX")
    assert folder is not None
    assert folder.next_uid == 2


def test_an_empty_window_is_nothing(world: World):
    assert world.ledger.admit(world.window(), lambda *_: left()) == []


# --- known


def test_a_message_at_its_place_is_known(world: World):
    arriving = world.arriving(mail(1))
    first = world.put(arriving, left())
    again = world.put(arriving, urgent())
    assert (again.known, again.how, again.item, again.decision) == (True, "same", first.item, None)


def test_a_message_at_another_place_is_known_by_its_digest_and_found_there_from_now_on(world: World):
    first = world.admit(mail(1), left())
    again = world.admit(mail(1), urgent())
    assert (again.known, again.how, again.item) == (True, "placed", first.item)
    item = world.ledger.item_at(world.account.id, Place("INBOX", 7, 2))
    assert item is not None
    assert item.id == first.item
    assert item.verdict == "left"


def test_a_returned_message_whose_received_fields_were_touched_is_the_same_item(world: World):
    message = mail(1, received="Mon, 23 Nov 2026 08:00:00 +0000")
    first = world.admit(message, answered(MONDAY))
    world.put_aside(first)
    world.tick(DAY)
    [back] = [e for e in world.ledger.due_effects(None, world.now) if e.kind == "back"]
    world.ledger.begin([back.id], world.now)
    world.ledger.done(back.id, world.now, Nowhere.KNOWN)
    again = world.admit(mail(1, received="Tue, 24 Nov 2026 08:00:00 +0000"), urgent())
    assert (again.known, again.how, again.item) == (True, "placed", first.item)


def test_two_deliveries_of_one_message_are_two_items_and_the_second_is_a_duplicate(world: World):
    first = world.admit(mail(1, received="Mon, 23 Nov 2026 08:00:00 +0000"), left())
    second = world.admit(mail(1, received="Mon, 23 Nov 2026 08:00:01 +0000"), left())
    assert second.item != first.item
    assert [facts.duplicate for facts in world.seen] == [False, True]


def _window(world: World, *messages: Message) -> list[str]:
    """How each of a window is taken."""
    return [one.how for one in admit_moved(world.ledger, world.window(*messages), lambda *_: left())]


def test_a_large_window_of_new_messages_is_new(world: World):
    assert _window(world, *(mail(number) for number in range(8))) == ["new"] * 8
    assert world.ledger.item(8) is not None


def test_in_a_large_window_what_is_known_by_its_digest_is_found_where_it_is_now(world: World):
    first = world.admit(mail(3), left())
    assert _window(world, *(mail(number) for number in range(8))) == [*["new"] * 3, "placed", *["new"] * 4]
    item = world.ledger.item_at(world.account.id, Place("INBOX", 7, 5))
    assert item is not None
    assert item.id == first.item


def test_messages_of_the_same_fields_that_both_lie_there_are_two_items(world: World):
    assert _window(world, *(mail(number % 6) for number in range(8))) == ["new"] * 8
    assert world.ledger.item(7) is not None


def test_a_message_of_the_same_fields_as_one_that_still_lies_in_its_place_is_a_second_item(world: World):
    first = world.admit(mail(1), left())
    assert first.item is not None
    window = replace(world.window(mail(1)), asked=frozenset({first.item}), standing=frozenset({first.item}))
    [second] = world.ledger.admit(window, lambda *_: left())
    assert (second.how, second.item) == ("new", 2)
    assert second.facts is not None
    assert second.facts.duplicate


def test_whether_it_still_lies_there_only_the_mailbox_can_say_and_nothing_is_written_before(world: World):
    first = world.admit(mail(1), left())
    with pytest.raises(Elsewhere) as asked:
        world.ledger.admit(world.window(mail(1)), lambda *_: left())
    assert list(asked.value.places) == [first.item]
    assert world.ledger.item(2) is None


def test_a_large_window_that_was_admitted_before_is_known(world: World):
    window = world.window(*(mail(number) for number in range(8)))
    again = [world.ledger.admit(window, lambda *_: left()) for _ in range(2)][1]
    assert [one.how for one in again] == ["same"] * 8


def test_in_a_large_window_a_message_that_had_strikes_loses_them(world: World):
    world.ledger.strike(InHand(world.account, Place("INBOX", 7, 4), MONDAY))
    assert _window(world, *(mail(number) for number in range(8))) == ["new"] * 8
    assert world.ledger.struck(world.account.id) == []


def test_in_a_large_window_a_returned_message_whose_received_fields_were_touched_is_the_same_item(world: World):
    first = world.admit(mail(3, received="Mon, 23 Nov 2026 08:00:00 +0000"), answered(MONDAY))
    world.put_aside(first)
    world.tick(DAY)
    [back] = [e for e in world.ledger.due_effects(None, world.now) if e.kind == "back"]
    world.ledger.begin([back.id], world.now)
    world.ledger.done(back.id, world.now, Nowhere.KNOWN)
    window = [mail(number, received="Tue, 24 Nov 2026 08:00:00 +0000") for number in range(8)]
    assert _window(world, *window) == [*["new"] * 3, "placed", *["new"] * 4]


def test_what_is_put_aside_and_seen_in_the_inbox_is_left_for_a_closer_look(world: World):
    first = world.deferred(1)
    world.put_aside(first, uid=5)
    again = world.admit(mail(1), urgent())
    assert (again.known, again.how, again.item) == (True, "reappeared", first.item)
    item = world.ledger.item(first.item or 0)
    assert item is not None
    assert (item.state, item.place) == ("aside", Place("Deferred", 9, 5))


def test_where_it_was_seen_again_is_remembered_until_somebody_knows_what_to_make_of_it(world: World):
    first = world.deferred(1)
    world.put_aside(first, uid=5)
    seen = Place("INBOX", 7, 44)
    world.admit(mail(1), urgent(), place=seen)  # and then we are killed; the next look finds it gone from where it lay
    world.ledger.hand(first.item or 0, ByHand("released", None, world.now))
    item = world.ledger.item(first.item or 0)
    assert item is not None
    assert (item.state, item.place) == ("released", seen)


def test_what_is_put_aside_nobody_knows_where_is_taken_as_found_only_in_the_deferred_folder(world: World):
    first = world.deferred(1)
    world.put_aside(first)
    world.ledger.place_item(first.item or 0, None)
    assert world.admit(mail(1), urgent()).how == "reappeared"
    assert world.admit(mail(1), urgent(), place=Place("Deferred", 7, 44)).how == "placed"
    item = world.ledger.item(first.item or 0)
    assert item is not None
    assert (item.state, item.place) == ("aside", Place("Deferred", 7, 44))


def test_what_is_on_its_way_is_left_for_a_closer_look(world: World):
    world.deferred(1)
    assert world.admit(mail(1), urgent()).how == "reappeared"


def test_what_was_gone_and_is_there_again_is_here_and_not_decided_again(world: World):
    first = world.admit(mail(1), left())
    world.ledger.hand(first.item or 0, ByHand("gone", None, world.now))
    again = world.admit(mail(1), urgent())
    item = world.ledger.item(first.item or 0)
    assert item is not None
    assert (again.how, item.state, item.place) == ("placed", "here", Place("INBOX", 7, 2))


def test_another_person_of_the_service_decides_too_and_knows_it_is_a_duplicate(world: World):
    other = World.new(world.ledger, "eva")
    first, second = world.deferred(1), other.deferred(1)
    assert first.item != second.item
    assert [world.seen[0].duplicate, other.seen[0].duplicate] == [False, True]


# --- effects


def test_the_mailbox_comes_first_and_third_parties_last(world: World):
    decision = replace(urgent(), effects=(Notify("phone"), ToUrgent(), Flag()))
    world.admit(mail(1), decision)
    assert keys(world) == ["flag:1", "urgent:1", "notify:1:phone"]


def test_a_forward_is_a_reply_of_its_own_to_the_delegate(world: World):
    tom = Address("tom", "roth.example")
    made = world.admit(mail(1), replace(answered(MONDAY), effects=(Forward("tom", tom),)))
    ack, forward = world.ledger.replies_for(made.item or 0)
    assert ack.id == made.reply
    assert (forward.kind, forward.template, forward.rcpt, forward.state) == ("forward", "tom", tom.spec, "waiting")
    assert forward.message_id not in ("", ack.message_id)
    assert [reply.id for reply in world.ledger.due_replies(MONDAY)] == [forward.id]


# --- observe and draft


def test_observing_owes_nothing_to_anybody(world: World):
    decision = replace(
        answered(MONDAY, promise=MONDAY + DAY),
        effects=(Flag(), Notify("phone"), Forward("tom", ANNE)),
        spends_pass=True,
    )
    made = world.admit(mail(1), decision, mode="observe")
    assert keys(world) == []
    assert world.ledger.queue() == []
    assert world.ledger.due_replies(MONDAY + DAY) == []
    assert world.ledger.promises_open(planned=True) == []
    assert world.ledger.promises_due(MONDAY + 10 * DAY) == []
    assert {reply.state for reply in world.ledger.replies_for(made.item or 0)} == {"simulated"}
    assert made.pass_spent


def test_observing_counts_its_replies_as_if_they_were_sent_at_their_time(world: World):
    world.admit(mail(1), answered(MONDAY, promise=MONDAY + DAY), mode="observe")
    world.tick(MINUTE)
    world.admit(mail(2), joining(answered(world.now)), mode="observe")
    waiting = world.seen[-1].waiting
    assert waiting is not None
    assert waiting.promise is not None
    assert waiting.promise.due_at == MONDAY + DAY
    world.tick(HOUR)
    world.admit(mail(3, references=("<1@client>",)), left(), mode="observe")
    facts = world.seen[-1]
    assert (facts.waiting, facts.last_reply_at, facts.replies_in_fuse) == (None, MONDAY + 10 * MINUTE, 1)
    assert facts.promise is not None
    assert facts.promise.due_at == MONDAY + DAY


def test_what_is_only_observed_does_not_stand_in_the_way_of_what_acts(world: World):
    world.admit(mail(1), answered(MONDAY, promise=MONDAY + DAY), mode="observe")
    world.tick(HOUR)
    world.admit(mail(1, received="Mon, 23 Nov 2026 08:00:00 +0000"), left())
    facts = world.seen[-1]
    assert (facts.duplicate, facts.waiting, facts.last_reply_at, facts.promise) == (False, None, None, None)


def test_an_urgent_message_that_is_observed_cancels_only_what_is_simulated(world: World):
    real = world.admit(mail(1), answered(MONDAY, to=ANNE), correspondent=ANNE.key).reply
    simulated = world.admit(mail(2), answered(MONDAY), mode="observe").reply
    seen = world.admit(mail(3), urgent(), mode="observe")
    assert [(reply.id, reply.reason) for reply in seen.cancelled] == [(simulated, "urgent")], "and it is told"
    assert reply_of(world, real).state == "waiting"
    assert reply_of(world, simulated).state == "cancelled"


def test_the_mode_of_a_client_goes_with_its_reply(world: World):
    assert reply_of(world, world.deferred(1, mode="draft").reply).mode == "draft"


# --- joining, promises


def test_what_comes_while_a_reply_waits_joins_it_with_the_earliest_promise(world: World):
    first = world.deferred(1, promise=MONDAY + 3 * DAY)
    world.tick(MINUTE)
    second = world.admit(mail(2), joining(answered(world.now, promise=MONDAY + DAY)))
    world.tick(MINUTE)
    third = world.admit(mail(3), joining(answered(world.now, promise=MONDAY + 2 * DAY)))
    assert (second.joined, third.joined) == (True, True)
    reply = reply_of(world, first.reply)
    assert reply.items == (first.item, second.item, third.item)
    assert reply.send_at == MONDAY + 10 * MINUTE
    assert reply.tell_at == MONDAY + DAY
    promise = world.ledger.promise(first.promise or 0)
    assert promise is not None
    assert (promise.due_at, promise.first_due_at) == (MONDAY + DAY, MONDAY + DAY)
    assert [admission.promise for admission in (first, second, third)] == [promise.id, None, None], "of other threads"


def test_a_decision_that_does_not_join_cannot_make_a_second_live_reply(world: World):
    first = world.deferred(1)
    second = world.deferred(2)
    assert (second.reply, second.joined) == (first.reply, True)
    assert len(world.ledger.queue()) == 1


def test_joining_a_reply_that_a_socket_holds_changes_nothing_that_it_says(world: World):
    first = world.deferred(1, promise=MONDAY + 3 * DAY)
    world.tick(HOUR)
    world.claim(first.reply)
    world.admit(mail(2), joining(answered(world.now, promise=MONDAY + DAY)))
    assert reply_of(world, first.reply).tell_at == MONDAY + 3 * DAY


def test_a_later_promise_of_the_thread_takes_effect_when_it_is_told_and_only_if_it_is_earlier(world: World):
    first = world.deferred(1, promise=MONDAY + 3 * DAY)
    world.tick(HOUR)
    world.send(first.reply)
    world.tick(DAY)
    earlier = replace(answered(world.now), promise=replace(later(MONDAY + 2 * DAY), continues=first.promise))
    second = world.admit(mail(2, references=("<1@client>",)), earlier)
    promise = world.ledger.promise(first.promise or 0)
    assert promise is not None
    assert promise.due_at == MONDAY + 3 * DAY
    world.tick(HOUR)
    world.send(second.reply)
    promise = world.ledger.promise(first.promise or 0)
    assert promise is not None
    assert (promise.due_at, promise.state) == (MONDAY + 2 * DAY, "open")
    world.tick(DAY)
    worse = replace(answered(world.now), promise=replace(later(MONDAY + 9 * DAY), continues=first.promise))
    third = world.admit(mail(3, references=("<2@client>",)), worse)
    world.tick(HOUR)
    world.send(third.reply)
    promise = world.ledger.promise(first.promise or 0)
    assert promise is not None
    assert promise.due_at == MONDAY + 2 * DAY


def test_a_reply_beyond_the_fuse_is_held_from_the_start(world: World):
    decision = replace(answered(MONDAY), no_reply="rate-limit", refusals=(Refusal("rate-limit", "61 in an hour"),))
    made = world.admit(mail(1), decision)
    assert (reply_of(world, made.reply).state, reply_of(world, made.reply).reason) == ("held", "rate-limit")


# --- what a decision ends


def test_an_urgent_message_cancels_what_waits_for_its_correspondent_and_silences_nobody_else(world: World):
    gary = world.deferred(1, promise=MONDAY + DAY)
    anne = world.admit(mail(2), answered(MONDAY, to=ANNE), correspondent=ANNE.key)
    other = world.admit(
        mail(3),
        replace(answered(MONDAY, to=Address("x", "linden.example")), client="linden"),
        client="linden",
        correspondent="x@linden.example",
    )
    made = world.admit(mail(4), urgent())
    assert [(reply.id, reply.reason) for reply in made.cancelled] == [(gary.reply, "urgent")]
    assert reply_of(world, anne.reply).state == "waiting"
    assert reply_of(world, other.reply).state == "waiting"
    promise = world.ledger.promise(gary.promise or 0)
    assert promise is not None
    assert (promise.state, promise.closed_by) == ("void", "cancelled")


# --- on whose word


def test_a_message_of_less_evidence_neither_joins_nor_cancels_what_waits(world: World):
    reply = world.deferred(1, level=Level.VERIFIED).reply
    forged = world.admit(mail(2), joining(answered(MONDAY)), level=Level.UNVERIFIED)
    assert world.seen[-1].waiting is not None
    assert world.seen[-1].waiting.level is Level.VERIFIED
    assert world.admit(mail(3), urgent(), level=Level.UNVERIFIED).cancelled == ()
    assert reply_of(world, reply).state == "waiting"
    assert forged.item is not None


def test_a_message_of_more_evidence_takes_the_place_of_what_waits(world: World):
    forged = world.deferred(1, promise=MONDAY + DAY, level=Level.UNVERIFIED)
    made = world.deferred(2, promise=MONDAY + 2 * DAY, level=Level.VERIFIED)
    assert (reply_of(world, forged.reply).state, reply_of(world, made.reply).state) == ("cancelled", "waiting")
    assert [reply.id for reply in made.cancelled] == [forged.reply]
    assert reply_of(world, made.reply).items == (made.item,)
    promise = world.ledger.promise(forged.promise or 0)
    assert promise is not None
    assert promise.state == "void"


def test_what_a_socket_holds_on_less_evidence_is_not_for_a_message_of_more(world: World):
    forged = world.deferred(1, promise=MONDAY + DAY, level=Level.UNVERIFIED)
    world.tick(10 * MINUTE)
    assert isinstance(world.claim(forged.reply), Claimed)
    made = world.deferred(2, promise=MONDAY + 2 * DAY, level=Level.VERIFIED)
    assert (made.reply, made.promise, made.joined) == (None, None, False)


def test_a_held_reply_of_more_evidence_is_not_ended_by_less(world: World):
    held = world.deferred(1, level=Level.VERIFIED).reply
    world.ledger.hold(held or 0, "late")
    assert world.deferred(2, level=Level.UNVERIFIED).reply is None
    assert reply_of(world, held).state == "held"


def test_every_counts_replies_that_were_made_on_the_same_evidence_or_better(world: World):
    forged = world.deferred(1, level=Level.UNVERIFIED).reply
    world.tick(10 * MINUTE)
    world.send(forged)
    world.admit(mail(2), left(), level=Level.UNVERIFIED)
    assert world.seen[-1].last_reply_at == world.now
    gary = world.deferred(3, level=Level.VERIFIED).reply
    assert world.seen[-1].last_reply_at is None
    world.tick(10 * MINUTE)
    world.send(gary)
    world.admit(mail(4), left(), level=Level.VERIFIED)
    assert world.seen[-1].last_reply_at == world.now


def test_an_earlier_reply_of_better_evidence_counts_behind_one_of_less(world: World):
    first = world.deferred(1, level=Level.VERIFIED).reply
    world.tick(10 * MINUTE)
    world.send(first)
    at = world.now
    world.tick(DAY)
    second = world.deferred(2, level=Level.UNVERIFIED).reply
    world.tick(10 * MINUTE)
    world.send(second)
    world.admit(mail(3), left(), level=Level.VERIFIED)
    assert world.seen[-1].last_reply_at == at


def test_bursts_threads_and_promises_count_the_same_evidence_or_better(world: World):
    first = world.deferred(1, promise=MONDAY + DAY, level=Level.UNVERIFIED)
    world.tick(10 * MINUTE)
    world.send(first.reply)
    for level, counted in ((Level.VERIFIED, 0), (Level.UNVERIFIED, 1)):
        facts = world.facts(mail(9, references=("<1@client>",)), lookback=DAY, level=level)
        assert (len(facts.recent), facts.promise is not None, facts.newest_in_thread) == (
            counted,
            bool(counted),
            "client" if counted else None,
        )


def test_passes_of_mail_that_nobody_vouches_for_are_counted_apart(world: World):
    world.admit(mail(1), replace(left(), spends_pass=True), level=Level.UNVERIFIED)
    world.admit(mail(2), replace(left(), spends_pass=True), level=Level.VERIFIED)
    world.admit(mail(3), replace(left(), spends_pass=True), level=Level.VERIFIED)
    counted = {level: len(world.facts(mail(9), level=level).passes) for level in (Level.UNVERIFIED, Level.UNKNOWN)}
    assert counted == {Level.UNVERIFIED: 1, Level.UNKNOWN: 2}


def test_a_callers_notice_that_nobody_vouches_for_counts_for_nothing(world: World):
    world.admit(mail(1), left(), kinds=frozenset({"voicemail"}), level=Level.UNVERIFIED)
    assert world.facts(mail(2), lookback=DAY, level=Level.UNVERIFIED).recent == ()


def test_our_id_lifts_the_mail_of_whom_we_wrote_to(world: World):
    reply = world.deferred(1).reply
    world.tick(10 * MINUTE)
    world.send(reply)
    ours = reply_of(world, reply).message_id
    world.admit(mail(2, references=(ours,)), left())
    assert (world.seen[-1].level, world.seen[-1].answers_own) == (Level.PROVED, world.now)
    world.admit(mail(3, references=(ours,)), left(), correspondent=ANNE.key)
    assert (world.seen[-1].level, world.seen[-1].answers_own) == (None, None)
    assert world.seen[-1].answers_ours == world.now


def test_a_stop_ends_the_replies_to_that_correspondent(world: World):
    waits = world.deferred(1)
    stop = replace(left(), opt_out=True)
    made = world.admit(mail(2), stop)
    assert made.opted_out
    assert [reply.id for reply in made.cancelled] == [waits.reply]
    assert [(o.address, o.at) for o in world.ledger.opt_outs("dana")] == [(GARY.key, MONDAY)]
    world.admit(mail(3), left())
    assert world.seen[-1].opted_out


def test_the_answers_of_a_robot_are_muted_for_a_day_and_it_is_told_why(world: World):
    world.admit(mail(1), replace(left(), marks_robot="it has no words"))
    world.admit(mail(2), left())
    assert world.seen[-1].robot_until == MONDAY + DAY
    [muted] = world.ledger.opt_outs("dana", MONDAY)
    assert (muted.address, muted.what, muted.until) == (GARY.key, "muted", MONDAY + DAY)
    assert "no words" in muted.why
    assert world.ledger.opt_outs("dana", MONDAY + DAY) == []


def test_a_stop_to_nothing_of_ours_pauses_for_a_fortnight(world: World):
    reply = world.deferred(1).reply
    world.admit(mail(2), replace(left(), pauses=True))
    assert reply_of(world, reply).state == "cancelled"
    [paused] = world.ledger.opt_outs("dana", MONDAY)
    assert (paused.what, paused.at, paused.until) == ("paused", MONDAY, MONDAY + 14 * DAY)
    world.admit(mail(3), left())
    assert world.seen[-1].opted_out
    world.tick(14 * DAY)
    world.admit(mail(4), left())
    assert not world.seen[-1].opted_out


def test_a_stop_ends_the_replies_to_whom_they_were_written_too(world: World):
    world.admit(mail(1), replace(left(), opt_out=True, opts_out=(ANNE.key,)))
    assert {one.address for one in world.ledger.opt_outs("dana")} == {GARY.key, ANNE.key}


def test_everything_that_closes_an_address_is_lifted_by_one_act(world: World):
    world.admit(mail(1), replace(left(), opt_out=True, marks_robot="x"))
    world.admit(mail(2), replace(left(), pauses=True))
    world.ledger.bounced(world.deferred(3).reply or 0, MONDAY + 60 * DAY, MONDAY, "a reply came back 5.1.1")
    assert {one.what for one in world.ledger.opt_outs("dana", MONDAY)} == {"opted out", "paused", "bounced", "muted"}
    assert world.ledger.unmute(GARY.key, "dana") == 1
    assert world.ledger.opt_outs("dana", MONDAY) == []
    assert world.ledger.unmute(GARY.key, "dana") == 0


def test_what_was_answered_is_known_again(world: World):
    world.admit(mail(1), replace(left(), said="abc"))
    world.admit(mail(2), left())
    assert world.seen[-1].last_said == "abc"


# --- strikes


def test_the_third_strike_makes_a_message_unreadable_and_urgent(world: World):
    place = Place("INBOX", 7, 1)
    strikes = [world.ledger.strike(InHand(world.account, place, world.tick(HOUR), next_uid=2)) for _ in range(3)]
    assert [(s.tries, s.unreadable) for s in strikes] == [(1, False), (2, False), (3, True)]
    item = world.ledger.item(strikes[0].item)
    assert item is not None
    assert (item.state, item.verdict, item.place) == ("unreadable", "urgent", place)
    assert world.ledger.struck(world.account.id) == []


def test_what_is_given_up_is_to_be_flagged_and_lets_those_behind_it_pass_from_the_same_commit_on(world: World):
    for _ in range(2):
        world.ledger.strike(InHand(world.account, Place("INBOX", 7, 1), world.tick(HOUR), mode="send"))
    last = world.ledger.strike(InHand(world.account, Place("INBOX", 7, 1), world.tick(HOUR), mode="send"))
    (owed,) = world.ledger.effects_for(last.item)
    assert (owed.kind, owed.state) == ("flag", "planned")
    folder = world.ledger.folder(world.account.id, "INBOX")
    assert folder is not None
    assert folder.next_uid == 2


def test_what_is_given_up_while_we_only_observe_is_not_flagged(world: World):
    for _ in range(3):
        last = world.ledger.strike(InHand(world.account, Place("INBOX", 7, 1), world.tick(HOUR), mode="observe"))
    assert world.ledger.effects_for(last.item) == []


@pytest.mark.parametrize("strikes", [1, 3], ids=["struck", "given up"])
def test_what_could_not_be_read_and_turns_out_to_be_a_known_message_leaves_no_row(world: World, strikes: int):
    known = world.put(world.arriving(mail(1)), left())
    assert known.item is not None
    there = Place("INBOX", 7, 99)  # a person has moved it here, and it was in hand when triaged died
    for _ in range(strikes):
        last = world.ledger.strike(InHand(world.account, there, world.tick(HOUR), mode="send"))
    world.ledger.hand(known.item, ByHand("released", there, world.tick(HOUR)))
    assert world.ledger.item(last.item) is None
    assert world.ledger.effects_for(last.item) == []
    found = world.ledger.item(known.item)
    assert found is not None
    assert found.place == there


def test_a_struck_message_is_tried_again_later_and_its_strikes_are_forgotten_when_it_is_read(world: World):
    arriving = world.arriving(mail(1))
    assert arriving.place is not None
    world.ledger.strike(InHand(world.account, arriving.place, MONDAY, next_uid=2))
    assert world.ledger.struck(world.account.id, MONDAY) == []
    assert [item.place for item in world.ledger.struck(world.account.id, MONDAY + HOUR)] == [arriving.place]
    made = world.put(arriving, left())
    assert (made.known, made.how) == (False, "new")
    assert world.ledger.struck(world.account.id) == []


def test_a_struck_message_that_turns_out_to_be_a_strangers_leaves_no_row(world: World):
    arriving = world.arriving(mail(1), client=None)
    assert arriving.place is not None
    world.ledger.strike(InHand(world.account, arriving.place, MONDAY))
    world.put(arriving, stranger())
    assert world.ledger.struck(world.account.id) == []


def test_a_struck_message_that_vanished_is_forgotten(world: World):
    strike = world.ledger.strike(InHand(world.account, Place("INBOX", 7, 1), MONDAY))
    world.ledger.unstrike(strike.item)
    assert world.ledger.item(strike.item) is None


def test_what_is_kept_of_a_decision_is_what_the_caller_makes_of_it(world: World):
    world.ledger.ruleset("abc", "[[rule]]", MONDAY)
    world.ledger.ruleset("abc", "[[rule]]", MONDAY)
    [made] = world.ledger.admit(
        world.window(mail(1), ruleset="abc"),
        lambda *_: left(),
        lambda decision, arriving: {"reason": decision.reason, "id": arriving.message.message_id},
    )
    item = world.ledger.item(made.item or 0)
    assert item is not None
    assert item.decision == {"reason": "left", "id": "<1@client>"}
    assert item.ruleset == "abc"
    assert world.ledger.ruleset_body("abc") == "[[rule]]"
    assert world.ledger.ruleset_body("xyz") is None


def test_very_long_references_keep_the_root_and_the_latest(world: World):
    references = tuple(f"<{n}@client>" for n in range(100))
    made = world.admit(mail("last", references=references), left())
    item = world.ledger.item(made.item or 0)
    assert item is not None
    assert (item.references[0], item.references[-1], len(item.references)) == ("<0@client>", "<99@client>", 21)


def test_a_baseline_message_is_said_to_be_one(world: World):
    world.admit(mail(1), left(), baseline=True, flags=frozenset({"\\Seen"}))
    assert world.seen[-1].baseline
    assert world.seen[-1].flags == {"\\Seen"}


def test_a_decision_without_a_place_is_written_too():
    with Ledger.open(":memory:") as ledger:
        world = World.new(ledger)
        made = world.admit(
            mail(1), Decision(Verdict.LEFT, "left", client="harbor", reply=plan(MONDAY + timedelta(1))), place=None
        )
        assert made.item == 1
        assert world.admit(mail(1), left(), place=None).how == "same"
