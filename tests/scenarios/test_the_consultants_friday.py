"""The consultant's week: what waits for Friday's call waits, what is urgent gets through, and her own hand always wins."""

from scenarios.conftest import Opening
from scenarios.plays import ANSWERS, CONSULTANT, GARY, MAY, PETRA
from scenarios.stage import Stage

FRIDAY_IN_LONDON = "Friday 28 November at 09:00 (London time)"


WOULD_HAVE = "This is what I would have done: 1 put aside, 0 replies"
"""The mail after two days of observing."""


async def asked(stages: Opening, config: str = CONSULTANT, subject: str = "question") -> tuple[Stage, str]:
    """Tuesday, ten past three: Gary has asked, and his question is put aside."""
    stage = stages(config)
    await stage.open()
    await stage.to("tue 15:10")
    return stage, await stage.arrives(GARY, subject)


# --- one message there and back ---------------------------------------------------------------------------------


async def test_a_question_on_tuesday_is_put_aside_and_comes_back_unread_on_friday_at_nine(stages: Opening):
    stage, _ = await asked(stages)
    assert list(stage.inbox()) == []
    assert stage.flags("question", "Deferred") == set()
    await stage.to("fri 08:59")
    assert list(stage.inbox()) == []
    await stage.to("fri 09:00")
    assert stage.flags("question") == set()
    assert list(stage.inbox("Deferred")) == []
    await stage.later(days=14)
    assert list(stage.inbox()) == ["question"]
    assert len(stage.events("message.deferred")) == len(stage.events("message.returned")) == 1
    assert stage.lines.one("message.returned")["timestamp"] == "2025-11-28T08:00:00.000+00:00"


async def test_one_reply_names_fridays_call_in_his_zone_and_threads(stages: Opening):
    stage, asked_by = await asked(stages)
    await stage.to("tue 15:19")
    assert stage.sent() == []
    await stage.to("tue 15:20")
    (reply,) = stage.sent()
    assert FRIDAY_IN_LONDON in reply.get_content()
    assert reply.get_content().startswith("Hello Gary,")
    assert (reply["From"], reply["To"], reply["Subject"]) == (
        "Dana Roth <dana@roth.example>",
        "gary@harbor.example",
        "Re: question",
    )
    assert (reply["In-Reply-To"], reply["References"]) == (asked_by, asked_by)
    assert reply["Auto-Submitted"] == "auto-replied"
    assert stage.sink.received[0].sender == ""
    assert stage.lines.one("promise.made")["promise"] == "2025-11-28T10:00:00+01:00"
    copy = stage.inbox("Sent")["Re: question"]
    assert copy.raw == stage.sink.received[0].raw
    assert copy.flags == {"\\Seen"}


async def test_a_german_client_is_answered_in_german(stages: Opening):
    stage = stages()
    await stage.open()
    await stage.to("tue 15:10")
    await stage.arrives(PETRA, "Frage", "Können Sie mich anrufen?")
    await stage.to("tue 15:20")
    (reply,) = stage.sent()
    assert reply["Subject"] == "AW: Frage"
    assert "Guten Tag Frau Sommer" in reply.get_content()
    assert "Freitag, den 28. November" in reply.get_content() or "Freitag, 28. November" in reply.get_content()
    assert "11:00" in reply.get_content()


async def test_a_second_question_joins_the_waiting_reply(stages: Opening):
    stage, first = await asked(stages)
    await stage.to("tue 15:15")
    await stage.arrives(GARY, "and another thing")
    assert len(stage.events("reply.joined")) == 1
    await stage.to("wed 09:00")
    (reply,) = stage.sent()
    assert "I have your messages." in reply.get_content()
    assert reply["In-Reply-To"] == first
    assert stage.lines.one("reply.sent")["timestamp"].startswith("2025-11-25T14:20:00")
    await stage.to("fri 09:00")
    assert set(stage.inbox()) == {"question", "and another thing"}


async def test_he_is_not_answered_twice_within_a_day_and_again_on_the_next(stages: Opening):
    stage, _ = await asked(stages)
    await stage.to("wed 10:00")
    await stage.arrives(GARY, "again")
    await stage.to("wed 12:00")
    assert len(stage.sent()) == 1
    await stage.to("thu 10:00")
    await stage.arrives(GARY, "and again")
    await stage.to("thu 12:00")
    assert len(stage.sent()) == 2


async def test_a_colleague_of_his_gets_a_reply_of_her_own(stages: Opening):
    stage, _ = await asked(stages)
    await stage.arrives(MAY, "from May")
    await stage.to("tue 16:00")
    assert {str(reply["To"]) for reply in stage.sent()} == {"gary@harbor.example", "may@harbor.example"}


async def test_an_outage_gets_through_at_once_and_silences_the_waiting_reply(stages: Opening):
    stage, _ = await asked(stages)
    await stage.to("tue 15:12")
    stage.store(GARY, "Site is down!")
    await stage.until(lambda: stage.events("message.urgent"), "the server's own notice is enough")
    await stage.quiet()
    assert stage.flags("Site is down!") == {"\\Flagged"}
    assert stage.lines.one("reply.cancelled")["reply"] == stage.lines.one("reply.scheduled")["reply"]
    await stage.to("fri 12:00")
    assert stage.sent() == []
    assert stage.events("promise.made") == []
    assert set(stage.inbox()) == {"question", "Site is down!"}


async def test_an_answer_from_another_device_silences_the_reply(stages: Opening):
    stage, question = await asked(stages)
    await stage.to("tue 15:15")
    stage.answers(question)
    await stage.to("tue 16:00")
    assert stage.sent() == []
    assert len(stage.events("message.answered", item=1)) == 1
    assert len(stage.events("reply.cancelled", reply=1)) == 1
    await stage.to("fri 09:00")
    assert stage.flags("question") == set()


async def test_a_mail_to_him_about_something_else_silences_it_too(stages: Opening):
    stage, _ = await asked(stages)
    stage.answers("<something@else.example>")
    await stage.to("tue 16:00")
    assert stage.sent() == []
    assert stage.events("message.answered") == []


async def test_after_days_of_downtime_it_comes_back_once(stages: Opening):
    stage, _ = await asked(stages)
    await stage.to("wed 10:00")
    assert await stage.close() == 0
    await stage.clock.leap(stage.instant("fri 12:00") - stage.clock.now())
    await stage.open()
    assert stage.flags("question") == set()
    assert list(stage.inbox("Deferred")) == []
    await stage.later(days=1)
    assert len(stage.events("message.returned")) == 1
    assert len(stage.sent()) == 1


async def test_what_arrives_while_the_daemon_is_down_is_decided_at_the_start(stages: Opening):
    stage = stages()
    await stage.open()
    await stage.to("tue 15:00")
    await stage.close()
    stage.store(GARY, "old", at=stage.clock.now())
    await stage.clock.leap(stage.instant("wed 15:00") - stage.clock.now())
    stage.store(GARY, "young", at=stage.clock.now())
    await stage.open()
    assert (set(stage.inbox("Deferred")), set(stage.inbox())) == ({"young"}, {"old"})  # what gets no word is not hidden
    assert stage.events("message.left", subject="old")[0]["no_reply"] == "too-old"
    await stage.later(hours=1)
    (reply,) = stage.sent()
    assert reply["Subject"] == "Re: young"


async def test_a_reply_that_could_not_go_in_time_is_held(stages: Opening):
    stage, _ = await asked(stages)
    await stage.close()
    await stage.clock.leap(stage.instant("wed 15:00") - stage.clock.now())
    await stage.open()
    await stage.later(hours=1)
    assert stage.sent() == []
    assert len(stage.events("reply.held")) == 1


async def test_half_an_hour_before_the_call_nothing_moves_and_nobody_is_answered(stages: Opening):
    stage = stages()
    await stage.open()
    await stage.to("fri 09:35")
    await stage.arrives(GARY, "before the call")
    await stage.later(hours=3)
    assert set(stage.inbox()) == {"before the call"}
    assert stage.sent() == []
    assert stage.lines.one("message.left")["no_reply"] == "call-now"
    assert stage.events("message.deferred") == []


async def test_a_call_promise_is_not_told_within_the_half_hour_before_it(stages: Opening):
    stage = stages()
    await stage.open()
    await stage.to("fri 09:25")
    await stage.arrives(GARY, "just before")
    await stage.later(hours=3)
    assert stage.sent() == []
    assert list(stage.inbox()) == ["just before"]


# --- hands first ------------------------------------------------------------------------------------------------


async def test_what_is_read_or_flagged_when_first_seen_is_not_moved(stages: Opening):
    stage = stages()
    await stage.open()
    for flag in ("\\Seen", "\\Flagged", "\\Answered", "\\Draft"):
        await stage.arrives(GARY, flag, flags=[flag])
    assert set(stage.inbox()) == {"\\Seen", "\\Flagged", "\\Answered", "\\Draft"}
    assert {subject: set(one.flags) for subject, one in stage.inbox().items()} == {f: {f} for f in stage.inbox()}
    await stage.later(days=7)
    assert set(stage.inbox()) == {"\\Seen", "\\Flagged", "\\Answered", "\\Draft"}
    assert stage.events("message.returned") == []


async def test_nothing_that_is_read_by_the_daemon_is_marked_as_seen(stages: Opening):
    stage = stages()
    await stage.open()
    for sender, subject in ((GARY, "question"), (GARY, "outage"), ("stranger@elsewhere.example", "hello")):
        await stage.arrives(sender, subject)
    await stage.later(hours=1)
    assert stage.flags("hello") == set()
    assert stage.flags("outage") == {"\\Flagged"}
    assert stage.flags("question", "Deferred") == set()


async def test_dragged_out_of_the_deferred_folder_it_is_released(stages: Opening):
    stage, _ = await asked(stages)
    await stage.to("tue 15:14")
    stage.drag("question", "Deferred", "INBOX")
    await stage.to("wed 10:00")
    assert len(stage.events("message.released", item=1)) == 1
    assert stage.sent() == []
    assert len(stage.events("reply.cancelled")) == 1
    await stage.to("fri 12:00")
    assert stage.events("message.returned") == []
    assert list(stage.inbox()) == ["question"]
    assert len(stage.events("message.deferred")) == 1


async def test_a_told_promise_stays_when_its_message_is_dragged_out(stages: Opening):
    stage, _ = await asked(stages)
    await stage.to("tue 15:30")
    stage.drag("question", "Deferred", "INBOX")
    await stage.later(hours=1)
    assert len(stage.events("message.released")) == 1
    assert stage.rows("SELECT state FROM promise") == [("open",)]


async def test_dragged_in_it_is_adopted_and_comes_back_at_the_start_of_office_hours(stages: Opening):
    stage = stages()
    await stage.open()
    await stage.arrives("friend@elsewhere.example", "private")
    await stage.arrives(GARY, "outage of the coffee machine")
    await stage.to("mon 18:00")
    stage.drag("private", "INBOX", "Deferred")
    stage.drag("outage of the coffee machine", "INBOX", "Deferred")
    await stage.later(minutes=10)
    assert len(stage.events("message.deferred", by="person")) == 2
    await stage.to("tue 08:59")
    assert list(stage.inbox()) == []
    await stage.to("tue 09:00")
    assert set(stage.inbox()) == {"private", "outage of the coffee machine"}
    await stage.later(days=7)
    assert stage.sent() == []
    assert len(stage.events("message.returned")) == 2


async def test_what_a_person_reads_in_the_deferred_folder_comes_back_unread_all_the_same(stages: Opening):
    stage, _ = await asked(stages)
    stage.flag("question", "\\Seen", folder="Deferred")
    await stage.to("fri 09:00")
    assert stage.flags("question") == set()


async def test_deleted_it_is_gone(stages: Opening):
    stage, _ = await asked(stages)
    stage.drag("question", "Deferred", "Trash")
    await stage.to("tue 16:00")
    assert len(stage.events("message.gone", item=1)) == 1
    assert stage.sent() == []
    await stage.to("fri 12:00")
    assert list(stage.inbox()) == []
    assert list(stage.inbox("Trash")) == ["question"]


async def test_deleted_for_good_it_is_gone_too(stages: Opening):
    stage, _ = await asked(stages)
    stage.delete("question", "Deferred")
    await stage.to("tue 16:00")
    [gone] = stage.events("message.gone", item=1)
    assert "folder" not in gone
    assert stage.events("message.released") == []
    assert stage.sent() == []


async def test_put_into_a_folder_of_ones_own_it_is_released_and_the_log_says_where_it_lies(stages: Opening):
    stage, _ = await asked(stages)
    stage.store("friend@elsewhere.example", "a plan", folder="Projects")
    stage.drag("question", "Deferred", "Projects")
    await stage.to("tue 16:00")
    [released] = stage.events("message.released", item=1)
    assert (released["folder"], released["uid"]) == ("Projects", stage.inbox("Projects")["question"].uid)
    assert stage.sent() == []
    await stage.to("fri 12:00")
    assert stage.events("message.returned") == []


async def test_marked_as_deleted_it_is_gone_and_is_not_brought_back(stages: Opening):
    stage, _ = await asked(stages)
    stage.flag("question", "\\Deleted", folder="Deferred")
    await stage.to("fri 12:00")
    assert len(stage.events("message.gone", item=1)) == 1
    assert list(stage.inbox()) == []
    assert stage.sent() == []


async def test_the_flag_answered_silences_the_reply_and_it_still_comes_back(stages: Opening):
    stage, _ = await asked(stages)
    stage.flag("question", "\\Answered", folder="Deferred")
    await stage.to("tue 16:00")
    assert len(stage.events("message.answered", item=1)) == 1
    assert stage.sent() == []
    await stage.to("fri 09:00")
    assert stage.flags("question") == {"\\Answered"}


async def test_reading_does_not_silence_a_reply(stages: Opening):
    stage, _ = await asked(stages)
    stage.flag("question", "\\Seen", folder="Deferred")
    await stage.to("tue 15:20")
    assert len(stage.sent()) == 1


async def test_an_answer_keeps_an_answer_promise(stages: Opening):
    stage, question = await asked(stages, ANSWERS)
    await stage.to("wed 10:00")
    assert len(stage.events("promise.made")) == 1
    stage.answers(question)
    await stage.later(minutes=10)
    assert stage.lines.one("promise.kept")["by"] == "answer"
    assert stage.rows("SELECT state FROM promise") == [("kept",)]


async def test_a_stranger_and_mail_of_mine_are_left_alone(stages: Opening):
    stage = stages()
    await stage.open()
    await stage.arrives("Stranger <s@elsewhere.example>", "offer")
    await stage.arrives("Dana Roth <dana@roth.example>", "note to self")
    await stage.later(days=5)
    assert set(stage.inbox()) == {"offer", "note to self"}
    assert stage.flags("offer") == stage.flags("note to self") == set()
    assert stage.sent() == []
    assert stage.rows("SELECT count(*) FROM item") == [(0,)]


# --- first contact, folders, numbers ----------------------------------------------------------------------------


async def test_what_was_there_before_first_contact_is_left_alone(stages: Opening):
    stage = stages()
    stage.write_config()
    stage.store(GARY, "old question")
    stage.store(GARY, "old in deferred", folder="Deferred")
    await stage.open()
    await stage.arrives(GARY, "new question")
    await stage.to("fri 12:00")
    assert set(stage.inbox()) == {"old question", "new question"}
    assert set(stage.inbox("Deferred")) == {"old in deferred"}
    assert [str(reply["Subject"]) for reply in stage.sent()] == ["Re: new question"]


async def test_start_all_decides_what_is_there_and_answers_none_of_it(stages: Opening):
    stage = stages(CONSULTANT.replace('mode = "send"', 'mode = "send"\nstart = "all"'))
    stage.write_config()
    stage.store(GARY, "old question")
    await stage.open()
    assert set(stage.inbox("Deferred")) == {"old question"}
    await stage.to("fri 12:00")
    assert set(stage.inbox()) == {"old question"}
    assert stage.sent() == []


async def test_start_with_days_decides_only_what_is_that_young(stages: Opening):
    stage = stages(CONSULTANT.replace('mode = "send"', 'mode = "send"\nstart = "2 days"'))
    stage.write_config()
    stage.store(GARY, "three days old", at=stage.clock.now() - 3 * (stage.instant("tue 09:00") - stage.clock.now()))
    stage.store(GARY, "of this morning")
    await stage.open()
    assert set(stage.inbox("Deferred")) == {"of this morning"}
    assert stage.sent() == []


async def test_a_new_uidvalidity_loses_nothing_and_doubles_nothing(stages: Opening):
    stage, _ = await asked(stages)
    await stage.arrives("Stranger <s@elsewhere.example>", "offer")
    await stage.to("wed 10:00")
    for folder in ("Deferred", "INBOX"):
        stage.renumber(folder)
    await stage.later(hours=1)
    await stage.arrives(GARY, "outage")
    await stage.to("fri 12:00")
    assert set(stage.inbox()) == {"question", "offer", "outage"}
    assert list(stage.inbox("Deferred")) == []
    assert len(stage.sent()) == 1
    assert len(stage.events("message.deferred")) == len(stage.events("message.returned")) == 1
    assert stage.events("message.released") == stage.events("message.gone") == []


async def test_a_deferred_folder_that_was_renamed_concludes_nothing_and_is_made_again(stages: Opening):
    stage, _ = await asked(stages)
    with stage.dovecot.client(stage.users[0]) as client:
        client.rename_folder("Deferred", "Later")
    await stage.to("wed 10:00")
    assert stage.events("message.released") == stage.events("message.gone") == []
    assert stage.events("account.degraded")
    with stage.dovecot.client(stage.users[0]) as client:
        if client.folder_exists("Deferred"):
            client.delete_folder("Deferred")
        client.rename_folder("Later", "Deferred")
    await stage.to("fri 12:00")
    assert list(stage.inbox()) == ["question"]


async def test_a_deferred_folder_that_vanishes_is_made_for_the_next_message(stages: Opening):
    stage = stages()
    await stage.open()
    with stage.dovecot.client(stage.users[0]) as client:
        client.delete_folder("Deferred")
    await stage.arrives(GARY, "question")
    await stage.later(minutes=10)
    assert set(stage.inbox("Deferred")) == {"question"}
    await stage.to("fri 09:00")
    assert set(stage.inbox()) == {"question"}


# --- modes ------------------------------------------------------------------------------------------------------


async def test_observe_touches_nothing_and_says_what_it_would_do(stages: Opening):
    stage, _ = await asked(stages, CONSULTANT.replace('mode = "send"', 'mode = "observe"'))
    await stage.arrives(GARY, "outage")
    await stage.to("fri 12:00")
    lies = {subject: set(one.flags) for subject, one in stage.inbox().items()}
    assert lies.pop(WOULD_HAVE) == set()
    assert lies == {"question": set(), "outage": set()}
    assert "Deferred" not in stage.dovecot.folders(stage.users[0])
    assert stage.sent() == []
    assert len(stage.events("message.deferred", mode="observe")) == 1
    assert len(stage.events("message.urgent", mode="observe")) == 1


async def test_a_switch_to_observe_brings_back_what_is_aside_and_holds_replies(stages: Opening):
    stage, _ = await asked(stages)
    await stage.reload(CONSULTANT.replace('mode = "send"', 'mode = "observe"'))
    await stage.arrives(GARY, "after the switch")
    await stage.to("wed 10:00")
    assert stage.sent() == []
    assert len(stage.events("reply.held")) == 1
    assert list(stage.inbox()) == ["after the switch"]
    await stage.to("fri 09:00")
    assert set(stage.inbox()) == {"question", "after the switch", WOULD_HAVE}
    assert stage.flags("question") == set()


async def test_draft_mode_puts_the_reply_into_drafts_and_its_promise_opens_when_it_was_sent(stages: Opening):
    stage, _ = await asked(stages, CONSULTANT.replace('mode = "send"', 'mode = "draft"'))
    await stage.to("tue 15:30")
    assert stage.sent() == []
    draft = stage.inbox("Drafts")["Re: question"]
    assert "\\Draft" in draft.flags
    assert b"Auto-Submitted" not in draft.raw
    assert b"X-Auto-Response-Suppress" not in draft.raw
    assert FRIDAY_IN_LONDON.encode() in draft.raw.replace(b"=\r\n", b"")
    assert stage.events("promise.made") == []
    with stage.dovecot.client(stage.users[0], "Drafts") as client:
        client.move([draft.uid], "Sent")
    await stage.later(minutes=10)
    assert len(stage.events("promise.made")) == 1
    assert stage.rows("SELECT state FROM promise") == [("open",)]
    assert stage.events("message.answered") == []


async def test_a_draft_is_removed_when_the_question_is_answered(stages: Opening):
    stage, question = await asked(stages, CONSULTANT.replace('mode = "send"', 'mode = "draft"'))
    await stage.to("tue 15:30")
    assert list(stage.inbox("Drafts")) == ["Re: question"]
    stage.answers(question)
    await stage.later(minutes=10)
    assert list(stage.inbox("Drafts")) == []
    assert len(stage.events("reply.cancelled")) == 1


async def test_a_draft_is_removed_when_its_promise_is_past(stages: Opening):
    stage, _ = await asked(stages, CONSULTANT.replace('mode = "send"', 'mode = "draft"'))
    await stage.to("fri 09:30")
    assert list(stage.inbox("Drafts")) == ["Re: question"]
    await stage.to("fri 10:10")
    assert list(stage.inbox("Drafts")) == []


async def test_a_switch_from_send_to_draft_holds_what_was_to_be_sent(stages: Opening):
    stage, _ = await asked(stages)
    await stage.reload(CONSULTANT.replace('mode = "send"', 'mode = "draft"'))
    await stage.to("tue 16:00")
    assert stage.sent() == []
    assert len(stage.events("reply.held")) == 1


async def test_a_client_may_have_a_mode_of_its_own(stages: Opening):
    stage = stages(CONSULTANT.replace("[client.lindenhof]", '[client.lindenhof]\nmode = "observe"'))
    await stage.open()
    await stage.arrives(GARY, "question")
    await stage.arrives(PETRA, "Frage")
    await stage.later(hours=1)
    assert list(stage.inbox()) == ["Frage"]
    assert [str(reply["To"]) for reply in stage.sent()] == ["gary@harbor.example"]


async def test_from_observe_to_send_nothing_old_is_answered(stages: Opening):
    quiet = CONSULTANT.replace('mode = "send"', 'mode = "observe"')
    stage, _ = await asked(stages, quiet)
    await stage.reload(CONSULTANT)
    await stage.to("wed 10:00")
    assert stage.sent() == []
    await stage.arrives(GARY, "now in earnest")
    await stage.to("wed 11:00")
    assert [str(reply["Subject"]) for reply in stage.sent()] == ["Re: now in earnest"]


async def test_dragged_out_and_in_again_it_comes_back_to_the_inbox(stages: Opening):
    stage, _ = await asked(stages)
    with stage.dovecot.client(stage.users[0]) as client:
        client.create_folder("Archive")
    stage.drag("question", "Deferred", "Archive")
    await stage.later(minutes=10)
    assert len(stage.events("message.released", item=1)) == 1
    stage.drag("question", "Archive", "Deferred")
    await stage.later(minutes=10)
    assert len(stage.events("message.deferred", by="person")) == 1
    await stage.to("wed 09:00")
    assert list(stage.inbox()) == ["question"]
    assert list(stage.inbox("Deferred")) == []


async def test_a_reload_with_another_folder_is_in_force_at_once(stages: Opening):
    stage, _ = await asked(stages)
    await stage.reload(CONSULTANT.replace('mode = "send"', 'mode = "send"\nfolders = { deferred = "Later" }'))
    await stage.later(minutes=3)
    await stage.arrives(MAY, "another")
    assert list(stage.inbox("Later")) == ["another"]
    await stage.to("fri 09:00")
    assert set(stage.inbox()) == {"question", "another"}


async def test_a_return_whose_folder_was_renamed_by_hand_is_done_from_where_the_folder_is_now(stages: Opening):
    stage, _ = await asked(stages)
    with stage.dovecot.client(stage.users[0]) as client:
        client.rename_folder("Deferred", "Elsewhere")
    await stage.to("fri 09:00")
    await stage.later(hours=1)
    assert list(stage.inbox()) == ["question"]
