"""Gmail and Microsoft 365 as they are, on servers that behave like theirs (each habit's source stands there)."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from fakes.gmail import ALL, INBOX, FakeGmail
from fakes.imap import Mail, Talk
from fakes.microsoft import NO_BASIC, NO_NULL, NOT_CONNECTED, THROTTLED, TOO_FAST, FakeExchange
from fakes.smtp import Say, ScriptedSmtp
from triaged.core.address import Address
from triaged.core.settings import OAuth
from triaged.delivery import Deferred, Envelope, Refused, Sent, SmtpDelivery
from triaged.mailbox import AuthFailed, Session, Throttled, Unavailable

RAW = b"From: gary@harbor.example\r\nMessage-ID: <1@harbor.example>\r\nSubject: question\r\n\r\nhello\r\n"
Opening = Callable[..., Session]


def give(text: str) -> Callable[[], object]:
    async def token() -> str:
        return text

    return token


# --- Gmail -----------------------------------------------------------------------------------------------------------


async def test_at_gmail_a_message_keeps_its_identity_through_labels(session_with: Opening):
    async with FakeGmail() as server:
        number = server.arrives(RAW)
        session = session_with(server, token=give("good"))
        await session.open()
        assert session.profile.name == "gmail"
        await session.select(INBOX)
        (before,) = await session.fetch([1], text=True)
        assert before.server_id == number
        moved = await session.move([1], "Deferred")
        place = moved[1]
        assert place is not None
        await session.select("Deferred")
        (aside,) = await session.fetch([place.uid], text=False)
        assert (aside.server_id, aside.header) == (number, before.header)
        back = (await session.move([place.uid], INBOX))[place.uid]
        assert back is not None
        assert back.uid > 1  # under the same label, with another UID
        await session.select(INBOX)
        assert [one.server_id for one in await session.fetch([back.uid], text=False)] == [number]
        assert [mail.raw for mail in server.labels[ALL].mails] == [RAW]  # there all the while


async def test_gmails_folders_are_found_in_any_language(session_with: Opening):
    async with FakeGmail() as server:
        session = session_with(server, token=give("good"))
        await session.open()
        assert await session.special("sent") == "[Gmail]/Gesendet"


async def test_gmails_refusal_of_a_token_is_told_in_words_and_the_token_reported(session_with: Opening):
    reported: list[str] = []

    async def refused(token: str) -> None:
        reported.append(token)

    async with FakeGmail() as server:
        session = session_with(server, token=give("stale"), token_refused=refused)
        with pytest.raises(
            AuthFailed, match=r"Invalid credentials.*status 400.*scope https://mail.google.com/"
        ) as caught:
            await session.open()
    assert reported == ["stale"]
    assert "stale" not in str(caught.value)


async def test_the_sixteenth_connection_to_gmail_is_no_wrong_password(session_with: Opening):
    reported: list[str] = []

    async def refused(token: str) -> None:
        reported.append(token)

    async with FakeGmail() as server:
        for _ in range(15):
            await session_with(server, token=give("good")).open()
        with pytest.raises(Unavailable, match="Too many simultaneous"):
            await session_with(server, token=give("good"), token_refused=refused).open()
    assert reported == []


async def test_gmails_bandwidth_limit_means_later_not_at_once(session_with: Opening):
    async with FakeGmail() as server:
        server.on["UID FETCH"] = server.bandwidth
        server.arrives(RAW)
        session = session_with(server, token=give("good"))
        await session.open()
        await session.select(INBOX)
        with pytest.raises(Unavailable, match="bandwidth"):
            await session.fetch([1], text=True)


# --- Microsoft -------------------------------------------------------------------------------------------------------


def saying(text: bytes, bye: bytes = b"") -> Callable[[Talk, bytes, bytes], object]:
    async def answer(talk: Talk, tag: bytes, _: bytes) -> None:
        await talk.send(*([bye] if bye else []), tag + text)
        if bye:
            talk.close()

    return answer


async def test_authenticated_but_not_connected_is_no_wrong_password(session_with: Opening):
    async with FakeExchange(on={"SELECT": saying(NOT_CONNECTED)}) as server:
        session = session_with(server, token=give("good"))
        await session.open()
        assert session.profile.name == "microsoft365"
        with pytest.raises(Unavailable, match="authenticated but not connected"):
            await session.select("INBOX")


async def test_microsofts_throttling_names_its_time(session_with: Opening):
    async with FakeExchange(on={"UID FETCH": saying(THROTTLED)}, mails=[Mail(1, RAW)]) as server:
        session = session_with(server, token=give("good"))
        await session.open()
        await session.select("INBOX")
        with pytest.raises(Throttled) as caught:
            await session.fetch([1], text=True)
    assert caught.value.retry_after == timedelta(milliseconds=89123)


async def test_no_keyword_is_stored_where_none_is_kept(session_with: Opening):
    async with FakeExchange(mails=[Mail(1, RAW)]) as server:
        session = session_with(server, token=give("good"))
        await session.open()
        selected = await session.select("INBOX")
        assert not selected.keywords
        await session.store([1], add=["$TriagedUrgent", "\\Flagged"])
        await session.store([1], add=["$TriagedUrgent"])
        assert server.mails[0].flags == {"\\Flagged"}
        assert len(server.stored) == 1


async def test_a_rewritten_message_id_is_found_by_its_original(session_with: Opening):
    sent = (
        b"From: dana@roth.example\r\nMessage-ID: <AM0PR01@eurprd01.prod.outlook.com>\r\n"
        b"X-Microsoft-Original-Message-ID: <triaged.1@roth.example>\r\n\r\nhello\r\n"
    )
    async with FakeExchange(mails=[Mail(7, sent)]) as server:
        session = session_with(server, token=give("good"))
        await session.open()
        assert await session.special("sent") == "Sent Items"
        await session.select("Sent Items")
        assert await session.find("<triaged.1@roth.example>", 1) == [7]
        assert await session.find("<triaged.2@roth.example>", 1) == []


# --- submission ------------------------------------------------------------------------------------------------------

ENVELOPE = Envelope(Address("gary", "harbor.example"), Address("dana", "roth.example"))
EHLO = "250-outlook.example\r\n250-SIZE 157286400\r\n250-DSN\r\n250 AUTH LOGIN XOAUTH2"


async def nothing() -> None:
    await asyncio.sleep(0)


def submission_to(server: ScriptedSmtp, token: str, reported: list[str]) -> SmtpDelivery:
    async def refused(text: str) -> None:
        reported.append(text)

    oauth = OAuth("microsoft", "id", None, "device")
    settings = replace(server.settings, oauth=oauth, password=None)
    return SmtpDelivery(settings, token=give(token), token_refused=refused)  # type: ignore[arg-type]


async def sent_to(script: dict, token: str = "good") -> tuple[object, list[str], ScriptedSmtp]:
    reported: list[str] = []
    async with ScriptedSmtp({"ehlo": Say(EHLO), **script}) as server:
        delivery = submission_to(server, token, reported)
        outcome = await delivery.deliver(ENVELOPE, RAW, nothing)
        await delivery.close()
    return outcome, reported, server


async def test_a_submission_server_is_signed_in_to_with_a_token():
    outcome, reported, server = await sent_to({})
    assert isinstance(outcome, Sent)
    assert reported == []
    assert any(line.startswith("AUTH XOAUTH2 ") for line in server.lines)


async def test_a_submission_servers_refusal_is_decoded_and_the_token_reported():
    # {"status":"400","schemes":"bearer"} in base64
    challenge = Say("334 eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiYmVhcmVyIn0=")
    script = {"auth": challenge, "answer": Say("535 5.7.3 Authentication unsuccessful")}
    outcome, reported, _ = await sent_to(script, "stale")
    assert isinstance(outcome, Deferred)
    assert (outcome.cause, outcome.account_wide) == ("auth", True)
    assert "status 400" in outcome.text
    assert reported == ["stale"]


async def test_a_submission_server_that_is_out_of_order_says_nothing_of_the_token():
    outcome, reported, _ = await sent_to({"auth": Say("454 4.7.0 Temporary authentication failure")})
    assert isinstance(outcome, Deferred)
    assert reported == []


async def test_too_many_connections_or_messages_rest_the_account():
    outcome, _, _ = await sent_to({"mail": Say(TOO_FAST)})
    assert isinstance(outcome, Deferred)
    assert (outcome.cause, outcome.account_wide) == ("throttle", True)
    assert outcome.retry_after is not None


async def test_basic_authentication_switched_off_is_the_accounts_trouble():
    outcome, _, _ = await sent_to({"auth": Say(NO_BASIC)})
    assert isinstance(outcome, Deferred)
    assert outcome.cause == "auth"


async def test_microsoft_takes_no_null_sender_and_that_is_learned():
    outcome, _, server = await sent_to({"mail": [Say(NO_NULL), Say("250 2.1.0 Sender OK")]})
    assert isinstance(outcome, Sent)
    assert outcome.learned == {"null_sender": False}
    assert server.senders == ["<>", "<dana@roth.example>"]
    assert not isinstance(outcome, Refused)
