"""No verb overwrites what it has not asked: the old state stands in every UPDATE, and who comes second changes nothing."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import triaged.ledger
from support.ledgerkit import DAY, HOUR, World
from triaged.ledger import ByHand, Claimed, Place, ReplyRow
from triaged.ledger.changes import End, end_reply
from triaged.ledger.replies import Sighting, went

ROOM = Path(triaged.ledger.__file__).parent
_ALONE = re.compile(
    r"\bUPDATE\s+\S+\s+SET\b(?:(?!\bWHERE\b).)*\bWHERE\s+id\s*=\s*(?:\?|:\w+)\s*(?:RETURNING\b.*)?$", re.DOTALL
)


def statements(path: Path) -> Iterator[str]:
    """The texts of a module: constants, and those put together from constants (what is put in stands as {})."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            yield "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@pytest.mark.parametrize("path", sorted(ROOM.glob("*.py")), ids=lambda path: path.stem)
def test_no_update_goes_by_the_id_alone(path: Path):
    if path.stem != "schema":
        assert [text for text in statements(path) if _ALONE.search(text.strip())] == []


@pytest.mark.parametrize(
    "text",
    [
        "UPDATE reply SET state = ? WHERE id = ?",
        "UPDATE item SET tries = tries + 1 WHERE id = :item RETURNING tries",
        "\nUPDATE reply SET a = ?,\n b = ? WHERE id = ?\n",
    ],
)
def test_an_update_by_the_id_alone_is_found(text: str):
    assert _ALONE.search(text.strip())


@pytest.fixture
def world() -> World:
    return World.new()


def due(world: World) -> int:
    made = world.deferred(1)
    world.tick(HOUR)
    assert made.reply is not None
    return made.reply


def reply_of(world: World, reply: int) -> ReplyRow:
    found = world.ledger.reply(reply)
    assert found is not None
    return found


def test_a_reply_that_is_being_sent_is_not_ended_by_who_saw_it_waiting(world: World):
    reply = due(world)
    assert isinstance(world.claim(reply), Claimed)
    assert world.ledger.mark_data(reply)
    before = reply_of(world, reply)
    assert end_reply(world.ledger.db, reply, End("cancelled", "by hand", 0), "('waiting','held')") is None
    assert went(world.ledger.db, reply, Sighting(0, 0), "'in_doubt','drafted'") is None
    assert reply_of(world, reply) == before


def test_the_body_of_a_reply_begins_once(world: World):
    reply = due(world)
    assert isinstance(world.claim(reply), Claimed)
    assert world.ledger.mark_data(reply)
    assert not world.ledger.mark_data(reply)


def test_a_move_that_ends_after_a_hand_has_taken_the_message_leaves_it_to_the_hand(world: World):
    made = world.deferred(1)
    assert made.item is not None
    world.put_aside(made)
    [back] = [e for e in world.ledger.effects_for(made.item) if e.kind == "back"]
    assert world.ledger.begin([back.id], world.tick(DAY))
    world.ledger.hand(made.item, ByHand("gone", None, world.now))
    assert not world.ledger.done(back.id, world.now, Place("INBOX", 7, 9))
    found = world.ledger.item(made.item)
    assert found is not None
    assert (found.state, found.place) == ("gone", None)
