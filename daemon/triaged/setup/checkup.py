"""The check-up itself: connect as the daemon does, look at everything once, and say what follows. Out: a `Checkup`."""

import time

from triaged.core.errors import TriagedError
from triaged.mailbox import AuthFailed, CertificateRejected, Insecure, MailboxError, Throttled, Unavailable
from triaged.setup import foldercheck, imapcheck, mailcheck, smtpcheck
from triaged.setup.examination import Examination
from triaged.setup.expiry import Certificate
from triaged.setup.finding import Checkup, Finding


async def check_up(of: Examination) -> Checkup:
    """Look at an account's servers. Whatever they do ends in a finding."""
    findings = await _of_the_mailbox(of)
    findings += await smtpcheck.look(of)
    return Checkup(of.account.label, of.account.login, tuple(findings), of.figures)


async def _of_the_mailbox(of: Examination) -> list[Finding]:
    session = of.session
    began = time.monotonic()
    try:
        await session.open()
    except TriagedError as error:
        return [Finding("sign-in", "stop", str(error), _what_to_do(error))]
    took = time.monotonic() - began
    try:
        return [
            *imapcheck.signed_in(of, took),
            *await imapcheck.answers(of),
            *imapcheck.can(of),
            *await foldercheck.look(of),
            *await mailcheck.look(of),
            *Certificate("certificate", of.account.imap, session.certificate_expires).findings(of),
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
