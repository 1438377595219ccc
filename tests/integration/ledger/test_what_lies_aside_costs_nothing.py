"""What each message and each look ask of the ledger costs the same, however much lies aside: SQLite's own steps are counted."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from support.ledgerkit import DAY, HOUR, MONDAY, World, answered, aside, mail
from triaged.ledger import Ledger, Place
from triaged.ledger.entries import FolderRow

FEW, MANY = 20, 600
NUMBERED = 9

Laid = tuple[World, FolderRow]
Asked = Callable[[World, FolderRow], object]
ASKED: dict[str, Asked] = {
    "standing": lambda w, _: w.ledger.standing(w.account.id, w.now),
    "glance": lambda w, _: w.ledger.glance(w.account.id, w.now - DAY),
    "owed": lambda w, _: w.ledger.owed(w.account.id, w.now),
    "next_at": lambda w, _: w.ledger.next_at(w.account.id, w.now),
    "next_due": lambda w, _: w.ledger.next_due(),
    "accounts_due": lambda w, _: w.ledger.accounts_due(w.now),
    "people_due": lambda w, _: w.ledger.people_due(w.now, HOUR),
    "due_pushes": lambda w, _: w.ledger.due_pushes("dana", w.now),
    "due_replies": lambda w, _: w.ledger.due_replies(w.now),
    "next_reply_due": lambda w, _: w.ledger.next_reply_due(w.account.id),
    "is_any_aside": lambda w, _: w.ledger.is_any_aside(w.account.id),
    "folders_aside": lambda w, _: w.ledger.folders_aside(w.account.id),
    "items_aside_in no folder": lambda w, _: w.ledger.items_aside_in(w.account.id, None),
    "uids_aside above": lambda w, folder: w.ledger.uids_aside(folder, 10_000),
    "uids_aside_at": lambda w, folder: w.ledger.uids_aside_at(folder, [3, 4]),
    "items_aside_at": lambda w, folder: w.ledger.items_aside_at(folder, [3, 4]),
    "resting_at": lambda w, folder: w.ledger.resting_at(folder, [3, 4]),
    "pressing": lambda w, folder: w.ledger.pressing(folder, w.now),
}


@pytest.fixture(scope="module")
def laid() -> tuple[Laid, Laid]:
    """A ledger in which few lie aside for weeks, and one in which many do."""
    return _laid(FEW), _laid(MANY)


def _laid(count: int) -> Laid:
    world = World.new(Ledger.open(":memory:"))
    for number in range(count):
        back = MONDAY + timedelta(days=40, minutes=number)
        decision = replace(answered(world.now, effects=(aside(back),)), reply=None, no_reply="the rule says none")
        world.put_aside(world.admit(mail(number), decision), uid=number + 1)
    world.tick(DAY)
    return world, FolderRow(world.account.id, "Deferred", "deferred", NUMBERED, count + 1, 1)


def steps(world: World, ask: Callable[[], object]) -> int:
    """Of SQLite's machine (https://www.sqlite.org/c3ref/progress_handler.html)."""
    count = 0

    def one() -> None:
        nonlocal count
        count += 1

    world.ledger.db.set_progress_handler(one, 1)
    ask()
    world.ledger.db.set_progress_handler(None, 1)
    return count


@pytest.mark.parametrize("name", ASKED)
def test_it_is_asked_in_as_many_steps_whether_few_or_many_lie_aside(name: str, laid: tuple[Laid, Laid]):
    few, many = (steps(world, lambda world=world, folder=folder: ASKED[name](world, folder)) for world, folder in laid)
    assert 0 < many <= 1.3 * few + 20, f"{few} steps, then {many}"


def test_the_folders_in_which_something_lies_aside_are_all_named(laid: tuple[Laid, Laid]):
    world, folder = laid[0]
    last = world.ledger.items_aside_at(folder, [FEW])[0]
    for place in (Place("Deferred", 10, 3), Place("Archive", 9, 3), Place("Deferred", NUMBERED, FEW)):
        assert set(world.ledger.folders_aside(world.account.id)) == {("Deferred", NUMBERED)}
        world.ledger.place_item(last.id, place)
        found = {("Deferred", NUMBERED), (place.folder, place.uidvalidity)}
        assert sorted(world.ledger.folders_aside(world.account.id)) == sorted(found)
        world.ledger.place_item(last.id, Place("Deferred", NUMBERED, FEW))
