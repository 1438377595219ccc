"""An account that only observes: `deferred` and `queue` show what would be there, and say that it is not."""

import json

import pytest

from scenarios.conftest import Opening
from scenarios.plays import CONSULTANT, GARY
from triaged.cli import deferred, main, queue

OBSERVING = CONSULTANT.replace('mode = "send"', 'mode = "observe"')


async def test_what_would_be_put_aside_and_answered_is_listed_as_only_observed(
    stages: Opening, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    async with stages(OBSERVING) as stage:
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "quick question")
        await stage.later(minutes=2)

        class Now(type(stage.clock.now())):
            @classmethod
            def now(cls, tz: object = None) -> object:
                return stage.clock.now()

        monkeypatch.setattr(deferred, "datetime", Now)
        monkeypatch.setattr(queue, "datetime", Now)
        assert main(["deferred", "-c", str(stage.path), "--json"]) == 0
        [aside] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert (aside["subject"], aside["observed"]) == ("quick question", True)
        assert aside["until"] == "2025-11-28T09:00:00+01:00"
        assert main(["queue", "-c", str(stage.path), "--json"]) == 0
        [waiting] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert (waiting["state"], waiting["to"]) == ("simulated", "gary@harbor.example")
        main(["deferred", "-c", str(stage.path)])
        assert "only observed" in capsys.readouterr().out
        assert list(stage.inbox()) == ["quick question"]
        await stage.to("fri 10:30")
        main(["deferred", "-c", str(stage.path), "--json"])
        assert capsys.readouterr().out == ""


async def test_what_is_put_aside_is_not_called_observed(stages: Opening, capsys: pytest.CaptureFixture[str]):
    async with stages() as stage:
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "quick question")
        await stage.later(minutes=2)
        main(["deferred", "-c", str(stage.path), "--json"])
        [aside] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert aside["observed"] is False
