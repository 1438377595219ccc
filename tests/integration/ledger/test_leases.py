"""Each person is served by exactly one process: taken, fenced, lost, given back, and taken from who is not seen any more."""

import threading
from collections.abc import Iterator

import pytest

from support.engines import Databases
from support.ledgerkit import DAY, HOUR, MONDAY, World
from triaged.ledger import Claimed, Ledger
from triaged.ledger.engine import Fence
from triaged.ledger.errors import LeaseLost
from triaged.ledger.leases import Process, Taken, beat, give_back, held, leave, served, share, take
from triaged.ledger.store import commit

pytestmark = pytest.mark.server


@pytest.fixture
def ledger(databases: Databases) -> Iterator[Ledger]:
    yield databases.give()
    databases.take_back()


def process(ledger: Ledger, name: str, weight: int = 1) -> Process:
    made = Process(name, "0.1", weight)
    assert not beat(ledger, made, MONDAY).rests
    return made


def unseen(ledger: Ledger, one: Process, seconds: int = 31) -> None:
    """As if it had not been seen for so long."""
    sql = "UPDATE host SET seen_at = seen_at - ? WHERE instance = ?"
    assert ledger.db.execute(sql, (seconds * 1000, one.instance)).rowcount == 1


def taken(ledger: Ledger, by: Process, *persons: str, most: int = 10) -> list[Taken]:
    return take(ledger, by, persons, most)


def names(found: list[Taken]) -> list[str]:
    return [one.fence.person for one in found]


def note(ledger: Ledger, key: str) -> None:
    with commit(ledger, "note") as db:
        db.execute("INSERT INTO meta (key, value) VALUES (?, 'x')", (key,))


def test_a_person_belongs_to_who_took_her_first(ledger: Ledger):
    one, two = process(ledger, "one"), process(ledger, "two")
    [dana] = taken(ledger, one, "dana")
    assert names(taken(ledger, two, "dana", "tom")) == ["tom"]
    assert held(ledger, one) == {"dana": dana.fence}
    assert [(row.person, row.host, row.is_seen) for row in served(ledger)] == [
        ("dana", "one", True),
        ("tom", "two", True),
    ]


def test_only_her_owner_writes_for_her(ledger: Ledger):
    [dana] = taken(ledger, process(ledger, "one"), "dana")
    note(ledger.of(dana.fence), "a")
    for wrong in (Fence("dana", "a guess"), Fence("tom", dana.fence.token)):
        with pytest.raises(LeaseLost, match="is served by another"):
            note(ledger.of(wrong), "b")
    assert ledger.db.execute("SELECT key FROM meta WHERE key <> 'schema'").fetchall() == [("a",)]


def test_who_is_not_seen_is_taken_from_and_writes_nothing_when_it_wakes(ledger: Ledger):
    one, two = process(ledger, "one"), process(ledger, "two")
    [before] = taken(ledger, one, "dana")
    unseen(ledger, one, 25)
    assert taken(ledger, two, "dana") == []
    unseen(ledger, one, 6)
    [after] = taken(ledger, two, "dana")
    assert after.fence.token != before.fence.token
    with pytest.raises(LeaseLost):
        note(ledger.of(before.fence), "woken")
    note(ledger.of(after.fence), "taken")
    assert held(ledger, one) == {}


def test_an_interruption_that_nobody_used_ends_nothing(ledger: Ledger):
    one = process(ledger, "one")
    [dana] = taken(ledger, one, "dana")
    unseen(ledger, one, 300)  # the database was away for everybody
    assert beat(ledger, one, MONDAY).rests
    assert held(ledger, one) == {"dana": dana.fence}
    note(ledger.of(dana.fence), "a")


def test_who_was_not_seen_itself_takes_nobody_for_as_long(ledger: Ledger):
    one = process(ledger, "one")
    unseen(ledger, one)
    assert taken(ledger, one, "dana") == []
    assert beat(ledger, one, MONDAY).rests
    assert taken(ledger, one, "dana") == []
    ledger.db.execute("UPDATE host SET rests_until = rests_until - 30000")
    assert not beat(ledger, one, MONDAY).rests
    assert names(taken(ledger, one, "dana")) == ["dana"]


def test_nobody_takes_who_has_never_been_seen(ledger: Ledger):
    assert taken(ledger, Process("a clone", "0.1"), "dana") == []


def test_what_is_given_back_is_free_at_once(ledger: Ledger):
    one, two = process(ledger, "one"), process(ledger, "two")
    [dana, _] = taken(ledger, one, "dana", "tom")
    assert give_back(ledger, one, ["dana", "somebody"]) == 1
    with pytest.raises(LeaseLost):
        note(ledger.of(dana.fence), "late")
    assert names(taken(ledger, two, "dana", "tom")) == ["dana"]
    assert give_back(ledger, one, ["dana"]) == 0  # hers now
    assert list(held(ledger, two)) == ["dana"]


def test_a_process_that_is_proved_dead_is_succeeded_at_once(ledger: Ledger):
    one, two = process(ledger, "one"), process(ledger, "one")
    taken(ledger, one, "dana", "tom")
    assert leave(ledger, one.instance) == 2
    assert names(taken(ledger, two, "dana", "tom")) == ["dana", "tom"]
    assert {row.instance for row in served(ledger)} == {two.instance}


def test_taking_ends_what_its_owner_had_in_hand_for_hers_alone(ledger: Ledger):
    dana, tom = World.new(ledger), World.new(ledger, "tom")
    one, two = process(ledger, "one"), process(ledger, "two")
    take(ledger, one, ["dana", "tom"], 2)
    sending = {}
    for world, number, body in ((dana, 1, False), (dana, 2, True), (tom, 3, True)):
        made = world.deferred(number, promise=MONDAY + DAY)
        sending[number] = made.reply
        world.tick(DAY)
        assert isinstance(world.claim(made.reply), Claimed)
        if body:
            assert ledger.mark_data(made.reply or 0)
        if number == 1:
            ledger.db.execute("UPDATE reply SET correspondent = 'another@harbor.example' WHERE id = ?", (made.reply,))
    unseen(ledger, one)
    [found] = take(ledger, two, ["dana"], 2)
    assert [reply.id for reply in found.waiting] == [sending[1]]
    assert [reply.id for reply in found.in_doubt] == [sending[2]]
    assert found.in_doubt[0].reason == "its host was gone while it was being sent"
    states = dict(ledger.db.execute("SELECT id, state FROM reply").fetchall())
    assert states == {sending[1]: "waiting", sending[2]: "in_doubt", sending[3]: "sending"}


def test_to_whom_something_was_owed_first_is_taken_first(ledger: Ledger):
    one = process(ledger, "one")
    for number, person in enumerate(("tom", "dana", "erin")):
        world = World.new(ledger, person)
        world.now = MONDAY + number * HOUR
        world.deferred(f"{person}s")
    assert names(taken(ledger, one, "dana", "erin", "tom", "zoe", most=2)) == ["tom", "dana"]
    assert names(taken(ledger, one, "dana", "erin", "tom", "zoe")) == ["erin", "zoe"]


def test_a_share_goes_by_weight_among_those_that_are_seen(ledger: Ledger):
    one, two = process(ledger, "one"), process(ledger, "two", weight=2)
    assert (share(ledger, one, 10), share(ledger, two, 10)) == (4, 7)
    unseen(ledger, two)
    assert share(ledger, one, 10) == 10
    assert share(ledger, one, 0) == 0


def test_how_far_the_clock_here_is_off_is_told(ledger: Ledger):
    one = Process("one", "0.1")
    first = beat(ledger, one, MONDAY)
    assert abs((beat(ledger, one, first.at + HOUR).ahead - HOUR).total_seconds()) < 30


def test_many_hosts_that_take_at_a_time_share_all_persons_and_none_twice(databases: Databases, ledger: Ledger):
    persons = [f"person{number}" for number in range(60)]
    found: list[str] = []

    def serve() -> None:
        with Ledger.open(databases.uri_of(ledger)) as own:
            mine = process(own, "host")
            while got := names(take(own, mine, persons, 5)):
                found.extend(got)

    hosts = [threading.Thread(target=serve) for _ in range(4)]
    for host in hosts:
        host.start()
    for host in hosts:
        host.join()
    assert sorted(found) == sorted(persons)
