"""`triaged report --from-mailbox`: the time before triaged, read from the server. Nothing is marked as seen."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from triaged.cli.imap_source import all_of
from triaged.config import Loaded
from triaged.core.settings import Person
from triaged.rehearse import earlier
from triaged.report.report import Past

_CONTEXT = timedelta(days=90)
"""How much further back is read: what was asked then may still be open when the period begins."""


def with_earlier(
    loaded: Loaded,
    past: Past,
    person: Person,
    key: str,
    known: Collection[str],
    client: str | None,
    folders: Sequence[str],
) -> Past:
    """The past with what the mailbox knows beside it. `folders`: to be read besides the watched ones and Sent.

    Raises:
        Failed: there is no such folder, or nobody knows where sent mail lies.
        MailboxError: a server cannot be reached.
    """
    mail = [found for account in person.accounts for found in all_of(loaded, account, folders, past.since - _CONTEXT)]
    return earlier.with_earlier(past, mail, person, key, known, client)
