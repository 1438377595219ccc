"""What the mailbox tells the other rooms: plain frozen values."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from typing import Literal

from triaged.core.message import Message, read

Role = Literal["sent", "drafts", "trash", "junk", "archive", "all", "snoozed"]
"""A special use of a folder (RFC 6154)."""

NO_DATE = datetime(1970, 1, 1, tzinfo=UTC)
"""The arrival of a message whose INTERNALDATE is missing or unreadable: so old that no reply goes out."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message lies within a folder."""

    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True)
class Selected:
    """The folder that was selected (RFC 3501 6.3.1)."""

    uidvalidity: int
    uidnext: int | None  # some servers (163.com) do not say
    exists: int
    keywords: bool  # keywords of our own stay (PERMANENTFLAGS has \*)
    read_only: bool
    modseq: int = 0  # HIGHESTMODSEQ (RFC 7162 3.1.2.1); 0: the server keeps none


@dataclass(frozen=True, slots=True)
class FolderStatus:
    """A folder looked at from outside (RFC 3501 6.3.10)."""

    uidvalidity: int
    uidnext: int | None
    exists: int


@dataclass(frozen=True, slots=True)
class FolderInfo:
    """A folder as LIST tells it."""

    name: str  # decoded, as the server joins it
    role: Role | None
    delimiter: str  # "" where there is no hierarchy
    selectable: bool
    told: bool = False  # the role is the server's word (RFC 6154), not that of a usual name


@dataclass(frozen=True, slots=True)
class Fetched:
    """A message as it was read, never marked as seen by that.

    `header` ends with the blank line; it is empty if the server would not give it: the message is unreadable.
    `body` is what `core.message.read` takes: the first 16 KB of the body; or, where those hold no text, a body
    of the same boundary with every part's header (name and type), the first 16 KB of the text part, and all other
    parts empty. `complete` says that header and body are the whole message.
    """

    uid: int
    flags: frozenset[str]
    arrived: datetime  # INTERNALDATE, aware UTC
    size: int  # octets of the whole message
    header: bytes
    body: bytes
    complete: bool
    server_id: str | None = None  # what the server knows it by in all folders: X-GM-MSGID at Gmail
    defects: tuple[
        str, ...
    ] = ()  # words of `core.message.DEFECTS`: what is wrong with the structure as the server tells it

    @property
    def came(self) -> datetime:
        """When it came, at the latest: what a hand or a program files anew may get a new INTERNALDATE, and keeps its Received."""
        received = read(self.header).received
        return min(self.arrived, received) if received is not None else self.arrived

    @property
    def is_withheld(self) -> bool:
        """Whether there is a message of which the server gives no header."""
        return not self.header and self.size > 0

    def as_message(self) -> Message:
        """The message as far as it was read."""
        message = read(self.header, self.body, size=self.size, complete=self.complete)
        return replace(message, header_defects=(*message.header_defects, *self.defects)) if self.defects else message


class IdleEnd(Enum):
    """Why waiting for mail ended."""

    READABLE = "readable"  # the server said something: look for mail
    WOKEN = "woken"
    TIMED_OUT = "timed out"
