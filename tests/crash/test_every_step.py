"""The daemon dies at every commit and command of a day; started again, the day ends as if nothing had happened.

The outside world (mail, the person's hands, the clock) is played from here and does not die. By default a sample of the
places is tried, another one each time; TRIAGED_TORTURE=1 tries all of them.
"""

import json
import os
import random
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from scenarios.plays import ME, REPLY
from scenarios.stage import START, letter
from server.dovecot import USUAL, Dovecot, Variant
from server.sink import Sink

TORTURE = os.environ.get("TRIAGED_TORTURE") == "1"
SAMPLE = 10
ROOT = Path(__file__).resolve().parents[1]

CONFIG = (
    ME
    + REPLY
    + """
[account.work]
mode = "send"
addresses = ["dana@roth.example"]
watch = ["INBOX", "Clients"]
folders = { urgent = "Now" }
imap = $IMAP1
smtp = $SMTP

[account.second]
mode = "send"
addresses = ["dana@second.example"]
imap = $IMAP2
smtp = $SMTP

[client.harbor]
from = ["*@harbor.example"]

[client.lindenhof]
from = ["*@lindenhof.example"]
mode = "draft"

[client.foodbank]
from = ["*@foodbank.example"]

[client.delta]
from = ["*@delta.example"]

[[rule]]
name = "Outage"
when = { subject = "outage" }
then = "urgent"

[[rule]]
name = "The rest"
then = "defer"
until = "start of office hours"
promise = "2 business days"
reply = "until-call"
"""
)


@dataclass
class Day:
    """One day: two mailboxes, a state folder, and daemons that die where they are asked to."""

    dovecot: Dovecot
    sink: Sink
    folder: Path
    actors: Path
    die_at: tuple[int, ...] = ()  # the place of the first daemon's death, of the second's …
    now: datetime = START
    deaths: int = 0
    said: list[dict[str, Any]] = field(default_factory=list)
    found: dict[str, list[tuple[str, tuple[str, ...]]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.users = [self.dovecot.new_user() for _ in range(2)]
        self.config = self.folder / "dana.toml"
        self.log = self.folder / "passed"
        text = CONFIG.replace("$SMTP", f'{{ host = "{self.sink.host}", port = {self.sink.port}, tls = "none" }}')
        for number, user in enumerate(self.users, 1):
            place = f'host = "{self.dovecot.host}", port = {self.dovecot.imap}, tls = "none"'
            secret = f'user = "{user}", password = "{self.dovecot.password}"'
            text = text.replace(f"$IMAP{number}", f"{{ {place}, {secret} }}")
        self.config.write_text(f'[service]\nstate = "sqlite:{self.folder}/state/triaged.db"\n{text}')
        self.config.chmod(0o600)
        with self.dovecot.client(self.users[0]) as client:
            client.create_folder("Clients")
        self._connection: socket.socket | None = None

    # --- the daemon

    def _start(self) -> None:
        """A daemon at this instant; where it dies while starting, another one."""
        while True:
            self._connection = socket.socket(socket.AF_UNIX)
            self._connection.settimeout(60)
            self._connection.connect(str(self.actors))
            self._lines = self._connection.makefile("rb")
            asked = {
                "config": str(self.config), "now": self.now.isoformat(),
                "die_at": str(self.die_at[self.deaths]) if self.deaths < len(self.die_at) else "", "log": str(self.log) if not self.die_at else "",
            }  # fmt: skip
            self._connection.sendall(json.dumps(asked).encode() + b"\n")
            if self._lines.readline():
                return
            self._died()

    def _died(self) -> None:
        self.deaths += 1
        assert self.deaths <= len(self.die_at), "it died where nobody asked it to"
        self._hang_up()

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._lines.close()
            self._connection.close()
            self._connection = None

    def order(self, words: str) -> bytes:
        """Have something done; again, by another daemon, where the first one died over it."""
        while True:
            if self._connection is None:
                self._start()
            assert self._connection is not None
            self._connection.sendall(words.encode() + b"\n")
            if answer := self._lines.readline():
                return answer
            self._died()

    def to(self, when: timedelta) -> None:
        """Let it become so late."""
        self.now = START + when
        if self._connection is not None:
            self.order(f"leap {self.now.isoformat()}")

    def stop(self) -> None:
        """End the daemon in order, wherever it stands."""
        answer = self.order("stop")
        self._hang_up()
        self.said = json.loads(answer)

    # --- the world

    def arrives(
        self, sender: str, subject: str, folder: str = "INBOX", user: int = 0, to: str = "dana@roth.example"
    ) -> None:
        raw = letter(sender, subject, "Can you ring me?", at=self.now, message_id=mail_id(subject), to=to)
        self.dovecot.append(self.users[user], folder, raw, self.now)

    def answers(self, subject: str, to: str) -> None:
        raw = letter(
            "Dana Roth <dana@roth.example>", f"Re: {subject}", "Here.", at=self.now, to=to, return_path="",
            message_id=mail_id("answer to " + subject), replies_to=mail_id(subject),
        )  # fmt: skip
        self.dovecot.append(self.users[0], "Sent", raw, self.now, ["\\Seen"])

    def play(self) -> None:
        """The day, from its first mail to the evening of the next."""
        self.order("wake")
        self.arrives("gary@harbor.example", "question")
        self.arrives("petra@lindenhof.example", "Frage")
        self.arrives("ines@foodbank.example", "hunger")
        self.order("wake")
        self.to(timedelta(minutes=2))
        self.arrives("gary@harbor.example", "another question")
        self.arrives("ines@foodbank.example", "outage of the freezer")
        self.arrives("stranger@elsewhere.example", "offer")
        self.arrives("zoe@delta.example", "to the second", user=1, to="dana@second.example")
        self.arrives("kim@delta.example", "in a folder", folder="Clients")
        self.order("wake")
        self.to(timedelta(minutes=4))
        self.answers("in a folder", "kim@delta.example")
        self.to(timedelta(minutes=11))
        self.to(timedelta(minutes=13))
        self.answers("Frage", "petra@lindenhof.example")
        self.to(timedelta(minutes=15))
        self.to(timedelta(minutes=25))
        self.to(timedelta(days=1, minutes=1))
        self.to(timedelta(days=1, minutes=21))
        self.order("wake")
        self.stop()

    # --- how it ended

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.folder / "state" / "triaged.db")) as db:
            return db.execute(sql).fetchall()

    def mailboxes(self) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
        """Every folder of both when the day was over: subjects and flags."""
        self.found = self.found or {
            f"{number} {folder}": sorted(
                (str(message_from_bytes(one.raw, policy=default)["Subject"]), tuple(sorted(one.flags)))
                for one in self.dovecot.messages(user, folder)
            )
            for number, user in enumerate(self.users)
            for folder in self.dovecot.folders(user)
        }
        return dict(self.found)

    def ledger(self) -> dict[str, list[tuple[Any, ...]]]:
        """What the ledger remembers, without ids and instants of machines."""
        return {
            "items": self.rows(
                "SELECT subject, verdict, state, folder, no_reply, answered_at IS NULL FROM item ORDER BY subject"
            ),
            "promises": self.rows("SELECT client, kind, due_at, state FROM promise ORDER BY client, state"),
            "effects": self.rows(
                "SELECT i.subject, e.kind, e.state FROM effect e JOIN item i ON i.id = e.item ORDER BY 1, 2, 3"
            ),
            "replies": self.rows("SELECT correspondent, mode, state FROM reply ORDER BY correspondent"),
        }

    def accepted(self) -> Counter[str]:
        """What the counting server took from this day's daemon, by recipient."""
        ids = {row[0] for row in self.rows("SELECT message_id FROM reply")}
        mine = [one for one in self.sink.received if message_from_bytes(one.raw)["Message-ID"] in ids]
        return Counter(recipient for one in mine for recipient in one.recipients)


def mail_id(subject: str) -> str:
    return f"<{subject.replace(' ', '.')}@mail.example>"


@pytest.fixture(scope="module")
def counting() -> Iterator[Sink]:
    server = Sink()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def actors() -> Iterator[Path]:
    """The process that daemons are forked from."""
    with tempfile.TemporaryDirectory(prefix="triaged-actors-") as folder:
        path = Path(folder) / "socket"
        command = [sys.executable, str(ROOT / "crash" / "actor.py"), str(path)]
        process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)})
        end = time.monotonic() + 30
        while not path.exists():
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.01)
        yield path
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def memory() -> Iterator[Path]:
    """A folder in memory where there is one: dying needs no disk, and every commit would wait for it."""
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="module", params=[USUAL, Variant(hidden=("MOVE",))], ids=["MOVE", "COPY"])
def undisturbed(request: pytest.FixtureRequest, dovecots: Any, counting: Sink, actors: Path, memory: Path) -> Day:
    """A day on which nothing died, on a server that can MOVE and on one that has to COPY."""
    folder = memory / f"undisturbed{len(request.param.hidden)}"
    folder.mkdir()
    day = Day(dovecots(request.param), counting, folder, actors)
    day.play()
    return day


def test_the_undisturbed_day_has_all_kinds_of_work(undisturbed: Day):
    assert undisturbed.mailboxes() == {
        "0 INBOX": [
            ("Frage", ()), ("another question", ()), ("hunger", ()), ("offer", ()), ("question", ()),
        ],
        "0 Now": [("outage of the freezer", ("\\Flagged",))],
        "0 Clients": [("in a folder", ())],
        "0 Deferred": [], "0 Drafts": [], "0 Junk": [],
        "0 Sent": [("Re: Frage", ("\\Seen",)), ("Re: another question", ("\\Seen",)), ("Re: in a folder", ("\\Seen",))],
        "0 Trash": [("Re: Frage", ("\\Draft", "\\Seen"))],
        "1 INBOX": [("to the second", ())],
        "1 Deferred": [], "1 Drafts": [], "1 Junk": [], "1 Trash": [],
        "1 Sent": [("Re: to the second", ("\\Seen",))],
    }  # fmt: skip
    assert undisturbed.accepted() == {"gary@harbor.example": 1, "zoe@delta.example": 1}
    assert undisturbed.ledger()["replies"] == [
        ("gary@harbor.example", "send", "sent"),
        ("ines@foodbank.example", "send", "cancelled"),
        ("kim@delta.example", "send", "cancelled"),
        ("petra@lindenhof.example", "draft", "cancelled"),
        ("zoe@delta.example", "send", "sent"),
    ]


def test_nothing_is_done_outside_that_was_not_written_down_before(undisturbed: Day):
    written = acts = sendings = claims = 0
    for name in undisturbed.log.read_text().splitlines():
        written += name in ("ledger.begin.after", "ledger.claim.after")
        claims += name == "ledger.claim.after"
        acts += name in ("imap.move.before", "imap.copy.before", "imap.append.before")
        sendings += name == "smtp.mail.before"
        assert acts <= written
        assert sendings <= claims
    assert acts >= 8
    assert sendings == 2


def test_wherever_it_dies_the_day_ends_the_same(undisturbed: Day):
    passed = undisturbed.log.read_text().splitlines()
    places = list(range(1, len(passed) + 1))
    chance = random.SystemRandom()
    chosen = places if TORTURE else sorted(chance.sample(places, SAMPLE))
    wrong: list[str] = []
    for place in chosen:
        deaths = (place, chance.randrange(1, 60))  # the one that comes to put it in order dies too
        folder = undisturbed.folder / f"at{place}"
        folder.mkdir()
        day = Day(undisturbed.dovecot, undisturbed.sink, folder, undisturbed.actors, die_at=deaths)
        day.play()
        wrong += [f"{deaths} {passed[place - 1]}: {trouble}" for trouble in troubles(day, undisturbed)]
    assert not wrong, "\n".join(wrong)


def troubles(day: Day, undisturbed: Day) -> Iterator[str]:
    """How a day on which the daemon died differs from one without, and what never may be."""
    if not day.deaths:
        yield "it did not die"
    replies = {who: state for who, _, state in day.ledger()["replies"]}
    for who, count in day.accepted().items():
        if count > 1 or replies.get(who) not in ("sent", "in_doubt"):
            yield f"{who} got {count} replies, and the ledger says {replies.get(who)}"
    for who, state in replies.items():
        if state == "sent" and day.accepted()[who] != 1:
            yield f"{who} got {day.accepted()[who]} replies, and the ledger says sent"
    doubted = {who for who, state in replies.items() if state == "in_doubt"}
    yield from _differences("mailboxes", _without_copies(day, doubted), _without_copies(undisturbed, doubted))
    for part, rows in undisturbed.ledger().items():
        mine = day.ledger()[part]
        if part == "replies":
            mine = [(who, mode, "sent" if state == "in_doubt" else state) for who, mode, state in mine]
        if mine != rows:
            yield f"{part}: {set(mine) ^ set(rows) or mine}"
    yield from (
        f"open return: {row}" for row in day.rows("SELECT item FROM effect WHERE state IN ('planned','trying')")
    )
    untold = (
        "SELECT p.id FROM promise p WHERE p.state = 'open' AND NOT EXISTS (SELECT 1 FROM reply r WHERE r.promise = p.id"
    )
    yield from (f"untold: {row}" for row in day.rows(untold + " AND r.state IN ('sent','in_doubt','drafted'))"))


COPIES = {"gary@harbor.example": "Re: another question", "zoe@delta.example": "Re: to the second"}


def _without_copies(day: Day, doubted: set[str]) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    """A reply in doubt has no copy in Sent: nobody knows that it went. A draft that was answered first never was one."""
    missing = {COPIES[who] for who in doubted}
    found = day.mailboxes()
    found["0 Sent"] = [one for one in found["0 Sent"] if one[0] not in missing]
    found["1 Sent"] = [one for one in found["1 Sent"] if one[0] not in missing]
    found["0 Trash"] = found["0 Trash"][1:]
    return found


def _differences(what: str, mine: dict[str, Any], other: dict[str, Any]) -> Iterator[str]:
    for name in mine.keys() | other.keys():
        if mine.get(name) != other.get(name):
            yield f"{what}, {name}: {mine.get(name)}, not {other.get(name)}"
