"""What a person does from the command line while the daemon runs: one update of the ledger, and the daemon acts on it."""

import asyncio
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scenarios.conftest import Opening
from scenarios.plays import ANY_HOUR, GARY, MAY
from scenarios.stage import Stage
from support.explaining import run

WAITS = ANY_HOUR.partition("[hours]")[0] + ANY_HOUR[ANY_HOUR.index("[account.work]") :]


async def opened(stages: Opening) -> Stage:
    """A daemon whose clock stands at the real time, as that of the commands does."""
    stage = stages(WAITS, start=datetime.now(UTC) - timedelta(minutes=1))
    await stage.open()
    return stage


async def typed(stage: Stage, verb: str, *words: str) -> tuple[int, str, str]:
    """A command, and then the daemon at rest; its clock has gone on meanwhile."""
    said = await asyncio.to_thread(run, verb, "-c", str(stage.path), *words)
    await stage.clock.leap(datetime.now(UTC) - stage.clock.now() + timedelta(seconds=1))
    stage.daemon.wake()
    await stage.quiet()
    return said


async def listed(stage: Stage, verb: str) -> list[dict[str, Any]]:
    code, out, _ = await typed(stage, verb, "--json")
    assert code == 0
    return [json.loads(line) for line in out.splitlines()]


async def eventually(stage: Stage, condition: Callable[[], object], what: str) -> None:
    await stage.until(condition, what)
    await stage.quiet()


async def test_release_brings_a_message_back_now_unread(stages: Opening):
    stage = await opened(stages)
    await stage.arrives(GARY, "question")
    [row] = await listed(stage, "deferred")
    code, out, _ = await typed(stage, "release", str(row["item"]))
    assert (code, "comes back now" in out) == (0, True)
    await eventually(stage, lambda: "question" in stage.inbox(), "it comes back")
    assert stage.flags("question") == set()
    assert await listed(stage, "deferred") == []
    [returned] = stage.events("message.returned")
    assert (returned["reason"], returned["by"]) == ("triaged release", "command")


async def test_release_all_empties_the_folder_of_an_account(stages: Opening):
    stage = await opened(stages)
    await stage.arrives(GARY, "question")
    await stage.arrives(MAY, "another")
    code, out, _ = await typed(stage, "release", "--all", "work")
    assert (code, out.startswith("2 messages")) == (0, True)
    await eventually(stage, lambda: len(stage.inbox()) == 2, "both come back")


async def test_what_is_not_there_cannot_be_released_cancelled_or_sent(stages: Opening):
    stage = await opened(stages)
    for words in (
        ("release", "99"),
        ("release", "--all", "nowhere"),
        ("cancel", "99"),
        ("send", "99"),
        ("send", "--again", "99"),
    ):
        code, out, err = await typed(stage, *words)
        assert (code, out, err.count("\n")) == (1, "", 1), words


async def test_a_reply_that_is_cancelled_is_not_sent(stages: Opening):
    stage = await opened(stages)
    await stage.arrives(GARY, "question")
    [row] = await listed(stage, "queue")
    code, out, _ = await typed(stage, "cancel", str(row["reply"]))
    assert (code, "will not be sent" in out) == (0, True)
    await stage.later(hours=1)
    assert stage.sent() == []
    assert await listed(stage, "queue") == []
    assert (await typed(stage, "cancel", str(row["reply"])))[0] == 1
    [told] = stage.events("reply.cancelled")
    assert (told["reply"], told["account"], told["by"]) == (row["reply"], "work", "command")


async def test_what_was_cancelled_while_no_daemon_ran_is_told_by_the_next(stages: Opening):
    stage = await opened(stages)
    await stage.arrives(GARY, "question")
    [row] = await listed(stage, "queue")
    await stage.close()
    assert (await asyncio.to_thread(run, "cancel", "-c", str(stage.path), str(row["reply"])))[0] == 0
    assert stage.events("reply.cancelled") == []
    for _ in range(2):
        await stage.open()
        await stage.close()
    assert len(stage.events("reply.cancelled")) == 1


async def test_send_sends_now_and_again_is_a_persons_own_act(stages: Opening):
    stage = await opened(stages)
    await stage.arrives(GARY, "question")
    [row] = await listed(stage, "queue")
    assert (await typed(stage, "send", str(row["reply"])))[0] == 0
    await eventually(stage, stage.sent, "it goes")
    code, _, err = await typed(stage, "send", str(row["reply"]))
    assert (code, "sent" in err) == (1, True)


@pytest.mark.parametrize("daemon", ["has not looked since", "has found it", "is not running"])
async def test_a_held_reply_that_lies_in_sent_is_not_sent_and_again_is_a_persons_own_act(stages: Opening, daemon: str):
    stage = await opened(stages)
    await stage.arrives(GARY, "question")
    [row] = await listed(stage, "queue")
    number = str(row["reply"])
    with closing(sqlite3.connect(stage.state, timeout=10)) as db, db:  # as a ledger that was restored has it
        db.execute("UPDATE reply SET state = 'held', reason = 'restored'")
    [(message_id,)] = stage.rows("SELECT message_id FROM reply")
    if daemon == "is not running":
        await stage.close()
    stage.store(
        "Dana Roth <dana@roth.example>", "Re: question", "It waits.", to="gary@harbor.example", folder="Sent",
        message_id=str(message_id), return_path="",
    )  # fmt: skip
    if daemon == "has found it":
        await stage.close()
        await stage.open()
        await eventually(stage, lambda: stage.rows("SELECT state FROM reply") == [("sent",)], "it is found")
    code, out, err = await typed(stage, "send", number)
    if daemon == "is not running":
        assert (code, "goes as soon as the daemon runs" in out) == (0, True)
        await stage.open()
        code, out, err = await typed(stage, "send", number)
    assert (code, out) == (1, "")
    assert "lies in Sent since " in err
    assert stage.sent() == []
    assert (await typed(stage, "send", number))[0] == 1
    assert (await typed(stage, "send", "--again", number))[0] == 0
    await eventually(stage, stage.sent, "a second one goes")
    assert len(stage.sent()) == 1


async def test_who_opted_out_is_listed_and_may_be_taken_off_the_list(stages: Opening):
    stage = await opened(stages)
    await stage.arrives(GARY, "question")
    await stage.later(minutes=11)
    (reply,) = stage.sent()
    await stage.arrives(GARY, "Re: question", "STOP", replies_to=str(reply["Message-ID"]))
    assert [row["address"] for row in await listed(stage, "opt-outs")] == ["gary@harbor.example"]
    assert (await typed(stage, "opt-outs", "--remove", "Gary@Harbor.example"))[0] == 0
    assert await listed(stage, "opt-outs") == []
    assert (await typed(stage, "opt-outs", "--remove", "gary@harbor.example"))[0] == 1


async def test_explain_of_an_item_says_what_was_decided(stages: Opening):
    stage = await opened(stages)
    await stage.arrives(GARY, "question")
    [row] = await listed(stage, "deferred")
    code, out, _ = await typed(stage, "explain", str(row["item"]))
    assert code == 0
    assert "question" in out
    assert "matches everything" in out
    [known] = json.loads(f"[{(await typed(stage, 'explain', '--json', str(row['item'])))[1]}]")
    assert {name: known[name] for name in ("until", "promise")} == {name: row[name] for name in ("until", "promise")}
    assert known["account"] == "work"
    assert known["trace"] == [  # the first was not looked at: none of its words occurs
        {"rule": "Outage", "matched": False, "because": "no 'outage' or 'down' in the subject"},
        {"rule": "Everything else waits for the call", "matched": True, "because": "matches everything"},
    ]


@pytest.mark.parametrize("verb", ["deferred", "queue", "status", "opt-outs"])
async def test_every_listing_knows_persons_and_refuses_others(stages: Opening, verb: str):
    stage = await opened(stages)
    assert (await typed(stage, verb, "--person", "dana"))[0] == 0
    code, _, err = await typed(stage, verb, "--person", "bob")
    assert (code, "dana" in err) == (1, True)


async def test_a_promise_that_was_settled_by_telephone_is_closed_and_told_in_the_log(stages: Opening):
    stage = await opened(stages)
    await stage.arrives(GARY, "question")
    assert (await typed(stage, "release", "--settle", "1"))[0] == 1
    await stage.later(minutes=15)
    assert len(stage.sent()) == 1
    code, out, _ = await typed(stage, "release", "--settle", "1")
    assert (code, out) == (0, "what gary@harbor.example was promised about item 1 is settled\n")
    line = stage.lines.one("promise.settled")
    assert (line["client"], line["by"]) == ("harbor", "command")
    assert stage.rows("SELECT state FROM promise") == [("settled",)]


async def test_a_pass_that_is_given_back_is_told_in_the_log(stages: Opening):
    passes = WAITS.replace('name = "Harbor Trust"', 'name = "Harbor Trust"\npasses = "1 per week"')
    config = passes.replace('then = "urgent"', 'then = "urgent"\nspends_pass = true')
    async with stages(config, start=datetime.now(UTC) - timedelta(minutes=1)) as stage:
        await stage.arrives(GARY, "outage")
        assert len(stage.events("pass.spent")) == 1
        assert (await typed(stage, "release", "--refund", "1"))[0] == 0
        assert stage.lines.one("pass.refunded")["item"] == 1
