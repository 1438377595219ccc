"""`triaged report --from-mailbox`: the time before triaged, read from the server. Nothing is marked as seen."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from triaged.cli.imap_source import all_of
from triaged.config import Loaded
from triaged.core.settings import Person
from triaged.rehearse.earlier import Found

_CONTEXT = timedelta(days=90)
"""How much further back is read: what was asked then may still be open when the period begins."""


def mail_of(loaded: Loaded, person: Person, folders: Sequence[str], since: datetime) -> list[Found]:
    """Her mail since then, and what may still have been open. `folders`: to be read besides the watched ones and Sent.

    Raises:
        Failed: there is no such folder, or nobody knows where sent mail lies.
        MailboxError: a server cannot be reached.
    """
    return [found for account in person.accounts for found in all_of(loaded, account, folders, since - _CONTEXT)]
