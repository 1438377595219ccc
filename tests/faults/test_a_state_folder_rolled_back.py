"""The whole state folder is a copy of some hours ago (a snapshot, rsync, a storage fail-over): the mailbox remembers."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from scenarios.conftest import Opening
from scenarios.plays import CONSULTANT, GARY, MAY, PETRA
from scenarios.stage import Stage
from server.courier import CourierVariant
from server.dovecot import Variant
from triaged.ids import BACK, SAID
from triaged.installkey import NAME

PEOPLE = {"gary@harbor.example": GARY, "may@harbor.example": MAY, "petra@lindenhof.example": PETRA}


def copied(stage: Stage, *, to: str = "copy") -> Path:
    """The folder as it is, logs of the ledger included, while the daemon works on it."""
    copy = stage.folder / to
    shutil.copytree(stage.state.parent, copy, ignore=lambda at, names: [n for n in names if (Path(at) / n).is_socket()])
    return copy


def put_back(stage: Stage, copy: Path) -> None:
    shutil.rmtree(stage.state.parent)
    shutil.copytree(copy, stage.state.parent)


def recipients(stage: Stage) -> list[str]:
    return sorted(str(one["To"]) for one in stage.sent())


def states(stage: Stage) -> list[str]:
    return [state for (state,) in stage.rows("SELECT state FROM reply ORDER BY id")]


async def with_three_waiting(stages: Opening, config: str = CONSULTANT) -> tuple[Stage, Path]:
    """Three questions, three replies that wait; a copy is made; then they go."""
    stage = stages(config)
    await stage.open()
    await stage.to("tue 15:10")
    for sender in PEOPLE.values():
        await stage.arrives(sender, f"question of {sender.split()[0]}")
    copy = copied(stage)
    await stage.to("tue 16:00")
    assert recipients(stage) == list(PEOPLE)
    return stage, copy


@pytest.mark.parametrize("stop", ["a clean stop", "a kill"])
async def test_what_lies_in_sent_is_sent_and_goes_no_second_time(stages: Opening, stop: str):
    stage, copy = await with_three_waiting(stages)
    await (stage.close() if stop == "a clean stop" else stage.kill())
    put_back(stage, copy)
    await stage.open()
    await stage.to("tue 18:00")
    assert recipients(stage) == list(PEOPLE)
    assert states(stage) == ["sent"] * 3
    assert stage.rows("SELECT count(*) FROM promise WHERE state = 'open'") == [(3,)]
    assert not [line for line in stage.events("account.degraded") if "another triaged" in line["reason"]]
    await stage.to("fri 10:00")
    assert len(stage.inbox()) == 3
    assert stage.inbox("Deferred") == {}


async def test_what_is_in_no_sent_folder_and_bears_the_mark_of_an_attempt_is_in_doubt(stages: Opening):
    stage, copy = await with_three_waiting(
        stages, CONSULTANT.replace("[account.work]\n", '[account.work]\nsave_sent = "no"\n')
    )
    assert stage.inbox("Sent") == {}
    await stage.close()
    put_back(stage, copy)
    await stage.open()
    await stage.to("tue 18:00")
    assert recipients(stage) == list(PEOPLE)
    assert states(stage) == ["in_doubt"] * 3
    assert stage.rows("SELECT count(*) FROM promise WHERE state = 'open'") == [(3,)]


async def test_what_had_not_gone_when_it_was_put_back_goes_once(stages: Opening):
    stage = stages()
    await stage.open()
    await stage.to("tue 15:10")
    await stage.arrives(GARY, "question")
    copy = copied(stage)
    await stage.kill()
    put_back(stage, copy)
    await stage.open()
    await stage.to("tue 18:00")
    assert recipients(stage) == ["gary@harbor.example"]
    assert states(stage) == ["sent"]


@pytest.mark.parametrize("how", ["one copy after the other", "of before the messages", "with the key lost"])
async def test_rolled_back_again_or_further_or_without_the_key_nobody_is_answered_twice_and_all_comes_back(
    stages: Opening, how: str
):
    stage = stages()
    await stage.open()
    await stage.to("tue 15:00")
    early = copied(stage, to="early")
    await stage.to("tue 15:10")
    for sender in PEOPLE.values():
        await stage.arrives(sender, f"question of {sender.split()[0]}")
    late = copied(stage, to="late")
    await stage.to("tue 16:00")
    assert recipients(stage) == list(PEOPLE)
    for copy in {"one copy after the other": [late, early], "of before the messages": [early]}.get(how, [late]):
        await stage.kill()
        put_back(stage, copy)
        if how == "with the key lost":
            (stage.folder / NAME).unlink()
        await stage.open()
        await stage.later(hours=1)
    await stage.to("wed 12:00")
    assert recipients(stage) == list(PEOPLE)
    await stage.to("fri 13:00")
    assert recipients(stage) == list(PEOPLE)
    assert len(stage.inbox()) == 3
    assert stage.inbox("Deferred") == {}


async def test_a_copy_in_sent_under_an_id_that_the_server_gave_is_known_by_what_it_answers_and_whom(stages: Opening):
    stage, copy = await with_three_waiting(stages)
    await stage.close()
    for one in stage.server.messages(stage.users[0], "Sent"):
        stage.server.delete(stage.users[0], "Sent", one.uid)
        lines = one.raw.split(b"\r\n")
        filed = [
            b"Message-ID: <AM0PR.%d@outlook.example>" % one.uid if line.lower().startswith(b"message-id:") else line
            for line in lines
        ]
        stage.server.append(stage.users[0], "Sent", b"\r\n".join(filed), stage.clock.now(), ["\\Seen"])
    for folder in ("INBOX", "Deferred"):  # and nothing else says that it went
        for one in stage.server.messages(stage.users[0], folder):
            stage.server.flag(stage.users[0], folder, one.uid, remove=[SAID])
    put_back(stage, copy)
    await stage.open()
    await stage.to("tue 18:00")
    assert recipients(stage) == list(PEOPLE)
    assert states(stage) == ["sent"] * 3


async def test_while_a_sent_folder_cannot_be_looked_at_nothing_that_waited_goes(stages: Opening):
    stage, copy = await with_three_waiting(stages)
    await stage.close()
    put_back(stage, copy)
    folder = stage.dovecot.root / "mail" / stage.users[0] / "maildir" / ".Sent"
    stage.dovecot.kill_sessions(stage.users[0])
    folder.chmod(0)
    try:
        await stage.open()
        await stage.to("tue 17:00")
        assert recipients(stage) == list(PEOPLE)
    finally:
        folder.chmod(0o700)
    await stage.to("tue 19:00")
    assert recipients(stage) == list(PEOPLE)


async def test_what_was_put_aside_since_the_copy_was_not_put_aside_by_hand(stages: Opening):
    stage = stages()
    await stage.open()
    await stage.to("tue 15:10")
    await stage.arrives(GARY, "question")
    copy = copied(stage)
    await stage.to("tue 16:00")
    await stage.kill()
    with closing(sqlite3.connect(copy / "triaged.db")) as db, db:  # as it was between the decision and the move
        db.execute("UPDATE item SET state = 'here', folder = 'INBOX', uid = 1")
        db.execute("UPDATE effect SET state = 'planned' WHERE kind = 'aside'")
    put_back(stage, copy)
    await stage.open()
    await stage.to("wed 12:00")
    assert list(stage.inbox("Deferred")) == ["question"]  # not at the start of office hours: its rule says Friday
    assert recipients(stage) == ["gary@harbor.example"]
    await stage.to("fri 09:30")
    assert list(stage.inbox()) == ["question"]
    assert not [line for line in stage.events("message.deferred") if line.get("by") == "person"]


async def test_what_came_back_since_the_copy_is_not_hidden_again(stages: Opening):
    stage = stages()
    await stage.open()
    await stage.to("thu 15:10")
    copy_before = copied(stage, to="before")
    await stage.arrives(GARY, "question")
    copy_aside = copied(stage, to="aside")
    await stage.to("fri 09:30")
    assert list(stage.inbox()) == ["question"]
    for copy in (copy_aside, copy_before):
        await stage.close()
        put_back(stage, copy)
        await stage.open()
        await stage.later(hours=1)
        assert list(stage.inbox()) == ["question"]
        assert recipients(stage) == ["gary@harbor.example"]
        assert not stage.events("message.released")


async def test_a_message_keeps_its_mark_and_says_that_it_came_back(stages: Opening):
    stage = stages()
    await stage.open()
    await stage.to("thu 15:10")
    await stage.arrives(GARY, "question")
    (aside,) = stage.server.messages(stage.users[0], "Deferred")
    await stage.to("fri 09:30")
    (back,) = stage.server.messages(stage.users[0], "INBOX")
    assert aside.flags < back.flags
    assert {BACK, SAID} <= back.flags


async def test_a_number_of_a_reply_is_never_given_twice(stages: Opening):
    stage = stages()
    await stage.open()
    await stage.to("tue 15:10")
    copy = copied(stage)
    await stage.arrives(GARY, "question")
    await stage.to("tue 16:00")
    await stage.kill()
    put_back(stage, copy)
    await stage.open()
    await stage.arrives(MAY, "another question")
    await stage.to("tue 18:00")
    numbers = [str(one["X-Triaged"]) for one in stage.sent()]
    assert len(set(numbers)) == 2


async def test_what_was_decided_since_the_copy_is_decided_again_with_the_promise_that_was_told(stages: Opening):
    stage = stages()
    await stage.open()
    await stage.to("tue 15:10")
    copy = copied(stage)
    await stage.arrives(GARY, "question")
    await stage.to("tue 16:00")
    promised = stage.rows("SELECT due_at, kind, call FROM promise")
    await stage.close()
    put_back(stage, copy)
    await stage.open()
    await stage.to("wed 12:00")
    assert recipients(stage) == ["gary@harbor.example"]
    assert stage.rows("SELECT due_at, kind, call FROM promise WHERE state = 'open'") == promised
    assert stage.rows("SELECT i.state, i.promise IS NOT NULL FROM item i") == [("aside", 1)]
    await stage.arrives(GARY, "another question")  # he was written to yesterday
    await stage.to("wed 15:00")
    assert recipients(stage) == ["gary@harbor.example"]
    await stage.to("fri 09:30")
    assert set(stage.inbox()) == {"question", "another question"}


@pytest.mark.parametrize("variant", [CourierVariant(keywords=False), Variant(keywords=False)], ids=["none", "refused"])
async def test_where_no_keyword_can_say_so_nothing_since_the_copy_is_put_aside_or_answered_and_all_is_counted(
    stages: Opening, variant: CourierVariant | Variant
):
    stage = stages(variant=variant)
    await stage.open()
    await stage.to("thu 15:10")
    copy = copied(stage)
    await stage.arrives(GARY, "question")
    await stage.to("fri 12:00")
    assert list(stage.inbox()) == ["question"]  # it came back
    await stage.arrives(MAY, "put aside since")
    assert list(stage.inbox("Deferred")) == ["put aside since"]
    sent = len(stage.sent())
    await stage.kill()
    put_back(stage, copy)
    await stage.open()
    await stage.to("fri 14:00")
    assert list(stage.inbox()) == ["question"]
    assert list(stage.inbox("Deferred")) == ["put aside since"]
    assert len(stage.sent()) == sent
    (account,) = stage.daemon.accounts.values()
    assert account.loop.health.unadopted == 2
    await stage.arrives(GARY, "a question of today", "What about the lamps?")  # what comes from now on is as ever
    assert set(stage.inbox("Deferred")) == {"put aside since", "a question of today"}
