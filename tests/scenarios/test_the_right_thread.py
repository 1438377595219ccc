"""The right words to the right thread: what joins, what is made anew, and what each thread was promised."""

import re

import pytest

from scenarios.conftest import Opening
from scenarios.plays import ANSWERS, GARY, MAY
from scenarios.stage import Stage

BOTH = ANSWERS.replace(
    'people = { "gary@harbor.example" = "Gary" }',
    'people = { "gary@harbor.example" = "Gary", "g.stone@harbor.example" = "Gary" }',
)
AT_HOME = "Gary Stone <g.stone@harbor.example>"
NAMES_NONE = ANSWERS.replace("{{ 's' if messages|length > 1 }}", "").replace(
    "{{ 'en sind' if messages|length > 1 else ' ist' }}", " ist"
)
TWO_WORDS = ANSWERS.replace(
    '[[rule]]\nname = "Outage"',
    '[reply.soon]\ntext.en = "Soon: {{ promise | when }}."\ntext.de = "Bald: {{ promise | when }}."\n\n'
    '[[rule]]\nname = "Money"\nwhen = { subject = "budget" }\nthen = "defer"\npromise = "1 business day"\nreply = "soon"\n\n[[rule]]\nname = "Outage"',
)
EACH = TWO_WORDS.replace("[reply.soon]", '[reply.soon]\nevery = "thread"').replace(
    "[reply.until-call]", '[reply.until-call]\nevery = "thread"'
)


def sent(stage: Stage) -> list[tuple[str, str]]:
    """Subject and In-Reply-To of what went out."""
    return [(str(mail["Subject"]), str(mail["In-Reply-To"])) for mail in stage.sent()]


def promises(stage: Stage) -> list[tuple[str, str]]:
    """Subject and state of the promise of each message that has one."""
    return stage.rows("SELECT i.subject, p.state FROM item i JOIN promise p ON p.id = i.promise ORDER BY i.id")


async def test_a_reply_keeps_the_thread_of_the_message_that_it_was_made_for(stages: Opening):
    async with stages(ANSWERS) as stage:
        await stage.to("tue 10:00")
        first = await stage.arrives(GARY, "Leaflets")
        await stage.arrives(GARY, "Chairs")
        await stage.later(minutes=12)
        assert sent(stage) == [("Re: Leaflets", first)]
        assert promises(stage) == [("Leaflets", "open"), ("Chairs", "open")], "the text told of both"
        assert len(stage.events("promise.made")) == 2


async def test_each_thread_that_was_told_of_is_kept_by_itself_and_the_warning_names_it(stages: Opening):
    async with stages(ANSWERS) as stage:
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "Leaflets")
        chairs = await stage.arrives(GARY, "Chairs")
        await stage.later(minutes=12)
        stage.answers(chairs)
        await stage.to("wed 10:00")
        assert promises(stage) == [("Leaflets", "open"), ("Chairs", "kept")]
        await stage.to("thu 16:00")
        (warning,) = [one for subject, one in stage.inbox().items() if "falls due" in subject]
        said = warning.raw.partition(b"\r\n\r\n")[2]
        assert b"Subject: Leaflets" in said
        assert b"drag this note" not in said, "there is no folder for it"


async def test_a_thread_of_which_the_text_does_not_tell_is_promised_nothing(stages: Opening):
    async with stages(NAMES_NONE) as stage:
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "Leaflets")
        await stage.arrives(GARY, "Chairs")
        await stage.later(minutes=12)
        assert len(stage.sent()) == 1
        assert promises(stage) == [("Leaflets", "open")]


async def test_where_the_first_message_leaves_the_reply_is_made_for_the_oldest_that_is_left(stages: Opening):
    async with stages(ANSWERS) as stage:
        await stage.to("tue 10:00")
        first = await stage.arrives(GARY, "Leaflets")
        second = await stage.arrives(GARY, "Chairs")
        await stage.arrives(GARY, "Tables")
        stage.drag("Leaflets", "Deferred", "INBOX")
        await stage.later(minutes=12)
        assert sent(stage) == [("Re: Chairs", second)]
        assert promises(stage) == [("Chairs", "open"), ("Tables", "open")]
        assert stage.rows("SELECT count(*) FROM promise WHERE state = 'void'") == [(1,)]
        assert first


async def test_two_addresses_of_one_person_get_one_reply(stages: Opening):
    async with stages(BOTH) as stage:
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "Leaflets")
        await stage.arrives(AT_HOME, "Chairs")
        await stage.to("tue 16:00")
        await stage.arrives(AT_HOME, "Tables")
        await stage.later(minutes=15)
        assert [(str(mail["To"]), str(mail["Subject"])) for mail in stage.sent()] == [
            ("gary@harbor.example", "Re: Leaflets")
        ]
        assert stage.rows("SELECT no_reply FROM item ORDER BY id") == [(None,), ("joined",), ("recently-replied",)]


async def test_two_addresses_of_one_person_where_the_first_leaves_the_other_is_written_to(stages: Opening):
    async with stages(BOTH) as stage:
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "Leaflets")
        await stage.arrives(AT_HOME, "Chairs")
        stage.drag("Leaflets", "Deferred", "INBOX")
        await stage.later(minutes=12)
        assert [(str(mail["To"]), str(mail["Subject"])) for mail in stage.sent()] == [
            ("g.stone@harbor.example", "Re: Chairs")
        ]


async def test_what_would_get_another_reply_does_not_join_and_the_first_goes(stages: Opening):
    async with stages(TWO_WORDS) as stage:
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "Leaflets")
        await stage.arrives(GARY, "Budget")
        await stage.later(minutes=12)
        assert [subject for subject, _ in sent(stage)] == ["Re: Leaflets"]
        assert "Soon" not in stage.sent()[0].get_content()
        assert stage.events("message.deferred")[-1]["no_reply"] == "recently-replied"
        assert promises(stage) == [("Leaflets", "open")]


async def test_once_for_each_question_two_threads_get_a_reply_each_and_a_thread_one_until_it_is_answered(
    stages: Opening,
):
    async with stages(EACH) as stage:
        await stage.to("tue 10:00")
        leaflets = await stage.arrives(GARY, "Leaflets")
        budget = await stage.arrives(GARY, "Budget")
        await stage.arrives(GARY, "Re: Leaflets", "And the size?", replies_to=leaflets)
        await stage.later(minutes=12)
        assert sent(stage) == [("Re: Leaflets", leaflets), ("Re: Budget", budget)]
        await stage.arrives(GARY, "Re: Leaflets", "And the paper?", replies_to=leaflets)
        await stage.later(minutes=15)
        assert len(stage.sent()) == 2, "I have not answered in it since"
        stage.answers(leaflets)
        await stage.later(hours=1)
        await stage.arrives(GARY, "Re: Leaflets", "One more thing.", replies_to=leaflets)
        await stage.later(minutes=15)
        assert len(stage.sent()) == 3


async def test_once_for_each_question_is_at_most_three_an_hour(stages: Opening):
    async with stages(EACH) as stage:
        await stage.to("tue 10:00")
        for number in range(5):
            await stage.arrives(GARY, f"Question {number}")
            await stage.later(minutes=11)
        assert len(stage.sent()) == 3


@pytest.mark.parametrize("order", [("Outage in Joliet", "Lunch"), ("Lunch", "Outage in Joliet")])
async def test_an_alarm_in_one_thread_does_not_take_the_acknowledgement_of_another(
    stages: Opening, order: tuple[str, str]
):
    severe = EACH.replace('then = "urgent"', 'then = "urgent"\npromise = "2 office hours"\nreply = "soon"')
    async with stages(severe) as stage:
        await stage.to("tue 10:00")
        ids = {stage.store(GARY, subject): subject for subject in order}
        stage.daemon.wake()
        await stage.later(minutes=15)
        found = {ids[origin]: subject for subject, origin in sent(stage)}
        assert found == {subject: f"Re: {subject}" for subject in order}


async def test_one_persons_alarm_silences_nobody_else(stages: Opening):
    async with stages(ANSWERS) as stage:
        await stage.to("tue 10:00")
        await stage.arrives(MAY, "Leaflets")
        await stage.arrives(GARY, "outage", "The site.")
        await stage.later(minutes=12)
        assert [str(mail["To"]) for mail in stage.sent()] == ["may@harbor.example"]


def test_the_texts_of_these_plays_are_what_they_should_be():
    assert "messages" not in NAMES_NONE
    assert len(re.findall('every = "thread"', EACH)) == 2
