"""A backlog of 10,000 messages: fetched, read, decided by 20 rules, in the ledger, moved and flagged, against the peers.

Ours runs as `run --once` does, over a Dovecot of its own; once with rules on subject and text, once on subjects alone.
Beside it: the same octets over a bare socket, imapfilter (the server searches; it reads no text) and sieve-filter (on the
files). All move and flag the same messages.

    python tests/bench/bench_backlog.py [COUNT]
"""

import asyncio
import gc
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from kit import DOMAINS, KEYWORDS, Table, Took, dovecot, fill, timed

from server.dovecot import Dovecot
from triaged.config import load
from triaged.log.events import silent
from triaged.service.daemon import Daemon

ROUNDS = 3
WINDOW = 500
OWNER = 23_456
MOVED, FLAGGED = KEYWORDS[:10], KEYWORDS[10:]
_HEAD = """
[service]
state = "sqlite:{state}"
[me]
name = "Dana Roth"
language = "en"
timezone = "Europe/Berlin"
[account.work]
mode = "send"
start = "all"
addresses = ["dana@roth.example"]
imap = {{ host = "{host}", port = {port}, tls = "none", user = "{user}", password = "{password}" }}
smtp = {{ host = "127.0.0.1", port = 9, tls = "none" }}
"""


class Backlog:
    """The messages, copied anew for every run."""

    def __init__(self, server: Dovecot, folder: Path, count: int) -> None:
        self.server, self.folder = server, folder
        self._pattern = folder / "pattern"
        written = fill(self._pattern, count)
        self.moved = sum(one.keyword in MOVED for one in written)
        self.flagged = sum(one.keyword in FLAGGED for one in written)
        self._users = 0

    def mailbox(self) -> str:
        """A mailbox that holds all of them, its index made."""
        user = self.server.new_user()
        home = self.server.root / "mail" / user
        home.mkdir()
        shutil.copytree(self._pattern, home / "maildir", copy_function=os.link)
        for path in (home, home / "maildir", *(home / "maildir").iterdir()):
            os.chown(path, OWNER, OWNER)
        self.server.doveadm("mailbox", "create", "-u", user, "Deferred")
        with self.server.client(user, "INBOX") as client:
            client.fetch(
                client.search("ALL"), ["BODY.PEEK[HEADER]", "INTERNALDATE", "RFC822.SIZE"]
            )  # warm, for everyone
        return user

    def check(self, user: str, who: str) -> None:
        """Refuse to compare those that do not do the same."""
        with self.server.client(user, "INBOX") as client:
            flagged = len(client.search("FLAGGED"))
            client.select_folder("Deferred")
            found = len(client.search("ALL")), flagged
        if found != (self.moved, self.flagged):
            raise SystemExit(f"{who}: moved and flagged {found}, not {(self.moved, self.flagged)}")

    def ours(self, user: str, *, text: bool) -> Path:
        """A configuration, and a state of its own."""
        self._users += 1
        state = self.folder / f"state{self._users}"
        state.mkdir()
        clients = "".join(
            f'[client.c{n}]\nname = "C{n}"\nlanguage = "en"\nfrom = ["*@client{n}.example"]\n' for n in range(DOMAINS)
        )
        body = ', body = "{0}"' if text else ""
        when = 'when = {{ subject = "{0}"' + body + " }}\n"
        rules = "".join(
            f'[[rule]]\nname = "{word}"\n{when.format(word)}then = "defer"\nuntil = "in 2 weeks"\n' for word in MOVED
        )
        rules += "".join(f'[[rule]]\nname = "{word}"\n{when.format(word)}then = "urgent"\n' for word in FLAGGED)
        rules += '[[rule]]\nname = "the rest"\nthen = "leave"\n'
        server = self.server
        head = _HEAD.format(
            state=state / "triaged.db", host=server.host, port=server.imap, user=user, password=server.password
        )
        file = state / "dana.toml"
        file.write_text(head + clients + rules, "utf-8")
        file.chmod(0o600)
        return file


def run_ours(file: Path) -> None:
    """As `run --once`: configuration, ledger, connection, all of it, and the end. `bench_path` says what the steps cost."""
    loaded = load(file)
    if not loaded.usable:
        raise SystemExit("\n".join(map(str, loaded.problems)))
    asyncio.run(Daemon(loaded, silent()).run(once=True))


def run_socket(server: Dovecot, user: str, wanted: bytes) -> None:
    """The same octets, by a client that looks at nothing; windows as ours."""
    with socket.create_connection((server.host, server.imap), timeout=60) as line:
        line.recv(4096)
        _say(line, b"a LOGIN %s {%d+}\r\n%s" % (user.encode(), len(server.password), server.password.encode()), b"a")
        total = int(re.search(rb"\* (\d+) EXISTS", _say(line, b"b SELECT INBOX", b"b"))[1])  # type: ignore[index]
        for first in range(1, total + 1, WINDOW):
            _say(line, b"c UID FETCH %d:%d %s" % (first, first + WINDOW - 1, wanted), b"c", keep=False)


def _say(line: socket.socket, command: bytes, tag: bytes, *, keep: bool = True) -> bytes:
    line.sendall(command + b"\r\n")
    end = re.compile(rb"(?:^|\r\n)%s (?:OK|NO|BAD)[^\r\n]*\r\n\Z" % tag)
    kept, tail = [], b""
    while not end.search(tail):
        piece = line.recv(1 << 20)
        tail = (tail + piece)[-4000:]
        if keep:
            kept.append(piece)
    return b"".join(kept)


WITH_TEXT = b"(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER]<0.262144> BODY.PEEK[TEXT]<0.16384>)"
HEADERS = b"(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER]<0.262144>)"


def run_imapfilter(server: Dovecot, user: str, folder: Path) -> None:
    """Two searches a rule, on the server."""
    lines = [
        "options.timeout = 120",
        "options.create = false",
        "options.starttls = false",
        "options.certificates = false",
    ]
    lines.append(
        f"a = IMAP {{ server = '{server.host}', port = {server.imap}, username = '{user}', password = '{server.password}' }}"
    )
    lines.extend(f"a.INBOX:contain_subject('{word}'):move_messages(a.Deferred)" for word in MOVED)
    lines.extend(f"a.INBOX:contain_subject('{word}'):mark_flagged()" for word in FLAGGED)
    script = folder / f"{user}.lua"
    script.write_text("\n".join(lines))
    environment = {**os.environ, "HOME": str(folder), "IMAPFILTER_HOME": str(folder)}
    subprocess.run(["imapfilter", "-c", str(script)], check=True, env=environment, capture_output=True, timeout=300)


def run_sieve(server: Dovecot, user: str, folder: Path) -> None:
    """On the files themselves, in C."""
    rules = [f'elsif header :contains "subject" "{w}" {{ fileinto "Deferred"; stop; }}' for w in MOVED] + [
        f'elsif header :contains "subject" "{w}" {{ addflag "\\\\Flagged"; keep; stop; }}' for w in FLAGGED
    ]
    script = folder / f"{user}.sieve"
    script.write_text('require ["fileinto", "imap4flags"];\n' + "if false { stop; }\n" + "\n".join(rules) + "\n")
    script.chmod(0o644)
    command = ["sieve-filter", "-c", str(server.root / "dovecot.conf"), "-u", user, "-e", "-W", str(script), "INBOX"]
    subprocess.run(command, check=True, capture_output=True, timeout=300)


def main(count: int) -> int:
    """Run all of them in turn, and print the table."""
    gc.set_threshold(50_000)  # as the command line has it
    taken: dict[str, list[Took]] = {}
    with dovecot() as server, tempfile.TemporaryDirectory(dir=server.root) as name:
        folder = Path(name)
        folder.chmod(0o755)
        backlog = Backlog(server, folder, count)

        def note(who: str, work: Callable[[], object]) -> None:
            taken.setdefault(who, []).append(timed(work))

        for _ in range(ROUNDS):
            user = backlog.mailbox()
            note("socket", lambda user=user: run_socket(server, user, WITH_TEXT))  # type: ignore[misc]
            note("socket, headers", lambda user=user: run_socket(server, user, HEADERS))  # type: ignore[misc]
            file = backlog.ours(user, text=True)
            note("ours", lambda file=file: run_ours(file))  # type: ignore[misc]
            backlog.check(user, "ours")
            user = backlog.mailbox()
            file = backlog.ours(user, text=False)
            note("ours, headers", lambda file=file: run_ours(file))  # type: ignore[misc]
            backlog.check(user, "ours, headers")
            for peer, program, run in (
                ("imapfilter", "imapfilter", run_imapfilter),
                ("sieve", "sieve-filter", run_sieve),
            ):
                if shutil.which(program):
                    user = backlog.mailbox()
                    note(peer, lambda run=run, user=user: run(server, user, folder))  # type: ignore[misc]
                    backlog.check(user, peer)
    return _told(taken, count, backlog)


def _told(taken: dict[str, list[Took]], count: int, backlog: Backlog) -> int:
    wall = {who: statistics.median(one.wall for one in found) for who, found in taken.items()}
    table = Table(f"{count} messages, 20 rules, {backlog.moved} moved, {backlog.flagged} flagged; medians of {ROUNDS}")
    for who, seconds in wall.items():
        cpu = statistics.median(one.cpu for one in taken[who])
        table.row(who, f"{seconds:.2f} s, cpu {cpu:.2f} s")
    for what, ours, theirs, limit in (
        ("header and text / bare socket", "ours", "socket", 3.0),
        ("header and text / imapfilter", "ours", "imapfilter", 0.8),
        ("header and text / sieve-filter", "ours", "sieve", 0.4),
        ("headers alone / imapfilter", "ours, headers", "imapfilter", 0.4),
    ):
        if theirs in wall:
            table.ratio(what, wall[ours], wall[theirs], limit)
        else:
            table.row(what, f"{theirs} is not installed")
    return table.code


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
