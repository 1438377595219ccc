"""What a server's answer means: code, text and the stage of the transaction go in, an `Outcome` comes out.

4xx may be tried again and 5xx may not (RFC 5321 4.2.1), but for the exceptions below, each of which some server makes.
"""

import re
from datetime import timedelta
from typing import Literal

from triaged.core.heard import LONGEST, heard
from triaged.delivery.outcome import Cause, Deferred, InDoubt, Outcome, Refused, Sent

Stage = Literal["connect", "hello", "auth", "mail", "rcpt", "data", "body"]

_BEFORE_MAIL: frozenset[Stage] = frozenset({"connect", "hello", "auth"})

AUTH_PAUSE = timedelta(minutes=15)
"""A wrong password must not be tried until the account is locked."""

CONNECT_PAUSE = timedelta(minutes=1)
THROTTLE_PAUSE = timedelta(hours=1)
SERVER_PAUSE = timedelta(minutes=15)

_MOST_TRIES = 3
_LONGEST_PAUSE = timedelta(hours=6)
_LONGEST_TEXT = LONGEST - 1  # and the sign that there was more
_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_BACKOFF = re.compile(r"Backoff Time: (\d{1,9}) milliseconds", re.IGNORECASE)
_AUTH_CODES = frozenset({530, 534, 535, 538})
_AUTH_STATUS = frozenset({"5.7.30", "5.7.8", "5.7.9", "5.7.14"})  # 5.7.30: basic authentication is switched off
_THROTTLE = frozenset({(432, "4.3.2"), (550, "5.4.5"), (550, "5.4.6"), (421, "4.7.28")})
# Exchange, of a token that has ended while the connection was open
_NOT_SIGNED_IN = re.compile(r"\b5\.7\.57\b|not authenticated|authentication (?:required|unsuccessful)", re.IGNORECASE)
# 550 5.5.0: servers that mean 4xx; 552 5.2.2: a full mailbox, which its owner may empty.
_SOFT = frozenset({(550, "5.5.0"), (552, "5.2.2")})


def outcome_of(code: int, text: str, stage: Stage) -> Outcome:
    """Read a server's answer at a stage of the transaction. To the body, any 2xx is yes (RFC 5321 4.3.2)."""
    said = heard(text, _LONGEST_TEXT)
    if not 200 <= code <= 599 or (stage == "body" and 300 <= code <= 399):  # noqa: PLR2004 — the classes of RFC 5321 4.2.1
        return _garbage(said, stage)
    if stage == "body" and (code < 300 or "DuplicateDelivery" in text):  # noqa: PLR2004 — see above
        return Sent(code, said)
    found = _ENHANCED.search(text)
    status = found[1] if found else ""
    return _of_account(code, status, said, stage) or _of_message(code, status, said)


def _garbage(said: str, stage: Stage) -> Outcome:
    words = f"no answer that could be read: {said}"
    if stage == "body":
        return InDoubt(words)
    return unreachable(words, cause="server") if stage in _BEFORE_MAIL else Deferred(0, words)


def _of_account(code: int, status: str, said: str, stage: Stage) -> Deferred | None:
    """What would befall every message of the account."""
    if code in _AUTH_CODES or status in _AUTH_STATUS or (stage == "auth" and code >= 500):  # noqa: PLR2004 — see above
        return Deferred(code, said, AUTH_PAUSE, account_wide=True, cause="auth")
    backoff = _BACKOFF.search(said)
    if backoff:
        pause = min(timedelta(milliseconds=int(backoff[1])), _LONGEST_PAUSE)
        return Deferred(code, said, pause, account_wide=True, cause="throttle")
    if (code, status) in _THROTTLE or "SubmissionQuotaExceeded" in said:
        return Deferred(code, said, THROTTLE_PAUSE, account_wide=True, cause="throttle")
    if "SendAsDenied" in said:
        return Deferred(code, said, THROTTLE_PAUSE, account_wide=True, cause="auth")
    if stage in _BEFORE_MAIL:
        pause = SERVER_PAUSE if code >= 500 else CONNECT_PAUSE  # noqa: PLR2004 — see above
        return Deferred(code, said, pause, account_wide=True)
    return None


def _of_message(code: int, status: str, said: str) -> Deferred | Refused:
    if (code, status) in _SOFT:
        return Deferred(code, said, cause="message", most_tries=_MOST_TRIES)
    if code >= 500:  # noqa: PLR2004 — see above
        return Refused(code, said)
    return Deferred(code, said, cause="message")


def unreachable(text: str, pause: timedelta = CONNECT_PAUSE, cause: Cause = "network") -> Deferred:
    """No conversation came about; the whole account waits."""
    return Deferred(0, heard(text, _LONGEST_TEXT), pause, account_wide=True, cause=cause)


def refuses_null_sender(code: int, stage: Stage, said: str = "") -> bool:
    """Whether an answer to MAIL or RCPT may mean that `<>` is not welcome: not one that says who is not."""
    if _NOT_SIGNED_IN.search(said):
        return False
    return stage in ("mail", "rcpt") and (500 <= code <= 504 or code == 530 or 550 <= code <= 554)  # noqa: PLR2004 — what servers are known to say
