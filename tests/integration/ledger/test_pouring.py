"""From a file into a server and back everything is the same, numbers and all, and only one of the two is worked with."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.engines import Databases
from support.ledgerkit import DAY, HOUR, MONDAY, World, answered, mail
from triaged.ledger import Ledger, LedgerDamaged, LedgerUnavailable
from triaged.ledger.errors import LedgerMoved
from triaged.ledger.pouring import pour
from triaged.ledger.whose import sums

pytestmark = pytest.mark.server


@pytest.fixture
def server(databases: Databases) -> Iterator[str]:
    uri = databases.ready()
    yield uri
    databases.free(uri)


@pytest.fixture
def peopled(path: Path) -> Path:
    with Ledger.open(path, now=MONDAY) as ledger:
        for person in ("dana", "erin"):
            world = World.new(ledger, person)
            world.put_aside(world.deferred(f"aside-{person}"))
            world.admit(mail(f"asks-{person}", subject="Grüße\N{SNOWMAN} \\u0000"), answered(MONDAY + HOUR))
            world.tick(DAY)
            made = world.deferred(f"told-{person}", promise=MONDAY + 3 * DAY)
            world.tick(DAY)
            world.claim(made.reply)
        ledger.stopping(MONDAY)
    return path


def poured(source: Path | str, target: Path | str) -> None:
    with Ledger.open(source) as one, Ledger.open(target) as other:
        pour(one, other, "elsewhere", MONDAY)


def seen(where: Path | str) -> tuple[object, ...]:
    with Ledger.open(where) as ledger:
        everybodys = dict(sums(ledger.db))
        return everybodys, ledger.deferred(), ledger.queue(), ledger.accounts(), ledger.reply_raw(3)


@pytest.fixture
def into(server: str) -> Callable[[Path], str]:
    def give(source: Path) -> str:
        poured(source, server)
        return server

    return give


def test_into_a_server_everything_is_the_same_and_the_file_is_refused(peopled: Path, into: Callable[[Path], str]):
    before = seen(peopled)
    server = into(peopled)
    assert seen(server) == before
    with pytest.raises(LedgerMoved, match="was moved to elsewhere on 2026-11-23"):
        Ledger.open(peopled)


def test_and_back_into_a_file(peopled: Path, into: Callable[[Path], str], tmp_path: Path):
    before = seen(peopled)
    server = into(peopled)
    poured(server, tmp_path / "back.db")
    assert seen(tmp_path / "back.db") == before
    with pytest.raises(LedgerMoved, match="was moved to elsewhere"):
        Ledger.open(server)
    Ledger.open(tmp_path / "back.db", now=MONDAY).close()


def test_numbers_go_on_after_those_that_came_along(peopled: Path, into: Callable[[Path], str]):
    with Ledger.open(into(peopled)) as ledger:
        highest = max(number for (number,) in ledger.db.execute("SELECT id FROM item"))
        world = World.new(ledger, "zoe")
        assert world.admit(mail("new"), answered(MONDAY)).item == highest + 1


def test_what_holds_something_is_not_copied_into(peopled: Path, server: str):
    with Ledger.open(server) as ledger:
        World.new(ledger, "somebody")
    with pytest.raises(LedgerUnavailable, match="holds something already"):
        poured(peopled, server)
    Ledger.open(peopled).close()


def test_what_differs_is_not_kept_and_nothing_is_stamped(peopled: Path, server: str, monkeypatch: pytest.MonkeyPatch):
    from triaged.ledger import pouring

    table = pouring._pour_table

    def spoilt(here, there, name: str) -> None:  # noqa: ANN001 — as what it stands for
        table(here, there, name)
        if name == "item":
            there.execute("UPDATE item SET subject = 'another' WHERE id = 1")

    monkeypatch.setattr(pouring, "_pour_table", spoilt)
    with pytest.raises(LedgerDamaged, match="tables item differ"):
        poured(peopled, server)
    with Ledger.open(server) as ledger:
        assert not any(found.rows for found in sums(ledger.db).values())
    Ledger.open(peopled).close()


def test_one_whose_source_was_not_stamped_yet_is_not_worked_with(
    peopled: Path, server: str, monkeypatch: pytest.MonkeyPatch
):
    from triaged import crash

    class Died(BaseException):
        pass

    def die(name: str) -> None:
        if name == "ledger.copy.before":
            raise Died

    monkeypatch.setattr(crash, "point", die)
    with pytest.raises(Died):
        poured(peopled, server)
    with pytest.raises(LedgerUnavailable, match="was being copied into"):
        Ledger.open(server)
    Ledger.open(peopled).close()
