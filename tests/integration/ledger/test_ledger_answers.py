"""What a person wrote or moved: it always wins, and it is counted once."""

from dataclasses import replace

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
    later,
    left,
    mail,
)
from triaged.core.trust import Level
from triaged.ledger import ByHand, FolderRow, Item, NewReply, Place, SentSeen, SentWindow, Watermark, WhenLate
from triaged.ledger.consequences import (
    Answered,
    Consequence,
    DraftSent,
    EffectsVoided,
    HandSeen,
    PromiseKept,
    PromiseOpened,
    ReplyCancelled,
    ReplyEvidence,
    ReplyLeft,
)
from triaged.ledger.entries import Admission
from triaged.ledger.leaving import Withdrawal


def told(world: World, number: int | str = 1, *, due: int = 1) -> Admission:
    """A message that was acknowledged with a promise."""
    made = world.deferred(number, promise=world.now + due * DAY)
    world.tick(HOUR)
    world.send(made.reply)
    return made


def wrote(
    world: World, *references: str, number: str = "mine", rcpts: tuple[str, ...] = (GARY.key,), **more: object
) -> list[Consequence]:
    seen = SentSeen(f"<{number}@roth>", references, world.now, rcpts, **more)  # type: ignore[arg-type]  # fields by name
    return world.ledger.saw_sent(SentWindow(world.account.id, world.now, [seen], Watermark("Sent", 5)))


def kinds(found: list[Consequence]) -> list[type]:
    return [type(one) for one in found]


def item_of(world: World, made: Admission) -> Item:
    found = world.ledger.item(made.item or 0)
    assert found is not None
    return found


def promise_state(world: World, made: Admission) -> str:
    found = world.ledger.promise(made.promise or 0)
    assert found is not None
    return found.state


def reply_state(world: World, made: Admission) -> str:
    found = world.ledger.reply(made.reply or 0)
    assert found is not None
    return found.state


def test_an_answer_in_the_thread_keeps_the_promise(world: World):
    told(world)
    world.tick(HOUR)
    answer, kept = wrote(world, "<1@client>")
    assert isinstance(answer, Answered)
    assert answer.item.answered_at == world.now
    assert isinstance(kept, PromiseKept)
    assert (kept.late, kept.promise.state, kept.promise.closed_at, kept.promise.closed_by) == (
        False,
        "kept",
        world.now,
        "answer",
    )
    folder = world.ledger.folder(world.account.id, "Sent")
    assert folder is not None
    assert folder.next_uid == 5


def test_an_answer_after_its_moment_is_late(world: World):
    made = told(world)
    world.tick(DAY)
    world.ledger.overdue(made.promise or 0, world.now)
    [_, kept] = wrote(world, "<1@client>")
    assert isinstance(kept, PromiseKept)
    assert kept.late
    assert promise_state(world, made) == "late"


def test_the_same_mail_seen_again_has_no_consequences(world: World):
    told(world)
    assert kinds(wrote(world, "<1@client>")) == [Answered, PromiseKept]
    assert wrote(world, "<1@client>") == []


def test_nothing_new_in_sent_is_nothing(world: World):
    assert world.ledger.saw_sent(SentWindow(world.account.id, world.now, [])) == []


def test_an_answer_cancels_the_reply_that_waits_and_what_it_would_have_promised(world: World):
    made = world.deferred(1, promise=MONDAY + DAY)
    world.tick(MINUTE)
    assert kinds(wrote(world, "<1@client>")) == [Answered, ReplyCancelled]
    assert (reply_state(world, made), promise_state(world, made)) == ("cancelled", "void")


def test_a_mail_of_mine_in_another_thread_cancels_the_reply_but_answers_nothing(world: World):
    made = world.deferred(1)
    world.tick(MINUTE)
    assert kinds(wrote(world)) == [ReplyCancelled]
    assert reply_state(world, made) == "cancelled"
    assert item_of(world, made).answered_at is None


def test_a_mail_of_mine_from_before_the_message_cancels_nothing(world: World):
    early = world.now
    world.tick(HOUR)
    made = world.deferred(1)
    seen = SentSeen("<mine@roth>", (), early, (GARY.key,))
    assert world.ledger.saw_sent(SentWindow(world.account.id, world.now, [seen])) == []
    assert reply_state(world, made) == "waiting"


def test_only_what_arrived_before_my_mail_leaves_the_reply(world: World):
    first = world.deferred(1)
    mine = world.tick(MINUTE)
    world.tick(MINUTE)
    second = world.admit(mail(2), joining(answered(world.now)))
    seen = SentSeen("<mine@roth>", (), mine, (GARY.key,))
    [consequence] = world.ledger.saw_sent(SentWindow(world.account.id, world.now, [seen]))
    assert isinstance(consequence, ReplyLeft)
    assert (consequence.item.id, consequence.reply.items) == (first.item, (second.item,))


def test_passing_it_on_to_somebody_else_answers_nobody(world: World):
    made = told(world)
    assert wrote(world, "<1@client>", rcpts=("tom@roth.example",)) == []
    assert promise_state(world, made) == "open"


def test_answering_somebody_else_of_the_client_is_an_answer(world: World):
    told(world)
    world.admit(mail(9, sender=ANNE.spec), answered(world.now, to=ANNE, effects=()), correspondent=ANNE.key)
    assert Answered in kinds(wrote(world, "<1@client>", rcpts=(ANNE.key,)))


def test_the_roster_may_say_that_a_recipient_is_of_the_client(world: World):
    told(world)
    assert kinds(wrote(world, "<1@client>", rcpts=("new@harbor.example",), clients=("harbor",))) == [
        Answered,
        PromiseKept,
    ]


def test_the_team_in_the_thread_answers_but_elsewhere_stops_nothing(world: World):
    made = world.deferred(1, promise=MONDAY + DAY)
    assert wrote(world, number="team1", by_team=True) == []
    assert reply_state(world, made) == "waiting"
    assert kinds(wrote(world, "<1@client>", number="team2", by_team=True)) == [Answered, ReplyCancelled]


def test_an_answer_to_the_automatic_reply_itself_is_in_the_thread(world: World):
    made = told(world)
    reply = world.ledger.reply(made.reply or 0)
    assert reply is not None
    assert kinds(wrote(world, reply.message_id)) == [Answered, PromiseKept]


def test_a_promise_that_was_told_to_two_threads_is_kept_in_each_by_itself(world: World):
    first = world.deferred("a", promise=MONDAY + DAY)
    world.admit(mail("b"), joining(answered(world.now, promise=MONDAY + DAY)))
    world.tick(HOUR)
    world.send(first.reply, tells_all=True)
    assert kinds(wrote(world, "<b@client>", number="y")) == [Answered, PromiseKept]
    assert promise_state(world, first) == "open"
    assert kinds(wrote(world, "<a@client>", number="x")) == [Answered, PromiseKept]


def test_a_thread_of_which_the_words_did_not_tell_was_promised_nothing(world: World):
    first = world.deferred("a", promise=MONDAY + DAY)
    second = world.admit(mail("b"), joining(answered(world.now, promise=MONDAY + DAY)))
    world.tick(HOUR)
    world.send(first.reply)
    assert item_of(world, second).promise is None
    assert kinds(wrote(world, "<b@client>", number="y")) == [Answered]
    assert promise_state(world, first) == "open"


def test_a_call_promise_is_not_kept_by_writing(world: World):
    made = world.admit(mail(1), replace(answered(MONDAY), promise=later(MONDAY + DAY, "call")))
    world.tick(HOUR)
    world.send(made.reply)
    assert kinds(wrote(world, "<1@client>")) == [Answered]
    assert promise_state(world, made) == "open"


def test_the_answered_flag_answers_what_came_before_it_in_the_thread(world: World):
    first = told(world, due=2)
    world.tick(DAY)
    second = world.admit(mail(2, references=("<1@client>",)), left())
    follows = world.ledger.saw_answered_flag(second.item or 0, world.now)
    assert kinds(follows) == [Answered, PromiseKept, Answered]
    assert item_of(world, first).answered_at == world.now
    assert world.ledger.saw_answered_flag(second.item or 0, world.tick(HOUR)) == []


def test_an_overdue_slip_is_cancelled_by_the_answer(world: World):
    made = told(world)
    world.tick(DAY)
    slip = NewReply("slip", "slip", "en", "<slip@roth>", world.now + HOUR, "send")
    _, slipping = world.ledger.overdue(made.promise or 0, world.now, WhenLate(slip=slip))
    assert kinds(wrote(world, "<1@client>")) == [Answered, PromiseKept, ReplyCancelled]
    found = world.ledger.reply(slipping or 0)
    assert found is not None
    assert found.state == "cancelled"


# --- on whose word


@pytest.mark.parametrize("level", [Level.UNVERIFIED, Level.UNKNOWN])
def test_a_mail_in_my_name_that_nobody_vouches_for_silences_us_and_keeps_nothing(world: World, level: Level):
    kept = told(world)
    waits = world.admit(mail(2, references=("<1@client>",)), answered(world.now))
    world.tick(MINUTE)
    follows = wrote(world, "<1@client>", level=level)
    assert kinds(follows) == [ReplyCancelled]
    assert reply_state(world, waits) == "cancelled"
    assert promise_state(world, kept) == "open"
    assert item_of(world, kept).answered_at is None
    facts = world.facts(mail(3, references=("<1@client>",)))
    assert (facts.last_answer, facts.answered_since, facts.newest_in_thread) == (None, False, "client")


def test_it_stops_the_warning_and_the_apology_and_i_am_told_when_it_is_overdue(world: World):
    made = told(world)
    wrote(world, "<1@client>", level=Level.UNVERIFIED)
    assert world.ledger.promises_due(world.now + DAY - 2 * HOUR, DAY) == []
    slip = NewReply("slip", "slip", "en", "<slip@roth>", world.now, "send")
    world.tick(2 * DAY)
    assert world.ledger.overdue(made.promise or 0, world.now, WhenLate(slip=slip, channels=("phone",))) == (True, None)


def test_it_stops_an_apology_that_waits(world: World):
    made = told(world)
    world.tick(2 * DAY)
    slip = NewReply("slip", "slip", "en", "<slip@roth>", world.now, "send")
    _, waiting = world.ledger.overdue(made.promise or 0, world.now, WhenLate(slip=slip))
    assert kinds(wrote(world, "<1@client>", level=Level.UNVERIFIED)) == [ReplyCancelled]
    found = world.ledger.reply(waiting or 0)
    assert found is not None
    assert (found.state, promise_state(world, made)) == ("cancelled", "overdue")


def test_without_a_reference_it_does_nothing(world: World):
    made = world.deferred(1, promise=MONDAY + DAY)
    world.tick(MINUTE)
    assert wrote(world, level=Level.UNKNOWN) == []
    assert reply_state(world, made) == "waiting"
    assert kinds(wrote(world, number="b", level=Level.INSIDE)) == [ReplyCancelled]


def test_a_forged_one_does_nothing_at_all(world: World):
    made = world.deferred(1, promise=MONDAY + DAY)
    world.tick(MINUTE)
    assert wrote(world, "<1@client>", level=Level.FORGED) == []
    assert reply_state(world, made) == "waiting"


@pytest.mark.parametrize("by_team", [False, True])
def test_from_inside_on_it_is_an_answer(world: World, by_team: bool):  # noqa: FBT001  # a parameter of the test
    made = told(world)
    assert kinds(wrote(world, "<1@client>", level=Level.INSIDE, by_team=by_team)) == [Answered, PromiseKept]
    assert promise_state(world, made) == "kept"


def test_the_copy_in_sent_makes_an_answer_of_what_was_seen_before(world: World):
    made = told(world)
    assert wrote(world, "<1@client>", level=Level.UNKNOWN) == []
    assert kinds(wrote(world, "<1@client>")) == [Answered, PromiseKept]
    assert promise_state(world, made) == "kept"


def test_a_draft_is_sent_when_it_lies_in_sent_and_not_when_somebody_delivers_its_id(world: World):
    made = world.deferred(1, promise=MONDAY + DAY, mode="draft")
    world.tick(HOUR)
    world.claim(made.reply)
    world.ledger.drafted(made.reply or 0, world.now, None)
    reply = world.ledger.reply(made.reply or 0)
    assert reply is not None
    for level in (Level.UNVERIFIED, Level.VERIFIED):
        seen = SentSeen(reply.message_id, ("<1@client>",), world.now, (GARY.key,), level=level)
        assert world.ledger.saw_sent(SentWindow(world.account.id, world.now, [seen])) == []
    assert (reply_state(world, made), promise_state(world, made)) == ("drafted", "planned")


# --- our own in Sent


def test_a_reply_of_ours_in_sent_answers_nobody(world: World):
    made = told(world)
    reply = world.ledger.reply(made.reply or 0)
    assert reply is not None
    seen = SentSeen(reply.message_id, ("<1@client>",), world.now, (GARY.key,), ours=reply.id)
    assert world.ledger.saw_sent(SentWindow(world.account.id, world.now, [seen])) == []
    assert item_of(world, made).answered_at is None


def test_a_reply_whose_id_the_provider_has_rewritten_is_known_by_our_mark(world: World):
    made = world.deferred(1, promise=MONDAY + DAY)
    world.tick(HOUR)
    world.claim(made.reply)
    world.ledger.mark_data(made.reply or 0)
    world.ledger.in_doubt(made.reply or 0, world.now)
    follows = wrote(world, "<1@client>", number="rewritten", ours=made.reply, here=True)
    assert kinds(follows) == [ReplyEvidence]
    assert reply_state(world, made) == "sent"
    assert world.facts(mail(2, references=("<rewritten@roth>",))).thread == "<1@client>"


@pytest.mark.parametrize("rcpts", [(ANNE.key,), ("other@x.example",)])
def test_the_mark_of_another_triaged_is_no_evidence_and_no_answer(world: World, rcpts: tuple[str, ...]):
    made = world.deferred(1, promise=MONDAY + DAY)
    world.tick(HOUR)
    world.claim(made.reply)
    world.ledger.mark_data(made.reply or 0)
    world.ledger.in_doubt(made.reply or 0, world.now)
    assert wrote(world, "<1@client>", rcpts=rcpts, ours=made.reply) == []
    assert reply_state(world, made) == "in_doubt"
    assert wrote(world, "<1@client>", number="y", ours=777) == []
    assert item_of(world, made).answered_at is None


def test_a_draft_that_appears_in_sent_opens_its_promise(world: World):
    made = world.deferred(1, promise=MONDAY + DAY, mode="draft")
    world.tick(HOUR)
    world.claim(made.reply)
    world.ledger.drafted(made.reply or 0, world.now, None)
    reply = world.ledger.reply(made.reply or 0)
    assert reply is not None
    world.tick(HOUR)
    seen = SentSeen(reply.message_id, ("<1@client>",), world.now, (GARY.key,))
    follows = world.ledger.saw_sent(SentWindow(world.account.id, world.now, [seen]))
    assert kinds(follows) == [DraftSent, PromiseOpened]
    assert (reply_state(world, made), promise_state(world, made)) == ("sent", "open")


def test_a_draft_is_removed_when_i_write_something_else(world: World):
    made = world.deferred(1, promise=MONDAY + DAY, mode="draft")
    world.tick(HOUR)
    world.claim(made.reply)
    world.ledger.drafted(made.reply or 0, world.now, Place("Drafts", 1, 1))
    assert kinds(wrote(world, "<1@client>")) == [Answered]
    [draft] = world.ledger.drafts(world.account.id)
    assert draft.reason == "answered", "it is taken back once Sent has been looked at"
    taken = world.ledger.withdraw(draft.id, Withdrawal("answered", "<triaged.again@roth>", world.now))
    assert taken is not None
    assert (taken.reply.state, taken.instead) == ("cancelled", None)
    assert world.ledger.effect(f"undraft:{made.reply}") is not None


def test_a_draft_that_she_had_sent_before_it_was_taken_back_counts_all_the_same(world: World):
    made = world.deferred(1, promise=MONDAY + DAY, mode="draft")
    world.tick(HOUR)
    world.claim(made.reply)
    world.ledger.drafted(made.reply or 0, world.now, Place("Drafts", 1, 1))
    sent_at = world.tick(HOUR)
    world.ledger.withdraw(made.reply or 0, Withdrawal("urgent", "<triaged.again@roth>", world.tick(HOUR)))
    assert promise_state(world, made) == "void"
    reply = world.ledger.reply(made.reply or 0)
    assert reply is not None
    mine = SentSeen(reply.message_id, (), sent_at, ("gary@harbor.example",), ours=None)
    follows = world.ledger.saw_sent(SentWindow(world.account.id, world.now, [mine]))
    assert kinds(follows) == [DraftSent, PromiseOpened]
    assert promise_state(world, made) == "open"
    after = world.ledger.reply(made.reply or 0)
    assert after is not None
    assert (after.state, after.ended_at) == ("sent", sent_at), "counted from when it went"


def test_what_a_draft_covers_beside_what_left_gets_one_of_its_own(world: World):
    made = world.deferred("a", promise=MONDAY + DAY, mode="draft")
    other = world.admit(mail("b"), joining(answered(world.now, promise=MONDAY + DAY)), mode="draft")
    world.tick(HOUR)
    world.claim(made.reply)
    world.ledger.drafted(made.reply or 0, world.now, Place("Drafts", 1, 1))
    wrote(world, "<a@client>")
    taken = world.ledger.withdraw(made.reply or 0, Withdrawal("answered", "<triaged.again@roth>", world.now))
    assert taken is not None
    assert taken.instead is not None
    assert taken.instead.items == (other.item,)
    assert promise_state(world, replace(other, promise=taken.instead.promise)) == "planned"


@pytest.mark.parametrize("tells", [True, False])
def test_a_draft_is_written_anew_where_it_speaks_of_a_message_beside_that_has_left(world: World, *, tells: bool):
    made = world.deferred("a", promise=MONDAY + DAY, mode="draft")
    beside = world.admit(mail("b"), joining(answered(world.now, promise=MONDAY + DAY)), mode="draft")
    world.tick(HOUR)
    world.claim(made.reply, tells_all=tells)
    world.ledger.drafted(made.reply or 0, world.now, Place("Drafts", 1, 1))
    world.ledger.hand(beside.item or 0, ByHand("gone", None, world.now))
    [draft] = world.ledger.drafts(world.account.id)
    assert (draft.reason is not None) == tells, "one that is true stays"
    if tells:
        taken = world.ledger.withdraw(draft.id, Withdrawal("gone", "<triaged.again@roth>", world.now))
        assert taken is not None
        assert taken.instead is not None
        assert taken.instead.items == (made.item,)
        assert taken.instead.tell_at == MONDAY + DAY
        assert promise_state(world, replace(made, promise=taken.instead.promise)) == "planned"


# --- hands


def test_dragged_out_it_is_released_and_nothing_of_it_is_done_any_more(world: World):
    made = world.deferred(1, promise=MONDAY + DAY)
    world.put_aside(made)
    follows = world.ledger.hand(made.item or 0, ByHand("released", Place("INBOX", 7, 40), world.now))
    assert kinds(follows) == [HandSeen, EffectsVoided, ReplyCancelled]
    item = item_of(world, made)
    assert (item.state, item.place) == ("released", Place("INBOX", 7, 40))
    assert world.ledger.due_effects(None, MONDAY + 10 * DAY) == []
    assert world.ledger.hand(made.item or 0, ByHand("released", Place("INBOX", 7, 40), world.now)) == []


def test_deleted_it_is_gone_and_a_told_promise_stays(world: World):
    made = told(world)
    world.put_aside(made)
    follows = world.ledger.hand(made.item or 0, ByHand("gone", None, world.now))
    assert kinds(follows) == [HandSeen, EffectsVoided]
    assert (item_of(world, made).state, item_of(world, made).place) == ("gone", None)
    assert promise_state(world, made) == "open"


def test_dragged_in_again_it_comes_back_again(world: World):
    made = world.deferred(1)
    world.put_aside(made)
    world.ledger.hand(made.item or 0, ByHand("released", Place("INBOX", 7, 40), world.now))
    world.ledger.hand(
        made.item or 0, ByHand("aside", Place("Deferred", 9, 41), world.now, back_at=MONDAY + DAY, origin="INBOX")
    )
    backs = [e for e in world.ledger.effects_for(made.item or 0) if e.kind == "back"]
    assert [(e.key, e.state) for e in backs] == [("back:1:1", "void"), ("back:1:2", "planned")]
    assert backs[-1].args == {"to": "INBOX"}
    assert item_of(world, made).state == "aside"


def test_moved_between_watched_folders_only_the_place_changes(world: World):
    made = world.deferred(1, promise=MONDAY + DAY)
    assert world.ledger.hand(made.item or 0, ByHand("here", Place("Clients", 2, 3), world.now)) == []
    assert item_of(world, made).place == Place("Clients", 2, 3)
    assert reply_state(world, made) == "waiting"


def test_a_message_dragged_in_is_adopted_without_a_reply(world: World):
    arriving = world.arriving(mail(1), place=Place("Deferred", 9, 3))
    item = world.ledger.adopt(world.window(arriving), MONDAY + DAY)
    assert (item.state, item.verdict, item.place) == ("aside", "deferrable", Place("Deferred", 9, 3))
    assert world.ledger.replies_for(item.id) == []
    [row] = world.ledger.deferred("dana")
    assert row.until == MONDAY + DAY
    assert world.ledger.adopt(world.window(arriving), MONDAY + 2 * DAY) == item
    assert [row.until for row in world.ledger.deferred("dana")] == [MONDAY + DAY]


def test_a_known_message_dragged_in_is_the_same_item_and_its_reply_waits_on(world: World):
    made = world.deferred(1)
    arriving = world.arriving(mail(1), place=Place("Deferred", 9, 3))
    item = world.ledger.adopt(world.window(arriving), MONDAY + 2 * DAY)
    assert item.id == made.item
    assert reply_state(world, made) == "waiting"
    assert [row.until for row in world.ledger.deferred()] == [MONDAY + 2 * DAY]


def test_a_folder_with_another_uidvalidity_keeps_what_was_found_and_forgets_the_other_places(world: World):
    first, second = world.deferred(1), world.deferred(2)
    world.put_aside(first, uid=1)
    world.put_aside(second, uid=2)
    world.ledger.remap(FolderRow(world.account.id, "Deferred", "deferred", 10, 1, 1), {first.item or 0: 71})
    assert item_of(world, first).place == Place("Deferred", 10, 71)
    assert item_of(world, second).place is None
    world.ledger.place_item(second.item or 0, Place("Deferred", 10, 72))
    assert item_of(world, second).place == Place("Deferred", 10, 72)


def test_two_items_never_claim_one_place(world: World):
    first, second = world.deferred(1), world.deferred(2)
    world.ledger.place_item(first.item or 0, Place("INBOX", 7, 50))
    world.ledger.place_item(second.item or 0, Place("INBOX", 7, 50))
    assert item_of(world, first).place is None
    assert item_of(world, second).place == Place("INBOX", 7, 50)


def test_a_hand_on_something_that_never_was_is_a_mistake(world: World):
    with pytest.raises(LookupError, match="no item 99"):
        world.ledger.hand(99, ByHand("gone", None, world.now))


def test_a_message_that_was_answered_before_it_was_seen_is_answered_since_the_first_answer(world: World):
    arrived = world.now
    for number in ("first", "second"):
        world.tick(HOUR)
        wrote(world, "<1@client>", number=number)
    made = world.admit(mail(1, at=arrived), left(), arrived_at=arrived)
    assert item_of(world, made).answered_at == MONDAY + HOUR


def test_what_i_passed_on_before_it_was_seen_is_not_answered(world: World):
    arrived = world.now
    world.tick(HOUR)
    wrote(world, "<1@client>", rcpts=("tom@roth.example",))
    assert item_of(world, world.admit(mail(1, at=arrived), left(), arrived_at=arrived)).answered_at is None


@pytest.mark.parametrize(("baseline", "answered_at"), [(False, MONDAY + HOUR), (True, None)])
def test_a_mark_at_first_sight_is_an_answer_noticed_then_and_of_old_mail_none(
    world: World, *, baseline: bool, answered_at: object
):
    world.tick(HOUR)
    made = world.admit(mail(1), left(), arrived_at=MONDAY, flags=frozenset({"\\Seen", "\\Answered"}), baseline=baseline)
    assert item_of(world, made).answered_at == answered_at
