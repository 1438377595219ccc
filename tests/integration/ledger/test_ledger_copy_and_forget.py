"""A ledger that moves is whole and checked and works in one place only; what is forgotten is gone, and nothing else."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from support.ledgerkit import DAY, GARY, HOUR, MONDAY, World, answered, mail
from triaged.ledger import Ledger, LedgerDamaged, LedgerUnavailable
from triaged.ledger.copying import Copying
from triaged.ledger.errors import LedgerMoved
from triaged.ledger.schema import MIGRATIONS
from triaged.ledger.whose import sums


@pytest.fixture
def peopled(path: Path) -> Path:
    """A ledger of two persons with a message aside each, one that was answered, and a reply that waits."""
    with Ledger.open(path, now=MONDAY) as ledger:
        for person in ("dana", "erin"):
            world = World.new(ledger, person)
            world.put_aside(world.deferred(f"aside-{person}"))
            world.admit(mail(f"asks-{person}"), answered(MONDAY + HOUR))
        ledger.stopping(MONDAY)
    return path


def copied(path: Path, target: Path, person: str | None = None, *, trial: bool = False) -> None:
    with Ledger.open(path) as ledger:
        ledger.copy(Copying(target, person, trial=trial), MONDAY)


def octets_of(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.glob("triaged.db*")))


def test_a_moved_ledger_is_the_same_and_the_source_is_refused(peopled: Path, tmp_path: Path):
    with Ledger.open(peopled) as ledger:
        before = sums(ledger.db)
    copied(peopled, tmp_path / "new.db")
    with Ledger.open(tmp_path / "new.db", now=MONDAY + HOUR) as ledger:
        assert dict(sums(ledger.db)) == dict(before)
        assert {row.person for row in ledger.accounts()} == {"dana", "erin"}
        assert [reply.state for reply in ledger.queue()] == ["waiting", "waiting"]  # nothing is held: it is no copy
    with pytest.raises(LedgerMoved, match=r"was moved to .*new\.db on 2026-11-23"):
        Ledger.open(peopled)


def test_the_copy_of_one_person_has_nothing_of_the_others(peopled: Path, tmp_path: Path):
    target = tmp_path / "dana.db"
    copied(peopled, target, "dana")
    assert b"erin" not in target.read_bytes()
    with Ledger.open(target, now=MONDAY + HOUR) as ledger:
        assert {row.person for row in ledger.accounts()} == {"dana"}
        assert len(ledger.deferred()) == 1
        assert not ledger.moved()
    with Ledger.open(peopled) as ledger:
        assert ledger.moved() == {"dana": f"{target} on 2026-11-23 09:00 UTC"}
        assert len(ledger.deferred("erin")) == 1


def test_a_trial_only_reads_and_leaves_the_source_in_use(peopled: Path, tmp_path: Path):
    copied(peopled, tmp_path / "trial.db", trial=True)
    with Ledger.open(tmp_path / "trial.db") as trial:
        assert len(trial.deferred()) == 2
        with pytest.raises(LedgerUnavailable):
            trial.release(trial.deferred()[0].item.id, MONDAY)
        with pytest.raises(LedgerMoved, match="only read"):
            trial.recover(MONDAY)
    with Ledger.open(peopled, now=MONDAY + HOUR) as ledger:
        assert len(ledger.queue()) == 2


def test_a_file_that_is_there_is_not_written_over(peopled: Path, tmp_path: Path):
    (tmp_path / "new.db").write_bytes(b"somebody's")
    with pytest.raises(LedgerUnavailable, match="is there already"):
        copied(peopled, tmp_path / "new.db")
    assert (tmp_path / "new.db").read_bytes() == b"somebody's"
    Ledger.open(peopled).close()


def test_a_copy_that_differs_is_not_kept_and_nothing_is_stamped(
    peopled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from triaged.ledger import copying

    fill = copying._fill

    def spoilt(db: sqlite3.Connection, scratch: Path, how: Copying) -> None:
        fill(db, scratch, how)
        with closing(sqlite3.connect(scratch)) as other, other:
            other.execute("UPDATE item SET subject = 'another' WHERE id = 1")

    monkeypatch.setattr(copying, "_fill", spoilt)
    with pytest.raises(LedgerDamaged, match="tables item differ"):
        copied(peopled, tmp_path / "new.db")
    assert not (tmp_path / "new.db").exists()
    Ledger.open(peopled).close()


def test_before_the_schema_changes_the_ledger_is_laid_beside_and_leads_back(peopled: Path):
    longer = (*MIGRATIONS, "ALTER TABLE item ADD COLUMN extra TEXT;\n")
    Ledger.open(peopled, migrations=longer).close()
    beside = peopled.with_name(f"triaged.schema-{len(MIGRATIONS)}.db")
    assert beside.stat().st_mode & 0o777 == 0o600
    with Ledger.open(beside, now=MONDAY + HOUR) as ledger:
        assert len(ledger.deferred()) == 2
        assert {reply.state for reply in ledger.queue()} == {"held"}  # it is a copy, and careful
    longest = (*longer, "ALTER TABLE item ADD COLUMN more TEXT;\n")
    Ledger.open(peopled, migrations=longest).close()
    kept = sorted(file.name for file in peopled.parent.glob("triaged.schema-*.db"))
    assert kept == [f"triaged.schema-{len(longer)}.db"]


def test_a_new_ledger_and_one_that_is_up_to_date_are_not_copied(path: Path):
    for _ in range(2):
        Ledger.open(path, now=MONDAY).close()
    assert not list(path.parent.glob("triaged.schema-*"))


def test_of_a_person_who_is_forgotten_nothing_is_left_and_all_of_the_others(peopled: Path):
    with Ledger.open(peopled) as ledger:
        erins = sums(ledger.db, "erin")
        ledger.ruleset("hers", "{}", MONDAY)
        left = ledger.forget_person("dana", MONDAY, leave=False)
        assert (left.aside, left.promises) == (1, 0)
        assert ledger.to_forget() == {"dana": True}
        assert [row.until for row in ledger.deferred("dana")] == [MONDAY]
        assert [reply.person for reply in ledger.queue()] == ["erin"]
        ledger.erase_person("dana")
        assert ledger.to_forget() == {}
        assert ledger.ruleset_body("hers") == "{}"  # nothing was decided by it yet, and it holds
        assert {row.person for row in ledger.accounts()} == {"erin"}
        assert {table: found for table, found in sums(ledger.db, "erin").items() if found.rows} == {
            table: found for table, found in erins.items() if found.rows
        }
        ledger.checkpoint(MONDAY)
    assert b"asks-dana@client" not in octets_of(peopled.parent)
    assert b"asks-erin@client" in octets_of(peopled.parent)


def test_of_a_client_who_is_forgotten_only_that_it_was_answered_is_kept(path: Path):
    with Ledger.open(path, now=MONDAY) as ledger:
        world = World.new(ledger)
        decided = replace(answered(MONDAY + HOUR, effects=()), language="de")
        first = world.admit(mail("one", subject="our secret"), decided)
        world.tick(2 * HOUR)
        world.send(first.reply)
        assert ledger.forget_client("dana", "harbor") == (1, 0)
        again = world.admit(mail("one", subject="our secret"), answered(MONDAY + 3 * HOUR, effects=()))
        assert again.item == first.item  # the same message is known: no second reply
        assert ledger.queue() == []
        assert ledger.db.execute("SELECT count(client), count(language) FROM item").fetchone() == (0, 0)
        ledger.checkpoint(MONDAY)
    assert b"our secret" not in octets_of(path.parent)


def test_what_is_open_of_a_client_stays_until_it_is_closed(path: Path):
    with Ledger.open(path, now=MONDAY) as ledger:
        world = World.new(ledger)
        world.put_aside(world.deferred("open"))
        assert ledger.forget_client("dana", "harbor") == (0, 1)
        [row] = ledger.deferred("dana")
        assert (row.item.client, row.item.sender) == ("harbor", GARY.spec)
        assert ledger.forget_client("dana", "another") == (0, 0)
        assert row.until == MONDAY + DAY
