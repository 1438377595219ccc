"""Opening: created once, migrated forward, checked, never recreated; old copies are noticed."""

import shutil
import sqlite3
import stat
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from support.ledgerkit import ANNE, DAY, HOUR, MONDAY, World, answered, left, mail
from triaged.core.address import Address
from triaged.core.errors import TriagedError
from triaged.ledger import (
    AsOf,
    Claimed,
    Item,
    Ledger,
    LedgerBusy,
    LedgerDamaged,
    LedgerFull,
    LedgerNewer,
    LedgerUnavailable,
    NotClaimed,
    NotDone,
    Period,
    recovery,
)
from triaged.ledger.birthtime import made_at
from triaged.ledger.opening import connect, generation_file
from triaged.ledger.schema import APPLICATION_ID, MIGRATIONS

with Ledger.open(":memory:") as _scratch:
    _made = World.new(_scratch).deferred(1).item
    _found = _scratch.item(_made or 0)
    assert _found is not None
    ITEM: Item = _found
FIRST_SCHEMA = Path(__file__).with_name("schema_1.sql")


def pragma(ledger: Ledger, name: str) -> object:
    return ledger.db.execute(f"PRAGMA {name}").fetchone()[0]


def schema_of(db: sqlite3.Connection) -> list[tuple[str, ...]]:
    found = db.execute("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name")
    return [(kind, name, " ".join(sql.split())) for kind, name, sql in found]


def test_a_new_ledger_is_durable_and_for_its_owners_eyes_only(path: Path):
    with Ledger.open(path) as ledger:
        assert pragma(ledger, "journal_mode") == "wal"
        assert pragma(ledger, "synchronous") == 2  # FULL
        assert pragma(ledger, "foreign_keys") == 1
        assert pragma(ledger, "application_id") == APPLICATION_ID
        assert pragma(ledger, "user_version") == len(MIGRATIONS)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.with_name("triaged.db-wal").stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_what_was_written_is_there_when_it_is_opened_again(path: Path):
    with Ledger.open(path, now=MONDAY) as ledger:
        item = World.new(ledger).deferred(1).item
    with Ledger.open(path, now=MONDAY) as again:
        assert item is not None
        assert again.item(item) is not None


def test_every_step_forward_ends_in_the_fresh_schema(tmp_path: Path):
    with Ledger.open(":memory:") as fresh:
        wanted = schema_of(fresh.db)
    for at in range(len(MIGRATIONS) + 1):
        file = tmp_path / f"{at}.db"
        connect(file, migrations=MIGRATIONS[:at]).close()
        with Ledger.open(file) as migrated:
            assert schema_of(migrated.db) == wanted


def test_a_ledger_of_the_first_schema_opens_with_its_rows(tmp_path: Path):
    file = tmp_path / "old.db"
    with closing(sqlite3.connect(file)) as old:
        old.executescript(FIRST_SCHEMA.read_text("utf-8"))
    with Ledger.open(file, now=MONDAY) as ledger, Ledger.open(":memory:") as fresh:
        assert schema_of(ledger.db) == schema_of(fresh.db)
        [row] = ledger.deferred()
        assert (row.item.message_id, row.item.client, row.until) == ("<1@client>", "harbor", MONDAY + DAY)
        assert [reply.state for reply in ledger.queue()] == ["waiting"]
        assert ledger.db.execute("PRAGMA foreign_key_check").fetchall() == []
        assert ledger.db.execute("SELECT count(*) FROM reply_item").fetchone() != (0,)
        assert ledger.db.execute("SELECT language FROM item").fetchall() == [("en",)]


def test_a_step_that_fails_leaves_the_ledger_as_it_was(path: Path):
    Ledger.open(path).close()
    broken = (*MIGRATIONS, "CREATE TABLE extra (a INTEGER) STRICT;\nCREATE TABLE item (a INTEGER) STRICT;\n")
    with pytest.raises(TriagedError, match="already exists"):
        Ledger.open(path, migrations=broken)
    with Ledger.open(path) as ledger:
        assert pragma(ledger, "user_version") == len(MIGRATIONS)
        assert "extra" not in [name for _, name, _ in schema_of(ledger.db)]


def test_an_added_step_is_applied_once_and_keeps_the_rows(path: Path):
    with Ledger.open(path) as ledger:
        World.new(ledger).deferred(1)
    longer = (*MIGRATIONS, "ALTER TABLE item ADD COLUMN extra TEXT;\n")
    for _ in range(2):
        with Ledger.open(path, migrations=longer) as ledger:
            assert pragma(ledger, "user_version") == len(longer)
            assert ledger.db.execute("SELECT count(*), count(extra) FROM item").fetchone() == (1, 0)


def test_a_ledger_of_a_later_version_is_refused_with_what_to_do(path: Path):
    Ledger.open(path, migrations=(*MIGRATIONS, "ALTER TABLE item ADD COLUMN extra TEXT;\n")).close()
    with pytest.raises(LedgerNewer, match=r"later version.*install that version"):
        Ledger.open(path)


def test_somebody_elses_database_is_refused_and_not_touched(tmp_path: Path):
    file = tmp_path / "addresses.db"
    with closing(sqlite3.connect(file)) as other, other:
        other.execute("CREATE TABLE people (name TEXT)")
    before = file.read_bytes()
    with pytest.raises(LedgerDamaged, match="not a ledger"):
        Ledger.open(file)
    assert file.read_bytes() == before


@pytest.mark.parametrize("damage", ["text", "torn", "overwritten"])
def test_a_damaged_file_is_refused_and_left_as_it_is(path: Path, damage: str):
    with Ledger.open(path, now=MONDAY) as ledger:
        world = World.new(ledger)
        for number in range(200):
            world.deferred(number, arrived_at=MONDAY)
        ledger.checkpoint(MONDAY)
    octets = bytearray(path.read_bytes())
    if damage == "text":
        octets = bytearray(b"this is no database, but it is long enough to be read as one\n" * 100)
    elif damage == "torn":
        del octets[len(octets) // 2 :]
    else:
        for page in range(2, len(octets) // 4096, 2):
            octets[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    path.write_bytes(octets)
    for leftover in path.parent.glob("*-wal"):
        leftover.unlink()
    with pytest.raises(LedgerDamaged) as told:
        Ledger.open(path)
    assert "\n" not in str(told.value), "one line on stderr, whatever SQLite has to say"
    assert path.read_bytes() == octets


@pytest.mark.parametrize("how", ["gone", "empty"])
def test_a_ledger_that_vanished_is_never_begun_anew(path: Path, how: str):
    Ledger.open(path, now=MONDAY).close()
    if how == "gone":
        path.unlink()
    else:
        path.write_bytes(b"")
    with pytest.raises(LedgerDamaged, match=f"{how}.*restore it from a backup"):
        Ledger.open(path)
    assert not path.exists() or path.stat().st_size == 0


def test_an_empty_file_of_a_start_that_was_killed_is_a_beginning(path: Path):
    path.parent.mkdir()
    path.touch()
    with Ledger.open(path, now=MONDAY) as ledger:
        assert ledger.accounts() == []


@pytest.mark.parametrize("how", ["removed", "replaced"])
def test_a_file_that_goes_away_while_in_use_stops_the_writing(path: Path, tmp_path: Path, how: str):
    with Ledger.open(path, now=MONDAY) as ledger:
        world = World.new(ledger)
        if how == "replaced":
            Ledger.open(tmp_path / "other.db").close()
            (tmp_path / "other.db").replace(path)
        else:
            path.unlink()
        with pytest.raises(LedgerDamaged, match="removed or replaced"):
            world.deferred(1)


def test_a_folder_that_cannot_be_written_is_said_so(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(LedgerUnavailable, match="cannot be used"):
        Ledger.open(tmp_path / "file" / "triaged.db")


def test_a_path_that_is_a_folder_is_said_so(path: Path):
    path.mkdir(parents=True)
    (path / "inside").touch()
    with pytest.raises(LedgerUnavailable):
        Ledger.open(path)


# --- the disk is full


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"needs the right to mount a small tmpfs: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def many(world: World) -> None:
    for number in range(500):
        world.deferred(f"big{number}", excerpt="x" * 4000)


def test_a_full_disk_is_said_so_and_needs_no_restart(small_disk: Path):
    with Ledger.open(small_disk / "triaged.db", now=MONDAY) as ledger:
        world = World.new(ledger)
        first = world.deferred(1)
        ballast = small_disk / "ballast"
        with ballast.open("wb", buffering=0) as out:
            try:
                while out.write(b"x" * 4096):
                    pass
            except OSError:
                pass
        with pytest.raises(LedgerFull, match="no room"):
            many(world)
        with pytest.raises(LedgerFull):
            ledger.backup(small_disk / "copy.db")
        assert not (small_disk / "copy.db").exists()
        assert not ledger.db.in_transaction
        assert ledger.item(first.item or 0) is not None
        ballast.unlink()
        assert world.deferred("after").item is not None
        assert ledger.check()


def test_a_step_that_finds_no_room_leaves_nothing_behind(path: Path):
    with Ledger.open(path, now=MONDAY) as ledger:
        world = World.new(ledger)
        pages = pragma(ledger, "page_count")
        ledger.db.execute(f"PRAGMA max_page_count={pages}")
        with pytest.raises(LedgerFull):
            many(world)
        items = ledger.db.execute("SELECT count(*) FROM item").fetchone()[0]
        effects = ledger.db.execute("SELECT count(*) FROM effect").fetchone()[0]
        assert effects == 2 * items
        ledger.db.execute("PRAGMA max_page_count=1000000")
        assert world.deferred("after").item is not None


# --- another process

HOLDER = """
    import sqlite3, sys
    db = sqlite3.connect(sys.argv[1], isolation_level=None)
    db.execute("BEGIN EXCLUSIVE")
    print("held", flush=True)
    sys.stdin.readline()
    db.execute("ROLLBACK")
    print("free", flush=True)
    sys.stdin.readline()
"""


def test_another_process_that_holds_the_ledger_is_waited_for_then_said_so(path: Path):
    with Ledger.open(path, busy=0.05) as ledger:
        world = World.new(ledger)
        holder = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(HOLDER), str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        with holder:
            assert holder.stdin is not None
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"
            with pytest.raises(LedgerBusy, match="another process"):
                world.deferred(1)
            holder.stdin.write("\n")
            holder.stdin.flush()
            assert holder.stdout.readline() == "free\n"
            assert world.deferred(2).item is not None
            holder.stdin.close()


def test_two_processes_never_both_get_a_reply_and_a_cancelled_one_is_got_by_none(path: Path):
    with Ledger.open(path, now=MONDAY) as daemon, Ledger.open(path) as command:
        world = World.new(daemon)
        other = World(command, world.account, now=MONDAY + HOUR)
        first = world.deferred(1).reply
        second = world.admit(mail(2), answered(MONDAY, to=ANNE), correspondent=ANNE.key).reply
        world.tick(HOUR)
        assert isinstance(world.claim(first), Claimed)
        assert isinstance(other.claim(first), NotClaimed)
        assert isinstance(command.cancel_by_hand(first or 0, world.now), NotDone)
        assert not isinstance(command.cancel_by_hand(second or 0, world.now), NotDone)
        assert isinstance(world.claim(second), NotClaimed)


# --- generations


def test_each_start_raises_the_generation_and_the_file_beside_it(path: Path):
    with Ledger.open(path) as ledger:
        first = ledger.recover(MONDAY).generation
        assert int(generation_file(path).read_text()) == first
    with Ledger.open(path) as ledger:
        found = ledger.recover(MONDAY)
        assert found.generation > first
        assert not found.restored
        assert int(generation_file(path).read_text()) == found.generation


def test_an_older_copy_put_back_sends_nothing_that_it_remembers(path: Path, tmp_path: Path):
    copy = tmp_path / "copy.db"
    with Ledger.open(path, now=MONDAY) as ledger:
        world = World.new(ledger)
        reply = world.deferred(1).reply
        ledger.stopping(MONDAY)
        ledger.checkpoint(MONDAY)
    shutil.copy(path, copy)
    with Ledger.open(path) as ledger:
        ledger.recover(MONDAY + HOUR)
        World(ledger, ledger.accounts()[0], now=MONDAY + HOUR).send(reply)
    shutil.copy(copy, path)
    with Ledger.open(path) as restored:
        found = restored.recover(MONDAY + 2 * HOUR)
        assert found.restored
        assert [(r.id, r.state, r.reason) for r in found.held] == [(reply, "held", "restored")]
        assert restored.due_replies(MONDAY + 10 * DAY) == []
        world = World(restored, restored.accounts()[0], uid=50)
        world.admit(mail("between", at=MONDAY + HOUR), left(), arrived_at=MONDAY + HOUR)
        world.admit(mail("after", at=MONDAY + 3 * HOUR), left(), arrived_at=MONDAY + 3 * HOUR)
        assert [facts.baseline for facts in world.seen] == [True, False]
    with Ledger.open(path) as again:
        assert not again.recover(MONDAY + 3 * HOUR).restored


def test_a_backup_put_back_is_noticed_even_within_the_run_that_made_it(path: Path, tmp_path: Path):
    with Ledger.open(path, now=MONDAY) as ledger:
        World.new(ledger).deferred(1)
        ledger.backup(tmp_path / "backup.db")
    assert stat.S_IMODE((tmp_path / "backup.db").stat().st_mode) == 0o600
    shutil.copy(tmp_path / "backup.db", path)
    for leftover in path.parent.glob("triaged.db-*"):
        leftover.unlink()
    with Ledger.open(path) as restored:
        assert restored.recover(MONDAY).restored


def test_a_backup_that_is_put_where_nothing_was_is_noticed_once(path: Path, tmp_path: Path):
    with Ledger.open(path, now=MONDAY) as ledger:
        World.new(ledger).deferred(1)
        ledger.backup(tmp_path / "backup.db")
    elsewhere = tmp_path / "another machine" / "triaged.db"
    elsewhere.parent.mkdir()
    shutil.copy(tmp_path / "backup.db", elsewhere)
    with Ledger.open(elsewhere) as restored:
        found = restored.recover(MONDAY + HOUR)
        assert found.restored
        assert [reply.state for reply in found.held] == ["held"]
    with Ledger.open(elsewhere) as again:
        assert not again.recover(MONDAY + 2 * HOUR).restored


def test_a_backup_beside_the_log_of_the_ledger_before_it_is_not_opened(path: Path, tmp_path: Path):
    with Ledger.open(path, now=MONDAY) as ledger:
        World.new(ledger).deferred(1)
        ledger.backup(tmp_path / "backup.db")
        log = path.with_name("triaged.db-wal").read_bytes()
    shutil.copy(tmp_path / "backup.db", path)
    path.with_name("triaged.db-wal").write_bytes(log)
    before = path.read_bytes()
    with pytest.raises(LedgerDamaged, match="move it away"):
        Ledger.open(path)
    assert (path.read_bytes(), path.with_name("triaged.db-wal").read_bytes()) == (before, log)
    path.with_name("triaged.db-wal").unlink()
    with Ledger.open(path) as restored:
        assert restored.recover(MONDAY).restored


def test_a_plain_copy_of_before_the_last_checkpoint_is_noticed(path: Path, tmp_path: Path):
    with Ledger.open(path, now=MONDAY) as ledger:
        World.new(ledger).deferred(1)
        ledger.checkpoint(MONDAY)
        shutil.copy(path, tmp_path / "copy.db")
        ledger.checkpoint(MONDAY + HOUR)
    shutil.copy(tmp_path / "copy.db", path)
    with Ledger.open(path) as restored:
        assert restored.recover(MONDAY + 2 * HOUR).restored


@pytest.mark.parametrize("text", [None, "", "seven"])
def test_a_lost_or_unreadable_generation_file_holds_nothing(path: Path, text: str | None):
    with Ledger.open(path, now=MONDAY) as ledger:
        World.new(ledger).deferred(1)
    if text is None:
        generation_file(path).unlink()
    else:
        generation_file(path).write_text(text)
    with Ledger.open(path) as ledger:
        assert not ledger.recover(MONDAY).restored


def test_a_stop_of_our_own_is_told_from_any_other(path: Path):
    with Ledger.open(path) as ledger:
        assert not ledger.recover(MONDAY).unclean
        ledger.stopping(MONDAY)
    with Ledger.open(path) as ledger:
        assert not ledger.recover(MONDAY).unclean
    with Ledger.open(path) as ledger:
        assert ledger.recover(MONDAY).unclean


def test_after_a_stop_of_our_own_the_file_is_familiar_until_another_is_put_in_its_place(path: Path, tmp_path: Path):
    def stopped() -> bool:
        with Ledger.open(path) as ledger:
            familiar = ledger.recover(MONDAY).familiar
            ledger.stopping(MONDAY)
        return familiar

    assert stopped()
    assert stopped()
    shutil.copytree(path.parent, tmp_path / "copy")
    shutil.rmtree(path.parent)
    shutil.copytree(tmp_path / "copy", path.parent)
    assert not stopped()
    assert stopped()


def test_a_file_is_known_by_when_it_was_made_also_under_the_same_inode(path: Path, monkeypatch: pytest.MonkeyPatch):
    with Ledger.open(path) as ledger:
        ledger.recover(MONDAY)
        made = made_at(path)
        ledger.stopping(MONDAY)
    assert made_at(path) == made
    monkeypatch.setattr(recovery, "made_at", lambda _path: "at another time")
    with Ledger.open(path) as ledger:
        assert not ledger.recover(MONDAY).familiar


def test_when_a_file_was_made_is_told_where_the_file_system_tells_it(tmp_path: Path):
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text("")
    if not made_at(first):
        pytest.skip("this file system does not tell it")
    second.write_text("")
    first.write_text("written again, later")
    assert made_at(first) <= made_at(second)
    assert abs(float(made_at(second)) - second.stat().st_mtime) < 60
    assert made_at(tmp_path / "nowhere") == ""


def test_what_was_being_sent_waits_again_or_is_in_doubt(path: Path):
    with Ledger.open(path, now=MONDAY) as ledger:
        world = World.new(ledger)
        early = world.deferred(1, promise=MONDAY + DAY).reply
        world.tick(HOUR)
        world.claim(early)
        late = world.admit(mail(2), answered(world.now, promise=MONDAY + DAY, to=ANNE), correspondent=ANNE.key).reply
        world.tick(HOUR)
        world.claim(late)
        assert late is not None
        assert early is not None
        ledger.mark_data(late)
    with Ledger.open(path) as ledger:
        found = ledger.recover(MONDAY + DAY)
        assert [r.id for r in found.waiting] == [early]
        assert [r.id for r in found.in_doubt] == [late]
        waits, doubted = ledger.reply(early), ledger.reply(late)
        assert waits is not None
        assert doubted is not None
        assert (waits.state, doubted.state) == ("waiting", "in_doubt")
        assert [promise.id for promise in ledger.promises_open()] == [doubted.promise]
        assert ledger.recover(MONDAY + DAY).in_doubt == ()


def test_effects_that_were_begun_are_listed_at_the_next_start(path: Path):
    with Ledger.open(path, now=MONDAY) as ledger:
        world = World.new(ledger)
        world.deferred(1)
        [effect] = ledger.due_effects(None, world.now)
        ledger.begin([effect.id], world.now, {"Deferred": 41})
    with Ledger.open(path) as ledger:
        [found] = ledger.recover(MONDAY).trying
        assert (found.key, found.tries, found.args["uidnext"]) == ("aside:1", 1, {"Deferred": 41})


def test_a_mistake_of_our_own_is_not_dressed_up(world: World):
    with pytest.raises(ValueError, match="decided badly"):
        world.admit(mail(1), lambda *_: (_ for _ in ()).throw(ValueError("decided badly")))
    assert not world.ledger.db.in_transaction
    assert world.admit(mail(1), left()).item == 1


@pytest.mark.parametrize(
    "read",
    [
        lambda ledger: ledger.item(1),
        lambda ledger: ledger.reply(1),
        lambda ledger: ledger.promise(1),
        lambda ledger: ledger.reply_items(1),
        lambda ledger: ledger.due_replies(MONDAY + DAY),
        lambda ledger: ledger.queue(),
        lambda ledger: ledger.deferred(),
        lambda ledger: ledger.promises_due(MONDAY + 9 * DAY),
        lambda ledger: ledger.facts_again(ITEM, AsOf(MONDAY, lookback=DAY, fuse=DAY)),
        lambda ledger: ledger.history(Period(MONDAY, MONDAY + DAY)),
        lambda ledger: ledger.check(),
    ],
)
def test_pages_that_rot_while_in_use_are_said_to_be_damage_by_every_verb(path: Path, read: Callable[[Ledger], object]):
    with Ledger.open(path, now=MONDAY) as ledger:
        world = World.new(ledger)
        for number in range(300):
            who = Address(f"p{number}", "harbor.example")
            world.admit(mail(number), answered(MONDAY, promise=MONDAY + DAY, to=who), correspondent=who.key)
        ledger.checkpoint(MONDAY)
        with path.open("r+b") as file:
            for page in range(1, path.stat().st_size // 4096):
                file.seek(page * 4096)
                file.write(b"\xff" * 4096)
        ledger.db.execute("PRAGMA shrink_memory")
        try:
            found = read(ledger)
        except LedgerDamaged:
            found = False
        assert found is False


def test_a_second_connection_of_a_process_gives_up_no_lock_of_the_first(tmp_path: Path):
    """Otherwise the next command to end takes the log away from under it, and what is written from then on is lost."""
    path = tmp_path / "triaged.db"
    other = "import sys; from triaged.ledger import Ledger; one = Ledger.open(sys.argv[1]); print(len(one.accounts())); one.close()"
    command = [sys.executable, "-c", other, str(path)]
    with closing(Ledger.open(path)) as first:
        first.register("dana", ["dana@imap.example"], MONDAY)
        log = (tmp_path / "triaged.db-wal").stat().st_ino
        with closing(Ledger.open(path)):
            subprocess.run(command, check=True, capture_output=True)
            assert (tmp_path / "triaged.db-wal").stat().st_ino == log
            first.register("tom", ["tom@imap.example"], MONDAY)
            assert subprocess.run(command, check=True, capture_output=True).stdout == b"2\n"
