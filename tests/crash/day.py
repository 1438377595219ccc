"""One day with all kinds of work in it, and daemons that die where they are asked to, some of them by a power cut.

The outside world (mail, the person's hands, the clock) is played from here and does not die.
"""

import json
import random
import socket
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

from faults import power
from scenarios.plays import ME, REPLY
from scenarios.stage import START, letter, unmarked
from server.dovecot import Dovecot
from server.sink import Sink

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

[client.birch]
from = ["*@birch.example"]
passes = "1 per week"

[client.acorn]
from = ["*@acorn.example"]

[promises]
warn = "15m"
slip = "send"

[digest]
at = "10:30"

[notify.phone]
url = "json://localhost"

[[rule]]
name = "Outage"
when = { subject = "outage" }
then = "urgent"
notify = ["phone"]

[[rule]]
name = "The week's pass"
when = { subject = "asap" }
then = "urgent"
spends_pass = true

[[rule]]
name = "Within the half hour"
when = { subject = "today" }
then = "leave"
promise = "in 30m"
reply = "until-call"

[[rule]]
name = "The rest"
then = "defer"
until = "start of office hours"
promise = "2 business days"
reply = "until-call"
"""
)


Sending = tuple[str, str]
"""To whom, and what kind of a reply: an acknowledgement, or the word that a promise will not be kept."""


@dataclass
class Day:
    """One day: two mailboxes, a state folder, and daemons that die where they are asked to."""

    dovecot: Dovecot
    sink: Sink
    folder: Path
    actors: Path
    die_at: tuple[int, ...] = ()  # the place of the first daemon's death, of the second's …
    chance: random.Random = field(default_factory=random.SystemRandom)
    now: datetime = START
    text: str = CONFIG
    deaths: int = 0
    cuts: int = 0  # of them with a power cut
    said: list[dict[str, Any]] = field(default_factory=list)
    found: dict[str, list[tuple[str, tuple[str, ...]]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.users = [self.dovecot.new_user() for _ in range(2)]
        self.config = self.folder / "dana.toml"
        self.log = self.folder / "passed"
        text = self.text.replace("$SMTP", f'{{ host = "{self.sink.host}", port = {self.sink.port}, tls = "none" }}')
        for number, user in enumerate(self.users, 1):
            place = f'host = "{self.dovecot.host}", port = {self.dovecot.imap}, tls = "none"'
            secret = f'user = "{user}", password = "{self.dovecot.password}"'
            text = text.replace(f"$IMAP{number}", f"{{ {place}, {secret} }}")
        self.config.write_text(f'[service]\nstate = "sqlite:{self.folder}/state/triaged.db"\n{text}')
        self.config.chmod(0o600)
        with self.dovecot.client(self.users[0]) as client:
            client.create_folder("Clients")
        self._connection: socket.socket | None = None

    @property
    def moves(self) -> bool:
        """Whether anything can be moved on this server."""
        return not {"MOVE", "UIDPLUS"} <= set(self.dovecot.variant.hidden)

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
                "synced": str(self.folder / "synced") if self.die_at else "",
            }  # fmt: skip
            self._connection.sendall(json.dumps(asked).encode() + b"\n")
            if self._lines.readline():
                return
            self._died()

    def _died(self) -> None:
        self.deaths += 1
        assert self.deaths <= len(self.die_at), "it died where nobody asked it to"
        self._hang_up()
        if self.chance.random() < 0.5:
            power.cut(self.folder / "state", self.folder / "synced", self.chance)
            self.cuts += 1

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

    def drags(self, subject: str, folder: str) -> None:
        """The person takes a message out of the deferred folder."""
        uid = next(
            one.uid
            for one in self.dovecot.messages(self.users[0], "Deferred")
            if message_from_bytes(one.raw)["Subject"] == subject
        )
        self.dovecot.move(self.users[0], "Deferred", uid, folder)

    def play(self) -> None:
        """The day, from its first mail to the morning of the next."""
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
        self.arrives("bo@birch.example", "asap")
        self.arrives("bea@birch.example", "asap as well")
        self.arrives("abe@acorn.example", "when today")
        self.arrives("gary@harbor.example", "taken out")
        self.arrives("gary@harbor.example", "thrown away")
        self.order("wake")
        self.to(timedelta(minutes=4))
        self.answers("in a folder", "kim@delta.example")
        if self.moves:
            self.drags("taken out", "INBOX")
            self.drags("thrown away", "Trash")
        self.to(timedelta(minutes=11))
        self.to(timedelta(minutes=13))
        self.answers("Frage", "petra@lindenhof.example")
        self.to(timedelta(minutes=15))
        self.to(timedelta(minutes=19))  # a promise is about to fall due
        self.to(timedelta(minutes=25))
        self.to(timedelta(minutes=33))  # and has
        self.to(timedelta(minutes=35))
        self.to(timedelta(minutes=91))  # the digest
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
                (_subject(one.raw), tuple(sorted(unmarked(one).flags))) for one in self.dovecot.messages(user, folder)
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
            "replies": self.rows("SELECT correspondent, kind, mode, state FROM reply ORDER BY correspondent, kind"),
            "passes": self.rows("SELECT client, refunded_at IS NULL FROM pass ORDER BY client"),
        }

    def owed(self) -> set[str]:
        """What the ledger ever owed the mailbox and the person: the first words of the effects' keys."""
        return {key.partition(":")[0] for (key,) in self.rows("SELECT key FROM effect WHERE state = 'done'")}

    def accepted(self) -> Counter[Sending]:
        """What the counting server took from this day's daemon."""
        rows = self.rows("SELECT message_id, correspondent, kind FROM reply")
        replies = {message_id: (correspondent, kind) for message_id, correspondent, kind in rows}
        ids = [str(message_from_bytes(one.raw)["Message-ID"]) for one in self.sink.received]
        return Counter(replies[each] for each in ids if each in replies)


def _subject(raw: bytes) -> str:
    """What it is called; a digest by its name, since its subject counts what a death may put a minute later."""
    subject = str(message_from_bytes(raw, policy=default)["Subject"])
    return "the digest" if b"Digest for" in raw else subject


def mail_id(subject: str) -> str:
    return f"<{subject.replace(' ', '.')}@mail.example>"
