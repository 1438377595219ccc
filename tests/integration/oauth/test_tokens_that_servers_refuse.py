"""An access token that ends before its time, or is refused though it is good: had anew once, at once, and then in a minute."""

import base64
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from fakes.gmail import FakeGmail
from fakes.smtp import Act, Say, ScriptedSmtp
from fakes.smtp import Stage as Place
from support.replykit import DANA, GARY, letter
from triaged.core.reply import write
from triaged.core.settings import OAuth, Server, Tls
from triaged.delivery import Deferred, Envelope, Outcome, Sent, SmtpDelivery
from triaged.delivery.oauth import SignInNeeded
from triaged.mailbox import AuthFailed, Backoff, Pools, Session, TokenLater, TokenNotTaken
from triaged.mailbox import SignInNeeded as MailboxSignInNeeded
from triaged.outbox.schedule import pause_after

RAW = write(letter("I have your message.\n")).raw
OAUTH = OAuth("google", "id", None, "device")
CHALLENGED = "334 eyJzdGF0dXMiOiI0MDEifQ=="
REFUSED = "535 5.7.8 Username and Password not accepted"


@dataclass
class Keeper:
    """Tokens of a keeper that replaces what is refused, once."""

    given: list[str] = field(default_factory=lambda: ["old", "new"])
    refused_ones: list[str] = field(default_factory=list)

    async def token(self) -> str:
        return self.given[0]

    async def refused(self, token: str) -> None:
        self.refused_ones.append(token)
        if token == self.given[0] and len(self.given) > 1:
            del self.given[0]


def shown(server: ScriptedSmtp) -> list[str]:
    """The tokens that the server has seen."""
    said = [line.split(" ")[2] for line in server.lines if line.startswith("AUTH XOAUTH2")]
    return [base64.b64decode(each).decode().split("Bearer ")[1].rstrip("\x01") for each in said]


async def send(server: ScriptedSmtp, keeper: Keeper, times: int = 1) -> Outcome:
    settings = Server(server.host, server.port, Tls.NONE, "dana", None, oauth=OAUTH)
    delivery = SmtpDelivery(settings, token=keeper.token, token_refused=keeper.refused)
    asked = 0

    async def on_data() -> None:
        nonlocal asked
        asked += 1

    try:
        for _ in range(times):
            asked = 0
            outcome = await delivery.deliver(Envelope(GARY, DANA.address), RAW, on_data)
        assert asked == (1 if isinstance(outcome, Sent) else 0)
    finally:
        await delivery.close()
    return outcome


def script(**acts: Act | list[Act]) -> dict[Place, Act | list[Act]]:
    return {"ehlo": Say("250-fake.example\r\n250 AUTH XOAUTH2"), **acts}  # type: ignore[dict-item]


async def test_a_reply_goes_at_once_with_another_token_when_the_first_has_ended():
    keeper = Keeper()
    async with ScriptedSmtp(script(auth=[Say(CHALLENGED)], answer=[Say(REFUSED)])) as server:
        assert isinstance(await send(server, keeper), Sent)
    assert shown(server) == ["old", "new"]
    assert len(server.accepted) == 1


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
@pytest.mark.parametrize(
    "answer", ["530 5.7.57 Client not authenticated to send mail", "535 5.7.3 Authentication unsuccessful"]
)
async def test_a_token_that_ends_on_an_open_connection_is_renewed_and_the_reply_sent(stage: str, answer: str):
    keeper = Keeper()
    first = Say({"mail": "250 ok", "rcpt": "250 ok", "data": "354 go on"}[stage])
    async with ScriptedSmtp(script(**{stage: [first, Say(answer)]})) as server:
        assert isinstance(await send(server, keeper, times=2), Sent)
    assert shown(server) == ["old", "new"]
    assert len(server.accepted) == 2


async def test_a_good_token_that_is_refused_twice_costs_a_minute():
    keeper = Keeper()
    async with ScriptedSmtp(script(auth=Say(REFUSED))) as server:
        outcome = await send(server, keeper)
    assert isinstance(outcome, Deferred)
    assert (outcome.cause, outcome.account_wide, outcome.retry_after) == ("auth", True, timedelta(minutes=1))
    assert pause_after(outcome, 1) == timedelta(minutes=1)
    assert shown(server) == ["old", "new"]


async def test_where_there_is_no_other_token_the_server_is_asked_once():
    keeper = Keeper(["only"])
    async with ScriptedSmtp(script(auth=Say(REFUSED))) as server:
        outcome = await send(server, keeper)
    assert isinstance(outcome, Deferred)
    assert shown(server) == ["only"]
    assert keeper.refused_ones == ["only"]


async def test_where_the_sign_in_has_ended_too_that_is_what_is_waited_for():
    class Dead(Keeper):
        async def token(self) -> str:
            if self.refused_ones:
                raise SignInNeeded("revoked; type: triaged auth login work")
            return "old"

    async with ScriptedSmtp(script(auth=Say(REFUSED))) as server:
        outcome = await send(server, Dead())
    assert isinstance(outcome, Deferred)
    assert outcome.cause == "auth"


async def test_a_message_whose_body_was_sent_is_never_sent_again_for_a_token():
    keeper = Keeper()
    async with ScriptedSmtp(script(body=Say("535 5.7.3 Authentication unsuccessful"))) as server:
        settings = Server(server.host, server.port, Tls.NONE, "dana", None, oauth=OAUTH)
        delivery = SmtpDelivery(settings, token=keeper.token, token_refused=keeper.refused)

        async def on_data() -> None:
            """Nothing to write down."""

        await delivery.deliver(Envelope(GARY, DANA.address), RAW, on_data)
        await delivery.close()
    assert len(server.bodies) == 1


async def open_at(server: FakeGmail, keeper: Keeper) -> None:
    where = Server(server.host, server.port, Tls.NONE, FakeGmail.user, None, oauth=OAUTH)
    pools = Pools(commands=1, connects=1)
    session = Session(where, pools, token=keeper.token, token_refused=keeper.refused)
    try:
        await session.open()
    finally:
        await session.close()
        pools.close()


async def test_a_mailbox_is_opened_at_once_with_another_token():
    keeper = Keeper()
    async with FakeGmail(tokens=("new",)) as server:
        await open_at(server, keeper)
    assert keeper.refused_ones == ["old"]


async def test_a_mailbox_that_takes_neither_is_left_alone_for_a_minute_and_not_a_quarter_of_an_hour():
    async with FakeGmail(tokens=()) as server:
        with pytest.raises(TokenNotTaken) as caught:
            await open_at(server, Keeper())
    state, minutes = Backoff(), []
    for _ in range(8):
        state, pause = state.failed(caught.value, lambda: 0.0)
        minutes.append(pause.total_seconds() / 60)
    assert minutes == [1, 2, 4, 8, 16, 32, 60, 60]


@pytest.mark.parametrize(
    "error", [MailboxSignInNeeded("type: triaged auth login work"), TokenLater("the endpoint is away")]
)
def test_an_attempt_that_asked_no_server_holds_no_fresh_sign_in_up(error: AuthFailed | TokenLater):
    state = Backoff()
    for at in range(5):
        state, _ = state.signing_in(float(at)).failed(error, lambda: 0.0)
    assert state.before_login(5.0) == 0.0
