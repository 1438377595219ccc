"""Facts: what the past says about a message, whoever asks and whenever."""

from dataclasses import replace
from datetime import timedelta
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
    left,
    mail,
)
from triaged.core.facts import Facts
from triaged.core.message import read_raw
from triaged.core.trust import Level
from triaged.ledger import AsOf, SentSeen, SentWindow


def facts_of(world: World, number: int | str, references: tuple[str, ...] = (), **more: object) -> Facts:
    return world.facts(mail(number, at=world.now, references=references), **more)


def wrote(
    world: World, number: str, references: tuple[str, ...], rcpts: tuple[str, ...] = (GARY.key,), **more: object
) -> None:
    seen = SentSeen(f"<{number}@roth>", references, world.now, rcpts, **more)  # type: ignore[arg-type]  # fields by name
    world.ledger.saw_sent(SentWindow(world.account.id, world.now, [seen]))


def test_an_empty_past_says_nothing(world: World):
    facts = facts_of(world, 1)
    assert facts == Facts(now=MONDAY, arrived=MONDAY, thread="<1@client>")


@pytest.mark.parametrize(
    ("references", "thread"),
    [
        ((), "<9@client>"),
        (("<unknown@x>", "<other@x>"), "<unknown@x>"),
        (("<root@client>",), "<root@client>"),
        (("<unknown@x>", "<root@client>"), "<root@client>"),
    ],
)
def test_a_thread_is_found_by_references_else_begun(world: World, references: tuple[str, ...], thread: str):
    world.admit(mail("root"), left())
    assert facts_of(world, 9, references).thread == thread


def test_the_newest_reference_decides_between_two_threads(world: World):
    world.admit(mail("a"), left())
    world.admit(mail("b"), left())
    assert facts_of(world, 9, ("<a@client>", "<b@client>")).thread == "<b@client>"


def test_a_mail_of_mine_and_a_reply_of_ours_belong_to_the_thread_too(world: World):
    made = world.deferred("root")
    reply = world.ledger.reply(made.reply or 0)
    assert reply is not None
    assert facts_of(world, 9, (reply.message_id,)).thread == "<root@client>"
    wrote(world, "mine", ("<root@client>",))
    assert facts_of(world, 10, ("<mine@roth>",)).thread == "<root@client>"


def test_the_root_that_arrives_after_its_answer_is_in_its_thread(world: World):
    world.admit(mail(2, references=("<root@client>",)), left())
    world.tick(MINUTE)
    assert facts_of(world, "root").newest_in_thread == "client"


def test_a_callers_notices_are_one_thread_a_client(world: World):
    assert facts_of(world, 1, kinds=frozenset({"voicemail"})).thread == "phone:harbor"
    assert facts_of(world, 2, kinds=frozenset({"missed-call"}), client="linden").thread == "phone:linden"


def test_a_message_without_any_id_is_its_own_thread(world: World):
    message = read_raw(b"From: <gary@harbor.example>\r\nSubject: x\r\n\r\nhi\r\n")
    assert world.facts(message).thread == message.digest


def test_who_wrote_last_before_this_message(world: World):
    world.admit(mail("root"), left())
    world.tick(HOUR)
    assert facts_of(world, 2, ("<root@client>",)).newest_in_thread == "client"
    wrote(world, "mine", ("<root@client>",))
    world.tick(HOUR)
    facts = facts_of(world, 3, ("<mine@roth>",))
    assert (facts.newest_in_thread, facts.last_answer, facts.answered_since) == ("mine", MONDAY + HOUR, False)


def test_what_i_wrote_after_it_arrived_is_an_answer_not_an_earlier_message(world: World):
    world.admit(mail("root"), left())
    arrived = world.tick(HOUR)
    world.tick(HOUR)
    wrote(world, "mine", ("<root@client>",))
    facts = facts_of(world, 2, ("<root@client>",), arrived_at=arrived)
    assert (facts.newest_in_thread, facts.answered_since) == ("client", True)


def test_passing_a_mail_on_to_a_colleague_is_no_answer_to_the_client(world: World):
    world.admit(mail("root"), left())
    world.tick(HOUR)
    wrote(world, "forward", ("<root@client>",), ("tom@roth.example",))
    facts = facts_of(world, 2, ("<root@client>",), arrived_at=MONDAY)
    assert (facts.last_answer, facts.answered_since) == (None, False)


def test_answering_another_person_of_the_client_is_an_answer(world: World):
    world.admit(mail("root"), left())
    world.tick(HOUR)
    wrote(world, "mine", ("<root@client>",), (ANNE.key,), clients=("harbor",))
    assert facts_of(world, 2, ("<root@client>",), arrived_at=MONDAY).answered_since


def test_our_own_replies_are_never_my_answer(world: World):
    made = world.deferred("root")
    world.tick(HOUR)
    world.send(made.reply)
    reply = world.ledger.reply(made.reply or 0)
    assert reply is not None
    wrote(world, "x", ("<root@client>",), ours=reply.id)
    facts = facts_of(world, 2, ("<root@client>",))
    assert (facts.newest_in_thread, facts.last_answer, facts.answered_since) == ("client", None, False)


def test_an_answer_to_one_of_ours_is_seen_for_any_person_of_the_service(world: World):
    made = world.deferred("root")
    world.tick(HOUR)
    reply = world.ledger.reply(made.reply or 0)
    assert reply is not None
    assert facts_of(world, 2, (reply.message_id,)).answers_ours is None
    world.send(made.reply)
    assert facts_of(world, 2, (reply.message_id,)).answers_ours == world.now
    assert facts_of(World.new(world.ledger, "eva"), 2, (reply.message_id,)).answers_ours == world.now


def test_the_open_promise_of_the_thread_and_whether_it_was_told(world: World):
    made = world.deferred("root", promise=MONDAY + 2 * DAY)
    world.tick(MINUTE)
    planned = facts_of(world, 2, ("<root@client>",))
    assert planned.promise is not None
    assert (planned.promise.due_at, planned.promise.told, planned.promised_before) == (MONDAY + 2 * DAY, False, False)
    world.tick(HOUR)
    world.send(made.reply)
    told = facts_of(world, 3, ("<root@client>",))
    assert told.promise is not None
    assert (told.promise.id, told.promise.told, told.promised_before) == (made.promise, True, True)
    assert facts_of(world, 4).promise is None


def test_a_thread_that_joins_has_a_promise_once_the_words_have_told_of_it(world: World):
    first = world.deferred("a", promise=MONDAY + DAY)
    world.deferred("b", promise=MONDAY + DAY)
    assert facts_of(world, 9, ("<b@client>",)).promise is None
    world.tick(HOUR)
    world.send(first.reply, tells_all=True)
    promises = [facts_of(world, 9, (thread,)).promise for thread in ("<a@client>", "<b@client>")]
    assert [promise and promise.due_at for promise in promises] == [MONDAY + DAY, MONDAY + DAY]
    assert promises[0] != promises[1], "each thread has its own"


def test_an_answered_thread_has_no_open_promise(world: World):
    made = world.deferred("root", promise=MONDAY + DAY)
    world.tick(HOUR)
    world.send(made.reply)
    wrote(world, "mine", ("<root@client>",))
    assert facts_of(world, 2, ("<root@client>",)).promise is None


def test_recent_messages_of_the_client_over_all_accounts_newest_first(world: World):
    for number in range(3):
        world.admit(mail(number), left(), arrived_at=MONDAY + number * MINUTE, automatic=number == 1)
    other = world.ledger.register("dana", ["dana@imap.example", "second@imap.example"], MONDAY)["second@imap.example"]
    world.tick(3 * MINUTE)
    world.admit(mail(3), replace(left(), kind=("new", "voicemail")), account=other)
    facts = facts_of(world, 9, lookback=2 * MINUTE)
    assert [(a.at - MONDAY, a.automatic) for a in facts.recent] == [
        (3 * MINUTE, False),
        (2 * MINUTE, False),
        (MINUTE, True),
    ]
    assert facts.recent[0].kinds == {"new", "voicemail"}
    assert facts_of(world, 10).recent == ()
    assert facts_of(world, 11, lookback=DAY, client="linden").recent == ()


def test_messages_that_arrived_later_are_not_recent(world: World):
    world.admit(mail(1), left(), arrived_at=MONDAY + HOUR)
    assert facts_of(world, 2, lookback=DAY, arrived_at=MONDAY).recent == ()


def test_passes_of_this_and_the_last_month_that_were_not_given_back(world: World):
    spend = replace(left(), spends_pass=True)
    kept = world.admit(mail("a"), spend)
    refunded = world.admit(mail("b"), spend)
    world.admit(mail("c"), spend, arrived_at=MONDAY - 90 * DAY)
    world.ledger.refund(refunded.item or 0, MONDAY)
    facts = facts_of(world, 9)
    assert [(p.at, p.thread) for p in facts.passes] == [(MONDAY, "<a@client>")]
    assert kept.pass_spent
    assert facts_of(world, 10, client="linden").passes == ()


def test_the_last_reply_to_the_correspondent_over_all_accounts(world: World):
    made = world.deferred(1)
    sent_at = world.tick(HOUR)
    world.send(made.reply)
    other = world.ledger.register("dana", ["dana@imap.example", "second@imap.example"], MONDAY)["second@imap.example"]
    world.tick(HOUR)
    assert facts_of(world, 2, account=other).last_reply_at == sent_at
    assert facts_of(world, 3, correspondent=ANNE.key).last_reply_at is None
    assert facts_of(world, 4, correspondent=None).last_reply_at is None


def test_the_fuse_counts_the_claims_of_the_account_within_its_period(world: World):
    first = world.deferred(1)
    world.tick(HOUR)
    world.send(first.reply)
    world.tick(HOUR)
    second = world.admit(mail(2), answered(world.now, to=ANNE), correspondent=ANNE.key)
    world.tick(HOUR)
    world.send(second.reply)
    assert facts_of(world, 3, fuse=timedelta(minutes=90)).replies_in_fuse == 1
    assert facts_of(world, 4, fuse=timedelta(hours=3)).replies_in_fuse == 2


def test_a_bounce_is_a_fact(world: World):
    made = world.deferred(1)
    world.tick(HOUR)
    world.send(made.reply)
    world.ledger.bounced(made.reply or 0, MONDAY + 60 * DAY, world.now)
    assert facts_of(world, 2).bounced_until == MONDAY + 60 * DAY


def test_asked_again_an_item_does_not_count_itself_or_its_reply(world: World):
    made = world.admit(mail(1), replace(answered(MONDAY, promise=MONDAY + DAY), spends_pass=True))
    world.tick(HOUR)
    item = world.ledger.item(made.item or 0)
    assert item is not None
    again = world.ledger.facts_again(item, AsOf(world.now, lookback=DAY, fuse=DAY), made.reply)
    assert again == Facts(now=world.now, arrived=MONDAY, thread="<1@client>")
    world.claim(made.reply)
    assert world.ledger.facts_again(item, AsOf(world.now, lookback=DAY, fuse=DAY)).replies_in_fuse == 1


def test_the_language_that_she_wrote_last_is_that_of_the_thread_else_of_the_client(world: World):
    def wrote_in(language: str | None, number: str, references: tuple[str, ...] = (), **more: Any) -> None:
        world.admit(
            mail(number, at=world.tick(HOUR), references=references), replace(left(), language=language), **more
        )

    wrote_in("de", "roof")
    wrote_in("fr", "cellar")
    wrote_in(None, "a word", ("<cellar@client>",))
    world.tick(HOUR)
    assert facts_of(world, 8, ("<roof@client>",)).last_language == "de"
    assert facts_of(world, 9, ("<a word@client>",)).last_language == "fr"
    assert facts_of(world, 10).last_language == "fr"
    wrote_in("es", "forged", level=Level.UNVERIFIED)
    assert facts_of(world, 11).last_language == "fr"
    assert facts_of(world, 12, level=Level.UNVERIFIED).last_language == "es"
    assert facts_of(world, 13, client="another").last_language is None
