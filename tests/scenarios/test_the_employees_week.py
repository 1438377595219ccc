"""A week of the employee, from config/employee.toml: the manager at any hour, everybody else in blocks, no robot writes."""

from pathlib import Path

import pytest

from scenarios.conftest import Opening
from scenarios.weeks import MONDAY, ON_EVERY_LAYOUT, AtWork, Post, credentials, shipped, verdicts

ME = "Lea Brandt <lea.brandt@firma.example>"
BOSS = "Martin Wyss <martin.wyss@firma.example>"


@ON_EVERY_LAYOUT
def at_work(request: pytest.FixtureRequest, stages: Opening, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The stage with the shipped configuration, and who writes to her."""
    credentials(tmp_path / "credentials", monkeypatch, "lea-ntfy")
    stage = stages(shipped("employee.toml"), variant=request.param, start=MONDAY)
    return stage, Post(stage, ME, "mx.firma.example")


async def test_the_manager_is_urgent_at_any_hour_and_never_answered(at_work: AtWork):
    stage, post = at_work
    async with stage:
        for when in ("mon 09:00", "tue 03:10", "sun 22:40"):
            await stage.to(when)
            await post(BOSS, f"Kurze Frage {when[:3]}", "Haben Sie die Zahlen?")
        assert {verdict for _, verdict, _ in verdicts(stage)} == {"urgent"}
        assert len(stage.pushes) == 3
        assert stage.sent() == []
        assert stage.inbox("Drafts") == {}
        assert stage.inbox("Deferred") == {}


async def test_even_the_managers_thanks_are_never_put_aside(at_work: AtWork):
    stage, post = at_work
    async with stage:
        await stage.to("tue 09:00")
        await post(BOSS, "Re: Zahlen", "Danke!")
        assert verdicts(stage)[0][1] == "urgent"


async def test_colleagues_wait_for_the_end_of_the_focus_block_and_stay_when_she_is_there(at_work: AtWork):
    stage, post = at_work
    async with stage:
        await stage.to("tue 09:00")
        await post("Urs <urs@firma.example>", "Mittagessen?", "Um zwölf in der Kantine?")
        assert list(stage.inbox("Deferred")) == ["Mittagessen?"]
        await stage.to("tue 10:31")
        assert "Mittagessen?" in stage.inbox()
        await post("Urs <urs@firma.example>", "Doch um eins?", "Geht das auch?")
        assert "Doch um eins?" in stage.inbox(), "she is available: nothing moves"


async def test_mail_from_outside_comes_back_twice_a_day_and_nobody_is_answered(at_work: AtWork):
    stage, post = at_work
    async with stage:
        await stage.to("tue 11:00")
        await post("Sales <sales@supplier.example>", "Angebot", "Anbei unser Angebot.")
        assert list(stage.inbox("Deferred")) == ["Angebot"]
        await stage.to("tue 16:01")
        assert "Angebot" in stage.inbox()
        await stage.to("wed 12:00")
        assert stage.sent() == []
        digests = stage.digests()
        assert len(digests) == 1
