"""Signing in.

In: a connected client and a password, or an access token. Out: an authenticated connection, or the reason in words.
Never: the password or token in an error or a log; a password on the command line that would need quoting tricks.
"""

import imaplib
import re
from dataclasses import dataclass, field

from triaged.core.bearer import oauthbearer, refusal_in_words, xoauth2
from triaged.core.heard import Hidden, heard
from triaged.mailbox.connection import Client
from triaged.mailbox.errors import (
    AuthFailed,
    Insecure,
    MailboxError,
    Refused,
    farewell,
    sign_in_refusal,
)


@dataclass(frozen=True, slots=True)
class Password:
    """Sign in with a password."""

    user: str
    password: str = field(repr=False)

    @property
    def hidden(self) -> Hidden:
        """What may not be repeated."""
        return Hidden(self.user, self.password)


@dataclass(frozen=True, slots=True)
class Token:
    """Sign in with an OAuth 2 access token."""

    user: str
    token: str = field(repr=False)

    @property
    def hidden(self) -> Hidden:
        """What may not be repeated."""
        return Hidden(self.user, self.token)


Credentials = Password | Token

_PLAINLY_QUOTABLE = re.compile(r"[\x20-\x7e]*")


def sign_in(client: Client, credentials: Credentials) -> None:
    """Authenticate. Blocking.

    Raises:
        AuthFailed, Throttled, Unavailable: by the server's answer (servers mix them up, `errors` tells them apart).
        Insecure: the server takes no password here.
        Lost: the connection died meanwhile.
    """
    offered = {each for each in client.imap.capabilities if each.startswith("AUTH=") or each == "LOGINDISABLED"}
    hidden, challenge = credentials.hidden, list[bytes]()
    try:
        match credentials:
            case Password(user, password):
                _with_password(client, offered, user, password)
            case Token(user, token):
                _with_token(client, offered, (user, token), challenge)
    except imaplib.IMAP4.abort as error:
        raise farewell(hidden.out_of(str(error))) from None
    except imaplib.IMAP4.error as error:
        # the cause would carry what the server said, and some echo the command
        # IMAPClient's LoginError hides an abort (EOF, BYE) in its context
        text = hidden.out_of(_said(str(error)))
        if isinstance(error.__context__, imaplib.IMAP4.abort):
            raise farewell(text) from None
        raise _with_challenge(sign_in_refusal(text), challenge, hidden) from None


def _with_password(client: Client, offered: set[str], user: str, password: str) -> None:
    quotable = _PLAINLY_QUOTABLE.fullmatch(user) and _PLAINLY_QUOTABLE.fullmatch(password)
    if "LOGINDISABLED" not in offered and quotable:
        client.login(user, password)
    elif "AUTH=PLAIN" in offered:  # RFC 4616: UTF-8, no quoting
        client.plain_login(user, password)
    elif not quotable:
        raise AuthFailed("the password has characters that this server has no way to take (no AUTH=PLAIN)")
    else:
        raise Insecure("the server takes no password on this connection (LOGINDISABLED)")


def _with_token(client: Client, offered: set[str], who: tuple[str, str], challenge: list[bytes]) -> None:
    if "AUTH=XOAUTH2" in offered:
        first, after_error = xoauth2(*who), b""
        client.sasl_login("XOAUTH2", _answers(first, after_error, challenge))
    elif "AUTH=OAUTHBEARER" in offered:  # RFC 7628 3.1; 3.2.3: an error is answered with one %x01
        first, after_error = oauthbearer(*who), b"\x01"
        client.sasl_login("OAUTHBEARER", _answers(first, after_error, challenge))
    else:
        raise Refused("the server offers no sign-in with OAuth (neither XOAUTH2 nor OAUTHBEARER)")


def _answers(first: bytes, after_error: bytes, challenge: list[bytes]) -> object:
    answers = iter((first,))

    def answer(said: bytes) -> bytes:
        if (reply := next(answers, None)) is not None:
            return reply
        challenge.append(said)
        return after_error

    return answer


_QUOTED_BYTES = re.compile(r"""\Ab(['"])(.*)\1\Z|\[b(['"])(.*)\3\]\Z""", re.DOTALL)


def _said(text: str) -> str:
    """The server's words out of imaplib's: "b'[CODE] no'", "LOGIN command error: BAD [b'no']"."""
    found = _QUOTED_BYTES.search(text)
    return (found[2] or found[4] or "") if found else text


def _with_challenge(error: MailboxError, challenge: list[bytes], hidden: Hidden) -> MailboxError:
    """The error with what the server's JSON said (RFC 7628 3.2.2: status, scope, openid-configuration)."""
    if not isinstance(error, AuthFailed) or not challenge:
        return error
    told = heard(hidden.out_of(refusal_in_words(challenge[0])))
    return AuthFailed(f"{error} — {told}", code=error.code)
