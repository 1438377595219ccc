"""Folders as moments: a drag says when, from whatever mail client, and every folder empties after a minute."""

from email import message_from_bytes
from email.policy import default

import pytest

from scenarios.conftest import Opening
from scenarios.plays import ANSWERS, CONSULTANT, GARY, MAY
from scenarios.stage import Stage
from server.courier import PLAIN_COURIER, CourierVariant
from server.cyrus import PLAIN_CYRUS
from server.dovecot import USUAL, Variant
from server.fixtures import AnyVariant

SNOOZE = """
[snooze]
"Later today" = "3 office hours"
"Tomorrow" = "start of next office day"
"Next week" = "start of next week"
"Next call" = ["30m before next call", "start of next office day"]
"Settled" = "settled"
"""
MOMENTS = CONSULTANT + SNOOZE
STRANGER = "Shop <shop@else.example>"
KINDS: dict[str, AnyVariant] = {
    "Dovecot": USUAL,
    "Dovecot, no MOVE": Variant(hidden=("MOVE",)),
    "Cyrus": PLAIN_CYRUS,
    "Courier": PLAIN_COURIER,
    "Courier without keywords": CourierVariant(keywords=False),
    "Dovecot with points and a prefix": Variant(separator=".", prefix="INBOX."),
    "Dovecot without folders in folders": Variant(storage="mbox"),
}
EVERY = pytest.mark.parametrize("variant", KINDS.values(), ids=KINDS.keys())


def below(stage: Stage, name: str) -> str:
    """The snooze folder of that name, as the server has it."""
    found = [folder for folder in stage.server.folders(stage.users[0]) if folder.endswith(name)]
    assert len(found) == 1, stage.server.folders(stage.users[0])
    return found[0]


async def opened(stages: Opening, config: str = MOMENTS, variant: AnyVariant = USUAL) -> Stage:
    stage = stages(config, variant=variant)
    await stage.open()
    await stage.to("tue 15:10")
    return stage


async def seen(stage: Stage) -> None:
    """The daemon has looked."""
    stage.daemon.sweep()
    await stage.quiet()


def aside(stage: Stage) -> list[str]:
    return [subject for (subject,) in stage.rows("SELECT subject FROM item WHERE state = 'aside' ORDER BY id")]


@EVERY
async def test_a_drag_says_when_and_the_folder_empties_after_a_minute(stages: Opening, variant: AnyVariant):
    stage = await opened(stages, variant=variant)
    await stage.arrives(GARY, "outage again")
    tomorrow = below(stage, "Tomorrow")
    stage.drag("outage again", "INBOX", tomorrow)
    await seen(stage)
    [snoozed] = stage.events("message.snoozed")
    assert (snoozed["by"], snoozed["until"][:16]) == ("person", "2025-11-26T09:00")
    assert list(stage.inbox(tomorrow)) == ["outage again"]
    await stage.later(minutes=2)
    assert stage.inbox(tomorrow) == {}
    assert list(stage.inbox(f"{variant.prefix}Deferred")) == ["outage again"]
    await stage.to("wed 08:59")
    assert stage.inbox() == {}
    await stage.to("wed 09:05")
    assert list(stage.inbox()) == ["outage again"]
    assert stage.flags("outage again") <= {"\\Flagged", "\\Recent"}
    assert stage.events("message.released") == []


@pytest.mark.parametrize(
    ("name", "back"), [("Later today", "wed 09:40"), ("Next week", "mon 09:00"), ("Next call", "fri 09:30")]
)
async def test_each_folder_is_its_own_moment(stages: Opening, name: str, back: str):
    stage = await opened(stages)
    await stage.arrives(GARY, "outage again")
    stage.drag("outage again", "INBOX", below(stage, name))
    await seen(stage)
    at = stage.instant(back)
    [(due,)] = stage.rows("SELECT due_at FROM effect WHERE kind = 'back' AND state = 'planned'")
    assert due == at.timestamp() * 1000


async def test_anybodys_mail_can_be_put_aside(stages: Opening):
    stage = await opened(stages)
    await stage.arrives(STRANGER, "offer")
    stage.drag("offer", "INBOX", below(stage, "Tomorrow"))
    await seen(stage)
    await stage.later(minutes=2)
    assert list(stage.inbox("Deferred")) == ["offer"]
    await stage.to("wed 09:05")
    assert list(stage.inbox()) == ["offer"]
    assert stage.flags("offer") == set()


async def test_a_stranger_has_no_call_and_comes_back_on_the_next_day(stages: Opening):
    stage = await opened(stages)
    await stage.arrives(STRANGER, "offer")
    stage.drag("offer", "INBOX", below(stage, "Next call"))
    await seen(stage)
    await stage.to("wed 09:05")
    assert list(stage.inbox()) == ["offer"]


async def test_what_is_put_aside_is_put_off_by_another_drag(stages: Opening):
    stage = await opened(stages)
    await stage.arrives(GARY, "question")
    stage.drag("question", "Deferred", below(stage, "Next week"))
    await seen(stage)
    assert stage.events("message.released") == []
    await stage.to("fri 12:00")
    assert (stage.inbox(), list(stage.inbox("Deferred"))) == ({}, ["question"])
    await stage.to("mon 09:05")
    assert list(stage.inbox()) == ["question"]


async def test_it_is_taken_back_by_a_drag_to_the_inbox(stages: Opening):
    stage = await opened(stages)
    await stage.arrives(GARY, "outage again")
    tomorrow = below(stage, "Tomorrow")
    stage.drag("outage again", "INBOX", tomorrow)
    await seen(stage)
    stage.drag("outage again", tomorrow, "INBOX")
    await seen(stage)
    assert len(stage.events("message.released")) == 1
    await stage.to("thu 12:00")
    assert list(stage.inbox()) == ["outage again"]
    assert aside(stage) == []


async def test_a_drag_while_the_daemon_is_down_is_seen_at_its_start(stages: Opening):
    stage = await opened(stages)
    await stage.arrives(GARY, "outage again")
    await stage.close()
    stage.drag("outage again", "INBOX", below(stage, "Tomorrow"))
    await stage.open()
    assert len(stage.events("message.snoozed")) == 1
    await stage.later(minutes=2)
    assert list(stage.inbox("Deferred")) == ["outage again"]
    await stage.to("wed 09:05")
    assert list(stage.inbox()) == ["outage again"]


async def test_down_for_longer_than_it_was_snoozed_it_comes_back_at_once(stages: Opening):
    stage = await opened(stages)
    await stage.arrives(GARY, "outage again")
    tomorrow = below(stage, "Tomorrow")
    stage.drag("outage again", "INBOX", tomorrow)
    await seen(stage)
    await stage.close()
    await stage.clock.leap(stage.instant("thu 12:00") - stage.clock.now())
    await stage.open()
    await stage.later(minutes=5)
    assert (stage.inbox(tomorrow), stage.inbox("Deferred"), list(stage.inbox())) == ({}, {}, ["outage again"])


@pytest.mark.parametrize("expunges", ["expunges", "never does"])
async def test_a_client_that_copies_and_expunges_later(stages: Opening, expunges: str):
    stage = await opened(stages, ANSWERS + SNOOZE)
    await stage.arrives(GARY, "question")
    tomorrow = below(stage, "Next week")
    with stage.dovecot.client(stage.users[0], "Deferred") as client:
        uid = stage.inbox("Deferred")["question"].uid
        client.copy([uid], tomorrow)
        client.add_flags([uid], ["\\Deleted"])
        await seen(stage)
        await seen(stage)
        if expunges == "expunges":
            client.expunge()
        await seen(stage)
    assert (stage.events("message.gone"), stage.events("reply.cancelled")) == ([], [])
    await stage.to("mon 09:05")
    assert list(stage.inbox()) == ["question"]
    assert len(stage.sent()) == 1


@pytest.mark.parametrize("source", ["Deferred", "Tomorrow"])
async def test_a_client_that_marks_the_first_as_deleted_seconds_after_a_look_has_moved_it(stages: Opening, source: str):
    stage = await opened(stages, ANSWERS + SNOOZE)
    await stage.arrives(GARY, "question")
    lies, target = source if source == "Deferred" else below(stage, source), below(stage, "Next week")
    if source == "Tomorrow":
        stage.drag("question", "Deferred", lies)
        await seen(stage)
    with stage.dovecot.client(stage.users[0], lies) as client:
        uid = stage.inbox(lies)["question"].uid
        client.copy([uid], target)
        await seen(stage)
        client.add_flags([uid], ["\\Deleted"])
        await seen(stage)
        client.expunge()
    await seen(stage)
    await stage.later(minutes=3)
    assert stage.rows("SELECT subject, state FROM item") == [("question", "aside")]
    assert stage.events("message.gone") == []
    await stage.to("mon 09:05")
    assert list(stage.inbox()) == ["question"]
    assert len(stage.server.messages(stage.users[0])) == 1
    assert len(stage.sent()) == 1


async def test_a_copy_of_which_the_first_stays_is_an_item_of_its_own_within_two_minutes(stages: Opening):
    stage = await opened(stages)
    await stage.arrives(GARY, "question")
    with stage.dovecot.client(stage.users[0], "Deferred") as client:
        client.copy([stage.inbox("Deferred")["question"].uid], below(stage, "Next week"))
    await seen(stage)
    await stage.later(minutes=2)
    assert aside(stage) == ["question", "question"]
    assert stage.inbox(below(stage, "Next week")).keys() | stage.inbox("Deferred").keys() == {"question"}


@pytest.mark.parametrize("minutes", [2, 150])
@pytest.mark.parametrize("expunges", [True, False])
async def test_a_copy_and_its_first_that_goes_minutes_or_hours_later_are_one(
    stages: Opening,
    minutes: int,
    expunges: bool,  # noqa: FBT001
):
    stage = await opened(stages, ANSWERS + SNOOZE)
    await stage.arrives(GARY, "question")
    await copied(stage, below(stage, "Next week"), minutes=minutes, expunges=expunges)
    assert aside(stage) == ["question"]
    assert (stage.events("message.gone"), stage.events("reply.cancelled")) == ([], [])
    await stage.to("mon 09:05")
    assert list(stage.inbox()) == ["question"]
    assert [reply["To"] for reply in stage.sent()] == ["gary@harbor.example"]


async def copied(stage: Stage, target: str, *, minutes: int, expunges: bool = True) -> None:
    """A mail program copies the question, and lets go of the first so many minutes later."""
    with stage.dovecot.client(stage.users[0], "Deferred") as client:
        uid = stage.inbox("Deferred")["question"].uid
        client.copy([uid], target)
        await seen(stage)
        await stage.later(minutes=minutes)
        client.noop()
        client.add_flags([uid], ["\\Deleted"])
        if expunges:
            client.expunge()
        await seen(stage)
    await stage.later(minutes=3)


async def test_a_copy_that_has_come_back_before_its_first_goes_is_that_message(stages: Opening):
    later = ANSWERS.replace('until = "start of office hours"', 'until = "start of next week"')
    stage = await opened(stages, later + SNOOZE)
    await stage.arrives(GARY, "question")
    await copied(stage, below(stage, "Later today"), minutes=20 * 60)
    assert stage.rows("SELECT state, folder FROM item WHERE state <> 'gone'") == [("here", "INBOX")]
    assert (list(stage.inbox()), stage.inbox("Deferred"), stage.events("message.gone")) == (["question"], {}, [])


async def test_a_copy_that_is_settled_settles_its_first_when_that_goes(stages: Opening):
    stage = await opened(stages, ANSWERS + SNOOZE)
    await stage.arrives(GARY, "question")
    await copied(stage, below(stage, "Settled"), minutes=30)
    assert stage.events("message.gone") == []
    assert stage.rows("SELECT state, settled_by FROM item WHERE state <> 'gone'") == [("released", "person")]
    assert stage.rows("SELECT state FROM promise") == [("settled",)]


async def test_one_of_two_deliveries_that_is_deleted_takes_nothing_from_the_other(stages: Opening):
    stage = await opened(stages, ANSWERS + SNOOZE)
    await stage.arrives(GARY, "question")
    stage.store(GARY, "question")
    await seen(stage)
    first = stage.rows("SELECT min(uid) FROM item WHERE state = 'aside'")[0][0]
    with stage.dovecot.client(stage.users[0], "Deferred") as client:
        client.add_flags([first], ["\\Deleted"])
        client.expunge()
    await seen(stage)
    assert len(stage.events("message.gone")) == 1
    assert aside(stage) == ["question"]


async def test_a_waiting_reply_stays_and_promises_no_earlier_than_it_comes_back(stages: Opening):
    stage = await opened(stages, ANSWERS + SNOOZE)
    await stage.arrives(GARY, "question")
    stage.drag("question", "Deferred", below(stage, "Next week"))
    await seen(stage)
    await stage.later(minutes=15)
    (reply,) = stage.sent()
    assert "Monday 1 December" in reply.get_content()  # type: ignore[attr-defined]
    [(due,)] = stage.rows("SELECT due_at FROM promise WHERE state = 'open'")
    assert due == stage.instant("mon 17:30").timestamp() * 1000


async def test_a_told_promise_stays_and_is_warned_of(stages: Opening):
    stage = await opened(stages, ANSWERS + SNOOZE)
    await stage.arrives(GARY, "question")
    await stage.later(minutes=15)
    assert len(stage.sent()) == 1
    stage.drag("question", "Deferred", below(stage, "Next week"))
    await seen(stage)
    await stage.to("thu 17:00")
    assert len(stage.events("promise.warned")) == 1
    assert list(stage.inbox("Deferred")) == ["question"]


async def test_a_drag_into_the_deferred_folder_leaves_the_waiting_reply(stages: Opening):
    stage = await opened(
        stages,
        MOMENTS.replace(
            'subject = ["outage", "down"] }\nthen = "urgent"',
            'subject = ["outage", "down"] }\nthen = "leave"\nreply = "until-call"\npromise = "next call"',
        ),
    )
    await stage.arrives(GARY, "outage again")
    stage.drag("outage again", "INBOX", "Deferred")
    await seen(stage)
    await stage.later(minutes=15)
    assert len(stage.sent()) == 1
    await stage.to("wed 09:05")
    assert list(stage.inbox()) == ["outage again"]


async def test_what_is_settled_comes_back_no_more_and_nothing_is_said(stages: Opening):
    stage = await opened(stages, ANSWERS + SNOOZE)
    await stage.arrives(GARY, "question")
    settled = below(stage, "Settled")
    stage.drag("question", "Deferred", settled)
    await seen(stage)
    [told] = stage.events("message.settled")
    assert told["by"] == "person"
    assert len(stage.events("reply.cancelled")) == 1
    await stage.to("mon 12:00")
    assert (stage.sent(), stage.inbox(), stage.inbox("Deferred")) == ([], {}, {})
    assert list(stage.inbox(settled)) == ["question"]
    assert stage.events("promise.overdue") == []


async def test_what_is_settled_goes_to_the_archive(stages: Opening):
    stage = stages(ANSWERS + SNOOZE)
    stage.write_config()
    with stage.server.client(stage.users[0]) as client:
        client.create_folder("Archive")
    await stage.open()
    await stage.to("tue 15:10")
    await stage.arrives(GARY, "question")
    await stage.later(minutes=15)
    stage.drag("question", "Deferred", below(stage, "Settled"))
    await seen(stage)
    assert len(stage.events("promise.settled")) == 1
    await stage.arrives(STRANGER, "offer")
    stage.drag("offer", "INBOX", below(stage, "Settled"))
    await seen(stage)
    await stage.later(minutes=2)
    assert (set(stage.inbox("Archive")), stage.inbox(below(stage, "Settled"))) == ({"question", "offer"}, {})


async def test_settled_and_taken_back_within_the_minute_it_is_not_dealt_with(stages: Opening):
    stage = stages(ANSWERS + SNOOZE)
    stage.write_config()
    with stage.server.client(stage.users[0]) as client:
        client.create_folder("Archive")
    await stage.open()
    await stage.to("tue 15:10")
    await stage.arrives(GARY, "outage again")
    stage.drag("outage again", "INBOX", below(stage, "Settled"))
    await seen(stage)
    stage.drag("outage again", below(stage, "Settled"), "INBOX")
    await seen(stage)
    await stage.later(minutes=5)
    assert list(stage.inbox()) == ["outage again"]
    assert stage.rows("SELECT settled_at FROM item") == [(None,)]


async def test_a_thread_that_is_dragged_is_one(stages: Opening):
    stage = await opened(stages)
    first = await stage.arrives(GARY, "outage again")
    mine = stage.answers(first)
    await seen(stage)
    await stage.arrives(GARY, "Re: outage again", replies_to=mine)
    tomorrow = below(stage, "Tomorrow")
    for subject, folder in (("outage again", "INBOX"), ("Re: your question", "Sent"), ("Re: outage again", "INBOX")):
        stage.drag(subject, folder, tomorrow)
    await seen(stage)
    await stage.later(minutes=3)
    assert (stage.inbox(tomorrow), list(stage.inbox("Sent"))) == ({}, ["Re: your question"])
    await stage.to("wed 09:05")
    assert set(stage.inbox()) == {"outage again", "Re: outage again"}
    assert "\\Seen" not in stage.flags("Re: outage again")
    assert list(stage.inbox("Deferred")) == []


async def test_an_urgent_message_of_the_thread_brings_it_back(stages: Opening):
    stage = await opened(stages)
    first = await stage.arrives(GARY, "question")
    stage.drag("question", "Deferred", below(stage, "Next week"))
    await seen(stage)
    await stage.later(minutes=2)
    await stage.arrives(GARY, "Re: question, all is down", replies_to=first)
    await stage.later(minutes=1)
    assert set(stage.inbox()) == {"question", "Re: question, all is down"}


async def test_a_deferred_message_of_the_thread_does_not(stages: Opening):
    stage = await opened(stages)
    first = await stage.arrives(GARY, "question")
    stage.drag("question", "Deferred", below(stage, "Next week"))
    await seen(stage)
    await stage.arrives(GARY, "Re: question", replies_to=first)
    await stage.later(minutes=5)
    assert stage.inbox() == {}


async def test_a_mail_of_mine_comes_back_if_nobody_answers_it(stages: Opening):
    stage = await opened(stages)
    stage.answers("<nothing@harbor.example>")
    await seen(stage)
    stage.drag("Re: your question", "Sent", below(stage, "Tomorrow"))
    await seen(stage)
    await stage.later(minutes=2)
    assert list(stage.inbox("Deferred")) == ["Re: your question"]
    await stage.to("wed 09:05")
    assert list(stage.inbox()) == ["Re: your question"]
    assert stage.flags("Re: your question") == set()


@pytest.mark.parametrize("how", ["copied", "moved"])
async def test_a_mail_of_mine_that_was_answered_goes_quietly_back_to_sent(stages: Opening, how: str):
    stage = await opened(stages)
    mine = stage.answers("<nothing@harbor.example>")
    await seen(stage)
    tomorrow = below(stage, "Tomorrow")
    if how == "copied":
        with stage.server.client(stage.users[0], "Sent") as client:
            client.copy([stage.inbox("Sent")["Re: your question"].uid], tomorrow)
    else:
        stage.drag("Re: your question", "Sent", tomorrow)
    await seen(stage)
    await stage.arrives(GARY, "Re: Re: your question", replies_to=mine)
    await stage.to("thu 09:05")
    assert "Re: your question" not in stage.inbox()
    assert [
        one.raw.count(f"Message-ID: {mine}".encode()) for one in stage.server.messages(stage.users[0], "Sent")
    ].count(1) == 1
    assert stage.inbox("Deferred").keys() == {"Re: Re: your question"}


@pytest.mark.parametrize(
    ("sender", "headers", "goes"),
    [
        (STRANGER, {}, "Sent"),
        (STRANGER, {"Auto-Submitted": "auto-replied"}, "INBOX"),
        (GARY, {"Auto-Submitted": "auto-replied"}, "INBOX"),
        ("Tom <tom@roth-partners.example>", {}, "INBOX"),
    ],
)
async def test_a_strangers_answer_is_one_and_no_machines_or_of_the_team(
    stages: Opening, sender: str, headers: dict[str, str], goes: str
):
    stage = await opened(stages)
    mine = stage.answers("<nothing@else.example>", to="shop@else.example")
    await seen(stage)
    stage.drag("Re: your question", "Sent", below(stage, "Next week"))
    await seen(stage)
    await stage.to("wed 10:00")
    await stage.arrives(sender, "Re: Re: your question", replies_to=mine, headers=headers)
    await stage.to("mon 09:05")
    assert [folder for folder in ("INBOX", "Sent") if "Re: your question" in stage.inbox(folder)] == [goes]


async def test_a_warning_that_is_dragged_acts_on_the_message_it_is_about(stages: Opening):
    stage = await opened(stages, (ANSWERS + SNOOZE).replace('until = "start of office hours"', 'until = "in 4 days"'))
    await stage.arrives(GARY, "question")
    await stage.to("thu 16:00")
    [warning] = [subject for subject in stage.inbox() if subject != "question"]
    stage.drag(warning, "INBOX", below(stage, "Next week"))
    await seen(stage)
    await stage.later(minutes=2)
    [(due,)] = stage.rows("SELECT due_at FROM effect WHERE kind = 'back' AND state = 'planned'")
    assert due == stage.instant("mon 09:00").timestamp() * 1000
    assert aside(stage) == ["question"]


async def test_a_warning_says_how_it_is_settled_and_dragged_there_it_is(stages: Opening):
    stage = await opened(stages, (ANSWERS + SNOOZE).replace('"Settled"', '"Done with"'))
    await stage.arrives(GARY, "question")
    await stage.to("thu 16:00")
    [(subject, warning)] = [(one, mail) for one, mail in stage.inbox().items() if one != "question"]
    text = " ".join(message_from_bytes(warning.raw, policy=default).get_content().split())
    assert "the one word “settled”, and it is settled. So it is if you drag this note into “Done with”." in text
    stage.drag(subject, "INBOX", below(stage, "Done with"))
    await seen(stage)
    await stage.later(minutes=2)
    assert stage.rows("SELECT state FROM promise") == [("settled",)]


async def test_what_lay_there_before_or_came_there_by_its_tag_is_never_touched(stages: Opening):
    stage = stages(MOMENTS)
    stage.write_config()
    with stage.server.client(stage.users[0]) as client:
        client.create_folder("Deferred.Tomorrow" if "." in USUAL.prefix else "Deferred/Tomorrow")
    stage.store(GARY, "old", folder="Deferred/Tomorrow")
    await stage.open()
    await stage.to("tue 15:10")
    stage.store(GARY, "delivered", folder="Deferred/Tomorrow", to="dana+tomorrow@roth.example")
    stage.store(
        GARY,
        "delivered too",
        folder="Deferred/Tomorrow",
        headers={"Delivered-To": "dana+deferred/tomorrow@roth.example"},
    )
    await seen(stage)
    await stage.to("fri 12:00")
    assert set(stage.inbox("Deferred/Tomorrow")) == {"old", "delivered", "delivered too"}


async def test_in_observe_no_folder_is_made_and_the_switch_makes_them(stages: Opening):
    stage = stages(MOMENTS.replace('mode = "send"', 'mode = "observe"'))
    await stage.open()
    assert not [folder for folder in stage.server.folders(stage.users[0]) if "Deferred" in folder]
    await stage.reload(MOMENTS)
    made = {folder for folder in stage.server.folders(stage.users[0]) if "Deferred" in folder}
    assert len(made) == 6


async def test_a_folder_that_she_deletes_is_not_made_again(stages: Opening):
    stage = await opened(stages)
    tomorrow = below(stage, "Tomorrow")
    with stage.server.client(stage.users[0]) as client:
        client.delete_folder(tomorrow)
    await stage.close()
    await stage.open()
    assert tomorrow not in stage.server.folders(stage.users[0])
    assert len(stage.events("account.degraded")) == 0


@EVERY
async def test_a_folder_that_she_renames_keeps_its_moment_and_what_rests_there(stages: Opening, variant: AnyVariant):
    stage = await opened(stages, variant=variant)
    await stage.arrives(GARY, "outage again")
    tomorrow = below(stage, "Tomorrow")
    stage.drag("outage again", "INBOX", tomorrow)
    await seen(stage)
    morning = tomorrow.replace("Tomorrow", "In the morning")
    with stage.server.client(stage.users[0]) as client:
        client.rename_folder(*(variant.prefix + name.removeprefix(variant.prefix) for name in (tomorrow, morning)))
    await seen(stage)
    await stage.later(minutes=2)
    assert (stage.inbox(morning), list(stage.inbox("Deferred"))) == ({}, ["outage again"])
    assert len(stage.events("message.snoozed")) == 1
    await stage.arrives(MAY, "outage too")
    stage.drag("outage too", "INBOX", morning)
    await stage.close()
    await stage.open()
    await stage.to("wed 09:05")
    assert set(stage.inbox()) == {"outage again", "outage too"}
    assert tomorrow not in stage.server.folders(stage.users[0])


@EVERY
async def test_a_folder_that_she_makes_when_she_deletes_another_is_not_that_one(stages: Opening, variant: AnyVariant):
    stage = await opened(stages, variant=variant)
    await stage.arrives(GARY, "outage again")
    tomorrow = below(stage, "Tomorrow")
    stage.drag("outage again", "INBOX", tomorrow)
    await seen(stage)
    await stage.later(minutes=2)
    own = tomorrow.replace("Tomorrow", "My own")
    with stage.server.client(stage.users[0]) as client:
        client.delete_folder(variant.prefix + tomorrow.removeprefix(variant.prefix))
        client.create_folder(variant.prefix + own.removeprefix(variant.prefix))
    await seen(stage)
    stage.store(MAY, "hers", folder=own)
    await seen(stage)
    await stage.later(minutes=5)
    assert list(stage.inbox(own)) == ["hers"]
    assert len(stage.events("message.snoozed")) == 1


async def test_a_folder_that_a_mail_program_deletes_into_the_bin_is_not_followed_there(stages: Opening):
    stage = stages(MOMENTS)
    stage.write_config()
    with stage.server.client(stage.users[0]) as client:
        client.create_folder("Trash")
    await stage.open()
    await stage.to("tue 15:10")
    with stage.server.client(stage.users[0]) as client:
        client.rename_folder(below(stage, "Tomorrow"), "Trash/Tomorrow")
    stage.store(GARY, "thrown away", folder="Trash/Tomorrow")
    await seen(stage)
    await stage.to("fri 12:00")
    assert list(stage.inbox("Trash/Tomorrow")) == ["thrown away"]
    assert stage.events("message.snoozed") == []


async def test_without_folders_in_folders_they_lie_beside_the_deferred_one(stages: Opening):
    stage = await opened(stages, variant=Variant(storage="mbox"))
    assert below(stage, "Tomorrow") == "Deferred-Tomorrow"


async def test_the_servers_own_snoozed_folder_is_never_watched_and_never_a_target(stages: Opening):
    config = MOMENTS.replace("imap = $IMAP", 'imap = $IMAP\nwatch = ["INBOX", "Snoozed"]')
    stage = stages(config, variant=PLAIN_CYRUS)
    stage.write_config()
    with stage.server.client(stage.users[0]) as client:
        client._imap.xatom("CREATE", '"INBOX.Snoozed"', "(USE (\\Snoozed))")
        assert b"\\Snoozed" in str(client.list_folders()).encode()
    await stage.open()
    await stage.to("tue 15:10")
    stage.store(GARY, "outage in the server's", folder="Snoozed")
    await stage.arrives(GARY, "outage again")
    stage.drag("outage again", "INBOX", "Snoozed")
    await seen(stage)
    await stage.to("fri 12:00")
    assert set(stage.inbox("Snoozed")) == {"outage in the server's", "outage again"}
    assert {one["subject"] for one in stage.lines.of("message.urgent")} == {"outage again"}


async def test_two_clients_at_once(stages: Opening):
    stage = await opened(stages)
    await stage.arrives(GARY, "outage again")
    await stage.arrives(MAY, "outage too")
    stage.drag("outage again", "INBOX", below(stage, "Tomorrow"))
    stage.drag("outage too", "INBOX", below(stage, "Next week"))
    stage.drag("outage again", below(stage, "Tomorrow"), below(stage, "Next week"))
    await seen(stage)
    await stage.to("thu 12:00")
    assert stage.inbox() == {}
    await stage.to("mon 09:05")
    assert set(stage.inbox()) == {"outage again", "outage too"}


async def test_a_program_that_uploads_what_it_moves_and_expunges_the_first_later(stages: Opening):
    """As mbsync does: it writes a field of its own above the others, and the first goes with the next run."""
    stage = await opened(stages, ANSWERS + SNOOZE)
    await stage.arrives(GARY, "question")
    next_week = below(stage, "Next week")
    first = stage.inbox("Deferred")["question"]
    raw = b"X-TUID: " + b"AbCdEfGhIjKl" + b"\r\n" + first.raw
    stage.server.append(stage.users[0], next_week, raw, first.arrived)
    await seen(stage)
    stage.delete("question", "Deferred")
    await seen(stage)
    await stage.later(minutes=2)
    assert stage.rows("SELECT subject, state FROM item") == [("question", "aside")]
    assert (stage.events("message.gone"), stage.events("reply.cancelled")) == ([], [])
    await stage.to("mon 09:05")
    assert list(stage.inbox()) == ["question"]
    assert len(stage.server.messages(stage.users[0])) == 1


async def test_what_is_dragged_before_anybody_has_seen_it_is_put_aside_and_the_daemon_rests(stages: Opening):
    stage = await opened(stages)
    stage.store(GARY, "outage again")
    stage.drag("outage again", "INBOX", below(stage, "Tomorrow"))
    await seen(stage)  # the newest number of the inbox is that of no message
    await stage.later(minutes=2)
    assert list(stage.inbox("Deferred")) == ["outage again"]
    await stage.to("wed 09:05")
    assert list(stage.inbox()) == ["outage again"]


async def test_a_copy_in_another_of_these_folders_is_an_item_of_its_own(stages: Opening):
    stage = await opened(stages)
    await stage.arrives(GARY, "outage again")
    with stage.server.client(stage.users[0]) as client:
        client.select_folder("INBOX")
        client.copy(client.search("ALL"), below(stage, "Tomorrow"))
    stage.drag("outage again", "INBOX", below(stage, "Next week"))
    await seen(stage)
    await stage.to("thu 12:00")
    assert len(stage.server.messages(stage.users[0])) == 1
    await stage.to("mon 09:05")
    assert len(stage.server.messages(stage.users[0])) == 2
    assert stage.inbox("Deferred") == {}


async def test_dragged_out_of_the_archive_and_settled_again_it_is_filed_again(stages: Opening):
    stage = stages(ANSWERS + SNOOZE)
    stage.write_config()
    with stage.server.client(stage.users[0]) as client:
        client.create_folder("Archive")
    await stage.open()
    await stage.to("tue 15:10")
    await stage.arrives(GARY, "question")
    for folder in ("Deferred", "Archive"):
        stage.drag("question", folder, below(stage, "Settled"))
        await seen(stage)
        await stage.later(minutes=2)
        assert list(stage.inbox("Archive")) == ["question"]


async def test_a_warning_names_no_folder_that_she_has_deleted(stages: Opening):
    stage = await opened(stages, ANSWERS + SNOOZE)
    await stage.arrives(GARY, "question")
    with stage.server.client(stage.users[0]) as client:
        client.delete_folder(below(stage, "Settled"))
    await stage.close()
    await stage.open()
    await stage.to("thu 16:00")
    [warning] = [mail for subject, mail in stage.inbox().items() if subject.startswith("An answer to")]
    text = " ".join(message_from_bytes(warning.raw, policy=default).get_content().split())
    assert "the one word “settled”, and it is settled." in text
    assert "drag" not in text


async def test_what_is_being_deleted_in_such_a_folder_is_gone_and_its_reply_does_not_go(stages: Opening):
    stage = await opened(stages)
    await stage.arrives(GARY, "question")
    stage.flag("question", "\\Deleted", folder="Deferred")
    stage.drag("question", "Deferred", "Deferred/Tomorrow")
    await stage.to("wed 12:00")
    assert stage.sent() == []
    assert list(stage.inbox("Deferred/Tomorrow")) == ["question"]
    assert [line["item"] for line in stage.events("message.gone")] == [1]
