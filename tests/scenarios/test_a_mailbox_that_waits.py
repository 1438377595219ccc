"""A mailbox that waits is glanced at with every renewal of IDLE: cheaply where nothing has changed, closely where anything has."""

import sqlite3

import pytest

from scenarios.conftest import Opening
from scenarios.plays import CONSULTANT, GARY, MAY
from server.dovecot import Variant

TWO_FOLDERS = CONSULTANT.replace("smtp = $SMTP", 'smtp = $SMTP\nwatch = ["INBOX", "Clients"]')


def _plain(sql: str) -> bool:
    return "account = 1" in sql and not sql.startswith("--")


@pytest.mark.parametrize("config", [CONSULTANT, TWO_FOLDERS])
async def test_a_renewal_that_finds_nothing_takes_one_question_and_two_turns_of_a_thread(
    stages: Opening, config: str, monkeypatch: pytest.MonkeyPatch
):
    async with stages(config) as stage:
        with stage.dovecot.client(stage.users[0]) as client:
            client.create_folder("Clients")
        await stage.later(minutes=10)
        turns: list[object] = []
        commands, accounts = stage.daemon.pools.commands, stage.daemon.accounts
        submit = commands.submit
        monkeypatch.setattr(commands, "submit", lambda *given: turns.append(given) or submit(*given))
        loop = next(iter(accounts.values())).loop
        asked: list[str] = []
        db: sqlite3.Connection = loop.context.book._ledger.db
        db.set_trace_callback(asked.append)
        seen = loop.health.proven_alive
        await stage.later(minutes=9)
        db.set_trace_callback(None)
        assert loop.health.proven_alive != seen
        renewals = 1 if config is CONSULTANT else len(turns) // 2
        assert len(turns) == 2 * renewals  # the end of IDLE and all questions; another IDLE
        assert len([sql for sql in asked if _plain(sql)]) == 2 * renewals  # what is open, and the folders


async def test_what_a_hand_puts_into_the_deferred_folder_is_seen_though_nothing_of_ours_lies_there(stages: Opening):
    async with stages() as stage:
        await stage.to("tue 10:00")
        stage.store(GARY, "by hand", folder="Deferred")
        await stage.later(minutes=10)
        [line] = stage.events("message.deferred", by="person")
        assert line["subject"] == "by hand"


async def test_what_comes_into_another_watched_folder_is_seen_within_a_minute(stages: Opening):
    async with stages(TWO_FOLDERS) as stage:
        with stage.dovecot.client(stage.users[0]) as client:
            client.create_folder("Clients")
        await stage.later(minutes=10)
        stage.store(MAY, "outage", folder="Clients")
        await stage.later(seconds=65)
        assert stage.lines.one("message.urgent")["folder"] == "Clients"


async def test_an_answer_in_sent_is_seen_at_the_next_renewal(stages: Opening):
    async with stages() as stage:
        question = await stage.arrives(GARY, "outage")
        await stage.later(minutes=10)
        stage.answers(question)
        await stage.later(minutes=10)
        assert [event["subject"] for event in stage.events("message.answered")] == ["outage"]


async def test_a_folder_that_is_gone_at_a_renewal_is_told_once_and_again_after_it_was_back(stages: Opening):
    async with stages() as stage:
        await stage.later(minutes=10)
        for _ in range(2):
            with stage.dovecot.client(stage.users[0]) as client:
                client.rename_folder("Deferred", "Elsewhere")
            await stage.later(minutes=25)
            with stage.dovecot.client(stage.users[0]) as client:
                client.rename_folder("Elsewhere", "Deferred")
            await stage.later(minutes=25)
        assert len(stage.events("account.degraded", folder="Deferred")) == 2


async def test_what_lies_in_the_inbox_without_a_notice_is_seen_at_the_next_renewal(stages: Opening):
    """The server tells of it while nobody listens: between a look and the next IDLE, say."""
    async with stages(variant=Variant(hidden=("IDLE",))) as stage:
        await stage.later(minutes=10)
        stage.store(GARY, "outage")
        await stage.later(minutes=2)
        assert stage.lines.one("message.urgent")["subject"] == "outage"
