"""An upgrade: the daemon goes on with the ledger that the first release wrote."""

import sqlite3
from contextlib import closing
from pathlib import Path

from scenarios.conftest import Opening
from scenarios.plays import MAY
from scenarios.stage import Stage

FIRST_SCHEMA = Path(__file__).parents[1] / "integration/ledger/schema_1.sql"


def first_release(stage: Stage) -> None:
    """The ledger as the first release left it, of this stage's mailbox."""
    stage.write_config()
    script = FIRST_SCHEMA.read_text().replace("dana@imap.example", f"{stage.users[0]}@{stage.dovecot.host}")
    stage.state.parent.mkdir(mode=0o700)
    with closing(sqlite3.connect(stage.state)) as db:
        db.executescript(script)


async def test_what_the_first_release_knew_is_known_and_work_goes_on(stages: Opening):
    stage = stages()
    first_release(stage)
    before = [tuple(row) for row in stage.rows("SELECT id, message_id, state FROM item ORDER BY id")]
    due = {row[0] for row in stage.rows("SELECT key FROM effect WHERE state = 'planned'")}
    assert before
    assert due
    await stage.open()
    await stage.arrives(MAY, "a question of today")
    assert stage.events("message.deferred", subject="a question of today")
    after = stage.rows("SELECT id, message_id, state FROM item ORDER BY id")
    assert [tuple(row) for row in after][: len(before)] == before
    assert due <= {row[0] for row in stage.rows("SELECT key FROM effect WHERE state = 'planned'")}
    assert await stage.close() == 0
    await stage.open()  # and again, now as a ledger of this release
    await stage.later(minutes=15)
    assert [str(one["To"]) for one in stage.sent()] == ["may@harbor.example"]
