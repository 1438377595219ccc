"""A submission server that repeats what it was told, at any stage: nothing secret is in what is kept of its answer."""

import base64

import pytest

from fakes.smtp import Say, ScriptedSmtp, Stage
from support.replykit import DANA, GARY, letter
from triaged.core.bearer import xoauth2
from triaged.core.reply import write
from triaged.core.settings import OAuth, Server, TextSecret, Tls
from triaged.delivery import Envelope, Sent, SmtpDelivery

RAW = write(letter("I have your message.\n")).raw
PASSWORD, TOKEN = "correct-horse-battery", "ya29.a0AfH6SMBx-a-token"


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


FORMS = {
    "password": PASSWORD,
    "LOGIN": b64(PASSWORD),
    "PLAIN": b64(f"\0dana\0{PASSWORD}"),
    "PLAIN, cut": b64(f"\0dana\0{PASSWORD}")[:-7],
    "token": TOKEN,
    "XOAUTH2": b64(xoauth2("dana", TOKEN).decode()),
}


async def nothing() -> None:
    pass


@pytest.mark.parametrize("stage", ["auth", "mail", "rcpt", "data", "body"])
@pytest.mark.parametrize("form", FORMS)
async def test_no_answer_of_a_submission_server_is_kept_with_a_secret_in_it(stage: Stage, form: str):
    async def secret() -> str:
        return TOKEN if by_token else PASSWORD

    by_token = form in ("token", "XOAUTH2")
    method = "XOAUTH2" if by_token else "PLAIN"
    ok = "250" if stage == "body" else "535" if stage == "auth" else "550"
    said = Say(f"{ok} 5.7.8 unknown: AUTH {method} {FORMS[form]} is none")
    greeting = Say(f"250-fake.example\r\n250 AUTH {method}")
    async with ScriptedSmtp({stage: said, "ehlo": greeting}) as server:
        oauth = OAuth("google", "id") if by_token else None
        where = Server(server.host, server.port, Tls.NONE, "dana", None if by_token else TextSecret("-"), oauth=oauth)
        delivery = SmtpDelivery(where, password=secret, token=secret)
        outcome = await delivery.deliver(Envelope(GARY, DANA.address), RAW, nothing)
        asked = await delivery.probe(DANA.address)
        await delivery.close()
    assert isinstance(outcome, Sent) == (stage == "body")
    assert "unknown: AUTH" in outcome.text
    for told in (outcome.text, asked.trouble):
        assert FORMS[form] not in told
        assert FORMS[form][4:16] not in told
