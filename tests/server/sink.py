"""An SMTP server that counts: every envelope and every byte it accepted, and whatever answers a test wants from it."""

import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from server.processes import HOST, free_port

PASSWORD = "a password of the tests"
Stage = Literal["mail", "rcpt", "data"]
Answer = Callable[[Stage, str], str | None]
"""Given the stage and its argument (sender, recipient, or the sender again) an SMTP reply, or None for the usual one.

At "data", "drop" takes the message and ends the connection before that is said.
"""


@dataclass(frozen=True, slots=True)
class Accepted:
    """One message that was answered 250 after its end."""

    sender: str  # of the envelope; "" is the null sender
    recipients: tuple[str, ...]
    raw: bytes
    user: str  # who signed in; "" nobody


class Sink:
    """One server in a thread of its own, so that a test may block while a daemon delivers.

    `tls`: None (cleartext), "implicit" or "starttls" with `context`; `auth`: whether signing in is asked for.
    """

    host = HOST
    password = PASSWORD

    def __init__(
        self,
        *,
        tls: Literal["implicit", "starttls"] | None = None,
        context: ssl.SSLContext | None = None,
        auth: bool = False,
        answer: Answer | None = None,
    ) -> None:
        self.port = free_port()
        self.received: list[Accepted] = []
        self.attempts = 0
        """How many times a client got as far as the end of DATA, whatever it was told."""
        self.answer: Answer = answer or _usual
        self._change = threading.Condition()
        self._controller = _Server(
            self,
            hostname=HOST,
            port=self.port,
            ssl_context=context if tls == "implicit" else None,
            tls_context=context if tls == "starttls" else None,
            require_starttls=tls == "starttls",
            auth_required=auth,
            auth_require_tls=tls == "starttls",
            authenticator=self._authenticate,
            ready_timeout=60,
        )

    def start(self) -> None:
        """Listen; also again after `stop`, on the same port."""
        self._controller.start()

    def stop(self) -> None:
        """Listen no more."""
        self._controller.stop(no_assert=True)

    def clear(self) -> None:
        """Forget what came, and answer as usual."""
        with self._change:
            self.received.clear()
            self.attempts = 0
            self.answer = _usual

    def wait_for(self, count: int, seconds: float = 60) -> list[Accepted]:
        """Block until so many messages were accepted.

        Raises:
            TimeoutError: they did not come in time.
        """
        with self._change:
            if not self._change.wait_for(lambda: len(self.received) >= count, seconds):
                raise TimeoutError(f"{len(self.received)} of {count} messages within {seconds:g} s")
            return list(self.received)

    def to(self, recipient: str) -> list[Accepted]:
        """What was accepted for one recipient."""
        return [message for message in self.received if recipient in message.recipients]

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: Any
    ) -> AuthResult:
        right = isinstance(given, LoginPassword) and given.password == PASSWORD.encode()
        return AuthResult(success=right, handled=right, auth_data=given.login.decode() if right else None)

    # aiosmtpd calls the following by name

    async def handle_MAIL(  # noqa: N802 — aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.answer("mail", _sender(envelope)) or "250 OK"

    async def handle_RCPT(  # noqa: N802 — aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.answer("rcpt", address) or "250 OK"
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
            envelope.rcpt_options.extend(options)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 — aiosmtpd's name
        self.attempts += 1
        sender = _sender(envelope)
        answer = self.answer("data", sender) or "250 Accepted"
        if answer.startswith("2") or answer == "drop":
            raw = envelope.original_content or b""
            message = Accepted(sender, tuple(envelope.rcpt_tos), raw, str(session.auth_data or ""))
            with self._change:
                self.received.append(message)
                self._change.notify_all()
        if answer == "drop" and server.transport is not None:
            server.transport.abort()
        return answer


class _Server(Controller):
    """aiosmtpd's controller, without the wait for a name server."""

    def factory(self) -> SMTP:
        return SMTP(self.handler, hostname="sink.example", **self.SMTP_kwargs)


def _sender(envelope: Envelope) -> str:
    return "" if envelope.mail_from in (None, "<>") else envelope.mail_from


def _usual(_stage: Stage, _argument: str) -> str | None:
    return None


def refuse_null_sender(stage: Stage, argument: str) -> str | None:
    """Answers as servers that do not take the null sender from a signed-in user."""
    return "550 5.7.1 Null sender is not accepted here" if stage == "mail" and not argument else None
