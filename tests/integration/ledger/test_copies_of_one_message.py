"""One mail to several persons of the service: one of them answers, and who merely saw it silences nobody."""

from dataclasses import replace

import pytest

from support.ledgerkit import MINUTE, MONDAY, World, answered, left
from triaged.core.decision import Decision
from triaged.core.facts import Facts
from triaged.core.message import Message, read_raw
from triaged.ledger import Claimed, ReplyRow
from triaged.ledger.entries import Admission, Arriving

BOTH = b"From: gary@harbor.example\r\nTo: %s\r\nMessage-ID: <1@client>\r\nSubject: x\r\n\r\nCan you ring me?\r\n"


def to(*whom: str) -> Message:
    return read_raw(BOTH % ", ".join(f"{one}@roth.example" for one in whom).encode())


def copy_of(world: World, message: Message, *, replies: bool = True, mode: str = "send") -> Admission:
    """The person's copy is admitted as the daemon does it: a reply is planned unless it is a duplicate."""
    arriving = world.arriving(message, mode=mode, mine=f"{world.account.person}@roth.example")

    def decide(_: Arriving, facts: Facts) -> Decision:
        world.seen.append(facts)
        if facts.duplicate or not replies:
            return replace(left(), no_reply="duplicate" if facts.duplicate else "rule")
        return answered(MONDAY)

    [admission] = world.ledger.admit(world.window(arriving), decide, lambda _, a: {"mine": a.mine})
    return admission


def reply_of(world: World, admission: Admission) -> ReplyRow:
    assert admission.reply is not None
    found = world.ledger.reply(admission.reply)
    assert found is not None
    return found


@pytest.fixture
def eva(world: World) -> World:
    return World.new(world.ledger, "eva")


def test_a_copy_that_was_merely_seen_silences_nobody(world: World, eva: World):
    copy_of(world, to("eva", "dana"), replies=False)
    assert copy_of(eva, to("eva", "dana")).reply is not None


def test_a_draft_before_another_person_silences_nobody(world: World, eva: World):
    copy_of(world, to("dana", "eva"), mode="draft")
    assert copy_of(eva, to("dana", "eva")).reply is not None


def test_who_comes_later_in_to_does_not_answer_what_the_first_will(world: World, eva: World):
    assert copy_of(world, to("dana", "eva")).reply is not None
    assert copy_of(eva, to("dana", "eva")).reply is None


def test_a_waiting_reply_of_who_comes_later_in_to_gives_way(world: World, eva: World):
    later = copy_of(world, to("eva", "dana"))
    first = copy_of(eva, to("eva", "dana"))
    assert (reply_of(world, later).state, reply_of(world, later).reason) == ("cancelled", "duplicate")
    assert [reply.id for reply in first.cancelled] == [later.reply]
    assert reply_of(eva, first).state == "waiting"
    item = world.ledger.item(later.item or 0)
    assert item is not None
    assert item.no_reply == "duplicate"


def test_a_claim_never_gives_way(world: World, eva: World):
    later = copy_of(world, to("eva", "dana"))
    world.tick(10 * MINUTE)
    assert isinstance(world.claim(later.reply), Claimed)
    assert copy_of(eva, to("eva", "dana")).reply is None


def test_where_to_names_neither_the_first_of_the_configuration_answers(world: World, eva: World):
    later = copy_of(eva, to("team"))
    assert copy_of(world, to("team")).reply is not None
    assert reply_of(eva, later).state == "cancelled"


def test_a_plan_that_is_only_drafted_takes_nothing_from_one_that_goes(world: World, eva: World):
    goes = copy_of(world, to("eva", "dana"))
    copy_of(eva, to("eva", "dana"), mode="draft")
    assert reply_of(world, goes).state == "waiting"


def test_a_second_copy_in_the_same_mailbox_stays_a_duplicate(world: World):
    copy_of(world, to("dana"), replies=False)
    again = read_raw(b"Received: by x; Mon, 23 Nov 2026 08:00:01 +0000\r\n" + BOTH % b"dana@roth.example")
    assert copy_of(world, again).reply is None
    assert world.seen[-1].duplicate
