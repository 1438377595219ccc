"""The paper for a call: what the client reads on the day before it, in his own subjects, and from her hand first."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default

from scenarios.conftest import Opening
from scenarios.plays import CONSULTANT, GARY, MAY, PETRA
from scenarios.stage import Stage

MAILS = CONSULTANT.replace(
    'language = "en"\ntimezone = "Europe/London"', 'mail = "gary@harbor.example"\ntimezone = "Europe/London"'
)


def config(how: str = "draft", text: str = MAILS) -> str:
    return text + f'\n[digest]\nagenda = "30m before next call"\nagenda_to_client = "{how}"\n'


SUBJECT = "Our call on Friday 28 November"
MOVED = config().replace('calls = ["fri 10:00 for 45m"]', 'calls = ["fri 12:00 for 45m"]')


def draft(stage: Stage, subject: str = SUBJECT) -> EmailMessage:
    found = message_from_bytes(stage.inbox("Drafts")[subject].raw, policy=default)
    assert isinstance(found, EmailMessage)
    return found


def words(mail: EmailMessage) -> str:
    return str(mail.get_content()).replace("\r\n", "\n")


def sends(stage: Stage, subject: str = SUBJECT, *, message_id: str = "", change: str = "{}") -> None:
    """She sends what lies in Drafts, as mail programs do."""
    mail = draft(stage, subject)
    if message_id:
        mail.replace_header("Message-ID", message_id)
    if change != "{}":
        mail.set_content(change.format(mail.get_content()))
    stage.delete(subject, "Drafts")
    stage.dovecot.append(stage.users[0], "Sent", mail.as_bytes(policy=SMTP), stage.clock.now(), ["\\Seen"])


async def asked(stage: Stage) -> None:
    await stage.to("mon 10:00")
    await stage.arrives(GARY, "The boiler")
    await stage.to("tue 10:00")
    await stage.arrives(MAY, "Re: The invoice")
    await stage.arrives(PETRA, "Die Satzung", "Können Sie anrufen?")


async def test_on_the_office_day_before_a_draft_says_what_there_is_a_line_a_thread(stages: Opening):
    async with stages(config()) as stage:
        await asked(stage)
        await stage.to("wed 10:00")
        answered = await stage.arrives(GARY, "The keys")
        stage.answers(answered)
        await stage.to("thu 08:55")
        assert stage.inbox("Drafts") == {}
        await stage.to("thu 09:05")
        mail = draft(stage)
        assert (mail["To"], mail["From"]) == ("gary@harbor.example", "Dana Roth <dana@roth.example>")
        assert words(mail) == (
            "Hello Gary,\n\nfor our call on Friday 28 November at 09:00 (London time) I have:\n- The boiler\n- The invoice\n\n"
            "Answered since our last call:\n- The keys\n\nIs something missing? A line to me is enough.\n\nDana Roth\n"
        )
        assert "In-Reply-To" not in mail
        assert "Auto-Submitted" not in mail
        assert len(stage.events("reply.drafted", template="paper")) == 1


async def test_it_is_in_the_clients_language_and_form_of_address_and_of_no_other_client(stages: Opening):
    german = config(
        text=MAILS.replace('language = "de"', 'language = "de"\nmail = "petra@lindenhof.example"\naddress = "familiar"')
    )
    async with stages(german) as stage:
        await asked(stage)
        await stage.to("thu 09:05")
        mail = draft(stage, "Unser Telefontermin: Freitag, 28. November")
        assert words(mail).startswith(
            "Hallo Frau Sommer,\n\nfür unser Telefonat am Freitag, 28. November um 11:00 Uhr habe ich:\n- Die Satzung\n\n"
            "Fehlt etwas? Dann schreib mir bitte kurz."
        )
        assert mail["To"] == "petra@lindenhof.example"


async def test_who_has_no_address_to_write_to_and_what_nobody_wrote_get_none(stages: Opening):
    async with stages(config()) as stage:
        await stage.to("tue 10:00")
        await stage.arrives(PETRA, "Die Satzung", "Können Sie anrufen?")
        await stage.arrives(GARY, "Thanks", "Thanks a lot!")
        await stage.arrives(GARY, "Report", "Nightly.", headers={"Auto-Submitted": "auto-generated"})
        await stage.to("fri 09:15")
        assert stage.inbox("Drafts") == {}


async def test_a_mail_that_nobody_vouches_for_adds_no_line(stages: Opening):
    checked = config().replace('mode = "send"', 'mode = "send"\nauthserv_id = "mx.roth.example"')
    async with stages(checked) as stage:
        await stage.to("tue 10:00")
        good = {"Authentication-Results": "mx.roth.example; dmarc=pass header.from=harbor.example"}
        await stage.arrives(GARY, "The boiler", headers=good)
        await stage.arrives(
            GARY, "Sign in at https://evil.example", headers={"Authentication-Results": "mx.roth.example; spf=softfail"}
        )
        await stage.to("thu 09:05")
        assert "- The boiler\n\nIs something" in words(draft(stage))


async def test_what_was_answered_before_the_last_call_is_not_told_again(stages: Opening):
    async with stages(config()) as stage:
        await stage.to("wed 10:00")
        stage.answers(await stage.arrives(GARY, "The keys"))
        await stage.to("thu 10:00")
        sends(stage)
        await stage.to("fri 11:00")
        await stage.to("mon 10:00")
        await stage.arrives(GARY, "The roof")
        await stage.to("thu 09:05")
        assert "- The roof\n\nIs something" in words(draft(stage, "Our call on Friday 5 December"))


async def test_one_that_is_sent_tells_it_once_and_his_answer_stands_in_the_agenda_without_a_robots_word(
    stages: Opening,
):
    async with stages(config()) as stage:
        await asked(stage)
        await stage.to("thu 10:00")
        replies = len(stage.sent())
        sends(stage)
        await stage.later(minutes=15)
        [sent] = stage.events("reply.sent", template="paper")
        assert sent["by"] == "person"
        assert stage.events("message.answered") == []
        [(paper,)] = stage.rows("SELECT message_id FROM reply WHERE kind = 'paper'")
        await stage.arrives(GARY, f"Re: {SUBJECT}", "The lift is missing, this cannot wait.", replies_to=paper)
        await stage.to("fri 09:35")
        assert len(stage.sent()) == replies
        [(code,)] = stage.rows("SELECT no_reply FROM item ORDER BY id DESC LIMIT 1")
        assert code == "loop"
        [agenda] = [raw for name, raw in stage.inbox().items() if name.startswith("Agenda: Harbor")]
        assert b"The lift is missing" in agenda.raw
        assert stage.inbox("Drafts") == {}


async def test_one_that_was_sent_under_another_id_and_changed_is_known_by_its_words(stages: Opening):
    async with stages(config()) as stage:
        await asked(stage)
        await stage.to("thu 10:00")
        sends(stage, message_id="<4711@phone.example>", change="Dear Gary,\n\n{}\nPS: bring the plans.\n")
        await stage.later(minutes=15)
        assert [line["by"] for line in stage.events("reply.sent", template="paper")] == ["person"]
        replies = len(stage.sent())
        await stage.arrives(GARY, f"Re: {SUBJECT}", "The lift is missing.", replies_to="<4711@phone.example>")
        await stage.to("fri 09:00")
        assert len(stage.sent()) == replies
        assert stage.inbox("Drafts") == {}


async def test_it_goes_by_itself_only_after_three_were_sent_by_hand_and_waits_an_hour(stages: Opening):
    async with stages(config("send")) as stage:
        for week in range(4):
            await stage.to("thu 08:00")
            await stage.arrives(GARY, f"Question {week}")
            await stage.to("thu 09:30")
            if week < 3:
                [subject] = stage.inbox("Drafts")
                sends(stage, subject)
            await stage.to("thu 12:00")
        assert stage.inbox("Drafts") == {}
        [mail] = [one for one in stage.sent() if str(one["Subject"]).startswith("Our call")]
        assert mail["Subject"] == "Our call on Friday 19 December"
        assert "for our call tomorrow at 09:00 (London time) I have:" in mail.get_content()
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["X-Triaged"]
        assert stage.rows("SELECT mode, state FROM reply WHERE kind = 'paper' ORDER BY id") == [
            ("draft", "sent")
        ] * 3 + [("send", "sent")]


async def test_what_goes_by_itself_can_be_stopped_and_is_not_made_again(stages: Opening):
    async with stages(config("send")) as stage:
        await stage.to("thu 08:00")
        await stage.arrives(GARY, "The boiler")
        await stage.to("thu 09:05")
        stage.delete(SUBJECT, "Drafts")
        await stage.to("fri 09:00")
        assert [line["reason"] for line in stage.events("reply.cancelled", template="paper")] == [
            "the draft was thrown away"
        ]
        assert stage.inbox("Drafts") == {}


async def test_when_the_call_moves_the_draft_is_made_anew(stages: Opening):
    async with stages(config()) as stage:
        await asked(stage)
        await stage.to("thu 10:00")
        await stage.reload(MOVED)
        await stage.later(minutes=3)
        assert list(stage.inbox("Drafts")) == [SUBJECT]
        assert "Friday 28 November at 11:00 (London time)" in words(draft(stage))
        assert [line["reason"] for line in stage.events("reply.cancelled", template="paper")] == ["its call has moved"]
        await stage.reload(config())
        await stage.later(minutes=3)
        assert "Friday 28 November at 09:00 (London time)" in words(draft(stage))
        sends(stage)
        await stage.reload(MOVED)
        await stage.to("fri 11:00")
        assert stage.inbox("Drafts") == {}, "he has one for this call"


async def test_a_draft_that_she_has_edited_is_not_touched_when_the_call_moves(stages: Opening):
    async with stages(config()) as stage:
        await asked(stage)
        await stage.to("thu 10:00")
        mail = draft(stage)
        mail.set_content(f"{mail.get_content()}\nAnd bring the plans.\n")
        stage.delete(SUBJECT, "Drafts")
        stage.dovecot.append(stage.users[0], "Drafts", mail.as_bytes(policy=SMTP), stage.clock.now(), ["\\Draft"])
        await stage.reload(MOVED)
        await stage.later(minutes=3)
        lie = [
            message_from_bytes(one.raw, policy=default).get_content()
            for one in stage.server.messages(stage.users[0], "Drafts")
        ]
        assert len(lie) == 2
        assert any("And bring the plans." in text and "09:00" in text for text in lie)
        assert any("11:00" in text for text in lie)


async def test_a_draft_that_nobody_sent_goes_when_the_call_begins(stages: Opening):
    async with stages(config()) as stage:
        await asked(stage)
        await stage.to("thu 09:05")
        assert list(stage.inbox("Drafts")) == [SUBJECT]
        await stage.to("fri 10:30")
        assert stage.inbox("Drafts") == {}


async def test_in_observe_and_where_it_is_off_there_is_none(stages: Opening):
    for text in (config("off"), config().replace('mode = "send"', 'mode = "observe"')):
        async with stages(text) as stage:
            await asked(stage)
            await stage.to("thu 10:00")
            assert stage.rows("SELECT 1 FROM reply WHERE kind = 'paper'") == []
