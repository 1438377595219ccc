"""What people do in their mail clients, over IMAP, on whichever server: store, look, flag, move, delete."""

import contextlib
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

import imapclient


class Stored(NamedTuple):
    """A message as it lies in a folder."""

    uid: int
    flags: frozenset[str]
    raw: bytes
    arrived: datetime


class Mailboxes(Protocol):
    """An IMAP server on loopback with mailboxes on demand, and a mail client for each."""

    host: str
    password: str
    imap: int  # the port, in cleartext
    prefix: str  # of all folders but INBOX, as the server names them

    def new_user(self, name: str = "") -> str:
        """A mailbox that nobody has used: its login name."""
        ...

    def real(self, folder: str) -> str:
        """A folder's name on this server, by the plain one or itself."""
        known = folder == "INBOX" or (self.prefix and folder.startswith(self.prefix))
        return folder if known else self.prefix + folder

    def password_of(self, user: str) -> str:
        """With which the user signs in."""
        return self.password

    @contextlib.contextmanager
    def client(self, user: str, folder: str = "") -> Iterator[imapclient.IMAPClient]:
        """A mail client of the person's own, signed in, with a folder selected."""
        with imapclient.IMAPClient(self.host, self.imap, ssl=False, timeout=30) as client:
            client.login(user, self.password_of(user))
            client.normalise_times = False
            if folder:
                client.select_folder(folder)
            yield client

    def append(
        self,
        user: str,
        folder: str,
        raw: bytes,
        internaldate: datetime | None = None,
        flags: Sequence[str] = (),
    ) -> int:
        """By IMAP, as a mail client stores; gives the UID."""
        with self.client(user) as client:
            if not client.folder_exists(folder):
                client.create_folder(folder)
            said = client.append(folder, raw, flags, internaldate)
        found = re.search(rb"APPENDUID \d+ (\d+)", said)
        return int(found[1]) if found else self.messages(user, folder)[-1].uid

    def folders(self, user: str) -> dict[str, frozenset[str]]:
        """Names and attributes of the user's folders."""
        with self.client(user) as client:
            return {name: frozenset(a.decode() for a in attributes) for attributes, _, name in client.list_folders()}

    def messages(self, user: str, folder: str = "INBOX") -> list[Stored]:
        """What lies in a folder, by UID; nothing if there is no such folder. Looking changes no flag."""
        with self.client(user) as client:
            if not client.folder_exists(folder):
                return []
            client.select_folder(folder, readonly=True)
            uids = client.search("ALL")
            found = client.fetch(uids, ["FLAGS", "BODY.PEEK[]", "INTERNALDATE"]) if uids else {}
        return [
            Stored(uid, flags_of(data[b"FLAGS"]), data[b"BODY[]"], data[b"INTERNALDATE"].astimezone(UTC))
            for uid, data in sorted(found.items())
        ]

    def flag(self, user: str, folder: str, uid: int, *add: str, remove: Sequence[str] = ()) -> None:
        """Set and take away flags, as a person's mail client does."""
        with self.client(user, folder) as client:
            if add:
                client.add_flags([uid], add)
            if remove:
                client.remove_flags([uid], remove)

    def move(self, user: str, folder: str, uid: int, target: str) -> None:
        """Drag a message into another folder; where the server cannot move, as mail clients do it then."""
        with self.client(user, folder) as client:
            if client.has_capability("MOVE"):
                client.move([uid], target)
            else:
                client.copy([uid], target)
                client.delete_messages([uid])
                _expunge(client, uid)

    def delete(self, user: str, folder: str, uid: int) -> None:
        """Delete a message for good."""
        with self.client(user, folder) as client:
            client.delete_messages([uid])
            _expunge(client, uid)


def flags_of(flags: Sequence[bytes]) -> frozenset[str]:
    """Flags as texts, without \\Recent, which belongs to a session and not to the message."""
    return frozenset(flag.decode() for flag in flags) - {"\\Recent"}


def _expunge(client: imapclient.IMAPClient, uid: int) -> None:
    if client.has_capability("UIDPLUS"):
        client.uid_expunge([uid])
    else:
        client.expunge()
