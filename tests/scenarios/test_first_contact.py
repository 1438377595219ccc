"""First contact with `start`: what is older than it asks for stays where it is, wherever it lies."""

import contextlib
import sqlite3
from datetime import timedelta
from email.utils import format_datetime

import pytest

from scenarios.conftest import Opening
from scenarios.plays import CONSULTANT, GARY, PETRA
from scenarios.stage import letter
from server.courier import PLAIN_COURIER
from server.cyrus import PLAIN_CYRUS
from server.dovecot import USUAL
from server.fixtures import AnyVariant
from triaged.ledger import Ledger


@pytest.mark.parametrize("after_a_crash", [False, True])
async def test_old_mail_that_was_copied_into_the_inbox_is_old_however_high_its_uid(
    stages: Opening, *, after_a_crash: bool
):
    stage = stages(CONSULTANT.replace('mode = "send"', 'mode = "send"\nstart = "2 days"'))
    stage.write_config()
    now = stage.clock.now()
    if after_a_crash:  # then each message is taken by itself at first
        stage.state.parent.mkdir()
        with contextlib.closing(Ledger.open(stage.state)) as ledger:
            ledger.recover(now)
    stage.store(GARY, "yesterday's", at=now - timedelta(days=1))
    for number in range(2):
        stage.store(GARY, f"of last year {number}", at=now - timedelta(days=400))
    stage.store(GARY, "of this morning")
    stage.store(GARY, "of last year, the newest", at=now - timedelta(days=400))
    await stage.open()
    assert set(stage.inbox("Deferred")) == {"yesterday's", "of this morning"}
    assert stage.rows("SELECT count(*) FROM item") == [(2,)]
    await stage.to("fri 12:00")
    assert len(stage.inbox()) == 5
    assert stage.flags("of last year, the newest") == set()
    assert stage.sent() == []


@pytest.mark.parametrize("later", [False, True], ids=["watched at once", "watched later"])
async def test_old_mail_that_a_hand_moves_into_another_watched_folder_stays_old(stages: Opening, *, later: bool):
    both = CONSULTANT.replace('mode = "send"', 'mode = "send"\nwatch = ["INBOX", "Clients"]')
    stage = stages(CONSULTANT if later else both)
    stage.write_config()
    with stage.server.client(stage.users[0]) as client:
        client.create_folder("Clients")
    stage.store(GARY, "of this morning", at=stage.clock.now() - timedelta(minutes=30))
    stage.store(GARY, "the newest of old")
    await stage.open()
    if later:
        await stage.later(hours=1)
        await stage.reload(both)
        await stage.later(minutes=10)
    stage.drag("of this morning", "INBOX", "Clients")
    stage.drag("the newest of old", "INBOX", "Clients")
    await stage.later(minutes=5)
    stage.store(GARY, "new", folder="Clients")
    await stage.later(minutes=5)
    assert set(stage.inbox("Deferred")) == {"new"}
    assert {"of this morning", "the newest of old"} <= set(stage.inbox("Clients"))
    await stage.later(minutes=30)
    assert [str(reply["Subject"]) for reply in stage.sent()] == ["Re: new"]


KINDS: dict[str, AnyVariant] = {"Dovecot": USUAL, "Cyrus": PLAIN_CYRUS, "Courier": PLAIN_COURIER}
EVERY = pytest.mark.parametrize("variant", KINDS.values(), ids=KINDS.keys())
BOTH = CONSULTANT.replace('mode = "send"', 'mode = "send"\nwatch = ["INBOX", "Clients"]')


@EVERY
async def test_old_mail_stays_old_on_every_make_and_with_a_ledger_of_before_it_was_kept(
    stages: Opening, variant: AnyVariant
):
    stage = stages(BOTH, variant=variant)
    stage.write_config()
    with stage.server.client(stage.users[0]) as client:
        client.create_folder(stage.server.real("Clients"))
    stage.store(GARY, "of this morning", at=stage.clock.now() - timedelta(minutes=30))
    stage.store(GARY, "the newest of old")
    await stage.open()
    await stage.close()
    with contextlib.closing(sqlite3.connect(stage.state)) as db:
        assert db.execute("UPDATE account SET learned = '{}'").rowcount == 1
        db.commit()
    await stage.open()
    stage.drag("of this morning", "INBOX", "Clients")
    stage.drag("the newest of old", "INBOX", "Clients")
    await stage.later(minutes=5)
    stage.store(GARY, "new", folder="Clients")
    await stage.later(minutes=5)
    await stage.later(minutes=30)
    assert set(stage.inbox("Deferred")) == {"new"}
    assert {"of this morning", "the newest of old"} <= set(stage.inbox("Clients"))
    assert [str(reply["Subject"]) for reply in stage.sent()] == ["Re: new"]


@EVERY
async def test_how_old_a_message_is_says_the_topmost_received_where_it_is_filed_today(
    stages: Opening, variant: AnyVariant
):
    stage = stages(variant=variant)
    await stage.open()
    await stage.to("tue 15:10")
    for subject, hours in (("long under way", 13), ("just in time", 11)):
        came = stage.clock.now() - timedelta(hours=hours)
        received = "from mx.client.example by mx.roth.example with ESMTP id 7; " + format_datetime(came)
        raw = letter(
            GARY if hours == 13 else PETRA, subject, "Can you ring me?", at=came, message_id=f"<{hours}@client>"
        )
        stage.server.append(stage.users[0], "INBOX", f"Received: {received}\r\n".encode() + raw, stage.clock.now())
    stage.daemon.wake()
    await stage.later(minutes=30)
    decided = (*stage.events("message.deferred"), *stage.events("message.left"))
    told = {str(line["subject"]): line.get("no_reply") for line in decided}
    assert told == {"long under way": "too-old", "just in time": None}
    assert [str(reply["Subject"]) for reply in stage.sent()] == ["AW: just in time"]
