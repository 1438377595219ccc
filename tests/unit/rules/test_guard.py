"""The guard: every check refuses what it is for, and lets the nearest mail of a person pass."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from support.rulekit import GARY, MINE, MINUTE, NOW, address, client, facts, mail, raw_mail, rule, sending, when
from triaged.core.authres import Authentication, Verdict
from triaged.core.clients import Roster
from triaged.core.facts import OpenPromise, WaitingReply
from triaged.core.guard import (
    CHECKS,
    REFUSALS,
    Again,
    Due,
    Outgoing,
    Sending,
    destination,
    forward_refusal,
    refusal_again,
    refusals,
)
from triaged.core.message import Message, read_raw
from triaged.core.telephone import Notice
from triaged.core.trust import Level

FAILED = Authentication(Verdict.FAIL, "dmarc=fail")
SILENT = Authentication(Verdict.NONE, "no trusted Authentication-Results")
PASSED = Authentication(Verdict.PASS, "dmarc=pass")
HOUR = timedelta(hours=1)


def codes(of: Sending) -> list[str]:
    return [refusal.code for refusal in refusals(of)]


def parts(*types: str, header: str = "multipart/mixed") -> str:
    """A message of Gary's with parts of these types."""
    body = "".join(f"--b\r\nContent-Type: {kind}\r\n\r\nx\r\n" for kind in types)
    return (
        f"Return-Path: <{GARY}>\r\nFrom: {GARY}\r\nTo: {MINE}\r\nSubject: Figures\r\nMessage-ID: <a@b.example>\r\n"
        f"Date: Tue, 24 Nov 2026 14:10:00 +0000\r\nContent-Type: {header}; boundary=b\r\n\r\n{body}--b--\r\n"
    )


def made_of(*types: str, header: str = "multipart/mixed") -> Sending:
    return sending(read_raw(parts(*types, header=header).encode()))


def line(text: str) -> Sending:
    """An ordinary message with one more header line."""
    return sending(mail("Can you ring me?", text))


def subject(text: str) -> Sending:
    return sending(mail(Subject=text))


def sender(text: str, *patterns: str) -> Sending:
    return sending(mail(From=text, Return_Path=f"<{text}>"), client=client("harbor", *patterns))


CASES: list[tuple[str, Sending, Sending]] = [
    # code, what is refused, the nearest that passes
    ("own-message", sender(MINE, "*@roth.example"), sender("dana@harbor.example")),
    ("own-message", sender("dana+x@roth.example", "*@roth.example"), sender("dana.x@roth.example", "*@roth.example")),
    ("malformed-sender", sending(mail(From="a@harbor.example, b@harbor.example")), sending(mail(From=f'"Jones, Gary" <{GARY}>'))),
    ("malformed-sender", sending(mail("x", f"From: {GARY}")), sending(mail("x", f"Sender: {GARY}"))),
    (
        "malformed-sender",
        sending(read_raw(b"From : Boss <boss@bank.example>\r\n" + raw_mail("x"))),
        sending(read_raw(b"From gary@harbor.example Tue Nov 24 15:10:00 2026\r\n" + raw_mail("x"))),
    ),
    ("malformed-sender", sending(mail(Message_ID=None)), sending(mail(Date=None))),
    ("malformed-sender", sending(mail(From=f"=?utf-8?q?Gary?= <=?utf-8?q?{GARY}?=>")), sending(mail(From=f"=?utf-8?q?G=C3=A4ry?= <{GARY}>"))),
    ("malformed-sender", sending(replace(mail(), size=100_000_001)), sending(replace(mail(), size=30_000_000))),
    ("malformed-sender", sending(mail("x", "Subject: another")), sending(mail("x", "Comments: another"))),
    ("stranger", sending(client=None), sending()),
    ("stranger", sending(authentication=FAILED), sending(authentication=SILENT)),
    ("never", sending(client=client(replies=False)), sending()),
    ("never", sending(client=client("all", "*")), sending(client=client("all", "*", GARY))),
    ("rule", sending(rule=None), sending()),
    ("rule", sending(rule=rule(reply=None)), sending()),
    ("courtesy", sending(kinds=frozenset({"courtesy"})), sending(kinds=frozenset({"courtesy"}), rule=rule(when=when(kind="courtesy")))),
    ("null-sender", sending(mail(Return_Path="<>")), sending(mail(Return_Path=GARY))),
    ("no-return-path", sending(mail(Return_Path=None)), sending()),
    ("envelope-mismatch", sending(mail(Return_Path="<x@mailer.example>")), sending(mail(Return_Path="<anna@harbor.example>"))),
    ("envelope-mismatch", sending(mail(Return_Path="<SRS0=ab=cd=harbor.example=anna@forwarder.example>")), sending(mail(Return_Path="<prvs=1234abcdef=gary@harbor.example>"))),
    ("envelope-mismatch", sending(mail(Reply_To="gary@elsewhere.example")), sending(mail(Reply_To="Gary <gary@office.harbor.example>"))),
    ("envelope-mismatch", sending(mail(Reply_To="undisclosed:;")), sending(mail(Reply_To=""))),
    ("auto-submitted", line("Auto-Submitted: auto-replied (vacation)"), line("Auto-Submitted: no (a human)")),
    ("auto-submitted", line("Auto-Submitted:\r\n auto-generated"), line("Auto-Submitted:\r\n no")),
    ("auto-submitted", line("Auto-Submitted: notification"), line("Auto-Submitted: NO; x=y")),
    ("auto-submitted", line("Auto-Submitted: no\r\nAuto-Submitted: auto-notified"), line("Auto-Submitted: (a; (b)) no")),
    ("auto-submitted", line("X-Autoreply: yes"), line("X-Autocorrect: yes")),
    ("auto-submitted", line("X-Apple-Action: VACATION"), line("X-Apple-Mail-Signature: 1")),
    ("auto-submitted", line("X-MS-Exchange-Inbox-Rules-Loop: x@y.example"), line("X-MS-Exchange-Organization-AuthAs: Internal")),
    ("auto-submitted", line("X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent"), line("X-MS-Has-Attach: yes")),
    ("auto-submitted", line("X-POST-MessageClass: 9; Autoresponder"), line("X-POST-MessageClass: 1; Mail")),
    ("auto-submitted", line("Delivered-To: Autoresponder"), line(f"Delivered-To: {MINE}")),
    ("auto-submitted", line("X-Mailer: vacation"), line("X-Mailer: Apple Mail (2.3654)")),
    ("auto-submitted", line("X-Loop: yes"), line("X-Loop: 3")),
    ("auto-submitted", line("Feedback-ID: 1:2:3:x"), line("X-MS-PublicTrafficType: Email")),
    ("auto-submitted", line("X-SES-Outgoing: 2026.11.24"), line("X-SES-Spam-Verdict: PASS")),
    ("auto-submitted", line("X-PM-Message-Id: 1"), line("X-Pm-Origin: internal")),
    ("auto-submitted", line("X-GitHub-Reason: mention"), line("X-Gitter: x")),
    ("auto-submitted", subject("Automatic reply: Figures"), subject("Re: reply to the automatic invoice")),
    ("auto-submitted", subject("Abwesenheitsnotiz: Zahlen"), subject("Frage zur Abwesenheit von Tom")),
    ("auto-submitted", subject("Re: Out of office"), subject("New office")),
    ("auto-submitted", sending(mail("x", "X-CallingTelephoneNumber: IPM.Note", Subject="Recall: Figures")), subject("Rückruf: Herr Meyer")),
    ("auto-response-suppress", line("X-Auto-Response-Suppress: DR, OOF, AutoReply"), line("X-Auto-Response-Suppress: DR, NDR, RN, NRN")),
    ("auto-response-suppress", line("X-Auto-Response-Suppress: All"), line("X-Auto-Response-Suppress: None")),
    ("mailing-list", line("List-Id: <team.lists.example>"), line("Listen: x")),
    ("mailing-list", line("List-Unsubscribe: <mailto:x@y.example>"), line("X-Listener: x")),
    ("mailing-list", sending(mail("x", "X-Original-From: x@y.example", From=f"Anna via Team <{GARY}>")), sending(mail("x", "X-Original-From: x@y.example"))),
    ("bulk", line("Precedence: bulk"), line("Precedence: first-class")),
    ("bulk", line("X-Precedence: list (x)"), line("X-Preference: tea")),
    ("bulk", line("Precedence: whatever"), line("Precedence:")),
    ("bulk", sending(mail(Cc=", ".join(f"a{n}@b.example" for n in range(10)))), sending(mail(Cc=", ".join(f"a{n}@b.example" for n in range(9))))),
    ("delivery-report", made_of("text/plain", "message/delivery-status", header="multipart/report"), made_of("text/plain", "message/rfc822")),
    ("delivery-report", made_of("message/feedback-report"), made_of("text/plain")),
    ("delivery-report", made_of("message/external-body"), made_of("application/pdf")),
    ("delivery-report", subject("Report Domain: roth.example Submitter: harbor.example Report-ID: 1"), subject("Report about our domain")),
    ("delivery-report", subject("Undelivered Mail Returned to Sender"), subject("The parcel was delivered")),
    ("receipt", made_of("message/disposition-notification", header="multipart/report"), line("Disposition-Notification-To: gary@harbor.example")),
    ("receipt", sending(mail(Content_Type="multipart/report; report-type=disposition-notification; boundary=b")), sending()),
    ("receipt", subject("Gelesen: Zahlen"), subject("Gelesen und verstanden?")),
    ("calendar", made_of("text/calendar"), made_of("text/csv")),
    ("calendar", line("Content-Class: urn:content-classes:calendarmessage"), line("Content-Class: urn:content-classes:message")),
    ("calendar", sending(mail("", Subject="Accepted: Call on Friday")), sending(mail("See you there?", Subject="Accepted: Call on Friday"))),
    ("calendar", sending(kinds=frozenset({"invitation"})), sending(kinds=frozenset({"new"}))),
    ("spam", line("X-Spam-Flag: YES"), line("X-Spam-Flag: NO")),
    ("spam", line("X-Spam-Status: Yes, score=9"), line("X-Spam-Status: No, score=-1 tests=YES")),
    ("spam", line("X-Rspamd-Action: add header"), line("X-Rspamd-Action: no action")),
    ("spam", line("X-SES-Spam-Verdict: GRAY"), line("X-SES-Virus-Verdict: PASS")),
    ("spam", line("X-MS-Exchange-Organization-SCL: 5"), line("X-MS-Exchange-Organization-SCL: -1")),
    ("spam", line("X-Forefront-Antispam-Report: CIP:1.2.3.4;SFV:SPM;CAT:SPM;"), line("X-Forefront-Antispam-Report: CIP:1.2.3.4;SFV:NSPM;CAT:NONE;")),
    ("spam", line("X-Microsoft-Antispam-Mailbox-Delivery: ucf:0;dest:J;"), line("X-Microsoft-Antispam-Mailbox-Delivery: ucf:0;dest:I;")),
    ("spam", line("X-Virus-Status: Infected"), line("X-Virus-Status: Clean")),
    ("spam", sending(facts=facts(flags=frozenset({"$Junk"}))), sending(facts=facts(flags=frozenset({"$NotJunk", "\\Seen"})))),
    ("spam", sending(facts=facts(flags=frozenset({"\\Deleted"}))), sending(facts=facts(flags=frozenset({"\\Flagged"})))),
    ("spam", sending(facts=facts(folder="INBOX.Junk")), sending(facts=facts(folder="Clients/Junkers"))),
    ("robot-sender", sender("no-reply@harbor.example"), sender("replyanna@harbor.example")),
    ("robot-sender", sender("noreply123@harbor.example"), sender("norepla@harbor.example")),
    ("robot-sender", sender("news@harbor.example"), sender("newsom@harbor.example")),
    ("robot-sender", sender("newsletter-dana=roth.example@harbor.example"), sender("newsletterer@harbor.example")),
    ("robot-sender", sender("alerts@harbor.example"), sender("albert@harbor.example")),
    ("robot-sender", sender("mailer-daemon@harbor.example"), sender("damon@harbor.example")),
    ("robot-sender", sender("team-request@harbor.example"), sender("requests@harbor.example")),
    ("robot-sender", sender("bounces+12=x@harbor.example"), sender("bouncer@harbor.example")),
    ("robot-sender", sender("dmarcreport@harbor.example"), sender("dmarco.reporter@harbor.example")),
    ("robot-sender", sender("returns@harbor.example"), sender("returner@harbor.example")),
    ("robot-sender", sender("postmaster@harbor.example"), sender("postmaster@harbor.example", "postmaster@harbor.example")),
    ("robot-sender", sender("abuse@harbor.example", "*@harbor.example", "gary@harbor.example"), sender("abuse@harbor.example", "ABUSE@harbor.example")),
    ("robot-sender", sender("noreply@harbor.example", "noreply@harbor.example"), sender("info@harbor.example")),
    ("robot-sender", sending(mail(Reply_To="no-reply@harbor.example")), sending(mail(Reply_To="support@harbor.example"))),
    ("robot-sender", sending(mail(Sender="owner-team@harbor.example")), sending(mail(Sender="anna@harbor.example"))),
    ("robot-sender", sending(mail(Return_Path="<bounce-7@harbor.example>")), sending(mail(Return_Path="<assistant@harbor.example>"))),
    ("loop", line("X-Triaged: 17"), line("X-Triage: 17")),
    ("loop", sending(mail(Message_ID="<triaged.abc@harbor.example>")), sending(mail(Message_ID="<triage.abc@harbor.example>"))),
    ("loop", line(f"X-Loop: {MINE}"), line("X-Loop: somebody@else.example")),
    ("loop", line("References: <a@b.example>\r\n <triaged.abc@roth.example>"), line("References: <triaged.abc@elsewhere.example>")),
    ("loop", sending(facts=facts(answers_paper=True)), sending(facts=facts())),
    ("loop", sending(facts=facts(answers_ours=NOW - HOUR)), sending(facts=facts(last_answer=NOW - HOUR))),
    ("resent", line("Resent-From: anna@harbor.example"), line("Resent-Comment: x")),
    ("resent", line(f"Resent-To: {MINE}"), sending()),
    ("not-addressed", sending(mail("x", f"Delivered-To: {MINE}", To="team@harbor.example")), sending(mail(To=f"team@harbor.example, {MINE}"))),
    ("not-addressed", sending(mail(To="dana@roth.example.evil.test")), sending(mail(To="DANA+figures@roth.example"))),
    ("not-addressed", sending(mail(To=None)), sending(mail(To=None, Bcc=MINE))),
    ("only-cc", sending(mail(To="anna@harbor.example", Cc=MINE)), sending(mail(To=MINE, Cc=MINE))),
    ("only-cc", sending(mail(To="anna@harbor.example", Cc=MINE), rule=rule(when=when(not_={"addressed": "cc"}))), sending(mail(To="anna@harbor.example", Cc=MINE), rule=rule(when=when(addressed=["to", "cc"])))),
    ("encrypted", made_of("application/pkcs7-mime"), made_of("application/pkcs7-signature")),
    ("encrypted", made_of("application/pgp-encrypted", header="multipart/encrypted"), made_of("application/pgp-signature", header="multipart/signed")),
    ("encrypted", sending(mail("-----BEGIN PGP MESSAGE-----\r\nx")), sending(mail("-----BEGIN PGP SIGNED MESSAGE-----\r\nx"))),
    ("unauthenticated", sending(authentication=SILENT, require_auth="always"), sending(authentication=PASSED, require_auth="always")),
    ("unauthenticated", sending(facts=facts(waiting=WaitingReply(1, "x", NOW, None, Level.VERIFIED))), sending(facts=facts(last_answer=NOW - HOUR))),
    ("unauthenticated", sending(require_auth="always"), sending(authentication=SILENT, require_auth="if-known")),
    ("no-valid-address", sender("gäry@harbor.example"), sending(mail(From="Gäry <gary@harbor.example>"))),
    ("duplicate", sending(facts=facts(duplicate=True)), sending()),
    ("opted-out", sending(facts=facts(opted_out=True)), sending()),
    ("bounced", sending(facts=facts(bounced_until=NOW + HOUR)), sending(facts=facts(bounced_until=NOW))),
    ("too-old", sending(facts=facts(baseline=True)), sending()),
    ("too-old", sending(facts=facts(arrived=NOW - 13 * HOUR)), sending(facts=facts(arrived=NOW - 12 * HOUR))),
    ("too-old", sending(mail(Date="Thu, 26 Nov 2026 14:10:00 +0000")), sending(mail(Date="Wed, 25 Nov 2026 14:10:00 +0000"))),
    ("call-now", sending(call="fri 10:00"), sending()),
    ("already-answered", sending(facts=facts(answered_since=True)), sending(facts=facts(last_answer=NOW - HOUR))),
    ("already-answered", sending(facts=facts(flags=frozenset({"\\Answered"}))), sending(facts=facts(flags=frozenset({"\\Seen"})))),
    ("overdue", sending(facts=facts(promise=OpenPromise(1, "answer", NOW, told=True))), sending(facts=facts(promise=OpenPromise(1, "answer", NOW + MINUTE, told=True)))),
    ("overdue", sending(facts=facts(promise=OpenPromise(1, "answer", NOW - HOUR, told=True))), sending(facts=facts(promise=OpenPromise(1, "answer", NOW - HOUR, told=False)))),
    ("no-promise", sending(lacks_promise=True), sending()),
    ("joined", sending(facts=facts(waiting=WaitingReply(1, "until-call", NOW, None))), sending()),
    ("recently-replied", sending(facts=facts(last_reply_at=NOW - 23 * HOUR)), sending(facts=facts(last_reply_at=NOW - 24 * HOUR))),
    ("recently-replied", sending(facts=facts(last_reply_at=NOW - 23 * HOUR), send_at=NOW + MINUTE), sending(facts=facts(last_reply_at=NOW - 24 * HOUR + MINUTE), send_at=NOW + MINUTE)),
    ("recently-replied", sending(facts=facts(waiting=WaitingReply(1, "severe", NOW, None)), reply="until-call"), sending(facts=facts(), reply="until-call")),
    ("recently-replied", sending(repeats=True), sending()),
    ("recently-replied", sending(says_so=True, today=NOW - HOUR, facts=facts(had=(("not-now", NOW - HOUR, 0),))), sending(says_so=True, today=NOW - HOUR, facts=facts(had=(("no-pass", NOW - 2 * HOUR, 0), ("until-call", NOW, 0))))),
    ("rate-limit", sending(facts=facts(replies_in_fuse=60)), sending(facts=facts(replies_in_fuse=59))),
]  # fmt: skip


@pytest.mark.parametrize(("code", "refused", "passes"), CASES, ids=[f"{n}-{case[0]}" for n, case in enumerate(CASES)])
def test_a_check_refuses_what_it_is_for_and_nothing_beside_it(code: str, refused: Sending, passes: Sending):
    assert code in codes(refused)
    assert code not in codes(passes)


@pytest.mark.parametrize(("code", "refused", "passes"), CASES, ids=[f"{n}-{case[0]}" for n, case in enumerate(CASES)])
def test_the_nearest_mail_of_a_person_is_answered(code: str, refused: Sending, passes: Sending):
    assert codes(passes) == []
    assert destination(passes) is not None


def test_ordinary_mail_of_a_client_is_answered_at_its_return_path():
    assert refusals(sending()) == ()
    assert destination(sending()) == address(GARY)


def test_every_check_has_a_case_here():
    refusing = {
        id(check) for check in CHECKS for code, refused, _ in CASES if check.code == code and check.question(refused)
    }
    refusing |= {id(check) for check in CHECKS for of, _ in FORWARDS if check.of == ("forward",) and check.question(of)}
    assert [check.words for check in CHECKS if id(check) not in refusing and check.code != "voicemail"] == []


def test_the_checks_stand_in_the_order_of_the_codes_and_every_code_has_one():
    order = [REFUSALS.index(check.code) for check in CHECKS]
    assert order == sorted(order)
    assert set(order) == set(range(len(REFUSALS)))


def test_the_first_code_that_applies_is_told_first_and_all_are_told():
    found = sending(mail("x", "List-Id: <a.b>", "Precedence: bulk", Return_Path="<>"), client=None, rule=None)
    assert codes(found) == ["stranger", "rule", "null-sender", "mailing-list", "bulk"]


def test_every_reason_is_one_short_line_in_words():
    for _, refused, _ in CASES:
        for refusal in refusals(refused):
            assert 5 < len(refusal.reason) < 200
            assert refusal.reason.isprintable()


# --- asked again ----------------------------------------------------------------------------------------------------


def as_due(was: Sending) -> Due:
    """The same as it stands when the reply is about to go: nothing of the message is looked at any more."""
    return Due(
        facts=was.facts,
        client=was.client,
        every=was.every,
        repeats=was.repeats,
        today=was.today,
        fuse=was.fuse,
        call=was.call,
        lacks_promise=was.lacks_promise,
    )


@pytest.mark.parametrize(
    "check", [check for check in CHECKS if isinstance(check, Again)], ids=lambda check: check.words
)
def test_what_time_can_bring_up_is_told_later_with_the_code_and_the_words_of_the_decision(check: Again):
    refused = next(refused for code, refused, _ in CASES if code == check.code and check.question(refused))
    told = next(refusal for refusal in refusals(refused) if refusal.code == check.code)
    for moment in check.later:
        for outgoing in check.of:
            assert refusal_again(as_due(refused), moment, outgoing) == told


@pytest.mark.parametrize(
    ("outgoing", "refused"),
    [("slip", {"last_reply_at": NOW}), ("moved", {"answered_since": True}), ("forward", {"opted_out": True})],
)
def test_a_notice_and_a_forward_are_asked_only_what_concerns_them(outgoing: Outgoing, refused: dict[str, Any]):
    due = Due(facts=facts(**refused), every=HOUR)
    assert refusal_again(due, "claiming", "ack") is not None
    assert refusal_again(due, "claiming", outgoing) is None


@pytest.mark.parametrize(
    ("given", "ends"),
    [({"answered_since": True}, "cancelled"), ({"replies_in_fuse": 60}, "held"), ({"opted_out": True}, "suppressed")],
)
def test_a_refusal_says_how_a_reply_that_waits_ends(given: dict[str, Any], ends: str):
    refusal = refusal_again(Due(facts=facts(**given), fuse=60), "claiming", "ack")
    assert refusal is not None
    assert refusal.ends == ends


# --- sent on to a delegate ------------------------------------------------------------------------------------------

TOM = address("tom@desk.example")


def on(message: Message | None = None, **rest: Any) -> Sending:
    """A message that a rule asks to send on to Tom."""
    return sending(message, delegate=TOM, **rest)


FORWARDS: list[tuple[Sending, str | None]] = [
    (on(), None),
    (on(mail(Return_Path="<>")), "null-sender"),
    (on(mail("x", "Auto-Submitted: auto-generated")), "auto-submitted"),
    (on(mail(Subject="Out of office: back on Monday")), "auto-submitted"),
    (on(mail("x", "X-Auto-Response-Suppress: All")), None),
    (on(mail("x", "List-Id: <a.b>")), "mailing-list"),
    (on(mail("x", "Precedence: bulk")), "bulk"),
    (on(mail("x", "X-Spam-Flag: YES")), "spam"),
    (on(mail("x", "X-Virus-Status: Infected")), "spam"),
    (on(mail("x", "X-Amavis-Alert: INFECTED, message contains virus: Eicar")), "spam"),
    (on(facts=facts(flags=frozenset({"$Junk"}))), "spam"),
    (on(read_raw(parts("text/plain", "message/delivery-status").encode())), "delivery-report"),
    (on(read_raw(parts("text/plain", "text/calendar; method=REPLY").encode())), "calendar"),
    (on(mail(From="no-reply@harbor.example", Return_Path="<no-reply@harbor.example>")), "robot-sender"),
    (on(mail("x", "X-Triaged: 7")), "loop"),
    (on(mail(From=TOM.spec, Return_Path=f"<{TOM.spec}>")), "loop"),
    (on(mail("x", "Auto-Submitted: no", From="anna@desk.example", Return_Path="<anna@desk.example>")), None),
    (on(mail("x", "References: <fwd.triaged.abc@roth.example>")), "loop"),
    (on(mail("x", "References: <fwd.triaged.abc@elsewhere.example>")), None),
    (on(facts=facts(answers_forward=True)), "loop"),
    (on(facts=facts(answers_ours=NOW - HOUR)), None),
    (on(level=Level.UNVERIFIED), "unauthenticated"),
    (on(level=Level.UNKNOWN), None),
    (on(facts=facts(duplicate=True)), "duplicate"),
    (on(facts=facts(baseline=True)), "too-old"),
    (on(facts=facts(opted_out=True, last_reply_at=NOW, replies_in_fuse=99)), None),
    (on(client=client(replies=False)), None),
]


@pytest.mark.parametrize(("of", "code"), FORWARDS)
def test_what_may_leave_in_my_name_is_sent_on_and_nothing_else(of: Sending, code: str | None):
    refusal = forward_refusal(of)
    assert (refusal and refusal.code) == code


def test_a_delegates_address_that_is_known_to_bounce_gets_nothing():
    dead = Due(facts=facts(bounced_until=NOW + HOUR))
    for moment in ("sending", "claiming"):
        refusal = refusal_again(dead, moment, "forward")
        assert refusal is not None
        assert refusal.code == "bounced"


# --- where a reply goes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (GARY, GARY),
        ("GARY@Harbor.Example", "GARY@harbor.example"),
        ("prvs=1234abcdef=gary@harbor.example", "prvs=1234abcdef=gary@harbor.example"),
        ("gary+prvs=1234abcdef@harbor.example", "gary+prvs=1234abcdef@harbor.example"),
        ("assistant@harbor.example", "assistant@harbor.example"),
        ("gary@mail.harbor.example", None),
        ("gary@harbor.example.evil.test", None),
        ("SRS0=ab=cd=harbor.example=gary@forwarder.example", GARY),
        ("SRS1=ab=first.example==ab=cd=harbor.example=gary@forwarder.example", GARY),
        ("SRS0=ab=cd=harbor.example=anna@forwarder.example", None),
        ("SRS0=ab=cd=elsewhere.example=gary@harbor.example", None),
        ("srs0-broken@harbor.example", None),
        ("p5+caf_=dana=roth.example@harbor.example", None),
    ],
)
def test_a_reply_goes_to_the_return_path_if_it_is_the_senders_or_the_same_clients(path: str, expected: str | None):
    found = destination(sending(mail(Return_Path=f"<{path}>")))
    assert (found.spec if found else None) == expected


def test_a_sender_who_is_no_client_is_written_to_at_the_very_address_only():
    nobody = sending(mail(Return_Path="<anna@harbor.example>"), client=None)
    assert destination(nobody) is None


def test_a_return_path_of_another_client_is_not_written_to():
    harbor, boss = client("harbor", "*@harbor.example"), client("boss", "boss@harbor.example")
    roster = Roster((harbor, boss))
    assert destination(sending(mail(Return_Path="<boss@harbor.example>"), client=harbor, roster=roster)) is None
    assert destination(sending(mail(Return_Path="<anna@harbor.example>"), client=harbor, roster=roster)) is not None


def test_an_entry_without_a_domain_does_not_join_two_addresses():
    anyone = client("harbor", GARY, "*")
    assert destination(sending(mail(Return_Path="<x@elsewhere.example>"), client=anyone)) is None


def test_a_reply_never_goes_to_reply_to():
    found = sending(mail(Reply_To="other@harbor.example"))
    assert codes(found) == []
    assert destination(found) == address(GARY)


# --- callers --------------------------------------------------------------------------------------------------------

RANG = Notice("voicemail", "+442079460018", "", "sipgate")
CALLED: dict[str, Any] = {"phones": ("+442079460018",), "mail": address(GARY)}


def notice(*lines: str, of: Notice = RANG, called: dict[str, Any] = CALLED, **rest: Any) -> Sending:
    message = mail(
        "You have a new message",
        "Auto-Submitted: auto-generated",
        "Precedence: bulk",
        *lines,
        From="voicemail@sipgate.de",
        Return_Path="<>",
        To="somebody@else.example",
    )
    return sending(
        message, **{"client": client(**called), "match": None, "notice": of, "kinds": frozenset({of.kind}), **rest}
    )


def test_a_caller_is_written_to_at_the_clients_mail_whatever_the_notice_looks_like():
    assert codes(notice()) == []
    assert destination(notice()) == address(GARY)


@pytest.mark.parametrize(
    ("code", "refused"),
    [
        ("own-message", notice(called={**CALLED, "mail": address(MINE)})),
        ("stranger", notice(client=None)),
        ("never", notice(called={**CALLED, "replies": False})),
        ("rule", notice(rule=None)),
        ("spam", notice("X-Spam-Flag: YES")),
        ("loop", notice("X-Triaged: 1")),
        ("resent", notice("Resent-From: tom@roth.example")),
        ("voicemail", notice(called={"phones": ("+442079460018",)})),
        ("voicemail", notice(of=Notice("missed-call", None, "", "sipgate"))),
        ("voicemail", notice(of=Notice("missed-call", "+4930123456", "", "sipgate"))),
        ("unauthenticated", notice(require_auth="always")),
        ("no-valid-address", notice(called={**CALLED, "mail": address("gäry@harbor.example")})),
        ("duplicate", notice(facts=facts(duplicate=True))),
        ("opted-out", notice(facts=facts(opted_out=True))),
        ("too-old", notice(facts=facts(baseline=True))),
        ("call-now", notice(call="fri 10:00")),
        ("joined", notice(facts=facts(waiting=WaitingReply(1, "until-call", NOW, None)))),
        ("recently-replied", notice(facts=facts(last_reply_at=NOW))),
        ("rate-limit", notice(facts=facts(replies_in_fuse=60))),
    ],
)
def test_a_caller_is_not_written_to(code: str, refused: Sending):
    assert codes(refused) == [code]


def test_a_notice_from_my_own_address_is_about_somebody_else():
    own = sending(mail(From=MINE, Return_Path=f"<{MINE}>"), client=client(**CALLED), match=None, notice=RANG)
    assert codes(own) == []


_: Callable[..., object] = notice


@pytest.mark.parametrize(
    ("known", "refused"),
    [
        ({}, False),
        ({"last_reply_at": NOW}, False),
        ({"replied_here": NOW - HOUR}, True),
        ({"replied_here": NOW - HOUR, "last_answer": NOW - 2 * HOUR}, True),
        ({"replied_here": NOW - HOUR, "last_answer": NOW - MINUTE}, False),
        ({"replies_in_hour": 3}, True),
        ({"replies_in_hour": 2, "replies_in_day": 9}, False),
        ({"replies_in_day": 10}, True),
    ],
)
def test_once_for_each_question_is_once_in_a_thread_until_i_have_answered_in_it(
    known: dict[str, Any], *, refused: bool
):
    assert codes(sending(facts=facts(**known), once_a_thread=True)) == (["recently-replied"] if refused else [])
