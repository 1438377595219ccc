"""Two connections at the same instant, in a file and in a server: one mail is answered once, and what was cancelled did not go."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from support.engines import Databases
from support.ledgerkit import DAY, HOUR, MONDAY, Choose, World, answered, mail
from triaged.core.address import Address
from triaged.core.decision import Decision
from triaged.core.facts import Facts
from triaged.ledger import Accepted, Admission, Claimed, Ledger, NotClaimed, Response
from triaged.ledger.entries import Arriving

TIMES = 40


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Ledger, Ledger]]:
    """The same ledger by two connections."""
    databases: Databases | None = request.getfixturevalue("databases") if request.param == "postgresql" else None
    where = databases.ready() if databases else tmp_path / "triaged.db"
    with Ledger.open(where, now=MONDAY) as one, Ledger.open(where) as other:
        yield one, other
    if databases:
        databases.free(str(where))


def at_once(*acts: Callable[[], object]) -> None:
    """All of them, each in a thread, from one instant on."""
    ready = threading.Barrier(len(acts))
    wrong: list[BaseException] = []

    def run(act: Callable[[], object]) -> None:
        ready.wait(10)
        try:
            act()
        except BaseException as error:  # noqa: BLE001 — raised below, in the test's own thread
            wrong.append(error)

    running = [threading.Thread(target=run, args=(act,)) for act in acts]
    for one in running:
        one.start()
    for one in running:
        one.join()
    if wrong:
        raise wrong[0]


def who(number: int) -> Address:
    return Address(f"g{number}", "harbor.example")


def asked(world: World, number: int) -> Admission:
    """A message of its own correspondent, whose reply waits."""
    decision = answered(world.now, promise=world.now + DAY, to=who(number))
    return world.admit(mail(number, at=world.now), decision, correspondent=who(number).key)


def unless_answered(decision: Decision) -> Choose:
    """As the guard does: a copy of what somebody else answers gets no reply."""

    def decide(_: Arriving, facts: Facts) -> Decision:
        return replace(decision, reply=None, promise=None, no_reply="duplicate") if facts.duplicate else decision

    return decide


def test_one_mail_to_two_persons_is_answered_by_one_of_them(both: tuple[Ledger, Ledger]):
    dana, erin = World.new(both[0]), World.new(both[1], "erin")
    for number in range(TIMES):
        decide = unless_answered(answered(MONDAY, promise=MONDAY + DAY, to=who(number)))

        def arrives(world: World, number: int = number, decide: Choose = decide) -> None:
            world.admit(mail(number), decide, correspondent=who(number).key)

        at_once(partial(arrives, dana), partial(arrives, erin))
    live = dana.ledger.db.execute(
        "SELECT i.message_id, count(*) FROM reply r JOIN reply_item c ON c.reply = r.id JOIN item i ON i.id = c.item"
        " WHERE r.state IN ('waiting','held') GROUP BY i.message_id"
    ).fetchall()
    assert sorted(live) == sorted((f"<{number}@client>", 1) for number in range(TIMES))
    assert dana.ledger.db.execute("SELECT count(*) FROM item").fetchone() == (2 * TIMES,)


def test_a_reply_is_claimed_by_one_of_two(both: tuple[Ledger, Ledger]):
    dana = World.new(both[0])
    again = World(both[1], dana.account)
    for number in range(TIMES):
        made = asked(dana, number)
        dana.now = again.now = dana.now + HOUR
        found: list[Claimed | NotClaimed] = []

        def claims(world: World, reply: int | None = made.reply, found: list[Claimed | NotClaimed] = found) -> None:
            found.append(world.claim(reply))

        at_once(partial(claims, dana), partial(claims, again))
        assert sorted(type(one).__name__ for one in found) == ["Claimed", "NotClaimed"]


def test_what_was_cancelled_by_hand_did_not_go_and_what_went_was_not_cancelled(both: tuple[Ledger, Ledger]):
    owner, command = World.new(both[0]), both[1]
    for number in range(TIMES):
        made = asked(owner, number)
        reply, now = made.reply or 0, owner.tick(HOUR)
        went: list[int] = []

        def send(reply: int = reply, went: list[int] = went) -> None:
            if isinstance(owner.claim(reply), Claimed) and owner.ledger.mark_data(reply):
                went.append(reply)
                owner.ledger.sent(reply, Accepted(owner.now, Response(250, "ok"), saves_copy=True))

        at_once(send, partial(command.cancel_by_hand, reply, now))
        found = owner.ledger.reply(reply)
        assert found is not None
        assert found.state == ("sent" if went else "cancelled"), number
