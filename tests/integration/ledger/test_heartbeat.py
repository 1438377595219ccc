"""A process is seen while it lives, may act only while it is seen, and hears when somebody else serves whom it served."""

from collections.abc import Callable, Iterator

import pytest

from server.postgres import Postgres as Server
from server.processes import until
from support.engines import Databases
from triaged.ledger import Ledger
from triaged.ledger.heartbeat import Heartbeat, Pace
from triaged.ledger.leases import Process, beat, give_back, served, take
from triaged.ledger.postgresopening import make_ready

pytestmark = pytest.mark.server
QUICK = Pace(every=0.02, again=0.02, acts=0.5)


@pytest.fixture
def ledger(databases: Databases) -> Iterator[Ledger]:
    yield databases.give()
    databases.take_back()


@pytest.fixture
def beating() -> Iterator[Callable[..., Heartbeat]]:
    """Heartbeats that are ended with the test."""
    running: list[Heartbeat] = []

    def give(uri: str, process: Process, lost: list[str] | None = None, pace: Pace = QUICK) -> Heartbeat:
        made = Heartbeat(uri, process, (lost if lost is not None else []).extend, pace)
        running.append(made)
        made.start()
        return made

    yield give
    for one in running:
        one.stop()


def seen_at(ledger: Ledger) -> int:
    found = ledger.db.execute("SELECT seen_at FROM host").fetchone()
    return int(found[0]) if found else 0


def test_it_is_seen_again_and_again(databases: Databases, ledger: Ledger, beating: Callable[..., Heartbeat]):
    one = beating(databases.uri_of(ledger), Process("one", "0.1"))
    until(one.may_act, 10, "it may act")
    before = seen_at(ledger)
    until(lambda: seen_at(ledger) > before, 10, "it is seen again")
    assert one.last is not None
    assert not one.last.rests
    assert abs(one.last.ahead.total_seconds()) < 5


def test_who_was_never_seen_may_do_nothing(databases: Databases, ledger: Ledger):
    assert not Heartbeat(databases.uri_of(ledger), Process("one", "0.1"), print).may_act()


def test_a_ledger_that_is_busy_is_no_host_that_is_gone(
    databases: Databases, ledger: Ledger, beating: Callable[..., Heartbeat]
):
    one = beating(databases.uri_of(ledger), Process("one", "0.1"))
    until(one.may_act, 10, "it may act")
    ledger.db.begin()
    before = seen_at(ledger)
    until(lambda: seen_at(ledger) > before, 10, "it is seen again")
    ledger.db.undo()


def test_of_whom_somebody_else_serves_is_told_once_and_of_nobody_who_was_given_back(
    databases: Databases, ledger: Ledger, beating: Callable[..., Heartbeat]
):
    mine, other = Process("one", "0.1"), Process("two", "0.1")
    lost: list[str] = []
    heart = beating(databases.uri_of(ledger), mine, lost)
    until(heart.may_act, 10, "it may act")
    found = take(ledger, mine, ["dana", "erin", "tom"], 3)
    heart.watch([one.fence for one in found])
    heart.let_go(["erin"])
    give_back(ledger, mine, ["erin", "tom"])  # nobody has said so of tom
    until(lambda: lost, 10, "the loss is told")
    beat(ledger, other, heart.last.at if heart.last else None)  # type: ignore[arg-type]  # it has beaten
    assert [one.fence.person for one in take(ledger, other, ["dana", "tom"], 3)] == ["tom"]
    before = seen_at(ledger)
    until(lambda: seen_at(ledger) > before, 10, "it has looked again")
    assert lost == ["tom"]
    assert [(row.person, row.host) for row in served(ledger)] == [("dana", "one"), ("tom", "two")]


def test_while_the_server_is_away_it_may_soon_act_no_more_and_goes_on_when_it_is_back(
    beating: Callable[..., Heartbeat],
):
    server = Server()
    try:
        server.start()
        uri = server.new_database()
        make_ready(uri)
        mine, lost = Process("one", "0.1"), list[str]()
        heart = beating(uri, mine, lost)
        until(heart.may_act, 10, "it may act")
        with Ledger.open(uri) as ledger:
            heart.watch([one.fence for one in take(ledger, mine, ["dana"], 1)])
        server.stop()
        until(lambda: not heart.may_act(), 10, "it may act no more")
        assert heart.trouble is not None
        server.start()
        until(heart.may_act, 10, "it may act again")
        assert heart.trouble is None
        assert lost == []
    finally:
        server.close()
