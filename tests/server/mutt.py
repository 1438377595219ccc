"""A real mail client, mutt, on a terminal that can be read: a tmux of its own."""

import mailbox
import os
import subprocess
from collections.abc import Sequence
from typing import Self

from server.processes import own_folder, remove, required_program, until

_RC = """\
set charset = "utf-8"
set sort = threads
set index_format = "%-20.20F %s"
set header_cache = ""
set pager_index_lines = 0
set markers = no
set quit = yes
set confirmappend = no
set folder = "{root}"
set record = ""
ignore *
unignore from to subject date
set status_on_top = no
"""


_IMAP = """\
set folder = "imap://{server}/"
set imap_user = "{user}"
set imap_pass = "{password}"
set ssl_starttls = no
set ssl_force_tls = no
set delete = yes
set confirmcreate = no
set imap_check_subscribed = no
"""


class Mutt:
    """mutt, looking at a folder that holds these messages. `with Mutt(raws) as mutt: mutt.screen()`."""

    def __init__(self, raws: Sequence[bytes], *, more: str = "", folder: str = "") -> None:
        self._mutt, self._tmux = required_program("mutt", "mutt"), required_program("tmux", "tmux")
        self.root = own_folder("mutt")
        self._folder = folder or str(self.root / "mail")
        there = mailbox.Maildir(self.root / "mail", create=True)
        for raw in raws:
            there.add(mailbox.MaildirMessage(raw))
        (self.root / "muttrc").write_text(_RC.format(root=self.root) + more)
        self._environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.root), "TERM": "xterm", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8",
            "TMUX_TMPDIR": str(self.root),
        }  # fmt: skip

    @classmethod
    def on(cls, server: str, user: str, password: str, folder: str = "INBOX") -> "Mutt":
        """mutt on an IMAP server ("127.0.0.1:143"), which moves by COPY, \\Deleted and EXPUNGE."""
        return cls(
            (), more=_IMAP.format(server=server, user=user, password=password), folder=f"imap://{server}/{folder}"
        )

    def saves(self, subject: str, folder: str) -> None:
        """The message of that subject is moved to another folder, and mutt is left."""
        self.press("/")
        self.waits_for("Search for:")
        self._do("send-keys", "-t", "mutt", "-l", f"~s '{subject}'")
        self.press("Enter", "s")
        self.waits_for("Save to mailbox")
        self.press("C-u")
        self._do("send-keys", "-t", "mutt", "-l", f"={folder}")
        self.press("Enter")
        self.waits_for("D")
        self.press("$")
        self.waits_for("deleted")

    def __enter__(self) -> Self:
        command = [self._mutt, "-n", "-F", str(self.root / "muttrc"), "-f", self._folder]
        self._do("-f", os.devnull, "-u", "new-session", "-d", "-s", "mutt", "-x", "120", "-y", "40", *command)
        try:
            self.waits_for("Msgs:")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._do("kill-server", check=False)
        remove(self.root)

    def press(self, *keys: str) -> None:
        """Press keys: letters, "Enter", "End"."""
        self._do("send-keys", "-t", "mutt", *keys)

    def screen(self) -> str:
        """What the person sees."""
        return self._do("capture-pane", "-p", "-t", "mutt")

    def waits_for(self, text: str) -> str:
        """The screen as soon as it shows that."""
        return until(lambda: seen if text in (seen := self.screen()) else "", 60, f"mutt shows {text}")

    def _do(self, *words: str, check: bool = True) -> str:
        made = subprocess.run(
            [self._tmux, "-L", "mutt", *words], env=self._environment, check=check, capture_output=True, timeout=20
        )
        return made.stdout.decode()
