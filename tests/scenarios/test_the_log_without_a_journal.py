"""Where there is no journal and no file, `triaged log` tells the last weeks as the ledger remembers them."""

import asyncio
import json
from collections import Counter

import pytest

from scenarios.conftest import Opening
from scenarios.plays import CONSULTANT, GARY, PETRA
from triaged.cli import main

REMEMBERED = (
    "message.urgent", "message.deferred", "message.left", "message.returned", "reply.scheduled", "reply.sent", "promise.made", "promise.kept",
)  # fmt: skip


async def test_what_the_ledger_remembers_is_what_the_log_said(
    stages: Opening, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    async with stages(CONSULTANT) as stage:
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "quick question")
        await stage.arrives(PETRA, "outage at the office")
        await stage.later(minutes=15)
        await stage.to("fri 10:30")
        said = Counter(line["event"] for event in REMEMBERED for line in stage.events(event))
        monkeypatch.setenv("PATH", "")
        command = ("log", "-c", str(stage.path), "--json", "--since", "2025-11-01")
        assert await asyncio.to_thread(main, command) == 0
        output = capsys.readouterr()
        told = [json.loads(line) for line in output.out.splitlines()]
        assert "This is what the ledger remembers" in output.err
        assert Counter(line["event"] for line in told if line["event"] in REMEMBERED) == said
        [deferred] = [line for line in told if line["event"] == "message.deferred"]
        [logged] = stage.events("message.deferred")
        assert {
            name: deferred[name] for name in ("person", "account", "client", "item", "subject", "rule", "reason")
        } == {name: logged[name] for name in ("person", "account", "client", "item", "subject", "rule", "reason")}
        assert [line["timestamp"] for line in told] == sorted(line["timestamp"] for line in told)


async def test_without_a_ledger_it_says_where_a_log_may_be(
    stages: Opening, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("TRIAGED_CONFIG", "/nowhere/triaged.toml")
    assert await asyncio.to_thread(main, ("log",)) == 1
    assert "there is no journal here" in capsys.readouterr().err
