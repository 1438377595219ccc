"""What one arrival and its reply cost, by what the mailbox and the ledger have come to hold: the curves must stay flat.

The daemon runs as it is installed, in a process of its own, over a real Dovecot and a counting sink. One thing grows, the rest
stays as it is; each point is a mailbox of its own, in which client after client writes and is answered at once.

    python tests/bench/bench_growth.py [CURVE ...]      # aside, sent, roster; without one all of them
"""

import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path

from daemons import Daemon, daemon
from kit import Table, dovecot

from server.dovecot import Dovecot
from server.sink import Sink

ARRIVALS = 30
LIMIT = 1.3
"""The last point's processor time beside the first's."""
AN_ITEM = 1024
"""Octets of memory for each item that lies aside."""

_CONFIG = """
[service]
log = "json"
state = "sqlite:{folder}/triaged.db"
[me]
name = "Dana Roth"
language = "en"
timezone = "Europe/Berlin"
[hours]
mon-sun = "00:00-24:00"
[account.work]
mode = "send"
start = "all"
reply_fuse = "1000 per hour"
addresses = ["dana@roth.example"]
imap = {{ host = "{imap.host}", port = {imap.imap}, tls = "none", user = "{user}", password = "{imap.password}" }}
smtp = {{ host = "{smtp.host}", port = {smtp.port}, tls = "none" }}
{clients}
[reply.later]
send = "now"
text = "Hello, I have your message and answer {{{{ promise | when }}}}."
[[rule]]
name = "Kept"
when = {{ subject = "kept" }}
then = "defer"
reply = "none"
until = "in 6 weeks"
[[rule]]
name = "Everything else"
then = "defer"
until = "in 2 weeks"
reply = "later"
"""
_MAIL = (
    b"Return-Path: <gary@client%(client)d.example>\r\nReceived: from mx.example by mail.example; %(date)s\r\n"
    b"From: Gary %(number)d <gary%(number)d@client%(client)d.example>\r\nTo: dana@roth.example\r\n"
    b"Subject: %(subject)s %(number)d\r\nMessage-ID: <%(subject)s.%(number)d@client.example>\r\n"
    b"Date: %(date)s\r\n\r\nCan you ring me about the numbers?\r\n"
)


@dataclass(frozen=True, slots=True)
class Laid:
    """What is there before the first arrival."""

    aside: int = 30
    sent: int = 0
    roster: int = 40


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one arrival with its reply, and of the process."""

    processor: float  # seconds
    resident: int  # octets


def clients(count: int) -> str:
    return "".join(
        f'[client.c{n}]\nname = "C{n}"\nlanguage = "en"\nfrom = ["*@client{n}.example"]\n' for n in range(count)
    )


def store(server: Dovecot, user: str, folder: str, raws: Sequence[bytes]) -> None:
    with server.client(user) as client:
        if not client.folder_exists(folder):
            client.create_folder(folder)
        for first in range(0, len(raws), 500):
            client.multiappend(folder, list(raws[first : first + 500]))


def mail(subject: bytes, number: int) -> bytes:
    given = {b"client": number % 40, b"number": number, b"subject": subject, b"date": formatdate().encode()}
    return _MAIL % given


def mails(subject: bytes, count: int) -> list[bytes]:
    return [mail(subject, n) for n in range(count)]


def cost(server: Dovecot, laid: Laid) -> Cost:
    """Lay out a mailbox, let the daemon take it in, then let client after client write."""
    user = server.new_user()
    store(server, user, "INBOX", mails(b"kept", laid.aside))
    store(server, user, "Sent", mails(b"old", laid.sent))
    sink = Sink()
    sink.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "dana.toml"
            given = {"folder": folder, "user": user, "imap": server, "smtp": sink}
            file.write_text(_CONFIG.format(clients=clients(laid.roster), **given), "utf-8")
            file.chmod(0o600)
            with daemon(file, Path(folder) / "log") as running:
                running.until(laid.aside, "message.deferred")
                return _answered(running, server, user)
    finally:
        sink.stop()


def _answered(running: Daemon, server: Dovecot, user: str) -> Cost:
    _one(running, server, user, 0)  # what the first one loads is no growth
    before = running.processor
    for number in range(1, ARRIVALS + 1):
        _one(running, server, user, number)
    return Cost((running.processor - before) / ARRIVALS, running.resident)


def _one(running: Daemon, server: Dovecot, user: str, number: int) -> None:
    store(server, user, "INBOX", [mail(b"question", number)])
    running.until(number + 1, "reply.sent")


CURVES: dict[str, tuple[str, Callable[[int], Laid], Sequence[int]]] = {
    "aside": ("put aside", lambda n: Laid(aside=n), (30, 1_000, 10_000)),
    "sent": ("in Sent", lambda n: Laid(sent=n), (0, 5_000, 50_000)),
    "roster": ("clients", lambda n: Laid(roster=n), (40, 500, 5_000)),
}


def main(wanted: Sequence[str]) -> int:
    """Measure, and print the table."""
    table = Table("one arrival and its reply: our processor, by what is there already")
    with dovecot() as server:
        for name in wanted or CURVES:
            what, laid, points = CURVES[name]
            first: Cost | None = None
            for count in points:
                found = cost(server, laid(count))
                first = first or found
                figure = f"{found.processor * 1000:.1f} ms, {found.resident / 1e6:.0f} MB"
                if count == points[-1]:
                    times = found.processor / first.processor
                    table.row(f"{count:,} {what}", f"{figure}, {times:.2f}x", f"<= {LIMIT}x", reached=times <= LIMIT)
                    if name == "aside":
                        each = (found.resident - first.resident) / (count - points[0])
                        table.row(
                            "memory for each of them", f"{each:,.0f} octets", f"<= {AN_ITEM}", reached=each <= AN_ITEM
                        )
                else:
                    table.row(f"{count:,} {what}", figure)
    return table.code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
