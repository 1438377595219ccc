"""Everything goes wrong at random for a while; then nothing may be lost, doubled, answered twice or forgotten.

`make torture` (TRIAGED_TORTURE_SECONDS=600 or ARGS="--seconds 600 --seed 7"): the real daemon between a real Dovecot, a proxy
that breaks lines, and an SMTP sink. Mail arrives all the time while the daemon is killed, frozen, told to reload, robbed of
what it had not synced, its sessions are cut, and its servers restart, refuse, or take a reply and hang up.
"""

import argparse
import asyncio
import collections
import contextlib
import json
import logging
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from faults.proxy import Fault, FaultProxy
from server.certificates import Authority
from server.dovecot import Dovecot
from server.processes import end, own_folder, remove, until
from server.sink import Sink

ACCOUNTS = ("dana", "second")
KINDS = ("outage", "question", "question", "soon")
"""Every fourth message is urgent, every fourth comes back within the run; all but the urgent ones are answered."""

CONFIG = """\
[me]
name = "Dana Roth"
timezone = "Europe/Berlin"
{accounts}
[client.harbor]
from = ["*@harbor.example"]
[client.lindenhof]
from = ["*@lindenhof.example"]
[reply.later]
send = "now"
text = "Hello, you will hear from me."
[[rule]]
name = "Outage"
when = {{ subject = "outage" }}
then = "urgent"
[[rule]]
name = "Soon"
when = {{ subject = "soon" }}
then = "defer"
until = "in 1m"
promise = "in 1 day"
reply = "later"
[[rule]]
name = "Everything else waits"
then = "defer"
until = "in 1 day"
reply = "later"
"""
ACCOUNT = """\
[account.{label}]
mode = "send"
addresses = ["{label}@roth.example"]
imap = {{ host = "127.0.0.1", port = {imap}, user = "{user}", password = "{password}", tls = "none" }}
smtp = {{ host = "127.0.0.1", port = {smtp}, tls = "none" }}
authserv_id = "mx.roth.example"
require_auth = "never"
reply_fuse = "100000 per hour"
"""

MUST_BE_EMPTY = {
    "put aside without a return": """SELECT id FROM item WHERE state = 'aside' AND id NOT IN
        (SELECT item FROM effect WHERE kind = 'back' AND state IN ('planned','trying'))""",
    "two returns of one message": """SELECT item FROM effect WHERE kind = 'back' AND state IN ('planned','trying')
        GROUP BY item HAVING count(*) > 1""",
    "a promise open that nobody was told": """SELECT id FROM promise WHERE state = 'open' AND id NOT IN
        (SELECT promise FROM reply WHERE promise IS NOT NULL AND state IN ('sent','in_doubt','drafted'))""",
    "a reply that is under way for ever": "SELECT id FROM reply WHERE state = 'sending'",
    "two verdicts about one message": "SELECT digest FROM item GROUP BY account, digest HAVING count(*) > 1",
}
"""Questions to the ledger at rest, and what an answer would mean."""


class Line:
    """The proxy before the mail server, in a thread and a loop of its own."""

    def __init__(self, target: int) -> None:
        self.loop = asyncio.new_event_loop()
        self.proxy = FaultProxy(target)
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self.proxy.__aenter__(), self.loop).result(10)

    def cut(self) -> None:
        """Reset all that is open."""
        self.loop.call_soon_threadsafe(self.proxy.cut_all)

    def close(self) -> None:
        """End it."""
        asyncio.run_coroutine_threadsafe(self.proxy.__aexit__(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()


class Field:
    """The servers, the daemon, what has been delivered, and what was done to all of them."""

    def __init__(self, chance: random.Random, *, brief: bool = False) -> None:
        self.chance = chance
        self.brief = brief  # nothing that takes a minute: no returns, no replies that are tried again later
        self.kinds = KINDS[:3] if brief else KINDS
        self.folder = own_folder("torture")
        self.dovecot = Dovecot(Authority(self.folder / "certificates").valid())
        self.dovecot.start()
        self.users = {label: self.dovecot.new_user() for label in ACCOUNTS}
        self.sink = Sink()
        self.sink.start()
        self.line = Line(self.dovecot.imap)
        self.sent = 0
        self.began = 0  # where the log of this process begins
        self.done: collections.Counter[str] = collections.Counter()
        self.largest: dict[str, int] = {"MB": 0, "descriptors": 0, "threads": 0}
        self.daemon: subprocess.Popen[bytes] | None = None
        accounts = "".join(
            ACCOUNT.format(
                label=label, imap=self.line.proxy.port, user=user, password=self.dovecot.password, smtp=self.sink.port
            )
            for label, user in self.users.items()
        )
        (self.folder / "triaged.toml").write_text(CONFIG.format(accounts=accounts))
        (self.folder / "triaged.toml").chmod(0o600)

    # -- what is done to it -------------------------------------------------------------------------------------

    def start(self) -> None:
        if self.daemon is None or self.daemon.poll() is not None:
            allowed = (0, -signal.SIGKILL, -signal.SIGTERM)  # the last: before it has handlers
            code = self.daemon.returncode if self.daemon is not None else 0
            assert code in allowed, f"it ended with {code}: {self.log()[-4000:]}"
            self.began = len(self.log())
            command = [sys.executable, "-m", "triaged", "run", "-c", str(self.folder / "triaged.toml")]
            with (self.folder / "log").open("ab") as log:
                self.daemon = subprocess.Popen(
                    command, stdout=log, stderr=log, env=self.environment(), start_new_session=True
                )

    def environment(self) -> dict[str, str]:
        return os.environ | {"XDG_STATE_HOME": str(self.folder)}

    @property
    def state(self) -> Path:
        return self.folder / "triaged" / "triaged.db"

    def deliver(self) -> None:
        for _ in range(self.chance.randint(1, 4)):
            number = self.sent + 1
            label = ACCOUNTS[number % 2]
            subject = f"{self.kinds[number % len(self.kinds)]} {number}"
            house = (
                "lindenhof" if subject.startswith("outage") else "harbor"
            )  # urgent mail cancels what waits for its client
            date = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime())
            self.dovecot.deliver(
                self.users[label],
                f"From: g{number}@{house}.example\r\nTo: {label}@roth.example\r\nSubject: {subject}\r\n"
                f"Message-ID: <{number}@harbor.example>\r\nDate: {date}\r\n"
                "\r\nCould you look at this, please? It is not urgent at all.\r\n".encode(),
            )
            self.sent = number

    def signal(self, number: signal.Signals) -> None:
        assert self.daemon is not None
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.daemon.pid, number)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        assert self.daemon is not None
        self.daemon.wait()

    def cut_power(self) -> None:
        """Killed, and what it wrote after its last commit never reached the disk as it was meant."""
        self.kill()
        log = self.state.with_name("triaged.db-wal")
        if log.exists():
            synced = end_of_commits(log.read_bytes())
            with log.open("r+b") as there:
                there.seek(synced)
                there.truncate()
                there.write(self.chance.randbytes(self.chance.choice((0, 17, 4096 + 24, 20_000))))
            self.state.with_name("triaged.db-shm").unlink(missing_ok=True)

    def terminate(self) -> None:
        self.signal(signal.SIGTERM)
        assert self.daemon is not None
        self.daemon.wait(60)

    def freeze(self) -> None:
        self.signal(signal.SIGSTOP)
        time.sleep(self.chance.uniform(0, 1))
        self.signal(signal.SIGCONT)

    def reload(self) -> None:
        if "service.ready" in self.log()[self.began :]:  # it has its handlers by now
            self.signal(signal.SIGHUP)

    def kick(self) -> None:
        self.dovecot.kill_sessions(self.chance.choice(list(self.users.values())))

    def kill_a_session(self) -> None:
        for pid in self.dovecot.session_pids(self.chance.choice(list(self.users.values()))):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def cut_lines(self) -> None:
        self.line.proxy.fault = Fault(self.chance.choice(("fin", "rst")), self.chance.randint(0, 12_000))
        self.line.cut()

    def restart_server(self) -> None:
        self.dovecot.stop()
        self.dovecot.start()

    def refuse(self) -> None:
        stage = self.chance.choice(("mail", "rcpt", "data"))
        self.sink.answer = lambda at, _: "451 4.3.0 later" if at == stage and self.chance.random() < 0.5 else None

    def hang_up(self) -> None:
        """The next replies are taken, and the line ends before that is said."""
        self.sink.answer = lambda at, _: "drop" if at == "data" and self.chance.random() < 0.3 else None

    def heal(self) -> None:
        self.line.proxy.fault = Fault()
        self.sink.answer = lambda _stage, _argument: None

    def harm(self) -> None:
        """Something, at some instant of its work or of its start."""
        evils: list[Callable[[], None]] = [
            self.kill, self.kill, self.kill, self.cut_power, self.cut_power, self.terminate, self.freeze, self.reload,
            self.kick, self.kill_a_session, self.cut_lines, self.restart_server, self.hang_up, self.heal,
        ]  # fmt: skip
        evil = self.chance.choice(evils if self.brief else [*evils, self.refuse])
        evil()
        self.done[evil.__name__] += 1

    def measure(self) -> None:
        """How large it has ever been."""
        assert self.daemon is not None
        with contextlib.suppress(OSError, KeyError):  # it may just have ended
            proc = Path(f"/proc/{self.daemon.pid}")
            status = dict(line.split(":", 1) for line in (proc / "status").read_text().splitlines())
            now = {
                "MB": int(status["VmRSS"].split()[0]) // 1024,
                "descriptors": len(list((proc / "fd").iterdir())),
                "threads": int(status["Threads"]),
            }
            self.largest = {name: max(now[name], self.largest[name]) for name in now}

    def hurry(self) -> None:
        """What waits for another attempt is sent now: its back-off would outlast us."""
        command = [sys.executable, "-m", "triaged", "send", "-c", str(self.folder / "triaged.toml")]
        for (reply,) in self.rows("SELECT id FROM reply WHERE state = 'waiting' AND tries > 0"):
            subprocess.run([*command, str(reply)], check=False, capture_output=True, env=self.environment())

    # -- what must hold -----------------------------------------------------------------------------------------

    def log(self) -> str:
        with contextlib.suppress(FileNotFoundError):
            return (self.folder / "log").read_text(errors="replace")
        return ""

    def numbers(self, folder: str) -> collections.Counter[int]:
        found: collections.Counter[int] = collections.Counter()
        for user in self.users.values():
            with self.dovecot.client(user) as client:
                if not client.folder_exists(folder):
                    continue
                client.select_folder(folder, readonly=True)
                uids = client.search("ALL")
                for start in range(0, len(uids), 1000):
                    told = client.fetch(uids[start : start + 1000], ["BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]"])
                    for data in told.values():
                        (header,) = (value for key, value in data.items() if key.startswith(b"BODY"))
                        if match := re.search(rb"<(\d+)@harbor", header):
                            found[int(match[1])] += 1
        return found

    def replies(self) -> collections.Counter[int]:
        found = (re.match(r"g(\d+)@", message.recipients[0]) for message in list(self.sink.received))
        return collections.Counter(int(match[1]) for match in found if match)

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        with contextlib.closing(sqlite3.connect(f"file:{self.state}?mode=ro", uri=True, timeout=10)) as db:
            return db.execute(sql).fetchall()

    def in_doubt(self) -> set[int]:
        command = [sys.executable, "-m", "triaged", "queue", "--json", "-c", str(self.folder / "triaged.toml")]
        said = subprocess.run(command, check=True, capture_output=True, text=True, env=self.environment())
        rows = [json.loads(line) for line in said.stdout.splitlines()]
        return {
            int(number)
            for row in rows
            if row["state"] == "in_doubt"
            for number in re.findall(r"g(\d+)@", json.dumps(row))
        }

    def given_up(self) -> set[int]:
        """Messages that were in hand at three deaths: unreadable, urgent, where they were (ledger, transaction A')."""
        sql = "SELECT login, uid FROM item JOIN account ON account.id = item.account WHERE state = 'unreadable'"
        found: set[int] = set()
        for login, uid in self.rows(sql):
            with self.dovecot.client(str(login).partition("@")[0], "INBOX") as client:
                told = client.fetch([uid], ["FLAGS", "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]"])
            for data in told.values():
                words = b" ".join(value for value in data.values() if isinstance(value, bytes))
                if b"\\Flagged" in data[b"FLAGS"] and (match := re.search(rb"<(\d+)@harbor", words)):
                    found.add(int(match[1]))
        return found

    def kind(self, number: int) -> str:
        return self.kinds[number % len(self.kinds)]

    def complaints(self) -> dict[str, list[int]]:
        """What does not hold; in the end nothing. Numbers of messages, by what is wrong with them."""
        every = set(range(1, self.sent + 1))
        inbox, aside, replies, doubtful = (
            self.numbers("INBOX"),
            self.numbers("Deferred"),
            self.replies(),
            self.in_doubt(),
        )
        given_up = self.given_up()
        owed = {number for number in every - given_up if self.kind(number) != "outage"}
        found = {
            "lost": every - set(inbox) - set(aside),
            "doubled": {number for number, count in (inbox + aside).items() if count > 1},
            "answered twice": {number for number, count in replies.items() if count > 1},
            "answered though urgent": set(replies) - owed,
            "not answered": owed - set(replies) - doubtful,
            "forgotten": {number for number in set(inbox) - given_up if self.kind(number) == "question"},
            "not brought back": {number for number in aside if self.kind(number) == "soon"},
            "put aside though urgent": {number for number in aside if self.kind(number) == "outage"},
        }
        for what, sql in MUST_BE_EMPTY.items():
            found[what] = {_number(row[0]) for row in self.rows(sql)}
        return {what: sorted(numbers) for what, numbers in found.items() if numbers}

    def said(self, complaints: dict[str, list[int]]) -> str:
        """The figures, in a line."""
        kills = self.done["kill"] + self.done["cut_power"]
        faults = sum(self.done.values()) - self.done["heal"]
        figures = " ".join(f"{count} {name}," for name, count in self.largest.items())
        return (
            f"kills {kills} (of them power cuts {self.done['cut_power']}), faults {faults}, messages {self.sent}, "
            f"replies {len(self.sink.received)} (in doubt {len(self.in_doubt())}), "
            f"given up after three deaths {len(self.given_up())}, starts "
            f"{self.log().count('service.started')}, at most {figures} "
            f"lost {len(complaints.get('lost', ()))}, doubled {len(complaints.get('doubled', ()))}, "
            f"answered twice {len(complaints.get('answered twice', ()))}"
        )

    def close(self, *, keep: bool = False) -> None:
        if self.daemon is not None:
            end(self.daemon)
        self.line.close()
        self.sink.stop()
        self.dovecot.close()
        if keep:
            sys.stdout.write(f"its folder is kept: {self.folder}\n")
        else:
            remove(self.folder)


def _number(found: object) -> int:
    return found if isinstance(found, int) else 0


def end_of_commits(log: bytes) -> int:
    """Where the last whole transaction of a write-ahead log ends (https://www.sqlite.org/fileformat2.html#walformat)."""
    if len(log) < 32:
        return len(log)
    page, salts = int.from_bytes(log[8:12], "big"), log[16:24]
    position = synced = 32
    while len(header := log[position : position + 24]) == 24 and header[8:16] == salts:
        position += 24 + page
        if header[4:8] != b"\0\0\0\0" and position <= len(log):
            synced = position
    return synced


def torture(field: Field, seconds: float, *, patience: float = 150) -> dict[str, list[int]]:
    """Do it, let it come to rest, and return the complaints."""
    field.start()
    until(lambda: "service.ready" in field.log(), 60, "the daemon is ready")
    finish = time.monotonic() + seconds
    while time.monotonic() < finish:
        field.deliver()
        time.sleep(field.chance.uniform(0, 1.5))
        field.measure()
        field.harm()
        field.start()
    field.heal()
    field.terminate()  # with it ends what is left of its back-offs
    field.start()
    field.hurry()
    complaints = field.complaints()
    rest = time.monotonic() + patience
    while complaints and time.monotonic() < rest:
        time.sleep(min(5, 0.5 + field.sent / 1000))
        complaints = field.complaints()
    return complaints


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=float(os.environ.get("TRIAGED_TORTURE_SECONDS", "3600")))
    parser.add_argument("--seed", type=int, default=int(time.time()))
    args = parser.parse_args()
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd's own
    field = Field(random.Random(args.seed))
    complaints = {"it did not end": [0]}
    try:
        complaints = torture(field, args.seconds)
        sys.stdout.write(f"seed {args.seed}: {field.said(complaints)}\n")
        for what, numbers in complaints.items():
            sys.stdout.write(f"{what}: {numbers[:20]}\n")
    finally:
        field.close(keep=bool(complaints))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
