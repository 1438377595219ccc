"""Half a character and NUL, wherever a stranger may put one: the window is decided, and what cannot be kept is replaced."""

from dataclasses import replace

import pytest

from support.ledgerkit import GARY, MINUTE, World, answered, identified, left, mail
from triaged.core.address import Address
from triaged.ledger import FolderRow, Ledger, NotClaimed, Place, SentSeen, SentWindow

HALF, NUL, BOTH = "half \ud83d of it", "nothing\0ness", "\0\udfff"
HOSTILE = (HALF, NUL, BOTH)
KEPT = {HALF: "half \ufffd of it", NUL: "nothing\ufffdness", BOTH: "\ufffd\ufffd"}


@pytest.fixture
def world() -> World:
    return World.new()


def all_texts(ledger: Ledger) -> list[str]:
    """Every text of every table."""
    found = (
        value for name in ledger.db.tables() for row in ledger.db.execute(f"SELECT * FROM {name}") for value in row
    )
    return [value for value in found if isinstance(value, str)]


@pytest.mark.parametrize("text", HOSTILE)
def test_one_hostile_subject_does_not_fail_the_window_it_came_in(world: World, text: str):
    hostile = mail(2)
    vars(hostile).update(subject=text, message_id=f"<{text}@client>", references=(f"<{text}>",))  # as if so read
    admitted = world.ledger.admit(world.window(mail(1), hostile, mail(3)), lambda *_: left())
    items = [world.ledger.item(one.item) for one in admitted if one.item is not None]
    assert [item.subject for item in items if item] == ["a question", KEPT[text], "a question"]
    assert [item.message_id for item in items if item][1] == f"<{KEPT[text]}@client>"
    assert not any(
        "\0" in value or value.encode("utf-8", "replace") != value.encode() for value in all_texts(world.ledger)
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_address_is_answered_once_and_remembered(world: World, text: str):
    whose = Address(text, "harbor.example")
    first = world.admit(mail(1), answered(world.now, to=whose), correspondent=GARY.key)
    reply = world.ledger.reply(first.reply or 0)
    assert reply is not None
    assert reply.rcpt == f"{KEPT[text]}@harbor.example"
    world.tick(10 * MINUTE)
    world.send(first.reply)
    after = world.admit(mail(2), answered(world.now, to=whose), correspondent=GARY.key)
    assert isinstance(world.claim(after.reply, now=world.now + 10 * MINUTE), NotClaimed)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_name_of_a_folder_is_one_folder_whenever_it_is_named(world: World, text: str):
    row = FolderRow(world.account.id, text, "watch", 7, 1, 1)
    world.ledger.put_folder(row)
    world.ledger.put_folder(row)
    assert world.ledger.folder(world.account.id, text) == replace(row, name=KEPT[text])
    made = world.admit(mail(1), left(), place=Place(text, 7, 1))
    assert world.ledger.item_at(world.account.id, Place(text, 7, 1)) == world.ledger.item(made.item or 0)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_server_says_is_kept_of_a_mail_in_sent_and_of_an_effect(world: World, text: str):
    made = world.admit(mail(1), answered(world.now))
    seen = SentSeen(f"<{text}>", ("<1@client>",), world.now, rcpts=(text,), clients=(text,))
    world.ledger.saw_sent(SentWindow(world.account.id, world.now, [seen]))
    [effect, *_] = world.ledger.effects_for(made.item or 0)
    world.ledger.fail(effect.id, text, world.now)
    assert not any(
        "\0" in value or value.encode("utf-8", "replace") != value.encode() for value in all_texts(world.ledger)
    )


def test_a_message_of_half_characters_as_it_comes_over_the_wire_is_decided(world: World):
    message = mail(1, subject="=?utf-16?B?2D0=?= =?utf-8?B?AAAA?=")
    made = world.put(world.arriving(message), left())
    assert made.item is not None
    assert identified(message).message is message
