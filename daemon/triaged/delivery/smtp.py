"""Submission over SMTP: one account's way out, one connection at a time, one recipient a message.

The only module that knows aiosmtplib. It keeps the stage of a transaction, so that a connection that ends tells whether
the message may have been taken: only between the first octet of the body and the answer to it. It never tries anything
twice once the body has begun, and never a second password method.
"""

import asyncio
import base64
import re
import ssl
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal, TypeGuard

import aiosmtplib

from triaged import crash
from triaged.core.address import Address
from triaged.core.bearer import refusal_in_words, xoauth2
from triaged.core.errors import TriagedError
from triaged.core.heard import Hidden, heard
from triaged.core.loopback import is_loopback
from triaged.core.providers import submission_at
from triaged.core.settings import Server, Tls
from triaged.delivery.oauth.errors import NotNow
from triaged.delivery.outcome import Deferred, Envelope, InDoubt, Outcome, Refused, Sent
from triaged.delivery.probe import Probe
from triaged.delivery.verdict import (
    AUTH_PAUSE,
    CONNECT_PAUSE,
    SERVER_PAUSE,
    Stage,
    outcome_of,
    refuses_null_sender,
    unreachable,
)

OnData = Callable[[], Awaitable[None]]
Secret = Callable[[], Awaitable[str]]
"""Asked for when it is needed: the password, or an access token. Raises TriagedError."""

_LINE_START_DOT = re.compile(rb"(?m)^\.")
# The name in EHLO. Submission servers look at who signs in; an address literal of the loopback tells nobody anything.
_MY_NAME = "[127.0.0.1]"
_GOODBYE = 2.0  # seconds; nothing of ours depends on the answer to QUIT
_CA_REFUSED = "its certificate is not trusted"


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds to wait for each step, and how long one connection serves."""

    connect: float = 30.0
    command: float = 60.0
    body: float = 600.0  # RFC 5321 4.5.3.2.6: giving up sooner makes doubles
    messages: int = 20
    idle: float = 60.0


_CHALLENGES = frozenset({"cram-md5", "digest-md5"})


class SmtpDelivery:
    """One account's submission server.

    Args:
        server: where, and how to sign in.
        password: asked for at sign-in, where `server.password` is set.
        token: asked for at sign-in, where `server.oauth` is set; it wins over the password.
        token_refused: is told an access token that the server did not take.
        envelope: "auto": the null sender as long as it is accepted; "null": always; "me": never.
        null_sender: what was learned of the server: False, it refuses `<>`; None: only what its host name says.
        limits: time-outs and reuse.
    """

    def __init__(
        self,
        server: Server,
        *,
        password: Secret | None = None,
        token: Secret | None = None,
        token_refused: Callable[[str], Awaitable[None]] | None = None,
        envelope: Literal["auto", "null", "me"] = "auto",
        null_sender: bool | None = None,
        limits: Limits = Limits(),
    ) -> None:
        self._server, self._password, self._token = server, password, token
        self._token_refused = token_refused
        self._envelope, self._limits = envelope, limits
        self._null_sender = submission_at(server.host).null_sender if null_sender is None else null_sender
        self._lock = asyncio.Lock()
        self._smtp: aiosmtplib.SMTP | None = None
        self._carried = 0
        self._tls: ssl.SSLContext | None = None
        self._shown: str | None = None  # the token that the server has seen
        self._stage: Stage = "connect"
        self._written = False
        self._hidden = Hidden("", "")
        self._idle: asyncio.TimerHandle | None = None

    async def deliver(self, envelope: Envelope, raw: bytes, on_data: OnData) -> Outcome:
        """Try once. A cancelled attempt closes the connection, and leaves what is known to what `on_data` wrote down.

        Args:
            envelope: the recipient and my own address.
            raw: the whole message: ASCII, CRLF line ends.
            on_data: awaited when the server asked for the body, before its first octet; what it raises ends the attempt.
        """
        if not raw.isascii() or raw.count(b"\n") != raw.count(b"\r\n"):
            return Refused(0, "not a message of ASCII lines that end with CRLF")
        async with self._lock:
            self._stop_idling()
            try:
                outcome = await self._attempt(envelope, raw, on_data)
            except BaseException:
                self._drop()
                raise
            self._idle_on()
            return replace(outcome, text=self._hidden.out_of(outcome.text))

    async def close(self) -> None:
        """Say goodbye and let the connection go. Waits for an attempt under way."""
        async with self._lock:
            self._stop_idling()
            await self._say_goodbye()

    async def probe(self, me: Address) -> Probe:
        """Connect, sign in, and ask whether the null sender would be taken; no message is sent.

        Args:
            me: my own address, named as the recipient of the message that never comes.
        """
        async with self._lock:
            began = time.monotonic()
            try:
                smtp = await self._connected()
                if isinstance(smtp, Deferred):
                    return Probe(trouble=self._hidden.out_of(smtp.text))
                took = time.monotonic() - began
                takes = await self._takes_null_sender(smtp, me)
                return Probe("", self._how(smtp), took, takes, _expiry(smtp))
            except (aiosmtplib.SMTPException, OSError) as error:
                lost = self._lost(error)
                return Probe(trouble=self._hidden.out_of(lost.text))
            finally:
                await self._say_goodbye()

    async def _takes_null_sender(self, smtp: aiosmtplib.SMTP, me: Address) -> bool | None:
        """Some servers look at the sender only when the recipient is named (Postfix: smtpd_delay_reject)."""
        refused = await self._addressed(smtp, None, Envelope(me, me), 0)
        if refused is None:
            return True
        if not refuses_null_sender(refused.code, self._stage):
            return None
        await smtp.rset(timeout=self._limits.command)
        # it may be the recipient that is not taken: only with another sender is that known
        return False if await self._addressed(smtp, me, Envelope(me, me), 0) is None else None

    def _how(self, smtp: aiosmtplib.SMTP) -> str:
        if self._server.user is None or not smtp.supports_extension("auth"):
            return "it asks for no sign-in"
        if self._needs_no_sign_in(smtp):
            return "used without a sign-in, since it is on this machine"
        return f"{self._server.user} is signed in"

    # -- one attempt

    async def _attempt(self, envelope: Envelope, raw: bytes, on_data: OnData) -> Outcome:
        reused = self._smtp is not None and self._smtp.is_connected
        outcome = await self._on_a_connection(envelope, raw, on_data)
        # A connection that idled may be gone without a word: nothing has been said on it yet, so a fresh one may be had.
        if reused and isinstance(outcome, Deferred) and outcome.code in (0, 421) and self._stage == "mail":
            self._drop()
            outcome = await self._on_a_connection(envelope, raw, on_data)
        if not self._is_of_the_token(outcome):
            return outcome
        if await self._has_another_token():
            self._drop()
            outcome = await self._on_a_connection(envelope, raw, on_data)
            if not self._is_of_the_token(outcome):
                return outcome
        # a good token that is refused all the same locks nobody out, and is taken again in a while (Microsoft)
        return replace(outcome, retry_after=CONNECT_PAUSE)

    def _is_of_the_token(self, outcome: Outcome) -> TypeGuard[Deferred]:
        """Whether a token was shown and refused, at the sign-in or when it ended later, and no message was begun."""
        refused = isinstance(outcome, Deferred) and outcome.cause == "auth" and outcome.retry_after == AUTH_PAUSE
        return refused and self._shown is not None and not self._written

    async def _has_another_token(self) -> bool:
        """Whether there is another one than was refused: a token may end before its time."""
        shown = self._shown
        if shown is None or self._token is None or self._token_refused is None:
            return False
        try:
            await self._token_refused(shown)
            return await self._token() != shown
        except TriagedError:
            return False

    async def _on_a_connection(self, envelope: Envelope, raw: bytes, on_data: OnData) -> Outcome:
        self._written = False
        try:
            smtp = await self._connected()
            if isinstance(smtp, Deferred):
                self._drop()
                return smtp
            outcome = await self._transaction(smtp, envelope, raw, on_data)
        except (aiosmtplib.SMTPException, OSError) as error:
            self._drop()
            return self._lost(error)
        self._carried += 1
        if isinstance(outcome, Sent):
            return outcome
        await self._reset(smtp, outcome)
        return outcome

    def _lost(self, error: Exception) -> Outcome:
        """What an error means at the stage where it came."""
        words = heard(str(error)) or type(error).__name__
        if isinstance(error, aiosmtplib.SMTPResponseException):
            return outcome_of(error.code, error.message, self._stage)
        if self._written:
            return InDoubt(f"the connection ended before the answer to the message: {words}")
        if isinstance(error.__cause__, ssl.SSLCertVerificationError) or isinstance(error, ssl.SSLCertVerificationError):
            return unreachable(f"{self._server.host}: {_CA_REFUSED}: {words}", SERVER_PAUSE)
        if self._stage in ("connect", "hello", "auth"):
            return unreachable(words)
        return Deferred(0, f"the connection ended at {self._stage.upper()}: {words}", cause="network")

    async def _transaction(self, smtp: aiosmtplib.SMTP, envelope: Envelope, raw: bytes, on_data: OnData) -> Outcome:
        limit = smtp.esmtp_extensions.get("size", "").split(" ")[0]
        if limit.isdecimal() and 0 < int(limit) < len(raw):
            return Refused(552, f"{len(raw)} octets are more than the {limit} that the server takes")
        learned = {}
        sender = self._sender(envelope)
        refused = await self._addressed(smtp, sender, envelope, len(raw))
        may_be_null = refused is not None and sender is None and self._envelope == "auto"
        if refused and may_be_null and refuses_null_sender(refused.code, self._stage, refused.message):
            await smtp.rset(timeout=self._limits.command)
            sender = envelope.me
            refused = await self._addressed(smtp, sender, envelope, len(raw))
            if refused is None:
                self._null_sender = False
                learned["null_sender"] = False
        if refused:
            return outcome_of(refused.code, refused.message, self._stage)
        outcome = await self._body(smtp, raw, on_data)
        if isinstance(outcome, Sent):
            return Sent(outcome.code, outcome.text, sender.spec if sender else "", learned)
        return outcome

    def _sender(self, envelope: Envelope) -> Address | None:
        """The reverse path: None is `<>` (RFC 3834 3.3)."""
        if envelope.bounces or self._envelope == "me" or (self._envelope == "auto" and self._null_sender is False):
            return envelope.me
        return None

    async def _addressed(
        self, smtp: aiosmtplib.SMTP, sender: Address | None, envelope: Envelope, size: int
    ) -> aiosmtplib.SMTPResponseException | None:
        """MAIL and RCPT; the refusal, if there was one, with the stage left where it was."""
        wait = self._limits.command
        self._stage = "mail"
        crash.point("smtp.mail.before")
        try:
            options = [f"SIZE={size}"] if smtp.supports_extension("size") else []
            await smtp.mail(sender.spec if sender else "", options=options, timeout=wait)
            self._stage = "rcpt"
            quiet = not envelope.bounces and smtp.supports_extension("dsn")
            await smtp.rcpt(envelope.rcpt.spec, options=["NOTIFY=NEVER"] if quiet else [], timeout=wait)
        except (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPRecipientRefused) as refused:
            return refused
        crash.point("smtp.mail.after")
        return None

    async def _body(self, smtp: aiosmtplib.SMTP, raw: bytes, on_data: OnData) -> Outcome:
        """DATA, then the body: from its first octet to the answer, every loss is a doubt."""
        self._stage = "data"
        crash.point("smtp.data.before")
        go = await smtp.execute_command(b"DATA", timeout=self._limits.command)
        if go.code != aiosmtplib.SMTPStatus.start_input:
            return outcome_of(go.code if go.code >= 400 else -1, go.message, "data")  # noqa: PLR2004 — 2xx is no answer to DATA
        await on_data()
        crash.point("smtp.data.after")
        protocol = smtp.protocol
        if protocol is None or not protocol.is_connected:
            raise aiosmtplib.SMTPServerDisconnected("it was closed before the first octet of the message")
        self._stage = "body"
        self._written = True
        protocol.write(_LINE_START_DOT.sub(b"..", raw) + (b".\r\n" if raw.endswith(b"\r\n") else b"\r\n.\r\n"))
        crash.point("smtp.dot.before")
        answer = await protocol.read_response(timeout=self._limits.body)
        crash.point("smtp.dot.after")
        return outcome_of(answer.code, answer.message, "body")

    # -- the connection

    async def _connected(self) -> aiosmtplib.SMTP | Deferred:
        """The connection that is there, or a new one, signed in; or why there is none."""
        if self._smtp is not None and self._smtp.is_connected and self._carried < self._limits.messages:
            return self._smtp
        await self._say_goodbye()
        self._stage = "connect"
        if self._server.tls is Tls.NONE and not (is_loopback(self._server.host) or self._server.allow_cleartext):
            return unreachable(
                f"{self._server.host}: a connection without TLS leaves this machine only if allowed", SERVER_PAUSE
            )
        crash.point("smtp.connect.before")
        smtp = self._smtp = aiosmtplib.SMTP(
            hostname=self._server.host,
            port=self._server.port,
            use_tls=self._server.tls is Tls.IMPLICIT,
            start_tls=self._server.tls
            is Tls.STARTTLS,  # True is mandatory; None, the default, could be talked out of it
            tls_context=await self._context(),
            local_hostname=_MY_NAME,
            timeout=self._limits.connect,
        )
        self._carried = 0
        await smtp.connect()
        smtp.timeout = self._limits.command
        crash.point("smtp.connect.after")
        return await self._signed_in(smtp)

    async def _signed_in(self, smtp: aiosmtplib.SMTP) -> aiosmtplib.SMTP | Deferred:
        self._stage = "hello"
        await self._greet(smtp)
        self._stage = "auth"
        server = self._server
        wants = server.user is not None and (server.oauth is not None or server.password is not None)
        if not wants or self._needs_no_sign_in(smtp):
            return smtp
        try:
            await self._sign_in(smtp, server.user or "")
        except NotNow as later:
            return unreachable(str(later), later.retry_after or CONNECT_PAUSE)
        except TriagedError as error:
            return unreachable(str(error), AUTH_PAUSE, "auth")
        return smtp

    def _needs_no_sign_in(self, smtp: aiosmtplib.SMTP) -> bool:
        """A server on this machine that offers none; or, like sendmail without TLS, none in which a password could be read."""
        server, offered = self._server, set(smtp.esmtp_extensions.get("auth", "").lower().split())
        unreadable = server.tls is Tls.NONE and server.oauth is None and offered <= _CHALLENGES
        return is_loopback(server.host) and (not smtp.supports_extension("auth") or (bool(offered) and unreadable))

    async def _greet(self, smtp: aiosmtplib.SMTP) -> None:
        try:
            await smtp.ehlo(timeout=self._limits.command)
        except aiosmtplib.SMTPHeloError:
            if not smtp.is_connected:
                raise
            await smtp.helo(timeout=self._limits.command)

    async def _sign_in(self, smtp: aiosmtplib.SMTP, user: str) -> None:
        """One method, one attempt: trying them all would count as several wrong passwords."""
        offered = smtp.server_auth_methods
        if self._server.oauth is not None and self._token is not None:
            token = await self._token()
            self._hidden = Hidden(user, token)
            await self._sign_in_with(smtp, user, token)
        elif self._password is None:
            raise _NoWayInError("no password is configured")
        elif "plain" in offered or "login" in offered:
            password = await self._password()
            self._hidden = Hidden(user, password)
            await (smtp.auth_plain if "plain" in offered else smtp.auth_login)(user, password)
        else:
            methods = ", ".join(offered) or "no AUTH at all"
            raise _NoWayInError(f"{self._server.host} offers {methods}; PLAIN or LOGIN is needed")

    async def _sign_in_with(self, smtp: aiosmtplib.SMTP, user: str, token: str) -> None:
        """XOAUTH2, with what the server's challenge says of a refusal told."""
        self._shown = token
        answer = await smtp.execute_command(b"AUTH", b"XOAUTH2", base64.b64encode(xoauth2(user, token)))
        told = ""
        if answer.code == aiosmtplib.SMTPStatus.auth_continue:
            told = " — " + refusal_in_words(answer.message.encode())
            answer = await smtp.execute_command(b"")
        if answer.code == aiosmtplib.SMTPStatus.auth_successful:
            return
        raise aiosmtplib.SMTPAuthenticationError(answer.code, answer.message + told)

    async def _context(self) -> ssl.SSLContext | None:
        """Certificates are always checked; `trust_ca` is trusted beside the system's."""
        if self._server.tls is not Tls.NONE and self._tls is None:
            self._tls = await asyncio.to_thread(ssl.create_default_context)
            if self._server.trust_ca is not None:
                await asyncio.to_thread(self._tls.load_verify_locations, str(self._server.trust_ca))
        return self._tls

    async def _reset(self, smtp: aiosmtplib.SMTP, outcome: Outcome) -> None:
        """Make the connection fit for the next message, or let it go."""
        if isinstance(outcome, InDoubt) or not smtp.is_connected or getattr(outcome, "account_wide", False):
            self._drop()
            return
        try:
            await smtp.rset(timeout=self._limits.command)
        except (aiosmtplib.SMTPException, OSError):
            self._drop()

    def _idle_on(self) -> None:
        if self._smtp is not None and self._smtp.is_connected:
            self._idle = asyncio.get_running_loop().call_later(self._limits.idle, self._hang_up)

    def _stop_idling(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    async def _say_goodbye(self) -> None:
        try:
            if self._smtp is not None and self._smtp.is_connected:
                with suppress(aiosmtplib.SMTPException, OSError):
                    await self._smtp.quit(timeout=_GOODBYE)
        finally:
            self._drop()  # also where nobody waits for the answer any longer

    def _hang_up(self) -> None:
        """QUIT without waiting for an answer, from a timer."""
        if self._smtp is not None and self._smtp.protocol is not None:
            with suppress(aiosmtplib.SMTPException, OSError):
                self._smtp.protocol.write(b"QUIT\r\n")
        self._drop()

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None


def _expiry(smtp: aiosmtplib.SMTP) -> datetime | None:
    """Until when the server's certificate is valid; None: the line is not encrypted."""
    channel = smtp.transport.get_extra_info("ssl_object") if smtp.transport is not None else None
    told = (channel.getpeercert() or {}).get("notAfter") if channel is not None else None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(told), UTC) if told else None


class _NoWayInError(TriagedError):
    """There is no sign-in that both sides know."""


__all__ = ["Limits", "OnData", "Secret", "SmtpDelivery", "is_loopback"]
