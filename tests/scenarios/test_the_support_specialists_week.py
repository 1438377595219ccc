"""A week of the support specialist, from config/support.toml: cases first, breaks are real, the rest is redirected politely."""

from pathlib import Path

import pytest

from scenarios.conftest import Opening
from scenarios.weeks import MONDAY, ON_EVERY_LAYOUT, AtWork, Post, credentials, shipped, text_of, verdicts

ME = "Jonas Falk <jonas.falk@helpline.example>"
CAROL = "Carol <carol.reid@office.helpline.example>"
LIAM = "Liam <liam.oconnor@helpline.example>"
# Dublin is an hour behind the zone of the stage


@ON_EVERY_LAYOUT
def at_work(request: pytest.FixtureRequest, stages: Opening, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The stage with the shipped configuration, and who writes to him."""
    credentials(tmp_path / "credentials", monkeypatch)
    stage = stages(shipped("support.toml"), variant=request.param, start=MONDAY)
    return stage, Post(stage, ME, "mx.helpline.example")


async def test_cases_get_through_and_are_never_answered(at_work: AtWork):
    stage, post = at_work
    async with stage:
        await stage.to("tue 10:00")
        await post("Cases <cases@desk.helpline.example>", "Case 4711: customer has replied", "A comment was added.")
        await stage.later(hours=1)
        assert verdicts(stage) == [("Case 4711: customer has replied", "urgent", "Cases")]
        assert stage.sent() == []


async def test_an_extra_project_is_redirected_to_the_delegate_and_waits_until_the_evening(at_work: AtWork):
    stage, post = at_work
    async with stage:
        await stage.to("tue 10:00")
        await post(CAROL, "Would you lead the knowledge base pilot?", "It would be a great opportunity for you.")
        await stage.later(minutes=6)
        said = text_of(stage, 0)
        assert "Thank you for thinking of me" in said
        assert "please ask Tom, who looks after this (tom.burke@helpline.example)" in said
        assert list(stage.inbox("Deferred")) == ["Would you lead the knowledge base pilot?"]
        await stage.to("tue 17:31")
        assert "Would you lead the knowledge base pilot?" in stage.inbox()


async def test_a_question_about_billing_is_sent_on_once_with_the_original_attached(at_work: AtWork):
    stage, post = at_work
    async with stage:
        await stage.to("tue 10:00")
        await post(LIAM, "Refunds for cancelled orders", "Do you know how this works?")
        await stage.later(minutes=6)
        sent = {str(mail["To"]): mail for mail in stage.sent()}
        assert sorted(sent) == ["billing@helpline.example", "liam.oconnor@helpline.example"]
        attached = [part.get_content_type() for part in sent["billing@helpline.example"].walk()]
        assert "message/rfc822" in attached
        assert len(stage.events("message.forwarded")) == 1


async def test_questions_of_colleagues_come_back_as_one_block_and_the_promise_is_a_business_day(at_work: AtWork):
    stage, post = at_work
    async with stage:
        await stage.to("tue 10:00")
        await post(LIAM, "How do I close a case without a callback?", "I could not find it in the handbook.")
        await stage.to("tue 10:30")
        await post("Maeve <maeve.doyle@helpline.example>", "Where is the form?", "The one for returns.")
        await stage.later(minutes=6)
        assert "by tomorrow at 16:30" in text_of(stage, 0)
        assert "Aisha (aisha.khan@helpline.example)" in text_of(stage, 0)
        await stage.to("tue 16:29")
        assert len(stage.inbox("Deferred")) == 2
        await stage.to("tue 16:31")
        assert stage.inbox("Deferred") == {}
        assert {line["reason"] for line in stage.events("message.returned")} == {"it is due"}
