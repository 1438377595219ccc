"""When a promise is kept does not depend on which of two hands was first; a mark and its mail are one answer."""

from dataclasses import replace

import pytest

from support.ledgerkit import DAY, GARY, HOUR, MINUTE, MONDAY, World, answered, joining, later, mail
from triaged.ledger import ByHand, Line, NewEffect, Place, SentSeen, SentWindow
from triaged.ledger.entries import Item


def promised(world: World, *, threads: int) -> list[int]:
    """Two messages that one reply promised an answer to: in two threads, or in one."""
    first = world.deferred(1, promise=MONDAY + DAY)
    references = ("<1@client>",) if threads == 1 else ()
    second = world.admit(
        mail(2, references=references), joining(replace(answered(MONDAY), promise=later(MONDAY + DAY)))
    )
    assert second.joined
    world.tick(HOUR)
    world.send(first.reply)
    assert first.item is not None
    assert second.item is not None
    return [first.item, second.item]


def item(world: World, number: int) -> Item:
    found = world.ledger.item(number)
    assert found is not None
    return found


def answers(world: World, thread: str, *, at: int = 0) -> None:
    seen = SentSeen(f"<to{thread}", (thread,), world.now - at * MINUTE, (GARY.key,))
    world.ledger.saw_sent(SentWindow(world.account.id, world.now, [seen]))


def marks(world: World, number: int) -> None:
    world.ledger.saw_answered_flag(number, world.now)


def deletes(world: World, number: int) -> None:
    world.ledger.hand(number, ByHand("gone", None, world.now))


def state(world: World) -> str:
    [found] = world.ledger.db.execute("SELECT state FROM promise").fetchall()
    return str(found[0])


@pytest.mark.parametrize("first", ["deletes", "answers"])
def test_of_two_threads_a_deleted_one_has_no_answer_whichever_hand_was_first(world: World, first: str):
    one, _ = promised(world, threads=2)
    hands = [lambda: deletes(world, one), lambda: answers(world, "<2@client>")]
    for hand in hands if first == "deletes" else reversed(hands):
        world.tick(HOUR)
        hand()
    assert state(world) == "open"
    answers(world, "<1@client>")
    assert state(world) == "kept", "an answer counts for what was deleted, too"


@pytest.mark.parametrize("first", ["deletes", "marks"])
def test_within_an_answered_thread_a_deleted_message_wants_no_answer_whichever_hand_was_first(world: World, first: str):
    one, two = promised(world, threads=1)
    hands = [lambda: deletes(world, two), lambda: marks(world, one)]
    for hand in hands if first == "deletes" else reversed(hands):
        world.tick(HOUR)
        hand()
    assert state(world) == "kept"


def test_deleting_everything_is_no_answer(world: World):
    for number in promised(world, threads=1):
        deletes(world, number)
    assert state(world) == "open"


def test_the_mail_that_a_mark_stood_for_takes_its_place(world: World):
    made = world.deferred(1, promise=MONDAY + DAY)
    world.tick(HOUR)
    world.send(made.reply)
    assert made.item is not None
    world.now = MONDAY + DAY + HOUR
    marks(world, made.item)
    assert state(world) == "late"
    assert item(world, made.item).answered_by == "flag"
    answers(world, "<1@client>", at=90)
    found = item(world, made.item)
    assert (found.answered_by, found.answered_at) == ("answer", MONDAY + DAY - 30 * MINUTE)
    assert state(world) == "kept", "the mail had gone in time"


def test_a_mail_long_after_the_mark_is_another_one(world: World):
    made = world.deferred(1)
    assert made.item is not None
    marks(world, made.item)
    world.tick(DAY)
    answers(world, "<1@client>")
    assert item(world, made.item).answered_by == "flag"


def test_what_was_marked_or_answered_before_it_came_says_which(world: World):
    marked = world.put(world.arriving(mail(1), flags=frozenset({"\\Answered"})), answered(MONDAY))
    answers(world, "<9@client>")
    replied = world.admit(mail(9, at=MONDAY - HOUR), answered(MONDAY))
    assert marked.item is not None
    assert replied.item is not None
    assert item(world, marked.item).answered_by == "flag"
    assert item(world, replied.item).answered_by == "answer"


def test_each_number_of_a_mail_to_myself_is_remembered_with_what_it_stands_for(world: World):
    one, two = world.deferred(1).item, world.deferred(2).item
    assert one is not None
    assert two is not None
    mail_of_day = NewEffect(
        "digest:dana:2026-11-24", "append", "dana", MONDAY, world.account.id,
        args={"message_id": "<d@roth>"}, lines={1: Line((one,)), 2: Line((one, two)), 3: Line(reply=7)},
    )  # fmt: skip
    for _ in range(2):  # once per key
        world.ledger.plan(mail_of_day)
    assert world.ledger.lines("<d@roth>") == {1: Line((one,)), 2: Line((one, two)), 3: Line((), 7)}
    assert world.ledger.lines("<other@roth>") == {}
    for number in (one, two):
        world.ledger.hand(number, ByHand("gone", Place("Trash", 1, number), MONDAY))
    world.ledger.purge(MONDAY + 800 * DAY, 90 * DAY)
    assert world.ledger.lines("<d@roth>") == {}
