"""GNU mailutils' imap4d on loopback: neither MOVE nor UIDPLUS, no `n:*` in a search, numbers of its own mind."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from server.enclosure import Enclosure
from server.mailboxes import Mailboxes
from server.processes import HOST, free_port, greets, until

PASSWORD = "a password of the tests"


@dataclass(frozen=True, slots=True)
class MailutilsVariant:
    """In what it keeps an inbox; other folders are files beside it."""

    storage: Literal["mbox", "maildir"] = "mbox"

    @property
    def prefix(self) -> str:
        """Of all folders but INBOX, as the server names them."""
        return ""


_SCRIPT = """\
ldconfig
mkdir -p /var/mail
chmod 1777 /var/mail
cat >/etc/imap4d.conf <<'END'
server "{host}:{imap}" {{ tls-mode no; }};
mailbox {{ mailbox-pattern "{storage}:/var/mail/${{user}}"; mailbox-type {storage}; }};
auth {{ authentication "generic:system"; authorization system; }};
logging {{ syslog no; }};
login-disabled no;
END
exec imap4d --foreground --daemon=200 --config-file=/etc/imap4d.conf --no-site-config 2>/dev/null
"""
_NEW_USER = """\
useradd --create-home --password "$(openssl passwd -6 -stdin)" {user}
"""


class Mailutils(Mailboxes):
    """One server in an enclosure of its own. `start` it, `close` it; mailboxes come into being with `new_user`."""

    host = HOST
    password = PASSWORD

    def __init__(self, variant: MailutilsVariant) -> None:
        self._enclosure = Enclosure("mailutils", "mailutils-imap4d")
        self.variant = variant
        self.prefix = variant.prefix
        self.imap = free_port()
        self._users = 0
        self._changed = 0  # the second at which a Maildir last changed, as its folders say

    def start(self) -> None:
        """Bring it up; returns when it greets."""
        self._enclosure.start(_SCRIPT.format(host=self.host, imap=self.imap, storage=self.variant.storage))
        until(lambda: greets(self.imap, b"* OK"), 30, "imap4d greets")

    def close(self) -> None:
        """End it at once; nothing is left."""
        self._enclosure.close()

    def new_user(self, name: str = "") -> str:
        """A mailbox that nobody has used: its login name."""
        self._users += 1
        user = name or f"user{self._users}"
        self._enclosure.run(_NEW_USER.format(user=user), self.password)
        with self.client(user) as client:
            client.create_folder("Sent")
        return user

    def append(
        self,
        user: str,
        folder: str,
        raw: bytes,
        internaldate: datetime | None = None,
        flags: Sequence[str] = (),
    ) -> int:
        """By IMAP. A Maildir's folders are said to have changed in a second of their own: imap4d never sees a second change of one."""
        uid = super().append(user, folder, raw, internaldate, flags)
        if self.variant.storage == "maildir" and folder == "INBOX":
            self._changed = max(self._changed, int(time.time())) + 1
            self._enclosure.run(f"cd /var/mail/{user} && touch -d @{self._changed} . cur new")
        return uid
