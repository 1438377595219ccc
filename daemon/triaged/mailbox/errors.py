"""What can go wrong with a mailbox, in our own words.

In: what imaplib, IMAPClient, ssl and the socket raise. Out: one family under `MailboxError`.
Never: a library's exception across this room's door; a password or a token in a message.
"""

import imaplib
import re
from datetime import datetime, timedelta

from imapclient.exceptions import ProtocolError

from triaged.core.errors import TriagedError
from triaged.core.heard import Hidden, heard


class MailboxError(TriagedError):
    """The root of this room's family."""


class Lost(MailboxError):
    """The connection is dead or could not be had. What a running command did is unknown, not undone."""

    goodbye = False  # the server has ended it with a word (BYE)


class Unreachable(Lost):
    """There was no connection at all: nobody was asked to sign anybody in."""


class Garbled(Lost):
    """What the server sent could not be understood or was beyond all bounds; the connection was given up."""


class TooMuch(Garbled):
    """A value within a response is larger than is kept. Who reads it drops the response; the connection lives on."""


class Insecure(MailboxError):
    """The connection cannot be secured as configured. Nothing secret was sent."""


class CertificateRejected(Insecure):
    """The server's certificate is expired, of another host, or signed by nobody we trust."""

    def __init__(self, text: str, *, fingerprint: str | None = None, expires: datetime | None = None) -> None:
        super().__init__(text)
        self.fingerprint = fingerprint  # SHA-256 of the certificate, "AA:BB:…"
        self.expires = expires  # its notAfter, aware UTC


class AuthFailed(MailboxError):
    """The server refused the credentials. To be tried again seldom: accounts get locked."""

    def __init__(self, text: str, *, code: str = "") -> None:
        super().__init__(text)
        self.code = code  # RFC 5530, "" if none


class SignInNeeded(AuthFailed):
    """There is no token to sign in with until a person has acted; the server was not asked."""


class TokenNotTaken(AuthFailed):
    """The server refused an access token, and the new one that was had for it too."""


class Throttled(MailboxError):
    """The server asks for a pause; `retry_after` is its own figure, None if it named none."""

    def __init__(self, text: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class TokenLater(Throttled):
    """There is no token at the moment: its endpoint asks for a pause; the server was not asked."""


class Unavailable(MailboxError):
    """The server says "later": too many connections, maintenance, a mailbox that is not connected."""

    def __init__(self, text: str, *, code: str = "") -> None:
        super().__init__(text)
        self.code = code


class Refused(MailboxError):
    """A clean tagged NO or BAD: the command was not done, the connection lives on."""

    def __init__(self, text: str, *, code: str = "") -> None:
        super().__init__(text)
        self.code = code  # RFC 5530 and others, upper case: OVERQUOTA, TRYCREATE, NONEXISTENT, CANNOT, NOPERM, BAD, …
        self.text = text


class NotMovable(MailboxError):
    """This server has neither MOVE nor a working UID EXPUNGE: nothing can be moved without risk."""


class PollInstead(MailboxError):
    """The server has no IDLE, or refuses it: look for new mail at intervals."""


# RFC 5530: the mailbox or the server is at fault for the moment, not the command.
_LATER = frozenset({"UNAVAILABLE", "INUSE", "SERVERBUG", "CONTACTADMIN"})
_SIGN_IN_LATER = _LATER | {"LIMIT"}  # of connections; in a command it is one of flags, and does not pass
# Gmail, Dovecot, Exchange, Microsoft 365, GMX, Courier: said in prose only.
_LATER_WORDS = re.compile(
    r"too many (?:simultaneous |concurrent |open )?connections|maximum number of connections|authenticated but not connected"
    r"|server (?:is )?unavailable|server (?:is )?busy|try again later|temporar(?:y|ily)|zu viele zugriffsversuche"
    r"|too many (?:login|authentication) attempts|too many logins|exceeded command or bandwidth limits|rate limit|service not available",
    re.IGNORECASE,
)
_THROTTLED = re.compile(r"throttl|suggested backoff", re.IGNORECASE)
_BACKOFF = re.compile(r"backoff time:?\s*(\d{1,10})\s*(milliseconds|ms|seconds|s)\b", re.IGNORECASE)
_CODE = re.compile(r"\[([A-Za-z][A-Za-z0-9-]*)")


def response_code(text: str) -> str:
    """The response code in a server's text (RFC 3501 7.1, RFC 5530), upper case; "" if there is none."""
    found = _CODE.search(text)
    return found[1].upper() if found else ""


def hushed(error: MailboxError, hidden: Hidden) -> MailboxError:
    """The error without what signed us in: some servers repeat commands, at once or later."""
    error.args = (hidden.out_of(str(error)), *error.args[1:])
    if isinstance(error, Refused):
        error.text = hidden.out_of(error.text)
    return error


def _retry_after(text: str) -> timedelta | None:
    found = _BACKOFF.search(text)
    if found is None:
        return None
    unit = "milliseconds" if found[2].lower().startswith("m") else "seconds"
    return timedelta(**{unit: int(found[1])})


def _pause(text: str, later: frozenset[str] = _LATER) -> Throttled | Unavailable | None:
    """The server's "later", in a code or in prose."""
    if _THROTTLED.search(text):
        return Throttled(text, retry_after=_retry_after(text))
    code = response_code(text)
    if code in later or _LATER_WORDS.search(text):
        return Unavailable(text, code=code)
    return None


def refusal(status: str, text: str) -> MailboxError:
    """The error for a tagged NO or BAD with that text, in any command but those that sign in."""
    text = heard(text)
    return _pause(text) or Refused(text, code=response_code(text) or ("BAD" if status == "BAD" else ""))


def farewell(text: str) -> MailboxError:
    """The error for an untagged BYE."""
    text = heard(text)
    lost = Lost(f"the server said goodbye: {text}")
    lost.goodbye = True
    return _pause(text, _SIGN_IN_LATER) or lost


def sign_in_refusal(text: str) -> MailboxError:
    """The error for a tagged NO or BAD to LOGIN or AUTHENTICATE.

    Servers say "too many connections" in the same breath as "wrong password" (seen: Gmail, Microsoft 365,
    Dovecot); only what is left counts as wrong credentials.
    """
    text = heard(text)
    code = response_code(text)
    if code == "PRIVACYREQUIRED":
        return Insecure(f"the server takes no password on an unencrypted connection: {text}")
    return _pause(text, _SIGN_IN_LATER) or AuthFailed(f"the server refused to sign us in: {text}", code=code)


# Whatever parsing of remote data may raise; the connection's state is unknown after any of them.
POISON = (
    ProtocolError,
    MemoryError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    RecursionError,
)


FOREIGN = (imaplib.IMAP4.error, OSError, EOFError, *POISON)
"""What the libraries raise: whatever it was, the connection is not to be used again."""


def translate(error: BaseException) -> MailboxError:
    """Our error for one of `FOREIGN`."""
    text = heard(str(error))
    if isinstance(error, imaplib.IMAP4.error):
        return _pause(text) or Lost(text)
    if isinstance(error, TimeoutError):
        return Lost("the server did not answer in time")
    if isinstance(error, (OSError, EOFError)):  # before POISON: a certificate error is a ValueError too
        return Lost(text or type(error).__name__)
    return Garbled(f"the server's answer makes no sense ({type(error).__name__}: {text})")
