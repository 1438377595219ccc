"""The report that comes by itself: once per due time, in my language, as text and as a page, whatever clocks do meanwhile."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import cast

from scenarios.conftest import Opening
from scenarios.plays import CONSULTANT, GARY
from scenarios.stage import Stage

WEEKLY = CONSULTANT + '\n[report]\nweekly = "fri 14:00"\n'
GERMAN = WEEKLY.replace('language = "en"\ntimezone = "Europe/Berlin"', 'language = "de"\ntimezone = "Europe/Berlin"')
OCTOBER = datetime(2025, 10, 23, 8, 0, tzinfo=UTC)
"""A Thursday, three days before the end of summer time."""


def mails(stage: Stage, title: str) -> list[EmailMessage]:
    """The reports in the Inbox, in the order of their arrival."""
    found = [message_from_bytes(one.raw, policy=default) for one in stage.dovecot.messages(stage.users[0])]
    return [cast("EmailMessage", one) for one in found if str(one["Subject"]).startswith(title)]


def text_of(mail: EmailMessage, kind: str) -> str:
    """The part of that kind."""
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


async def test_it_comes_once_a_week_also_over_a_restart(stages: Opening):
    async with stages(WEEKLY) as stage:
        await stage.to("thu 10:00")
        await stage.arrives(GARY, "A question")
        await stage.to("fri 13:59")
        assert mails(stage, "Responsiveness") == []
        await stage.to("fri 14:01")
        await stage.close()
        await stage.open()
        await stage.to("fri 20:00")
        assert [str(mail["Subject"]) for mail in mails(stage, "Responsiveness")] == ["Responsiveness, 21–28 Nov 2025"]


async def test_it_is_a_text_and_a_page_in_my_language(stages: Opening):
    async with stages(GERMAN) as stage:
        await stage.to("fri 13:00")
        await stage.arrives(GARY, "A question")
        await stage.to("fri 14:01")
        [mail] = mails(stage, "Erreichbarkeit")
        assert mail.get_content_type() == "multipart/alternative"
        text, page = text_of(mail, "plain"), text_of(mail, "html")
        assert "Nachrichten" in text
        assert "A question" in text
        assert '<html lang="de">' in page
        assert "A question" in page
        assert "http" not in page, "nothing is asked of anybody when it is read"


async def test_what_came_in_the_hour_that_the_clock_gave_is_in_one_of_two_reports(stages: Opening):
    async with stages(WEEKLY, start=OCTOBER) as stage:
        await stage.to("thu 15:00")
        await stage.arrives(GARY, "Before the first")
        await stage.to("fri 14:30")
        await stage.arrives(GARY, "Half an hour after it")
        await stage.to(datetime(2025, 10, 31, 13, 30, tzinfo=UTC))
        first, second = mails(stage, "Responsiveness")
        assert "Messages received: 1 " in text_of(first, "plain")
        assert "Messages received: 1 " in text_of(second, "plain")


async def test_a_week_missed_while_nothing_ran_is_told_of_at_the_next_start(stages: Opening):
    async with stages(WEEKLY) as stage:
        await stage.to("thu 10:00")
        await stage.arrives(GARY, "A question")
        await stage.close()
        await stage.clock.leap(datetime(2025, 11, 29, 9, tzinfo=UTC) - stage.clock.now())
        await stage.open()
        await stage.to(datetime(2025, 11, 29, 12, tzinfo=UTC))
        assert [str(mail["Subject"]) for mail in mails(stage, "Responsiveness")] == ["Responsiveness, 21–28 Nov 2025"]


async def test_the_month_comes_on_the_first_once(stages: Opening):
    async with stages(WEEKLY, start=datetime(2025, 11, 27, 8, tzinfo=UTC)) as stage:
        await stage.arrives(GARY, "A question")
        await stage.to(datetime(2025, 12, 2, 12, tzinfo=UTC))
        told = [str(mail["Subject"]) for mail in mails(stage, "Responsiveness")]
        assert told == ["Responsiveness, 21–28 Nov 2025", "Responsiveness, 1–30 Nov 2025"]


async def test_in_observe_none_comes(stages: Opening):
    async with stages(WEEKLY.replace('mode = "send"', 'mode = "observe"')) as stage:
        await stage.to("thu 10:00")
        await stage.arrives(GARY, "A question")
        await stage.to("fri 15:00")
        assert mails(stage, "Responsiveness") == []
