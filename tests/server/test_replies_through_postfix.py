"""Replies handed to a real Postfix, which hands them to a server that counts, or to a real mailbox."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes

import pytest

from server.certificates import Authority
from server.dovecot import USUAL, Dovecot, Variant
from server.postfix import Postfix, Routes
from server.processes import until
from server.sink import Sink
from support.replykit import DANA, GARY, letter
from triaged.core.address import Address
from triaged.core.reply import reply_headers, write
from triaged.core.settings import Server, TextSecret, Tls
from triaged.delivery import Deferred, Envelope, Refused, Sent, SmtpDelivery

pytestmark = pytest.mark.server
RAW = write(letter("Hällo Gary,\n.\nI have your message.\n" + "long words " * 30 + "\n")).raw
TO_GARY = Envelope(GARY, DANA.address)


async def nothing() -> None:
    """Nothing is written down here."""


@dataclass(frozen=True)
class Submission:
    """A Postfix, where it brings mail, and somebody who may sign in."""

    postfix: Postfix
    dovecot: Dovecot
    sink: Sink
    authority: Authority
    user: str

    def way_out(
        self,
        tls: Tls = Tls.STARTTLS,
        *,
        password: str | None = None,
        trust: bool = True,
        null_sender: bool | None = None,
    ) -> SmtpDelivery:
        secret = self.dovecot.password if password is None else password
        port = self.postfix.smtps if tls is Tls.IMPLICIT else self.postfix.smtp
        ca = self.authority.ca if trust else None
        server = Server(self.postfix.host, port, tls, self.user, TextSecret(secret), trust_ca=ca)

        async def ask() -> str:
            return secret

        return SmtpDelivery(server, password=ask, null_sender=null_sender)


@pytest.fixture(scope="module")
def running(dovecots: Callable[[Variant], Dovecot], authority: Authority) -> Iterator[Submission]:
    dovecot, sink = dovecots(USUAL), Sink()
    routes = Routes(others=sink, domains={"dovecot.example": dovecot})
    postfix = Postfix(dovecot, authority.valid(), routes)
    sink.start()
    try:
        postfix.start()
        yield Submission(postfix, dovecot, sink, authority, dovecot.new_user())
    finally:
        postfix.close()
        sink.stop()


@pytest.fixture
def submission(running: Submission) -> Submission:
    running.sink.clear()
    return running


@pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.IMPLICIT])
async def test_a_reply_arrives_as_it_was_written(submission: Submission, tls: Tls):
    delivery = submission.way_out(tls)
    outcome = await delivery.deliver(TO_GARY, RAW, nothing)
    again = await delivery.deliver(TO_GARY, RAW, nothing)
    await delivery.close()
    assert isinstance(outcome, Sent)
    assert isinstance(again, Sent)
    message, _ = submission.sink.wait_for(2)
    assert (message.sender, message.recipients) == ("", ("gary@harbor.example",))
    assert message.raw.endswith(RAW)  # Postfix puts its Received above, and changes nothing else
    assert reply_headers(message.raw[message.raw.index(b"From: ") :]) == reply_headers(RAW)


async def test_a_wrong_password_and_an_unknown_authority_are_the_accounts_trouble(submission: Submission):
    wrong = await submission.way_out(password="wrong").deliver(TO_GARY, RAW, nothing)
    assert isinstance(wrong, Deferred)
    assert (wrong.cause, wrong.code) == ("auth", 535)
    stranger = await submission.way_out(Tls.IMPLICIT, trust=False).deliver(TO_GARY, RAW, nothing)
    assert isinstance(stranger, Deferred)
    assert "not trusted" in stranger.text
    assert submission.sink.received == []


async def test_an_address_that_postfix_cannot_take_is_refused(submission: Submission):
    delivery = submission.way_out()
    nobody = Envelope(Address("a" * 64, "b" * 63 + ".example" * 40), DANA.address)
    outcome = await delivery.deliver(nobody, RAW, nothing)
    await delivery.close()
    assert isinstance(outcome, Refused)
    assert submission.sink.received == []


async def test_reports_come_back_about_a_mail_of_mine_and_not_about_a_reply(submission: Submission):
    submission.sink.answer = lambda stage, _: "550 5.1.1 Nobody of that name" if stage == "rcpt" else None
    delivery = submission.way_out(null_sender=False)
    mine = Address(submission.user, "dovecot.example")
    outcome = await delivery.deliver(Envelope(GARY, mine), RAW, nothing)
    second = write(letter(message_id="<triaged.2f@roth.example>")).raw
    wanted = await delivery.deliver(Envelope(GARY, mine, bounces=True), second, nothing)
    await delivery.close()
    assert isinstance(outcome, Sent)
    assert isinstance(wanted, Sent)
    mailbox = submission.dovecot
    (report,) = until(lambda: mailbox.messages(submission.user), 20, "the report about the second comes back")
    assert message_from_bytes(report.raw).get_content_type() == "multipart/report"
    assert b"<triaged.2f@roth.example>" in report.raw  # a report about the first would have come first


async def test_a_null_sender_that_postfix_refuses_is_replaced(
    postfixes: Callable[..., Postfix], dovecot: Dovecot, user: str, sink: Sink, authority: Authority
):
    postfix = postfixes(Routes(others=sink), refuses_null_sender=True)
    delivery = Submission(postfix, dovecot, sink, authority, user).way_out()
    outcome = await delivery.deliver(TO_GARY, RAW, nothing)
    await delivery.close()
    assert isinstance(outcome, Sent)
    assert outcome.learned == {"null_sender": False}
    (message,) = sink.wait_for(1)
    assert message.sender == "dana@roth.example"
