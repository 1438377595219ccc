"""Mailboxes over IMAP: the one door to IMAPClient and imaplib.

In: where a server is and how to sign in. Out: messages, folders, moves, as values; errors of one family.
Never: a library's exception or a blocking call across this door.
"""

from triaged.mailbox.capabilities import Capabilities
from triaged.mailbox.commands import Patience
from triaged.mailbox.errors import (
    AuthFailed,
    CertificateRejected,
    Garbled,
    Insecure,
    Lost,
    MailboxError,
    NotMovable,
    PollInstead,
    Refused,
    SignInNeeded,
    Throttled,
    TokenLater,
    TokenNotTaken,
    Unavailable,
)
from triaged.mailbox.fetched import (
    Fetched,
    FolderInfo,
    FolderStatus,
    IdleEnd,
    Place,
    Role,
    Selected,
)
from triaged.mailbox.pools import Pools
from triaged.mailbox.rests import Backoff
from triaged.mailbox.session import Session

__all__ = [
    "AuthFailed",
    "Backoff",
    "Capabilities",
    "CertificateRejected",
    "Fetched",
    "FolderInfo",
    "FolderStatus",
    "Garbled",
    "IdleEnd",
    "Insecure",
    "Lost",
    "MailboxError",
    "NotMovable",
    "Patience",
    "Place",
    "PollInstead",
    "Pools",
    "Refused",
    "Role",
    "Selected",
    "Session",
    "SignInNeeded",
    "Throttled",
    "TokenLater",
    "TokenNotTaken",
    "Unavailable",
]
