"""What the phone shows: who, how often, and only what may be shown; in my language."""

import pytest

from scenarios.conftest import Opening
from scenarios.plays import ANSWERS, CONSULTANT, GARY, MAY, PETRA
from scenarios.stage import Stage

PHONE = "sipgate <voicemail@sipgate.example>"
RINGING = (
    CONSULTANT.replace('language = "en"\ntimezone = "Europe/London"', 'phones = ["+44 20 7946 0018"]')
    .replace(
        "[[rule]]",
        """[notify.phone]
url = "json://phone.example/"
every = "20m"

[telephone]
from = ["voicemail@sipgate.example"]

[[rule]]
name = "He rings and rings"
when = { kind = ["voicemail", "missed-call"], burst = "3 in 20m" }
then = "defer"
notify = ["phone"]

[[rule]]""",
        1,
    )
    .replace('then = "urgent"', 'then = "urgent"\nnotify = ["phone"]')
)
GERMAN = RINGING.replace('language = "en"', 'language = "de"', 1)


async def rings(stage: Stage, times: int) -> None:
    for _ in range(times):
        await stage.arrives(PHONE, "New voicemail from +44 20 7946 0018", "Call me back.")
        await stage.later(minutes=2)


@pytest.mark.parametrize(
    ("config", "title"), [(RINGING, "Harbor Trust rang 3 times"), (GERMAN, "Harbor Trust hat 3-mal angerufen")]
)
async def test_a_burst_of_calls_that_waits_is_told_as_calls_and_not_as_urgent(stages: Opening, config: str, title: str):
    async with stages(config) as stage:
        await stage.to("tue 10:00")
        await rings(stage, 3)
        assert [push.title for push in stage.pushes] == [title]
        assert "+44 20 7946 0018" in stage.pushes[0].text


@pytest.mark.parametrize(
    ("config", "title", "note"),
    [
        (RINGING, "Harbor Trust: urgent", "(sender not verified)"),
        (GERMAN, "Harbor Trust: dringend", "(Absender nicht bestätigt)"),
    ],
)
async def test_an_urgent_mail_is_told_with_its_subject_and_that_nobody_vouches_for_it(
    stages: Opening, config: str, title: str, note: str
):
    async with stages(config) as stage:
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "outage in Leeds")
        told = [(title, f"gary@harbor.example: outage in Leeds\n{note}")]
        assert [(push.title, push.text) for push in stage.pushes] == told


async def test_no_subject_is_shown_where_none_is_logged(stages: Opening):
    async with stages("log_subjects = false\n" + RINGING) as stage:
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "outage in Leeds")
        await stage.later(minutes=30)
        await rings(stage, 3)
        assert [push.title for push in stage.pushes] == ["Harbor Trust: urgent", "Harbor Trust rang 3 times"]
        assert [push.text for push in stage.pushes] == [
            f"{sender}\n(sender not verified)" for sender in ("gary@harbor.example", "voicemail@sipgate.example")
        ]


async def test_an_overdue_answer_is_told_with_the_name_of_its_client_and_one_push_a_client(stages: Opening):
    phone = '\n[notify.phone]\nurl = "json://phone.example/"\nevery = "20m"\n[promises]\nnotify = ["phone"]\n'
    async with stages(ANSWERS + phone) as stage:
        await stage.to("tue 10:00")
        for sender in (GARY, MAY, PETRA):
            await stage.arrives(sender, "question")
        await stage.later(minutes=15)
        await stage.to("thu 17:31")
        assert sorted(push.text for push in stage.pushes) == [
            "An answer promised to Harbor Trust is overdue.",
            "An answer promised to Lindenhof e. V. is overdue.",
        ]
        assert {line["client"] for line in stage.events("notify.sent")} == {"harbor", "lindenhof"}
