"""A ledger in PostgreSQL: making and opening it, lines that break, commits whose answer is lost, others who write."""

import contextlib
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from server.postgres import Postgres as Server
from server.processes import free_port
from support.cutline import CutLine
from support.engines import Databases
from support.ledgerkit import DAY, MONDAY, World, left, mail
from triaged.ledger import Ledger, LedgerBusy, LedgerNewer, LedgerUnavailable
from triaged.ledger.errors import LedgerError, LedgerUnknown
from triaged.ledger.postgres import Postgres
from triaged.ledger.postgresopening import make_ready
from triaged.ledger.schema import MIGRATIONS
from triaged.ledger.store import commit

pytestmark = pytest.mark.server


@pytest.fixture
def uri(postgres: Server) -> str:
    return postgres.new_database()


@pytest.fixture
def ledger(databases: Databases):
    yield databases.give()
    databases.take_back()


def notes(ledger: Ledger) -> list[tuple[str, ...]]:
    return ledger.db.execute("SELECT key, value FROM meta WHERE key <> 'schema' ORDER BY key").fetchall()


def note(ledger: Ledger, key: str) -> None:
    with commit(ledger, "note") as db:
        db.execute("INSERT INTO meta (key, value) VALUES (?, 'x')", (key,))


def test_it_is_made_once_and_opened_by_who_finds_it_ready(uri: str):
    with pytest.raises(LedgerUnavailable, match="is not there yet: its tables are made by an act of their own"):
        Ledger.open(uri)
    assert make_ready(uri) == 0
    assert make_ready(uri) == len(MIGRATIONS)
    with Ledger.open(uri, now=MONDAY) as ledger:
        assert World.new(ledger).admit(mail(1), left()).item == 1
    with Ledger.open(uri) as again:
        item = again.item(1)
    assert item is not None
    assert item.message_id == "<1@client>"


def test_one_of_a_later_version_is_refused_and_one_of_an_earlier_waits_to_be_brought_up_to_date(uri: str):
    longer = (
        *MIGRATIONS,
        "ALTER TABLE item ADD COLUMN extra INTEGER;\nCREATE TABLE more (id INTEGER PRIMARY KEY) STRICT;\n",
    )
    make_ready(uri)
    with pytest.raises(LedgerUnavailable, match=f"earlier version .schema {len(MIGRATIONS)}"):
        Ledger.open(uri, migrations=longer)
    assert make_ready(uri, steps=longer) == len(MIGRATIONS)
    with Ledger.open(uri, migrations=longer) as ledger:
        assert "extra" in ledger.db.columns("item")
        assert "more" in ledger.db.tables()
    for refused in (Ledger.open, make_ready):
        with pytest.raises(LedgerNewer, match="by a later version"):
            refused(uri)


def test_what_fails_on_the_way_leaves_nothing(uri: str):
    with pytest.raises(psycopg.Error):
        make_ready(
            uri,
            steps=(
                "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT) STRICT;",
                "CREATE TABLE lease (a TEXT) STRICT;",
            ),
        )
    assert make_ready(uri) == 0


def test_a_schema_of_somebody_else_is_left_alone(postgres: Server, uri: str):
    postgres.ask("CREATE TABLE meta (key text, value text)", uri.rpartition("/")[2])
    with pytest.raises(LedgerUnavailable, match="meta that is not triaged's"):
        make_ready(uri)


@pytest.mark.parametrize("first", [12, 13, 15])
def test_steps_that_come_later_lead_to_the_same_tables(postgres: Server, uri: str, first: int):
    make_ready(uri, steps=MIGRATIONS[:first])
    make_ready(uri)
    fresh = postgres.new_database()
    make_ready(fresh)
    assert described(uri) == described(fresh)


def described(uri: str) -> list[tuple[str, ...]]:
    with psycopg.connect(uri) as db:
        columns = db.execute(
            "SELECT table_name, column_name, data_type, is_nullable, column_default, collation_name FROM information_schema.columns"
            " WHERE table_schema = 'public' ORDER BY table_name, column_name"
        ).fetchall()
        indexes = db.execute(
            "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2"
        )
        rules = db.execute(
            "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint ORDER BY 1, 2"
        )
        return [*columns, *indexes, *rules]


def test_columns_stand_in_the_same_order_and_every_text_is_ordered_by_its_octets(ledger: Ledger):
    with Ledger.open(":memory:") as lite:
        assert ledger.db.tables() == lite.db.tables()
        assert {t: ledger.db.columns(t) for t in ledger.db.tables()} == {
            t: lite.db.columns(t) for t in lite.db.tables()
        }
    strange = (
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()"
        " AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'"
    )
    assert ledger.db.execute(strange).fetchall() == []


def test_every_rule_of_a_table_is_there(ledger: Ledger):
    with closing(sqlite3.connect(":memory:")) as lite:
        for step in MIGRATIONS:
            lite.executescript(step)
        made = "\n".join(sql for (sql,) in lite.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL"))
    count = "SELECT count(*) FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype = '{}'"
    there = {kind: ledger.db.execute(count.format(kind)).fetchone()[0] for kind in "cf"}
    assert there == {"c": made.count("CHECK ("), "f": made.count(" REFERENCES ")}


def test_nobody_at_the_other_end_is_said_without_the_password():
    port = free_port()
    with pytest.raises(LedgerUnavailable, match=r"ledger mail on .* cannot be reached") as refused:
        Ledger.open(f"postgresql://dana:s3cret@127.0.0.1:{port}/mail")
    assert "s3cret" not in str(refused.value)


def cut_off(postgres: Server, ledger: Ledger) -> None:
    """As a server that is restarted does to all."""
    (backend,) = ledger.db.execute("SELECT pg_backend_pid()").fetchone()
    assert postgres.ask(f"SELECT pg_terminate_backend({backend}, 5000)") == "t"


def test_a_line_that_broke_while_nothing_was_under_way_is_made_again(postgres: Server, ledger: Ledger):
    note(ledger, "a")
    cut_off(postgres, ledger)
    assert [key for key, _ in notes(ledger)] == ["a"]
    cut_off(postgres, ledger)
    note(ledger, "b")
    assert [key for key, _ in notes(ledger)] == ["a", "b"]


def test_a_line_that_breaks_within_a_transaction_leaves_nothing_and_says_so(postgres: Server, ledger: Ledger):
    def broken() -> None:
        with commit(ledger, "note") as db:
            db.execute("INSERT INTO meta (key, value) VALUES ('a', 'x')")
            cut_off(postgres, ledger)
            db.execute("INSERT INTO meta (key, value) VALUES ('b', 'x')")

    with pytest.raises(LedgerUnavailable):
        broken()
    assert notes(ledger) == []


def test_a_server_that_comes_back_is_found_again(databases: Databases):
    server = Server({"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"})
    try:
        server.start()
        uri = server.new_database()
        make_ready(uri)
        with Ledger.open(uri) as ledger:
            note(ledger, "a")
            server.stop(gently=False)
            with pytest.raises(LedgerUnavailable):
                note(ledger, "b")
            server.start()
            assert [key for key, _ in notes(ledger)] == ["a"]
            note(ledger, "c")
            assert [key for key, _ in notes(ledger)] == ["a", "c"]
    finally:
        server.close()


@pytest.fixture
def line(postgres: Server):
    with CutLine(postgres.port) as made:
        yield made


@pytest.fixture
def beyond(postgres: Server, line: CutLine, uri: str):
    """A ledger at the other end of a line that can be cut."""
    make_ready(uri)
    with Ledger.open(uri.replace(f":{postgres.port}/", f":{line.port}/")) as ledger:
        yield ledger


def test_a_commit_whose_answer_is_lost_has_been(beyond: Ledger, line: CutLine):
    note(beyond, "a")
    line.cut = "answer"
    note(beyond, "b")
    assert line.cuts == 1
    note(beyond, "c")
    assert [key for key, _ in notes(beyond)] == ["a", "b", "c"]


def test_a_commit_that_never_arrived_has_not_been_and_may_be_tried_again(beyond: Ledger, line: CutLine):
    note(beyond, "a")
    line.cut = "before"
    with pytest.raises(LedgerUnavailable, match="nothing of this step was written"):
        note(beyond, "b")
    assert line.cuts == 1
    note(beyond, "b")
    assert [key for key, _ in notes(beyond)] == ["a", "b"]


def test_a_commit_that_nobody_can_be_asked_about_is_unknown(
    beyond: Ledger, line: CutLine, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("triaged.ledger.postgres._PATIENCE", 0.5)
    line.cut, line.refuses = "answer", True
    with pytest.raises(LedgerUnknown, match="cannot be asked whether this step was written"):
        note(beyond, "a")
    line.refuses = False
    assert [key for key, _ in notes(beyond)] == ["a"]


@pytest.mark.parametrize("lost", ["UPDATE committed SET acts = acts - 2", "DELETE FROM committed"])
def test_a_server_that_has_lost_what_it_confirmed_is_not_believed(
    beyond: Ledger, line: CutLine, uri: str, postgres: Server, lost: str, monkeypatch: pytest.MonkeyPatch
):
    for key in "abc":
        note(beyond, key)
    seen = Postgres._connected

    def after_fail_over(self: Postgres) -> psycopg.Connection:
        postgres.ask(lost, uri.rpartition("/")[2])
        return seen(self)

    monkeypatch.setattr(Postgres, "_connected", after_fail_over)
    line.cut = "answer"
    with pytest.raises(LedgerUnknown, match="has lost what it had said was written"):
        note(beyond, "d")


@pytest.mark.parametrize("use", [notes, lambda ledger: note(ledger, "d")])
def test_after_a_fail_over_that_lost_what_was_confirmed_nothing_is_done_any_more(
    postgres: Server, databases: Databases, ledger: Ledger, use: Callable[[Ledger], object]
):
    for key in "abc":
        note(ledger, key)
    postgres.ask("UPDATE committed SET acts = acts - 1", databases.uri_of(ledger).rpartition("/")[2])
    cut_off(postgres, ledger)
    for _ in range(2):
        with pytest.raises(LedgerUnknown, match="what was done by it, nobody knows"):
            use(ledger)


def test_a_statement_that_failed_and_was_passed_over_does_not_commit_the_rest(ledger: Ledger):
    def passed_over() -> None:
        with commit(ledger, "note") as db:
            for _ in range(2):
                with contextlib.suppress(psycopg.Error):
                    db.execute("INSERT INTO meta (key, value) VALUES ('a', 'x')")

    with pytest.raises(LedgerError):
        passed_over()
    assert notes(ledger) == []


def test_who_writes_is_alone_and_others_wait_or_are_told_that_it_is_busy(databases: Databases, ledger: Ledger):
    other = Ledger.open(databases.uri_of(ledger), busy=0.1)
    with commit(ledger, "note") as db:
        db.execute("INSERT INTO meta (key, value) VALUES ('a', 'x')")
        with pytest.raises(LedgerBusy):
            note(other, "b")
        assert notes(other) == []
    note(other, "c")
    assert [key for key, _ in notes(other)] == ["a", "c"]
    other.close()


def test_two_that_count_at_a_time_count_every_one(databases: Databases, ledger: Ledger):
    note(ledger, "0")

    def count() -> None:
        with Ledger.open(databases.uri_of(ledger)) as own:
            for _ in range(50):
                with commit(own, "count") as db:
                    [(number,)] = db.execute("SELECT key FROM meta WHERE key <> 'schema'").fetchall()
                    db.execute("UPDATE meta SET key = ? WHERE key = ?", (str(int(number) + 1), number))

    counting = [threading.Thread(target=count) for _ in range(3)]
    for one in counting:
        one.start()
    for one in counting:
        one.join()
    assert notes(ledger) == [("150", "x")]


def test_a_host_that_freezes_within_a_transaction_keeps_nobody_from_theirs(ledger: Ledger):
    limits = (
        "idle_in_transaction_session_timeout",
        "statement_timeout",
        "lock_timeout",
        "default_transaction_isolation",
    )
    found = {name: ledger.db.execute(f"SHOW {name}").fetchone()[0] for name in limits}
    assert found == dict(zip(limits, ("10s", "15s", "5s", "read committed"), strict=True))


def test_a_copy_of_the_file_is_refused_with_what_to_do_instead(ledger: Ledger, tmp_path: Path):
    with pytest.raises(LedgerUnavailable, match="pg_dump or a base backup"):
        ledger.backup(tmp_path / "copy.db")


def test_everything_of_a_person_goes_in_one_transaction(ledger: Ledger):
    dana, tom = World.new(ledger), World.new(ledger, "tom")
    for world in (dana, tom):
        made = world.deferred(1, promise=MONDAY + DAY)
        world.tick(DAY)
        world.send(made.reply)
    gone = ledger.erase_person("dana")
    assert gone["item"] == gone["reply"] == gone["promise"] == 1
    assert ledger.db.execute("SELECT DISTINCT person FROM item").fetchall() == [("tom",)]
