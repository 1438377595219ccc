"""One account's way out: what every answer and every end of a connection means, at every stage."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal

import pytest

from fakes.smtp import Act, End, Late, Part, Say, ScriptedSmtp, Silence
from fakes.smtp import Stage as Place
from server.certificates import Authority
from server.sink import PASSWORD, Sink
from support.replykit import DANA, GARY, letter
from triaged.core.errors import TriagedError
from triaged.core.reply import write
from triaged.core.settings import OAuth, Server, TextSecret, Tls
from triaged.delivery import Deferred, Envelope, InDoubt, Outcome, Refused, Sent, SmtpDelivery
from triaged.delivery.smtp import Limits

RAW = write(letter("I have your message.\n.\n..\nDana\n")).raw
TO_GARY = Envelope(GARY, DANA.address)
QUICK = Limits(connect=15, command=15, body=15)


class Notes:
    """What was written down when the server asked for the body."""

    def __init__(self, fails: Exception | None = None) -> None:
        self.times = 0
        self.fails = fails

    async def __call__(self) -> None:
        self.times += 1
        if self.fails:
            raise self.fails


async def password() -> str:
    return "right"


def way_out(server: Server, **more: Any) -> SmtpDelivery:
    return SmtpDelivery(server, **{"password": password, "limits": QUICK, **more})


async def deliver(server: ScriptedSmtp, notes: Notes | None = None, **more: Any) -> Outcome:
    delivery = way_out(server.settings, **more)
    try:
        return await delivery.deliver(TO_GARY, RAW, notes or Notes())
    finally:
        await delivery.close()


async def test_a_reply_is_taken_with_the_null_sender_and_no_reports_wanted():
    notes = Notes()
    async with ScriptedSmtp() as server:
        outcome = await deliver(server, notes)
    assert outcome == Sent(250, "2.0.0 queued as 1", "")
    assert notes.times == 1
    assert server.lines[:4] == [
        "EHLO [127.0.0.1]",
        f"MAIL FROM:<> SIZE={len(RAW)}",
        "RCPT TO:<gary@harbor.example> NOTIFY=NEVER",
        "DATA",
    ]
    (body,) = server.bodies
    assert body == RAW.replace(b"\r\n.", b"\r\n..") + b".\r\n"


DOUBT, RETRY, REFUSED, SENT = InDoubt, Deferred, Refused, Sent
ENDS: list[Act] = [
    End("fin"),
    End("rst"),
    Part("25", "fin"),
    Part("250-go\r\n250", "rst"),
    Silence(),
    Say("rubbish"),
    Say("42"),
]


@pytest.mark.parametrize("act", ENDS, ids=str)
@pytest.mark.parametrize("stage", ["connect", "ehlo", "mail", "rcpt", "data", "body"])
async def test_only_a_loss_after_the_body_is_a_doubt(stage: Place, act: Act):
    notes = Notes()
    async with ScriptedSmtp({stage: act}) as server:
        waits = {"connect": "connect", "body": "body"}.get(stage, "command")
        short = replace(QUICK, **{waits: 1}) if isinstance(act, Silence) else QUICK
        outcome = await deliver(server, notes, limits=short)
    assert type(outcome) is (InDoubt if stage == "body" else Deferred)
    assert notes.times == (stage == "body")
    assert len(server.bodies) == (stage == "body")
    if isinstance(outcome, Deferred):
        assert outcome.account_wide == (stage in ("connect", "ehlo"))


ANSWERS: list[tuple[Place, str, type, bool]] = [
    ("connect", "421 4.3.0 too busy", Deferred, True),
    ("connect", "554 5.3.2 go away", Deferred, True),
    ("ehlo", "421 4.3.0 closing", Deferred, True),
    ("mail", "451 4.7.1 greylisted", Deferred, False),
    ("mail", "421 4.3.0 closing", Deferred, False),
    ("rcpt", "450 4.2.0 greylisted", Deferred, False),
    ("rcpt", "550 5.1.1 nobody", Refused, False),
    ("data", "451 4.3.0 later", Deferred, False),
    ("data", "554 5.5.1 no", Refused, False),
    ("data", "250 ok?", Deferred, False),
    ("body", "451 4.7.1 greylisted", Deferred, False),
    ("body", "421 4.3.0 closing", Deferred, False),
    ("body", "554 5.6.0 content refused", Refused, False),
    ("body", "250 2.0.0 ok", Sent, False),
    ("body", "251 forwarded", Sent, False),
    ("body", "354 again?", InDoubt, False),
    ("rcpt", "552 5.2.2 mailbox full", Deferred, False),
    ("mail", "432 4.3.2 concurrent connections", Deferred, True),
    ("body", "550 5.4.5 daily quota exceeded", Deferred, True),
    ("body", "554 5.2.0 SubmissionQuotaExceeded", Deferred, True),
    ("mail", "530 5.7.0 sign in first", Deferred, True),
    ("body", "550 5.7.60 SendAsDenied", Deferred, True),
]


@pytest.mark.parametrize(("stage", "answer", "kind", "account_wide"), ANSWERS, ids=[f"{a[0]}: {a[1]}" for a in ANSWERS])
async def test_every_answer_at_every_stage(stage: Place, answer: str, kind: type, account_wide: bool):  # noqa: FBT001 — a column of the table
    async with ScriptedSmtp({stage: Say(answer)}) as server:
        outcome = await deliver(server, envelope="me")
    assert type(outcome) is kind
    assert getattr(outcome, "account_wide", False) == account_wide
    assert len(server.accepted) == (kind is Sent)


async def test_an_answer_and_then_the_end_is_an_answer():
    for then in ("fin", "rst"):
        async with ScriptedSmtp({"body": Say("250 2.0.0 ok", then)}) as server:
            assert isinstance(await deliver(server), Sent)


async def test_a_late_answer_to_the_body_is_waited_for_and_nothing_is_sent_again():
    async with ScriptedSmtp({"body": Late("250 2.0.0 at last")}) as server:
        delivery = way_out(server.settings, limits=Limits(connect=15, command=1, body=30))
        work = asyncio.create_task(delivery.deliver(TO_GARY, RAW, Notes()))
        await server.got_body.wait()
        server.now.set()
        assert isinstance(await work, Sent)
        assert len(server.bodies) == 1
        await delivery.close()


def test_the_answer_to_the_body_is_waited_for_as_long_as_the_standard_says():
    assert Limits().body >= 600


async def test_what_cannot_be_written_down_is_not_sent():
    notes = Notes(TriagedError("disk full"))
    async with ScriptedSmtp() as server:
        with pytest.raises(TriagedError, match="disk full"):
            await deliver(server, notes)
    assert server.bodies == []


async def test_a_connection_that_ends_before_the_first_octet_is_no_doubt():
    async with ScriptedSmtp({"data": Say("354 go on", "fin")}) as server:
        delivery = way_out(server.settings)

        async def until_it_ended() -> None:
            while delivery._smtp is not None and delivery._smtp.is_connected:  # noqa: ASYNC110 — the library tells nobody
                await asyncio.sleep(0)

        outcome = await delivery.deliver(TO_GARY, RAW, until_it_ended)
    assert isinstance(outcome, Deferred)
    assert server.bodies == []


# -- the null sender


@pytest.mark.parametrize(
    ("stage", "answer"),
    [
        ("mail", "501 empty sender"),
        ("mail", "550 5.7.1 no null sender"),
        ("rcpt", "554 5.7.1 <>: denied"),
        ("mail", "530 5.7.0 x"),
    ],
)
async def test_a_refused_null_sender_is_replaced_once_and_remembered(stage: Place, answer: str):
    async with ScriptedSmtp({stage: [Say(answer)]}) as server:
        delivery = way_out(server.settings)
        first = await delivery.deliver(TO_GARY, RAW, Notes())
        second = await delivery.deliver(TO_GARY, RAW, Notes())
        await delivery.close()
    assert first == Sent(250, "2.0.0 queued as 1", "dana@roth.example", {"null_sender": False})
    assert second == Sent(250, "2.0.0 queued as 1", "dana@roth.example")
    assert server.senders == ["<>", "<dana@roth.example>", "<dana@roth.example>"]
    assert server.connections == 1


async def test_a_recipient_who_is_refused_with_either_sender_is_refused_and_nothing_is_learned():
    async with ScriptedSmtp({"rcpt": Say("550 5.1.1 nobody")}) as server:
        outcome = await deliver(server)
    assert outcome == Refused(550, "5.1.1 nobody")
    assert server.senders == ["<>", "<dana@roth.example>"]


@pytest.mark.parametrize(
    ("envelope", "known", "senders"),
    [
        ("null", None, ["<>"]),
        ("null", False, ["<>"]),
        ("me", None, ["<dana@roth.example>"]),
        ("auto", False, ["<dana@roth.example>"]),
    ],
)
async def test_the_setting_decides_about_the_reverse_path(
    envelope: Literal["auto", "null", "me"],
    known: bool | None,  # noqa: FBT001 — a column of the table
    senders: list[str],
):
    async with ScriptedSmtp({"mail": Say("550 5.7.1 no")}) as server:
        assert isinstance(await deliver(server, envelope=envelope, null_sender=known), Refused)
    assert server.senders == senders


async def test_a_temporary_refusal_of_the_null_sender_is_no_refusal():
    async with ScriptedSmtp({"mail": Say("451 4.7.1 later")}) as server:
        assert isinstance(await deliver(server), Deferred)
    assert server.senders == ["<>"]


async def test_a_mail_of_mine_asks_for_reports():
    async with ScriptedSmtp() as server:
        delivery = way_out(server.settings)
        outcome = await delivery.deliver(Envelope(GARY, DANA.address, bounces=True), RAW, Notes())
        await delivery.close()
    assert isinstance(outcome, Sent)
    assert server.lines[1:3] == [f"MAIL FROM:<dana@roth.example> SIZE={len(RAW)}", "RCPT TO:<gary@harbor.example>"]


# -- sizes and octets


async def test_a_message_larger_than_the_server_takes_is_refused_without_asking():
    async with ScriptedSmtp({"ehlo": Say("250-fake\r\n250 SIZE 100")}) as server:
        outcome = await deliver(server)
    assert isinstance(outcome, Refused)
    assert server.senders == []


async def test_a_size_of_nought_is_no_limit_and_no_extension_is_no_option():
    async with ScriptedSmtp({"ehlo": Say("250-fake\r\n250 SIZE 0")}) as server:
        assert isinstance(await deliver(server), Sent)
    async with ScriptedSmtp({"ehlo": Say("250 fake")}) as server:
        assert isinstance(await deliver(server), Sent)
    assert server.lines[1:3] == ["MAIL FROM:<>", "RCPT TO:<gary@harbor.example>"]


@pytest.mark.parametrize("raw", ["ü".encode(), b"bare\nline\r\n", b"bare\n.\nMAIL FROM:<x>\r\n"])
async def test_octets_that_are_no_clean_message_are_not_sent(raw: bytes):
    async with ScriptedSmtp() as server:
        delivery = way_out(server.settings)
        assert isinstance(await delivery.deliver(TO_GARY, raw, Notes()), Refused)
        await delivery.close()
    assert server.connections == 0


# -- signing in


WITH_AUTH = "250-fake.example\r\n250 AUTH CRAM-MD5 PLAIN LOGIN XOAUTH2"


async def test_a_wrong_password_is_tried_once_and_stops_the_account():
    async with ScriptedSmtp({"ehlo": Say(WITH_AUTH), "auth": Say("535 5.7.8 wrong")}) as server:
        outcome = await deliver(server)
    assert isinstance(outcome, Deferred)
    assert (outcome.cause, outcome.account_wide, outcome.code) == ("auth", True, 535)
    assert outcome.retry_after is not None
    assert outcome.retry_after >= timedelta(minutes=15)
    assert [line.split(" ")[1] for line in server.lines if line.startswith("AUTH")] == ["PLAIN"]


async def test_a_temporary_failure_to_sign_in_is_no_wrong_password():
    async with ScriptedSmtp({"ehlo": Say(WITH_AUTH), "auth": Say("454 4.7.0 later")}) as server:
        outcome = await deliver(server)
    assert isinstance(outcome, Deferred)
    assert (outcome.cause, outcome.account_wide) == ("server", True)


async def test_a_loopback_server_without_auth_is_used_without():
    async with ScriptedSmtp() as server:
        assert isinstance(await deliver(server), Sent)
    assert not any(line.startswith("AUTH") for line in server.lines)


@pytest.mark.parametrize("offered", ["CRAM-MD5", "DIGEST-MD5 CRAM-MD5"])
async def test_a_loopback_server_that_offers_challenges_alone_is_used_without(offered: str):
    async with ScriptedSmtp({"ehlo": Say(f"250-fake.example\r\n250 AUTH {offered}")}) as server:
        assert isinstance(await deliver(server), Sent)
        delivery = way_out(server.settings)
        assert (await delivery.probe(DANA.address)).how == "used without a sign-in, since it is on this machine"
        await delivery.close()
    assert not any(line.startswith("AUTH") for line in server.lines)


async def test_login_is_used_where_plain_is_not_offered():
    script: dict[Place, Act | list[Act]] = {
        "ehlo": Say("250-fake.example\r\n250 AUTH LOGIN"),
        "auth": Say("334 UGFzc3dvcmQ6"),
        "answer": Say("235 2.7.0 welcome"),
    }
    async with ScriptedSmtp(script) as server:
        assert isinstance(await deliver(server), Sent)
    assert [line.split(" ")[1] for line in server.lines if line.startswith("AUTH")] == ["LOGIN"]


async def test_a_password_that_nobody_configured_is_told_about():
    async with ScriptedSmtp({"ehlo": Say(WITH_AUTH)}) as server:
        outcome = await deliver(server, password=None)
    assert isinstance(outcome, Deferred)
    assert (outcome.cause, outcome.text) == ("auth", "no password is configured")


async def test_a_server_of_the_old_sort_is_greeted_in_the_old_way():
    async with ScriptedSmtp({"ehlo": [Say("502 5.5.1 no such command")]}) as server:
        assert isinstance(await deliver(server), Sent)
    assert server.lines[:3] == ["EHLO [127.0.0.1]", "HELO [127.0.0.1]", "MAIL FROM:<>"]


async def test_a_server_with_unknown_methods_only_is_told_about():
    async with ScriptedSmtp({"ehlo": Say("250-fake\r\n250 AUTH GSSAPI")}) as server:
        outcome = await deliver(server)
    assert isinstance(outcome, Deferred)
    assert outcome.cause == "auth"
    assert "PLAIN or LOGIN is needed" in outcome.text


async def test_a_token_is_asked_for_when_it_is_needed():
    async def token() -> str:
        return "the-token"

    async with ScriptedSmtp({"ehlo": Say(WITH_AUTH)}) as server:
        oauth = OAuth("google", "id", None, "device")
        signed = Server(server.host, server.port, Tls.NONE, "dana", None, oauth=oauth)
        delivery = SmtpDelivery(signed, token=token, limits=QUICK)
        assert isinstance(await delivery.deliver(TO_GARY, RAW, Notes()), Sent)
        await delivery.close()
    assert [line.split(" ")[1] for line in server.lines if line.startswith("AUTH")] == ["XOAUTH2"]


async def test_a_password_that_cannot_be_had_is_an_account_wide_trouble():
    async def missing() -> str:
        raise TriagedError("no such credential: work-imap")

    async with ScriptedSmtp({"ehlo": Say(WITH_AUTH)}) as server:
        outcome = await deliver(server, password=missing)
    assert isinstance(outcome, Deferred)
    assert (outcome.cause, outcome.text) == ("auth", "no such credential: work-imap")


async def test_a_server_that_is_not_there_is_an_account_wide_trouble():
    async with ScriptedSmtp() as server:
        gone = server.settings
    outcome = await way_out(gone).deliver(TO_GARY, RAW, Notes())
    assert isinstance(outcome, Deferred)
    assert (outcome.account_wide, outcome.cause, outcome.code) == (True, "network", 0)


async def test_cleartext_to_another_machine_is_refused_before_anything_is_said():
    far = Server("smtp.roth.example", 25, Tls.NONE, "dana", TextSecret("right"))
    outcome = await way_out(far).deliver(TO_GARY, RAW, Notes())
    assert isinstance(outcome, Deferred)
    assert "without TLS" in outcome.text


async def test_a_server_that_names_no_starttls_gets_nothing():
    async with ScriptedSmtp() as server:
        strict = Server(server.host, server.port, Tls.STARTTLS, "dana", TextSecret("right"))
        outcome = await way_out(strict).deliver(TO_GARY, RAW, Notes())
    assert isinstance(outcome, Deferred)
    assert outcome.account_wide
    assert server.senders == []
    assert not any(line.startswith("AUTH") for line in server.lines)


async def login_password() -> str:
    return PASSWORD


# aiosmtpd looks for STARTTLS alone: with implicit TLS it takes the sign-in for one in cleartext
@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("tls", ["implicit", "starttls"])
async def test_tls_with_an_authority_of_ones_own(tls: Literal["implicit", "starttls"], authority: Authority):
    sink = Sink(tls=tls, context=authority.valid().server_context(), auth=True)
    sink.start()
    try:
        server = Server(sink.host, sink.port, Tls(tls), "dana", TextSecret(PASSWORD), trust_ca=authority.ca)
        delivery = SmtpDelivery(server, password=login_password, limits=QUICK)
        assert isinstance(await delivery.deliver(TO_GARY, RAW, Notes()), Sent)
        await delivery.close()
        (message,) = sink.received
        assert (message.sender, message.recipients, message.user) == ("", ("gary@harbor.example",), "dana")
        assert message.raw == RAW
    finally:
        sink.stop()


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("kind", ["expired", "wrong_host", "self_signed"])
@pytest.mark.parametrize("tls", ["implicit", "starttls"])
async def test_a_bad_certificate_ends_it(tls: Literal["implicit", "starttls"], kind: str, authority: Authority):
    sink = Sink(tls=tls, context=getattr(authority, kind)().server_context(), auth=True)
    sink.start()
    try:
        server = Server(sink.host, sink.port, Tls(tls), "dana", TextSecret(PASSWORD), trust_ca=authority.ca)
        outcome = await SmtpDelivery(server, password=login_password, limits=QUICK).deliver(TO_GARY, RAW, Notes())
        assert isinstance(outcome, Deferred)
        assert outcome.account_wide
        assert "certificate" in outcome.text
        assert sink.received == []
    finally:
        sink.stop()


# -- reuse, cancellation


async def test_one_connection_carries_so_many_messages_and_a_refusal_between():
    async with ScriptedSmtp({"rcpt": [Say("250 ok"), Say("450 4.2.0 later")]}) as server:
        delivery = way_out(server.settings, limits=Limits(messages=3))
        outcomes = [await delivery.deliver(TO_GARY, RAW, Notes()) for _ in range(4)]
        await delivery.close()
    assert [type(outcome) for outcome in outcomes] == [Sent, Deferred, Sent, Sent]
    assert server.connections == 2


async def test_a_connection_that_idled_too_long_is_said_goodbye_to():
    async with ScriptedSmtp() as server:
        delivery = way_out(server.settings, limits=Limits(idle=0.01))
        await delivery.deliver(TO_GARY, RAW, Notes())
        await server.left.wait()
        await delivery.deliver(TO_GARY, RAW, Notes())
        await delivery.close()
    assert server.connections == 2
    assert "QUIT" in server.lines


async def test_a_goodbye_that_nobody_waits_for_any_longer_lets_the_connection_go():
    async with ScriptedSmtp({"quit": Silence()}) as server:
        delivery = way_out(server.settings)
        await delivery.deliver(TO_GARY, RAW, Notes())
        assert delivery._smtp is not None
        line = delivery._smtp.transport
        leaving = asyncio.create_task(delivery.close())
        await server.left.wait()
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        assert line is not None
        assert line.is_closing()


@pytest.mark.parametrize("answer", [End("fin"), End("rst"), Say("421 4.4.2 idle too long", "fin")])
async def test_a_reused_connection_that_is_dead_is_replaced_at_once(answer: Act):
    async with ScriptedSmtp({"mail": [Say("250 ok"), answer]}) as server:
        delivery = way_out(server.settings)
        assert isinstance(await delivery.deliver(TO_GARY, RAW, Notes()), Sent)
        assert isinstance(await delivery.deliver(TO_GARY, RAW, Notes()), Sent)
        await delivery.close()
    assert server.connections == 2
    assert len(server.accepted) == 2


async def test_a_doubt_is_never_tried_again_on_a_fresh_connection():
    async with ScriptedSmtp({"body": [Say("250 ok"), End("fin")]}) as server:
        delivery = way_out(server.settings)
        assert isinstance(await delivery.deliver(TO_GARY, RAW, Notes()), Sent)
        assert isinstance(await delivery.deliver(TO_GARY, RAW, Notes()), InDoubt)
        await delivery.close()
    assert len(server.bodies) == 2


async def test_a_cancelled_attempt_closes_its_connection():
    async with ScriptedSmtp({"body": [Silence()]}) as server:
        delivery = way_out(server.settings)
        work = asyncio.create_task(delivery.deliver(TO_GARY, RAW, Notes()))
        await server.got_body.wait()
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
        assert isinstance(await delivery.deliver(TO_GARY, RAW, Notes()), Sent)
        await delivery.close()
    assert server.connections == 2


async def test_two_attempts_at_once_go_one_after_the_other():
    async with ScriptedSmtp() as server:
        delivery = way_out(server.settings)
        outcomes = await asyncio.gather(*(delivery.deliver(TO_GARY, RAW, Notes()) for _ in range(5)))
        await delivery.close()
    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert server.connections == 1
