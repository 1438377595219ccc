"""Many mailboxes in one process: what each costs while it waits, whether all mail arrives, how they come back after an outage.

The daemon runs as it is installed, in a process of its own, over a real Dovecot; once over few mailboxes and once over
many, in clear and with TLS: the slope is what one costs, everything of ours included. Then mail comes to all of them; in the
end the server goes away and comes back while mail arrives. Each person has ten mailboxes.

    python tests/bench/bench_many_mailboxes.py [MAILBOXES [MESSAGES]]      # 1000 and 5000; 2000 takes some minutes
"""

import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

from daemons import Daemon, daemon, instant
from kit import Table

from server.certificates import Authority
from server.dovecot import Dovecot, Variant
from server.processes import own_folder, remove

FEW = 100
EACH = 10
"""Mailboxes of one person."""
LIMITS = {False: 30.0, True: 60.0}
"""KB for one mailbox: in clear, with TLS."""
IDLE_CPU = 0.5
"""Per cent of one processor."""
NOTIFY = 500
"""Milliseconds that Dovecot waits before it notifies."""
REST = 20.0
OUTAGE = 20.0
"""Seconds."""

_PERSON = """
[me]
name = "Dana Roth"
language = "en"
timezone = "Europe/Berlin"
"""
_COMMON = """
[hours]
mon-fri = "09:00-17:00"
[client.harbor]
name = "Harbor Trust"
from = ["*@harbor.example"]
language = "en"
[reply.later]
text = "Hello, I have your message and answer {{ promise | when }}."
[[rule]]
name = "Something is down"
when = { subject = ["outage", "down"] }
then = "urgent"
[[rule]]
name = "Everything else"
then = "defer"
until = "in 2h"
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the bench works."""

    server: Dovecot
    trusted: Path
    folder: Path
    users: Sequence[str]

    def config(self, count: int, *, tls: bool) -> Path:
        """A folder of persons with so many mailboxes."""
        config = self.folder / f"{count}-{'tls' if tls else 'clear'}"
        config.mkdir()
        (config / "service.toml").write_text(f'[service]\nlog = "json"\nstate = "sqlite:{config}/state/triaged.db"\n')
        (config / "common.toml").write_text(_COMMON)
        for first in range(0, count, EACH):
            users = self.users[first : min(first + EACH, count)]
            file = config / f"person{first // EACH}.toml"
            file.write_text(_PERSON + "".join(self._account(user, tls=tls) for user in users))
            file.chmod(0o600)
        return config

    def _account(self, user: str, *, tls: bool) -> str:
        clear = f'port = {self.server.imap}, tls = "none"'
        secured = f'port = {self.server.imaps}, trust_ca = "{self.trusted}"'
        who = f'user = "{user}", password = "{self.server.password}"'
        return (
            f'[account.{user}]\nmode = "send"\naddresses = ["{user}@roth.example"]\n'
            f'imap = {{ host = "{self.server.host}", {secured if tls else clear}, {who} }}\n'
            'smtp = { host = "127.0.0.1", port = 9, tls = "none" }\n'
        )


class Mail:
    """Messages over all mailboxes, each with an id that is looked for afterwards."""

    def __init__(self, place: Place, users: Sequence[str]) -> None:
        self._place, self._users = place, users
        self.sent: dict[str, float] = {}

    def deliver(self, count: int, *, lines: int = 8) -> None:
        """So many, in turn to every mailbox, over several connections."""
        with ThreadPoolExecutor(lines) as pool:
            list(pool.map(self._one, range(len(self.sent), len(self.sent) + count)))

    def _one(self, number: int) -> None:
        user = self._users[number % len(self._users)]
        raw = (
            f"From: Gary <gary@harbor.example>\r\nTo: {user}@roth.example\r\nSubject: question {number}\r\n"
            f"Message-ID: <{number}@harbor.example>\r\nDate: Tue, 24 Nov 2026 15:10:00 +0100\r\n\r\nCan you ring me?\r\n"
        )
        self._place.server.deliver(user, raw.encode(), "gary@harbor.example")
        self.sent[f"<{number}@harbor.example>"] = time.time()

    def wrong(self, told: Sequence[str]) -> dict[str, int]:
        """How many are not aside once on the server, and told once in the log."""
        aside, inbox = (Counter(self._ids(folder)) for folder in (".Deferred", "."))
        log = Counter(told)
        return {
            "lost": sum(not aside[one] for one in self.sent),
            "doubled": sum(aside[one] > 1 or log[one] > 1 for one in self.sent),
            "left in an inbox": sum(one in inbox for one in self.sent),
        }

    def _ids(self, folder: str) -> Iterator[str]:
        for user in self._users:
            maildir = self._place.server.root / "mail" / user / "maildir" / folder
            for sub in ("cur", "new"):
                for file in (maildir / sub).glob("*"):
                    yield re.findall(r"(?m)^Message-ID: (<.*>)", file.read_text("utf-8"))[0]


def _at_rest(place: Place, count: int, *, tls: bool, table: Table) -> int:
    """Resident memory over so many mailboxes that wait; threads and idle CPU are told."""
    config = place.config(count, tls=tls)
    with daemon(config, config / "log") as running:
        _all_watched(running, count)
        time.sleep(REST / 4)
        before, began = running.processor, time.monotonic()
        time.sleep(REST)
        idle = (running.processor - before) / (time.monotonic() - began) * 100
        how = "TLS" if tls else "in clear"
        table.row(f"{count} mailboxes {how}: RSS", f"{running.resident / 2**20:.0f} MB")
        table.row("  threads", str(running.threads), "<= 40", reached=running.threads <= 40)
        table.row("  idle CPU, no renewal of IDLE", f"{idle:.2f} %", f"< {IDLE_CPU:g} %", reached=idle < IDLE_CPU)
        memory = running.resident
        if count > FEW:
            _renewed(running, count, table)
        return memory


def _all_watched(running: Daemon, count: int) -> None:
    (line,) = running.until(1, "service.ready")
    if line["reason"] != f"watching {count} of {count} accounts":
        raise SystemExit(line["reason"])


def _renewed(running: Daemon, count: int, table: Table) -> None:
    """What the renewal of IDLE with its look around costs, spread over the nine minutes in which each has one."""
    before = running.processor
    running.process.send_signal(10)  # SIGUSR1: every account looks around and waits again
    time.sleep(max(10, count / 60))
    share = (running.processor - before) / (9 * 60 * 0.925) * 100
    table.row("  CPU of all looks, over nine minutes", f"{share:.2f} %", f"< {IDLE_CPU:g} %", reached=share < IDLE_CPU)


def _arrivals(place: Place, count: int, messages: int, table: Table) -> None:
    config = place.folder / f"{count}-tls"
    mail = Mail(place, place.users[:count])
    with daemon(config, config / "log2") as running:
        _all_watched(running, count)
        for number in range(20):  # one at a time
            mail.deliver(1)
            running.until(number + 1, "message.deferred")
        _waits("one at a time, delivery to told, less Dovecot's 500 ms: p50, p99", mail, running, 20, table)
        mail.deliver(messages - 20)
        told = running.until(messages, "message.deferred")
        _waits(f"{messages} messages over {count} mailboxes: p50, p99", mail, running, messages, table)
        _none(f"{messages} messages", mail.wrong([line["message_id"] for line in told]), table)
        memory = running.resident
        table.row("  RSS afterwards", f"{memory / 2**20:.0f} MB")
        _outage(place, count, mail, running, table)


def _waits(what: str, mail: Mail, running: Daemon, count: int, table: Table) -> None:
    said = running.lines("message.deferred")[-count:]
    waits = [(instant(line) - mail.sent[line["message_id"]]) * 1000 - NOTIFY for line in said]
    parts = quantiles(waits, n=100)
    table.row("  " + what, f"{parts[49]:.0f}, {parts[98]:.0f} ms")


def _none(what: str, wrong: dict[str, int], table: Table) -> None:
    for name, number in wrong.items():
        table.row(f"  {what}: {name}", str(number), "0", reached=not number)


def _outage(place: Place, count: int, mail: Mail, running: Daemon, table: Table) -> None:
    """The server goes away for a while; mail comes as soon as it is back."""
    known = len(mail.sent)
    place.server.stop()
    time.sleep(OUTAGE)
    place.server.start()
    back = time.time()
    mail.deliver(count, lines=2)
    again = running.until(2 * count, "account.connected")[count:]
    at = sorted(instant(line) - back for line in again)
    busiest = max(Counter(int(second) for second in at).values())
    table.row(
        f"{OUTAGE:g} s without a server, {count} accounts: half, all back after",
        f"{at[count // 2]:.0f}, {at[-1]:.0f} s",
    )
    table.row("  accounts back in the busiest second", str(busiest))
    told = running.until(known + count, "message.deferred")
    _none("mail meanwhile", mail.wrong([line["message_id"] for line in told]), table)


def main() -> int:
    """Few and many, in clear and with TLS; then the mail."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    messages = int(sys.argv[2]) if len(sys.argv) > 2 else 5000
    certificates = own_folder("bench-certificates")
    authority = Authority(certificates)
    server = Dovecot(authority.valid(), Variant(per_owner=50, sessions=count + 500))
    table = Table(f"{count} mailboxes, {EACH} of each person")
    try:
        server.start()
        with tempfile.TemporaryDirectory() as folder:
            place = Place(server, authority.ca, Path(folder), [server.new_user() for _ in range(count)])
            for tls in (False, True):
                few, many = (_at_rest(place, number, tls=tls, table=table) for number in (FEW, count))
                each = (many - few) / (count - FEW) / 1024
                limit = LIMITS[tls]
                table.row("  one mailbox", f"{each:.1f} KB", f"<= {limit:g} KB", reached=each <= limit)
            _arrivals(place, count, messages, table)
    finally:
        server.close()
        remove(certificates)
    return table.code


if __name__ == "__main__":
    sys.exit(main())
