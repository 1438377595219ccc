"""A week of the project manager, from config/project-manager.toml: every message acknowledged, every promise watched."""

from pathlib import Path

import pytest

from scenarios.conftest import Opening
from scenarios.weeks import MONDAY, ON_EVERY_LAYOUT, AtWork, Post, credentials, shipped, text_of, verdicts

ME = "Ruth Alvarez <ruth.alvarez@brightwork.example>"
KELLER = "H. Keller <h.keller@northwind.example>"
# New York works from 8:30, which is 14:30 in the zone of the stage


@ON_EVERY_LAYOUT
def at_work(request: pytest.FixtureRequest, stages: Opening, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The stage with the shipped configuration, and who writes to her."""
    credentials(tmp_path / "credentials", monkeypatch, "ruth-ntfy")
    stage = stages(shipped("project-manager.toml"), variant=request.param, start=MONDAY)
    return stage, Post(stage, ME, "mx.brightwork.example")


async def test_every_message_is_acknowledged_within_minutes_and_stays_where_it_is(at_work: AtWork):
    stage, post = at_work
    async with stage:
        await stage.to("tue 16:00")
        await post(KELLER, "Rollout plan, chapter 4", "Please explain why chapter 4 contradicts the minutes.")
        await stage.later(minutes=3)
        assert verdicts(stage) == [("Rollout plan, chapter 4", "left", "Acknowledge everything")]
        assert stage.flags("Rollout plan, chapter 4") == set()
        said = text_of(stage, 0)
        assert 'your message is here ("Rollout plan, chapter 4")' in said
        assert "by tomorrow at 16:30 (Chicago time)" in said
        assert "our call on tomorrow" not in said


async def test_a_severe_report_gets_through_is_pushed_and_acknowledged_at_once(at_work: AtWork):
    stage, post = at_work
    async with stage:
        await stage.to("tue 16:00")
        await post(KELLER, "[SEV1] label printing stopped", "Nothing prints in Reno.")
        await stage.later(seconds=1)
        assert verdicts(stage) == [("[SEV1] label printing stopped", "urgent", "Severe")]
        assert stage.flags("[SEV1] label printing stopped") == {"\\Flagged"}
        assert [push.title for push in stage.pushes] == ["Northwind Logistics: urgent"]
        assert "is being worked on now" in text_of(stage, 0)


async def test_an_answer_of_the_team_in_the_thread_keeps_the_promise(at_work: AtWork):
    stage, post = at_work
    async with stage:
        await stage.to("tue 16:00")
        asked = await post(KELLER, "Pallet labels", "Which format do you need?")
        await stage.later(minutes=5)
        await post("Sam <sam@brightwork.example>", "Re: Pallet labels", "A6, please.", replies_to=asked)
        # the same mail went to the customer, with her in copy
        await stage.arrives(
            "Sam <sam@brightwork.example>", "Re: Pallet labels", "A6, as PDF.", to=f"{KELLER}, {ME}", replies_to=asked,
            headers={"Authentication-Results": "mx.brightwork.example; dmarc=pass header.from=brightwork.example"},
        )  # fmt: skip
        await stage.to("thu 00:30")
        assert len(stage.events("promise.kept")) == 1
        assert stage.events("promise.overdue") == []


async def test_before_an_answer_falls_due_she_is_warned_and_when_it_does_the_apology_lies_in_drafts(at_work: AtWork):
    stage, post = at_work
    async with stage:
        await stage.to("tue 16:00")
        await post(KELLER, "Customs papers", "Who fills them in?")
        await stage.later(minutes=3)
        await stage.to("wed 21:45")
        assert len(stage.events("promise.warned")) == 1
        assert any(subject.startswith("An answer to Northwind Logistics falls due") for subject in stage.inbox())
        await stage.to("wed 23:40")
        assert len(stage.events("promise.overdue")) == 1
        assert len(stage.events("promise.slipped")) == 1
        assert "An answer is overdue" in [push.title for push in stage.pushes]
        assert len(stage.sent()) == 1, "nothing more goes to the customer by itself"
        assert len(stage.inbox("Drafts")) == 1


async def test_the_weekly_report_lies_in_her_inbox_on_friday(at_work: AtWork):
    stage, post = at_work
    async with stage:
        await stage.to("tue 16:00")
        await post(KELLER, "Pallet labels", "Which format do you need?")
        await stage.to("fri 20:05")
        assert len(stage.events("report.delivered")) == 1


@pytest.mark.parametrize(
    "order", [("Outage in Joliet", "Lunch on Thursday"), ("Lunch on Thursday", "Outage in Joliet")]
)
async def test_two_mails_of_one_round_are_acknowledged_each_in_its_own_thread(at_work: AtWork, order: tuple[str, str]):
    stage, post = at_work
    async with stage:
        await stage.to("tue 16:00")
        stage.daemon.wake = lambda: None  # type: ignore[method-assign]  # both lie there before anybody looks
        ids = {subject: await post(KELLER, subject, f"About {subject.lower()}.") for subject in order}
        del stage.daemon.wake
        stage.daemon.wake()
        await stage.later(minutes=5)
        found = {
            str(mail["Subject"]): (str(mail["In-Reply-To"]), " ".join(mail.get_content().split()))
            for mail in stage.sent()
        }
        assert found["Re: Outage in Joliet"][0] == ids["Outage in Joliet"]
        assert "is being worked on now" in found["Re: Outage in Joliet"][1]
        assert found["Re: Lunch on Thursday"][0] == ids["Lunch on Thursday"]
        assert 'your message is here ("Lunch on Thursday")' in found["Re: Lunch on Thursday"][1]
        post.answer(ids["Lunch on Thursday"], "h.keller@northwind.example")
        await stage.to("tue 17:05")
        await stage.to("tue 18:30")
        states = dict(stage.rows("SELECT i.subject, p.state FROM item i JOIN promise p ON p.id = i.promise"))
        assert states == {"Outage in Joliet": "overdue", "Lunch on Thursday": "kept"}
        (warning,) = [one for subject, one in stage.inbox().items() if "falls due" in subject]
        assert b"Subject: Outage in Joliet" in warning.raw.partition(b"\r\n\r\n")[2]
