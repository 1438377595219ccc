"""The check-up itself: connect as the daemon does, look at everything once, and say what follows.

In: an account, a connection that is not open yet, a way out, and what the ledger remembers. Out: a `Checkup`.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from triaged.core.errors import TriagedError
from triaged.core.settings import Account
from triaged.delivery import SmtpDelivery
from triaged.mailbox import AuthFailed, CertificateRejected, Insecure, MailboxError, Session, Throttled, Unavailable
from triaged.setup import expiry, foldercheck, imapcheck, mailcheck, smtpcheck
from triaged.setup.finding import Checkup, Finding


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger remembers of an account."""

    learned: Mapping[str, Any] = field(default_factory=dict)
    decided_after: tuple[timedelta, ...] = ()  # from the server's INTERNALDATE to our decision, of the last messages


async def check_up(
    account: Account, session: Session, delivery: SmtpDelivery | None, known: Known, now: datetime
) -> Checkup:
    """Look at an account's servers. Whatever they do ends in a finding.

    Args:
        account: as configured.
        session: not open yet; it is closed in the end.
        delivery: the way out; None: none is configured.
        known: what the ledger remembers.
        now: aware.
    """
    figures: dict[str, Any] = {}
    findings = await _of_the_mailbox(account, session, known, now, figures)
    findings += await smtpcheck.look(account, delivery, known.learned, session.profile, now, figures)
    return Checkup(account.label, account.login, tuple(findings), figures)


async def _of_the_mailbox(
    account: Account, session: Session, known: Known, now: datetime, figures: dict[str, Any]
) -> list[Finding]:
    began = time.monotonic()
    try:
        await session.open()
    except TriagedError as error:
        return [Finding("sign-in", "stop", str(error), _what_to_do(error))]
    took = time.monotonic() - began
    try:
        return [
            *imapcheck.signed_in(account, session, took, figures),
            *await imapcheck.answers(session, figures),
            *imapcheck.can(account, session, figures),
            *await foldercheck.look(account, session, figures),
            *await mailcheck.look(account, session, known.decided_after, now, figures),
            *expiry.certificate(account.imap, session.certificate_expires, now, "certificate", figures),
        ]
    except MailboxError as error:
        return [Finding("mailbox", "stop", str(error), "The server signed us in and then would not work on.")]
    finally:
        await session.close()


def _what_to_do(error: TriagedError) -> str:
    match error:
        case AuthFailed():
            return (
                "Check user and password. Many providers want a password made for this program (an app password), or that"
                " IMAP is switched on in their web interface."
            )
        case CertificateRejected():
            return (
                "Name the authority that issued it in trust_ca, or mend the server's certificate; it is never ignored."
            )
        case Insecure():
            return "Nothing is sent over a line that others can read."
        case Throttled() | Unavailable():
            return "Wait; the daemon tries again by itself, and not too often."
        case MailboxError():
            return "Check host, port and tls: 993 with implicit, 143 with starttls."
        case _:
            return "Put the password where the configuration says it is."
