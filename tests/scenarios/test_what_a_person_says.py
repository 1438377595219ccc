"""Snooze, settle, pause, away, go: from the command line while the daemon runs. One update of the ledger each."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scenarios.conftest import Opening
from scenarios.plays import ANSWERS, ANY_HOUR, GARY, MAY
from scenarios.stage import Stage
from support.explaining import run

WAITS = ANY_HOUR.partition("[hours]")[0] + ANY_HOUR[ANY_HOUR.index("[account.work]") :]
HOURS = '\n[hours]\nmon-sun = "09:00-17:00"\n'


async def opened(stages: Opening, config: str = WAITS) -> Stage:
    """A daemon whose clock stands at the real time, as that of the commands does."""
    stage = stages(config, start=datetime.now(UTC) - timedelta(minutes=1))
    await stage.open()
    return stage


async def typed(stage: Stage, verb: str, *words: str) -> tuple[int, str, str]:
    """A command, and then the daemon at rest; its clock has gone on meanwhile."""
    said = await asyncio.to_thread(run, verb, "-c", str(stage.path), *words)
    await stage.clock.leap(max(datetime.now(UTC) - stage.clock.now(), timedelta(0)) + timedelta(seconds=1))
    stage.daemon.wake()
    await stage.quiet()
    return said


async def listed(stage: Stage, verb: str) -> list[dict[str, Any]]:
    _, out, _ = await typed(stage, verb, "--json")
    return [json.loads(line) for line in out.splitlines()]


async def put_aside(stage: Stage) -> dict[str, Any]:
    await stage.arrives(GARY, "question")
    [row] = await listed(stage, "deferred")
    return row


async def test_snooze_has_a_message_come_back_then_instead(stages: Opening):
    stage = await opened(stages)
    row = await put_aside(stage)
    code, out, _ = await typed(stage, "snooze", str(row["item"]), "5", "hours")
    assert (code, out.startswith(f"item {row['item']} (question) comes back ")) == (0, True)
    [snoozed] = stage.events("message.snoozed")
    assert (snoozed["item"], snoozed["by"], snoozed["reason"]) == (row["item"], "command", "triaged snooze")
    await stage.later(hours=4, minutes=50)
    assert stage.inbox() == {}
    await stage.later(minutes=20)
    assert list(stage.inbox()) == ["question"]
    assert stage.flags("question") == set()
    [returned] = stage.events("message.returned")
    assert returned["reason"] == "it is due"


async def test_a_waiting_reply_stays_when_its_message_is_snoozed(stages: Opening):
    stage = await opened(stages)
    row = await put_aside(stage)
    await typed(stage, "snooze", str(row["item"]), "5 hours")
    await stage.later(minutes=11)
    assert len(stage.sent()) == 1


async def test_what_lies_in_the_inbox_read_is_put_aside_by_snooze(stages: Opening):
    stage = await opened(stages)
    await stage.arrives(GARY, "outage again")
    stage.flag("outage again", "\\Seen")
    (number,) = stage.rows("SELECT id FROM item")[0]
    assert (await typed(stage, "snooze", str(number), "2h"))[0] == 0
    assert (list(stage.inbox()), list(stage.inbox("Deferred"))) == ([], ["outage again"])
    await stage.later(hours=2, minutes=5)
    assert list(stage.inbox()) == ["outage again"]


@pytest.mark.parametrize(
    "words", [("99", "2h"), ("1", "yesterday"), ("1", "2020-01-01"), ("1", "fri", "25:00"), ("1", "next", "call")]
)
async def test_a_snooze_that_cannot_be_says_why_and_changes_nothing(stages: Opening, words: tuple[str, ...]):
    stage = await opened(stages)
    row = await put_aside(stage)
    code, out, err = await typed(stage, "snooze", *words)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert [one["until"] for one in await listed(stage, "deferred")] == [row["until"]]


async def test_a_snooze_without_a_time_is_wrong_usage(stages: Opening):
    stage = await opened(stages)
    assert run("snooze", "-c", str(stage.path), "1")[0] == 2


async def test_settle_ends_the_reply_the_return_and_moves_it_to_the_archive(stages: Opening):
    stage = await opened(stages)
    with stage.server.client(stage.users[0]) as client:
        client.create_folder("Archive")
    await stage.close()
    await stage.open()
    row = await put_aside(stage)
    code, out, _ = await typed(stage, "settle", str(row["item"]))
    assert code == 0
    assert out == f"item {row['item']} (question) is settled; reply {row['reply']} will not be sent\n"
    await stage.later(days=4)
    assert (stage.inbox(), stage.inbox("Deferred"), stage.sent()) == ({}, {}, [])
    assert list(stage.inbox("Archive")) == ["question"]
    [settled] = stage.events("message.settled")
    assert (settled["item"], settled["by"]) == (row["item"], "command")
    assert (await typed(stage, "settle", str(row["item"])))[0] == 1


async def test_settle_without_an_archive_leaves_it_where_it_lies_and_it_stays_there(stages: Opening):
    stage = await opened(stages)
    row = await put_aside(stage)
    await typed(stage, "settle", str(row["item"]))
    await stage.later(days=4)
    assert list(stage.inbox("Deferred")) == ["question"]
    assert stage.inbox() == {}


async def test_a_told_promise_is_settled_when_all_that_it_covers_is(stages: Opening):
    stage = await opened(stages)
    await stage.arrives(GARY, "question")
    await stage.arrives(GARY, "Re: question", replies_to="<1@harbor.example>")
    await stage.later(minutes=11)
    rows = await listed(stage, "deferred")
    assert (await typed(stage, "settle", str(rows[0]["item"])))[0] == 0
    assert stage.events("promise.settled") == []
    await typed(stage, "settle", str(rows[1]["item"]))
    assert [one["by"] for one in stage.events("promise.settled")] == ["command"]
    await stage.later(days=5)
    assert stage.events("promise.overdue") == []


async def test_settle_call_settles_what_is_open_with_that_client_alone(stages: Opening):
    stage = await opened(stages)
    await stage.arrives(GARY, "question")
    await stage.arrives(MAY, "another")
    await stage.arrives("Petra Sommer <petra@lindenhof.example>", "Frage")
    code, out, _ = await typed(stage, "settle", "--call", "harbor")
    assert (code, out.count(" is settled")) == (0, 2)
    assert [row["subject"] for row in await listed(stage, "deferred")] == ["Frage"]
    assert (await typed(stage, "settle", "--call", "harbor"))[0] == 1
    assert (await typed(stage, "settle", "--call", "nobody"))[0] == 1
    assert (await typed(stage, "settle"))[0] == 2


async def test_in_a_pause_nothing_is_sent_or_moved_and_what_is_aside_comes_back(stages: Opening):
    stage = await opened(stages)
    row = await put_aside(stage)
    assert (await typed(stage, "pause"))[0] == 0
    [paused] = stage.events("service.paused")
    assert (paused["person"], paused["by"]) == ("dana", "command")
    await stage.arrives(MAY, "another")
    await stage.later(hours=1)
    assert (stage.sent(), list(stage.inbox())) == ([], ["another"])
    assert (await typed(stage, "send", str(row["reply"])))[0] == 1
    [status] = await listed(stage, "status")
    assert status["paused"] == {"until": None}
    await stage.later(days=3)
    assert set(stage.inbox()) == {"question", "another"}
    assert stage.sent() == []


async def test_a_pause_is_lifted_and_what_waited_is_done(stages: Opening):
    stage = await opened(stages)
    await typed(stage, "pause")
    await stage.arrives(GARY, "question")
    await stage.later(minutes=20)
    assert stage.sent() == []
    code, out, _ = await typed(stage, "pause", "off")
    assert (code, "what waited" in out) == (0, True)
    await stage.until(lambda: len(stage.sent()) == 1, "the reply goes")
    await stage.quiet()
    assert list(stage.inbox("Deferred")) == ["question"]
    assert len(stage.events("service.resumed")) == 1
    [status] = await listed(stage, "status")
    assert status["paused"] is None


async def test_a_pause_until_then_ends_by_itself_also_over_a_restart(stages: Opening):
    stage = await opened(stages)
    await typed(stage, "pause", "2h")
    await stage.arrives(GARY, "question")
    await stage.close()
    await stage.open()
    await stage.later(hours=1, minutes=30)
    assert (stage.sent(), list(stage.inbox())) == ([], ["question"])
    await stage.later(minutes=40)
    assert list(stage.inbox("Deferred")) == ["question"]
    assert len(stage.sent()) == 1
    assert [one["reason"] for one in stage.events("service.resumed")] == ["the pause is over: what waited goes on"]


async def test_what_she_takes_up_in_a_pause_stays_where_it_is(stages: Opening):
    stage = await opened(stages)
    await typed(stage, "pause")
    await stage.arrives(GARY, "question")
    stage.flag("question", "\\Seen")
    await typed(stage, "pause", "off")
    await stage.later(minutes=1)
    assert list(stage.inbox()) == ["question"]


async def test_away_holds_for_moments_and_calls_at_once_and_over_a_restart(stages: Opening):
    config = ANSWERS.replace('mon-thu = ["09:00-12:30", "13:30-17:30"]\nfri = "09:00-15:00"', 'mon-sun = "00:00-23:59"')
    stage = await opened(stages, config)
    first = datetime.now(UTC).date() + timedelta(days=1)
    last = first + timedelta(days=5)
    code, out, _ = await typed(stage, "away", f"{first}..{last}")
    assert (code, out.startswith("away ")) == (0, True)
    assert stage.events("config.reloaded", by="command")
    for number in range(2):
        await stage.arrives(GARY, f"question {number}")
        row = (await listed(stage, "deferred"))[number]
        assert row["until"][:10] == (last + timedelta(days=1)).isoformat()
        days = [json.loads(line) for line in (await typed(stage, "calendar", "--json"))[1].splitlines()]
        assert [day["date"] for day in days if day.get("away")] == [str(first + timedelta(days=n)) for n in range(6)]
        await stage.close()
        await stage.open()
    assert "by `triaged away`" in (await typed(stage, "check"))[2]
    [kept] = await listed(stage, "away")
    assert kept == {"person": "dana", "from": str(first), "to": str(last)}
    assert (await typed(stage, "away", "--remove", f"{first}"))[0] == 0
    assert [one["from"] for one in await listed(stage, "away")] == [str(first + timedelta(days=1))]
    assert (await typed(stage, "away", "--remove"))[0] == 0
    assert await listed(stage, "away") == []
    assert (await typed(stage, "away", "--remove"))[0] == 1


@pytest.mark.parametrize("words", ["sometime", "2020-01-01", "2026-12-24..2026-12-20", "2026-02-30"])
async def test_days_that_are_none_are_told_so(stages: Opening, words: str):
    stage = await opened(stages)
    code, out, err = await typed(stage, "away", words)
    assert (code, out, err.count("\n")) == (1, "", 1)


async def test_go_writes_the_mode_keeps_the_comments_and_puts_it_in_force(stages: Opening):
    stage = await opened(stages, WAITS.replace('mode = "send"', 'mode = "observe"  # for now'))
    code, out, _ = await typed(stage, "go", "send")
    assert (code, "in force now" in out) == (0, True)
    assert 'mode = "send"  # for now' in stage.path.read_text()
    [status] = await listed(stage, "status")
    assert [one["mode"] for one in status["accounts"]] == ["send"]
    await stage.arrives(GARY, "question")
    assert list(stage.inbox("Deferred")) == ["question"]


async def test_go_for_one_client_first(stages: Opening):
    stage = await opened(stages, WAITS.replace('mode = "send"\n', ""))
    code, out, _ = await typed(stage, "go", "draft", "--client", "harbor")
    assert (code, "in force now" in out) == (0, True)
    await stage.arrives(GARY, "question")
    await stage.arrives("Petra Sommer <petra@lindenhof.example>", "Frage")
    assert (list(stage.inbox()), list(stage.inbox("Deferred"))) == (["Frage"], ["question"])


async def test_go_says_the_line_where_it_may_not_write(stages: Opening):
    stage = await opened(stages)
    stage.path.chmod(0o400)
    before = stage.path.read_text()
    code, out, err = await typed(stage, "go", "observe")
    assert (code, out, err.count("\n")) == (1, '[account.work]\nmode = "observe"\n', 1)
    assert stage.path.read_text() == before


async def test_go_takes_back_what_would_not_be_valid(stages: Opening):
    stage = await opened(stages, WAITS.replace('mode = "send"', 'mode = "draft"').replace("smtp = $SMTP\n", ""))
    before = stage.path.read_text()
    code, out, err = await typed(stage, "go", "send")
    assert (code, out, err.startswith("triaged: nothing is changed: ")) == (1, "", True)
    assert stage.path.read_text() == before


@pytest.mark.parametrize("words", [("draft", "nowhere"), ("draft", "--client", "nobody")])
async def test_go_knows_who_is_there(stages: Opening, words: tuple[str, ...]):
    stage = await opened(stages)
    code, out, err = await typed(stage, "go", *words)
    assert (code, out, "known are" in err) == (1, "", True)
