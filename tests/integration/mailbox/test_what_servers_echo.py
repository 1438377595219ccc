"""A server that repeats what it was told, when we sign in or whenever it likes: nothing secret is in any error."""

import base64
from collections.abc import Callable

import pytest

from fakes.imap import FakeImap, Talk
from triaged.core.bearer import oauthbearer, xoauth2
from triaged.mailbox import MailboxError, Session

Make = Callable[..., Session]

PASSWORD = "correct horse battery"
TOKEN = "ya29.a0AfH6SMBx-a-token"
PARTS = ("horse", "battery", "a0AfH6", "-token")


def b64(raw: bytes) -> bytes:
    return base64.b64encode(raw)


FORMS = {
    "as it is": PASSWORD.encode(),
    "LOGIN": b64(PASSWORD.encode()),
    "PLAIN": b64(b"\0dana\0" + PASSWORD.encode()),
    "PLAIN, cut": b64(b"\0dana\0" + PASSWORD.encode())[8:-6],
    "token": TOKEN.encode(),
    "XOAUTH2": b64(xoauth2("dana", TOKEN)),
    "XOAUTH2, cut": b64(xoauth2("dana", TOKEN))[:40],
    "OAUTHBEARER": b64(oauthbearer("dana", TOKEN)),
}


async def secret() -> str:
    return PASSWORD


async def token() -> str:
    return TOKEN


def silent_about_secrets(text: str) -> bool:
    words = [word.strip("'\"") for word in text.split()]
    decoded = [
        base64.b64decode(word[at : at + (len(word) - at) // 4 * 4])
        for word in words
        for at in range(4)
        if word.isalnum()
    ]
    heard = text + "".join(one.decode("latin-1") for one in decoded)
    return not any(part in heard for part in PARTS)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize(
    "answer", [b"%s NO [AUTHENTICATIONFAILED] what is %s", b"%s BAD %s", b"* BYE %.0s%s", b"%.0s%s"]
)
async def test_no_error_of_signing_in_repeats_a_secret(session_with: Make, form: bytes, answer: bytes):
    async def echo(talk: Talk, tag: bytes, rest: bytes) -> None:
        if rest.upper() in (b"XOAUTH2", b"PLAIN"):
            await talk.send(b"+ ")
            await talk.line()
        await talk.send(answer % (tag, form))
        talk.close()

    async with FakeImap(on={"LOGIN": echo, "AUTHENTICATE": echo}, capabilities=b"IMAP4rev1 AUTH=XOAUTH2") as server:
        with pytest.raises(MailboxError) as raised:
            await session_with(
                server, **({"secret": secret} if form in list(FORMS.values())[:4] else {"token": token})
            ).open()
    assert silent_about_secrets(str(raised.value)), str(raised.value)


@pytest.mark.parametrize("form", list(FORMS.values())[:4], ids=list(FORMS)[:4])
@pytest.mark.parametrize("answer", [b"%s NO [CANNOT] what is %s", b"%s BAD %s", b"* BYE %.0s%s", b"%.0s%s"])
async def test_no_later_error_repeats_a_secret(session_with: Make, form: bytes, answer: bytes):
    async def welcome(talk: Talk, tag: bytes, _: bytes) -> None:
        await talk.send(tag + b" OK welcome")

    async def echo(talk: Talk, tag: bytes, _: bytes) -> None:
        await talk.send(answer % (tag, form))

    async with FakeImap(on={"LOGIN": welcome, "SELECT": echo, "LIST": echo}) as server:
        session = session_with(server, secret=secret)
        await session.open()
        with pytest.raises(MailboxError) as raised:
            await session.select("INBOX")
    assert silent_about_secrets(str(raised.value)), str(raised.value)
    assert silent_about_secrets(str(getattr(raised.value, "text", ""))), raised.value.args
