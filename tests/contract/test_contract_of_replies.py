"""Replies: to whom, when, how often, in which words; and why not, by the code that `explain --json` names."""

from pathlib import Path
from typing import Any

import pytest

from support.explaining import ACCOUNT, BASE, CLIENTS, HOURS, ME, REPLY, TUESDAY, WAITS, Explained

VOICEMAIL = '[telephone]\nfrom = ["voicemail@sipgate.example"]\n'
REPORT = 'multipart/report; report-type=delivery-status; boundary="b"'
RECEIPT = 'multipart/report; report-type=disposition-notification; boundary="b"'

Mail = dict[str, str]


@pytest.fixture
def waits(tmp_path: Path) -> Explained:
    """The rule replies to everybody."""
    return Explained(tmp_path, BASE + VOICEMAIL + WAITS)


@pytest.mark.parametrize(
    ("code", "mail"),
    [
        ("own-message", {"sender": "dana@roth.example"}),
        ("malformed-sender", {"From": "gary@harbor.example, may@harbor.example"}),
        ("malformed-sender", {"Message_ID": ""}),
        ("stranger", {"sender": "who@elsewhere.example"}),
        ("courtesy", {"text": "Thank you!", "Subject": "Re: Question"}),
        ("no-return-path", {"Return_Path": ""}),
        ("null-sender", {"Return_Path": "<>"}),
        ("envelope-mismatch", {"Return_Path": "<gary@elsewhere.example>"}),
        ("auto-submitted", {"Auto_Submitted": "auto-generated"}),
        ("auto-response-suppress", {"X_Auto_Response_Suppress": "DR, OOF, AutoReply"}),
        ("mailing-list", {"List_Id": "<a.b.example>"}),
        ("bulk", {"Precedence": "bulk"}),
        ("delivery-report", {"Content_Type": REPORT, "text": "--b\r\n\r\nx\r\n--b--"}),
        ("receipt", {"Content_Type": RECEIPT, "text": "--b\r\n\r\nx\r\n--b--"}),
        ("calendar", {"Content_Type": "text/calendar; method=REQUEST", "text": "BEGIN:VCALENDAR"}),
        ("spam", {"X_Spam_Flag": "YES"}),
        ("robot-sender", {"sender": "no-reply@harbor.example"}),
        ("loop", {"X_Triaged": "7"}),
        ("resent", {"Resent_From": "may@harbor.example"}),
        ("not-addressed", {"To": "somebody@else.example"}),
        ("only-cc", {"To": "somebody@else.example", "Cc": "dana@roth.example"}),
    ],
)
def test_a_refusal_has_its_code(waits: Explained, code: str, mail: Mail):
    found = waits.one(**mail)
    assert (found["reply"], found["no_reply"]) == (None, code), found["reason"]


def test_the_nearest_mail_of_a_person_is_replied_to(waits: Explained):
    for mail in (
        {"Auto_Submitted": "no (really)"}, {"Precedence": "first-class"}, {"X_Spam_Flag": "NO"},
        {"X_Auto_Response_Suppress": "DR, NDR"}, {"sender": "replyanna@harbor.example"}, {"To": "d.roth@roth.example"},
    ):  # fmt: skip
        found = waits.one(**mail)
        assert found["no_reply"] is None, (mail, found["reason"])
        assert found["reply"]["to"].endswith("@harbor.example")


def test_the_first_that_applies_is_named_and_the_reason_names_all(waits: Explained):
    found = waits.one(Return_Path="<>", Auto_Submitted="auto-replied", List_Id="<a.b.example>")
    assert found["no_reply"] == "null-sender"
    assert "Auto-Submitted" in found["reason"]
    assert "list" in found["reason"].casefold()


def test_only_cc_is_replied_to_where_the_rule_says_so(tmp_path: Path):
    rule = WAITS.replace('then = "defer"', 'when = { addressed = "cc" }\nthen = "defer"')
    found = Explained(tmp_path, BASE + rule).one(To="somebody@else.example", Cc="dana@roth.example")
    assert found["reply"] is not None


def test_a_rule_without_reply_says_so(tmp_path: Path):
    found = Explained(
        tmp_path, BASE + WAITS.replace('reply = "later"\n', "").replace('promise = "in 3 days"\n', "")
    ).one()
    assert (found["reply"], found["no_reply"]) == (None, "rule")


def test_two_addresses_of_one_client_may_stand_in_return_path_and_from(waits: Explained):
    found = waits.one(Return_Path="<may@harbor.example>")
    assert found["reply"]["to"] == "may@harbor.example"


def test_reply_to_is_never_written_to(waits: Explained):
    found = waits.one(Reply_To="may@harbor.example")
    assert found["reply"] is None or found["reply"]["to"] == "gary@harbor.example"


def test_where_authentication_is_always_required_its_absence_is_unauthenticated(tmp_path: Path):
    account = ACCOUNT + 'authserv_id = "mx.roth.example"\nrequire_auth = "always"\n'
    explained = Explained(tmp_path, ME + HOURS + account + CLIENTS + REPLY + WAITS)
    passes = "mx.roth.example; dmarc=pass header.from=harbor.example"
    assert explained.one()["no_reply"] == "unauthenticated"
    assert explained.one(Authentication_Results=passes)["no_reply"] is None


def test_what_comes_while_one_waits_joins_it(waits: Explained):
    first, second = waits.mail(), waits.mail(date="Tue, 24 Nov 2026 15:15:00 +0100")
    found = waits.says(first, second)
    assert [one["no_reply"] for one in found] == [None, "joined"]


def test_at_most_one_goes_to_a_correspondent_within_every(waits: Explained):
    times = ("Tue, 24 Nov 2026 15:10:00 +0100", "Tue, 24 Nov 2026 17:00:00 +0100", "Wed, 25 Nov 2026 15:21:00 +0100")
    found = waits.says(*(waits.mail(date=at) for at in times), waits.mail(sender="may@harbor.example"))
    assert [one["no_reply"] for one in found[:3]] == [None, "recently-replied", None]


def test_beyond_the_fuse_none_goes_however_near_each_other_they_are_decided(tmp_path: Path):
    fused = Explained(
        tmp_path, BASE.replace("\n[client.harbor]", 'reply_fuse = "2 per hour"\n[client.harbor]', 1) + WAITS
    )
    senders = ("gary", "may", "joe", "kim")
    times = ("15:10:00", "15:11:00", "15:12:00", "16:25:00")
    mails = [
        fused.mail(sender=f"{name}@harbor.example", date=f"Tue, 24 Nov 2026 {at} +0100")
        for name, at in zip(senders, times, strict=True)
    ]
    assert [one["no_reply"] for one in fused.says(*mails)] == [None, None, "rate-limit", None]


def test_one_message_id_is_answered_once(waits: Explained):
    first = waits.mail(Message_ID="<same@harbor.example>")
    second = waits.mail(sender="may@harbor.example", Message_ID="<same@harbor.example>")
    assert [one["no_reply"] for one in waits.says(first, second)] == [None, "duplicate"]


def test_within_half_an_hour_before_a_call_and_during_it_none_goes(waits: Explained):
    at = {"09:29": None, "09:31": "call-now", "10:44": "call-now", "10:46": None}
    said = {clock: waits.one(at=f"2026-11-27 {clock}")["no_reply"] for clock in at}
    assert said == {**at, "09:29": said["09:29"]}


def test_a_mail_of_mine_counts_as_my_answer(waits: Explained):
    asked = waits.mail(Message_ID="<q@harbor.example>")
    mine = waits.mail(
        sender="dana@roth.example", To="gary@harbor.example", In_Reply_To="<q@harbor.example>", References="<q@harbor.example>",
        date="Tue, 24 Nov 2026 15:30:00 +0100",
    )  # fmt: skip
    late = waits.mail(
        Message_ID="<r@harbor.example>", In_Reply_To="<q@harbor.example>", date="Tue, 24 Nov 2026 15:12:00 +0100"
    )
    found = waits.says(asked, mine, late)
    assert found[1]["no_reply"] == "own-message"
    assert found[2]["no_reply"] in ("already-answered", "recently-replied", "joined")


def test_beyond_the_fuse_it_is_the_rate_limit(tmp_path: Path):
    account = ACCOUNT + 'reply_fuse = "2 per hour"\n'
    explained = Explained(tmp_path, ME + account + CLIENTS + REPLY + WAITS)
    mails = [
        explained.mail(sender=f"{name}@harbor.example", date=f"Tue, 24 Nov 2026 15:{minute}:00 +0100")
        for name, minute in (("gary", 10), ("may", 21), ("ann", 42))
    ]
    assert [found["no_reply"] for found in explained.says(*mails)] == [None, None, "rate-limit"]


def test_a_text_that_uses_promise_does_not_go_without_one(tmp_path: Path):
    rule = '[[rule]]\nname = "r"\nthen = "defer"\nuntil = "in 2 days"\npromise = ["6h before next call"]\nreply = "later"\n'
    found = Explained(tmp_path, BASE + rule).one(at="2026-11-27 05:00")
    assert (found["promise"], found["reply"], found["no_reply"]) == (None, None, "no-promise")


def test_promise_none_promises_nothing(tmp_path: Path):
    rule = WAITS.replace('"in 3 days"', '"none"').replace('"later"', '"thanks"')
    found = Explained(tmp_path, BASE + rule).one()
    assert (found["promise"], found["reply"]["text"]) == (None, "Thank you, Gary.\n")


def test_the_default_promise_is_the_rules_until_where_the_text_uses_it(tmp_path: Path):
    rule = WAITS.replace('promise = "in 3 days"\n', "")
    found = Explained(tmp_path, BASE + rule).one(at=TUESDAY)
    assert found["promise"] == found["until"] == "2026-11-26T15:10:00+01:00"
    found = Explained(tmp_path, BASE + rule.replace('"later"', '"thanks"')).one(at=TUESDAY)
    assert found["promise"] is None


def test_a_promise_of_the_thread_never_gets_later(tmp_path: Path):
    config = BASE.replace("[reply.later]", '[reply.later]\nevery = "5m"')
    explained = Explained(tmp_path, config + WAITS)
    first = explained.mail(Message_ID="<q@harbor.example>")
    again = explained.mail(In_Reply_To="<q@harbor.example>", date="Wed, 25 Nov 2026 15:10:00 +0100")
    found = explained.says(first, again)
    assert found[1]["kind"] == ["follow-up"]
    assert found[1]["promise"] == found[0]["promise"] == "2026-11-27T15:10:00+01:00"


def test_the_reply_comes_from_the_address_that_was_written_to(waits: Explained):
    assert headers(waits.one(To="d.roth@roth.example"))["From"] == "Dana Roth <d.roth@roth.example>"
    assert headers(waits.one())["From"] == "Dana Roth <dana@roth.example>"


def test_the_reply_threads_says_what_it_is_and_doubles_no_prefix(waits: Explained):
    found = waits.one(Subject="AW: Re: Question", Message_ID="<q@harbor.example>", References="<p@harbor.example>")
    said = headers(found)
    assert (said["Auto-Submitted"], said["X-Auto-Response-Suppress"]) == ("auto-replied", "All")
    assert (said["In-Reply-To"], said["References"]) == ("<q@harbor.example>", "<p@harbor.example> <q@harbor.example>")
    assert said["Subject"] == found["reply"]["subject"] == "Re: Question"
    assert "Precedence" not in said


@pytest.mark.parametrize(
    ("mail", "references"),
    [
        ({"References": "<p@harbor.example>", "In_Reply_To": "<other@harbor.example>"}, "<p@harbor.example> "),
        ({"In_Reply_To": "<p@harbor.example>"}, "<p@harbor.example> "),
        ({"In_Reply_To": "<p@harbor.example> <o@harbor.example>"}, ""),
    ],
)
def test_references_are_the_parents_or_its_one_in_reply_to_and_its_id(waits: Explained, mail: Mail, references: str):
    said = headers(waits.one(Message_ID="<q@harbor.example>", **mail))
    assert said["References"] == f"{references}<q@harbor.example>"


def test_a_message_with_two_ids_in_one_field_is_not_answered(waits: Explained):
    assert waits.one(Message_ID="<q@harbor.example> <r@harbor.example>")["no_reply"] == "malformed-sender"


def test_times_are_told_in_the_clients_zone_and_language(waits: Explained):
    assert "Friday 27 November at 14:10 (London time)" in waits.one(at=TUESDAY)["reply"]["text"]
    found = waits.one(sender="petra@lindenhof.example", at=TUESDAY)
    assert found["reply"]["language"] == "de"
    assert "Freitag, 27. November, 15:10 Uhr" in found["reply"]["text"].replace("den ", "").replace(" um ", ", ")


def test_a_client_whose_language_a_rules_reply_lacks_is_an_error(tmp_path: Path):
    code, said = Explained(tmp_path, BASE.replace('language = "de"', 'language = "fr"') + WAITS).check()
    assert (code, "error:" in said) == (78, True)


def test_a_variable_that_is_none_is_an_error_of_check(tmp_path: Path):
    code, said = Explained(tmp_path, BASE.replace("sender.name or 'there'", "sendr.name") + WAITS).check()
    assert code == 78
    assert "sender" in said


def headers(found: dict[str, Any]) -> dict[str, str]:
    """Of the reply."""
    assert found["reply"] is not None, found["reason"]
    said: dict[str, str] = found["reply"]["headers"]
    return said


GERMAN = "Können Sie uns bitte sagen, wann die Arbeiten am Dach beginnen und wer den Schlüssel hat? Freundliche Grüße"
FRENCH = "Pourriez-vous nous dire quand les travaux sur le toit commencent et qui a la clé ? Merci et bonne journée"


@pytest.mark.parametrize(("text", "language"), [(GERMAN, "de"), (FRENCH, "en"), ("ok", "en")])
def test_without_a_language_of_the_client_it_is_the_messages_if_the_reply_has_it_else_mine(
    tmp_path: Path, text: str, language: str
):
    explained = Explained(tmp_path, BASE.replace('language = "de"\n', "") + WAITS)
    assert explained.one(sender="petra@lindenhof.example", text=text)["reply"]["language"] == language


def test_names_come_from_people_else_from_a_plain_display_name_of_who_is_verified_else_there_is_none(tmp_path: Path):
    waits = Explained(tmp_path, BASE.replace('mode = "send"', 'mode = "send"\nauthserv_id = "mx.roth.example"') + WAITS)

    def greeting(sender: str, vouches: str = "dmarc=pass header.from=harbor.example") -> str:
        text: str = waits.one(sender=sender, Authentication_Results=f"mx.roth.example; {vouches}")["reply"]["text"]
        return text.partition(",")[0]

    assert greeting("Somebody Else <gary@harbor.example>") == "Hello Gary"
    assert greeting("Somebody Else <gary@harbor.example>", "dmarc=none") == "Hello Gary"
    assert greeting("May Stone <may@harbor.example>") == "Hello May Stone"
    assert greeting("May Stone <may@harbor.example>", "dmarc=none") == "Hello there"
    assert greeting('"Prizes, Inc: http://x.example" <ann@harbor.example>') == "Hello there"


def test_a_mail_that_cannot_be_read_by_others_is_not_answered(waits: Explained):
    kinds = (
        'multipart/encrypted; protocol="application/pgp-encrypted"; boundary="b"',
        "application/pkcs7-mime; smime-type=enveloped-data",
    )
    assert [waits.one(Content_Type=kind, text="--b--")["no_reply"] for kind in kinds] == ["encrypted", "encrypted"]


GERMAN = "Guten Tag Frau Roth, haben Sie den Entwurf schon gesehen? Wir brauchen Ihre Meinung dazu."
ENGLISH = "Dear Dana, could you please tell us what you think of it by now?"
FRENCH = "Bonjour Madame Roth, avez-vous eu le temps de regarder le projet que je vous ai envoyé lundi ?"
NO_LANGUAGE = BASE.replace('from = ["*@lindenhof.example"]\nlanguage = "de"', 'from = ["*@lindenhof.example"]')
PETRA, UDO = "petra@lindenhof.example", "udo@lindenhof.example"
A_RULE_BEFORE = """
[reply.english]
text.en = "I have it. {{ promise | when }}."

[[rule]]
name = "Plans"
when = { subject = "plan" }
then = "defer"
until = "in 2 days"
promise = "in 3 days"
reply = "english"

[[rule]]
name = "Alarm"
when = { subject = "alarm" }
then = "urgent"
"""


@pytest.mark.parametrize(
    ("mails", "languages"),
    [
        # (sender, subject, text, number of the mail that it answers), one a day
        ([(PETRA, "Entwurf", GERMAN, 0), (PETRA, "Dach", "Dach", 0), (UDO, "Keller", "Udo", 0)], ["de", "de", "de"]),
        ([(PETRA, "Entwurf", GERMAN, 0), (PETRA, "Neu", ENGLISH, 0), (PETRA, "Dach", "ok?", 0)], ["de", "en", "en"]),
        ([(PETRA, "Dach", "Dach", 0)], ["en"]),
        # hers counts, not that of what we sent, nor whether anything was sent
        ([(PETRA, "plan", GERMAN, 0), (PETRA, "Dach", "Dach", 0)], ["en", "de"]),
        ([(PETRA, "alarm", GERMAN, 0), (PETRA, "Dach", "Dach", 0)], ["", "de"]),
        # the thread's before the client's
        (
            [(PETRA, "Dach", GERMAN, 0), (UDO, "Roof", ENGLISH, 0), (PETRA, "AW: Dach", "Petra", 1), (UDO, "Re: Roof", "Udo?", 2)],
            ["de", "en", "de", "en"],
        ),
        # a language that the reply lacks is hers all the same: then it is mine, never that of long ago
        ([(PETRA, "Dach", GERMAN, 0), (PETRA, "Projet", FRENCH, 0), (PETRA, "Toit", "Toit", 0)], ["de", "en", "en"]),
        ([(PETRA, "Dach", GERMAN, 0), (PETRA, "Projet", "Avez-vous reçu mon message hier soir ?", 0)], ["de", "en"]),
    ],
)  # fmt: skip
def test_a_message_of_a_word_is_answered_in_the_language_that_she_wrote_last(
    tmp_path: Path, mails: list[tuple[str, str, str, int]], languages: list[str]
):
    explained = Explained(tmp_path, NO_LANGUAGE + A_RULE_BEFORE + WAITS)
    files = [
        explained.mail(
            sender=sender,
            text=text,
            Subject=subject,
            date=f"Tue, {24 + day} Nov 2026 10:00:00 +0100",
            References=f"<{before}.{mails[before - 1][0]}>" if before else "",
        )
        for day, (sender, subject, text, before) in enumerate(mails)
    ]
    assert [(found["reply"] or {}).get("language", "") for found in explained.says(*files)] == languages


def test_a_first_message_of_a_word_is_answered_in_the_language_of_what_it_quotes(tmp_path: Path):
    explained = Explained(tmp_path, NO_LANGUAGE + WAITS)
    quoted = f"Dach?\n\nDana Roth <dana@roth.example> schrieb:\n> {GERMAN}\n> Dana"
    assert explained.one(sender=PETRA, text=quoted)["reply"]["language"] == "de"
    assert explained.one(sender=PETRA, text=f"{ENGLISH}\n\n{quoted[7:]}")["reply"]["language"] == "en"


def test_a_machine_in_her_name_says_nothing_of_her_language(tmp_path: Path):
    explained = Explained(tmp_path, NO_LANGUAGE + WAITS)
    away = "I am out of the office until Monday and will read your message when I am back."
    files = [
        explained.mail(sender=PETRA, text=GERMAN),
        explained.mail(sender=PETRA, text=away, date="Wed, 25 Nov 2026 10:00:00 +0100", Auto_Submitted="auto-replied"),
        explained.mail(sender=PETRA, text="Dach", date="Thu, 26 Nov 2026 10:00:00 +0100"),
    ]
    assert explained.says(*files)[-1]["reply"]["language"] == "de"


def test_who_is_not_believed_changes_nobodys_language(tmp_path: Path):
    asked = NO_LANGUAGE.replace('mode = "send"', 'mode = "send"\nauthserv_id = "mx.roth.example"')
    explained = Explained(tmp_path, asked + WAITS)
    believed = {"Authentication_Results": "mx.roth.example; dmarc=pass header.from=lindenhof.example"}
    files = [
        explained.mail(sender=PETRA, text=GERMAN, **believed),
        explained.mail(sender=PETRA, text=ENGLISH, date="Wed, 25 Nov 2026 10:00:00 +0100"),
        explained.mail(sender=PETRA, text="Dach", date="Thu, 26 Nov 2026 10:00:00 +0100", **believed),
    ]
    assert explained.says(*files)[-1]["reply"]["language"] == "de"


@pytest.mark.parametrize("where", ["account", "client"])
def test_what_would_be_a_draft_is_told_with_its_dates_and_without_a_robots_headers(tmp_path: Path, where: str):
    config = BASE + WAITS.replace('promise = "in 3 days"', 'promise = "1 business day"')
    line = {"account": ('mode = "send"', 'mode = "draft"'), "client": ('tier = "standard"', 'mode = "draft"')}[where]
    drafted = Explained(tmp_path, config.replace(*line)).one(at=TUESDAY)["reply"]
    sent = Explained(tmp_path, config).one(at=TUESDAY)["reply"]
    assert "I answer tomorrow at" in sent["text"]
    assert sent["headers"]["Auto-Submitted"] == "auto-replied"
    assert "I answer Wednesday 25 November at" in drafted["text"]
    robots = {"Auto-Submitted", "X-Auto-Response-Suppress", "X-Triaged", "Precedence", "List-Unsubscribe"}
    assert not any(name in robots or name.startswith("X-") for name in drafted["headers"]), drafted["headers"]
    assert (drafted["subject"], drafted["to"]) == (sent["subject"], sent["to"])
